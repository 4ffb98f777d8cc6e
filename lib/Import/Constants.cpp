//===- Constants.cpp - Constant nodes -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "wafer/Support/OnnxTensor.h"

using namespace mlir;

namespace wafer::importer {

static FailureOr<TypedAttr> importTensor(Node &node,
                                         const onnx::TensorProto &tensor) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    return node.error() << "external data is supported for initializers only";
  auto bytes = decodeOnnxTensor(tensor);
  if (!bytes)
    return node.error() << "attribute \"value\": "
                        << llvm::toString(bytes.takeError());
  auto type = RankedTensorType::get(
      SmallVector<int64_t>(tensor.dims().begin(), tensor.dims().end()),
      getElementType(tensor.data_type(), node.builder.getContext()));
  return TypedAttr(createDense(type, *bytes));
}

static FailureOr<TypedAttr> importValue(Node &node) {
  MLIRContext *context = node.builder.getContext();
  if (const onnx::TensorProto *tensor = node.getTensor("value"))
    return importTensor(node, *tensor);
  Type i64 = IntegerType::get(context, 64), f32 = Float32Type::get(context);
  if (node.hasAttribute("value_int")) {
    int64_t value = node.getInt("value_int", 0);
    return TypedAttr(
        DenseElementsAttr::get(RankedTensorType::get({}, i64), value));
  }
  if (node.hasAttribute("value_float")) {
    float value = node.getFloat("value_float", 0);
    return TypedAttr(
        DenseElementsAttr::get(RankedTensorType::get({}, f32), value));
  }
  if (auto values = node.getInts("value_ints")) {
    auto type =
        RankedTensorType::get({static_cast<int64_t>(values->size())}, i64);
    return TypedAttr(DenseElementsAttr::get(type, ArrayRef<int64_t>(*values)));
  }
  if (auto values = node.getFloats("value_floats")) {
    auto type =
        RankedTensorType::get({static_cast<int64_t>(values->size())}, f32);
    return TypedAttr(DenseElementsAttr::get(type, ArrayRef<float>(*values)));
  }
  if (node.hasErrors())
    return failure();
  return node.error()
         << "has none of the attributes value, value_int, value_float, "
            "value_ints, value_floats";
}

static LogicalResult importConstant(Node &node,
                                    SmallVectorImpl<Value> &results) {
  FailureOr<TypedAttr> value = importValue(node);
  if (failed(value))
    return failure();
  results.push_back(graph::ConstantOp::create(node.builder, node.loc, *value,
                                              getNodeName(node.proto)));
  return success();
}

void addConstantOperators(OperatorTable &table) {
  table["Constant"] = {0, 0, importConstant};
}

} // namespace wafer::importer
