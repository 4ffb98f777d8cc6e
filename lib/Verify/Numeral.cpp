//===- Numeral.cpp - numbers in mixed radix ---------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numeral.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

using namespace wafer;
using namespace wafer::verify;
using llvm::ArrayRef;
using llvm::divideFloorSigned;
using llvm::SmallVector;

/// All digits of a number, the lowest first: those that have no factor between
/// `digits`, too. Empty if digits overlap.
static SmallVector<WeightedDigit> getPlaces(SmallVector<WeightedDigit> digits) {
  llvm::sort(digits, [](const WeightedDigit &a, const WeightedDigit &b) {
    return a.place < b.place;
  });
  SmallVector<WeightedDigit> places;
  int64_t next = 1;
  for (const WeightedDigit &digit : digits) {
    if (next == 0 || digit.place % next != 0)
      return {};
    if (digit.place > next)
      places.push_back({next, digit.place / next, 0});
    places.push_back(digit);
    next = 0;
    if (digit.radix != 0 && llvm::MulOverflow(digit.place, digit.radix, next))
      return {};
  }
  if (next != 0)
    places.push_back({next, 0, 0});
  return places;
}

/// The digits are all that numbers in [low, high] have.
static int64_t getLargest(ArrayRef<WeightedDigit> places, int64_t low,
                          int64_t high) {
  if (places.empty())
    return 0;
  auto [place, radix, factor] = places.back();
  ArrayRef<WeightedDigit> lower = places.drop_back();
  int64_t first = divideFloorSigned(low, place),
          firstRest = low - first * place;
  int64_t last = divideFloorSigned(high, place), lastRest = high - last * place;
  if (first == last)
    return factor * first + getLargest(lower, firstRest, lastRest);
  int64_t best =
      std::max(factor * first + getLargest(lower, firstRest, place - 1),
               factor * last + getLargest(lower, 0, lastRest));
  // All numbers between have any lower digits.
  if (last - first > 1) {
    int64_t between = factor * (factor > 0 ? last - 1 : first + 1);
    for (const WeightedDigit &digit : lower)
      between += std::max<int64_t>(digit.factor, 0) * (digit.radix - 1);
    best = std::max(best, between);
  }
  return best;
}

std::optional<int64_t> verify::getLargestNumeral(ArrayRef<WeightedDigit> digits,
                                                 int64_t low, int64_t high) {
  SmallVector<WeightedDigit> places =
      getPlaces(SmallVector<WeightedDigit>(digits));
  if (places.empty())
    return std::nullopt;
  // No partial sum is larger than that.
  int64_t size = 0, number = std::max(std::abs(low), std::abs(high)) + 1;
  for (const WeightedDigit &digit : digits) {
    int64_t product;
    if (llvm::MulOverflow(std::abs(digit.factor), number, product) ||
        llvm::AddOverflow(size, product, size))
      return std::nullopt;
  }
  return getLargest(places, low, high);
}
