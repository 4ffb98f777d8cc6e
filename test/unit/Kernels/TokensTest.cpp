//===- TokensTest.cpp - balanced blocks and sharding -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Tokens.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;

namespace {

/// The values of x, y and launch; indices are 0.
int64_t valueAt(AffineExpr expr, int64_t x, int64_t y = 0, int64_t launch = 0) {
  std::optional<int64_t> value = machine::evaluate(expr, {x, y, launch});
  EXPECT_TRUE(value.has_value());
  return value.value_or(-1);
}

struct TokensTest : testing::Test {
  MLIRContext context;
  TokensTest() { context.loadDialect<mesh::WaferDialect>(); }

  mesh::RectAttr rect(int64_t x0, int64_t x1, int64_t y0, int64_t y1) {
    return mesh::RectAttr::get(&context, x0, x1, y0, y1);
  }
  TokenShape shapeOf(ArrayRef<int64_t> shape) {
    return getTokenShape(
        RankedTensorType::get(shape, Float32Type::get(&context)));
  }
};

TEST_F(TokensTest, BlocksTileTheirRangeAndDifferByOne) {
  AffineExpr x = machine::exprX(&context);
  for (int64_t size = 0; size <= 20; ++size)
    for (int64_t parts = 1; parts <= 9; ++parts) {
      BalancedBlocks blocks{size, parts};
      int64_t next = 0, largest = 0;
      for (int64_t p = 0; p < parts; ++p) {
        int64_t extent = valueAt(blocks.extent(x), p);
        EXPECT_EQ(valueAt(blocks.start(x), p), next);
        EXPECT_EQ(blocks.start(p), next);
        EXPECT_TRUE(extent == size / parts ||
                    extent == (size + parts - 1) / parts)
            << size << " in " << parts;
        largest = std::max(largest, extent);
        next += extent;
      }
      EXPECT_EQ(next, size);
      EXPECT_EQ(blocks.largest(), largest);
    }
}

TEST_F(TokensTest, EqualBlocksHaveConstantExtents) {
  AffineExpr x = machine::exprX(&context);
  EXPECT_TRUE(isa<AffineConstantExpr>(BalancedBlocks({12, 4}).extent(x)));
  EXPECT_TRUE(isa<AffineConstantExpr>(BalancedBlocks({7, 1}).extent(x)));
  EXPECT_FALSE(isa<AffineConstantExpr>(BalancedBlocks({13, 4}).extent(x)));
}

TEST_F(TokensTest, TheLastDimensionIsFeatures) {
  EXPECT_EQ(shapeOf({}), (TokenShape{1, 1}));
  EXPECT_EQ(shapeOf({5}), (TokenShape{1, 5}));
  EXPECT_EQ(shapeOf({2, 3, 5}), (TokenShape{6, 5}));
  EXPECT_EQ(shapeOf({2, 3, 5, 1}), (TokenShape{30, 1}));
}

/// Every element of a tensor is owned once, by some PE in some launch.
TEST_F(TokensTest, ShardingOwnsEveryElementOnce) {
  for (auto [tokens, features, launches] :
       {std::tuple(8, 6, 1), std::tuple(7, 5, 1), std::tuple(7, 5, 3),
        std::tuple(1, 1, 1), std::tuple(23, 2, 2)}) {
    mesh::RectAttr at = rect(2, 5, 1, 3);
    Sharding sharding(at, launches, {tokens, features});
    std::vector<int> owners(tokens * features, 0);
    for (int64_t launch = 0; launch < launches; ++launch)
      for (int64_t y = at.getY0(); y < at.getY1(); ++y)
        for (int64_t x = at.getX0(); x < at.getX1(); ++x) {
          int64_t rows = valueAt(sharding.tokenExtent(), x, y, launch);
          int64_t columns = valueAt(sharding.featureExtent(), x, y, launch);
          EXPECT_LE(rows * columns, sharding.largestPart());
          for (int64_t t = 0; t < rows; ++t)
            for (int64_t f = 0; f < columns; ++f)
              ++owners[(valueAt(sharding.tokenStart(), x, y, launch) + t) *
                           features +
                       valueAt(sharding.featureStart(), x, y, launch) + f];
        }
    EXPECT_EQ(owners, std::vector<int>(owners.size(), 1))
        << tokens << " x " << features;
  }
}

/// A layout in pairs says where every element lies as the sharding deals it,
/// and the two features of a turned pair are neighbours.
TEST_F(TokensTest, PairsLieAsTheirLayoutSays) {
  for (auto [heads, headSize, pairs, interleaved, width] :
       {std::tuple(2, 8, 4, false, 4), std::tuple(2, 8, 2, false, 6),
        std::tuple(3, 12, 2, true, 6), std::tuple(4, 24, 3, false, 2),
        std::tuple(1, 96, 12, false, 11)}) {
    std::optional<FeatureOrder> order =
        FeatureOrder::getPaired(heads, headSize, pairs, interleaved);
    ASSERT_TRUE(order);
    int64_t features = heads * headSize;
    auto type = withTokenLayout(
        RankedTensorType::get({5, features}, Float32Type::get(&context)),
        *order);
    EXPECT_EQ(getFeatureOrder(type), *order);
    mesh::RectAttr at = rect(1, 1 + width, 0, 2);
    Sharding sharding(at, 1, {5, features}, *order);
    Layout layout = mesh::toLayout(mesh::getLayout(type), type.getShape());
    std::vector<int> owners(features, 0);
    for (int64_t x = at.getX0(); x < at.getX1(); ++x) {
      int64_t extent = valueAt(sharding.featureExtent(), x);
      EXPECT_LE(extent, sharding.features.largest());
      for (int64_t f = 0; f < extent; ++f) {
        AffineExpr local = getAffineConstantExpr(f, &context);
        int64_t feature = valueAt(sharding.featureAt(local), x);
        ASSERT_TRUE(feature >= 0 && feature < features);
        ++owners[feature];
        EXPECT_EQ(
            layout.locate({0, feature}, {2, width}),
            (Layout::Place{0, x - at.getX0(), f * sharding.tokens.largest()}));
        int64_t inHead = feature % headSize;
        bool isFirst = inHead < 2 * pairs &&
                       (interleaved ? inHead % 2 == 0 : inHead < pairs);
        if (!isFirst)
          continue;
        ASSERT_LT(f + 1, extent);
        AffineExpr next = getAffineConstantExpr(f + 1, &context);
        EXPECT_EQ(valueAt(sharding.featureAt(next), x),
                  feature + (interleaved ? 1 : pairs));
      }
    }
    EXPECT_EQ(owners, std::vector<int>(features, 1));
  }
}

TEST_F(TokensTest, PairsNeedHeadsOfWholeMultiples) {
  EXPECT_FALSE(FeatureOrder::getPaired(2, 10, 4, false));
  EXPECT_FALSE(FeatureOrder::getPaired(2, 8, 0, false));
  EXPECT_TRUE(FeatureOrder::getPaired(2, 8, 4, true));
}

} // namespace
