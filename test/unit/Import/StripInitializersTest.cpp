//===- StripInitializersTest.cpp - weights left out -------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"
#include "gtest/gtest.h"

using namespace wafer::importer;
using onnx::TensorProto;

namespace {

TEST(StripInitializersTest, OnlyLargePackedDataIsLeftOut) {
  onnx::ModelProto model;
  model.set_producer_name("test");
  onnx::GraphProto *graph = model.mutable_graph();
  graph->add_node()->set_op_type("Relu");
  TensorProto *raw = graph->add_initializer(); // 0: left out
  raw->set_name("raw");
  raw->set_data_type(TensorProto::INT8);
  raw->set_raw_data(std::string(1025, 'a'));
  TensorProto *small = graph->add_initializer(); // 1: stays
  small->set_raw_data(std::string(1024, 'b'));
  TensorProto *floats = graph->add_initializer(); // 2: left out
  floats->set_data_type(TensorProto::FLOAT);
  TensorProto *mistyped = graph->add_initializer(); // 3: stays
  mistyped->set_data_type(TensorProto::DOUBLE);
  TensorProto *both = graph->add_initializer(); // 4: stays
  both->set_data_type(TensorProto::FLOAT);
  both->set_raw_data(std::string(2000, 'c'));
  for (int i = 0; i < 500; ++i)
    for (TensorProto *tensor : {floats, mistyped, both})
      tensor->add_float_data(i);
  std::string bytes = model.SerializeAsString();

  std::string skeleton;
  std::vector<std::optional<ByteRange>> data;
  ASSERT_TRUE(stripInitializers(bytes, skeleton, data));
  ASSERT_EQ(data.size(), 5u);
  ASSERT_TRUE(data[0] && data[2]);
  EXPECT_FALSE(data[1] || data[3] || data[4]);
  EXPECT_EQ(bytes.substr(data[0]->offset, data[0]->size), raw->raw_data());
  EXPECT_EQ(data[2]->size, 2000u);
  float last;
  memcpy(&last, bytes.data() + data[2]->offset + 1996, 4);
  EXPECT_EQ(last, 499.0f);

  // What remains is the same model without these two fields.
  onnx::ModelProto parsed;
  ASSERT_TRUE(parsed.ParseFromString(skeleton));
  raw->clear_raw_data();
  floats->clear_float_data();
  EXPECT_EQ(parsed.SerializeAsString(), model.SerializeAsString());
}

} // namespace
