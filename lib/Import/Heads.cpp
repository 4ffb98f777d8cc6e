//===- Heads.cpp - tensors split into attention heads -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Heads.h"

using namespace mlir;

namespace wafer::importer {

Value splitHeads(Node &node, Value packed, int64_t heads) {
  if (!packed)
    return {};
  Dims shape = shapeOf(packed);
  if (shape.size() != 3 || heads <= 0 || shape[2] % heads != 0) {
    node.error() << heads << " heads do not divide " << packed.getType();
    return {};
  }
  Value split =
      node.ops.reshape(packed, {shape[0], shape[1], heads, shape[2] / heads});
  return node.ops.transpose(split, {0, 2, 1, 3});
}

Value mergeHeads(Node &node, Value split) {
  if (!split)
    return {};
  Dims shape = shapeOf(split);
  SmallVector<int64_t> packed = {shape[0], shape[2], shape[1] * shape[3]};
  return node.ops.reshape(node.ops.transpose(split, {0, 2, 1, 3}), packed);
}

Value repeatGroups(Node &node, Value groups, int64_t heads) {
  if (!groups)
    return {};
  SmallVector<int64_t> s(shapeOf(groups));
  if (s.size() != 4 || s[1] == 0 || heads % s[1] != 0) {
    node.error() << "keys and values " << groups.getType() << " do not fit "
                 << heads << " heads";
    return {};
  }
  Value each = node.ops.unsqueeze(groups, 2);
  each = node.ops.expand(each, {s[0], s[1], heads / s[1], s[2], s[3]});
  return node.ops.reshape(each, {s[0], heads, s[2], s[3]});
}

Value keepBoth(Node &node, Value a, Value b) {
  return !a ? b : !b ? a : node.ops.both(a, b);
}

Value createCausal(Node &node, int64_t queries, int64_t keys, int64_t offset) {
  Type i64 = node.builder.getI64Type();
  Value last = node.ops.unsqueeze(node.ops.range(queries, i64, offset), 1);
  return node.ops.lessOrEqual(node.ops.range(keys, i64), last);
}

Value mergeMasks(Node &node, const Masking &masking, Type type) {
  if (!masking.keep || !masking.bias)
    return masking.keep ? masking.keep : masking.bias;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return node.ops.where(masking.keep, node.ops.cast(masking.bias, type),
                        node.ops.scalar(type, -kInfinity));
}

Value createAttention(Node &node, Value query, Value key, Value value,
                      const Masking &masking, double scale, double softcap) {
  if (!query || !key || !value)
    return {};
  SmallVector<Value> operands = {query, key, value};
  if (masking.keep || masking.bias)
    operands.push_back(mergeMasks(node, masking, elementOf(query)));
  SmallVector<NamedAttribute> attributes = {node.ops.attr("scale", scale)};
  if (softcap != 0)
    attributes.push_back(node.ops.attr("softcap", softcap));
  if (masking.causal)
    attributes.push_back(node.ops.attr("causal", *masking.causal));
  return node.ops.create<graph::AttentionOp>(operands, attributes);
}

} // namespace wafer::importer
