//===- Architecture.h - sizes of the models that are written ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_MODELS_ARCHITECTURE_H
#define WAFER_TOOLS_WAFER_MODELS_ARCHITECTURE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>

namespace wafer::models {

/// How a block is built (docs/Models.md has the equations).
enum class Family {
  /// Attention and FFN one after the other, each behind its norm; learned
  /// positions; tanh GELU; logits by the transposed embedding.
  Gpt2,
  /// Both in parallel behind one norm; rotary embedding of interleaved pairs;
  /// tanh GELU; no biases in attention.
  GptJ,
  /// Both in parallel behind a norm each; rotary embedding of halves; exact
  /// GELU.
  GptNeoX
};

struct Architecture {
  llvm::StringRef name;
  Family family;
  int64_t hidden, heads, layers, ffn, vocabulary;
  /// Elements of each head that are rotated; 0 in family Gpt2.
  int64_t rotary;
  /// The longest sequence: rows of the learned positions in family Gpt2.
  int64_t positions;

  int64_t getHeadSize() const { return hidden / heads; }
};

/// The published models.
llvm::ArrayRef<Architecture> getArchitectures();

/// What of a model is written, and for which sizes.
struct Selection {
  Architecture architecture;
  int64_t batch = 1, sequence = 0;
  /// An onnx::TensorProto::DataType: FLOAT or FLOAT16.
  int32_t type = 0;
  int64_t opset = 0;
  /// From token ids to logits; otherwise hidden states go in and come out.
  bool isWhole = false;
  int64_t firstLayer = 0, numLayers = 0;

  /// Whether such a model exists and can be written.
  llvm::Error check() const;
};

} // namespace wafer::models

#endif // WAFER_TOOLS_WAFER_MODELS_ARCHITECTURE_H
