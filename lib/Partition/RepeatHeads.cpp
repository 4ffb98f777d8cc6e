//===- RepeatHeads.cpp - as many heads of keys as of queries ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  a graph, normalised.
// Out: attentions with as many heads of keys and values as of queries.
//
// Heads that several heads of queries share are repeated before the rotary
// embedding that leads to them, if it turns all heads alike; where a product
// computes them, wafer-legalize-products repeats its weights instead. Cost: the
// number of attentions.
//
//   graph.attention %q, %k, %v (q of 4 heads, k and v of 2)
//   -> graph.reshape, graph.expand, graph.reshape of %k and %v to 4 heads
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Graph.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "wafer/Partition/Passes.h"

#define DEBUG_TYPE "wafer-repeat-heads"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_REPEATHEADS
#include "wafer/Partition/Passes.h.inc"

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static Value reshape(OpBuilder &builder, Value value, ArrayRef<int64_t> shape) {
  return graph::ReshapeOp::create(builder, value.getLoc(),
                                  typeOf(value).clone(shape), value);
}

/// `value` [B,G,S,D] with each group `times` times in a row.
static Value repeat(OpBuilder &builder, Value value, int64_t times) {
  ArrayRef<int64_t> s = typeOf(value).getShape();
  Value each = reshape(builder, value, {s[0], s[1], 1, s[2], s[3]});
  Value expanded = graph::ExpandOp::create(
      builder, value.getLoc(),
      typeOf(value).clone({s[0], s[1], times, s[2], s[3]}), each);
  return reshape(builder, expanded, {s[0], s[1] * times, s[2], s[3]});
}

static bool turnsHeadsAlike(graph::RotaryEmbeddingOp rotary) {
  RankedTensorType cos = typeOf(rotary.getCos());
  int64_t at = cos.getRank() - 3; // of the heads
  return at < 0 || cos.getDimSize(at) == 1;
}

static void repeatHeads(graph::AttentionOp op, OpOperand &operand) {
  int64_t heads = typeOf(op.getQuery()).getDimSize(1),
          groups = typeOf(operand.get()).getDimSize(1);
  if (heads == groups)
    return;
  OpBuilder builder(op);
  auto rotary = operand.get().getDefiningOp<graph::RotaryEmbeddingOp>();
  if (!rotary || !turnsHeadsAlike(rotary)) {
    operand.set(repeat(builder, operand.get(), heads / groups));
    return;
  }
  // Turning comes after: a product in front can then be repeated.
  Value input = repeat(builder, rotary.getInput(), heads / groups);
  operand.set(graph::RotaryEmbeddingOp::create(builder, rotary.getLoc(), input,
                                               rotary.getCos(), rotary.getSin(),
                                               rotary.getInterleavedAttr()));
}

namespace {

struct RepeatHeads : impl::RepeatHeadsBase<RepeatHeads> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (auto op : llvm::to_vector(function.getOps<graph::AttentionOp>())) {
        repeatHeads(op, op.getKeyMutable());
        repeatHeads(op, op.getValueMutable());
      }
  }
};

} // namespace
} // namespace wafer
