//===- SinkReshapes.cpp - maps before reshapes ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A reshape cuts the dimensions of its operand and of its result into groups:
// the shortest runs with the same number of elements. 2×3×4 -> 6×4 has the
// groups (2, 3 -> 6) and (4 -> 4). An op that treats each dimension of a group
// alike - a map does so, a reduction does for the groups that it reduces -
// means the same before the reshape.
//
//===----------------------------------------------------------------------===//

#include "SimplifyPatterns.h"

using namespace mlir;

namespace wafer::graph {

Value createReshape(PatternRewriter &rewriter, Location loc, Value value,
                    ArrayRef<int64_t> shape) {
  // A reshape back to where a value comes from would make reshapes of equal
  // rank take turns.
  while (auto inner = value.getDefiningOp<ReshapeOp>())
    value = inner.getInput();
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return ReshapeOp::create(rewriter, loc,
                           RankedTensorType::get(shape, type.getElementType()),
                           value);
}

ReshapeOp getReshape(Value value) {
  auto reshape = value.getDefiningOp<ReshapeOp>();
  if (!reshape ||
      reshape.getInput().getType().getRank() > reshape.getType().getRank())
    return {};
  return reshape;
}

Value createLike(PatternRewriter &rewriter, Operation *op, ValueRange operands,
                 ArrayRef<int64_t> shape, ArrayRef<NamedAttribute> changed) {
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(operands);
  state.addTypes(RankedTensorType::get(
      shape,
      cast<RankedTensorType>(op->getResult(0).getType()).getElementType()));
  NamedAttrList attributes(op->getAttrDictionary());
  for (NamedAttribute attribute : changed)
    attributes.set(attribute.getName(), attribute.getValue());
  state.addAttributes(attributes);
  return rewriter.create(state)->getResult(0);
}

namespace {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// For each dimension of a reshape's operand and result the number of its
/// group; -1 for dimensions of 1, which have none.
struct Groups {
  SmallVector<int> ofInner, ofOuter;

  static std::optional<Groups> get(ReshapeOp reshape);
  int64_t count(ArrayRef<int> groups, int group) const {
    return llvm::count(groups, group);
  }
  /// The only dimension of the operand that becomes the dimension `outer`.
  std::optional<int64_t> getInner(int64_t outer) const {
    int group = ofOuter[outer];
    if (group < 0 || count(ofInner, group) != 1 || count(ofOuter, group) != 1)
      return std::nullopt;
    return llvm::find(ofInner, group) - ofInner.begin();
  }
  /// The shape before the reshape of what has `shape` and broadcasts to its
  /// result: a group is there whole or not at all.
  std::optional<SmallVector<int64_t>>
  getInnerShape(ArrayRef<int64_t> shape, ArrayRef<int64_t> innerShape,
                ArrayRef<int64_t> outerShape) const;
};

std::optional<Groups> Groups::get(ReshapeOp reshape) {
  ArrayRef<int64_t> inner = reshape.getInput().getType().getShape();
  ArrayRef<int64_t> outer = reshape.getType().getShape();
  if (llvm::is_contained(inner, 0) || llvm::is_contained(outer, 0))
    return std::nullopt;
  Groups groups;
  size_t i = 0, j = 0;
  int group = 0;
  auto take = [&](ArrayRef<int64_t> shape, size_t &next,
                  SmallVector<int> &own) {
    int64_t dim = shape[next++];
    own.push_back(dim == 1 ? -1 : group);
    return dim;
  };
  while (i < inner.size() || j < outer.size()) {
    int64_t innerSize = 1, outerSize = 1;
    while (i < inner.size() && innerSize == 1)
      innerSize *= take(inner, i, groups.ofInner);
    while (j < outer.size() && outerSize == 1)
      outerSize *= take(outer, j, groups.ofOuter);
    while (innerSize != outerSize)
      if (innerSize < outerSize)
        innerSize *= take(inner, i, groups.ofInner);
      else
        outerSize *= take(outer, j, groups.ofOuter);
    ++group;
  }
  return groups;
}

std::optional<SmallVector<int64_t>>
Groups::getInnerShape(ArrayRef<int64_t> shape, ArrayRef<int64_t> innerShape,
                      ArrayRef<int64_t> outerShape) const {
  if (shape == outerShape)
    return SmallVector<int64_t>(innerShape);
  size_t missing = outerShape.size() - shape.size();
  llvm::DenseMap<int, bool> isThere;
  for (auto [i, group] : llvm::enumerate(ofOuter)) {
    if (group < 0)
      continue;
    bool extends = i >= missing && shape[i - missing] != 1;
    if (!isThere.try_emplace(group, extends).second &&
        isThere[group] != extends)
      return std::nullopt;
  }
  SmallVector<int64_t> result;
  for (auto [dim, group] : llvm::zip_equal(innerShape, ofInner))
    if (bool extends = group >= 0 && isThere[group]; extends || !result.empty())
      result.push_back(extends ? dim : 1);
  return result;
}

/// map(reshape(x), y) -> reshape(map(x, y')), where y' means to x what y means
/// to its reshape.
struct SinkBelowMap : RewritePattern {
  explicit SinkBelowMap(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isMap(op))
      return failure();
    for (Value side : op->getOperands()) {
      ReshapeOp reshape = getReshape(side);
      if (!reshape ||
          reshape.getType().getShape() != typeOf(op->getResult(0)).getShape())
        continue;
      std::optional<SmallVector<Value>> operands =
          getOperands(op, reshape, rewriter);
      if (!operands)
        continue;
      Value mapped = createLike(rewriter, op, *operands,
                                typeOf(reshape.getInput()).getShape());
      rewriter.replaceOpWithNewOp<ReshapeOp>(op, op->getResult(0).getType(),
                                             mapped);
      return success();
    }
    return failure();
  }

  static std::optional<SmallVector<Value>>
  getOperands(Operation *op, ReshapeOp reshape, PatternRewriter &rewriter) {
    std::optional<Groups> groups = Groups::get(reshape);
    RankedTensorType inner = reshape.getInput().getType();
    RankedTensorType outer = reshape.getType();
    if (!groups)
      return std::nullopt;
    SmallVector<std::optional<SmallVector<int64_t>>> shapes;
    for (Value operand : op->getOperands()) {
      shapes.push_back(groups->getInnerShape(
          typeOf(operand).getShape(), inner.getShape(), outer.getShape()));
      if (!shapes.back())
        return std::nullopt;
      // With equal ranks two operands would take turns.
      auto own = operand.getDefiningOp<ReshapeOp>();
      bool isFree = isa_and_nonnull<ConstantOp>(operand.getDefiningOp()) ||
                    typeOf(operand).getNumElements() == 1 ||
                    (own && ArrayRef(*shapes.back()) ==
                                own.getInput().getType().getShape());
      if (!isFree && inner.getRank() >= outer.getRank() &&
          ArrayRef(*shapes.back()) != typeOf(operand).getShape())
        return std::nullopt;
    }
    SmallVector<Value> operands;
    for (auto [operand, shape] : llvm::zip_equal(op->getOperands(), shapes))
      operands.push_back(
          createReshape(rewriter, op->getLoc(), operand, *shape));
    return operands;
  }
};

/// reduce(reshape(x)) -> reshape(reduce(x)), for groups reduced as a whole.
struct SinkBelowReduction : RewritePattern {
  explicit SinkBelowReduction(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<ReduceSumOp, ReduceMeanOp, ReduceMaxOp, ReduceMinOp, ReduceProdOp>(
            op))
      return failure();
    ReshapeOp reshape = getReshape(op->getOperand(0));
    std::optional<Groups> groups =
        reshape ? Groups::get(reshape) : std::nullopt;
    if (!groups)
      return failure();
    llvm::DenseMap<int, bool> isReduced;
    ArrayRef<int64_t> axes =
        cast<DenseI64ArrayAttr>(op->getAttr("axes")).asArrayRef();
    for (auto [i, group] : llvm::enumerate(groups->ofOuter)) {
      bool own = llvm::is_contained(axes, static_cast<int64_t>(i));
      if (group >= 0 && !isReduced.try_emplace(group, own).second &&
          isReduced[group] != own)
        return failure();
    }
    SmallVector<int64_t> innerAxes, shape;
    for (auto [i, dim] :
         llvm::enumerate(typeOf(reshape.getInput()).getShape())) {
      int group = groups->ofInner[i];
      bool own = group >= 0 && isReduced[group];
      if (own)
        innerAxes.push_back(i);
      shape.push_back(own ? 1 : dim);
    }
    Value reduced =
        createLike(rewriter, op, reshape.getInput(), shape,
                   {rewriter.getNamedAttr(
                        "axes", rewriter.getDenseI64ArrayAttr(innerAxes)),
                    rewriter.getNamedAttr("keepdims", rewriter.getUnitAttr())});
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op->getResult(0).getType(),
                                           reduced);
    return success();
  }
};

/// softmax(reshape(x)) -> reshape(softmax(x)), if the axis is a dimension of x;
/// likewise for other ops along one axis.
struct SinkBelowAxis : RewritePattern {
  explicit SinkBelowAxis(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<SoftmaxOp, LogSoftmaxOp, CumSumOp, CumProdOp>(op))
      return failure();
    ReshapeOp reshape = getReshape(op->getOperand(0));
    std::optional<Groups> groups =
        reshape ? Groups::get(reshape) : std::nullopt;
    std::optional<int64_t> axis;
    if (groups)
      axis = groups->getInner(
          cast<IntegerAttr>(op->getAttr("axis")).getValue().getSExtValue());
    if (!axis)
      return failure();
    Value result = createLike(
        rewriter, op, reshape.getInput(), typeOf(reshape.getInput()).getShape(),
        rewriter.getNamedAttr("axis", rewriter.getI64IntegerAttr(*axis)));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op->getResult(0).getType(),
                                           result);
    return success();
  }
};

/// norm(reshape(x), scale, bias) -> reshape(norm(x, scale, bias)), if the
/// dimensions from the axis on are whole groups.
struct SinkBelowNormalization : RewritePattern {
  explicit SinkBelowNormalization(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<LayerNormalizationOp, RMSNormalizationOp>(op))
      return failure();
    ReshapeOp reshape = getReshape(op->getOperand(0));
    std::optional<Groups> groups =
        reshape ? Groups::get(reshape) : std::nullopt;
    if (!groups)
      return failure();
    int64_t axis =
        cast<IntegerAttr>(op->getAttr("axis")).getValue().getSExtValue();
    auto normalized = ArrayRef(groups->ofOuter).drop_front(axis);
    const int *first =
        llvm::find_if(normalized, [](int group) { return group >= 0; });
    if (first == normalized.end() ||
        llvm::is_contained(ArrayRef(groups->ofOuter).take_front(axis), *first))
      return failure();
    int64_t innerAxis =
        llvm::find(groups->ofInner, *first) - groups->ofInner.begin();
    ArrayRef<int64_t> inner = typeOf(reshape.getInput()).getShape();
    SmallVector<SmallVector<int64_t>> shapes;
    for (Value parameter : op->getOperands().drop_front()) {
      auto shape = groups->getInnerShape(typeOf(parameter).getShape(), inner,
                                         reshape.getType().getShape());
      if (!shape)
        return failure();
      shapes.push_back(*shape);
    }
    SmallVector<Value> operands = {reshape.getInput()};
    for (auto [parameter, shape] :
         llvm::zip_equal(op->getOperands().drop_front(), shapes))
      operands.push_back(
          createReshape(rewriter, op->getLoc(), parameter, shape));
    Value result = createLike(
        rewriter, op, operands, inner,
        rewriter.getNamedAttr("axis", rewriter.getI64IntegerAttr(innerAxis)));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op->getResult(0).getType(),
                                           result);
    return success();
  }
};

/// slice(reshape(x)) -> reshape(slice(x)), if what is cut is a dimension of x.
struct SinkBelowSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    ReshapeOp reshape = getReshape(op.getInput());
    std::optional<Groups> groups =
        reshape ? Groups::get(reshape) : std::nullopt;
    if (!groups)
      return failure();
    ArrayRef<int64_t> inner = typeOf(reshape.getInput()).getShape();
    ArrayRef<int64_t> outer = reshape.getType().getShape();
    SmallVector<int64_t> starts(inner.size(), 0), steps(inner.size(), 1);
    SmallVector<int64_t> sizes(inner);
    for (size_t i = 0; i < outer.size(); ++i) {
      if (op.getSizes()[i] == outer[i] &&
          (outer[i] == 1 || op.getSteps()[i] == 1))
        continue;
      std::optional<int64_t> own = groups->getInner(i);
      if (!own || op.getSizes()[i] == 0)
        return failure();
      starts[*own] = op.getStarts()[i];
      sizes[*own] = op.getSizes()[i];
      steps[*own] = op.getSteps()[i];
    }
    Value slice = SliceOp::create(rewriter, op.getLoc(), reshape.getInput(),
                                  starts, sizes, steps);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), slice);
    return success();
  }
};

} // namespace

void populateSinkReshapePatterns(RewritePatternSet &patterns) {
  patterns.add<SinkBelowMap, SinkBelowReduction, SinkBelowAxis,
               SinkBelowNormalization, SinkBelowSlice>(patterns.getContext());
}

} // namespace wafer::graph
