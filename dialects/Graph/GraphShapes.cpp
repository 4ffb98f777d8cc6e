//===- GraphShapes.cpp - shapes that results of graph ops have -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Graph.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;

namespace wafer::graph {

std::optional<int64_t> countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  bool hasZero = false;
  for (int64_t dim : shape) {
    if (dim < 0)
      return std::nullopt;
    hasZero |= dim == 0;
    if (dim == 0)
      continue;
    std::optional<int64_t> product = llvm::checkedMul(count, dim);
    if (!product)
      return std::nullopt;
    count = *product;
  }
  return hasZero ? 0 : count;
}

std::optional<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> lhs,
                                                    ArrayRef<int64_t> rhs) {
  size_t rank = std::max(lhs.size(), rhs.size());
  SmallVector<int64_t> result(rank);
  for (size_t i = 0; i < rank; ++i) { // from the last dimension
    int64_t l = i < lhs.size() ? lhs[lhs.size() - 1 - i] : 1;
    int64_t r = i < rhs.size() ? rhs[rhs.size() - 1 - i] : 1;
    if (l != r && l != 1 && r != 1)
      return std::nullopt;
    result[rank - 1 - i] = l == 1 ? r : l;
  }
  return result;
}

/// Splits a product's operand into leading dimensions and matrix rows, columns.
static void splitMatrix(ArrayRef<int64_t> shape, bool transpose,
                        SmallVectorImpl<int64_t> &batch, int64_t &rows,
                        int64_t &columns) {
  ArrayRef<int64_t> matrix = shape.take_back(2);
  rows = matrix[transpose ? 1 : 0];
  columns = matrix[transpose ? 0 : 1];
  batch.assign(shape.begin(), shape.end() - 2);
}

FailureOr<MatmulShape>
getMatmulShape(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs, bool transposeA,
               bool transposeB, function_ref<void(const Twine &)> emitError) {
  if (lhs.empty() || rhs.empty()) { // C2
    emitError("operands of a matrix product need rank 1 or more");
    return failure();
  }
  if ((transposeA && lhs.size() < 2) || (transposeB && rhs.size() < 2)) { // C3
    emitError("an operand of rank 1 cannot be transposed");
    return failure();
  }
  MatmulShape shape;
  int64_t lhsInner = 0, rhsInner = 0;
  if (lhs.size() == 1)
    lhsInner = lhs[0];
  else
    splitMatrix(lhs, transposeA, shape.lhsBatch, shape.m, lhsInner);
  if (rhs.size() == 1)
    rhsInner = rhs[0];
  else
    splitMatrix(rhs, transposeB, shape.rhsBatch, rhsInner, shape.n);
  if (lhsInner != rhsInner) { // C4
    emitError("inner dimensions of a matrix product must be equal, found " +
              Twine(lhsInner) + " and " + Twine(rhsInner));
    return failure();
  }
  shape.k = lhsInner;
  auto batch = broadcastShapes(shape.lhsBatch, shape.rhsBatch);
  if (!batch) { // C5
    emitError("dimensions before the matrices do not broadcast");
    return failure();
  }
  shape.batch = *batch;
  shape.result = *batch;
  if (lhs.size() > 1)
    shape.result.push_back(shape.m);
  if (rhs.size() > 1)
    shape.result.push_back(shape.n);
  return shape;
}

} // namespace wafer::graph
