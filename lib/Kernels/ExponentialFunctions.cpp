//===- ExponentialFunctions.cpp - exp and what it builds --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// e^x = 2^n e^r with x = n ln 2 + r and |r| <= ln 2 / 2. Adding 1.5 * 2^23 to
// x / ln 2 rounds it to the integer n, which then stands in the low bits of the
// sum; an i32 multiplication by 2^23 moves the lowest 9 of them to sign and
// exponent and drops the others. (e^r - 1) / r is a minimax polynomial.
//
//===----------------------------------------------------------------------===//

#include "FunctionRecorder.h"

using namespace wafer;
using Value = FunctionRecorder::Value;

static Value f32(float value) { return FunctionRecorder::f32(value); }
static Value i32(uint32_t value) { return FunctionRecorder::i32(value); }

namespace {
/// Bits of 1.5 * 2^23, whose low 9 bits are clear.
constexpr uint32_t kRounderBits = 0x4B400000;
constexpr float kRounder = 12582912.0f;
constexpr uint32_t kOneExponent = 1u << 23;
constexpr uint32_t kBias = 127;

/// x = n ln 2 + r.
struct Reduced {
  Value shifted; // 1.5 * 2^23 + bias + n
  Value r;
};
} // namespace

/// Overwrites `x`.
static Reduced reduce(FunctionRecorder &r, Value x, uint32_t bias) {
  Reduced result;
  float rounder = kRounder + static_cast<float>(bias);
  result.shifted = r.mac(f32(rounder), x, f32(0x1.715476p+0f));
  Value n = r.sub(result.shifted, f32(rounder));
  // ln 2 in two parts; the first product is exact inside the mac.
  result.r = r.mac(x, n, f32(-0x1.62E43p-1f));
  result.r = r.mac(result.r, n, f32(0x1.05C61p-29f));
  return result;
}

/// (e^r - 1) / r for |r| <= 0.3475: 1 + r g(r), g with the least error of r g
/// (Lawson's iteration on 4,000 points in f64; 3.2e-9, then rounded to f32).
static Value expMinusOneOver(FunctionRecorder &r, Value x) {
  return r.polynomial({1.0f, 0x1.0p-1f, 0x1.55548Cp-3f, 0x1.55545Cp-5f,
                       0x1.123CE6p-7f, 0x1.6DB654p-10f},
                      x);
}

/// e^r.
static Value expOf(FunctionRecorder &r, Value x) {
  return r.mac(f32(1), x, expMinusOneOver(r, x));
}

/// The float whose sign and exponent are the low 9 bits of `shifted`.
static Value powerOfTwo(FunctionRecorder &r, Value shifted) {
  return r.bits(r.mul(shifted, i32(kOneExponent)));
}

// The factor is 2^64 too large, so that it is normal down to e^-104, the last
// one above zero; the last product rounds to a subnormal where it must.
Value wafer::recordExpNonPositive(FunctionRecorder &r, Value x) {
  Reduced reduced = reduce(r, r.max(x, f32(-104)), kBias + 64);
  Value power = powerOfTwo(r, r.bits(reduced.shifted));
  return r.mul(r.mul(expOf(r, reduced.r), power), f32(0x1p-64f));
}

Value wafer::recordExpMinusOne(FunctionRecorder &r, Value x) {
  Reduced reduced = reduce(r, r.max(x, f32(-25)), kBias);
  Value power = powerOfTwo(r, r.bits(reduced.shifted));
  Value small = r.mul(reduced.r, expMinusOneOver(r, reduced.r));
  return r.mac(r.sub(power, f32(1)), power, small);
}

/// n runs from -150 to 128, more than an exponent has: 2^n is a product of two
/// powers, the first one with n >= -100.
static Value recordExp(FunctionRecorder &r, Value x) {
  constexpr uint32_t kBelow = kBias - 1; // The first power is halved.
  Reduced reduced = reduce(r, r.min(r.max(x, f32(-104)), f32(89)), kBelow);
  Value bits = r.bits(reduced.shifted);
  Value first = r.max(bits, i32(kRounderBits + kBelow - 100));
  Value rest = r.mac(i32((kBias + 1) * kOneExponent), r.sub(bits, first),
                     i32(kOneExponent));
  Value power = powerOfTwo(r, first);
  Value large = r.mul(expOf(r, reduced.r), power);
  return r.mul(large, r.bits(rest));
}

/// e^x / (1 + e^x); from 40 on it is 1.
static Value recordSigmoid(FunctionRecorder &r, Value x) {
  Value e = recordExpNonPositive(r, r.min(x, f32(40)));
  return r.mul(e, recordReciprocalNormal(r, r.add(e, f32(1))));
}

/// (1 - e^-2|x|) / (1 + e^-2|x|), the numerator without cancellation. It is
/// never larger than |x|, so that cutting x to it gives it the sign.
static Value recordTanh(FunctionRecorder &r, Value x) {
  Value minus = recordExpMinusOne(r, r.mul(r.abs(x), f32(-2)));
  Value above =
      r.abs(r.mul(minus, recordReciprocalNormal(r, r.add(minus, f32(2)))));
  Value below = r.neg(above);
  return r.max(r.min(x, above), below);
}

// x (1 + tanh(u)) / 2 = x sigmoid(2 u), 2 u = sqrt(8 / pi) (x + 0.044715 x^3).
static Value recordGeluTanh(FunctionRecorder &r, Value x) {
  Value inner = r.mac(f32(1.59576912f), r.mul(x, x), f32(0.0713548163f));
  return r.mul(x, recordSigmoid(r, r.mul(x, inner)));
}

FunctionCode wafer::recordExponential(Function function) {
  FunctionRecorder r(1);
  Value x = r.argument(0);
  switch (function) {
  case Function::Exp:
    return r.finish(recordExp(r, x));
  case Function::ExpNonPositive:
    return r.finish(recordExpNonPositive(r, x));
  case Function::Tanh:
    return r.finish(recordTanh(r, x));
  case Function::Sigmoid:
    return r.finish(recordSigmoid(r, x));
  case Function::Silu:
    return r.finish(r.mul(x, recordSigmoid(r, x)));
  default:
    assert(function == Function::GeluTanh && "of another family");
    return r.finish(recordGeluTanh(r, x));
  }
}
