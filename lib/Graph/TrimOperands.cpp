//===- TrimOperands.cpp - operands without what is not needed ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Maps broadcast: an operand needs no expansion and no leading dimensions of 1
// for it, and a constant of equal elements no dimensions at all. A gather on the
// first axis takes its indices as a list, of any integer type. A transpose that moves
// dimensions of 1 only is a reshape, and so is a reduction of them. An op with a
// neutral operand is its other one.
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"
#include "dialects/Graph/Graph.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace wafer::graph {

bool isMap(Operation *op) {
  if (!isa_and_nonnull<GraphDialect>(op->getDialect()))
    return false;
  if (op->getNumOperands() == 1 && op->getNumResults() == 1 &&
      op->hasTrait<OpTrait::SameOperandsAndResultType>())
    return true;
  return isa<CastOp, AddOp, SubOp, MulOp, DivOp, PowOp, MinOp, MaxOp, ModOp,
             AndOp, OrOp, XorOp, ShiftLeftOp, ShiftRightOp, EqualOp, LessOp,
             LessOrEqualOp, WhereOp>(op);
}

namespace {

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// True if `op` has a result of the same shape with an operand of `shape` as
/// operand `index`.
bool allowsShape(Operation *op, unsigned index, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> result(shape);
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    if (i == index)
      continue;
    auto both = broadcastShapes(result, shapeOf(operand));
    if (!both)
      return false;
    result = *both;
  }
  return ArrayRef(result) == shapeOf(op->getResult(0));
}

struct TrimMapOperand : RewritePattern {
  explicit TrimMapOperand(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isMap(op) || op->getNumOperands() < 2)
      return failure();
    for (OpOperand &operand : op->getOpOperands()) {
      Value trimmed = trim(op, operand, rewriter);
      if (!trimmed)
        continue;
      rewriter.modifyOpInPlace(op, [&] { operand.set(trimmed); });
      return success();
    }
    return failure();
  }

  static Value trim(Operation *op, OpOperand &operand,
                    PatternRewriter &rewriter) {
    Value value = operand.get();
    unsigned index = operand.getOperandNumber();
    if (auto expand = value.getDefiningOp<ExpandOp>())
      return allowsShape(op, index, shapeOf(expand.getInput()))
                 ? expand.getInput()
                 : Value();
    ArrayRef<int64_t> shape = shapeOf(value);
    auto constant = value.getDefiningOp<ConstantOp>();
    if (!constant || shape.empty())
      return {};
    auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
    if (dense && dense.isSplat() && dense.getNumElements() > 0 &&
        allowsShape(op, index, {})) {
      auto type = RankedTensorType::get({}, dense.getElementType());
      return ConstantOp::create(rewriter, constant.getLoc(),
                                dense.resizeSplat(type),
                                constant.getName().value_or(StringRef()));
    }
    ArrayRef<int64_t> rest = shape.drop_while([](int64_t d) { return d == 1; });
    if (rest == shape || !allowsShape(op, index, rest))
      return {};
    rewriter.setInsertionPointAfter(constant);
    return createReshape(rewriter, constant.getLoc(), value, rest);
  }
};

/// gather(data, i: A×B) -> reshape(gather(data, reshape(i))).
struct FlattenIndices : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getAxis() != 0 || shapeOf(op.getIndices()).size() < 2)
      return failure();
    Value indices = createReshape(
        rewriter, op.getLoc(), op.getIndices(),
        cast<RankedTensorType>(op.getIndices().getType()).getNumElements());
    Value rows = GatherOp::create(rewriter, op.getLoc(), op.getData(), indices,
                                  /*axis=*/0);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), rows);
    return success();
  }
};

/// gather(data, cast(i)) -> gather(data, i) between i32 and i64, which both hold
/// every index that is not an error.
struct DropIndexCast : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    auto cast = op.getIndices().getDefiningOp<CastOp>();
    if (!cast)
      return failure();
    Type from = cast.getInput().getType().getElementType();
    if (!from.isSignlessInteger(32) && !from.isSignlessInteger(64))
      return failure();
    rewriter.modifyOpInPlace(
        op, [&] { op.getIndicesMutable().assign(cast.getInput()); });
    return success();
  }
};

/// transpose(1×A×B -> A×1×B) -> reshape.
struct TransposeOfUnits : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> moved;
    for (int64_t dim : op.getPerm())
      if (shapeOf(op.getInput())[dim] != 1)
        moved.push_back(dim);
    if (!llvm::is_sorted(moved))
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};

/// The sum, mean or extreme of one element is that element.
template <typename OpT> struct ReductionOfUnits : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op,
                                PatternRewriter &rewriter) const override {
    for (int64_t axis : op.getAxes())
      if (shapeOf(op.getInput())[axis] != 1)
        return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};

/// True if all bits of a constant are `bit`.
bool isSplatOfBit(Value value, bool bit) {
  DenseElementsAttr dense;
  if (!matchPattern(value, m_Constant(&dense)) || !dense.isSplat() ||
      !isa<IntegerType>(dense.getElementType()))
    return false;
  APInt splat = dense.getSplatValue<APInt>();
  return bit ? splat.isAllOnes() : splat.isZero();
}

/// where(true, x, y) -> x, and(x, true) -> x, or(x, false) -> x, x/1 -> x,
/// concat(x) -> x.
struct Neutral : RewritePattern {
  explicit Neutral(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  static Value getKept(Operation *op) {
    if (auto where = dyn_cast<WhereOp>(op)) {
      if (where.getLhs() == where.getRhs() ||
          isSplatOfBit(where.getCondition(), true))
        return where.getLhs();
      return isSplatOfBit(where.getCondition(), false) ? where.getRhs()
                                                       : Value();
    }
    if (auto both = dyn_cast<AndOp>(op))
      return isSplatOfBit(both.getRhs(), true) ? both.getLhs() : Value();
    if (auto either = dyn_cast<OrOp>(op))
      return isSplatOfBit(either.getRhs(), false) ? either.getLhs() : Value();
    if (auto div = dyn_cast<DivOp>(op))
      return matchPattern(div.getRhs(), m_OneFloat()) ||
                     matchPattern(div.getRhs(), m_One())
                 ? div.getLhs()
                 : Value();
    if (isa<ConcatOp>(op) && op->getNumOperands() == 1)
      return op->getOperand(0);
    return {};
  }

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Value kept = getKept(op);
    if (!kept)
      return failure();
    // Broadcasting may be all that the op does.
    Type type = op->getResult(0).getType();
    if (kept.getType() == type)
      rewriter.replaceOp(op, kept);
    else
      rewriter.replaceOpWithNewOp<ExpandOp>(op, type, kept);
    return success();
  }
};

/// max(x, 0) -> relu(x).
struct ReluOfMax : OpRewritePattern<MaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxOp op,
                                PatternRewriter &rewriter) const override {
    DenseElementsAttr bound;
    if (op.getLhs().getType() != op.getType() ||
        !matchPattern(op.getRhs(), m_Constant(&bound)) || !bound.isSplat())
      return failure();
    Type type = bound.getElementType();
    bool isZero = isa<FloatType>(type)
                      ? bound.getSplatValue<APFloat>().isZero()
                      : bound.getSplatValue<APInt>().isZero();
    if (!isZero)
      return failure();
    rewriter.replaceOpWithNewOp<ReluOp>(op, op.getType(), op.getLhs());
    return success();
  }
};

} // namespace

void populateTrimOperandPatterns(RewritePatternSet &patterns) {
  patterns.add<TrimMapOperand, Neutral, FlattenIndices, DropIndexCast, TransposeOfUnits,
               ReductionOfUnits<ReduceSumOp>, ReductionOfUnits<ReduceMeanOp>,
               ReductionOfUnits<ReduceMaxOp>, ReductionOfUnits<ReduceMinOp>,
               ReductionOfUnits<ReduceProdOp>, ReluOfMax>(
      patterns.getContext());
}

} // namespace wafer::graph
