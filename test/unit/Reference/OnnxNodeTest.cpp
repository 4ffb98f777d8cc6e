//===- OnnxNodeTest.cpp - ONNX's node tests ---------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "wafer/Executor/Reference/Reference.h"
#include "wafer/Executor/TensorProtoIO.h"
#include "wafer/Import/OnnxImport.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;

namespace {

/// ONNX's tolerances for its own tests (rtol, atol); integers are exact.
std::pair<double, double> getTolerance(ElementType type) {
  switch (type) {
  case ElementType::F16:
    return {1e-3, 2.5e-3};
  case ElementType::BF16:
    return {1e-2, 2e-2};
  case ElementType::F32:
  case ElementType::F64:
    return {1e-3, 1e-5};
  default:
    return {0, 0};
  }
}

std::string compare(const Tensor &actual, const Tensor &expected) {
  if (actual.elementType != expected.elementType ||
      actual.shape != expected.shape)
    return "is " + actual.getTypeString() + ", expected " +
           expected.getTypeString();
  auto [rtol, atol] = getTolerance(expected.elementType);
  for (int64_t i = 0; i < expected.getNumElements(); ++i) {
    double a = actual.getAsDouble(i), e = expected.getAsDouble(i);
    bool isSame = a == e || (std::isnan(a) && std::isnan(e));
    if (!isSame && !(std::fabs(a - e) <= atol + rtol * std::fabs(e)))
      return "differs at element " + std::to_string(i) + ": " +
             std::to_string(a) + ", expected " + std::to_string(e);
  }
  return "";
}

/// Files PREFIX_0.pb, PREFIX_1.pb, … of `folder` that are there.
llvm::Expected<std::vector<Tensor>> readAll(const std::string &prefix) {
  std::vector<Tensor> tensors;
  for (int i = 0; i < 16; ++i) { // folded models keep the indices of the others
    std::string path = prefix + std::to_string(i) + ".pb";
    if (!llvm::sys::fs::exists(path))
      continue;
    llvm::Expected<Tensor> tensor = readTensorProto(path);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

/// Empty if the case in `folder` passes, else why it does not.
std::string runCase(const std::string &folder) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  std::string messages;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    messages += diagnostic.str() + "\n";
    return success();
  });
  std::string model = folder + "/model_folded.onnx";
  if (!llvm::sys::fs::exists(model))
    model = folder + "/model.onnx";
  OwningOpRef<ModuleOp> module = importOnnx(model, {}, &context);
  if (!module)
    return messages;
  auto inputs = readAll(folder + "/test_data_set_0/input_");
  if (!inputs)
    return llvm::toString(inputs.takeError());
  auto function = module->lookupSymbol<func::FuncOp>("main");
  // A folded model lacks some of the inputs that are stored.
  std::vector<Tensor> arguments;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    for (const Tensor &input : *inputs)
      if (input.name == graph::getInputName(function, i))
        arguments.push_back(input);
  auto expected = readAll(folder + "/test_data_set_0/output_");
  if (!expected)
    return llvm::toString(expected.takeError());
  llvm::SmallVector<Tensor> results;
  if (failed(evaluateFunction(function, arguments, results, EvalOptions())))
    return messages;
  for (auto [i, tensor] : llvm::enumerate(*expected))
    if (std::string why = compare(results[i], tensor); !why.empty())
      return "output " + std::to_string(i) + " " + why;
  return "";
}

TEST(OnnxNodeTest, AllPass) {
  std::string root = std::string(WAFER_SHARED_DIR) + "/corpora/onnx_node";
  auto index = llvm::MemoryBuffer::getFile(root + "/INDEX.tsv");
  if (!index)
    GTEST_SKIP() << root << " is not there";
  int cases = 0;
  llvm::SmallVector<StringRef> lines;
  (*index)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines) {
    if (line.starts_with("#"))
      continue;
    StringRef name = line.split('\t').first;
    std::string why = runCase(root + "/" + name.str());
    ++cases;
    EXPECT_EQ(why, "") << name.str();
  }
  EXPECT_GT(cases, 500);
}

} // namespace
