//===- LegalizeAttention.cpp - operands of attention on a mesh --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  a graph, normalised.
// Out: attentions whose queries, keys and values are computed on the mesh, have
//      as many heads each, and lie as tokens by features.
//
// 1. Heads of keys and values that several heads of queries share are repeated
//    before the views (and the rotary embedding) that lead to them; where a
//    product computes them, wafer-legalize-products repeats its weights
//    instead.
// 2. An operand that is a view of a host tensor, or whose views mix tokens and
//    features, is brought into the form [tokens, features] and copied (a cast
//    to its own type), which is a kernel that loads it.
// 3. Likewise a result that nobody reads as tokens by features is written so
//    first.
//
// Rejected later, by partitioning: attention over other keys than its own
// tokens, softcaps, offsets. Cost: the number of ops.
//
//   graph.attention %q, %k, %v (q of 4 heads, k and v of 2)
//   -> graph.reshape, graph.expand, graph.reshape of %k and %v to 4 heads
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "wafer/Kernels/Attention.h"
#include "wafer/Kernels/HostAccess.h"
#include "wafer/Partition/Passes.h"

#define DEBUG_TYPE "wafer-legalize-attention"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_LEGALIZEATTENTION
#include "wafer/Partition/Passes.h.inc"

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

class AttentionLegalizer {
public:
  explicit AttentionLegalizer(graph::AttentionOp op) : op(op), builder(op) {}

  void run() {
    repeatHeads(op.getKeyMutable());
    repeatHeads(op.getValueMutable());
    for (OpOperand *operand :
         {&op.getQueryMutable(), &op.getKeyMutable(), &op.getValueMutable()})
      if (!liesAsTokens(operand->get()))
        copy(*operand);
    if (!AttentionForm::findResultViews(op))
      writeResult();
  }

private:
  Value reshape(Value value, ArrayRef<int64_t> shape) {
    return graph::ReshapeOp::create(
        builder, value.getLoc(),
        RankedTensorType::get(shape, typeOf(value).getElementType()), value);
  }
  Value transpose(Value value) { // [B,H,S,D] and [B,S,H,D]
    return graph::TransposeOp::create(
        builder, value.getLoc(), value,
        builder.getDenseI64ArrayAttr({0, 2, 1, 3}));
  }

  /// `value` [B,G,S,D] with each group `times` times in a row.
  Value repeat(Value value, int64_t times) {
    ArrayRef<int64_t> s = typeOf(value).getShape();
    Value each = reshape(value, {s[0], s[1], 1, s[2], s[3]});
    Value expanded = graph::ExpandOp::create(
        builder, value.getLoc(),
        RankedTensorType::get({s[0], s[1], times, s[2], s[3]},
                              typeOf(value).getElementType()),
        each);
    return reshape(expanded, {s[0], s[1] * times, s[2], s[3]});
  }

  void repeatHeads(OpOperand &operand) {
    int64_t heads = typeOf(op.getQuery()).getDimSize(1),
            groups = typeOf(operand.get()).getDimSize(1);
    if (heads == groups)
      return;
    auto rotary = operand.get().getDefiningOp<graph::RotaryEmbeddingOp>();
    if (!rotary || !turnsHeadsAlike(rotary)) {
      builder.setInsertionPoint(op);
      operand.set(repeat(operand.get(), heads / groups));
      return;
    }
    // Turning comes after: a product in front can then be repeated.
    builder.setInsertionPoint(op);
    Value input = repeat(rotary.getInput(), heads / groups);
    operand.set(graph::RotaryEmbeddingOp::create(
        builder, rotary.getLoc(), input, rotary.getCos(), rotary.getSin(),
        rotary.getInterleavedAttr()));
  }

  static bool turnsHeadsAlike(graph::RotaryEmbeddingOp rotary) {
    RankedTensorType cos = typeOf(rotary.getCos());
    int64_t at = cos.getRank() - 3; // of the heads
    return at < 0 || cos.getDimSize(at) == 1;
  }

  /// Is `value` [B,H,S,D] a view of what a kernel computes as [B·S, H·D]?
  bool liesAsTokens(Value value) {
    SmallVector<Operation *> chain;
    for (Operation *d = value.getDefiningOp();
         d && (isView(d) || isa<graph::RotaryEmbeddingOp>(d));
         d = value.getDefiningOp()) {
      chain.push_back(d);
      value = d->getOperand(0);
    }
    // Repeated weights leave a view of a product that is not one yet.
    auto isRepetition = [](Operation *d) { return isa<graph::ExpandOp>(d); };
    Operation *root = value.getDefiningOp();
    if (!root || isa<graph::ConstantOp, graph::GatherOp>(root))
      return false;
    if (llvm::any_of(chain, isRepetition))
      return true;
    StridedView view = StridedView::whole(value);
    for (Operation *d : llvm::reverse(chain))
      if (isView(d) && failed(view.apply(d)))
        return false;
    ArrayRef<int64_t> s =
        typeOf(chain.empty() ? value : chain.front()->getResult(0)).getShape();
    return view.dims.size() == 4 &&
           view.isDim(2, s[2], typeOf(value).getShape().back()) &&
           view.isDim(3, s[3], 1);
  }

  void copy(OpOperand &operand) {
    builder.setInsertionPoint(op);
    Value value = operand.get();
    SmallVector<int64_t> s(typeOf(value).getShape());
    Value tokens = reshape(transpose(value), {s[0], s[2], s[1] * s[3]});
    Value copied = graph::CastOp::create(builder, value.getLoc(),
                                         tokens.getType(), tokens);
    operand.set(transpose(reshape(copied, {s[0], s[2], s[1], s[3]})));
  }

  void writeResult() {
    builder.setInsertionPointAfter(op);
    Value result = op.getResult();
    SmallVector<int64_t> s(typeOf(result).getShape());
    Value turned = transpose(result);
    Value tokens = reshape(turned, {s[0], s[2], s[1] * s[3]});
    Value copied =
        graph::CastOp::create(builder, op.getLoc(), tokens.getType(), tokens);
    Value back = transpose(reshape(copied, {s[0], s[2], s[1], s[3]}));
    result.replaceAllUsesExcept(back, turned.getDefiningOp());
  }

  graph::AttentionOp op;
  OpBuilder builder;
};

struct LegalizeAttention : impl::LegalizeAttentionBase<LegalizeAttention> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (auto op : llvm::to_vector(function.getOps<graph::AttentionOp>()))
        AttentionLegalizer(op).run();
  }
};

} // namespace
} // namespace wafer
