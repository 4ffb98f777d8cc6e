//===- AttentionBlocks.cpp - attention, rotary embedding --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include <cmath>

using llvm::Twine;

namespace wafer::models {

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

Value BlockBuilder::splitHeads(const Value &x) {
  Value heads = b.reshape(x, {selection.batch, selection.sequence,
                              architecture.heads, architecture.getHeadSize()});
  return b.transpose(heads, {0, 2, 1, 3});
}

Value BlockBuilder::causalMask() {
  if (!maskValue.empty())
    return maskValue;
  b.enter("causal_mask");
  Value key = b.create(
      "Range", {b.scalar(0), b.scalar(selection.sequence), b.scalar(1)});
  Value query = b.create("Unsqueeze", {key, b.ints({1})});
  Value isSeen = b.create("LessOrEqual", {key, query});
  bool isHalf = selection.type == onnx::TensorProto::FLOAT16;
  double lowest = isHalf ? -65504 : -0x1.fffffep127;
  maskValue = b.create("Where", {isSeen, b.number(0), b.number(lowest)});
  return maskValue;
}

Value BlockBuilder::composeAttention(const Value &query, const Value &key,
                                     const Value &value) {
  double scale = 1 / std::sqrt(static_cast<double>(architecture.getHeadSize()));
  Value scores = b.create("MatMul", {query, b.transpose(key, {0, 1, 3, 2})});
  Value scaled = b.create("Mul", {scores, b.number(scale)});
  Value masked = b.create("Add", {scaled, maskValue});
  Value shares =
      b.create("Softmax", {masked}, {makeAttribute("axis", int64_t(-1))});
  return b.create("MatMul", {shares, value});
}

Value BlockBuilder::attention(const Value &query, const Value &key,
                              const Value &value, const Twine &name) {
  Value heads;
  if (hasAttentionOps()) {
    b.enter(name);
    heads = b.create("Attention", {query, key, value},
                     {makeAttribute("is_causal", int64_t(1))});
  } else {
    causalMask();
    b.enter(name);
    heads = composeAttention(query, key, value);
  }
  return b.reshape(b.transpose(heads, {0, 2, 1, 3}),
                   {selection.batch, selection.sequence, architecture.hidden});
}

//===----------------------------------------------------------------------===//
// Rotary embedding
//===----------------------------------------------------------------------===//

Value BlockBuilder::rotaryTable(bool isSin, unsigned copies,
                                bool isInterleaved) {
  int64_t half = architecture.rotary / 2;
  llvm::SmallVector<float> row(half), values;
  for (int64_t position = 0; position < selection.sequence; ++position) {
    for (int64_t i = 0; i < half; ++i) {
      // In f32, as the implementations compute it.
      float exponent =
          static_cast<float>(2 * i) / static_cast<float>(architecture.rotary);
      float frequency = 1.0f / std::pow(10000.0f, exponent);
      float angle = static_cast<float>(position) * frequency;
      row[i] = static_cast<float>(isSin ? std::sin(double(angle))
                                        : std::cos(double(angle)));
    }
    if (isInterleaved)
      for (float value : row)
        values.append(copies, value);
    else
      for (unsigned copy = 0; copy < copies; ++copy)
        values.append(row.begin(), row.end());
  }
  return b.table(isSin ? "rotary.sin" : "rotary.cos",
                 {selection.sequence, half * copies}, values);
}

/// rotated = x·cos + turned·sin, where `turned` has the pairs (a, b) as (-b,
/// a), and cos and sin the angle of a pair at both of its places.
Value BlockBuilder::composeRotary(const Value &x) {
  bool isInterleaved = architecture.family == Family::GptJ;
  int64_t rotary = architecture.rotary, half = rotary / 2,
          rest = architecture.getHeadSize() - rotary;
  Value part = x, tail;
  if (rest > 0) {
    auto pieces = b.split(x, 3, {rotary, rest});
    part = pieces[0];
    tail = pieces[1];
  }
  Value turned;
  if (isInterleaved) {
    Value even = b.slice(part, 3, 0, rotary, 2);
    Value odd = b.slice(part, 3, 1, rotary, 2);
    Value last = b.ints({-1});
    Value first = b.create("Unsqueeze", {b.create("Neg", {odd}), last});
    Value second = b.create("Unsqueeze", {even, last});
    Value pairs = b.create("Concat", {first, second},
                           {makeAttribute("axis", int64_t(-1))});
    turned = b.reshape(pairs, {selection.batch, architecture.heads,
                               selection.sequence, rotary});
  } else {
    auto halves = b.split(part, 3, {half, half});
    turned = b.create("Concat", {b.create("Neg", {halves[1]}), halves[0]},
                      {makeAttribute("axis", int64_t(-1))});
  }
  Value rotated = b.create(
      "Add",
      {b.create("Mul", {part, rotaryTable(/*isSin=*/false, 2, isInterleaved)}),
       b.create("Mul",
                {turned, rotaryTable(/*isSin=*/true, 2, isInterleaved)})});
  if (rest == 0)
    return rotated;
  return b.create("Concat", {rotated, tail},
                  {makeAttribute("axis", int64_t(-1))});
}

Value BlockBuilder::rotary(const Value &x) {
  if (!hasAttentionOps())
    return composeRotary(x);
  int64_t positions = selection.batch * selection.sequence;
  llvm::SmallVector<int64_t> ids;
  for (int64_t i = 0; i < positions; ++i)
    ids.push_back(i % selection.sequence);
  Value positionIds = b.intTable("rotary.position_ids",
                                 {selection.batch, selection.sequence}, ids);
  int64_t isInterleaved = architecture.family == Family::GptJ;
  llvm::SmallVector<onnx::AttributeProto> attributes = {
      makeAttribute("interleaved", isInterleaved)};
  if (architecture.rotary < architecture.getHeadSize())
    attributes.push_back(
        makeAttribute("rotary_embedding_dim", architecture.rotary));
  return b.create("RotaryEmbedding",
                  {x, rotaryTable(/*isSin=*/false, 1, false),
                   rotaryTable(/*isSin=*/true, 1, false), positionIds},
                  attributes);
}

} // namespace wafer::models
