//===- FoldConstants.cpp - compute small constants --------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region.
// Out: the same values; maps and transposes of small dense constants are
//      constants.
//
// One greedy rewrite. Elements are handled as FloatAttr and IntegerAttr: slow,
// but limited to kMaxElements, and APFloat rounds as the dialect asks for
// (nearest, ties to even, once). Products are left alone: the order of their
// sums is the executor's choice. Constants in files are never read
// (graph.reshape of one folds by itself, it changes the type only).
//
//   %0 = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
//   %1 = graph.add %0, %0 : …              ->  graph.constant dense<[2.0, 4.0]>
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "wafer/Graph/Passes.h"

#define DEBUG_TYPE "graph-fold-constants"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "wafer/Graph/Passes.h.inc"

namespace {

constexpr int64_t kMaxElements = 4096;

/// The elements of a small dense constant, nullopt for all other values.
std::optional<SmallVector<Attribute>> getElements(Value value) {
  DenseElementsAttr dense;
  if (!matchPattern(value, m_Constant(&dense)) ||
      dense.getNumElements() > kMaxElements)
    return std::nullopt;
  return llvm::to_vector(dense.getValues<Attribute>());
}

LogicalResult replaceByConstant(Operation *op, ArrayRef<Attribute> elements,
                                PatternRewriter &rewriter) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  rewriter.replaceOpWithNewOp<ConstantOp>(
      op, DenseElementsAttr::get(type, elements));
  return success();
}

bool isUnsigned(Type type) {
  return type.isUnsignedInteger() || type.isInteger(1);
}

struct Plus {
  static APInt run(const APInt &l, const APInt &r) { return l + r; }
  static APFloat run(const APFloat &l, const APFloat &r) { return l + r; }
};
struct Minus {
  static APInt run(const APInt &l, const APInt &r) { return l - r; }
  static APFloat run(const APFloat &l, const APFloat &r) { return l - r; }
};
struct Times {
  static APInt run(const APInt &l, const APInt &r) { return l * r; }
  static APFloat run(const APFloat &l, const APFloat &r) { return l * r; }
};

/// The place in a row-major tensor of `shape` that broadcasting reads for the
/// place `index` of the row-major result.
int64_t getBroadcastIndex(int64_t index, ArrayRef<int64_t> resultShape,
                          ArrayRef<int64_t> shape) {
  int64_t place = 0, stride = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t extent = resultShape[resultShape.size() - 1 - i];
    int64_t dim = shape[shape.size() - 1 - i];
    place += dim == 1 ? 0 : index % extent * stride;
    stride *= dim;
    index /= extent;
  }
  return place;
}

template <typename OpT, typename Map>
struct FoldBinary : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getType();
    auto lhs = getElements(op.getLhs()), rhs = getElements(op.getRhs());
    if (!lhs || !rhs || type.getNumElements() > kMaxElements)
      return failure();
    SmallVector<Attribute> results;
    for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
      Attribute l = (*lhs)[getBroadcastIndex(i, type.getShape(),
                                             op.getLhs().getType().getShape())];
      Attribute r = (*rhs)[getBroadcastIndex(i, type.getShape(),
                                             op.getRhs().getType().getShape())];
      if (auto lhsFloat = dyn_cast<FloatAttr>(l))
        results.push_back(FloatAttr::get(
            type.getElementType(),
            Map::run(lhsFloat.getValue(), cast<FloatAttr>(r).getValue())));
      else
        results.push_back(IntegerAttr::get(
            type.getElementType(), Map::run(cast<IntegerAttr>(l).getValue(),
                                            cast<IntegerAttr>(r).getValue())));
    }
    return replaceByConstant(op, results, rewriter);
  }
};

struct FoldRelu : OpRewritePattern<ReluOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReluOp op,
                                PatternRewriter &rewriter) const override {
    auto elements = getElements(op.getInput());
    if (!elements)
      return failure();
    Attribute zero = rewriter.getZeroAttr(op.getType().getElementType());
    for (Attribute &element : *elements) {
      bool isNegative;
      if (auto number = dyn_cast<FloatAttr>(element))
        isNegative =
            number.getValue().isNegative() && !number.getValue().isNaN();
      else
        isNegative = !isUnsigned(op.getType().getElementType()) &&
                     cast<IntegerAttr>(element).getValue().isNegative();
      if (isNegative)
        element = zero;
    }
    return replaceByConstant(op, *elements, rewriter);
  }
};

/// `element` of type `from` as graph.cast converts it to `to`.
Attribute castElement(Attribute element, Type from, Type to) {
  if (auto number = dyn_cast<FloatAttr>(element)) {
    APFloat value = number.getValue();
    if (to.isInteger(1))
      return IntegerAttr::get(to, APInt(1, value.isNonZero()));
    if (auto integer = dyn_cast<IntegerType>(to)) {
      // APFloat saturates and turns NaN into 0, as the dialect does.
      llvm::APSInt result(integer.getWidth(), isUnsigned(to));
      bool isExact;
      value.convertToInteger(result, APFloat::rmTowardZero, &isExact);
      return IntegerAttr::get(to, result);
    }
    bool losesInfo;
    value.convert(cast<FloatType>(to).getFloatSemantics(),
                  APFloat::rmNearestTiesToEven, &losesInfo);
    return FloatAttr::get(to, value);
  }
  APInt value = cast<IntegerAttr>(element).getValue();
  if (to.isInteger(1))
    return IntegerAttr::get(to, APInt(1, !value.isZero()));
  if (auto integer = dyn_cast<IntegerType>(to))
    return IntegerAttr::get(to, isUnsigned(from)
                                    ? value.zextOrTrunc(integer.getWidth())
                                    : value.sextOrTrunc(integer.getWidth()));
  APFloat result(cast<FloatType>(to).getFloatSemantics());
  result.convertFromAPInt(value, !isUnsigned(from),
                          APFloat::rmNearestTiesToEven);
  return FloatAttr::get(to, result);
}

struct FoldCast : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CastOp op,
                                PatternRewriter &rewriter) const override {
    auto elements = getElements(op.getInput());
    if (!elements)
      return failure();
    Type from = op.getInput().getType().getElementType();
    for (Attribute &element : *elements)
      element = castElement(element, from, op.getType().getElementType());
    return replaceByConstant(op, *elements, rewriter);
  }
};

struct FoldTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto elements = getElements(op.getInput());
    if (!elements)
      return failure();
    ArrayRef<int64_t> from = op.getInput().getType().getShape();
    ArrayRef<int64_t> to = op.getType().getShape();
    SmallVector<int64_t> strides(from.size(), 1);
    for (size_t d = from.size(); d-- > 1;)
      strides[d - 1] = strides[d] * from[d];
    SmallVector<Attribute> results;
    for (int64_t i = 0, e = op.getType().getNumElements(); i < e; ++i) {
      int64_t place = 0, rest = i;
      for (size_t d = to.size(); d-- > 0; rest /= to[d])
        place += rest % to[d] * strides[op.getPerm()[d]];
      results.push_back((*elements)[place]);
    }
    return replaceByConstant(op, results, rewriter);
  }
};

struct FoldConstants : impl::FoldConstantsBase<FoldConstants> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldBinary<AddOp, Plus>, FoldBinary<SubOp, Minus>,
                 FoldBinary<MulOp, Times>, FoldRelu, FoldCast, FoldTranspose>(
        &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace wafer::graph
