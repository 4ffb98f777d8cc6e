//===- Tosa.cpp - TOSA's maps, reductions and products -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TosaOps.h"

using namespace mlir;

namespace wafer::importer {
static LogicalResult importConst(TensorImporter &importer, Operation &op) {
  ElementsAttr value = cast<tosa::ConstOp>(op).getValues();
  if (!graph::isElementType(value.getElementType()))
    return op.emitOpError("a constant of type ")
           << value.getType() << " is not supported";
  return defineResult(importer, op, importer.emit.constant(value));
}

static LogicalResult importNothing(TensorImporter &, Operation &) {
  return success();
}

template <typename OpT>
static LogicalResult importUnary(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op, /*firstZero=*/1);
  if (!operands.areValid)
    return failure();
  return defineResult(importer, op, importer.emit.unary<OpT>(operands[0]));
}

static LogicalResult importRsqrt(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  return operands.areValid
             ? defineResult(importer, op, importer.emit.rsqrt(operands[0]))
             : failure();
}

template <typename OpT>
static LogicalResult importBinary(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op, /*firstZero=*/2);
  if (!operands.areValid)
    return failure();
  // i32 products of narrower integers, f32 ones of f16.
  Type elementType = getElementTypeOrSelf(op.getResult(0).getType());
  TensorEmitter &emit = importer.emit;
  return defineResult(importer, op,
                      emit.binary<OpT>(emit.cast(operands[0], elementType),
                                       emit.cast(operands[1], elementType)));
}

template <typename OpT, bool isSwapped>
static LogicalResult importCompare(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  return defineResult(importer, op,
                      importer.emit.compare<OpT>(operands[isSwapped ? 1 : 0],
                                                 operands[isSwapped ? 0 : 1]));
}

/// NaN where one operand is NaN, or the other operand.
template <typename OpT>
static Value emitExtremum(TensorEmitter &emit, Value lhs, Value rhs,
                          tosa::NanPropagationMode mode) {
  Value result = emit.binary<OpT>(lhs, rhs);
  if (mode != tosa::NanPropagationMode::IGNORE)
    return result;
  auto isNumber = [&](Value value) {
    return emit.compare<graph::EqualOp>(value, value);
  };
  return emit.where(isNumber(lhs), emit.where(isNumber(rhs), result, lhs), rhs);
}

template <typename SourceT, typename OpT>
static LogicalResult importExtremum(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  return defineResult(importer, op,
                      emitExtremum<OpT>(importer.emit, operands[0], operands[1],
                                        cast<SourceT>(op).getNanMode()));
}

/// Rounded: half of the last bit that goes is added before.
static LogicalResult importShiftRight(TensorImporter &importer, Operation &op) {
  if (!cast<tosa::ArithmeticRightShiftOp>(op).getRound())
    return importBinary<graph::ShiftRightOp>(importer, op);
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  TensorEmitter &emit = importer.emit;
  Type type = getResultType(op).getElementType();
  Value one = emit.scalar(type, 1), zero = emit.scalar(type, 0);
  Value isMoved = emit.compare<graph::LessOp>(zero, operands[1]);
  Value before = emit.binary<graph::MaxOp>(
      emit.binary<graph::SubOp>(operands[1], one), zero);
  Value last = emit.binary<graph::AndOp>(
      emit.binary<graph::ShiftRightOp>(operands[0], before), one);
  Value shifted = emit.binary<graph::ShiftRightOp>(operands[0], operands[1]);
  return defineResult(
      importer, op,
      emit.binary<graph::AddOp>(shifted, emit.where(isMoved, last, zero)));
}

/// Without sign: between casts that keep the bits.
static LogicalResult importShiftRightUnsigned(TensorImporter &importer,
                                              Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  TensorEmitter &emit = importer.emit;
  auto type = cast<IntegerType>(getResultType(op).getElementType());
  auto bits = IntegerType::get(type.getContext(), type.getWidth(),
                               IntegerType::Unsigned);
  Value shifted = emit.binary<graph::ShiftRightOp>(
      emit.cast(operands[0], bits), emit.cast(operands[1], bits));
  return defineResult(importer, op, emit.cast(shifted, type));
}

static LogicalResult importIdentity(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  return operands.areValid ? defineResult(importer, op, operands[0])
                           : failure();
}

static LogicalResult importSelect(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  return defineResult(
      importer, op, importer.emit.where(operands[0], operands[1], operands[2]));
}

/// TOSA rounds to the nearest integer where graph.cast goes towards zero.
static LogicalResult importCast(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  TensorEmitter &emit = importer.emit;
  Value input = operands[0];
  Type to = getElementTypeOrSelf(op.getResult(0).getType());
  bool isRounded = isa<FloatType>(getTensorType(input).getElementType()) &&
                   isa<IntegerType>(to) && !to.isInteger(1);
  if (isRounded)
    input = emit.unary<graph::RoundOp>(input);
  return defineResult(importer, op, emit.cast(input, to));
}

/// True for the largest finite number too: writers of TOSA that know no bound
/// give that one, and infinity, which it would change, stays as it was.
static bool isUnbounded(Attribute bound) {
  auto number = dyn_cast<FloatAttr>(bound);
  return number &&
         (number.getValue().isInfinity() || number.getValue().isLargest());
}

static LogicalResult importClamp(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  auto clamp = cast<tosa::ClampOp>(op);
  TensorEmitter &emit = importer.emit;
  auto makeScalar = [&](Attribute value) {
    auto typed = cast<TypedAttr>(value);
    return emit.constant(
        DenseElementsAttr::get(RankedTensorType::get({}, typed.getType()),
                               ArrayRef<Attribute>(typed)));
  };
  Attribute least = clamp.getMinValAttr(), most = clamp.getMaxValAttr();
  bool ignoresNaN = clamp.getNanMode() == tosa::NanPropagationMode::IGNORE;
  Value result = operands[0];
  // NaN that is ignored becomes the least value.
  if (ignoresNaN)
    result = emitExtremum<graph::MaxOp>(emit, result, makeScalar(least),
                                        clamp.getNanMode());
  else if (!isUnbounded(least))
    result = emit.atLeast(result, makeScalar(least));
  if (!isUnbounded(most))
    result = emit.binary<graph::MinOp>(result, makeScalar(most));
  return defineResult(importer, op, result);
}

template <typename SourceT, typename OpT>
static LogicalResult importReduce(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  int64_t axis = cast<SourceT>(op).getAxis();
  return defineResult(importer, op,
                      importer.emit.reduce<OpT>(operands[0], {axis}));
}

/// Of numbers only, where NaN is not to be ignored.
template <typename SourceT, typename OpT>
static LogicalResult importReduceExtremum(TensorImporter &importer,
                                          Operation &op) {
  if (cast<SourceT>(op).getNanMode() == tosa::NanPropagationMode::IGNORE)
    return op.emitOpError("is not supported where it ignores NaN");
  return importReduce<SourceT, OpT>(importer, op);
}

template <typename SourceT, bool isAnd>
static LogicalResult importReduceBools(TensorImporter &importer,
                                       Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  int64_t axis = cast<SourceT>(op).getAxis();
  return defineResult(importer, op,
                      importer.emit.reduceBools(operands[0], {axis}, isAnd));
}

static LogicalResult importArgMax(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  if (cast<tosa::ArgMaxOp>(op).getNanMode() == tosa::NanPropagationMode::IGNORE)
    return op.emitOpError("is not supported where it ignores NaN");
  RankedTensorType type = getResultType(op);
  TensorEmitter &emit = importer.emit;
  Value place = graph::ArgMaxOp::create(
      emit.builder, emit.loc, type.clone(emit.builder.getI64Type()),
      operands[0], static_cast<int64_t>(cast<tosa::ArgMaxOp>(op).getAxis()),
      /*keepdims=*/false, /*last=*/false);
  return defineResult(importer, op, emit.cast(place, type.getElementType()));
}

static LogicalResult importMatmul(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op, /*firstZero=*/2);
  if (!operands.areValid)
    return failure();
  Type elementType = getElementTypeOrSelf(op.getResult(0).getType());
  TensorEmitter &emit = importer.emit;
  Value rhs = emit.cast(operands[1], elementType);
  // A batch of one is no batch: weights are matrices.
  if (getShape(rhs)[0] == 1 && getShape(operands[0])[0] == 1)
    rhs = emit.reshape(rhs, getShape(rhs).drop_front());
  return defineResult(importer, op,
                      emit.matmul(emit.cast(operands[0], elementType), rhs));
}

static void addUnary(TensorOpTable &table) {
  table["tosa.abs"] = importUnary<graph::AbsOp>;
  table["tosa.bitwise_not"] = importUnary<graph::NotOp>;
  table["tosa.ceil"] = importUnary<graph::CeilOp>;
  table["tosa.cos"] = importUnary<graph::CosOp>;
  table["tosa.erf"] = importUnary<graph::ErfOp>;
  table["tosa.exp"] = importUnary<graph::ExpOp>;
  table["tosa.floor"] = importUnary<graph::FloorOp>;
  table["tosa.log"] = importUnary<graph::LogOp>;
  table["tosa.logical_not"] = importUnary<graph::NotOp>;
  table["tosa.negate"] = importUnary<graph::NegOp>;
  table["tosa.reciprocal"] = importUnary<graph::ReciprocalOp>;
  table["tosa.rsqrt"] = importRsqrt;
  table["tosa.sigmoid"] = importUnary<graph::SigmoidOp>;
  table["tosa.sin"] = importUnary<graph::SinOp>;
  table["tosa.tanh"] = importUnary<graph::TanhOp>;
  table["tosa.cast"] = importCast;
  table["tosa.clamp"] = importClamp;
}

static void addBinary(TensorOpTable &table) {
  table["tosa.add"] = importBinary<graph::AddOp>;
  table["tosa.arithmetic_right_shift"] = importShiftRight;
  table["tosa.bitwise_and"] = importBinary<graph::AndOp>;
  table["tosa.bitwise_or"] = importBinary<graph::OrOp>;
  table["tosa.bitwise_xor"] = importBinary<graph::XorOp>;
  table["tosa.equal"] = importCompare<graph::EqualOp, false>;
  table["tosa.greater"] = importCompare<graph::LessOp, true>;
  table["tosa.greater_equal"] = importCompare<graph::LessOrEqualOp, true>;
  table["tosa.intdiv"] = importBinary<graph::DivOp>;
  table["tosa.logical_and"] = importBinary<graph::AndOp>;
  table["tosa.logical_left_shift"] = importBinary<graph::ShiftLeftOp>;
  table["tosa.logical_right_shift"] = importShiftRightUnsigned;
  table["tosa.logical_or"] = importBinary<graph::OrOp>;
  table["tosa.logical_xor"] = importBinary<graph::XorOp>;
  table["tosa.maximum"] = importExtremum<tosa::MaximumOp, graph::MaxOp>;
  table["tosa.minimum"] = importExtremum<tosa::MinimumOp, graph::MinOp>;
  table["tosa.mul"] = importBinary<graph::MulOp>;
  table["tosa.pow"] = importBinary<graph::PowOp>;
  table["tosa.sub"] = importBinary<graph::SubOp>;
}

void addTosaImporters(TensorOpTable &table) {
  addUnary(table);
  addBinary(table);
  table["tosa.argmax"] = importArgMax;
  table["tosa.const"] = importConst;
  // Shapes are read where they are used.
  for (StringRef name : {"add_shape", "concat_shape", "const_shape", "dim",
                         "div_ceil_shape", "div_floor_shape", "max_shape",
                         "min_shape", "mod_shape", "mul_shape", "sub_shape"})
    table[("tosa." + name).str()] = importNothing;
  table["tosa.identity"] = importIdentity;
  table["tosa.matmul"] = importMatmul;
  table["tosa.reduce_all"] = importReduceBools<tosa::ReduceAllOp, true>;
  table["tosa.reduce_any"] = importReduceBools<tosa::ReduceAnyOp, false>;
  table["tosa.reduce_max"] =
      importReduceExtremum<tosa::ReduceMaxOp, graph::ReduceMaxOp>;
  table["tosa.reduce_min"] =
      importReduceExtremum<tosa::ReduceMinOp, graph::ReduceMinOp>;
  table["tosa.reduce_product"] =
      importReduce<tosa::ReduceProductOp, graph::ReduceProdOp>;
  table["tosa.reduce_sum"] =
      importReduce<tosa::ReduceSumOp, graph::ReduceSumOp>;
  table["tosa.select"] = importSelect;
}

} // namespace wafer::importer
