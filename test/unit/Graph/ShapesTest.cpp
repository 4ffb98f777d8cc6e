//===- ShapesTest.cpp - shapes that results of graph ops have -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Graph.h"
#include "gtest/gtest.h"

using namespace wafer::graph;
using Shape = llvm::SmallVector<int64_t>;

namespace {

TEST(ShapesTest, CountsStopAtOverflow) {
  EXPECT_EQ(countElements({}), 1);
  EXPECT_EQ(countElements({2, 3}), 6);
  EXPECT_EQ(countElements({0, 3}), 0);
  EXPECT_EQ(countElements({-1}), std::nullopt);
  EXPECT_EQ(countElements({int64_t(1) << 62, 2}), std::nullopt);
  // Also beside a zero: strides would overflow.
  EXPECT_EQ(countElements({0, int64_t(1) << 62, 2}), std::nullopt);
}

TEST(ShapesTest, Broadcasting) {
  EXPECT_EQ(broadcastShapes({2, 1}, {3}), (Shape{2, 3}));
  EXPECT_EQ(broadcastShapes({}, {4}), (Shape{4}));
  EXPECT_EQ(broadcastShapes({0, 3}, {1, 3}), (Shape{0, 3}));
  EXPECT_EQ(broadcastShapes({2, 3}, {2}), std::nullopt);
  EXPECT_EQ(broadcastShapes({2}, {0}), std::nullopt);
}

TEST(ShapesTest, ProductsOfEveryRank) {
  auto getShape = [](Shape lhs, Shape rhs, bool a, bool b) {
    auto shape = getMatmulShape(lhs, rhs, a, b, [](const llvm::Twine &) {});
    return mlir::failed(shape) ? Shape{-1} : shape->result;
  };
  EXPECT_EQ(getShape({2, 3}, {3, 4}, false, false), (Shape{2, 4}));
  EXPECT_EQ(getShape({3, 2}, {4, 3}, true, true), (Shape{2, 4}));
  EXPECT_EQ(getShape({3}, {3, 4}, false, false), (Shape{4}));
  EXPECT_EQ(getShape({2, 3}, {3}, false, false), (Shape{2}));
  EXPECT_EQ(getShape({3}, {3}, false, false), (Shape{}));
  EXPECT_EQ(getShape({5, 1, 2, 3}, {7, 3, 4}, false, false),
            (Shape{5, 7, 2, 4}));
  EXPECT_EQ(getShape({5, 2, 3}, {3}, false, false), (Shape{5, 2}));
  EXPECT_EQ(getShape({2, 3}, {4, 3}, false, false), (Shape{-1}));
}

} // namespace
