//===- StridedView.cpp - views as strides over a tensor ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/StridedView.h"

#include "wafer/Kernels/HostAccess.h"

using namespace mlir;
using namespace wafer;

using Dim = StridedView::Dim;

void StridedView::append(Dim &dim, Digit digit) {
  if (digit.size == 1)
    return;
  if (!dim.empty() && dim.back().stride == digit.size * digit.stride)
    dim.back() = {dim.back().size * digit.size, digit.stride};
  else
    dim.push_back(digit);
}

StridedView StridedView::whole(Value root) {
  StridedView view;
  view.root = root;
  auto shape = cast<RankedTensorType>(root.getType()).getShape();
  int64_t stride = 1;
  for (int64_t size : llvm::reverse(shape)) {
    Dim dim;
    append(dim, {size, stride});
    view.dims.insert(view.dims.begin(), dim);
    stride *= size;
  }
  return view;
}

/// Deals the digits of all dimensions to dimensions of other sizes.
static LogicalResult reshape(StridedView &view, ArrayRef<int64_t> shape) {
  SmallVector<StridedView::Digit> digits; // innermost last
  for (const Dim &dim : view.dims)
    digits.append(dim.begin(), dim.end());
  SmallVector<Dim, 4> dims;
  for (int64_t size : llvm::reverse(shape)) {
    Dim taken; // innermost first
    while (size > 1) {
      if (digits.empty())
        return failure();
      StridedView::Digit &digit = digits.back();
      if (size % digit.size == 0) {
        taken.push_back(digit);
        size /= digit.size;
        digits.pop_back();
      } else if (digit.size % size == 0) {
        taken.push_back({size, digit.stride});
        digit = {digit.size / size, digit.stride * size};
        size = 1;
      } else {
        return failure();
      }
    }
    Dim dim;
    for (StridedView::Digit digit : llvm::reverse(taken))
      StridedView::append(dim, digit);
    dims.insert(dims.begin(), dim);
  }
  view.dims = dims;
  return success(digits.empty());
}

static LogicalResult slice(StridedView &view, graph::SliceOp op) {
  auto from = cast<RankedTensorType>(op.getInput().getType()).getShape();
  for (auto [d, dim] : llvm::enumerate(view.dims)) {
    int64_t start = op.getStarts()[d], size = op.getSizes()[d],
            step = op.getSteps()[d];
    if (start == 0 && step == 1 && size == from[d])
      continue;
    if (dim.size() > 1)
      return failure();
    int64_t stride = dim.empty() ? 0 : dim.front().stride;
    view.offset += start * stride;
    dim.clear();
    StridedView::append(dim, {size, stride * step});
  }
  return success();
}

LogicalResult StridedView::apply(Operation *view) {
  auto to = cast<RankedTensorType>(view->getResult(0).getType());
  if (to.getNumElements() == 0)
    return failure();
  if (isa<graph::ReshapeOp>(view))
    return reshape(*this, to.getShape());
  if (auto op = dyn_cast<graph::SliceOp>(view))
    return slice(*this, op);
  SmallVector<Dim, 4> before = dims;
  if (auto transpose = dyn_cast<graph::TransposeOp>(view)) {
    for (auto [i, d] : llvm::enumerate(transpose.getPerm()))
      dims[i] = before[d];
    return success();
  }
  auto from = cast<RankedTensorType>(view->getOperand(0).getType());
  dims.assign(to.getRank(), {});
  int64_t added = to.getRank() - from.getRank();
  for (int64_t d = 0; d < to.getRank(); ++d) {
    if (d >= added && from.getDimSize(d - added) == to.getDimSize(d))
      dims[d] = before[d - added];
    else
      append(dims[d], {to.getDimSize(d), 0});
  }
  return success();
}

FailureOr<StridedView> StridedView::get(Value value,
                                        function_ref<bool(Value)> stop) {
  SmallVector<Operation *> views;
  while (!stop(value) && value.getDefiningOp() &&
         isView(value.getDefiningOp())) {
    views.push_back(value.getDefiningOp());
    value = value.getDefiningOp()->getOperand(0);
  }
  StridedView view = whole(value);
  for (Operation *op : llvm::reverse(views))
    if (failed(view.apply(op)))
      return failure();
  return view;
}

bool StridedView::isDim(unsigned d, int64_t size, int64_t stride) const {
  if (size == 1)
    return dims[d].empty();
  return dims[d].size() == 1 && dims[d].front() == Digit{size, stride};
}
