//===- ExpectationTest.cpp - how far a right answer may be off --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../../tools/waferc/Expectation.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace wafer;
using namespace wafer::compiler;
using exec::ElementType;
using exec::Tensor;

namespace {

Tensor makeTensor(ElementType type, std::vector<double> values) {
  Tensor tensor(type, {static_cast<int64_t>(values.size())});
  for (auto [i, value] : llvm::enumerate(values))
    tensor.setFromDouble(i, value);
  return tensor;
}

/// 8·max|E - F| + n·2^-24·max|E|.
TEST(Expectation, SlackHasBothTerms) {
  Tensor exact = makeTensor(ElementType::F64, {8, -2});
  Tensor rounded = makeTensor(ElementType::F32, {8, -2.5});
  Expectation same(exact, exact, ElementType::F32, 4);
  EXPECT_EQ(same.slack, 4 * 8 * 0x1p-24);
  Expectation other(exact, rounded, ElementType::F32, 4);
  EXPECT_EQ(other.slack, 8 * 0.5 + 4 * 8 * 0x1p-24);
}

TEST(Expectation, TellsTheFirstElementBeyondTheSlack) {
  Tensor exact = makeTensor(ElementType::F64, {8, -2, 1});
  Expectation expected(exact, exact, ElementType::F32, 4);
  double inside = expected.slack / 2, outside = expected.slack * 2;
  EXPECT_FALSE(
      expected.compare(makeTensor(ElementType::F64, {8 + inside, -2, 1})));
  auto mismatch = expected.compare(
      makeTensor(ElementType::F64, {8, -2 + outside, 1 - outside}));
  ASSERT_TRUE(mismatch);
  EXPECT_EQ(mismatch->index, 1);
  EXPECT_EQ(mismatch->count, 2);
  EXPECT_EQ(mismatch->expected, -2);
}

TEST(Expectation, IntegersAreEqual) {
  // Neighbours that one double stands for.
  Tensor exact(ElementType::I64, {1}), other(ElementType::I64, {1});
  exact.getMutableValues<int64_t>()[0] = (int64_t(1) << 53);
  other.getMutableValues<int64_t>()[0] = (int64_t(1) << 53) + 1;
  Expectation expected(exact, exact, ElementType::I64, 4);
  EXPECT_EQ(expected.slack, 0);
  EXPECT_FALSE(expected.compare(exact));
  EXPECT_TRUE(expected.compare(other));
}

TEST(Expectation, NothingFiniteIsNearWhatIsNot) {
  double infinity = std::numeric_limits<double>::infinity();
  Tensor exact = makeTensor(ElementType::F64, {NAN, infinity});
  Expectation expected(exact, exact, ElementType::F32, 4);
  EXPECT_FALSE(expected.compare(exact));
  EXPECT_TRUE(expected.compare(makeTensor(ElementType::F64, {NAN, -infinity})));
  EXPECT_TRUE(expected.compare(makeTensor(ElementType::F64, {1, infinity})));
}

} // namespace
