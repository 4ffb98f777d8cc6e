//===- Node.cpp - what an operator's importer sees of its node -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;
using onnx::AttributeProto;

namespace wafer::importer {

StringRef getNodeName(const onnx::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  for (const std::string &output : node.output())
    if (!output.empty())
      return output;
  return node.op_type();
}

std::string describeNode(const onnx::NodeProto &node) {
  std::string text = "node ";
  if (node.name().empty() && node.output_size() > 0)
    text += "with output ";
  text += "\"" + getNodeName(node).str() + "\" (";
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    text += node.domain() + ".";
  return text + node.op_type() + ")";
}

Type getElementType(int32_t onnxType, MLIRContext *context) {
  using onnx::TensorProto;
  Builder builder(context);
  switch (onnxType) {
  case TensorProto::FLOAT:
    return builder.getF32Type();
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  case TensorProto::INT8:
    return builder.getI8Type();
  case TensorProto::INT16:
    return builder.getI16Type();
  case TensorProto::INT32:
    return builder.getI32Type();
  case TensorProto::INT64:
    return builder.getI64Type();
  case TensorProto::UINT8:
    return builder.getIntegerType(8, /*isSigned=*/false);
  case TensorProto::UINT16:
    return builder.getIntegerType(16, /*isSigned=*/false);
  case TensorProto::UINT32:
    return builder.getIntegerType(32, /*isSigned=*/false);
  case TensorProto::UINT64:
    return builder.getIntegerType(64, /*isSigned=*/false);
  case TensorProto::BOOL:
    return builder.getI1Type();
  default:
    return {};
  }
}

Node::Node(const onnx::NodeProto &proto, int64_t opset, StringRef file,
           OpBuilder &builder, ArrayRef<Value> inputs)
    : proto(proto), opset(opset), builder(builder),
      loc(NameLoc::get(builder.getStringAttr(getNodeName(proto)))), file(file),
      ops(builder, loc, [this] { return error(); }), inputs(inputs) {}

InFlightDiagnostic Node::error() {
  failed = true;
  // The file is in the text: users grep for it. The location has only the node.
  return emitError(UnknownLoc::get(builder.getContext()))
         << file << ": " << describeNode(proto) << ": ";
}

const AttributeProto *Node::find(StringRef name) const {
  for (const AttributeProto &attribute : proto.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

const AttributeProto *Node::take(StringRef name,
                                 AttributeProto::AttributeType type) {
  read.insert(name);
  const AttributeProto *attribute = find(name);
  if (!attribute)
    return nullptr;
  // Models of IR version 1 may leave the type out.
  if (attribute->has_type() && attribute->type() != type) {
    error() << "attribute \"" << name << "\" is a "
            << AttributeProto::AttributeType_Name(attribute->type())
            << ", expected " << AttributeProto::AttributeType_Name(type);
    return nullptr;
  }
  return attribute;
}

int64_t Node::getInt(StringRef name, int64_t defaultValue) {
  const AttributeProto *attribute = take(name, AttributeProto::INT);
  return attribute ? attribute->i() : defaultValue;
}

float Node::getFloat(StringRef name, float defaultValue) {
  // Some exporters write 1 for 1.0.
  const AttributeProto *given = find(name);
  if (given && given->type() == AttributeProto::INT)
    return static_cast<float>(getInt(name, 0));
  const AttributeProto *attribute = take(name, AttributeProto::FLOAT);
  return attribute ? attribute->f() : defaultValue;
}

std::optional<SmallVector<int64_t>> Node::getInts(StringRef name) {
  const AttributeProto *attribute = take(name, AttributeProto::INTS);
  if (!attribute)
    return std::nullopt;
  return SmallVector<int64_t>(attribute->ints().begin(),
                              attribute->ints().end());
}

std::optional<SmallVector<float>> Node::getFloats(StringRef name) {
  const AttributeProto *attribute = take(name, AttributeProto::FLOATS);
  if (!attribute)
    return std::nullopt;
  return SmallVector<float>(attribute->floats().begin(),
                            attribute->floats().end());
}

std::string Node::getString(StringRef name, StringRef defaultValue) {
  const AttributeProto *attribute = take(name, AttributeProto::STRING);
  return attribute ? attribute->s() : defaultValue.str();
}

const onnx::TensorProto *Node::getTensor(StringRef name) {
  const AttributeProto *attribute = take(name, AttributeProto::TENSOR);
  return attribute && attribute->has_t() ? &attribute->t() : nullptr;
}

LogicalResult Node::checkAllAttributesRead() {
  llvm::StringSet<> seen;
  for (const AttributeProto &attribute : proto.attribute()) {
    if (!seen.insert(attribute.name()).second)
      return error() << "attribute \"" << attribute.name() << "\" occurs twice";
    // A remark that training exporters leave in nodes.
    if (attribute.name() == "description")
      continue;
    if (!read.contains(attribute.name()))
      return error() << "attribute \"" << attribute.name()
                     << "\" is not supported at opset " << opset;
  }
  return success();
}

const onnx::GraphProto *Node::getGraph(StringRef name) {
  const AttributeProto *attribute = take(name, AttributeProto::GRAPH);
  return attribute && attribute->has_g() ? &attribute->g() : nullptr;
}

void Node::ignore(std::initializer_list<StringRef> names) {
  for (StringRef name : names)
    read.insert(name);
}

FailureOr<SmallVector<int64_t>> Node::getConstantInts(size_t index) {
  if (auto values = importer::getConstantInts(getInput(index)))
    return *values;
  error() << "input " << index << " (\"" << proto.input(index)
          << "\") must be a constant of integers";
  return mlir::failure();
}

std::optional<SmallVector<int64_t>> Node::getIntsOrInput(StringRef name,
                                                         size_t index) {
  if (auto values = getInts(name))
    return values;
  if (!getInput(index))
    return std::nullopt;
  FailureOr<SmallVector<int64_t>> values = getConstantInts(index);
  return succeeded(values) ? std::optional(*values) : std::nullopt;
}

std::optional<double> Node::getConstantNumber(size_t index) {
  Value input = getInput(index);
  if (!input)
    return std::nullopt;
  auto constant = input.getDefiningOp<graph::ConstantOp>();
  auto dense = constant ? dyn_cast<DenseElementsAttr>(constant.getValue())
                        : DenseElementsAttr();
  if (!dense || dense.getNumElements() != 1) {
    error() << "input " << index << " (\"" << proto.input(index)
            << "\") must be a constant of one element";
    return std::nullopt;
  }
  if (isa<FloatType>(dense.getElementType())) {
    APFloat value = *dense.getValues<APFloat>().begin();
    bool losesInfo;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    return value.convertToDouble();
  }
  return static_cast<double>((*importer::getConstantInts(input))[0]);
}

int64_t Node::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  error() << "axis " << axis << " is not a dimension of a tensor of rank "
          << rank;
  return 0;
}

SmallVector<int64_t> Node::normalizeAxes(Dims axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes)
    result.push_back(normalizeAxis(axis, rank));
  llvm::sort(result);
  if (!hasErrors() &&
      std::adjacent_find(result.begin(), result.end()) != result.end())
    error() << "an axis is named twice";
  return result;
}

} // namespace wafer::importer
