//===- RegressionTest.cpp - bugs that were ----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"
#include "gtest/gtest.h"

using namespace wafer;
using namespace wafer::e2e;

namespace {

/// Inputs 1, 2, 3, ... for each argument of type f32; what the graph means is
/// left to the reference.
void check(const std::string &text,
           const std::vector<std::vector<int64_t>> &shapes,
           MachineChoice machine) {
  GraphCase graph;
  graph.text = graph.magnitudes = text;
  graph.isWhole = true;
  for (size_t i = 0; i < shapes.size(); ++i) {
    exec::Tensor tensor(exec::ElementType::F32, shapes[i]);
    for (int64_t k = 0; k < tensor.getNumElements(); ++k)
      tensor.setFromDouble(k, static_cast<double>(k % 7 + 1));
    tensor.name = "x" + std::to_string(i);
    graph.inputs.push_back(tensor);
    graph.inputMagnitudes.push_back(tensor);
  }
  Harness harness;
  Outcome outcome = harness.check(graph, machine);
  EXPECT_EQ(outcome.kind, Outcome::Right) << outcome.message;
  EXPECT_TRUE(outcome.exact);
}

MachineChoice mesh(int64_t width, int64_t height) {
  MachineChoice machine;
  machine.width = width, machine.height = height;
  return machine;
}

/// A reshape is a second name of a buffer; an elementwise op wrote its result
/// over what the first name still meant.
TEST(RegressionTest, ReshapeNamesAResultThatIsReadLater) {
  check(
      R"(func.func @main(%x: tensor<16xf32> {graph.name = "x0"}) -> (tensor<9xf32>, tensor<5xf32>) {
    %0 = graph.constant @w dense<1.0> : tensor<16x5xf32>
    %1 = graph.matmul %x, %0 : (tensor<16xf32>, tensor<16x5xf32>) -> tensor<5xf32>
    %2 = graph.constant @c dense<-100.0> : tensor<5xf32>
    %3 = graph.add %1, %2 : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
    %4 = graph.relu %3 : tensor<5xf32>
    %5 = graph.constant @v dense<2.0> : tensor<5x9xf32>
    %6 = graph.matmul %1, %5 : (tensor<5xf32>, tensor<5x9xf32>) -> tensor<9xf32>
    return %6, %4 : tensor<9xf32>, tensor<5xf32>
  })",
      {{16}}, mesh(2, 1));
}

/// The result of a stack of transposed matrices times a vector has tokens where
/// the product has none.
TEST(RegressionTest, StackOfColumnsTimesVector) {
  check(
      R"(func.func @main(%x: tensor<4x13x5xf32> {graph.name = "x0"}, %v: tensor<13xf32> {graph.name = "x1"}) -> tensor<4x5xf32> {
    %0 = graph.matmul %x, %v {transpose_a} : (tensor<4x13x5xf32>, tensor<13xf32>) -> tensor<4x5xf32>
    return %0 : tensor<4x5xf32>
  })",
      {{4, 13, 5}, {13}}, mesh(3, 2));
}

/// What is added to a product lies where its result goes, not where its left
/// operand lies.
TEST(RegressionTest, ResidualLiesWhereTheResultGoes) {
  check(
      R"(func.func @main(%x: tensor<3x4xf32> {graph.name = "x0"}) -> tensor<3x2xf32> {
    %0 = graph.constant @a dense<1.0> : tensor<4x2xf32>
    %1 = graph.matmul %x, %0 : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
    %2 = graph.constant @b dense<2.0> : tensor<2x37xf32>
    %3 = graph.matmul %1, %2 : (tensor<3x2xf32>, tensor<2x37xf32>) -> tensor<3x37xf32>
    %4 = graph.constant @c dense<1.0> : tensor<37x2xf32>
    %5 = graph.matmul %3, %4 : (tensor<3x37xf32>, tensor<37x2xf32>) -> tensor<3x2xf32>
    %6 = graph.add %5, %1 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    return %6 : tensor<3x2xf32>
  })",
      {{3, 4}}, mesh(7, 2));
}

/// The input is an output as it is, and what is computed of it another.
TEST(RegressionTest, InputIsAnOutput) {
  check(
      R"(func.func @main(%x: tensor<5x6xf32> {graph.name = "x0"}) -> (tensor<5x6xf32>, tensor<5x6xf32>, tensor<30xf32>) {
    %0 = graph.add %x, %x : (tensor<5x6xf32>, tensor<5x6xf32>) -> tensor<5x6xf32>
    %1 = graph.reshape %x : tensor<5x6xf32> -> tensor<30xf32>
    return %x, %0, %1 : tensor<5x6xf32>, tensor<5x6xf32>, tensor<30xf32>
  })",
      {{5, 6}}, mesh(4, 3));
}

/// The halves of a gated unit are slices of an input: nothing that a kernel
/// computed, and so nothing to write over.
TEST(RegressionTest, SlicesOfAnInputAreNotOverwritten) {
  check(
      R"(func.func @main(%x: tensor<3x8xf32> {graph.name = "x0"}) -> tensor<3x4xf32> {
    %0 = graph.slice %x starts [0, 0] sizes [3, 4] steps [1, 1] : (tensor<3x8xf32>) -> tensor<3x4xf32>
    %1 = graph.slice %x starts [0, 7] sizes [3, 4] steps [1, -1] : (tensor<3x8xf32>) -> tensor<3x4xf32>
    %2 = graph.mul %0, %1 : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    return %2 : tensor<3x4xf32>
  })",
      {{3, 8}}, mesh(2, 2));
}

} // namespace
