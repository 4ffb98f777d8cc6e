//===- ScalarIntegers.cpp - conversions, bools, unsigned ops ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Integers of MLIR have no sign, their ops do. In graph the types have it: iN
// is a signed type, and an op without sign works on uiN, between two casts that
// keep the bits. i1 holds 0 and 1 there, and 0 and -1 for ops with sign.
//
//===----------------------------------------------------------------------===//

#include "TensorEmitter.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace wafer::importer {

static Type getElement(Value value) {
  return getTensorType(value).getElementType();
}

static bool isBool(Value value) { return getElement(value).isInteger(1); }

/// The same bits as a type without sign.
static Value toUnsigned(TensorEmitter &emit, Value value) {
  auto type = cast<IntegerType>(getElement(value));
  if (type.getWidth() == 1)
    return value;
  return emit.cast(value, IntegerType::get(type.getContext(), type.getWidth(),
                                           IntegerType::Unsigned));
}

Value toComparable(TensorEmitter &emit, arith::CmpIPredicate predicate,
                   Value value) {
  using Predicate = arith::CmpIPredicate;
  bool isUnsigned = predicate == Predicate::ult ||
                    predicate == Predicate::ule ||
                    predicate == Predicate::ugt || predicate == Predicate::uge;
  if (!isBool(value))
    return isUnsigned ? toUnsigned(emit, value) : value;
  Value number = emit.cast(value, emit.builder.getI32Type());
  return isUnsigned ? number : emit.unary<graph::NegOp>(number);
}

static Value emitConversion(TensorEmitter &emit, Operation &op, Value value) {
  Type to =
      getGraphElementType(getElementTypeOrSelf(op.getResult(0).getType()));
  // The lowest bit, where graph.cast asks for any bit.
  if (isa<arith::TruncIOp>(op) && to.isInteger(1))
    return emit.cast(
        emit.binary<graph::AndOp>(value, emit.scalar(getElement(value), 1)),
        to);
  if (isa<arith::ExtUIOp, arith::UIToFPOp, arith::IndexCastUIOp>(op))
    return emit.cast(toUnsigned(emit, value), to);
  if (isa<arith::ExtSIOp, arith::SIToFPOp, arith::IndexCastOp>(op) &&
      isBool(value))
    return emit.unary<graph::NegOp>(emit.cast(value, to));
  if (isa<arith::FPToUIOp>(op) && !to.isInteger(1))
    return emit.cast(
        emit.cast(value,
                  IntegerType::get(op.getContext(), to.getIntOrFloatBitWidth(),
                                   IntegerType::Unsigned)),
        to);
  return emit.cast(value, to);
}

/// An op of graph between casts that keep the bits.
template <typename OpT>
static Value emitUnsigned(TensorEmitter &emit, Value lhs, Value rhs) {
  return emit.cast(
      emit.binary<OpT>(toUnsigned(emit, lhs), toUnsigned(emit, rhs)),
      getElement(lhs));
}

/// The quotient rounded down.
static Value divideDown(TensorEmitter &emit, Value lhs, Value rhs) {
  Value rest = emit.remainder(lhs, rhs, /*hasDividendSign=*/false);
  return emit.binary<graph::DivOp>(emit.binary<graph::SubOp>(lhs, rest), rhs);
}

static Value emitBoolOp(TensorEmitter &emit, Operation &op, Value lhs,
                        Value rhs) {
  if (isa<arith::AddIOp, arith::SubIOp>(op))
    return emit.binary<graph::XorOp>(lhs, rhs);
  if (isa<arith::MulIOp, arith::MinUIOp, arith::MaxSIOp>(op))
    return emit.binary<graph::AndOp>(lhs, rhs);
  if (isa<arith::MaxUIOp, arith::MinSIOp>(op))
    return emit.binary<graph::OrOp>(lhs, rhs);
  return {};
}

static Value emitBinary(TensorEmitter &emit, Operation &op, Value lhs,
                        Value rhs) {
  return llvm::TypeSwitch<Operation *, Value>(&op)
      .Case<arith::DivUIOp>(
          [&](auto) { return emitUnsigned<graph::DivOp>(emit, lhs, rhs); })
      .Case<arith::RemUIOp>(
          [&](auto) { return emitUnsigned<graph::ModOp>(emit, lhs, rhs); })
      .Case<arith::MaxUIOp>(
          [&](auto) { return emitUnsigned<graph::MaxOp>(emit, lhs, rhs); })
      .Case<arith::MinUIOp>(
          [&](auto) { return emitUnsigned<graph::MinOp>(emit, lhs, rhs); })
      .Case<arith::ShRUIOp>([&](auto) {
        return emitUnsigned<graph::ShiftRightOp>(emit, lhs, rhs);
      })
      .Case<arith::ShRSIOp>(
          [&](auto) { return emit.binary<graph::ShiftRightOp>(lhs, rhs); })
      .Case<arith::ShLIOp>(
          [&](auto) { return emit.binary<graph::ShiftLeftOp>(lhs, rhs); })
      .Case<arith::RemSIOp>([&](auto) {
        return emit.remainder(lhs, rhs, /*hasDividendSign=*/true);
      })
      .Case<arith::FloorDivSIOp>(
          [&](auto) { return divideDown(emit, lhs, rhs); })
      .Case<arith::CeilDivSIOp>([&](auto) {
        return emit.unary<graph::NegOp>(
            divideDown(emit, emit.unary<graph::NegOp>(lhs), rhs));
      })
      .Default([](auto) { return Value(); });
}

Value emitIntegerOp(TensorEmitter &emit, Operation &op,
                    ArrayRef<Value> operands) {
  if (isa<arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp, arith::ExtUIOp,
          arith::TruncIOp, arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp,
          arith::FPToUIOp, arith::IndexCastOp, arith::IndexCastUIOp>(op))
    return emitConversion(emit, op, operands[0]);
  if (operands.size() != 2 || !isa<IntegerType>(getElement(operands[0])))
    return {};
  return isBool(operands[0]) ? emitBoolOp(emit, op, operands[0], operands[1])
                             : emitBinary(emit, op, operands[0], operands[1]);
}

} // namespace wafer::importer
