//===- ScalarImport.cpp - arith and math on whole tensors -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The ops in a linalg body work on one element; the graph ops emitted for them
// work on that element of all points of the iteration space at once.
//
//===----------------------------------------------------------------------===//

#include "TensorEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace wafer::importer {

static Value emitCompare(TensorEmitter &emit, arith::CmpFOp op, Value lhs,
                         Value rhs) {
  using Predicate = arith::CmpFPredicate;
  switch (op.getPredicate()) {
  case Predicate::OEQ:
    return emit.compare<graph::EqualOp>(lhs, rhs);
  case Predicate::UNE:
    return emit.unary<graph::NotOp>(emit.compare<graph::EqualOp>(lhs, rhs));
  case Predicate::OLT:
    return emit.compare<graph::LessOp>(lhs, rhs);
  case Predicate::OLE:
    return emit.compare<graph::LessOrEqualOp>(lhs, rhs);
  case Predicate::OGT:
    return emit.compare<graph::LessOp>(rhs, lhs);
  case Predicate::OGE:
    return emit.compare<graph::LessOrEqualOp>(rhs, lhs);
  // Unordered: true if one is not a number, so not the ordered opposite.
  case Predicate::ULT:
    return emit.unary<graph::NotOp>(
        emit.compare<graph::LessOrEqualOp>(rhs, lhs));
  case Predicate::ULE:
    return emit.unary<graph::NotOp>(emit.compare<graph::LessOp>(rhs, lhs));
  case Predicate::UGT:
    return emit.unary<graph::NotOp>(
        emit.compare<graph::LessOrEqualOp>(lhs, rhs));
  case Predicate::UGE:
    return emit.unary<graph::NotOp>(emit.compare<graph::LessOp>(lhs, rhs));
  default:
    return {};
  }
}

static Value emitCompare(TensorEmitter &emit, arith::CmpIOp op, Value lhs,
                         Value rhs) {
  using Predicate = arith::CmpIPredicate;
  switch (op.getPredicate()) {
  case Predicate::eq:
    return emit.compare<graph::EqualOp>(lhs, rhs);
  case Predicate::ne:
    return emit.unary<graph::NotOp>(emit.compare<graph::EqualOp>(lhs, rhs));
  case Predicate::slt:
    return emit.compare<graph::LessOp>(lhs, rhs);
  case Predicate::sle:
    return emit.compare<graph::LessOrEqualOp>(lhs, rhs);
  case Predicate::sgt:
    return emit.compare<graph::LessOp>(rhs, lhs);
  case Predicate::sge:
    return emit.compare<graph::LessOrEqualOp>(rhs, lhs);
  default:
    return {};
  }
}

/// A conversion; null where graph.cast means another one.
static Value emitConversion(TensorEmitter &emit, Operation &op, Value value) {
  Type from = getElementTypeOrSelf(op.getOperand(0).getType());
  Type to = getElementTypeOrSelf(op.getResult(0).getType());
  // The lowest bit, where graph.cast asks for any bit.
  if (isa<arith::TruncIOp>(op) && to.isInteger(1))
    return {};
  // graph.cast extends i1 without sign and the other integers with it.
  bool isUnsigned = isa<arith::ExtUIOp, arith::UIToFPOp>(op);
  bool isBool = from.isInteger(1);
  if (isa<IntegerType>(from) && to != from && isUnsigned != isBool &&
      !isa<arith::TruncIOp, arith::IndexCastOp>(op))
    return {};
  return emit.cast(value, getGraphElementType(to));
}

static Value emitUnary(TensorEmitter &emit, Operation &op, Value value) {
  return llvm::TypeSwitch<Operation *, Value>(&op)
      .Case<arith::NegFOp>(
          [&](auto) { return emit.unary<graph::NegOp>(value); })
      .Case<math::AbsFOp, math::AbsIOp>(
          [&](auto) { return emit.unary<graph::AbsOp>(value); })
      .Case<math::CeilOp>(
          [&](auto) { return emit.unary<graph::CeilOp>(value); })
      .Case<math::FloorOp>(
          [&](auto) { return emit.unary<graph::FloorOp>(value); })
      .Case<math::RoundEvenOp>(
          [&](auto) { return emit.unary<graph::RoundOp>(value); })
      .Case<math::ExpOp>([&](auto) { return emit.unary<graph::ExpOp>(value); })
      .Case<math::LogOp>([&](auto) { return emit.unary<graph::LogOp>(value); })
      .Case<math::SqrtOp>(
          [&](auto) { return emit.unary<graph::SqrtOp>(value); })
      .Case<math::RsqrtOp>([&](auto) { return emit.rsqrt(value); })
      .Case<math::SinOp>([&](auto) { return emit.unary<graph::SinOp>(value); })
      .Case<math::CosOp>([&](auto) { return emit.unary<graph::CosOp>(value); })
      .Case<math::TanOp>([&](auto) { return emit.unary<graph::TanOp>(value); })
      .Case<math::AtanOp>(
          [&](auto) { return emit.unary<graph::AtanOp>(value); })
      .Case<math::SinhOp>(
          [&](auto) { return emit.unary<graph::SinhOp>(value); })
      .Case<math::CoshOp>(
          [&](auto) { return emit.unary<graph::CoshOp>(value); })
      .Case<math::TanhOp>(
          [&](auto) { return emit.unary<graph::TanhOp>(value); })
      .Case<math::ErfOp>([&](auto) { return emit.unary<graph::ErfOp>(value); })
      .Case<arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp, arith::ExtUIOp,
            arith::TruncIOp, arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp,
            arith::IndexCastOp>([&](Operation *conversion) {
        return emitConversion(emit, *conversion, value);
      })
      .Default([](auto) { return Value(); });
}

static Value emitBinary(TensorEmitter &emit, Operation &op, Value lhs,
                        Value rhs) {
  return llvm::TypeSwitch<Operation *, Value>(&op)
      .Case<arith::AddFOp, arith::AddIOp>(
          [&](auto) { return emit.binary<graph::AddOp>(lhs, rhs); })
      .Case<arith::SubFOp, arith::SubIOp>(
          [&](auto) { return emit.binary<graph::SubOp>(lhs, rhs); })
      .Case<arith::MulFOp, arith::MulIOp>(
          [&](auto) { return emit.binary<graph::MulOp>(lhs, rhs); })
      .Case<arith::DivFOp, arith::DivSIOp>(
          [&](auto) { return emit.binary<graph::DivOp>(lhs, rhs); })
      .Case<arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp>(
          [&](auto) { return emit.binary<graph::MaxOp>(lhs, rhs); })
      .Case<arith::MinimumFOp, arith::MinNumFOp, arith::MinSIOp>(
          [&](auto) { return emit.binary<graph::MinOp>(lhs, rhs); })
      .Case<arith::AndIOp>(
          [&](auto) { return emit.binary<graph::AndOp>(lhs, rhs); })
      .Case<arith::OrIOp>(
          [&](auto) { return emit.binary<graph::OrOp>(lhs, rhs); })
      .Case<arith::XOrIOp>(
          [&](auto) { return emit.binary<graph::XorOp>(lhs, rhs); })
      .Case<math::PowFOp>(
          [&](auto) { return emit.binary<graph::PowOp>(lhs, rhs); })
      .Case<math::FPowIOp>([&](auto) {
        return emit.binary<graph::PowOp>(
            lhs, emit.cast(rhs, getTensorType(lhs).getElementType()));
      })
      .Case<arith::CmpFOp, arith::CmpIOp>(
          [&](auto compare) { return emitCompare(emit, compare, lhs, rhs); })
      .Default([](auto) { return Value(); });
}

Value emitScalarOp(TensorEmitter &emit, Operation &op,
                   ArrayRef<Value> operands) {
  if (op.getNumResults() != 1 || llvm::is_contained(operands, Value()))
    return {};
  if (isa<arith::SelectOp>(op))
    return emit.where(operands[0], operands[1], operands[2]);
  if (isa<math::FmaOp>(op))
    return emit.binary<graph::AddOp>(
        emit.binary<graph::MulOp>(operands[0], operands[1]), operands[2]);
  if (operands.size() == 1)
    return emitUnary(emit, op, operands[0]);
  return operands.size() == 2 ? emitBinary(emit, op, operands[0], operands[1])
                              : Value();
}

/// Outside of bodies, on tensors and on scalars, which are tensors of rank 0.
static LogicalResult importScalar(TensorImporter &importer, Operation &op) {
  SmallVector<Value> operands;
  if (failed(importer.lookupAll(op, operands)))
    return failure();
  Value result = emitScalarOp(importer.emit, op, operands);
  if (!result)
    return op.emitOpError("is not supported");
  importer.define(op.getResult(0), result);
  return success();
}

static LogicalResult importConstant(TensorImporter &importer, Operation &op) {
  TypedAttr value = cast<arith::ConstantOp>(op).getValue();
  Type elementType = getGraphElementType(getElementTypeOrSelf(value.getType()));
  // Of rank 0 outside of tensors; a tensor of indices is one of i64.
  if (auto integer = dyn_cast<IntegerAttr>(value))
    value = DenseElementsAttr::get(
        RankedTensorType::get({}, elementType),
        integer.getValue().sextOrTrunc(elementType.getIntOrFloatBitWidth()));
  else if (auto number = dyn_cast<FloatAttr>(value))
    value = DenseElementsAttr::get(RankedTensorType::get({}, elementType),
                                   number.getValue());
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !graph::isElementType(type.getElementType()))
    return op.emitOpError("a constant of type ")
           << value.getType() << " is not supported";
  importer.define(op.getResult(0), importer.emit.constant(value));
  return success();
}

template <typename... OpTs> static void addAll(TensorOpTable &table) {
  (table.insert({OpTs::getOperationName(), importScalar}), ...);
}

void addScalarImporters(TensorOpTable &table) {
  table[arith::ConstantOp::getOperationName()] = importConstant;
  addAll<arith::AddFOp, arith::AddIOp, arith::SubFOp, arith::SubIOp,
         arith::MulFOp, arith::MulIOp, arith::DivFOp, arith::DivSIOp,
         arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp, arith::MinimumFOp,
         arith::MinNumFOp, arith::MinSIOp, arith::AndIOp, arith::OrIOp,
         arith::XOrIOp, arith::CmpFOp, arith::CmpIOp, arith::SelectOp,
         arith::NegFOp, arith::ExtFOp, arith::TruncFOp, arith::ExtSIOp,
         arith::ExtUIOp, arith::TruncIOp, arith::SIToFPOp, arith::UIToFPOp,
         arith::FPToSIOp, arith::IndexCastOp>(table);
  addAll<math::AbsFOp, math::AbsIOp, math::CeilOp, math::FloorOp,
         math::RoundEvenOp, math::ExpOp, math::LogOp, math::SqrtOp,
         math::RsqrtOp, math::SinOp, math::CosOp, math::TanOp, math::AtanOp,
         math::SinhOp, math::CoshOp, math::TanhOp, math::ErfOp, math::PowFOp,
         math::FPowIOp, math::FmaOp>(table);
}

} // namespace wafer::importer
