//===- OnnxModelInfo.cpp - what an ONNX file asks for and holds -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Import/OnnxModelInfo.h"
#include "ModelFile.h"
#include "llvm/ADT/StringSet.h"
#include <set>

using namespace llvm;

namespace wafer {

using Operators = std::set<std::string>;

static void collectOperators(const onnx::GraphProto &graph, Operators &found);

static void collectOperators(const onnx::NodeProto &node, Operators &found) {
  bool isDefault = node.domain().empty() || node.domain() == "ai.onnx";
  found.insert(isDefault ? node.op_type()
                         : node.domain() + "." + node.op_type());
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      collectOperators(attribute.g(), found);
    for (const onnx::GraphProto &graph : attribute.graphs())
      collectOperators(graph, found);
  }
}

static void collectOperators(const onnx::GraphProto &graph, Operators &found) {
  for (const onnx::NodeProto &node : graph.node())
    collectOperators(node, found);
}

/// Inputs of subgraphs may have no type: those are taken for tensors.
static std::string describeKind(const onnx::TypeProto &type) {
  switch (type.value_case()) {
  case onnx::TypeProto::kSequenceType:
    return "a sequence";
  case onnx::TypeProto::kMapType:
    return "a map";
  case onnx::TypeProto::kOptionalType:
    return "an optional";
  case onnx::TypeProto::kSparseTensorType:
    return "a sparse tensor";
  default:
    return "a tensor";
  }
}

static OnnxModelInfo::Input describe(const onnx::ValueInfoProto &value) {
  OnnxModelInfo::Input input;
  input.name = value.name();
  input.kind = describeKind(value.type());
  if (!value.type().has_tensor_type() ||
      !value.type().tensor_type().has_shape())
    return input;
  input.shape.emplace();
  for (const auto &dim : value.type().tensor_type().shape().dim()) {
    OnnxModelInfo::Dim result;
    if (dim.has_dim_value() && dim.dim_value() >= 0)
      result.size = dim.dim_value();
    else if (!dim.dim_param().empty())
      result.name = dim.dim_param();
    else
      result.name = input.name + "." + std::to_string(input.shape->size());
    input.shape->push_back(std::move(result));
  }
  return input;
}

Expected<OnnxModelInfo> readOnnxModelInfo(StringRef path) {
  importer::ModelFile file;
  if (Error error = importer::loadModelFile(path, file))
    return createStringError(inconvertibleErrorCode(),
                             path + ": " + toString(std::move(error)));
  const onnx::GraphProto &graph = file.model.graph();
  llvm::StringSet<> initializers;
  for (const onnx::TensorProto &tensor : graph.initializer())
    initializers.insert(tensor.name());
  OnnxModelInfo info;
  for (const onnx::ValueInfoProto &input : graph.input())
    if (!initializers.contains(input.name()))
      info.inputs.push_back(describe(input));
  for (const onnx::ValueInfoProto &output : graph.output())
    info.outputs.push_back(output.name());
  info.numNodes = graph.node_size();
  Operators operators;
  collectOperators(graph, operators);
  for (const onnx::FunctionProto &function : file.model.functions()) {
    for (const onnx::NodeProto &node : function.node())
      collectOperators(node, operators);
  }
  info.operators.assign(operators.begin(), operators.end());
  return info;
}

} // namespace wafer
