//===- DigitsTest.cpp - a trained classifier --------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "wafer/Executor/Reference/Reference.h"
#include "wafer/Executor/TensorIO.h"
#include "wafer/Import/OnnxImport.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstdlib>

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;

namespace {

class DigitsTest : public ::testing::Test {
protected:
  void SetUp() override {
    const char *inputs = std::getenv("WAFER_TEST_INPUTS");
    if (!inputs)
      GTEST_SKIP() << "WAFER_TEST_INPUTS is not set";
    folder = std::string(inputs) + "/digits-mlp/";
  }

  Tensor read(const char *file) {
    llvm::Expected<Tensor> tensor = readTensor(folder + file);
    if (!tensor) {
      ADD_FAILURE() << llvm::toString(tensor.takeError());
      return Tensor();
    }
    return *tensor;
  }

  /// The logits of all digits.
  Tensor evaluate(const EvalOptions &options) {
    MLIRContext context;
    ImportOptions import;
    import.dims["batch"] = 1797;
    OwningOpRef<ModuleOp> module =
        importOnnx(folder + "model.onnx", import, &context);
    llvm::SmallVector<Tensor> results;
    if (!module ||
        failed(evaluateFunction(module->lookupSymbol<func::FuncOp>("main"),
                                {read("images.npy")}, results, options))) {
      ADD_FAILURE() << "the model does not run";
      return Tensor();
    }
    return results.front();
  }

  std::string folder;
};

TEST_F(DigitsTest, Float64GivesTheExpectedLogits) {
  Tensor logits = evaluate(EvalOptions()), expected = read("logits.npy");
  ASSERT_EQ(logits.shape, expected.shape);
  EXPECT_EQ(logits.name, "logits");
  // Both were computed in f64 and rounded once: at most one bit apart.
  for (int64_t i = 0; i < expected.getNumElements(); ++i)
    ASSERT_NEAR(logits.getAsDouble(i), expected.getAsDouble(i),
                1.2e-7 * std::fabs(expected.getAsDouble(i)) + 1e-30);
}

TEST_F(DigitsTest, Float32IsCloseAndClassifiesTheSame) {
  EvalOptions options;
  options.floatType = ElementType::F32;
  options.roundEveryOp = true;
  Tensor logits = evaluate(options), expected = read("logits.npy");
  Tensor labels = read("labels.npy");
  ASSERT_EQ(logits.shape, expected.shape);
  int64_t correct = 0;
  for (int64_t row = 0; row < 1797; ++row) {
    int64_t best = 0;
    for (int64_t i = 0; i < 10; ++i) {
      ASSERT_NEAR(logits.getAsDouble(row * 10 + i),
                  expected.getAsDouble(row * 10 + i), 1e-3);
      if (logits.getAsDouble(row * 10 + i) >
          logits.getAsDouble(row * 10 + best))
        best = i;
    }
    correct += best == labels.getAsDouble(row);
  }
  EXPECT_EQ(correct, 1791); // 99.67 % of 1,797, as the model's README says
}

} // namespace
