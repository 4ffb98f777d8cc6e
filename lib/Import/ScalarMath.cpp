//===- ScalarMath.cpp - functions that are several graph ops ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorEmitter.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;

namespace wafer::importer {
namespace {

/// Arithmetic on one element type.
struct Terms {
  TensorEmitter &emit;
  Type type;

  Value number(double value) { return emit.scalar(type, value); }
  Value add(Value a, Value b) { return emit.binary<graph::AddOp>(a, b); }
  Value sub(Value a, Value b) { return emit.binary<graph::SubOp>(a, b); }
  Value mul(Value a, Value b) { return emit.binary<graph::MulOp>(a, b); }
  Value div(Value a, Value b) { return emit.binary<graph::DivOp>(a, b); }
  Value abs(Value a) { return emit.unary<graph::AbsOp>(a); }
  Value neg(Value a) { return emit.unary<graph::NegOp>(a); }
  Value less(Value a, Value b) { return emit.compare<graph::LessOp>(a, b); }
  Value isZero(Value a) { return emit.compare<graph::EqualOp>(a, number(0)); }

  Value isNegative(Value a);
  Value copySign(Value magnitude, Value sign);
  Value truncate(Value a);
  Value expMinusOne(Value a);
  Value logOnePlus(Value a);
  Value atan2(Value y, Value x);
};

} // namespace

/// The sign bit of numbers: 1/-0 is -infinity.
Value Terms::isNegative(Value a) {
  Value isNegativeZero = less(emit.unary<graph::ReciprocalOp>(a), number(0));
  return emit.where(isZero(a), isNegativeZero, less(a, number(0)));
}

Value Terms::copySign(Value magnitude, Value sign) {
  Value positive = abs(magnitude);
  return emit.where(isNegative(sign), neg(positive), positive);
}

Value Terms::truncate(Value a) {
  return emit.where(less(a, number(0)), emit.unary<graph::CeilOp>(a),
                    emit.unary<graph::FloorOp>(a));
}

/// exp(a) - 1 loses digits near 0, where 2t/(1 - t) with t = tanh(a/2) has
/// them.
Value Terms::expMinusOne(Value a) {
  Value t = emit.unary<graph::TanhOp>(mul(a, number(0.5)));
  Value nearZero = div(add(t, t), sub(number(1), t));
  Value far = sub(emit.unary<graph::ExpOp>(a), number(1));
  return emit.where(less(abs(a), number(0.5)), nearZero, far);
}

/// log(1 + a) loses digits near 0, where 2·atanh(a/(2 + a)) has them.
Value Terms::logOnePlus(Value a) {
  Value half = emit.unary<graph::AtanhOp>(div(a, add(number(2), a)));
  Value far = emit.unary<graph::LogOp>(add(number(1), a));
  return emit.where(less(abs(a), number(0.5)), add(half, half), far);
}

Value Terms::atan2(Value y, Value x) {
  // From the axis that is nearer, so that the quotient is 1 at most; two zeros
  // or two infinities have quotient 0 or 1.
  Value ax = abs(x), ay = abs(y);
  Value isSteep = less(ax, ay);
  Value small = emit.binary<graph::MinOp>(ax, ay);
  Value large = emit.binary<graph::MaxOp>(ax, ay);
  Value quotient = emit.where(emit.compare<graph::EqualOp>(small, large),
                              number(1), div(small, large));
  quotient = emit.where(isZero(small), number(0), quotient);
  Value angle = emit.unary<graph::AtanOp>(quotient);
  angle = emit.where(isSteep, sub(number(llvm::numbers::pi / 2), angle), angle);
  angle =
      emit.where(isNegative(x), sub(number(llvm::numbers::pi), angle), angle);
  Value result = copySign(angle, y);
  // NaN is equal to nothing.
  Value sum = add(x, y);
  Value isNaN = emit.unary<graph::NotOp>(emit.binary<graph::AndOp>(
      emit.compare<graph::EqualOp>(x, x), emit.compare<graph::EqualOp>(y, y)));
  return emit.where(isNaN, sum, result);
}

static Value emitUnary(Terms &terms, Operation &op, Value a) {
  TensorEmitter &emit = terms.emit;
  auto isFinite = [&] {
    return terms.less(terms.abs(a), terms.number(INFINITY));
  };
  auto isNumber = [&] { return emit.compare<graph::EqualOp>(a, a); };
  auto log = [&](double base) {
    return terms.mul(emit.unary<graph::LogOp>(a),
                     terms.number(1 / std::log(base)));
  };
  return llvm::TypeSwitch<Operation *, Value>(&op)
      .Case<math::CbrtOp>([&](auto) {
        return terms.copySign(
            emit.binary<graph::PowOp>(terms.abs(a), terms.number(1.0 / 3)), a);
      })
      .Case<math::ErfcOp>([&](auto) {
        return terms.sub(terms.number(1), emit.unary<graph::ErfOp>(a));
      })
      .Case<math::Exp2Op>(
          [&](auto) { return emit.binary<graph::PowOp>(terms.number(2), a); })
      .Case<math::ExpM1Op>([&](auto) { return terms.expMinusOne(a); })
      .Case<math::IsFiniteOp>([&](auto) { return isFinite(); })
      .Case<math::IsInfOp>([&](auto) {
        return emit.compare<graph::EqualOp>(terms.abs(a),
                                            terms.number(INFINITY));
      })
      .Case<math::IsNaNOp>(
          [&](auto) { return emit.unary<graph::NotOp>(isNumber()); })
      .Case<math::Log10Op>([&](auto) { return log(10); })
      .Case<math::Log1pOp>([&](auto) { return terms.logOnePlus(a); })
      .Case<math::Log2Op>([&](auto) { return log(2); })
      // Ties go away from zero.
      .Case<math::RoundOp>([&](auto) {
        Value whole = terms.truncate(a);
        Value rest = terms.abs(terms.sub(a, whole));
        Value step = terms.copySign(terms.number(1), a);
        return emit.where(terms.less(rest, terms.number(0.5)), whole,
                          terms.add(whole, step));
      })
      .Case<math::TruncOp>([&](auto) { return terms.truncate(a); })
      .Default([](auto) { return Value(); });
}

Value emitComposedOp(TensorEmitter &emit, Operation &op,
                     ArrayRef<Value> operands) {
  Type type = getTensorType(operands[0]).getElementType();
  if (!isa<FloatType>(type))
    return {};
  Terms terms = {emit, type};
  if (operands.size() == 1)
    return emitUnary(terms, op, operands[0]);
  if (isa<math::CopySignOp>(op))
    return terms.copySign(operands[0], operands[1]);
  if (isa<math::Atan2Op>(op))
    return terms.atan2(operands[0], operands[1]);
  return {};
}

} // namespace wafer::importer
