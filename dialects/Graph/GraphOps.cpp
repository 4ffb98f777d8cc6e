//===- GraphOps.cpp - verifiers and result types of graph ops -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Graph.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
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
  if (!isa<DenseElementsAttr, DenseResourceElementsAttr, ExternalAttr>(
          getValue())) // C1
    return emitOpError(
        "value must be dense, dense_resource or #graph.external");
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

template <typename Adaptor>
static LogicalResult inferBinary(std::optional<Location> loc, Adaptor adaptor,
                                 SmallVectorImpl<Type> &types) {
  auto lhs = dyn_cast<RankedTensorType>(adaptor.getLhs().getType());
  auto rhs = dyn_cast<RankedTensorType>(adaptor.getRhs().getType());
  if (!lhs || !rhs)
    return emitOptionalError(loc, "operands must be ranked tensors");
  if (lhs.getElementType() != rhs.getElementType()) // C1
    return emitOptionalError(
        loc, "operands must have the same element type, found ",
        lhs.getElementType(), " and ", rhs.getElementType());
  auto shape = broadcastShapes(lhs.getShape(), rhs.getShape());
  if (!shape) // C2
    return emitOptionalError(loc, "shapes do not broadcast: ", lhs, " and ",
                             rhs);
  types.push_back(RankedTensorType::get(*shape, lhs.getElementType()));
  return success();
}

LogicalResult AddOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferBinary(loc, adaptor, types);
}

LogicalResult SubOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferBinary(loc, adaptor, types);
}

LogicalResult MulOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferBinary(loc, adaptor, types);
}

LogicalResult CastOp::verify() {
  if (getInput().getType().getShape() != getType().getShape()) // C1
    return emitOpError("operand and result must have the same shape");
  return success();
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  auto lhs = dyn_cast<RankedTensorType>(adaptor.getLhs().getType());
  auto rhs = dyn_cast<RankedTensorType>(adaptor.getRhs().getType());
  if (!lhs || !rhs)
    return emitOptionalError(loc, "operands must be ranked tensors");
  if (lhs.getElementType() != rhs.getElementType()) // C1
    return emitOptionalError(
        loc, "operands must have the same element type, found ",
        lhs.getElementType(), " and ", rhs.getElementType());
  auto shape =
      getMatmulShape(lhs.getShape(), rhs.getShape(), adaptor.getTransposeA(),
                     adaptor.getTransposeB(), [&](const Twine &message) {
                       (void)emitOptionalError(loc, message);
                     });
  if (failed(shape))
    return failure();
  types.push_back(RankedTensorType::get(shape->result, lhs.getElementType()));
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

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  auto input = dyn_cast<RankedTensorType>(adaptor.getInput().getType());
  if (!input)
    return emitOptionalError(loc, "operand must be a ranked tensor");
  ArrayRef<int64_t> perm = adaptor.getPerm();
  if (static_cast<int64_t>(perm.size()) != input.getRank() ||
      !isPermutationVector(perm)) // C1
    return emitOptionalError(loc, "perm must hold every dimension of ", input,
                             " once");
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(input.getDimSize(dim));
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}
