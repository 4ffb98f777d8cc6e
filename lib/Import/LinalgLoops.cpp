//===- LinalgLoops.cpp - tensors with a dimension for each loop -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinalgLoops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace wafer::importer {

/// Brings dimensions that stand for `loops` into rising order of these, as a
/// value in loop order of `numLoops`.
static Value sortLoops(TensorEmitter &emit, Value value,
                       ArrayRef<int64_t> loops, size_t numLoops) {
  if (!value)
    return {};
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, loops.size()));
  SmallVector<int64_t> shape(numLoops, 1);
  llvm::sort(perm, [&](int64_t a, int64_t b) { return loops[a] < loops[b]; });
  for (size_t i = 0; i < loops.size(); ++i)
    shape[loops[i]] = getShape(value)[i];
  return emit.reshape(emit.transpose(value, perm), shape);
}

/// The value without its dimensions of 1; `loops` becomes the loops of the
/// others.
static Value dropOnes(TensorEmitter &emit, Value value,
                      SmallVectorImpl<int64_t> &loops) {
  SmallVector<int64_t> sizes;
  for (auto [loop, size] : llvm::enumerate(getShape(value)))
    if (size != 1) {
      loops.push_back(loop);
      sizes.push_back(size);
    }
  return emit.reshape(value, sizes);
}

std::optional<int64_t> getLoopOfIndex(Value subscript) {
  while (auto cast = subscript.getDefiningOp<arith::IndexCastOp>())
    subscript = cast.getIn();
  if (auto index = subscript.getDefiningOp<linalg::IndexOp>())
    return static_cast<int64_t>(index.getDim());
  return std::nullopt;
}

/// An affine expression at one point of the loops; none on overflow or division
/// by 0.
static std::optional<int64_t> evaluate(AffineExpr expr,
                                       ArrayRef<int64_t> point) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return point[dim.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<int64_t> lhs = evaluate(binary.getLHS(), point),
                         rhs = evaluate(binary.getRHS(), point);
  if (!lhs || !rhs)
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return llvm::checkedAdd(*lhs, *rhs);
  case AffineExprKind::Mul:
    return llvm::checkedMul(*lhs, *rhs);
  case AffineExprKind::Mod:
    return *rhs > 0 ? std::optional(llvm::mod(*lhs, *rhs)) : std::nullopt;
  case AffineExprKind::FloorDiv:
    return *rhs > 0 ? std::optional(llvm::divideFloorSigned(*lhs, *rhs))
                    : std::nullopt;
  case AffineExprKind::CeilDiv:
    return *rhs > 0 ? std::optional(llvm::divideCeilSigned(*lhs, *rhs))
                    : std::nullopt;
  default:
    return std::nullopt;
  }
}

/// The values of `expr` at all points of the loops that it depends on, in loop
/// order; null if one is no place in a dimension of `size`.
static Value tabulate(TensorEmitter &emit, AffineExpr expr, int64_t size,
                      ArrayRef<int64_t> extents) {
  constexpr int64_t kMaxPoints = int64_t(1) << 24;
  SmallVector<int64_t> shape(extents.size(), 1);
  for (auto [loop, extent] : llvm::enumerate(extents))
    if (expr.isFunctionOfDim(loop))
      shape[loop] = extent;
  std::optional<int64_t> count = graph::countElements(shape);
  if (!count || *count > kMaxPoints)
    return {};
  SmallVector<int64_t> places, point(extents.size(), 0);
  for (int64_t i = 0; i < *count; ++i) {
    std::optional<int64_t> place = evaluate(expr, point);
    if (!place || *place < 0 || *place >= size)
      return {};
    places.push_back(*place);
    for (size_t loop = extents.size(); loop-- > 0;) {
      if (++point[loop] < shape[loop])
        break;
      point[loop] = 0;
    }
  }
  return emit.constant(DenseElementsAttr::get(
      RankedTensorType::get(shape, emit.builder.getI64Type()),
      ArrayRef(places)));
}

Value LoopSpace::fromOperand(TensorEmitter &emit, Value value,
                             AffineMap map) const {
  SmallVector<Subscript> subscripts;
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    int64_t size = getShape(value)[dim];
    Subscript subscript;
    if (auto loop = dyn_cast<AffineDimExpr>(expr);
        loop && extents[loop.getPosition()] == size)
      subscript.loop = loop.getPosition();
    else if (size == 1 && expr.isSymbolicOrConstant())
      subscript.isOnly = true;
    else
      subscript.computed = tabulate(emit, expr, size, extents);
    if (!subscript.isOnly && !subscript.loop && !subscript.computed)
      return {};
    subscripts.push_back(subscript);
  }
  return gather(emit, value, subscripts);
}

Value LoopSpace::fromLoops(TensorEmitter &emit, Value value,
                           ArrayRef<int64_t> loops) const {
  return sortLoops(emit, value, loops, extents.size());
}

Value LoopSpace::toResult(TensorEmitter &emit, Value value, AffineMap map,
                          RankedTensorType type,
                          ArrayRef<int64_t> shape) const {
  value = emit.expand(value, shape);
  // Loops that the result does not have are reduced to 1.
  SmallVector<int64_t> loops, perm, sizes;
  for (AffineExpr expr : map.getResults())
    if (auto loop = dyn_cast<AffineDimExpr>(expr))
      loops.push_back(loop.getPosition());
  SmallVector<int64_t> sorted(loops);
  llvm::sort(sorted);
  for (int64_t loop : sorted)
    sizes.push_back(shape[loop]);
  for (int64_t loop : loops)
    perm.push_back(llvm::find(sorted, loop) - sorted.begin());
  value = emit.transpose(emit.reshape(value, sizes), perm);
  return emit.reshape(value, type.getShape());
}

/// graph.gather_nd with a tuple for each point.
static Value gatherTuples(TensorEmitter &emit, Value table,
                          ArrayRef<Subscript> subscripts,
                          ArrayRef<int64_t> extents) {
  Type i64 = emit.builder.getI64Type();
  SmallVector<Value> columns;
  SmallVector<int64_t> shape(extents.size(), 1);
  for (const Subscript &subscript : subscripts) {
    Value column = subscript.isOnly ? emit.scalar(i64, 0)
                   : subscript.loop ? emit.iota(extents[*subscript.loop],
                                                *subscript.loop, extents.size())
                                    : emit.cast(subscript.computed, i64);
    for (auto [dim, size] : llvm::enumerate(getShape(column)))
      shape[dim] = std::max(shape[dim], size);
    columns.push_back(column);
  }
  SmallVector<int64_t> columnShape(shape);
  columnShape.push_back(1);
  for (Value &column : columns)
    column = emit.reshape(emit.expand(column, shape), columnShape);
  Value tuples = emit.concat(columns, static_cast<int64_t>(shape.size()));
  return graph::GatherNDOp::create(emit.builder, emit.loc,
                                   getTensorType(table).clone(shape), table,
                                   tuples, /*batch_dims=*/0);
}

Value LoopSpace::gather(TensorEmitter &emit, Value table,
                        ArrayRef<Subscript> subscripts) const {
  // The loops that each dimension depends on; a gather leads from one list to
  // the next only if none stands in two of them.
  SmallVector<SmallVector<int64_t>> dims;
  SmallVector<Value> indices;
  SmallVector<int64_t> sizes;
  SmallVector<bool> isSeen(extents.size(), false);
  for (auto [dim, subscript] : llvm::enumerate(subscripts)) {
    if (subscript.isOnly)
      continue;
    SmallVector<int64_t> &loops = dims.emplace_back();
    Value places = subscript.computed;
    if (subscript.loop)
      loops.push_back(*subscript.loop);
    else
      places = dropOnes(emit, places, loops);
    for (int64_t loop : loops) {
      if (isSeen[loop])
        return gatherTuples(emit, table, subscripts, extents);
      isSeen[loop] = true;
    }
    indices.push_back(places);
    sizes.push_back(getShape(table)[dim]);
  }
  Value data = emit.reshape(table, sizes);
  SmallVector<int64_t> order;
  for (size_t dim = dims.size(); dim-- > 0;) {
    data = indices[dim]
               ? emit.gather(data, indices[dim], static_cast<int64_t>(dim))
               : data;
    order.insert(order.begin(), dims[dim].begin(), dims[dim].end());
  }
  return sortLoops(emit, data, order, extents.size());
}

namespace {

/// The loops of a product: shared ones, of one side only, summed over.
struct ProductLoops {
  SmallVector<int64_t> batch, lhsOnly, rhsOnly, sum;
};

} // namespace

/// An operand of a product with the dimensions of `groups` in this order; all
/// loops of each but the first group become one dimension.
static Value arrange(TensorEmitter &emit, Value value,
                     ArrayRef<SmallVector<int64_t>> groups) {
  SmallVector<int64_t> loops, perm, shape;
  Value dense = dropOnes(emit, value, loops);
  for (const auto &[number, group] : llvm::enumerate(groups)) {
    int64_t size = 1;
    for (int64_t loop : group) {
      perm.push_back(llvm::find(loops, loop) - loops.begin());
      int64_t extent = getShape(value)[loop];
      if (number == 0)
        shape.push_back(extent);
      size *= extent;
    }
    if (number > 0)
      shape.push_back(size);
  }
  return emit.reshape(emit.transpose(dense, perm), shape);
}

Value LoopSpace::contract(TensorEmitter &emit, Value lhs, Value rhs,
                          ArrayRef<int64_t> reductionLoops) const {
  if (getTensorType(lhs).getRank() == 0 || getTensorType(rhs).getRank() == 0)
    return {};
  ProductLoops loops;
  for (auto [index, extent] : llvm::enumerate(extents)) {
    int64_t loop = index;
    bool inLhs = getShape(lhs)[loop] != 1, inRhs = getShape(rhs)[loop] != 1;
    if (llvm::is_contained(reductionLoops, loop)) {
      if (extent == 1)
        continue;
      if (!inLhs || !inRhs)
        return {};
      loops.sum.push_back(loop);
    } else if (inLhs && inRhs) {
      loops.batch.push_back(loop);
    } else if (inLhs) {
      loops.lhsOnly.push_back(loop);
    } else if (inRhs) {
      loops.rhsOnly.push_back(loop);
    }
  }
  if (loops.lhsOnly.empty() && loops.rhsOnly.empty())
    return {};
  Value product =
      emit.matmul(arrange(emit, lhs, {loops.batch, loops.lhsOnly, loops.sum}),
                  arrange(emit, rhs, {loops.batch, loops.sum, loops.rhsOnly}));
  SmallVector<int64_t> order(loops.batch), shape;
  llvm::append_range(order, loops.lhsOnly);
  llvm::append_range(order, loops.rhsOnly);
  for (int64_t loop : order)
    shape.push_back(extents[loop]);
  return sortLoops(emit, emit.reshape(product, shape), order, extents.size());
}

} // namespace wafer::importer
