//===- InferElementwise.cpp - result types of maps, reductions --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Infer.h"

using namespace mlir;

namespace wafer::graph {

bool checkTensors(MaybeLoc loc, ValueRange operands) {
  for (Value operand : operands)
    if (!isa<RankedTensorType>(operand.getType())) {
      (void)emitOptionalError(loc, "operands must be ranked tensors");
      return false;
    }
  return true;
}

bool checkSameElements(MaybeLoc loc, RankedTensorType lhs,
                       RankedTensorType rhs) {
  if (lhs.getElementType() == rhs.getElementType())
    return true;
  (void)emitOptionalError(loc,
                          "operands must have the same element type, found ",
                          lhs.getElementType(), " and ", rhs.getElementType());
  return false;
}

bool checkAxis(MaybeLoc loc, int64_t axis, RankedTensorType type) {
  if (axis >= 0 && axis < type.getRank())
    return true;
  (void)emitOptionalError(loc, "axis ", axis, " is not a dimension of ", type);
  return false;
}

bool checkBroadcastsTo(MaybeLoc loc, RankedTensorType type, Dims shape) {
  auto result = broadcastShapes(type.getShape(), shape);
  if (result && ArrayRef(*result) == shape)
    return true;
  (void)emitOptionalError(loc, type, " does not broadcast to ",
                          RankedTensorType::get(shape, type.getElementType()));
  return false;
}

/// The broadcast of two operands with the elements of the first.
static RankedTensorType broadcast(MaybeLoc loc, RankedTensorType lhs,
                                  RankedTensorType rhs) {
  auto shape = broadcastShapes(lhs.getShape(), rhs.getShape());
  if (shape)
    return RankedTensorType::get(*shape, lhs.getElementType());
  (void)emitOptionalError(loc, "shapes do not broadcast: ", lhs, " and ", rhs);
  return {};
}

LogicalResult inferBinary(MaybeLoc loc, Value lhs, Value rhs, Types &types) {
  if (!checkTensors(loc, {lhs, rhs}) ||
      !checkSameElements(loc, getTensor(lhs), getTensor(rhs))) // C1
    return failure();
  types.push_back(broadcast(loc, getTensor(lhs), getTensor(rhs))); // C2
  return success(types.back() != Type());
}

LogicalResult inferCompare(MaybeLoc loc, Value lhs, Value rhs, Types &types) {
  if (failed(inferBinary(loc, lhs, rhs, types)))
    return failure();
  types.back() = cast<RankedTensorType>(types.back())
                     .clone(IntegerType::get(lhs.getContext(), 1));
  return success();
}

LogicalResult inferWhere(MaybeLoc loc, Value condition, Value lhs, Value rhs,
                         Types &types) {
  if (!checkTensors(loc, condition) ||
      failed(inferBinary(loc, lhs, rhs, types))) // C1
    return failure();
  auto both = cast<RankedTensorType>(types.back());
  types.back() = broadcast(loc, both, getTensor(condition)); // C2
  return success(types.back() != Type());
}

/// `shape` without the dimensions in `axes`, or with 1 in their place.
static RankedTensorType reduced(RankedTensorType type, Dims axes, bool keepdims,
                                Type elementType) {
  SmallVector<int64_t> shape;
  for (auto [i, dim] : llvm::enumerate(type.getShape()))
    if (!llvm::is_contained(axes, static_cast<int64_t>(i)))
      shape.push_back(dim);
    else if (keepdims)
      shape.push_back(1);
  return RankedTensorType::get(shape, elementType);
}

LogicalResult inferReduce(MaybeLoc loc, Value input, Dims axes, bool keepdims,
                          Types &types) {
  if (!checkTensors(loc, input))
    return failure();
  RankedTensorType type = getTensor(input);
  for (auto [i, axis] : llvm::enumerate(axes)) { // C1
    if (!checkAxis(loc, axis, type))
      return failure();
    if (i > 0 && axes[i - 1] >= axis)
      return emitOptionalError(loc, "axes must be in rising order");
  }
  types.push_back(reduced(type, axes, keepdims, type.getElementType()));
  return success();
}

LogicalResult inferArg(MaybeLoc loc, Value input, int64_t axis, bool keepdims,
                       Types &types) {
  if (!checkTensors(loc, input) || !checkAxis(loc, axis, getTensor(input)))
    return failure();
  if (getTensor(input).getDimSize(axis) == 0) // C1
    return emitOptionalError(loc, "axis ", axis, " of ", input.getType(),
                             " is empty");
  types.push_back(reduced(getTensor(input), axis, keepdims,
                          IntegerType::get(input.getContext(), 64)));
  return success();
}

LogicalResult inferSameWithAxis(MaybeLoc loc, Value input, int64_t axis,
                                Types &types) {
  if (!checkTensors(loc, input) || !checkAxis(loc, axis, getTensor(input)))
    return failure();
  types.push_back(input.getType());
  return success();
}

LogicalResult inferTopK(MaybeLoc loc, Value input, int64_t axis, int64_t k,
                        Types &types) {
  if (!checkTensors(loc, input) ||
      !checkAxis(loc, axis, getTensor(input))) // C1
    return failure();
  RankedTensorType type = getTensor(input);
  if (k < 0 || k > type.getDimSize(axis)) // C2
    return emitOptionalError(loc, "k is ", k, ", axis ", axis, " of ", type,
                             " allows 0 to ", type.getDimSize(axis));
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = k;
  types.push_back(type.clone(shape));
  types.push_back(
      RankedTensorType::get(shape, IntegerType::get(input.getContext(), 64)));
  return success();
}

/// Scale and bias of a normalisation after its operand.
LogicalResult inferNormalization(MaybeLoc loc, ValueRange operands,
                                 int64_t axis, Types &types) {
  if (!checkTensors(loc, operands))
    return failure();
  RankedTensorType input = getTensor(operands[0]);
  if (!checkAxis(loc, axis, input)) // C1
    return failure();
  for (Value operand : operands.drop_front())
    if (!checkBroadcastsTo(loc, getTensor(operand), input.getShape()) || // C2
        !checkSameElements(loc, input, getTensor(operand)))              // C3
      return failure();
  types.push_back(input);
  return success();
}

} // namespace wafer::graph
