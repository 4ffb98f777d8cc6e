//===- ErrorFunctions.cpp - erf and the exact GELU --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// erfc(z) = e^-P(z) for z >= 0 with P(z) = z Q(z), Q smooth and positive. So
// erf(z) = -(e^-P - 1), exact near 0 relative to itself, and erfc keeps its
// digits where it is small. Q are polynomials of degree 9, found in f64 by
// Lawson's iteration on 1,500 points. Their last coefficient is positive and P
// grows beyond the interval too, so that the tails go to their limits by
// themselves.
//
//===----------------------------------------------------------------------===//

#include "FunctionRecorder.h"

using namespace wafer;
using Value = FunctionRecorder::Value;

static Value f32(float value) { return FunctionRecorder::f32(value); }

/// -Q on 0 to 3.95, weighted for the relative error of erf (5.9e-9).
static constexpr float kErf[] = {
    -1.128379225730896f,    -0.6366192698478699f,     -0.10277821123600006f,
    0.01914966106414795f,   0.00018235565221402794f,  -0.0017152786022052169f,
    0.0006844949093647301f, -0.00014653084508609027f, 1.731921838654671e-05f,
    -8.828002933114476e-07f};

/// -Q(z / sqrt 2) / sqrt 2 on 0 to 5.6, weighted for the absolute error of GELU
/// (2.0e-9).
static constexpr float kGelu[] = {
    -0.7978857159614563f,    -0.3182995021343231f,     -0.03637096658349037f,
    0.004842018708586693f,   -1.7783559087547474e-05f, -0.00018732683383859694f,
    5.170409713173285e-05f,  -7.4828330980381e-06f,    5.935984290772467e-07f,
    -2.0279879109352805e-08f};

// |erf| <= 2 |x|, so that cutting 2x to it gives it the sign.
static Value recordErf(FunctionRecorder &r, Value x) {
  Value magnitude = r.abs(x);
  Value minusP = r.mul(magnitude, r.polynomial(kErf, magnitude));
  Value above = r.abs(recordExpMinusOne(r, minusP));
  Value below = r.neg(above);
  return r.max(r.min(r.add(x, x), above), below);
}

// max(x, 0) - |x| erfc(|x| / sqrt 2) / 2: no cancellation on either side.
static Value recordGelu(FunctionRecorder &r, Value x) {
  // Infinity times the 0 of its erfc would be NaN.
  Value magnitude = r.min(r.abs(x), f32(0x1p60f));
  Value minusP = r.mul(magnitude, r.polynomial(kGelu, magnitude));
  Value complement = recordExpNonPositive(r, minusP);
  Value half = r.mul(magnitude, f32(-0.5f));
  return r.mac(r.max(x, f32(0)), complement, half);
}

FunctionCode wafer::recordErrorFunction(Function function) {
  FunctionRecorder r(1);
  Value x = r.argument(0);
  if (function == Function::Erf)
    return r.finish(recordErf(r, x));
  assert(function == Function::Gelu && "of another family");
  return r.finish(recordGelu(r, x));
}
