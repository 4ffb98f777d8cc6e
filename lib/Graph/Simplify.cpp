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
//   - reshapes stand after maps, reductions and normalisations, so that those
//   between products meet and cancel (SinkReshapes.cpp):
//       relu(reshape(x)) -> reshape(relu(x)),
//       add(reshape(x), b: N) -> reshape(add(x, b)) if the last dimension
//       stays;
//   - reshapes that only move dimensions of 1 stand before rotary embeddings
//   (HoistReshapes.cpp);
//   - operands are as small as broadcasting allows, and rows are gathered from
//   a list of indices (TrimOperands.cpp).
//
// Maps never gain rank by this and products only lose it, so it ends.
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "wafer/Graph/Passes.h"

#define DEBUG_TYPE "graph-simplify"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_SIMPLIFY
#include "wafer/Graph/Passes.h.inc"

namespace {

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

struct Simplify : impl::SimplifyBase<Simplify> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    for (RegisteredOperationName op : getContext().getRegisteredOperations())
      if (isa<GraphDialect>(op.getDialect()))
        op.getCanonicalizationPatterns(patterns, &getContext());
    patterns.add<FlattenProduct>(&getContext());
    populateSinkReshapePatterns(patterns);
    populateHoistReshapePatterns(patterns);
    populateRepeatRowsPatterns(patterns);
    populateTrimOperandPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace wafer::graph
