//===- ExprTest.cpp - quasi-affine expressions -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Machine/Machine.h"
#include "mlir/AsmParser/AsmParser.h"
#include "gtest/gtest.h"
#include <random>

using namespace mlir;
using namespace wafer::machine;

namespace {

class Expr : public ::testing::Test {
protected:
  Expr() { context.loadDialect<MachineDialect>(); }

  AffineExpr parse(const std::string &text) {
    auto attr = dyn_cast_or_null<ExprAttr>(
        parseAttribute("#machine.expr<" + text + ">", &context));
    return attr ? attr.getValue() : AffineExpr();
  }

  /// A random expression, built without the text parser.
  AffineExpr build(std::mt19937 &random, int depth) {
    auto below = [&](int64_t n) { return static_cast<int64_t>(random() % n); };
    if (depth == 0 || below(6) == 0)
      return below(3) ? getAffineDimExpr(below(kExprDims), &context)
                      : getAffineConstantExpr(below(21) - 10, &context);
    AffineExpr lhs = build(random, depth - 1);
    switch (below(6)) {
    case 0:
      return lhs + build(random, depth - 1);
    case 1:
      return lhs - build(random, depth - 1);
    case 2:
      return lhs * (below(9) - 4);
    case 3:
      return lhs % (1 + below(7));
    case 4:
      return lhs.floorDiv(1 + below(7));
    default:
      return lhs.ceilDiv(1 + below(7));
    }
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};

TEST_F(Expr, TextGivesTheSameExpression) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    AffineExpr expr = build(random, 5);
    std::string text = toString(expr);
    AffineExpr parsed = parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(toString(parsed), text);
    SmallVector<int64_t> values;
    for (unsigned d = 0; d < kExprDims; ++d)
      values.push_back(static_cast<int64_t>(random() % 41) - 20);
    EXPECT_EQ(evaluate(parsed, values), evaluate(expr, values)) << text;
  }
}

TEST_F(Expr, DivisionRoundsDown) {
  EXPECT_EQ(evaluate(parse("x floordiv 4"), {-1}), -1);
  EXPECT_EQ(evaluate(parse("x ceildiv 4"), {-1}), 0);
  EXPECT_EQ(evaluate(parse("x mod 4"), {-1}), 3);
}

TEST_F(Expr, MissingValuesAreZero) {
  EXPECT_EQ(evaluate(parse("x + y * 2 + i7 * 100"), {1, 3}), 7);
}

TEST_F(Expr, CountsIndices) {
  EXPECT_EQ(getNumIndicesUsed(parse("x + launch")), 0u);
  EXPECT_EQ(getNumIndicesUsed(parse("i0 + i3 mod 2")), 4u);
}

TEST_F(Expr, BalancedBlocksAddUp) {
  // 6144 features on 750 columns: 8 or 9 on each.
  AffineExpr size =
      parse("(x + 1) * 6144 floordiv 750 - x * 6144 floordiv 750");
  int64_t sum = 0;
  for (int64_t x = 0; x < 750; ++x) {
    int64_t block = *evaluate(size, {x});
    EXPECT_TRUE(block == 8 || block == 9);
    sum += block;
  }
  EXPECT_EQ(sum, 6144);
}

} // namespace
