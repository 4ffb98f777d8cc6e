//===- FloatFormats.h - conversions of the narrow float types -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_FLOATFORMATS_H
#define WAFER_EXECUTOR_FLOATFORMATS_H

#include "llvm/ADT/bit.h"
#include <cmath>
#include <cstdint>

namespace wafer::exec {

/// A binary float format of 1 sign bit, `ExponentBits` and `MantissaBits`
/// encoded as IEEE 754 does it. Every value is a double, so that each
/// conversion below rounds at most once.
template <unsigned ExponentBits, unsigned MantissaBits> struct FloatFormat {
  static constexpr int kBias = (1 << (ExponentBits - 1)) - 1;
  static constexpr uint32_t kInfinity = ((1u << ExponentBits) - 1)
                                        << MantissaBits;
  static constexpr unsigned kSignShift = ExponentBits + MantissaBits;

  /// Nearest, ties to even; overflow gives infinity; NaN stays a quiet NaN.
  static uint16_t encode(double value) {
    uint64_t bits = llvm::bit_cast<uint64_t>(value);
    uint32_t sign = static_cast<uint32_t>(bits >> 63) << kSignShift;
    int exponent = static_cast<int>((bits >> 52) & 0x7ff);
    uint64_t mantissa = bits & ((uint64_t(1) << 52) - 1);
    if (exponent == 0x7ff) {
      uint32_t quiet = mantissa ? 1u << (MantissaBits - 1) : 0;
      return sign | kInfinity | quiet |
             uint32_t(mantissa >> (52 - MantissaBits));
    }
    // A double below its own normal range rounds to zero in every format.
    if (exponent == 0)
      return sign;
    exponent -= 1023;
    uint64_t significand = mantissa | (uint64_t(1) << 52);
    bool isNormal = exponent >= 1 - kBias;
    int shift = 52 - static_cast<int>(MantissaBits) +
                (isNormal ? 0 : 1 - kBias - exponent);
    if (shift > 53)
      return sign;
    uint64_t kept = significand >> shift;
    uint64_t rest = significand & ((uint64_t(1) << shift) - 1);
    uint64_t half = uint64_t(1) << (shift - 1);
    kept += rest > half || (rest == half && (kept & 1));
    if (exponent > kBias)
      return sign | kInfinity;
    // The implicit bit of `kept` adds the last 1 to the exponent field.
    uint64_t field =
        isNormal ? uint64_t(exponent + kBias - 1) << MantissaBits : 0;
    uint64_t magnitude = field + kept;
    return sign |
           static_cast<uint32_t>(magnitude < kInfinity ? magnitude : kInfinity);
  }

  static double decode(uint16_t bits) {
    double sign = bits >> kSignShift ? -1.0 : 1.0;
    int exponent = (bits & kInfinity) >> MantissaBits;
    int mantissa = bits & ((1 << MantissaBits) - 1);
    if (exponent == (1 << ExponentBits) - 1)
      return mantissa ? std::nan("") : sign * HUGE_VAL;
    int scale = 1 - kBias - static_cast<int>(MantissaBits);
    if (exponent == 0)
      return sign * std::ldexp(double(mantissa), scale);
    return sign * std::ldexp(double(mantissa | (1 << MantissaBits)),
                             scale + exponent - 1);
  }
};

using Half = FloatFormat<5, 10>;
using BFloat = FloatFormat<8, 7>;

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_FLOATFORMATS_H
