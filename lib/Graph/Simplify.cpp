//===- Simplify.cpp - few forms for later stages -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region.
// Out: the same values bit by bit (reshapes only rename elements), in which
//   - the folds and canonical forms of the dialect are applied;
//   - a product of stacked rows with one matrix has rank 2:
//       matmul(x: B…×M×K, w: K×N) -> reshape(matmul(reshape(x): B…M×K, w))
//     and so has a product with an operand of rank 1;
//   - reshapes stand after maps, so that those between products meet and
//   cancel:
//       relu(reshape(x)) -> reshape(relu(x)),
//       add(reshape(x), b: N) -> reshape(add(x, b)) if the last dimension
//       stays.
//
// Maps never gain rank by this and products only lose it, so it ends.
//
//===----------------------------------------------------------------------===//

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "wafer/Graph/Passes.h"

#define DEBUG_TYPE "graph-simplify"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_SIMPLIFY
#include "wafer/Graph/Passes.h.inc"

namespace {

Value createReshape(PatternRewriter &rewriter, Location loc, Value value,
                    ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return ReshapeOp::create(rewriter, loc,
                           RankedTensorType::get(shape, type.getElementType()),
                           value);
}

/// Products whose right side is one matrix, with operands of any other rank.
struct FlattenProduct : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType lhs = op.getLhs().getType(), rhs = op.getRhs().getType();
    if (lhs.getRank() == 2 && rhs.getRank() == 2)
      return failure();
    // A stack of columns stays one; only a vector beside it becomes a matrix.
    bool isStackOfColumns = lhs.getRank() > 2 && op.getTransposeA();
    if (rhs.getRank() > 2 || (isStackOfColumns && rhs.getRank() == 2))
      return failure();
    Value newLhs = op.getLhs(), newRhs = op.getRhs();
    if (lhs.getRank() != 2 && !isStackOfColumns) {
      std::optional<int64_t> rows = countElements(lhs.getShape().drop_back());
      newLhs = createReshape(rewriter, op.getLoc(), newLhs,
                             {*rows, lhs.getShape().back()});
    }
    if (rhs.getRank() == 1)
      newRhs =
          createReshape(rewriter, op.getLoc(), newRhs, {rhs.getDimSize(0), 1});
    Value product = MatmulOp::create(rewriter, op.getLoc(), newLhs, newRhs,
                                     op.getTransposeA(), op.getTransposeB());
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), product,
                                         op.getType().getShape()));
    return success();
  }
};

/// True if a map would work on a higher rank before the reshape than after it.
bool raisesRank(ReshapeOp reshape) {
  return reshape.getInput().getType().getRank() > reshape.getType().getRank();
}

/// relu(reshape(x)) -> reshape(relu(x)), likewise for cast.
template <typename OpT> struct SinkBelowUnary : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op,
                                PatternRewriter &rewriter) const override {
    auto reshape = op.getInput().template getDefiningOp<ReshapeOp>();
    if (!reshape || raisesRank(reshape))
      return failure();
    auto type = RankedTensorType::get(reshape.getInput().getType().getShape(),
                                      op.getType().getElementType());
    Value mapped = OpT::create(rewriter, op.getLoc(), type, reshape.getInput());
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), mapped);
    return success();
  }
};

/// op(reshape(x), y) -> reshape(op(x, y')) if y' means to x what y means to its
/// reshape: y is a reshape of the same kind, has every element, one or one row.
template <typename OpT> struct SinkBelowBinary : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op,
                                PatternRewriter &rewriter) const override {
    for (bool isLhs : {true, false}) {
      Value side = isLhs ? op.getLhs() : op.getRhs();
      Value other = isLhs ? op.getRhs() : op.getLhs();
      auto reshape = side.getDefiningOp<ReshapeOp>();
      if (!reshape || raisesRank(reshape) || reshape.getType() != op.getType())
        continue;
      Value newOther = getOther(reshape, other, op.getLoc(), rewriter);
      if (!newOther)
        continue;
      Value inner = reshape.getInput();
      Value result = isLhs
                         ? OpT::create(rewriter, op.getLoc(), inner, newOther)
                         : OpT::create(rewriter, op.getLoc(), newOther, inner);
      rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), result);
      return success();
    }
    return failure();
  }

  static Value getOther(ReshapeOp reshape, Value other, Location loc,
                        PatternRewriter &rewriter) {
    RankedTensorType inner = reshape.getInput().getType(),
                     outer = reshape.getType();
    auto type = cast<RankedTensorType>(other.getType());
    if (auto otherReshape = other.getDefiningOp<ReshapeOp>())
      if (otherReshape.getInput().getType() == inner && type == outer)
        return otherReshape.getInput();
    // Strictly, else the two operands would take turns.
    if (type == outer && inner.getRank() < outer.getRank())
      return createReshape(rewriter, loc, other, inner.getShape());
    if (type.getRank() == 0)
      return other;
    // One row: as long as the last dimension, which the reshape keeps.
    int64_t last = type.getShape().back();
    bool isRow = type.getNumElements() == last;
    bool keepsRows = inner.getRank() > 0 && outer.getRank() > 0 &&
                     inner.getShape().back() == outer.getShape().back();
    if (!isRow || inner.getRank() == 0 || (last != 1 && !keepsRows))
      return {};
    return createReshape(rewriter, loc, other, {last});
  }
};

struct Simplify : impl::SimplifyBase<Simplify> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    for (RegisteredOperationName op : getContext().getRegisteredOperations())
      if (isa<GraphDialect>(op.getDialect()))
        op.getCanonicalizationPatterns(patterns, &getContext());
    patterns.add<FlattenProduct, SinkBelowUnary<ReluOp>, SinkBelowUnary<CastOp>,
                 SinkBelowBinary<AddOp>, SinkBelowBinary<SubOp>,
                 SinkBelowBinary<MulOp>>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace wafer::graph
