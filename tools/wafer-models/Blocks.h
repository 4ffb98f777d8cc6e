//===- Blocks.h - layers and models in ONNX ---------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_MODELS_BLOCKS_H
#define WAFER_TOOLS_WAFER_MODELS_BLOCKS_H

#include "Architecture.h"
#include "GraphBuilder.h"
#include "Weights.h"

namespace wafer::models {

/// The first opset with the operators Attention and RotaryEmbedding. Before it
/// both are written out, as PyTorch exports the Hugging Face implementations.
inline constexpr int64_t kAttentionOpset = 23;

/// The standard deviation of drawn weights, as at the start of GPT's training.
inline constexpr float kWeightScale = 0.02f;

/// Builds the nodes of one model. Tensors between layers are
/// batch × sequence × hidden, those of attention
/// batch × heads × sequence × head size.
class BlockBuilder {
public:
  BlockBuilder(const Selection &selection, Weights &weights,
               onnx::GraphProto &graph)
      : selection(selection), architecture(selection.architecture),
        weights(weights), b(graph, selection.type) {}

  /// The whole graph with its inputs and outputs.
  void build();

private:
  const Selection &selection;
  const Architecture &architecture;
  Weights &weights;
  GraphBuilder b;

  bool hasAttentionOps() const { return selection.opset >= kAttentionOpset; }

  // Parts of blocks (Blocks.cpp).
  Value weight(llvm::StringRef name, llvm::ArrayRef<int64_t> shape, float scale,
               float mean = 0);
  Value layerNorm(const Value &x, const llvm::Twine &name);
  /// x·W^T + bias with W of out × in, as torch.nn.Linear has it.
  Value linear(const Value &x, const llvm::Twine &name, int64_t in, int64_t out,
               float scale, bool hasBias = true);
  /// x·W + bias with W of in × out, as GPT-2 has it.
  Value conv1d(const Value &x, const llvm::Twine &name, int64_t in, int64_t out,
               float scale);
  Value gelu(const Value &x, bool isExact);
  /// Of projections that add to the residual stream: smaller, so that the
  /// stream does not grow with the number of layers.
  float getResidualScale() const;

  // Attention (AttentionBlocks.cpp).
  /// batch × sequence × (heads · size) to batch × heads × sequence × size.
  Value splitHeads(const Value &x);
  /// Causal attention; batch × sequence × hidden.
  Value attention(const Value &query, const Value &key, const Value &value,
                  const llvm::Twine &name);
  Value composeAttention(const Value &query, const Value &key,
                         const Value &value);
  /// 0 where a query sees a key and the lowest number elsewhere,
  /// sequence × sequence; written once.
  Value causalMask();
  /// Turns the first elements of every head by position; x is
  /// batch × heads × sequence × head size.
  Value rotary(const Value &x);
  Value composeRotary(const Value &x);
  /// cos or sin for each position, `repeat` times each or as a whole.
  Value rotaryTable(bool isSin, unsigned copies, bool isInterleaved);
  Value maskValue;

  // Layers (Layers.cpp).
  Value layer(const Value &x, int64_t index);
  Value gpt2Layer(const Value &x, int64_t index);
  Value gptJLayer(const Value &x, int64_t index);
  Value gptNeoXLayer(const Value &x, int64_t index);
  Value embedding(const Value &ids);
  Value head(const Value &x);
};

} // namespace wafer::models

#endif // WAFER_TOOLS_WAFER_MODELS_BLOCKS_H
