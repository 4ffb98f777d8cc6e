//===- LegalizeAttention.cpp - operands of attention on a mesh --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  a graph, normalised, behind wafer-repeat-heads and
//      wafer-legalize-products.
// Out: attentions whose queries, keys and values are computed on the mesh and
//      lie as tokens by features.
//
// 1. An operand that does not lie as AttentionForm asks, such as a view of a
//    host tensor or one that mixes tokens and features, is brought into the
//    form [tokens, features] and copied (a cast to its own type), which is a
//    kernel that loads it.
// 2. Likewise a result that nobody reads as tokens by features is written so
//    first.
//
// Rejected later, by partitioning: attention over other keys than its own
// tokens, softcaps, offsets. Cost: the number of ops.
//
//   graph.attention %q, ... (a view of an argument)
//   -> graph.transpose, graph.reshape, graph.cast, and back
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
    for (OpOperand *operand :
         {&op.getQueryMutable(), &op.getKeyMutable(), &op.getValueMutable()})
      if (!AttentionForm::liesAsTokens(operand->get()))
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

  /// `value` [B,H,S,D] by way of [B,S,H·D] on the mesh.
  Value copied(Value value) {
    SmallVector<int64_t> s(typeOf(value).getShape());
    Value tokens = reshape(transpose(value), {s[0], s[2], s[1] * s[3]});
    Value copy = graph::CastOp::create(builder, value.getLoc(),
                                       tokens.getType(), tokens);
    return transpose(reshape(copy, {s[0], s[2], s[1], s[3]}));
  }

  void copy(OpOperand &operand) {
    builder.setInsertionPoint(op);
    auto rotary = operand.get().getDefiningOp<graph::RotaryEmbeddingOp>();
    if (!rotary || typeOf(rotary.getInput()).getRank() != 4) {
      operand.set(copied(operand.get()));
      return;
    }
    // The mesh turns what it has.
    operand.set(graph::RotaryEmbeddingOp::create(
        builder, rotary.getLoc(), copied(rotary.getInput()), rotary.getCos(),
        rotary.getSin(), rotary.getInterleavedAttr()));
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
