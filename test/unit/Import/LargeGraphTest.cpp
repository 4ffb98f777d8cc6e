//===- LargeGraphTest.cpp - many nodes, long chains -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeOrder.h"
#include "mlir/IR/MLIRContext.h"
#include "wafer/Import/OnnxImport.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <fstream>

using namespace mlir;
using namespace wafer;

namespace {

constexpr int kNodes = 20000;

/// A chain of Relu nodes, stored last node first.
onnx::ModelProto makeBackwardChain() {
  onnx::ModelProto model;
  model.add_opset_import()->set_version(17);
  onnx::GraphProto *graph = model.mutable_graph();
  auto addValue = [](onnx::ValueInfoProto *info, const std::string &name) {
    info->set_name(name);
    auto *tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    tensor->mutable_shape()->add_dim()->set_dim_value(4);
  };
  addValue(graph->add_input(), "v0");
  addValue(graph->add_output(), "v" + std::to_string(kNodes));
  for (int i = kNodes; i > 0; --i) {
    onnx::NodeProto *node = graph->add_node();
    node->set_op_type("Relu");
    node->add_input("v" + std::to_string(i - 1));
    node->add_output("v" + std::to_string(i));
  }
  return model;
}

TEST(LargeGraphTest, ALongChainIsSortedWithoutRecursion) {
  onnx::ModelProto model = makeBackwardChain();
  llvm::StringSet<> known;
  known.insert("v0");
  auto order = importer::orderNodes(model.graph(), [&](llvm::StringRef name) {
    return known.contains(name);
  });
  ASSERT_TRUE(bool(order)) << llvm::toString(order.takeError());
  ASSERT_EQ(order->size(), size_t(kNodes));
  for (int i = 0; i < kNodes; ++i)
    ASSERT_EQ((*order)[i], kNodes - 1 - i);
}

TEST(LargeGraphTest, ImportFollowsTheNumberOfNodes) {
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("chain", "onnx", path));
  {
    std::ofstream stream(path.c_str(), std::ios::binary);
    makeBackwardChain().SerializeToOstream(&stream);
  }
  MLIRContext context(MLIRContext::Threading::DISABLED);
  OwningOpRef<ModuleOp> module = importOnnx(path, {}, &context);
  llvm::sys::fs::remove(path);
  ASSERT_TRUE(bool(module));
  int ops = 0;
  module->walk([&](Operation *) { ++ops; });
  EXPECT_EQ(ops, kNodes + 3); // module, function, return
}

} // namespace
