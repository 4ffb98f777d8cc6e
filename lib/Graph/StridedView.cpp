//===- StridedView.cpp - values as strided places ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StridedView.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace wafer::graph {

static int64_t count(const Factors &factors) {
  int64_t product = 1;
  for (Factor factor : factors)
    product *= factor.size;
  return product;
}

/// Appends `factor`; one that goes on where the last one ends is merged.
static void append(Factors &factors, Factor factor) {
  if (factor.size == 1)
    return;
  if (!factors.empty() && factors.back().stride == factor.size * factor.stride)
    factors.back() = {factors.back().size * factor.size, factor.stride};
  else
    factors.push_back(factor);
}

int64_t StridedView::getSize(unsigned dim) const { return count(dims[dim]); }

SmallVector<int64_t> StridedView::getShape() const {
  return llvm::map_to_vector(dims, count);
}

Factors StridedView::getFactors(unsigned first, unsigned last) const {
  Factors all;
  for (const Factors &factors : ArrayRef(dims).slice(first, last - first))
    for (Factor factor : factors)
      append(all, factor);
  return all;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

LogicalResult StridedView::reshape(ArrayRef<int64_t> shape) {
  Factors left = getFactors(0, dims.size());
  std::reverse(left.begin(), left.end()); // the next one is at the back
  SmallVector<Factors> result;
  for (int64_t size : shape) {
    Factors &factors = result.emplace_back();
    while (size > 1) {
      if (left.empty())
        return failure();
      Factor next = left.pop_back_val();
      if (size % next.size != 0) {
        if (next.size % size != 0)
          return failure();
        left.push_back({next.size / size, next.stride});
        next = {size, next.stride * (next.size / size)};
      }
      append(factors, next);
      size /= next.size;
    }
    if (size != 1) // empty tensors
      return failure();
  }
  if (!left.empty())
    return failure();
  dims = std::move(result);
  return success();
}

void StridedView::transpose(ArrayRef<int64_t> perm) {
  SmallVector<Factors> result;
  for (int64_t dim : perm)
    result.push_back(dims[dim]);
  dims = std::move(result);
}

LogicalResult StridedView::expand(ArrayRef<int64_t> shape) {
  if (shape.size() < dims.size())
    return failure();
  dims.insert(dims.begin(), shape.size() - dims.size(), Factors());
  for (auto [factors, size] : llvm::zip_equal(dims, shape))
    if (count(factors) != size) {
      if (!factors.empty() || size == 0)
        return failure();
      factors.push_back({size, 0});
    }
  return success();
}

/// Elements start, start + step, ... of a dimension; adds to `offset`.
static LogicalResult sliceFactors(Factors &factors, int64_t start, int64_t size,
                                  int64_t step, int64_t &offset) {
  if (size == 0)
    return failure();
  if (factors.empty())
    return success();
  Factor outer = factors.front();
  Factors inner(llvm::drop_begin(factors));
  int64_t block = count(inner), last = start + (size - 1) * step;
  factors.clear();
  if (start / block == last / block) { // within one digit of the outer factor
    offset += start / block * outer.stride;
    if (failed(sliceFactors(inner, start % block, size, step, offset)))
      return failure();
    factors = inner;
    return success();
  }
  if (step % block == 0) { // one place of the inner ones
    offset += start / block * outer.stride;
    append(factors, {size, step / block * outer.stride});
    return sliceFactors(inner, start % block, 1, 1, offset);
  }
  if (step != 1 || start % block != 0 || size % block != 0)
    return failure();
  offset += start / block * outer.stride;
  append(factors, {size / block, outer.stride});
  for (Factor factor : inner)
    append(factors, factor);
  return success();
}

LogicalResult StridedView::slice(SliceOp op) {
  for (auto [factors, start, size, step] :
       llvm::zip_equal(dims, op.getStarts(), op.getSizes(), op.getSteps()))
    if (failed(sliceFactors(factors, start, size, step, offset)))
      return failure();
  return success();
}

/// Factors of a sequence of places, less the first one: 0 0 6 6 is (2, 6)
/// (2, 0), and 0 6 0 6 is (2, 0) (2, 6). Fails for what is not of this kind.
static FailureOr<Factors> factorise(ArrayRef<int64_t> places) {
  int64_t size = places.size(), run = 1;
  if (size <= 1)
    return Factors();
  // The innermost factor is the longest run of equal steps.
  int64_t step = places[1] - places[0];
  while (run < size && places[run] == places[0] + run * step)
    ++run;
  if (size % run != 0)
    return failure();
  SmallVector<int64_t> starts;
  for (int64_t i = 0; i < size; ++i) {
    if (i % run == 0)
      starts.push_back(places[i]);
    if (places[i] != starts.back() + i % run * step)
      return failure();
  }
  FailureOr<Factors> outer = factorise(starts);
  if (succeeded(outer))
    append(*outer, {run, step});
  return outer;
}

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

namespace {

class ViewWalk {
public:
  ViewWalk(ViewSteps steps, ConstantValues &constants)
      : steps(steps), constants(constants) {}

  StridedView visit(Value value) {
    if (FailureOr<StridedView> view = step(value); succeeded(view))
      return *view;
    StridedView identity;
    identity.root = value;
    auto shape = cast<RankedTensorType>(value.getType()).getShape();
    int64_t stride = 1;
    for (int64_t size : llvm::reverse(shape)) {
      Factors factors;
      append(factors, {size, stride});
      identity.dims.push_back(factors);
      stride *= size;
    }
    std::reverse(identity.dims.begin(), identity.dims.end());
    return identity;
  }

private:
  ViewSteps steps;
  ConstantValues &constants;

  FailureOr<StridedView> step(Value value);
  FailureOr<StridedView> gather(GatherOp op);
  FailureOr<StridedView> concat(ConcatOp op);
  FailureOr<StridedView> scale(Value value, Value by, bool divides,
                               Type resultType);
};

} // namespace

FailureOr<StridedView> ViewWalk::step(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return failure();
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    StridedView view = visit(reshape.getInput());
    if (failed(view.reshape(reshape.getType().getShape())))
      return failure();
    return view;
  }
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    StridedView view = visit(transpose.getInput());
    view.transpose(transpose.getPerm());
    return view;
  }
  if (auto expand = dyn_cast<ExpandOp>(op)) {
    StridedView view = visit(expand.getInput());
    if (failed(view.expand(expand.getType().getShape())))
      return failure();
    return view;
  }
  if (auto slice = dyn_cast<SliceOp>(op); slice && steps.slices) {
    StridedView view = visit(slice.getInput());
    if (failed(view.slice(slice)))
      return failure();
    return view;
  }
  if (auto gatherOp = dyn_cast<GatherOp>(op); gatherOp && steps.slices)
    return gather(gatherOp);
  if (auto concatOp = dyn_cast<ConcatOp>(op); concatOp && steps.slices)
    return concat(concatOp);
  if (auto mul = dyn_cast<MulOp>(op); mul && steps.scales) {
    auto view = scale(mul.getLhs(), mul.getRhs(), false, mul.getType());
    return succeeded(view)
               ? view
               : scale(mul.getRhs(), mul.getLhs(), false, mul.getType());
  }
  if (auto div = dyn_cast<DivOp>(op); div && steps.scales)
    return scale(div.getLhs(), div.getRhs(), true, div.getType());
  return failure();
}

FailureOr<StridedView> ViewWalk::scale(Value value, Value by, bool divides,
                                       Type resultType) {
  if (value.getType() != resultType ||
      !isa<FloatType>(getElementTypeOrSelf(resultType)))
    return failure();
  std::optional<double> number = constants.getSplat(by);
  if (!number || !std::isfinite(*number) || *number == 0)
    return failure();
  StridedView view = visit(value);
  view.scale = divides ? view.scale / *number : view.scale * *number;
  return view;
}

FailureOr<StridedView> ViewWalk::gather(GatherOp op) {
  RankedTensorType type = op.getIndices().getType();
  std::optional<exec::Tensor> indices =
      type.getRank() <= 1 ? constants.get(op.getIndices()) : std::nullopt;
  if (!indices || indices->getNumElements() == 0)
    return failure();
  StridedView view = visit(op.getData());
  int64_t axis = op.getAxis(), size = view.getSize(axis);
  if (view.dims[axis].size() > 1)
    return failure();
  int64_t stride = view.dims[axis].empty() ? 0 : view.dims[axis].front().stride;
  SmallVector<int64_t> places;
  for (int64_t i = 0, e = indices->getNumElements(); i < e; ++i) {
    int64_t index = static_cast<int64_t>(indices->getAsDouble(i));
    index += index < 0 ? size : 0;
    if (index < 0 || index >= size)
      return failure();
    places.push_back(index * stride);
  }
  FailureOr<Factors> factors = factorise(places);
  if (failed(factors))
    return failure();
  view.offset += places.front();
  view.dims[axis] = *factors;
  if (type.getRank() == 0)
    view.dims.erase(view.dims.begin() + axis);
  return view;
}

/// Pieces of equal form at regular places of one root.
FailureOr<StridedView> ViewWalk::concat(ConcatOp op) {
  int64_t axis = op.getAxis();
  StridedView result;
  SmallVector<int64_t> places;
  for (Value input : op.getInputs()) {
    StridedView view = visit(input);
    places.push_back(view.offset);
    if (places.size() == 1) {
      result = view;
      continue;
    }
    if (view.root != result.root || view.scale != result.scale ||
        view.dims != result.dims)
      return failure();
  }
  FailureOr<Factors> factors = factorise(places);
  if (failed(factors))
    return failure();
  for (Factor factor : result.dims[axis])
    append(*factors, factor);
  result.dims[axis] = *factors;
  return result;
}

StridedView getView(Value value, ViewSteps steps, ConstantValues &constants) {
  return ViewWalk(steps, constants).visit(value);
}

} // namespace wafer::graph
