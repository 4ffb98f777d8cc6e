//===- HostAccess.cpp - operands in host memory -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/HostAccess.h"

using namespace mlir;
using namespace wafer;

AffineExpr wafer::linearize(ArrayRef<AffineExpr> indices,
                            ArrayRef<int64_t> shape, MLIRContext *context) {
  AffineExpr index = getAffineConstantExpr(0, context);
  for (auto [i, size] : llvm::zip(indices, shape))
    index = index * size + i;
  return index;
}

SmallVector<AffineExpr> wafer::delinearize(AffineExpr index,
                                           ArrayRef<int64_t> shape) {
  SmallVector<AffineExpr> indices(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    if (d == 0) {
      indices[d] = index;
      break;
    }
    // A dimension of no elements is never indexed; dividing by 1 keeps the
    // expression well formed.
    int64_t size = std::max<int64_t>(shape[d], 1);
    indices[d] =
        size == 1 ? getAffineConstantExpr(0, index.getContext()) : index % size;
    index = size == 1 ? index : index.floorDiv(size);
  }
  return indices;
}

bool wafer::isView(Operation *op) {
  return isa<graph::ReshapeOp, graph::TransposeOp, graph::SliceOp,
             graph::ExpandOp>(op);
}

/// The indices that a reshape reads. Dimensions are dealt with in groups of as
/// many elements on both sides: an index stays inside its own dimension, and so
/// does what is made of the indices of a group, without dividing it again.
static SmallVector<AffineExpr> reshapeIndices(ArrayRef<AffineExpr> indices,
                                              ArrayRef<int64_t> to,
                                              ArrayRef<int64_t> from,
                                              MLIRContext *context) {
  SmallVector<AffineExpr> source(from.size());
  size_t toEnd = to.size(), fromEnd = from.size();
  while (toEnd > 0 || fromEnd > 0) {
    size_t toBegin = toEnd, fromBegin = fromEnd;
    int64_t toSize = 1, fromSize = 1;
    // Products of dimensions of 1 and 0 end groups late, not wrongly.
    do {
      if (toBegin > 0 && (toSize <= fromSize || fromBegin == 0))
        toSize *= to[--toBegin];
      else
        fromSize *= from[--fromBegin];
    } while (toSize != fromSize && (toBegin > 0 || fromBegin > 0));
    SmallVector<AffineExpr> group =
        delinearize(linearize(indices.slice(toBegin, toEnd - toBegin),
                              to.slice(toBegin, toEnd - toBegin), context),
                    from.slice(fromBegin, fromEnd - fromBegin));
    llvm::copy(group, source.begin() + fromBegin);
    toEnd = toBegin;
    fromEnd = fromBegin;
  }
  return source;
}

/// The indices of a view's operand for `indices` of its result.
static SmallVector<AffineExpr> getSourceIndices(Operation *view,
                                                ArrayRef<AffineExpr> indices) {
  MLIRContext *context = view->getContext();
  auto from = cast<RankedTensorType>(view->getOperand(0).getType()),
       to = cast<RankedTensorType>(view->getResult(0).getType());
  SmallVector<AffineExpr> source(from.getRank());
  if (isa<graph::ReshapeOp>(view))
    return reshapeIndices(indices, to.getShape(), from.getShape(), context);
  if (auto transpose = dyn_cast<graph::TransposeOp>(view)) {
    for (auto [i, d] : llvm::enumerate(transpose.getPerm()))
      source[d] = indices[i];
  } else if (auto slice = dyn_cast<graph::SliceOp>(view)) {
    for (size_t d = 0; d < source.size(); ++d)
      source[d] = indices[d] * slice.getSteps()[d] + slice.getStarts()[d];
  } else {
    int64_t added = to.getRank() - from.getRank();
    for (int64_t d = 0; d < from.getRank(); ++d)
      source[d] = from.getDimSize(d) == 1 ? getAffineConstantExpr(0, context)
                                          : indices[d + added];
  }
  return source;
}

FailureOr<HostAccess> wafer::getHostAccess(Value value,
                                           ArrayRef<AffineExpr> indices) {
  auto type = cast<RankedTensorType>(value.getType());
  MLIRContext *context = value.getContext();
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto kernel = dyn_cast<mesh::KernelOp>(argument.getOwner()->getParentOp());
    if (kernel &&
        mesh::getLayout(kernel.getInputs()[argument.getArgNumber()].getType()))
      return failure();
    return HostAccess{argument, linearize(indices, type.getShape(), context)};
  }
  Operation *view = value.getDefiningOp();
  if (!isView(view))
    return failure();
  return getHostAccess(view->getOperand(0), getSourceIndices(view, indices));
}

BlockArgument wafer::getViewedArgument(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isView(op))
      return {};
    value = op->getOperand(0);
  }
  return cast<BlockArgument>(value);
}

SmallVector<AffineExpr> wafer::getBroadcastIndices(Type value, Type result,
                                                   AffineExpr token,
                                                   AffineExpr feature) {
  auto from = cast<RankedTensorType>(value),
       to = cast<RankedTensorType>(result);
  SmallVector<AffineExpr> full;
  if (to.getRank() > 0) {
    full = delinearize(token, to.getShape().drop_back());
    full.push_back(feature);
  }
  SmallVector<AffineExpr> indices;
  int64_t missing = to.getRank() - from.getRank();
  for (int64_t d = 0; d < from.getRank(); ++d)
    indices.push_back(from.getDimSize(d) == 1
                          ? getAffineConstantExpr(0, value.getContext())
                          : full[d + missing]);
  return indices;
}
