//===- HoistReshapes.cpp - rotary embedding behind reshapes -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attention looks for a rotary embedding right in front of it, so dimensions of
// 1 come and go before that. Other reshapes stay where they are.
//
//===----------------------------------------------------------------------===//

#include "LaneSums.h"
#include "SimplifyPatterns.h"

using namespace mlir;

namespace wafer::graph {

/// The shape that means to rows of `to` what `shape` means to rows of `from`,
/// which differ in dimensions of 1; its last dimension stays.
static SmallVector<int64_t> moveOnes(ArrayRef<int64_t> shape,
                                     ArrayRef<int64_t> from,
                                     ArrayRef<int64_t> to) {
  size_t missing = from.size() + 1 - shape.size();
  SmallVector<int64_t> extents, moved;
  for (auto [d, size] : llvm::enumerate(from))
    if (size != 1)
      extents.push_back(d < missing ? 1 : shape[d - missing]);
  const int64_t *next = extents.begin();
  for (int64_t size : to) {
    int64_t extent = size == 1 ? 1 : *next++;
    if (extent != 1 || !moved.empty())
      moved.push_back(extent);
  }
  moved.push_back(shape.back());
  return moved;
}

namespace {

/// reshape(rotary(x)) -> rotary(reshape(x))
struct HoistAboveRotary : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto rotary = op.getInput().getDefiningOp<RotaryEmbeddingOp>();
    ArrayRef<int64_t> to = op.getType().getShape();
    if (!rotary || !rotary->hasOneUse() || to.empty())
      return failure();
    ArrayRef<int64_t> from = rotary.getType().getShape();
    if (to.back() != from.back() || dropOnes(to) != dropOnes(from))
      return failure();
    SmallVector<int64_t> table = moveOnes(rotary.getCos().getType().getShape(),
                                          from.drop_back(), to.drop_back());
    Location loc = rotary.getLoc();
    rewriter.replaceOpWithNewOp<RotaryEmbeddingOp>(
        op, createReshape(rewriter, loc, rotary.getInput(), to),
        createReshape(rewriter, loc, rotary.getCos(), table),
        createReshape(rewriter, loc, rotary.getSin(), table),
        rotary.getInterleavedAttr());
    return success();
  }
};

} // namespace

void populateHoistReshapePatterns(RewritePatternSet &patterns) {
  patterns.add<HoistAboveRotary>(patterns.getContext());
}

} // namespace wafer::graph
