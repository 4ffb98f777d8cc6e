//===- Elementwise.cpp - Add, Sub, Mul, Relu, Cast, Identity -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "wafer/Support/OnnxTensor.h"

using namespace mlir;

namespace wafer::importer {

template <typename OpT>
static LogicalResult importBinary(Node &node, SmallVectorImpl<Value> &results) {
  Value result = createBinary<OpT>(node, node.getInput(0), node.getInput(1));
  if (!result)
    return failure();
  results.push_back(result);
  return success();
}

static LogicalResult importRelu(Node &node, SmallVectorImpl<Value> &results) {
  if (!checkNumbers(node, node.getInput(0)))
    return failure();
  results.push_back(
      graph::ReluOp::create(node.builder, node.loc, node.getInput(0)));
  return success();
}

static LogicalResult importCast(Node &node, SmallVectorImpl<Value> &results) {
  // Both say something about 8-bit floats only, which are refused below.
  node.getInt("saturate", 1);
  node.getString("round_mode", "up");
  int64_t to = node.getInt("to", 0);
  bool isKnown = to == static_cast<int32_t>(to);
  Type elementType =
      isKnown ? getElementType(to, node.builder.getContext()) : Type();
  if (!elementType)
    return node.error() << "element type "
                        << (isKnown ? getOnnxTypeName(to) : std::to_string(to))
                        << " is not supported";
  auto type =
      RankedTensorType::get(node.getInputType(0).getShape(), elementType);
  results.push_back(
      graph::CastOp::create(node.builder, node.loc, type, node.getInput(0)));
  return success();
}

static LogicalResult importIdentity(Node &node,
                                    SmallVectorImpl<Value> &results) {
  results.push_back(node.getInput(0));
  return success();
}

void addElementwiseOperators(OperatorTable &table) {
  table["Add"] = {2, 2, importBinary<graph::AddOp>};
  table["Sub"] = {2, 2, importBinary<graph::SubOp>};
  table["Mul"] = {2, 2, importBinary<graph::MulOp>};
  table["Relu"] = {1, 1, importRelu};
  table["Cast"] = {1, 1, importCast};
  table["Identity"] = {1, 1, importIdentity};
}

} // namespace wafer::importer
