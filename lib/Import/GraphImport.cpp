//===- GraphImport.cpp - nodes of graphs, subgraphs and ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImport.h"
#include "NodeOrder.h"
#include "wafer/Support/OnnxTensor.h"
#include <google/protobuf/unknown_field_set.h>

using namespace mlir;

namespace wafer::importer {

/// Subgraphs in subgraphs, functions in functions.
static constexpr unsigned kMaxDepth = 64;
/// What calls of functions may copy. A function that calls another one twice,
/// which calls the next one twice, … has no end within memory.
static constexpr int64_t kMaxNodesOfCalls = 1 << 20;
static constexpr uint64_t kMaxBytesOfCalls = uint64_t(1) << 30;

StringRef normalizeDomain(StringRef domain) {
  return domain == "ai.onnx" ? "" : domain;
}

bool Scope::knows(StringRef name) const {
  return values.contains(name) || initializers.contains(name) ||
         (parent && parent->knows(name));
}

NodesImporter::NodesImporter(const onnx::ModelProto &model, StringRef file,
                             OpBuilder &builder)
    : file(file), builder(builder) {
  for (const onnx::FunctionProto &function : model.functions()) {
    std::string name =
        (normalizeDomain(function.domain()) + ":" + function.name()).str();
    if (!functions.try_emplace(name, &function).second)
      ambiguous.insert(name);
  }
}

InFlightDiagnostic NodesImporter::error() {
  return emitError(UnknownLoc::get(builder.getContext())) << file << ": ";
}

FailureOr<Value> NodesImporter::getValue(StringRef name, Scope &scope) {
  for (const Scope *at = &scope; at; at = at->parent) {
    if (auto it = at->values.find(name); it != at->values.end())
      return it->second;
    if (!at->initializers.contains(name))
      continue;
    FailureOr<Value> value = at->readInitializer(name);
    if (succeeded(value))
      const_cast<Scope *>(at)->values[name] = *value;
    return value;
  }
  return error() << "value \"" << name << "\" is used but not computed";
}

LogicalResult NodesImporter::importNodes(const onnx::GraphProto &graph,
                                         Scope &scope) {
  llvm::Expected<std::vector<int>> order =
      orderNodes(graph, [&](StringRef name) { return scope.knows(name); });
  if (!order)
    return error() << llvm::toString(order.takeError());
  for (int index : *order)
    if (failed(importNode(graph.node(index), scope)))
      return failure();
  return success();
}

LogicalResult NodesImporter::defineOutputs(Node &node, ArrayRef<Value> results,
                                           Scope &scope) {
  for (int i = 0; i < node.proto.output_size(); ++i) {
    const std::string &name = node.proto.output(i);
    if (name.empty())
      continue;
    if (static_cast<size_t>(i) >= results.size() || !results[i])
      return node.error() << "output " << i << " (\"" << name
                          << "\") is not supported";
    scope.values[name] = results[i];
  }
  return success();
}

LogicalResult NodesImporter::checkInputs(Node &node, const Operator &op,
                                         ArrayRef<Value> operands) {
  bool hasNeeded = operands.size() >= op.minInputs &&
                   llvm::all_of(operands.take_front(op.minInputs),
                                [](Value value) { return value != Value(); });
  if (hasNeeded && operands.size() <= op.maxInputs)
    return success();
  InFlightDiagnostic diagnostic = node.error();
  diagnostic << "needs " << op.minInputs;
  if (op.maxInputs == kAnyNumber)
    diagnostic << " or more";
  else if (op.maxInputs != op.minInputs)
    diagnostic << " to " << op.maxInputs;
  return diagnostic << " inputs, has " << operands.size()
                    << (hasNeeded ? "" : " or lacks one in between");
}

LogicalResult NodesImporter::importNode(const onnx::NodeProto &proto,
                                        Scope &scope) {
  SmallVector<Value> operands;
  for (const std::string &input : proto.input()) {
    FailureOr<Value> value = input.empty() ? Value() : getValue(input, scope);
    if (failed(value))
      return failure();
    operands.push_back(*value);
  }
  while (!operands.empty() && !operands.back())
    operands.pop_back();
  StringRef domain = normalizeDomain(proto.domain());
  auto version = scope.opsets->find(domain);
  Node node(proto, version == scope.opsets->end() ? 1 : version->second, file,
            builder, operands);
  node.maskElementsLeft = &maskElementsLeft;
  node.importSubgraph = [&](const onnx::GraphProto &graph,
                            ArrayRef<Value> inputs,
                            SmallVectorImpl<Value> &results) -> LogicalResult {
    Scope inner;
    inner.parent = &scope;
    inner.opsets = scope.opsets;
    if (static_cast<size_t>(graph.input_size()) != inputs.size())
      return node.error() << "a subgraph has " << graph.input_size()
                          << " inputs, expected " << inputs.size();
    for (auto [input, value] : llvm::zip_equal(graph.input(), inputs))
      inner.values[input.name()] = value;
    Imported outputs = importSubgraph(graph, inner);
    if (succeeded(outputs))
      results.append(*outputs);
    return outputs;
  };
  Imported results = failure();
  auto function = functions.find((domain + ":" + proto.op_type()).str());
  if (function != functions.end() && ambiguous.contains(function->getKey()))
    return node.error() << "two functions have this name";
  if (function != functions.end()) {
    results = importCall(node, *function->second, operands);
  } else if (domain.empty() && proto.op_type() == "If") {
    results = importBranch(node, scope);
  } else if (const Operator *op =
                 getOperators().find(domain, proto.op_type(), node.opset)) {
    if (failed(checkInputs(node, *op, operands)))
      return failure();
    results = op->run(node);
    if (succeeded(results) && !node.hasErrors() &&
        failed(node.checkAllAttributesRead()))
      return failure();
  } else {
    return node.error() << "operator is not supported";
  }
  if (failed(results) || node.hasErrors())
    return failure();
  return defineOutputs(node, *results, scope);
}

//===----------------------------------------------------------------------===//
// Subgraphs and functions
//===----------------------------------------------------------------------===//

/// The nodes of `graph` and then its outputs' values.
Imported NodesImporter::importSubgraph(const onnx::GraphProto &graph,
                                       Scope &inner) {
  if (depth >= kMaxDepth)
    return error() << "subgraphs or functions are nested more than "
                   << kMaxDepth << " deep";
  for (const onnx::TensorProto &tensor : graph.initializer()) {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
      return error() << "initializer \"" << tensor.name()
                     << "\" of a subgraph is external";
    auto bytes = decodeOnnxTensor(tensor);
    if (!bytes)
      return error() << "initializer \"" << tensor.name()
                     << "\": " << llvm::toString(bytes.takeError());
    auto type = RankedTensorType::get(
        SmallVector<int64_t>(tensor.dims().begin(), tensor.dims().end()),
        getElementType(tensor.data_type(), builder.getContext()));
    inner.values[tensor.name()] = graph::ConstantOp::create(
        builder, NameLoc::get(builder.getStringAttr(tensor.name())),
        createDense(type, *bytes), tensor.name());
  }
  ++depth;
  LogicalResult imported = importNodes(graph, inner);
  --depth;
  if (failed(imported))
    return failure();
  Outputs results;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    FailureOr<Value> value = getValue(output.name(), inner);
    if (failed(value))
      return failure();
    results.push_back(*value);
  }
  return results;
}

/// An If whose condition is known.
Imported NodesImporter::importBranch(Node &node, Scope &scope) {
  std::optional<double> condition = node.getConstantNumber(0);
  if (!condition)
    return failure();
  const onnx::GraphProto *thenBranch = node.getGraph("then_branch"),
                         *elseBranch = node.getGraph("else_branch");
  const onnx::GraphProto *branch = *condition != 0 ? thenBranch : elseBranch;
  if (!branch)
    return node.error() << "lacks a branch";
  Outputs results;
  if (failed(node.importSubgraph(*branch, {}, results)))
    return failure();
  return results;
}

/// Puts the call's attributes, or the function's defaults, where nodes of the
/// body refer to them; one that has neither is absent.
static void
bindAttributes(onnx::NodeProto &node,
               const llvm::StringMap<const onnx::AttributeProto *> &given) {
  auto *attributes = node.mutable_attribute();
  for (int i = 0; i < attributes->size();) {
    onnx::AttributeProto &attribute = *attributes->Mutable(i);
    if (attribute.has_g())
      for (onnx::NodeProto &inner : *attribute.mutable_g()->mutable_node())
        bindAttributes(inner, given);
    if (attribute.ref_attr_name().empty()) {
      ++i;
      continue;
    }
    auto it = given.find(attribute.ref_attr_name());
    if (it == given.end()) {
      attributes->DeleteSubrange(i, 1);
      continue;
    }
    std::string name = attribute.name();
    attribute = *it->second;
    attribute.set_name(name);
    ++i;
  }
}

/// Attributes with default values (attribute_proto), a field that some versions
/// of ONNX's schema do not have by name.
static std::vector<onnx::AttributeProto>
readDefaults(const onnx::FunctionProto &function) {
  constexpr int kAttributeProto = 11;
  std::vector<onnx::AttributeProto> defaults;
  if constexpr (std::is_base_of_v<google::protobuf::Message,
                                  onnx::FunctionProto>) {
    const auto *descriptor =
        onnx::FunctionProto::descriptor()->FindFieldByNumber(kAttributeProto);
    if (descriptor) {
      const auto *reflection = function.GetReflection();
      for (int i = 0, e = reflection->FieldSize(function, descriptor); i < e;
           ++i)
        defaults.emplace_back().CopyFrom(
            reflection->GetRepeatedMessage(function, descriptor, i));
      return defaults;
    }
    const auto &fields = function.unknown_fields();
    for (int i = 0; i < fields.field_count(); ++i) {
      const auto &field = fields.field(i);
      if (field.number() != kAttributeProto ||
          field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
        continue;
      onnx::AttributeProto attribute;
      if (attribute.ParseFromString(field.length_delimited()))
        defaults.push_back(std::move(attribute));
    }
  }
  return defaults;
}

Imported NodesImporter::importCall(Node &node,
                                   const onnx::FunctionProto &function,
                                   ArrayRef<Value> operands) {
  if (operands.size() > static_cast<size_t>(function.input_size()))
    return node.error() << "has " << operands.size() << " inputs, the function "
                        << function.input_size();
  nodesOfCalls += function.node_size();
  bytesOfCalls += function.ByteSizeLong();
  if (nodesOfCalls > kMaxNodesOfCalls || bytesOfCalls > kMaxBytesOfCalls)
    return node.error() << "calls of functions make more than "
                        << kMaxNodesOfCalls << " nodes or "
                        << (kMaxBytesOfCalls >> 20) << " MiB";
  llvm::StringMap<const onnx::AttributeProto *> given;
  std::vector<onnx::AttributeProto> defaults = readDefaults(function);
  for (const onnx::AttributeProto &attribute : defaults)
    given[attribute.name()] = &attribute;
  for (const onnx::AttributeProto &attribute : node.proto.attribute())
    given[attribute.name()] = &attribute;
  onnx::GraphProto body;
  for (const onnx::NodeProto &inner : function.node()) {
    *body.add_node() = inner;
    bindAttributes(*body.mutable_node(body.node_size() - 1), given);
  }
  for (const std::string &output : function.output())
    body.add_output()->set_name(output);
  Opsets opsets;
  for (const onnx::OperatorSetIdProto &set : function.opset_import())
    opsets[normalizeDomain(set.domain())] = set.version();
  Scope inner;
  inner.opsets = &opsets;
  for (int i = 0; i < function.input_size(); ++i)
    inner.values[function.input(i)] =
        static_cast<size_t>(i) < operands.size() ? operands[i] : Value();
  return importSubgraph(body, inner);
}

} // namespace wafer::importer
