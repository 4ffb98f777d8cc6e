//===- GraphDialect.cpp - the graph dialect and its attributes -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Graph.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace wafer::graph;

#include "dialects/Graph/GraphDialect.cpp.inc"
#include "dialects/Graph/GraphEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Graph/GraphAttrs.cpp.inc"

void GraphDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Graph/GraphAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Graph/GraphOps.cpp.inc"
      >();
}

Operation *GraphDialect::materializeConstant(OpBuilder &builder,
                                             Attribute value, Type type,
                                             Location loc) {
  auto typed = dyn_cast<TypedAttr>(value);
  if (!typed || typed.getType() != type || !isConstantValue(value))
    return nullptr;
  return ConstantOp::create(builder, loc, typed);
}

static LogicalResult verifyNameAttr(Operation *op, NamedAttribute attr,
                                    StringRef what, unsigned index) {
  if (attr.getName() != kNameAttrName)
    return op->emitOpError() << "unknown attribute " << attr.getName() << " on "
                             << what << " #" << index;
  if (!isa<StringAttr>(attr.getValue()))
    return op->emitOpError() << attr.getName() << " of " << what << " #"
                             << index << " must be a string";
  return success();
}

LogicalResult GraphDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                     unsigned index,
                                                     NamedAttribute attr) {
  return verifyNameAttr(op, attr, "argument", index);
}

LogicalResult GraphDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                        unsigned index,
                                                        NamedAttribute attr) {
  return verifyNameAttr(op, attr, "result", index);
}

namespace wafer::graph {

std::string getInputName(Operation *function, unsigned index) {
  if (auto iface = dyn_cast<FunctionOpInterface>(function))
    if (auto name = iface.getArgAttrOfType<StringAttr>(index, kNameAttrName))
      return name.str();
  return "input" + std::to_string(index);
}

std::string getOutputName(Operation *function, unsigned index) {
  if (auto iface = dyn_cast<FunctionOpInterface>(function))
    if (auto name = iface.getResultAttrOfType<StringAttr>(index, kNameAttrName))
      return name.str();
  return "output" + std::to_string(index);
}

std::optional<GivenIndices> getGivenIndices(Operation *op) {
  auto along = [](auto op) -> std::optional<GivenIndices> {
    return GivenIndices{op.getIndices(),
                        {op.getData().getType().getDimSize(op.getAxis())}};
  };
  auto tuples = [](auto op, int64_t first) -> std::optional<GivenIndices> {
    int64_t count = op.getIndices().getType().getShape().back();
    ArrayRef<int64_t> sizes =
        op.getData().getType().getShape().slice(first, count);
    return GivenIndices{op.getIndices(), {sizes.begin(), sizes.end()}};
  };
  return llvm::TypeSwitch<Operation *, std::optional<GivenIndices>>(op)
      .Case<GatherOp, GatherElementsOp, ScatterElementsOp>(along)
      .Case([&](GatherNDOp op) { return tuples(op, op.getBatchDims()); })
      .Case([&](ScatterNDOp op) { return tuples(op, 0); })
      .Default([](Operation *) { return std::nullopt; });
}

bool isConstantValue(Attribute value) {
  return isa<DenseElementsAttr, DenseResourceElementsAttr, ExternalAttr,
             SeededAttr>(value);
}

bool isElementType(Type type) {
  if (type.isF16() || type.isBF16() || type.isF32() || type.isF64())
    return true;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSigned())
    return false;
  unsigned width = integer.getWidth();
  if (width == 1)
    return integer.isSignless();
  return width == 8 || width == 16 || width == 32 || width == 64;
}

int64_t getElementSizeInBytes(Type elementType) {
  return (elementType.getIntOrFloatBitWidth() + 7) / 8;
}

} // namespace wafer::graph

LogicalResult ExternalAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   StringRef path, int64_t offset, int64_t size,
                                   StringRef hash, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() ||
      !isElementType(tensor.getElementType())) // C1
    return emitError() << "external data needs a ranked tensor type of static "
                          "shape, found "
                       << type;
  std::optional<int64_t> count = countElements(tensor.getShape());
  int64_t elementSize = getElementSizeInBytes(tensor.getElementType());
  if (!count || *count > INT64_MAX / elementSize ||
      *count * elementSize != size) // C2
    return emitError() << "external data of " << type << " has size " << size
                       << (count ? ", needs "
                                 : ", its element count overflows ")
                       << (count ? std::to_string(*count * elementSize) : "");
  if (offset < 0 || path.empty()) // C3
    return emitError()
           << "external data needs a path and an offset that is not "
              "negative, found \""
           << path << "\" and " << offset;
  auto isLowerHex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  };
  if (hash.size() != 16 || !llvm::all_of(hash, isLowerHex)) // C4
    return emitError() << "external data needs a hash of 16 hexadecimal digits "
                          "in lower case, found \""
                       << hash << "\"";
  return success();
}

LogicalResult SeededAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 Distribution, int64_t seed, int64_t base,
                                 FloatAttr scale, FloatAttr mean, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() ||
      !isElementType(tensor.getElementType()) ||
      !isa<FloatType>(tensor.getElementType())) // C1
    return emitError() << "a seeded value needs a ranked tensor type of static "
                          "shape and floats, found "
                       << type;
  std::optional<int64_t> count = countElements(tensor.getShape());
  if (!count || seed < 0 || base < 0 || *count > INT64_MAX - base) // C2
    return emitError() << "a seeded value of " << type
                       << " needs a seed and a base that are not negative and "
                          "room for its elements behind the base, found "
                       << seed << " and " << base;
  for (FloatAttr number : {scale, mean}) // C3
    if (!number || !number.getType().isF32() || !number.getValue().isFinite())
      return emitError() << "a seeded value needs a scale and a mean that are "
                            "finite f32 numbers, found "
                         << number;
  if (scale.getValue().isNegative() && !scale.getValue().isZero()) // C3
    return emitError()
           << "a seeded value needs a scale that is not negative, found "
           << scale;
  return success();
}
