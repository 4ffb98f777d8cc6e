//===- TensorEmitter.cpp - graph ops for TOSA and linalg -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorEmitter.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace wafer::importer {

Type getGraphElementType(Type type) {
  return isa<IndexType>(type) ? IntegerType::get(type.getContext(), 64) : type;
}

Value TensorEmitter::constant(TypedAttr value) {
  return graph::ConstantOp::create(builder, loc, value);
}

Value TensorEmitter::scalar(Type elementType, double value) {
  auto type = RankedTensorType::get({}, elementType);
  Attribute element = isa<FloatType>(elementType)
                          ? Attribute(builder.getFloatAttr(elementType, value))
                          : Attribute(builder.getIntegerAttr(
                                elementType, static_cast<int64_t>(value)));
  return constant(DenseElementsAttr::get(type, element));
}

Value TensorEmitter::iota(int64_t size, int64_t dim, int64_t rank) {
  SmallVector<int64_t> shape(rank, 1);
  auto elements = llvm::to_vector(llvm::seq<int64_t>(0, size));
  shape[dim] = size;
  auto type = RankedTensorType::get(shape, builder.getI64Type());
  return constant(DenseElementsAttr::get(type, ArrayRef<int64_t>(elements)));
}

Value TensorEmitter::reshape(Value value, Shape shape) {
  // The ones in between, if nobody else uses them, are erased at the end.
  if (auto previous = value ? value.getDefiningOp<graph::ReshapeOp>() : nullptr)
    value = previous.getInput();
  if (!value || getShape(value) == shape)
    return value;
  return graph::ReshapeOp::create(builder, loc,
                                  getTensorType(value).clone(shape), value);
}

Value TensorEmitter::transpose(Value value, Shape order) {
  if (!value || llvm::is_sorted(order))
    return value;
  SmallVector<int64_t> perm(order);
  if (auto previous = value.getDefiningOp<graph::TransposeOp>()) {
    for (int64_t &dim : perm)
      dim = previous.getPerm()[dim];
    value = previous.getInput();
    if (llvm::is_sorted(perm))
      return value;
  }
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(getShape(value)[dim]);
  return graph::TransposeOp::create(
      builder, loc, getTensorType(value).clone(shape), value, perm);
}

Value TensorEmitter::expand(Value value, Shape shape) {
  if (!value || getShape(value) == shape)
    return value;
  if (getTensorType(value).getNumElements() == 1 &&
      graph::countElements(shape) == 1)
    return reshape(value, shape);
  return graph::ExpandOp::create(builder, loc,
                                 getTensorType(value).clone(shape), value);
}

Value TensorEmitter::cast(Value value, Type elementType) {
  if (!value || getTensorType(value).getElementType() == elementType)
    return value;
  return graph::CastOp::create(builder, loc,
                               getTensorType(value).clone(elementType), value);
}

Value TensorEmitter::slice(Value value, Shape starts, Shape sizes,
                           Shape steps) {
  bool isAll = value && getShape(value) == sizes &&
               llvm::all_of(steps, [](int64_t step) { return step == 1; });
  if (!value || isAll)
    return value;
  return graph::SliceOp::create(builder, loc, getTensorType(value).clone(sizes),
                                value, starts, sizes, steps);
}

Value TensorEmitter::concat(ValueRange values, int64_t axis) {
  if (values.empty() || llvm::is_contained(values, Value()))
    return {};
  if (values.size() == 1)
    return values.front();
  SmallVector<int64_t> shape(getShape(values.front()));
  for (Value value : values.drop_front())
    shape[axis] += getShape(value)[axis];
  return graph::ConcatOp::create(
      builder, loc, getTensorType(values.front()).clone(shape), values, axis);
}

Value TensorEmitter::pad(Value input, Value value, Shape low, Shape high) {
  if (!input || !value)
    return {};
  auto isZero = [](int64_t size) { return size == 0; };
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))
    return input;
  SmallVector<int64_t> shape(getShape(input));
  for (auto [size, before, after] : llvm::zip_equal(shape, low, high)) {
    if (before < 0 || after < 0 || before > INT32_MAX || after > INT32_MAX)
      return {};
    size += before + after;
  }
  return graph::PadOp::create(builder, loc, getTensorType(input).clone(shape),
                              input, value, graph::PadMode::Constant, low,
                              high);
}

Value TensorEmitter::gather(Value data, Value indices, int64_t axis) {
  if (!data || !indices)
    return {};
  SmallVector<int64_t> shape(getShape(data).take_front(axis));
  llvm::append_range(shape, getShape(indices));
  llvm::append_range(shape, getShape(data).drop_front(axis + 1));
  return graph::GatherOp::create(builder, loc, getTensorType(data).clone(shape),
                                 data, indices, axis);
}

Value TensorEmitter::matmul(Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return {};
  SmallVector<int64_t> shape(getShape(lhs));
  shape.back() = getShape(rhs).back();
  return graph::MatmulOp::create(builder, loc, getTensorType(lhs).clone(shape),
                                 lhs, rhs, /*transpose_a=*/false,
                                 /*transpose_b=*/false);
}

Value TensorEmitter::where(Value condition, Value lhs, Value rhs) {
  RankedTensorType type = getBroadcastType(lhs, rhs);
  if (!type || !condition)
    return {};
  auto shape = graph::broadcastShapes(type.getShape(), getShape(condition));
  if (!shape)
    return {};
  return graph::WhereOp::create(builder, loc, type.clone(*shape), condition,
                                lhs, rhs);
}

Value TensorEmitter::rsqrt(Value value) {
  return unary<graph::ReciprocalOp>(unary<graph::SqrtOp>(value));
}

Value TensorEmitter::atLeast(Value value, Value bound) {
  DenseElementsAttr constant;
  bool isZero = value && bound && matchPattern(bound, m_Constant(&constant)) &&
                isa<FloatType>(constant.getElementType()) &&
                constant.isSplat() &&
                constant.getSplatValue<APFloat>().isZero();
  auto type = isZero ? getBroadcastType(value, bound) : RankedTensorType();
  return type && type == value.getType() ? unary<graph::ReluOp>(value)
                                         : binary<graph::MaxOp>(value, bound);
}

Value TensorEmitter::remainder(Value lhs, Value rhs, bool hasDividendSign) {
  RankedTensorType type = getBroadcastType(lhs, rhs);
  if (!type)
    return {};
  return graph::ModOp::create(builder, loc, type, lhs, rhs, hasDividendSign);
}

Value TensorEmitter::reduceBools(Value value, Shape axes, bool isAnd) {
  Value numbers = cast(value, builder.getI32Type());
  Value reduced = isAnd ? reduce<graph::ReduceMinOp>(numbers, axes)
                        : reduce<graph::ReduceMaxOp>(numbers, axes);
  return cast(reduced, builder.getI1Type());
}

RankedTensorType TensorEmitter::getBroadcastType(Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return {};
  auto shape = graph::broadcastShapes(getShape(lhs), getShape(rhs));
  return shape ? getTensorType(lhs).clone(*shape) : RankedTensorType();
}

LogicalResult TensorImporter::lookupAll(Operation &op,
                                        SmallVectorImpl<Value> &operands) {
  for (Value source : op.getOperands()) {
    operands.push_back(lookup(source));
    if (!operands.back())
      return op.emitOpError("operand #")
             << operands.size() - 1 << " has no elements that are known";
  }
  return success();
}

} // namespace wafer::importer
