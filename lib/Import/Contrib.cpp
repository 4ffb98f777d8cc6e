//===- Contrib.cpp - com.microsoft: attention and ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Heads.h"
#include "Normalizations.h"

using namespace mlir;

namespace wafer::importer {

/// input + skip + bias, normalised; the sum itself is the fourth output.
template <bool isRMS> static Imported importSkipNormalization(Node &node) {
  Value sum = node.ops.add(node.getInput(0), node.getInput(1));
  size_t biasIndex = isRMS ? 3 : 4;
  if (Value bias = node.getInput(biasIndex))
    sum = node.ops.add(sum, bias);
  if (!sum)
    return failure();
  int64_t axis = rankOf(sum) - 1;
  double epsilon = node.getFloat("epsilon", 1e-12f);
  Value result =
      isRMS ? node.ops.create<graph::RMSNormalizationOp>(
                  {sum, node.getInput(2)}, {node.ops.attr("axis", axis),
                                            node.ops.attr("epsilon", epsilon)})
            : createLayerNorm(node.ops, sum, node.getInput(2), node.getInput(3),
                              axis, epsilon);
  Outputs results = {result, {}, {}, sum};
  if (!isRMS && (node.wantsOutput(1) || node.wantsOutput(2))) {
    Moments moments =
        createMoments(node.ops, node.ops.widened(sum), {axis}, epsilon);
    results[1] = moments.mean;
    results[2] = moments.inverseDeviation;
  }
  return results;
}

/// Words, positions and segments looked up, added and normalised. Segments are
/// optional.
static Imported importEmbedLayerNormalization(Node &node) {
  node.ignore({"mask_index_type"});
  for (size_t needed : {2, 3, 5, 6})
    if (!node.getInput(needed))
      return node.error() << "lacks input " << needed;
  Value ids = node.getInput(0), segments = node.getInput(1),
        positions = node.getInput(8);
  if (rankOf(ids) != 2)
    return node.error() << "input ids must be batch×tokens, found "
                        << ids.getType();
  SmallVector<int64_t> tokens(shapeOf(ids));
  if (!positions)
    positions = node.ops.range(tokens[1], node.builder.getI64Type());
  Value sum = node.ops.add(node.ops.gather(node.getInput(2), ids, 0),
                           node.ops.gather(node.getInput(3), positions, 0));
  if (Value table = node.getInput(4)) // without ids everything is segment 0
    sum = node.ops.add(sum, segments ? node.ops.gather(table, segments, 0)
                                     : node.ops.slice(table, 0, 0, 1));
  Value result =
      createLayerNorm(node.ops, sum, node.getInput(5), node.getInput(6), 2,
                      node.getFloat("epsilon", 1e-12f));
  Outputs results = {result, {}, sum};
  Type i32 = node.builder.getI32Type();
  if (Value mask = node.getInput(7)) // how many tokens count
    results[1] = node.ops.reduceSum(node.ops.cast(mask, i32), {1});
  else
    results[1] = node.ops.filled({tokens[0]}, i32, 0);
  return results;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Masks of `keys` keys: how many count (B), or 0 for those that do not (B×T,
/// B×S×T, B×1×S×T). True where a key counts; null after an error.
static Value readPaddingMask(Node &node, Value mask, int64_t batch,
                             int64_t keys) {
  Dims shape = shapeOf(mask);
  if (shape.size() == 1 && shape[0] == batch) {
    Value lengths = node.ops.reshape(
        node.ops.cast(mask, node.builder.getI64Type()), {batch, 1, 1, 1});
    return node.ops.less(node.ops.range(keys, node.builder.getI64Type()),
                         lengths);
  }
  Value keep = node.ops.cast(mask, node.builder.getI1Type());
  if (shape.size() == 2 && shape[1] == keys)
    return node.ops.reshape(keep, {shape[0], 1, 1, keys});
  if (shape.size() == 3)
    return node.ops.unsqueeze(keep, 1);
  if (shape.size() == 4)
    return keep;
  node.error() << "a mask of type " << mask.getType() << " is not supported";
  return {};
}

/// A mask that adds a large negative number, not infinity: a query whose keys
/// are all masked still sees them.
static Value addFiller(Node &node, Value keep, Value bias, Type type) {
  double filler = node.getFloat("mask_filter_value", -10000.0f);
  Value mask = node.ops.where(keep, node.ops.scalar(type, 0),
                              node.ops.scalar(type, filler));
  return bias ? node.ops.add(mask, bias) : mask;
}

static double getScale(Node &node, Value query) {
  double scale = node.getFloat("scale", 0.0f);
  return scale != 0 || !query
             ? scale
             : 1 / std::sqrt(static_cast<double>(shapeOf(query)[3]));
}

/// One product gives query, key and value.
static Imported importMicrosoftAttention(Node &node) {
  Value x = node.getInput(0), weights = node.getInput(1);
  int64_t heads = node.getInt("num_heads", 0);
  if (node.getInt("do_rotary", 0) || node.getInput(6))
    return node.error() << "rotary embedding and sequence lengths of the past "
                           "are not supported";
  node.ignore({"rotary_embedding_dim", "past_present_share_buffer"});
  if (rankOf(x) != 3 || rankOf(weights) != 2)
    return node.error() << "input and weights are " << x.getType() << " and "
                        << weights.getType();
  Value packed = node.ops.matmul(x, weights);
  if (Value bias = node.getInput(2))
    packed = node.ops.add(packed, bias);
  int64_t third = shapeOf(weights)[1] / 3;
  SmallVector<int64_t> sizes =
      node.getInts("qkv_hidden_sizes")
          .value_or(SmallVector<int64_t>{third, third, third});
  if (sizes.size() != 3 || sizes[0] < 0 || sizes[1] < 0 || sizes[2] < 0 ||
      sizes[0] + sizes[1] + sizes[2] != shapeOf(weights)[1])
    return node.error() << "hidden sizes do not fit " << weights.getType();
  Value parts[3];
  int64_t start = 0;
  for (size_t i = 0; i < 3; ++i) {
    parts[i] =
        splitHeads(node, node.ops.slice(packed, 2, start, sizes[i]), heads);
    start += sizes[i];
  }
  int64_t past = 0;
  if (Value given = node.getInput(4)) { // 2×B×H×P×D
    if (rankOf(given) != 5 || shapeOf(given)[0] != 2)
      return node.error() << "the past is " << given.getType();
    past = shapeOf(given)[3];
    for (int64_t i : {0, 1}) {
      Value half = node.ops.reshape(node.ops.slice(given, 0, i, 1),
                                    shapeOf(given).drop_front());
      parts[1 + i] = node.ops.concat({half, parts[1 + i]}, 2);
    }
  }
  if (!parts[0] || !parts[1] || !parts[2])
    return failure();
  Masking masking;
  masking.bias = node.getInput(5);
  Type type = elementOf(parts[0]);
  if (Value mask = node.getInput(3)) {
    Value keep =
        readPaddingMask(node, mask, shapeOf(x)[0], shapeOf(parts[1])[2]);
    masking.bias = addFiller(node, keep, masking.bias, type);
    if (!masking.bias)
      return failure();
  } else {
    node.ignore({"mask_filter_value"});
  }
  if (node.getInt("unidirectional", 0))
    masking.causal = past;
  Value result = createAttention(node, parts[0], parts[1], parts[2], masking,
                                 getScale(node, parts[0]));
  Outputs results = {mergeHeads(node, result)};
  if (node.wantsOutput(1))
    results.push_back(node.ops.concat(
        {node.ops.unsqueeze(parts[1], 0), node.ops.unsqueeze(parts[2], 0)}, 0));
  return results;
}

/// Query, key and value come separately, key and value perhaps split already.
static Imported importMultiHeadAttention(Node &node) {
  int64_t heads = node.getInt("num_heads", 0);
  Value parts[3] = {node.getInput(0), node.getInput(1), node.getInput(2)};
  if (!parts[1] || !parts[2] || rankOf(parts[0]) != 3)
    return node.error() << "packed query, key and value are not supported";
  if (node.getInput(3) && rankOf(node.getInput(3)) != 1)
    return node.error() << "the bias must have rank 1, found "
                        << node.getInputType(3);
  int64_t start = 0;
  for (Value &part : parts) {
    if (rankOf(part) != 3 && rankOf(part) != 4)
      return node.error() << "key and value must have rank 3 or 4, found "
                          << part.getType();
    if (rankOf(part) != 3)
      continue;
    int64_t size = shapeOf(part)[2];
    if (Value bias = node.getInput(3))
      part = node.ops.add(part, node.ops.slice(bias, 0, start, size));
    start += size;
    part = splitHeads(node, part, heads);
  }
  int64_t past = 0;
  if (Value pastKey = node.getInput(6)) {
    if (rankOf(pastKey) != 4 || !node.getInput(7))
      return node.error() << "past key and value must be tensors of rank 4";
    past = shapeOf(pastKey)[2];
    parts[1] = node.ops.concat({pastKey, parts[1]}, 2);
    parts[2] = node.ops.concat({node.getInput(7), parts[2]}, 2);
  }
  if (!parts[0] || !parts[1] || !parts[2])
    return failure();
  Masking masking;
  masking.bias = node.getInput(5);
  if (Value mask = node.getInput(4)) {
    Value keep =
        readPaddingMask(node, mask, shapeOf(parts[0])[0], shapeOf(parts[1])[2]);
    masking.bias = addFiller(node, keep, masking.bias, elementOf(parts[0]));
    if (!masking.bias)
      return failure();
  } else {
    node.ignore({"mask_filter_value"});
  }
  if (node.getInt("unidirectional", 0))
    masking.causal = past;
  Value result = createAttention(node, parts[0], parts[1], parts[2], masking,
                                 getScale(node, parts[0]));
  return Outputs{mergeHeads(node, result), parts[1], parts[2]};
}

void addContribOperators(OperatorTable &table) {
  table.add(kMicrosoft, "SkipLayerNormalization",
            {3, 5, importSkipNormalization<false>});
  table.add(kMicrosoft, "SkipSimplifiedLayerNormalization",
            {3, 4, importSkipNormalization<true>});
  table.add(kMicrosoft, "EmbedLayerNormalization",
            {1, 9, importEmbedLayerNormalization});
  table.add(kMicrosoft, "Attention", {2, 7, importMicrosoftAttention});
  table.add(kMicrosoft, "MultiHeadAttention", {1, 8, importMultiHeadAttention});
}

} // namespace wafer::importer
