//===- Attention.cpp - Attention, RotaryEmbedding and their kin -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Heads.h"

using namespace mlir;

namespace wafer::importer {

namespace {

/// ONNX's Attention on tensors B×H×S×D.
class AttentionImporter {
public:
  explicit AttentionImporter(Node &node) : node(node) {}
  Imported run();

private:
  Node &node;
  Value query, key, value;
  int64_t queries = 0, keys = 0, past = 0;
  double scale = 1, softcap = 0;
  bool isPacked = false;

  LogicalResult readOperands();
  LogicalResult readMask(Masking &masking);
  Value getPositions(Value lengths);
  LogicalResult readWindow(Value lengths, Masking &masking);
  Value createScores(const Masking &masking, int64_t mode);
};

} // namespace

LogicalResult AttentionImporter::readOperands() {
  query = node.getInput(0);
  key = node.getInput(1);
  value = node.getInput(2);
  isPacked = rankOf(query) == 3;
  int64_t queryHeads = node.getInt("q_num_heads", 0),
          keyHeads = node.getInt("kv_num_heads", 0);
  if (isPacked) {
    query = splitHeads(node, query, queryHeads);
    key = splitHeads(node, key, keyHeads);
    value = splitHeads(node, value, keyHeads);
  }
  if (!query || !key || !value)
    return failure();
  if (rankOf(query) != 4 || rankOf(key) != 4 || rankOf(value) != 4)
    return node.error() << "query, key and value must have rank 3 or 4";
  if (Value pastKey = node.getInput(4)) {
    if (rankOf(pastKey) != 4 || !node.getInput(5))
      return node.error() << "past key and value must be tensors of rank 4";
    past = shapeOf(pastKey)[2];
    key = node.ops.concat({pastKey, key}, 2);
    value = node.ops.concat({node.getInput(5), value}, 2);
    if (!key || !value)
      return failure();
  }
  queries = shapeOf(query)[2];
  keys = shapeOf(key)[2];
  scale = node.getFloat("scale", 1.0f);
  if (!node.hasAttribute("scale"))
    scale = 1 / std::sqrt(static_cast<double>(shapeOf(query)[3]));
  softcap = node.getFloat("softcap", 0.0f);
  node.ignore({"softmax_precision"}); // f32 at least, see graph.attention
  return success();
}

/// Positions of queries among the keys, B×1×S×1 or S×1: they stand after the
/// past, or at the end of the `lengths` keys that count.
Value AttentionImporter::getPositions(Value lengths) {
  Type i64 = node.builder.getI64Type();
  bool isPerBatch = lengths && !node.getInput(4);
  Value positions = node.ops.unsqueeze(
      node.ops.range(queries, i64, isPerBatch ? -queries : past), 1);
  return isPerBatch ? node.ops.add(positions, lengths) : positions;
}

/// Causal and sliding-window masks.
LogicalResult AttentionImporter::readWindow(Value lengths, Masking &masking) {
  int64_t left = node.getInt("left_window_size", -1),
          right = node.getInt("right_window_size", -1);
  bool isCausal = node.getInt("is_causal", 0);
  bool isPerBatch = lengths && !node.getInput(4);
  if (isCausal && !isPerBatch) {
    masking.causal = past;
    isCausal = false;
  }
  if (isCausal)
    right = right < 0 ? 0 : std::min<int64_t>(right, 0);
  if (left < 0 && right < 0)
    return success();
  Value positions = getPositions(lengths);
  Value column = node.ops.range(keys, node.builder.getI64Type());
  if (right >= 0)
    masking.keep =
        keepBoth(node, masking.keep,
                 node.ops.lessOrEqual(column, node.ops.add(positions, right)));
  if (left >= 0)
    masking.keep =
        keepBoth(node, masking.keep,
                 node.ops.lessOrEqual(node.ops.add(positions, -left), column));
  return success(masking.keep != Value());
}

LogicalResult AttentionImporter::readMask(Masking &masking) {
  if (Value mask = node.getInput(3)) {
    bool isBool = elementOf(mask).isInteger(1);
    int64_t rank = rankOf(mask), missing = keys - shapeOf(mask).back();
    if (missing > 0) { // keys that the mask does not reach are not seen
      SmallVector<int64_t> low(rank, 0), high(rank, 0);
      high.back() = missing;
      mask = node.ops.pad(
          mask, low, high,
          node.ops.scalarLike(
              mask, isBool ? 0 : -std::numeric_limits<double>::infinity()));
    }
    (isBool ? masking.keep : masking.bias) = mask;
  }
  Value lengths;
  if (node.getInput(6)) {
    lengths = node.ops.reshape(
        node.ops.cast(node.getInput(6), node.builder.getI64Type()),
        {shapeOf(query)[0], 1, 1, 1});
    Value column = node.ops.range(keys, node.builder.getI64Type());
    masking.keep = keepBoth(node, masking.keep, node.ops.less(column, lengths));
    if (!masking.keep)
      return failure();
  }
  return readWindow(lengths, masking);
}

/// What qk_matmul_output shows: the scores (0), after softcap (1), masked (2)
/// or after softmax (3).
Value AttentionImporter::createScores(const Masking &masking, int64_t mode) {
  Type type = elementOf(query);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Value repeated = repeatGroups(node, key, shapeOf(query)[1]);
  Value scores = node.ops.mul(
      node.ops.matmul(query, repeated, false, /*transposeB=*/true), scale);
  if (mode >= 1 && softcap != 0)
    scores =
        node.ops.mul(node.ops.tanh(node.ops.div(scores, softcap)), softcap);
  if (mode < 2 || !scores)
    return scores;
  if (masking.bias)
    scores = node.ops.add(scores, node.ops.cast(masking.bias, type));
  Value keep = masking.keep;
  if (masking.causal)
    keep = keepBoth(node, keep,
                    createCausal(node, queries, keys, *masking.causal));
  if (keep)
    scores = node.ops.where(keep, scores, node.ops.scalar(type, -kInfinity));
  if (mode < 3)
    return scores;
  // A row without keys is zero.
  Value hasKeys = node.ops.less(node.ops.scalar(type, -kInfinity),
                                node.ops.reduceMax(scores, {3}, true));
  return node.ops.where(hasKeys, node.ops.softmax(scores, 3),
                        node.ops.scalar(type, 0));
}

Imported AttentionImporter::run() {
  Masking masking;
  if (failed(readOperands()) || failed(readMask(masking)))
    return failure();
  int64_t mode = node.getInt("qk_matmul_output_mode", 0);
  Value result =
      createAttention(node, query, key, value, masking, scale, softcap);
  if (isPacked)
    result = mergeHeads(node, result);
  Outputs results = {result, key, value};
  if (node.wantsOutput(3))
    results.push_back(createScores(masking, mode));
  return results;
}

static Imported importAttention(Node &node) {
  return AttentionImporter(node).run();
}

/// Attention whose scores and probabilities go through subgraphs.
static Imported importFlexAttention(Node &node) {
  Value query = node.getInput(0), key = node.getInput(1),
        value = node.getInput(2);
  if (rankOf(query) != 4)
    return node.error() << "query must have rank 4, found " << query.getType();
  double scale = node.getFloat("scale", 1.0f);
  if (!node.hasAttribute("scale"))
    scale = 1 / std::sqrt(static_cast<double>(shapeOf(query)[3]));
  Type type = elementOf(query), precision = elementOf(node.ops.widened(query));
  if (node.hasAttribute("softmax_precision"))
    precision = getElementType(node.getInt("softmax_precision", 0),
                               node.builder.getContext());
  const onnx::GraphProto *scoreMod = node.getGraph("score_mod"),
                         *probMod = node.getGraph("prob_mod");
  if (!scoreMod && !probMod)
    return Outputs{createAttention(node, query, key, value, {}, scale)};
  if (!precision)
    return node.error() << "softmax_precision is not a supported type";
  auto modify = [&](const onnx::GraphProto *graph, Value operand) -> Value {
    if (!graph || !operand)
      return operand;
    SmallVector<Value> results;
    if (failed(node.importSubgraph(*graph, operand, results)))
      return {};
    if (results.size() == 1)
      return results[0];
    node.error() << "its subgraphs must have one output";
    return {};
  };
  int64_t heads = shapeOf(query)[1];
  Value scores = node.ops.matmul(
      node.ops.cast(query, precision),
      node.ops.cast(repeatGroups(node, key, heads), precision), false,
      /*transposeB=*/true);
  scores = modify(scoreMod, node.ops.mul(scores, scale));
  Value weights = modify(probMod, node.ops.softmax(scores, 3));
  return Outputs{node.ops.matmul(node.ops.cast(weights, type),
                                 repeatGroups(node, value, heads))};
}

//===----------------------------------------------------------------------===//
// Rotary embedding
//===----------------------------------------------------------------------===//

/// Operands B×H×S×D, or B×S×(H·D) with num_heads; tables of angles by position,
/// or without position_ids by batch and token.
static Imported importRotaryEmbedding(Node &node) {
  Value x = node.getInput(0), cos = node.getInput(1), sin = node.getInput(2);
  SmallVector<int64_t> shape(shapeOf(x));
  int64_t heads = node.getInt("num_heads", 0);
  bool isPacked = shape.size() == 3;
  if (isPacked && (heads <= 0 || shape[2] % heads != 0))
    return node.error() << heads << " heads do not divide " << x.getType();
  if (isPacked)
    x = node.ops.reshape(x, {shape[0], shape[1], heads, shape[2] / heads});
  if (Value positions = node.getInput(3)) {
    cos = node.ops.gather(cos, positions, 0);
    sin = node.ops.gather(sin, positions, 0);
  }
  if (!x || !cos || !sin || rankOf(cos) != 3 || rankOf(sin) != 3)
    return node.error() << "angles must be given for each batch and token";
  int64_t rotated = node.getInt("rotary_embedding_dim", 0);
  if (rotated == 0)
    rotated = shapeOf(x).back();
  if (shapeOf(cos).back() * 2 != rotated)
    return node.error() << "angles " << cos.getType() << " do not fit "
                        << rotated << " rotated elements";
  int64_t headAxis = isPacked ? 2 : 1;
  SmallVector<NamedAttribute> attributes;
  if (node.getInt("interleaved", 0))
    attributes.push_back(node.ops.unit("interleaved"));
  Value result = node.ops.create<graph::RotaryEmbeddingOp>(
      {x, node.ops.unsqueeze(cos, headAxis), node.ops.unsqueeze(sin, headAxis)},
      attributes);
  return Outputs{node.ops.reshape(result, shape)};
}

//===----------------------------------------------------------------------===//
// Linear attention
//===----------------------------------------------------------------------===//

/// B×T×(G·n) as B×G×T×n; a last dimension of 1 is shared by the groups.
static Value splitGates(Node &node, Value gates, int64_t groups) {
  bool isShared = rankOf(gates) == 3 && shapeOf(gates)[2] == 1;
  return splitHeads(node, gates, isShared ? 1 : groups);
}

static Imported importLinearAttention(Node &node) {
  node.ignore({"chunk_size"}); // a hint for speed
  int64_t heads = node.getInt("q_num_heads", 0),
          groups = node.getInt("kv_num_heads", 0);
  std::string rule = node.getString("update_rule", "gated_delta");
  bool isGated = rule == "gated" || rule == "gated_delta";
  bool isDelta = rule == "delta" || rule == "gated_delta";
  if (!isGated && !isDelta && rule != "linear")
    return node.error() << "attribute \"update_rule\" is \"" << rule << "\"";
  if ((isGated && !node.getInput(4)) || (isDelta && !node.getInput(5)))
    return node.error() << "update rule " << rule << " lacks decay or beta";
  Value query = splitHeads(node, node.getInput(0), heads),
        key = splitHeads(node, node.getInput(1), groups),
        value = splitHeads(node, node.getInput(2), groups);
  if (!query || !key || !value)
    return failure();
  Type type = elementOf(query), wide = elementOf(node.ops.widened(query));
  double scale = node.getFloat("scale", 0.0f);
  if (scale == 0)
    scale = 1 / std::sqrt(static_cast<double>(shapeOf(query)[3]));
  Value state = node.getInput(3);
  Type stateType = state ? elementOf(state) : type;
  if (!state)
    state = node.ops.filled(
        {shapeOf(key)[0], groups, shapeOf(key)[3], shapeOf(value)[3]}, wide, 0);
  Value decay = isGated ? splitGates(node, node.getInput(4), groups)
                        : node.ops.scalar(wide, 0);
  Value beta = isDelta ? splitGates(node, node.getInput(5), groups)
                       : node.ops.scalar(wide, 1);
  SmallVector<NamedAttribute> attributes = {node.ops.attr("scale", scale)};
  if (isDelta)
    attributes.push_back(node.ops.unit("delta"));
  SmallVector<Value> operands = {query, key, value, state, decay, beta};
  for (Value &operand : operands)
    operand = node.ops.cast(operand, wide);
  SmallVector<Value> results =
      node.ops.createAll<graph::LinearAttentionOp>(operands, attributes);
  return Outputs{mergeHeads(node, node.ops.cast(results[0], type)),
                 node.ops.cast(results[1], stateType)};
}

void addAttentionOperators(OperatorTable &table) {
  table.add("Attention", {3, 7, importAttention});
  table.add("RotaryEmbedding", {3, 4, importRotaryEmbedding});
  table.add("LinearAttention", {3, 6, importLinearAttention});
  table.add(kPreview, "FlexAttention", {3, 3, importFlexAttention});
  table.add("FlexAttention", {3, 3, importFlexAttention});
}

} // namespace wafer::importer
