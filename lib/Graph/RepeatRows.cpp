//===- RepeatRows.cpp - constants for stacked rows --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A table of positions is added to every sequence of a batch. Where the rows of
// all sequences are stacked, broadcasting cannot say so; gathering the table's
// rows once for each sequence can. Only what is added to gathered rows is
// gathered: elsewhere an addition would become an op of another kind.
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"

using namespace mlir;

namespace wafer::graph {
namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// True if `value` is rows of a table, or maps of them.
bool isOfGatheredRows(Value value, int depth = 0) {
  constexpr int kMaxDepth = 8;
  Operation *op = value.getDefiningOp();
  if (!op || depth > kMaxDepth)
    return false;
  if (auto gather = dyn_cast<GatherOp>(op))
    return gather.getAxis() == 0;
  return isMap(op) && llvm::any_of(op->getOperands(), [&](Value operand) {
           return isOfGatheredRows(operand, depth + 1);
         });
}

/// add(reshape(x: A·B×N -> A×B×N), c: B×N) for a constant c, or rows of a table
/// in a constant order, -> reshape(add(x, gather(c, iota mod B))).
struct RepeatRows : RewritePattern {
  explicit RepeatRows(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  static bool isConstant(Value value) {
    return isa_and_nonnull<ConstantOp>(value.getDefiningOp());
  }

  /// `value` repeated until it has `numRows` rows; null if it is not constant.
  static Value repeat(Value value, int64_t numRows, Location loc,
                      PatternRewriter &rewriter) {
    int64_t period = typeOf(value).getDimSize(0);
    Value table = value, order;
    if (!isConstant(value)) {
      auto gather = value.getDefiningOp<GatherOp>();
      if (!gather || gather.getAxis() != 0 || !isConstant(gather.getData()) ||
          !isConstant(gather.getIndices()) ||
          typeOf(gather.getIndices()).getRank() != 1)
        return {};
      table = gather.getData();
      order = gather.getIndices();
    }
    Type i64 = rewriter.getI64Type();
    Value rows =
        IotaOp::create(rewriter, loc, RankedTensorType::get(numRows, i64));
    Value limit = ConstantOp::create(
        rewriter, loc,
        DenseElementsAttr::get(RankedTensorType::get({}, i64), period));
    rows = ModOp::create(rewriter, loc, rows, limit, /*fmod=*/false);
    if (order)
      rows = GatherOp::create(rewriter, loc, order, rows, /*axis=*/0);
    return GatherOp::create(rewriter, loc, table, rows, /*axis=*/0);
  }

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<AddOp, SubOp, MulOp>(op))
      return failure();
    for (unsigned side : {0, 1}) {
      ReshapeOp reshape = getReshape(op->getOperand(side));
      Value other = op->getOperand(1 - side);
      if (auto view = other.getDefiningOp<ReshapeOp>())
        if (view.getType().getShape().drop_while([](int64_t dim) {
              return dim == 1;
            }) == view.getInput().getType().getShape())
          other = view.getInput();
      if (!reshape || typeOf(op->getResult(0)) != reshape.getType())
        continue;
      ArrayRef<int64_t> inner = reshape.getInput().getType().getShape();
      ArrayRef<int64_t> outer = reshape.getType().getShape();
      ArrayRef<int64_t> rows = typeOf(other).getShape();
      // The other has all dimensions but some of those that make up the rows.
      if (inner.size() < 2 || rows.size() != inner.size() ||
          outer.take_back(rows.size()) != rows ||
          rows.drop_front() != inner.drop_front() || rows[0] == inner[0] ||
          !isOfGatheredRows(reshape.getInput()))
        continue;
      Value repeated = repeat(other, inner[0], op->getLoc(), rewriter);
      if (!repeated)
        continue;
      SmallVector<Value> operands = {reshape.getInput(), repeated};
      if (side == 1)
        std::swap(operands[0], operands[1]);
      Value result = createLike(rewriter, op, operands, inner);
      rewriter.replaceOpWithNewOp<ReshapeOp>(op, op->getResult(0).getType(),
                                             result);
      return success();
    }
    return failure();
  }
};

} // namespace

void populateRepeatRowsPatterns(RewritePatternSet &patterns) {
  patterns.add<RepeatRows>(patterns.getContext());
}

} // namespace wafer::graph
