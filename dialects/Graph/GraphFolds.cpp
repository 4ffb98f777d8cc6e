//===- GraphFolds.cpp - folds and canonical forms of graph ops -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Graph.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace wafer::graph;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

/// True if `attr` holds only the number `value`. Only splats are looked at: a
/// fold must not read through a large constant.
static bool isSplatOf(Attribute attr, double value) {
  auto dense = dyn_cast_or_null<DenseElementsAttr>(attr);
  if (!dense || !dense.isSplat())
    return false;
  if (isa<FloatType>(dense.getElementType())) {
    APFloat splat = dense.getSplatValue<APFloat>();
    // The sign counts: x + (+0.0) changes -0.0 to +0.0, x + (-0.0) does not.
    return splat.isExactlyValue(value);
  }
  return dense.getSplatValue<APInt>() == static_cast<uint64_t>(value);
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  bool isFloat = isa<FloatType>(getType().getElementType());
  if (getLhs().getType() == getType() &&
      isSplatOf(adaptor.getRhs(), isFloat ? -0.0 : 0.0))
    return getLhs();
  return {};
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  if (getLhs().getType() == getType() && isSplatOf(adaptor.getRhs(), 0.0))
    return getLhs();
  return {};
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (getLhs().getType() == getType() && isSplatOf(adaptor.getRhs(), 1.0))
    return getLhs();
  return {};
}

OpFoldResult ReluOp::fold(FoldAdaptor) {
  if (getInput().getDefiningOp<ReluOp>())
    return getInput();
  return {};
}

/// True if every value of `from` is a value of `to`.
static bool isLosslessCast(Type from, Type to) {
  auto fromFloat = dyn_cast<FloatType>(from), toFloat = dyn_cast<FloatType>(to);
  if (fromFloat && toFloat) {
    if (from == to || to.isF64())
      return true;
    return to.isF32() && fromFloat.getWidth() < 32;
  }
  auto fromInt = dyn_cast<IntegerType>(from), toInt = dyn_cast<IntegerType>(to);
  if (!fromInt || !toInt)
    return from == to;
  bool fromUnsigned = fromInt.isUnsigned() || fromInt.getWidth() == 1;
  bool toUnsigned = toInt.isUnsigned() || toInt.getWidth() == 1;
  if (fromUnsigned == toUnsigned)
    return fromInt.getWidth() <= toInt.getWidth();
  return fromUnsigned && fromInt.getWidth() < toInt.getWidth();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<CastOp>())
    if (isLosslessCast(inner.getInput().getType().getElementType(),
                       inner.getType().getElementType())) {
      if (inner.getInput().getType() == getType())
        return inner.getInput();
      getInputMutable().assign(inner.getInput());
      return getResult();
    }
  return {};
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  // A constant's bytes stay where they are; only the type changes.
  Attribute value = adaptor.getInput();
  if (auto dense = dyn_cast_or_null<DenseElementsAttr>(value))
    return dense.reshape(getType());
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(value))
    return DenseResourceElementsAttr::get(getType(), resource.getRawHandle());
  if (auto external = dyn_cast_or_null<ExternalAttr>(value))
    return ExternalAttr::get(getContext(), external.getPath(),
                             external.getOffset(), external.getSize(),
                             external.getHash(), getType());
  if (auto seeded = dyn_cast_or_null<SeededAttr>(value))
    return SeededAttr::get(getContext(), seeded.getDistribution(),
                           seeded.getSeed(), seeded.getBase(),
                           seeded.getScale(), seeded.getMean(), getType());
  return {};
}

OpFoldResult ExpandOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto dense = dyn_cast_or_null<DenseElementsAttr>(adaptor.getInput());
  if (dense && dense.isSplat())
    return dense.resizeSplat(getType());
  return {};
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool isWhole = getInput().getType() == getType() &&
                 llvm::all_of(getStarts(), [](int64_t s) { return s == 0; });
  return isWhole ? getInput() : OpFoldResult();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (llvm::equal(getPerm(), llvm::seq<int64_t>(0, getPerm().size())))
    return getInput();
  if (auto inner = getInput().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> perm;
    for (int64_t dim : getPerm())
      perm.push_back(inner.getPerm()[dim]);
    setPerm(perm);
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

namespace {
/// matmul(transpose(x), y) -> matmul(x, y) {transpose_a}, if the transpose
/// exchanges the last two dimensions only; likewise for y.
struct AbsorbTranspose : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  static Value getUntransposed(Value operand) {
    auto transpose = operand.getDefiningOp<TransposeOp>();
    if (!transpose || transpose.getPerm().size() < 2)
      return {};
    ArrayRef<int64_t> perm = transpose.getPerm();
    int64_t rank = perm.size();
    if (!llvm::equal(perm.drop_back(2), llvm::seq<int64_t>(0, rank - 2)) ||
        perm[rank - 2] != rank - 1)
      return {};
    return transpose.getInput();
  }

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    Value lhs = getUntransposed(op.getLhs());
    Value rhs = getUntransposed(op.getRhs());
    if (!lhs && !rhs)
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      if (lhs) {
        op.getLhsMutable().assign(lhs);
        op.setTransposeA(!op.getTransposeA());
      }
      if (rhs) {
        op.getRhsMutable().assign(rhs);
        op.setTransposeB(!op.getTransposeB());
      }
    });
    return success();
  }
};
} // namespace

void MatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<AbsorbTranspose>(context);
}
