//===- Attention.h - attention as the mesh sees it --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_ATTENTION_H
#define WAFER_KERNELS_ATTENTION_H

#include "wafer/Kernels/StridedView.h"
#include "wafer/Kernels/Tokens.h"

namespace wafer {

/// What stands for the token of a rotary embedding's angles.
enum class TokenDim : uint8_t { None, Batch, Sequence, Both };

/// Self-attention of tensors that lie as tokens by features: queries and keys
/// [B·S, H·D], values and the result [B·S, H·E], token b·S + s, feature h·D +
/// d; with the views between these and what graph.attention reads, and rotary
/// embeddings on the way.
struct AttentionForm {
  struct Operand {
    mlir::Value root; // tokens by features
    graph::RotaryEmbeddingOp rotary;
    /// What each dimension of the rotary embedding's operand is.
    llvm::SmallVector<TokenDim, 4> rotaryDims;
  };

  graph::AttentionOp op;
  int64_t batch = 1, sequence = 1, heads = 1, headSize = 1, valueSize = 1;
  bool isCausal = false;
  Operand query, key, value;
  mlir::Value result;
  /// Views, rotary embeddings and the attention, in the order of the block.
  llvm::SmallVector<mlir::Operation *> ops;

  /// Is `value` [B,H,S,D] a view, turned or not, of a tensor [B·S, H·D] that is
  /// computed, token b·S + s, feature h·D + d? What `match` asks of operands.
  static bool liesAsTokens(mlir::Value value);

  /// The order in which the features of a query or key (value) have to lie.
  FeatureOrder getOrder(const Operand &operand) const;

  /// The views from an attention's result to one that lies as tokens by
  /// features (none where it does itself); nullopt if nobody reads it so.
  static std::optional<llvm::SmallVector<mlir::Operation *>>
  findResultViews(graph::AttentionOp op);
  /// Fails, with the reason, where the attention or what stands around it has
  /// another form.
  static mlir::FailureOr<AttentionForm> match(graph::AttentionOp op,
                                              std::string &reason);
};

} // namespace wafer

#endif
