//===- LinalgLoops.cpp - tensors with a dimension for each loop -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinalgLoops.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace wafer::importer {

Value LoopSpace::fromOperand(TensorEmitter &emit, Value value,
                             AffineMap map) const {
  // Subscript 0 stands at dimensions of size 1 only (or reads one row).
  SmallVector<int64_t> sizes, loops;
  SmallVector<int64_t> kept(getShape(value));
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (loop) {
      loops.push_back(loop.getPosition());
      sizes.push_back(kept[dim]);
    } else {
      kept[dim] = 1;
    }
  }
  SmallVector<int64_t> zeros(kept.size(), 0), ones(kept.size(), 1);
  value = emit.reshape(emit.slice(value, zeros, kept, ones), sizes);
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, loops.size()));
  llvm::sort(perm, [&](int64_t a, int64_t b) { return loops[a] < loops[b]; });
  SmallVector<int64_t> shape(extents.size(), 1);
  for (size_t i = 0; i < loops.size(); ++i)
    shape[loops[i]] = sizes[i];
  return emit.reshape(emit.transpose(value, perm), shape);
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
  SmallVector<int64_t> loops, sizes;
  std::optional<size_t> axis;
  Value indices;
  bool isSimple = true;
  for (auto [dim, subscript] : llvm::enumerate(subscripts)) {
    if (subscript.isOnly)
      continue;
    if (subscript.loop) {
      isSimple &= !llvm::is_contained(loops, *subscript.loop);
      loops.push_back(*subscript.loop);
    } else {
      isSimple &= !axis;
      axis = sizes.size();
      indices = subscript.computed;
    }
    sizes.push_back(getShape(table)[dim]);
  }
  if (isSimple && indices && getTensorType(indices).getRank() > 0)
    for (int64_t loop : loops)
      isSimple &= getShape(indices)[loop] == 1;
  if (!isSimple)
    return gatherTuples(emit, table, subscripts, extents);
  Value data = emit.reshape(table, sizes);
  if (!axis)
    return sortLoops(emit, data, loops, extents.size());
  SmallVector<int64_t> indexLoops;
  indices = dropOnes(emit, indices, indexLoops);
  loops.insert(loops.begin() + *axis, indexLoops.begin(), indexLoops.end());
  return sortLoops(emit, emit.gather(data, indices, *axis), loops,
                   extents.size());
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
