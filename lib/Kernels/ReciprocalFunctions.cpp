//===- ReciprocalFunctions.cpp - 1/x, a/b and square roots ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The bits of a float, as an integer, are about a multiple of its logarithm:
// a constant less the bits is a first 1/x, a constant less half of them a first
// 1/sqrt(x). A step of Newton's with its constant moved, so that it also halves
// the error of the line, leaves 1.4e-3 (8.9e-4); a step of third order leaves
// the roundings of the last operations. All constants were searched for with
// the largest error over one binade (two) as the target.
//
//===----------------------------------------------------------------------===//

#include "FunctionRecorder.h"

using namespace wafer;
using Value = FunctionRecorder::Value;

static Value f32(float value) { return FunctionRecorder::f32(value); }
static Value i32(uint32_t value) { return FunctionRecorder::i32(value); }

Value wafer::recordReciprocalNormal(FunctionRecorder &r, Value x) {
  Value minus = r.neg(x);
  Value y = r.bits(r.sub(i32(0x7EF33000), r.bits(x)));
  y = r.mul(y, r.mac(f32(2.0012f), minus, y));
  // y (1 + e + e^2), e = 1 - x y.
  Value e = r.mac(f32(1), minus, y);
  e = r.mac(e, e, e);
  return r.mac(y, y, e);
}

/// 1/sqrt(x) for normal x, finite for 0, infinite or NaN for x < 0.
static Value recordRsqrt(FunctionRecorder &r, Value x) {
  Value minus = r.neg(x);
  Value half = r.mac(f32(static_cast<float>(0x5F0B3500)),
                     r.convertToFloat(r.bits(x)), f32(-0.5f));
  Value y = r.bits(r.convertToInt(half));
  // y^2 alone could be subnormal or infinite, x y cannot.
  y = r.mul(y, r.mac(f32(1.891f), r.mul(minus, y), y));
  // y (1 + e/2 + 3/8 e^2), e = 1 - x y^2.
  Value e = r.mac(f32(1), r.mul(minus, y), y);
  Value series = r.mul(e, r.mac(f32(0.5f), e, f32(0.375f)));
  return r.mac(y, y, series);
}

// 0 gives 0 * finite. An x < 0 gives -infinity, which the last step makes NaN.
static Value recordSqrt(FunctionRecorder &r, Value x) {
  Value finite = r.add(r.min(x, f32(0x1.FFFFFEp+127f)), f32(0));
  Value y = recordRsqrt(r, finite);
  return r.mac(r.mul(x, y), y, f32(0));
}

namespace {
/// x times a power of two, twice, is `scaled`: 1/4 <= scaled <= 1 for normal x.
struct Halved {
  Value power, signedPower; // signedPower has the sign of x
  Value scaled;             // of |x|, cut to 2^-30 to 2^30
  Value excess;             // scaled less what was cut
};
} // namespace

/// The bits of |x| are 2^23 (E + m) with the exponent field E and the fraction
/// m; with h = round((E + m) / 2) the power is 2^(63 - h).
static Halved halve(FunctionRecorder &r, Value x, bool wantsExcess) {
  Value magnitude = r.abs(x);
  Value bits = r.bits(magnitude);
  Value sign = r.sub(r.bits(x), bits);
  // 1.5 * 2^23 + 322 + h; times -2^23 its low bits are the field 190 - h.
  Value shifted =
      r.mac(f32(12582912.0f + 322), r.convertToFloat(bits), f32(0x1p-24f));
  Value field = r.mul(r.bits(shifted), i32(0xFF800000));
  Halved result;
  result.power = r.bits(field);
  result.signedPower = r.bits(r.add(field, sign));
  Value whole = r.mul(r.mul(magnitude, result.power), result.power);
  result.scaled = r.min(r.max(whole, f32(0x1p-30f)), f32(0x1p30f));
  if (wantsExcess)
    result.excess = r.sub(result.scaled, whole);
  return result;
}

static Value recordFullReciprocal(FunctionRecorder &r, Value x) {
  Halved halved = halve(r, x, /*wantsExcess=*/false);
  Value y = recordReciprocalNormal(r, halved.scaled);
  return r.mul(r.mul(y, halved.power), halved.signedPower);
}

static Value recordDivide(FunctionRecorder &r, Value a, Value b) {
  Halved halved = halve(r, b, /*wantsExcess=*/true);
  Value y = recordReciprocalNormal(r, halved.scaled);
  // +infinity where b is 0, -infinity where b is infinite, else 0: makes y
  // infinity and 0, so that 0/0 and inf/inf are NaN.
  Value cut = r.mul(r.mul(halved.excess, f32(0x1p127f)), f32(0x1p127f));
  y = r.max(r.add(y, cut), f32(0));
  // Each factor leaves the range of normal numbers only where the quotient
  // does.
  Value inverse = r.mul(y, halved.signedPower);
  return r.mul(r.mul(a, halved.power), inverse);
}

FunctionCode wafer::recordReciprocal(Function function) {
  FunctionRecorder r(function == Function::Divide ? 2 : 1);
  Value x = r.argument(0);
  switch (function) {
  case Function::Reciprocal:
    return r.finish(recordFullReciprocal(r, x));
  case Function::ReciprocalNormal:
    return r.finish(recordReciprocalNormal(r, x));
  case Function::Divide:
    return r.finish(recordDivide(r, x, r.argument(1)));
  case Function::Sqrt:
    return r.finish(recordSqrt(r, x));
  default:
    assert(function == Function::RsqrtNormal && "of another family");
    return r.finish(recordRsqrt(r, x));
  }
}
