//===- Expectation.cpp - how far a right answer may be off ------*- C++ -*-===//
//-*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Expectation.h"

#include "dialects/Graph/Graph.h"
#include <cmath>

using namespace mlir;
using wafer::exec::ElementType;
using wafer::exec::Tensor;

namespace wafer::compiler {

static int64_t getNumElements(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? type.getNumElements() : 0;
}

/// Terms of one element. Reductions and pools read each operand's element once;
/// of a convolution a filter has them all.
static int64_t getSumLength(Operation *op) {
  int64_t results = op->getNumResults() ? getNumElements(op->getResult(0)) : 0;
  if (results == 0 || isa<graph::ConstantOp>(op))
    return 1;
  if (auto matmul = dyn_cast<graph::MatmulOp>(op)) {
    ArrayRef<int64_t> lhs = matmul.getLhs().getType().getShape();
    bool isVector = lhs.size() < 2;
    return lhs[lhs.size() - (matmul.getTransposeA() && !isVector ? 2 : 1)];
  }
  if (auto conv = dyn_cast<graph::ConvOp>(op)) {
    auto filters = cast<RankedTensorType>(conv.getFilters().getType());
    return filters.getNumElements() /
           std::max<int64_t>(1, filters.getDimSize(0));
  }
  int64_t longest = 1;
  for (Value operand : op->getOperands()) {
    longest = std::max(longest, getNumElements(operand) / results);
    // Attention sums over rows and columns of its operands.
    if (isa<graph::AttentionOp, graph::LinearAttentionOp>(op))
      for (int64_t dim : cast<RankedTensorType>(operand.getType()).getShape())
        longest = std::max(longest, dim);
  }
  return longest;
}

int64_t getLongestSum(func::FuncOp function) {
  int64_t longest = 1;
  function.walk(
      [&](Operation *op) { longest = std::max(longest, getSumLength(op)); });
  return longest;
}

static double getUnitRoundoff(ElementType type) {
  switch (type) {
  case ElementType::F64:
    return 0x1p-53;
  case ElementType::F32:
    return 0x1p-24;
  case ElementType::F16:
    return 0x1p-11;
  case ElementType::BF16:
    return 0x1p-8;
  default:
    return 0;
  }
}

/// Two NaNs and two equal infinities are no distance apart.
static double getDistance(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b)))
    return 0;
  double distance = std::fabs(a - b);
  return std::isnan(distance) ? std::numeric_limits<double>::infinity()
                              : distance;
}

Expectation::Expectation(Tensor value, const Tensor &rounded,
                         ElementType declared, int64_t numTerms)
    : exact(std::move(value)) {
  double largest = 0, rounding = 0;
  for (int64_t i = 0, e = exact.getNumElements(); i < e; ++i) {
    double element = exact.getAsDouble(i);
    if (std::isfinite(element))
      largest = std::max(largest, std::fabs(element));
    rounding = std::max(rounding, getDistance(element, rounded.getAsDouble(i)));
  }
  slack = 8 * rounding +
          static_cast<double>(numTerms) * getUnitRoundoff(declared) * largest;
}

std::optional<Expectation::Mismatch>
Expectation::compare(const Tensor &got) const {
  Mismatch first;
  bool isExact = slack == 0 && !exec::isFloat(exact.elementType) &&
                 got.elementType == exact.elementType;
  size_t size = exec::getSizeInBytes(exact.elementType);
  for (int64_t i = 0, e = exact.getNumElements(); i < e; ++i) {
    double expected = exact.getAsDouble(i), found = got.getAsDouble(i);
    // Integers beyond 2^53 are not exact as doubles: their bytes are.
    bool agrees = isExact ? got.getBytes().slice(i * size, size) ==
                                exact.getBytes().slice(i * size, size)
                          : getDistance(expected, found) <= slack;
    if (agrees)
      continue;
    if (first.count++ == 0) {
      first.index = i;
      first.got = found;
      first.expected = expected;
    }
  }
  return first.count ? std::optional(first) : std::nullopt;
}

} // namespace wafer::compiler
