//===- GraphOps.cpp - verifiers of graph ops -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Infer.h"
#include "dialects/Graph/Graph.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace wafer::graph;

#define GET_OP_CLASSES
#include "dialects/Graph/GraphOps.cpp.inc"

//===----------------------------------------------------------------------===//
// ConstantOp
//===----------------------------------------------------------------------===//

void ConstantOp::build(OpBuilder &builder, OperationState &state,
                       TypedAttr value, StringRef name) {
  state.addTypes(value.getType());
  state.getOrAddProperties<Properties>().value = value;
  if (!name.empty())
    state.getOrAddProperties<Properties>().name = builder.getStringAttr(name);
}

void ConstantOp::getAsmResultNames(
    function_ref<void(Value, StringRef)> setName) {
  if (std::optional<StringRef> name = getName())
    setName(getResult(), *name);
  else
    setName(getResult(), "cst");
}

LogicalResult ConstantOp::verify() {
  if (!isConstantValue(getValue())) // C1
    return emitOpError("value must be dense, dense_resource, #graph.external "
                       "or #graph.seeded");
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise conversion
//===----------------------------------------------------------------------===//

LogicalResult CastOp::verify() {
  if (getInput().getType().getShape() != getType().getShape()) // C1
    return emitOpError("operand and result must have the same shape");
  return success();
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  RankedTensorType from = getInput().getType(), to = getType();
  if (from.getElementType() != to.getElementType()) // C1
    return emitOpError(
               "operand and result must have the same element type, found ")
           << from.getElementType() << " and " << to.getElementType();
  std::optional<int64_t> fromCount = countElements(from.getShape());
  std::optional<int64_t> toCount = countElements(to.getShape());
  if (!fromCount || !toCount || *fromCount != *toCount) // C2
    return emitOpError("operand and result must have the same number of "
                       "elements, found ")
           << from << " and " << to;
  return success();
}

LogicalResult ExpandOp::verify() {
  RankedTensorType from = getInput().getType(), to = getType();
  if (from.getElementType() != to.getElementType()) // C1
    return emitOpError(
               "operand and result must have the same element type, found ")
           << from.getElementType() << " and " << to.getElementType();
  return success(checkBroadcastsTo(getLoc(), from, to.getShape())); // C2
}

LogicalResult IotaOp::verify() {
  if (getType().getRank() != 1) // C1
    return emitOpError("result must have rank 1, found ") << getType();
  return success();
}
