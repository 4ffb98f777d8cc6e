//===- ExprSpaceTest.cpp - extremes against brute force ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ExprSpace.h"
#include "CompiledExpr.h"

#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;

namespace {

class ExprSpaceTest : public ::testing::Test {
protected:
  MLIRContext context{MLIRContext::Threading::DISABLED};
  std::mt19937 random{3};

  AffineExpr dim(unsigned d) { return dimExpr(d, &context); }
  int64_t upTo(int64_t n) { return random() % (n + 1); }

  /// A random expression in the first `dims` dimensions.
  AffineExpr randomExpr(unsigned dims, unsigned depth) {
    if (depth == 0 || upTo(3) == 0)
      return upTo(2) == 0 ? getAffineConstantExpr(upTo(8) - 4, &context)
                          : dim(upTo(dims - 1));
    AffineExpr left = randomExpr(dims, depth - 1);
    switch (upTo(5)) {
    case 0:
      return left * (upTo(6) - 3);
    case 1:
      return left.floorDiv(1 + upTo(4));
    case 2:
      return left % (1 + upTo(4));
    case 3:
      return left.ceilDiv(1 + upTo(4));
    default:
      return left + randomExpr(dims, depth - 1);
    }
  }
};

TEST_F(ExprSpaceTest, CompiledExpressionsEqualTheDialects) {
  for (unsigned round = 0; round < 500; ++round) {
    AffineExpr expr = randomExpr(4, 5);
    CompiledExpr compiled(expr);
    for (unsigned n = 0; n < 20; ++n) {
      int64_t values[] = {upTo(20) - 10, upTo(20) - 10, upTo(20) - 10,
                          upTo(20) - 10};
      EXPECT_EQ(compiled.evaluate(values), *machine::evaluate(expr, values));
    }
  }
}

/// One, or two, random expressions under a random constraint; dimension 2 is
/// counted by an expression in dimension 0, as in a triangular loop.
TEST_F(ExprSpaceTest, ExtremesEqualBruteForce) {
  for (unsigned round = 0; round < 400; ++round) {
    int64_t sizes[] = {1 + upTo(5), 1 + upTo(5), 0, 1 + upTo(4)};
    AffineExpr count = dim(0) - 1;
    AffineExpr constraint = randomExpr(4, 2);
    SmallVector<AffineExpr> exprs = {randomExpr(4, 4)};
    if (round % 2)
      exprs.push_back(randomExpr(4, 3));
    ExprSpace space;
    for (unsigned d : {0u, 1u, 3u})
      space.setCount(d, getAffineConstantExpr(sizes[d], &context));
    int64_t first = upTo(1);
    space.setCount(2, count, first);
    space.addPositive(constraint);
    space.addPositive(count - first);

    std::set<std::vector<int64_t>> reachable;
    for (int64_t a = 0; a < sizes[0]; ++a)
      for (int64_t b = 0; b < sizes[1]; ++b)
        for (int64_t c = first; c < a - 1; ++c)
          for (int64_t d = 0; d < sizes[3]; ++d) {
            int64_t values[] = {a, b, c, d};
            if (*machine::evaluate(constraint, values) < 1)
              continue;
            std::vector<int64_t> point;
            for (AffineExpr expr : exprs)
              point.push_back(*machine::evaluate(expr, values));
            reachable.insert(point);
          }
    auto front = space.maximise(exprs);
    ASSERT_TRUE(front);
    EXPECT_EQ(front->empty(), reachable.empty());
    for (const ExprSpace::Extreme &extreme : *front)
      EXPECT_TRUE(
          reachable.count({extreme.values.begin(), extreme.values.end()}));
    // Every point is exceeded by one of the front.
    for (const std::vector<int64_t> &point : reachable) {
      bool isExceeded = llvm::any_of(*front, [&](const auto &extreme) {
        for (size_t i = 0; i < point.size(); ++i)
          if (extreme.values[i] < point[i])
            return false;
        return true;
      });
      EXPECT_TRUE(isExceeded);
    }
    for (const std::vector<int64_t> &point : reachable)
      if (auto bound = space.boundAbove(exprs[0])) {
        EXPECT_LE(point[0], *bound);
      }
  }
}

TEST_F(ExprSpaceTest, IndependentDimensionsAreNotMultiplied) {
  // 2000 * 2000 * 2000 combinations, 6000 evaluations.
  ExprSpace space;
  for (unsigned d = 0; d < 3; ++d)
    space.setCount(d, getAffineConstantExpr(2000, &context));
  auto front = space.maximise(dim(0).floorDiv(3) - dim(1) + dim(2) % 7 * 2);
  ASSERT_TRUE(front);
  EXPECT_EQ(front->front().values[0], 666 + 12);
  // A division of their sum brings them together: too many.
  EXPECT_FALSE(space.maximise((dim(0) + dim(1) + dim(2)).floorDiv(3)));
  EXPECT_EQ(space.boundAbove((dim(0) + dim(1) + dim(2)).floorDiv(3)), 1999);
}

} // namespace
