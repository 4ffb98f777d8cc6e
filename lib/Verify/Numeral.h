//===- Numeral.h - numbers in mixed radix -----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_NUMERAL_H
#define WAFER_LIB_VERIFY_NUMERAL_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>

namespace wafer::verify {

/// factor * (floor(n / place) mod radix) of a number n; no radix (0) for the
/// highest digit.
struct WeightedDigit {
  int64_t place, radix, factor;
};

/// The largest sum of `digits` of a number in [low, high]; nullopt if the
/// digits overlap or the sum may be too large.
std::optional<int64_t> getLargestNumeral(llvm::ArrayRef<WeightedDigit> digits,
                                         int64_t low, int64_t high);

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_NUMERAL_H
