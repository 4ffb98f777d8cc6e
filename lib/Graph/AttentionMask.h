//===- AttentionMask.h - masks of a raised attention ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_ATTENTIONMASK_H
#define WAFER_GRAPH_ATTENTIONMASK_H

#include "ScoreChain.h"
#include "mlir/IR/Builders.h"

namespace wafer::graph {

/// The terms of a ScoreChain as graph.attention says them.
struct AttentionMask {
  std::optional<int64_t> causal;
  /// What goes into the mask operand: numbers that are added, and conditions
  /// outside of which keys are hidden.
  llvm::SmallVector<ScoreTerm> added, kept;

  /// The widest type of what is added; null if nothing is.
  mlir::FloatType getAddedType() const;
  /// Ops for the mask operand, bool or of type `type`, that broadcast to
  /// `scoresShape` (B×H×S×T); null if there is none.
  mlir::Value create(mlir::OpBuilder &builder, mlir::Location loc,
                     llvm::ArrayRef<int64_t> scoresShape,
                     mlir::FloatType type) const;
};

/// Says the same as `terms` on scores of `scoresShape` (B×H×S×T), of which
/// query i sees keys up to i + `causal` only if that is given; nullopt if
/// graph.attention cannot. See FuseAttention.cpp for the rules.
std::optional<AttentionMask>
combineTerms(llvm::ArrayRef<ScoreTerm> terms,
             llvm::ArrayRef<int64_t> scoresShape, ConstantValues &constants,
             std::optional<int64_t> causal = std::nullopt);

} // namespace wafer::graph

#endif // WAFER_GRAPH_ATTENTIONMASK_H
