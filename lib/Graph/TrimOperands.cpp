//===- TrimOperands.cpp - operands without what is not needed ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Maps broadcast: an operand needs no expansion and no leading dimensions of 1
// for it, and a constant of equal elements no dimensions at all. A gather on
// the first axis takes its indices as a list, of any integer type; one at
// evenly spaced places is a slice. A transpose that moves dimensions of 1 only
// is a reshape, and so is a reduction of them. An op with a neutral operand is
// its other one.
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"
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
    return reshapeConstant(constant, rest, rewriter);
  }

  /// The constant in another shape, under its name.
  static Value reshapeConstant(ConstantOp constant, ArrayRef<int64_t> shape,
                               PatternRewriter &rewriter) {
    Value reshape = createReshape(rewriter, constant.getLoc(), constant, shape);
    SmallVector<OpFoldResult> folded;
    if (failed(reshape.getDefiningOp()->fold(constant.getValue(), folded)) ||
        folded.size() != 1)
      return reshape;
    return ConstantOp::create(rewriter, constant.getLoc(),
                              cast<TypedAttr>(cast<Attribute>(folded[0])),
                              constant.getName().value_or(StringRef()));
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

/// gather(data, cast(i)) -> gather(data, i) between i32 and i64, which both
/// hold every index that is not an error.
struct DropIndexCast : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    Value indices = op.getIndices();
    if (auto reshape = indices.getDefiningOp<ReshapeOp>())
      indices = reshape.getInput();
    auto cast = indices.getDefiningOp<CastOp>();
    if (!cast)
      return failure();
    Type from = cast.getInput().getType().getElementType();
    if (!from.isSignlessInteger(32) && !from.isSignlessInteger(64))
      return failure();
    Value own = createReshape(rewriter, op.getLoc(), cast.getInput(),
                              shapeOf(op.getIndices()));
    rewriter.modifyOpInPlace(op, [&] { op.getIndicesMutable().assign(own); });
    return success();
  }
};

/// gather(data, [2, 4, 6]) -> slice(data). Tables keep their gathers: rows of a
/// table are an embedding, whatever their order.
struct SliceOfGather : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    DenseIntElementsAttr indices;
    if (op.getData().getDefiningOp<ConstantOp>() ||
        !matchPattern(op.getIndices(), m_Constant(&indices)) ||
        indices.getNumElements() == 0)
      return failure();
    ArrayRef<int64_t> shape = shapeOf(op.getData());
    int64_t axis = op.getAxis(), dim = shape[axis];
    SmallVector<int64_t> places;
    for (const APInt &index : indices.getValues<APInt>()) {
      int64_t place = index.getSExtValue();
      places.push_back(place < 0 ? place + dim : place);
      if (places.back() < 0 || places.back() >= dim)
        return failure();
    }
    int64_t step = places.size() > 1 ? places[1] - places[0] : 1;
    for (size_t i = 1; i < places.size(); ++i)
      if (step == 0 || places[i] - places[i - 1] != step)
        return failure();
    SmallVector<int64_t> starts(shape.size(), 0), steps(shape.size(), 1);
    SmallVector<int64_t> sizes(shape);
    starts[axis] = places[0];
    sizes[axis] = places.size();
    steps[axis] = step;
    Value slice = SliceOp::create(rewriter, op.getLoc(), op.getData(), starts,
                                  sizes, steps);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), slice);
    return success();
  }
};

/// x/c -> x·(1/c) where 1/c is a number of the type: no rounding differs.
struct ExactInverse : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    DenseFPElementsAttr divisor;
    if (!matchPattern(op.getRhs(), m_Constant(&divisor)) || !divisor.isSplat())
      return failure();
    APFloat inverse(divisor.getSplatValue<APFloat>().getSemantics());
    if (!divisor.getSplatValue<APFloat>().getExactInverse(&inverse))
      return failure();
    Value factor =
        ConstantOp::create(rewriter, op.getLoc(),
                           DenseElementsAttr::get(divisor.getType(), inverse));
    rewriter.replaceOpWithNewOp<MulOp>(op, op.getLhs(), factor);
    return success();
  }
};

/// softmax(x + 0) -> softmax(x), which does not tell zeros apart: what masks
/// that hide nothing leave.
struct ZeroMask : OpRewritePattern<SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SoftmaxOp op,
                                PatternRewriter &rewriter) const override {
    auto add = op.getInput().getDefiningOp<AddOp>();
    if (!add || add.getLhs().getType() != op.getType() ||
        !matchPattern(add.getRhs(), m_AnyZeroFloat()))
      return failure();
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(add.getLhs()); });
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
    bool isZero = isa<FloatType>(type) ? bound.getSplatValue<APFloat>().isZero()
                                       : bound.getSplatValue<APInt>().isZero();
    if (!isZero)
      return failure();
    rewriter.replaceOpWithNewOp<ReluOp>(op, op.getType(), op.getLhs());
    return success();
  }
};

} // namespace

void populateTrimOperandPatterns(RewritePatternSet &patterns) {
  patterns.add<TrimMapOperand, Neutral, FlattenIndices, DropIndexCast,
               SliceOfGather, ExactInverse, ZeroMask, TransposeOfUnits,
               ReductionOfUnits<ReduceSumOp>, ReductionOfUnits<ReduceMeanOp>,
               ReductionOfUnits<ReduceMaxOp>, ReductionOfUnits<ReduceMinOp>,
               ReductionOfUnits<ReduceProdOp>, ReluOfMax>(
      patterns.getContext());
}

} // namespace wafer::graph
