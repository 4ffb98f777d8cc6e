//===- CreateView.cpp - ops for strided places ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StridedView.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace wafer::graph {

static Value createReshape(OpBuilder &builder, Location loc, Value value,
                           ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return ReshapeOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), value);
}

/// `origin` or a value that it is a view of, if it has the places of `view`.
static Value findView(const StridedView &view, Value origin,
                      ConstantValues &constants) {
  while (true) {
    if (getView(origin, {/*slices=*/true}, constants).hasSamePlaces(view) ||
        getView(origin, {}, constants).hasSamePlaces(view))
      return origin;
    Operation *op = origin.getDefiningOp();
    if (!isa_and_nonnull<ReshapeOp, TransposeOp, ExpandOp>(op))
      return {};
    origin = op->getOperand(0);
  }
}

/// The digits that move through the root, in the order of the view.
static Factors getDigits(const StridedView &view) {
  Factors digits;
  for (const Factors &factors : view.dims)
    for (Factor factor : factors)
      if (factor.stride != 0)
        digits.push_back(factor);
  return digits;
}

static SmallVector<int64_t> sortByStride(const Factors &digits) {
  auto order = llvm::to_vector(llvm::seq<int64_t>(digits.size()));
  llvm::sort(order, [&](int64_t a, int64_t b) {
    return digits[a].stride < digits[b].stride;
  });
  return order;
}

bool isComplete(const StridedView &view) {
  Factors digits = getDigits(view);
  int64_t covered = 1;
  for (int64_t digit : sortByStride(digits)) {
    if (digits[digit].stride != covered)
      return false;
    covered *= digits[digit].size;
  }
  auto type = cast<RankedTensorType>(view.root.getType());
  return view.offset == 0 && covered == type.getNumElements();
}

/// Reshapes the root to its digits and brings them in the order of the view.
static Value createDigits(OpBuilder &builder, Location loc,
                          const StridedView &view) {
  Factors digits = getDigits(view);
  int64_t position = digits.size();
  SmallVector<int64_t> split(digits.size()), perm(digits.size());
  for (int64_t digit : sortByStride(digits)) {
    split[--position] = digits[digit].size;
    perm[digit] = position;
  }
  if (llvm::equal(perm, llvm::seq<int64_t>(perm.size())))
    return view.root;
  Value value = createReshape(builder, loc, view.root, split);
  return TransposeOp::create(builder, loc, value, perm);
}

Value createView(OpBuilder &builder, Location loc, const StridedView &view,
                 Value origin, ConstantValues &constants) {
  if (Value found = findView(view, origin, constants))
    return found;
  SmallVector<int64_t> unexpanded, expanded;
  for (const Factors &factors : view.dims)
    for (Factor factor : factors) {
      expanded.push_back(factor.size);
      unexpanded.push_back(factor.stride == 0 ? 1 : factor.size);
    }
  Value value = createDigits(builder, loc, view);
  if (unexpanded != expanded) {
    Type elementType = getElementTypeOrSelf(value.getType());
    value = createReshape(builder, loc, value, unexpanded);
    value = ExpandOp::create(
        builder, loc, RankedTensorType::get(expanded, elementType), value);
  }
  return createReshape(builder, loc, value, view.getShape());
}

} // namespace wafer::graph
