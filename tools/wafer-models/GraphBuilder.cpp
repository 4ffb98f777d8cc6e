//===- GraphBuilder.cpp - ONNX graphs node by node --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphBuilder.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using onnx::AttributeProto;
using onnx::TensorProto;

namespace wafer::models {

static AttributeProto makeTyped(StringRef name,
                                AttributeProto::AttributeType type) {
  AttributeProto attribute;
  attribute.set_name(name.str());
  attribute.set_type(type);
  return attribute;
}

AttributeProto makeAttribute(StringRef name, int64_t value) {
  AttributeProto attribute = makeTyped(name, AttributeProto::INT);
  attribute.set_i(value);
  return attribute;
}

AttributeProto makeAttribute(StringRef name, float value) {
  AttributeProto attribute = makeTyped(name, AttributeProto::FLOAT);
  attribute.set_f(value);
  return attribute;
}

AttributeProto makeAttribute(StringRef name, const char *value) {
  AttributeProto attribute = makeTyped(name, AttributeProto::STRING);
  attribute.set_s(value);
  return attribute;
}

AttributeProto makeAttribute(StringRef name, ArrayRef<int64_t> values) {
  AttributeProto attribute = makeTyped(name, AttributeProto::INTS);
  for (int64_t value : values)
    attribute.add_ints(value);
  return attribute;
}

std::string GraphBuilder::makeName(StringRef label) {
  std::string name = (scope + "." + label).str();
  unsigned times = timesUsed[name]++;
  return times == 0 ? name : name + "_" + std::to_string(times);
}

SmallVector<Value> GraphBuilder::createMany(StringRef opType,
                                            ArrayRef<Value> inputs,
                                            unsigned numOutputs,
                                            Attributes attributes) {
  onnx::NodeProto &node = *graph.add_node();
  std::string name = makeName(opType);
  node.set_name(name);
  node.set_op_type(opType.str());
  for (const Value &input : inputs)
    node.add_input(input);
  for (const AttributeProto &attribute : attributes)
    *node.add_attribute() = attribute;
  SmallVector<Value> outputs;
  for (unsigned i = 0; i < numOutputs; ++i) {
    outputs.push_back(numOutputs == 1 ? name : name + "#" + std::to_string(i));
    node.add_output(outputs.back());
  }
  return outputs;
}

Value GraphBuilder::create(StringRef opType, ArrayRef<Value> inputs,
                           Attributes attributes) {
  return createMany(opType, inputs, 1, attributes).front();
}

Value GraphBuilder::transpose(const Value &x, ArrayRef<int64_t> perm) {
  return create("Transpose", {x}, {makeAttribute("perm", perm)});
}

Value GraphBuilder::reshape(const Value &x, ArrayRef<int64_t> shape) {
  return create("Reshape", {x, ints(shape)});
}

SmallVector<Value> GraphBuilder::split(const Value &x, int64_t axis,
                                       ArrayRef<int64_t> sizes) {
  return createMany("Split", {x, ints(sizes)}, sizes.size(),
                    {makeAttribute("axis", axis)});
}

Value GraphBuilder::slice(const Value &x, int64_t axis, int64_t begin,
                          int64_t end, int64_t step) {
  return create("Slice",
                {x, ints({begin}), ints({end}), ints({axis}), ints({step})});
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Null if there is one of that name.
TensorProto *GraphBuilder::addConstant(StringRef name, int32_t type,
                                       ArrayRef<int64_t> shape) {
  if (!constants.insert(name).second)
    return nullptr;
  TensorProto *tensor = graph.add_initializer();
  tensor->set_name(name.str());
  tensor->set_data_type(type);
  for (int64_t dim : shape)
    tensor->add_dims(dim);
  return tensor;
}

void GraphBuilder::appendFloat(TensorProto &tensor, double value) {
  APFloat number(value);
  bool losesInfo;
  number.convert(floatType == TensorProto::FLOAT16 ? APFloat::IEEEhalf()
                                                   : APFloat::IEEEsingle(),
                 APFloat::rmNearestTiesToEven, &losesInfo);
  APInt bits = number.bitcastToAPInt();
  for (unsigned at = 0; at < bits.getBitWidth(); at += 8)
    tensor.mutable_raw_data()->push_back(
        static_cast<char>(bits.extractBitsAsZExtValue(8, at)));
}

static void appendInt(TensorProto &tensor, int64_t value) {
  for (unsigned at = 0; at < 64; at += 8)
    tensor.mutable_raw_data()->push_back(static_cast<char>(value >> at));
}

Value GraphBuilder::ints(ArrayRef<int64_t> values) {
  std::string name =
      "ints." +
      join(map_range(values,
                     [](int64_t value) { return std::to_string(value); }),
           "x");
  return intTable(name, {static_cast<int64_t>(values.size())}, values);
}

Value GraphBuilder::scalar(int64_t value) {
  return intTable("int." + std::to_string(value), {}, {value});
}

Value GraphBuilder::number(double value) {
  std::string name;
  raw_string_ostream(name) << format("number.%.17g", value);
  if (TensorProto *tensor = addConstant(name, floatType, {}))
    appendFloat(*tensor, value);
  return name;
}

Value GraphBuilder::table(StringRef name, ArrayRef<int64_t> shape,
                          ArrayRef<float> values) {
  if (TensorProto *tensor = addConstant(name, floatType, shape))
    for (float value : values)
      appendFloat(*tensor, value);
  return name.str();
}

Value GraphBuilder::intTable(StringRef name, ArrayRef<int64_t> shape,
                             ArrayRef<int64_t> values) {
  if (TensorProto *tensor = addConstant(name, TensorProto::INT64, shape))
    for (int64_t value : values)
      appendInt(*tensor, value);
  return name.str();
}

//===----------------------------------------------------------------------===//
// Inputs and outputs
//===----------------------------------------------------------------------===//

static void fill(onnx::ValueInfoProto &info, StringRef name, int32_t type,
                 ArrayRef<int64_t> shape) {
  info.set_name(name.str());
  auto *tensor = info.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  for (int64_t dim : shape)
    tensor->mutable_shape()->add_dim()->set_dim_value(dim);
}

void GraphBuilder::addInput(StringRef name, int32_t type,
                            ArrayRef<int64_t> shape) {
  fill(*graph.add_input(), name, type, shape);
}

void GraphBuilder::addOutput(StringRef name, const Value &value,
                             ArrayRef<int64_t> shape) {
  for (onnx::NodeProto &node : *graph.mutable_node()) {
    for (std::string &output : *node.mutable_output())
      if (output == value)
        output = name.str();
    for (std::string &input : *node.mutable_input())
      if (input == value)
        input = name.str();
  }
  fill(*graph.add_output(), name, floatType, shape);
}

} // namespace wafer::models
