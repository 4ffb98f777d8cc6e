//===- EvaluateTest.cpp - evaluation of single ops -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "wafer/Executor/Reference/Reference.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace wafer::exec;

namespace {

Tensor makeTensor(ElementType type, llvm::ArrayRef<int64_t> shape,
                  llvm::ArrayRef<double> values) {
  Tensor tensor(type, shape);
  for (auto [i, value] : llvm::enumerate(values))
    tensor.setFromDouble(i, value);
  return tensor;
}

class EvaluateTest : public ::testing::Test {
protected:
  EvaluateTest() {
    context.loadDialect<func::FuncDialect, wafer::graph::GraphDialect>();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      message += diagnostic.str();
      return success();
    });
  }

  /// The values of the only result; empty after errors (see `message`).
  std::vector<double> run(StringRef ir, llvm::ArrayRef<Tensor> inputs,
                          const EvalOptions &options = {}) {
    auto module = parseSourceString<ModuleOp>(ir, &context);
    if (!module)
      return {};
    auto function = *module->getOps<func::FuncOp>().begin();
    llvm::SmallVector<Tensor> results;
    if (failed(evaluateFunction(function, inputs, results, options)))
      return {};
    EXPECT_EQ(message, "");
    std::vector<double> values;
    for (int64_t i = 0; i < results[0].getNumElements(); ++i)
      values.push_back(results[0].getAsDouble(i));
    return values;
  }

  MLIRContext context;
  std::string message;
};

using Values = std::vector<double>;

TEST_F(EvaluateTest, AddBroadcastsBothSides) {
  EXPECT_EQ(run(R"mlir(
    func.func @f(%a: tensor<2x1xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
      %0 = graph.add %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
      return %0 : tensor<2x3xf32>
    })mlir",
                {makeTensor(ElementType::F32, {2, 1}, {10, 20}),
                 makeTensor(ElementType::F32, {3}, {1, 2, 3})}),
            (Values{11, 12, 13, 21, 22, 23}));
}

TEST_F(EvaluateTest, IntegersWrapAround) {
  EXPECT_EQ(run(R"mlir(
    func.func @f(%a: tensor<2xi8>, %b: tensor<2xi8>) -> tensor<2xi8> {
      %0 = graph.mul %a, %b : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
      return %0 : tensor<2xi8>
    })mlir",
                {makeTensor(ElementType::I8, {2}, {100, -128}),
                 makeTensor(ElementType::I8, {2}, {3, -1})}),
            (Values{44, -128})); // 300 - 256; 128 wraps to -128
}

TEST_F(EvaluateTest, BatchedProductWithTransposedOperands) {
  // Batch 0: A' = [[1,3],[2,4]], B' = [[1,0],[0,1]]; batch 1: A' =
  // [[0,0],[1,1]].
  EXPECT_EQ(
      run(R"mlir(
    func.func @f(%a: tensor<2x2x2xf32>, %b: tensor<2x2xf32>) -> tensor<2x2x2xf32> {
      %0 = graph.matmul %a, %b {transpose_a, transpose_b}
         : (tensor<2x2x2xf32>, tensor<2x2xf32>) -> tensor<2x2x2xf32>
      return %0 : tensor<2x2x2xf32>
    })mlir",
          {makeTensor(ElementType::F32, {2, 2, 2}, {1, 2, 3, 4, 0, 1, 0, 1}),
           makeTensor(ElementType::F32, {2, 2}, {1, 0, 5, 1})}),
      // B' = [[1,5],[0,1]]: [[1,3],[2,4]]·B' = [[1,8],[2,14]],
      // [[0,0],[1,1]]·B' = [[0,0],[1,6]].
      (Values{1, 8, 2, 14, 0, 0, 1, 6}));
}

TEST_F(EvaluateTest, ProductsOfVectorsAndEmptySums) {
  EXPECT_EQ(run(R"mlir(
    func.func @f(%a: tensor<3xi32>, %b: tensor<3xi32>) -> tensor<i32> {
      %0 = graph.matmul %a, %b : (tensor<3xi32>, tensor<3xi32>) -> tensor<i32>
      return %0 : tensor<i32>
    })mlir",
                {makeTensor(ElementType::I32, {3}, {1, 2, 3}),
                 makeTensor(ElementType::I32, {3}, {4, 5, -6})}),
            (Values{-4}));
  EXPECT_EQ(run(R"mlir(
    func.func @f(%a: tensor<2x0xf32>, %b: tensor<0x1xf32>) -> tensor<2x1xf32> {
      %0 = graph.matmul %a, %b : (tensor<2x0xf32>, tensor<0x1xf32>) -> tensor<2x1xf32>
      return %0 : tensor<2x1xf32>
    })mlir",
                {makeTensor(ElementType::F32, {2, 0}, {}),
                 makeTensor(ElementType::F32, {0, 1}, {})}),
            (Values{0, 0}));
}

TEST_F(EvaluateTest, ReluKeepsNaN) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  Values result = run(R"mlir(
    func.func @f(%a: tensor<3xf32>) -> tensor<3xf32> {
      %0 = graph.relu %a : tensor<3xf32>
      return %0 : tensor<3xf32>
    })mlir",
                      {makeTensor(ElementType::F32, {3}, {-1, nan, 2})});
  ASSERT_EQ(result.size(), 3u);
  EXPECT_EQ(result[0], 0);
  EXPECT_TRUE(std::isnan(result[1]));
  EXPECT_EQ(result[2], 2);
}

TEST_F(EvaluateTest, CastSaturatesAndRounds) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(run(R"mlir(
    func.func @f(%a: tensor<4xf32>) -> tensor<4xi8> {
      %0 = graph.cast %a : tensor<4xf32> -> tensor<4xi8>
      return %0 : tensor<4xi8>
    })mlir",
                {makeTensor(ElementType::F32, {4}, {-1.9, 300, -1e9, nan})}),
            (Values{-1, 127, -128, 0}));
  // 2049 lies between 2048 and 2050 in f16: the even significand wins.
  EXPECT_EQ(run(R"mlir(
    func.func @f(%a: tensor<2xf32>) -> tensor<2xf32> {
      %0 = graph.cast %a : tensor<2xf32> -> tensor<2xf16>
      %1 = graph.cast %0 : tensor<2xf16> -> tensor<2xf32>
      return %1 : tensor<2xf32>
    })mlir",
                {makeTensor(ElementType::F32, {2}, {2049, 2051})}),
            (Values{2048, 2052}));
}

TEST_F(EvaluateTest, RoundingOfEveryOpIsAnOption) {
  // 1 + 2^-12 is no f16; the difference shows whether the sum was rounded.
  const char *ir = R"mlir(
    func.func @f(%a: tensor<1xf16>, %b: tensor<1xf16>) -> tensor<1xf16> {
      %0 = graph.add %a, %b : (tensor<1xf16>, tensor<1xf16>) -> tensor<1xf16>
      %1 = graph.sub %0, %a : (tensor<1xf16>, tensor<1xf16>) -> tensor<1xf16>
      return %1 : tensor<1xf16>
    })mlir";
  std::vector<Tensor> inputs = {
      makeTensor(ElementType::F16, {1}, {1}),
      makeTensor(ElementType::F16, {1}, {std::ldexp(1, -12)})};
  EXPECT_EQ(run(ir, inputs), (Values{std::ldexp(1, -12)}));
  EvalOptions options;
  options.roundEveryOp = true;
  EXPECT_EQ(run(ir, inputs, options), (Values{0}));
}

TEST_F(EvaluateTest, TransposeAndReshape) {
  EXPECT_EQ(run(R"mlir(
    func.func @f(%a: tensor<1x2x3xi64>) -> tensor<6xi64> {
      %0 = graph.transpose %a perm [2, 0, 1] : (tensor<1x2x3xi64>) -> tensor<3x1x2xi64>
      %1 = graph.reshape %0 : tensor<3x1x2xi64> -> tensor<6xi64>
      return %1 : tensor<6xi64>
    })mlir",
                {makeTensor(ElementType::I64, {1, 2, 3}, {1, 2, 3, 4, 5, 6})}),
            (Values{1, 4, 2, 5, 3, 6}));
}

TEST_F(EvaluateTest, HandlersEvaluateForeignOpsAndTheirRegions) {
  context.allowUnregisteredDialects();
  EvalOptions options;
  options.handlers["test.kernel"] = [](Operation *op, ArrayRef<Tensor> operands,
                                       SmallVectorImpl<Tensor> &results,
                                       const EvalOptions &outer) {
    EvalOptions inner = outer;
    inner.keepEvaluationTypes = true;
    return evaluateBlock(op->getRegion(0).front(), operands, results, inner);
  };
  EXPECT_EQ(run(R"mlir(
    func.func @f(%a: tensor<1xf32>) -> tensor<1xf32> {
      %0 = "test.kernel"(%a) ({
      ^bb0(%x: tensor<1xf32>):
        %1 = graph.add %x, %x : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
        "test.yield"(%1) : (tensor<1xf32>) -> ()
      }) : (tensor<1xf32>) -> tensor<1xf32>
      return %0 : tensor<1xf32>
    })mlir",
                {makeTensor(ElementType::F32, {1}, {21})}, options),
            (Values{42}))
      << message;
}

TEST_F(EvaluateTest, ErrorsNameWhatIsWrong) {
  const char *ir = R"mlir(
    func.func @f(%a: tensor<2xf32> {graph.name = "x"}) -> tensor<2xf32> {
      return %a : tensor<2xf32>
    })mlir";
  run(ir, {makeTensor(ElementType::F32, {3}, {1, 2, 3})});
  EXPECT_EQ(message, "input \"x\" is 'tensor<2xf32>', got a tensor of 3xf32");
  message.clear();
  run(ir, {});
  EXPECT_EQ(message, "expected 1 inputs, got 0");
}

} // namespace
