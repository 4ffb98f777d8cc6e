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
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace wafer::importer {

static Value emitCompare(TensorEmitter &emit, arith::CmpFOp op, Value lhs,
                         Value rhs) {
  using Predicate = arith::CmpFPredicate;
  auto isNumber = [&](Value value) {
    return emit.compare<graph::EqualOp>(value, value);
  };
  auto isLessOrGreater = [&] {
    return emit.binary<graph::OrOp>(emit.compare<graph::LessOp>(lhs, rhs),
                                    emit.compare<graph::LessOp>(rhs, lhs));
  };
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
  case Predicate::ONE:
    return isLessOrGreater();
  case Predicate::UEQ:
    return emit.unary<graph::NotOp>(isLessOrGreater());
  case Predicate::ORD:
    return emit.binary<graph::AndOp>(isNumber(lhs), isNumber(rhs));
  case Predicate::UNO:
    return emit.unary<graph::NotOp>(
        emit.binary<graph::AndOp>(isNumber(lhs), isNumber(rhs)));
  default:
    return {};
  }
}

static Value emitCompare(TensorEmitter &emit, arith::CmpIOp op, Value lhs,
                         Value rhs) {
  using Predicate = arith::CmpIPredicate;
  bool isEquality =
      op.getPredicate() == Predicate::eq || op.getPredicate() == Predicate::ne;
  if (!isEquality) {
    lhs = toComparable(emit, op.getPredicate(), lhs);
    rhs = toComparable(emit, op.getPredicate(), rhs);
  }
  switch (op.getPredicate()) {
  case Predicate::eq:
    return emit.compare<graph::EqualOp>(lhs, rhs);
  case Predicate::ne:
    return emit.unary<graph::NotOp>(emit.compare<graph::EqualOp>(lhs, rhs));
  case Predicate::slt:
  case Predicate::ult:
    return emit.compare<graph::LessOp>(lhs, rhs);
  case Predicate::sle:
  case Predicate::ule:
    return emit.compare<graph::LessOrEqualOp>(lhs, rhs);
  case Predicate::sgt:
  case Predicate::ugt:
    return emit.compare<graph::LessOp>(rhs, lhs);
  case Predicate::sge:
  case Predicate::uge:
    return emit.compare<graph::LessOrEqualOp>(rhs, lhs);
  }
  return {};
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
      .Case<math::AsinOp>(
          [&](auto) { return emit.unary<graph::AsinOp>(value); })
      .Case<math::AcosOp>(
          [&](auto) { return emit.unary<graph::AcosOp>(value); })
      .Case<math::AsinhOp>(
          [&](auto) { return emit.unary<graph::AsinhOp>(value); })
      .Case<math::AcoshOp>(
          [&](auto) { return emit.unary<graph::AcoshOp>(value); })
      .Case<math::AtanhOp>(
          [&](auto) { return emit.unary<graph::AtanhOp>(value); })
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
          [&](auto) { return emit.atLeast(lhs, rhs); })
      .Case<arith::MinimumFOp, arith::MinNumFOp, arith::MinSIOp>(
          [&](auto) { return emit.binary<graph::MinOp>(lhs, rhs); })
      .Case<arith::AndIOp>(
          [&](auto) { return emit.binary<graph::AndOp>(lhs, rhs); })
      .Case<arith::OrIOp>(
          [&](auto) { return emit.binary<graph::OrOp>(lhs, rhs); })
      .Case<arith::XOrIOp>(
          [&](auto) { return emit.binary<graph::XorOp>(lhs, rhs); })
      .Case<math::PowFOp, math::IPowIOp>(
          [&](auto) { return emit.binary<graph::PowOp>(lhs, rhs); })
      .Case<arith::RemFOp>([&](auto) {
        return emit.remainder(lhs, rhs, /*hasDividendSign=*/true);
      })
      .Case<math::FPowIOp>([&](auto) {
        return emit.binary<graph::PowOp>(
            lhs, emit.cast(rhs, getTensorType(lhs).getElementType()));
      })
      .Case<arith::CmpFOp, arith::CmpIOp>(
          [&](auto compare) { return emitCompare(emit, compare, lhs, rhs); })
      .Default([](auto) { return Value(); });
}

/// True for select(x > bound, x, bound) with a constant, also where x is NaN.
static bool isMaximum(arith::SelectOp select) {
  auto compare = select.getCondition().getDefiningOp<arith::CmpFOp>();
  FloatAttr bound;
  return compare && compare.getLhs() == select.getTrueValue() &&
         compare.getRhs() == select.getFalseValue() &&
         (compare.getPredicate() == arith::CmpFPredicate::UGT ||
          compare.getPredicate() == arith::CmpFPredicate::UGE) &&
         matchPattern(select.getFalseValue(), m_Constant(&bound)) &&
         !bound.getValue().isNaN();
}

Value emitScalarOp(TensorEmitter &emit, Operation &op,
                   ArrayRef<Value> operands) {
  if (op.getNumResults() != 1 || llvm::is_contained(operands, Value()))
    return {};
  if (auto select = dyn_cast<arith::SelectOp>(op); select && isMaximum(select))
    return emit.atLeast(operands[1], operands[2]);
  if (isa<arith::SelectOp>(op))
    return emit.where(operands[0], operands[1], operands[2]);
  if (isa<math::FmaOp>(op))
    return emit.binary<graph::AddOp>(
        emit.binary<graph::MulOp>(operands[0], operands[1]), operands[2]);
  if (isa<math::ClampFOp>(op))
    return emit.binary<graph::MinOp>(
        emit.binary<graph::MaxOp>(operands[0], operands[1]), operands[2]);
  // Ops that are several of graph's first: those on bools and on integers
  // without sign mean other ones there.
  if (Value result = emitIntegerOp(emit, op, operands))
    return result;
  if (Value result = emitComposedOp(emit, op, operands))
    return result;
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
  addAll<arith::AddFOp, arith::AddIOp, arith::AndIOp, arith::CeilDivSIOp,
         arith::CmpFOp, arith::CmpIOp, arith::DivFOp, arith::DivSIOp,
         arith::DivUIOp, arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp,
         arith::FPToSIOp, arith::FPToUIOp, arith::FloorDivSIOp,
         arith::IndexCastOp, arith::IndexCastUIOp, arith::MaxNumFOp,
         arith::MaxSIOp, arith::MaxUIOp, arith::MaximumFOp, arith::MinNumFOp,
         arith::MinSIOp, arith::MinUIOp, arith::MinimumFOp, arith::MulFOp,
         arith::MulIOp, arith::NegFOp, arith::OrIOp, arith::RemFOp,
         arith::RemSIOp, arith::RemUIOp, arith::SIToFPOp, arith::SelectOp,
         arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp, arith::SubFOp,
         arith::SubIOp, arith::TruncFOp, arith::TruncIOp, arith::UIToFPOp,
         arith::XOrIOp>(table);
  table[arith::ConstantOp::getOperationName()] = importConstant;
  addAll<math::AbsFOp, math::AbsIOp, math::AcosOp, math::AcoshOp, math::AsinOp,
         math::AsinhOp, math::Atan2Op, math::AtanOp, math::AtanhOp,
         math::CbrtOp, math::CeilOp, math::ClampFOp, math::CopySignOp,
         math::CosOp, math::CoshOp, math::ErfOp, math::ErfcOp, math::Exp2Op,
         math::ExpM1Op, math::ExpOp, math::FPowIOp, math::FloorOp, math::FmaOp,
         math::IPowIOp, math::IsFiniteOp, math::IsInfOp, math::IsNaNOp,
         math::Log10Op, math::Log1pOp, math::Log2Op, math::LogOp, math::PowFOp,
         math::RoundEvenOp, math::RoundOp, math::RsqrtOp, math::SinOp,
         math::SinhOp, math::SqrtOp, math::TanOp, math::TanhOp, math::TruncOp>(
      table);
}

} // namespace wafer::importer
