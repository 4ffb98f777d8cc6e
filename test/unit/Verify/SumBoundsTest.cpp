//===- SumBoundsTest.cpp - proofs against brute force -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numeral.h"
#include "Prover.h"

#include "llvm/Support/MathExtras.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;

namespace {

/// x, y, launch, i0 and i1: two ranges, a launch, a loop whose count depends on
/// x, and one whose count depends on i0.
constexpr unsigned kDims = 5;

class SumBoundsTest : public ::testing::Test {
protected:
  MLIRContext context{MLIRContext::Threading::DISABLED};
  std::mt19937 random{11};

  AffineExpr dim(unsigned d) { return dimExpr(d, &context); }
  AffineExpr number(int64_t value) {
    return getAffineConstantExpr(value, &context);
  }
  int64_t upTo(int64_t n) { return random() % (n + 1); }
  int64_t oneOf(ArrayRef<int64_t> values) {
    return values[upTo(values.size() - 1)];
  }

  /// The start of block `p` of `size` elements in `parts` balanced blocks.
  AffineExpr start(AffineExpr p, int64_t size, int64_t parts) {
    return (p * size).floorDiv(parts);
  }
  AffineExpr extent(AffineExpr p, int64_t size, int64_t parts) {
    return start(p + 1, size, parts) - start(p, size, parts);
  }

  /// A random expression of the kinds that address memory: sums, products,
  /// digits of an expression put together again with other factors.
  AffineExpr randomExpr(unsigned depth) {
    if (depth == 0 || upTo(5) == 0)
      return upTo(3) == 0 ? number(upTo(12) - 6) : dim(upTo(kDims - 1));
    AffineExpr inner = randomExpr(depth - 1);
    int64_t divisor = oneOf({1, 2, 3, 4, 6, 11, 12}), other = 1 + upTo(4);
    switch (upTo(7)) {
    case 0:
      return inner * oneOf({-3, -1, 2, 4, 6});
    case 1:
      return inner.floorDiv(divisor);
    case 2:
      return inner % divisor;
    case 3:
      return inner.ceilDiv(divisor);
    case 4:
      return inner.floorDiv(divisor) * oneOf({divisor, 3 * divisor, -1}) +
             inner % divisor;
    case 5:
      return inner.floorDiv(divisor * other) * oneOf({divisor, 24}) +
             inner.floorDiv(divisor) % other * oneOf({1, 2, divisor}) +
             inner % divisor * oneOf({1, other, -2});
    default:
      return inner + randomExpr(depth - 1);
    }
  }

  struct Points {
    ExprSpace space;
    std::vector<std::array<int64_t, kDims>> all;
  };

  /// A space, and its points one by one.
  Points randomPoints() {
    int64_t x0 = upTo(9), x1 = x0 + upTo(6), y0 = upTo(20), y1 = y0 + upTo(4);
    int64_t launches = 1 + upTo(2), size = 5 + upTo(40), parts = 1 + upTo(12);
    AffineExpr outer = extent(dim(0), size, parts);
    AffineExpr inner = (dim(3) + upTo(5) - 2).floorDiv(1 + upTo(2)) + upTo(1);
    Points points;
    auto setRange = [&](unsigned d, int64_t low, int64_t high) {
      std::vector<int64_t> values;
      for (int64_t v = low; v <= high; ++v)
        values.push_back(v);
      points.space.setValues(d, values);
    };
    setRange(0, x0, x1);
    setRange(1, y0, y1);
    setRange(2, 0, launches - 1);
    int64_t first = upTo(1);
    points.space.setCount(3, outer, first);
    points.space.setCount(4, inner);
    for (int64_t x = x0; x <= x1; ++x)
      for (int64_t i0 = first; i0 < *machine::evaluate(outer, {x}); ++i0)
        for (int64_t i1 = 0; i1 < *machine::evaluate(inner, {x, 0, 0, i0});
             ++i1)
          for (int64_t y = y0; y <= y1; ++y)
            for (int64_t launch = 0; launch < launches; ++launch)
              points.all.push_back({x, y, launch, i0, i1});
    return points;
  }

  std::optional<int64_t> getMaximum(AffineExpr expr, const Points &points) {
    std::optional<int64_t> most;
    for (const auto &point : points.all) {
      int64_t value = *machine::evaluate(expr, point);
      most = most ? std::max(*most, value) : value;
    }
    return most;
  }

  int64_t evaluate(const DigitSums &sums, DigitSums::Id id,
                   ArrayRef<int64_t> values) {
    int64_t total = sums.getSum(id).constant;
    for (const DigitSums::Term &term : sums.getSum(id).terms) {
      const DigitSums::Atom &atom = sums.getAtom(term.atom);
      int64_t value =
          atom.isDim ? values[atom.index]
                     : llvm::divideFloorSigned(
                           evaluate(sums, atom.index, values), atom.divisor);
      if (!atom.isDim && !atom.isQuotient())
        value -= llvm::divideFloorSigned(value, atom.modulus) * atom.modulus;
      total += term.factor * value;
    }
    return total;
  }
};

//===----------------------------------------------------------------------===//
// The normal form
//===----------------------------------------------------------------------===//

TEST_F(SumBoundsTest, NormalFormsAreEqualEverywhere) {
  DigitSums sums;
  for (unsigned round = 0; round < 3000; ++round) {
    AffineExpr expr = randomExpr(5);
    std::optional<DigitSums::Id> id = sums.get(expr);
    ASSERT_TRUE(id);
    unsigned replaced = upTo(kDims - 1);
    AffineExpr value = randomExpr(1);
    DigitSums::Id other = sums.substitute(*id, replaced, *sums.get(value));
    for (unsigned n = 0; n < 20; ++n) {
      SmallVector<int64_t> values;
      for (unsigned d = 0; d < kDims; ++d)
        values.push_back(upTo(100) - 50);
      ASSERT_EQ(evaluate(sums, *id, values), *machine::evaluate(expr, values))
          << machine::toString(expr);
      SmallVector<int64_t> there = values;
      there[replaced] = *machine::evaluate(value, values);
      ASSERT_EQ(evaluate(sums, other, values), *machine::evaluate(expr, there))
          << machine::toString(expr) << " with " << machine::toString(value)
          << " for dimension " << replaced;
    }
  }
}

TEST_F(SumBoundsTest, EqualExpressionsHaveOneNormalForm) {
  DigitSums sums;
  AffineExpr x = dim(0), i = dim(3), a = start(x, 6144, 704) + i;
  auto expectSame = [&](AffineExpr s, AffineExpr t) {
    EXPECT_EQ(sums.get(s), sums.get(t))
        << machine::toString(s) << " and " << machine::toString(t);
  };
  expectSame(a.floorDiv(96) * 96 + a % 96, a);
  expectSame((a.floorDiv(96) * 96 + a % 96) * 7, a * 7);
  expectSame(a.floorDiv(48) * 48 + a.floorDiv(4) % 12 * 4 + a % 4, a);
  expectSame(a.floorDiv(4).floorDiv(12), a.floorDiv(48));
  expectSame((a.floorDiv(4) + 3).floorDiv(12), (a + 12).floorDiv(48));
  expectSame((a * 24 + i).floorDiv(12), a * 2 + i.floorDiv(12));
  expectSame((a * 24 + i) % 12, i % 12);
  expectSame((x * 6144).floorDiv(704), (x * 96).floorDiv(11));
  expectSame((x * 6 + 5) % 9,
             x * 2 % 3 * 3 + number(0) + ((x * 2 + 1) % 3 - x * 2 % 3) * 3 + 2);
  // 64 bits are not enough.
  EXPECT_FALSE(sums.get(x * (int64_t(1) << 61)));
  EXPECT_TRUE(sums.get(x));
}

//===----------------------------------------------------------------------===//
// Numerals
//===----------------------------------------------------------------------===//

TEST_F(SumBoundsTest, LargestNumeralsEqualBruteForce) {
  unsigned answered = 0;
  for (unsigned round = 0; round < 3000; ++round) {
    SmallVector<WeightedDigit> digits;
    int64_t place = 1;
    for (unsigned n = 0; n < 4; ++n) {
      int64_t radix = n == 3 && upTo(1) ? 0 : 1 + upTo(5);
      if (upTo(2) > 0)
        digits.push_back({place, radix, upTo(12) - 6});
      place *= radix;
    }
    std::shuffle(digits.begin(), digits.end(), random);
    int64_t low = upTo(300) - 100, high = low + upTo(oneOf({2, 20, 200}));
    std::optional<int64_t> most;
    for (int64_t n = low; n <= high; ++n) {
      int64_t sum = 0;
      for (const WeightedDigit &digit : digits) {
        int64_t value = llvm::divideFloorSigned(n, digit.place);
        if (digit.radix != 0)
          value -= llvm::divideFloorSigned(value, digit.radix) * digit.radix;
        sum += digit.factor * value;
      }
      most = std::max(most.value_or(sum), sum);
    }
    std::optional<int64_t> found = getLargestNumeral(digits, low, high);
    answered += found.has_value();
    if (found) {
      EXPECT_EQ(*found, *most);
    }
  }
  EXPECT_GT(answered, 2500u);
  // Digits that overlap, and places that are no multiples.
  EXPECT_FALSE(getLargestNumeral({{1, 4, 1}, {2, 4, 1}}, 0, 9));
  EXPECT_FALSE(getLargestNumeral({{1, 4, 1}, {6, 2, 1}}, 0, 9));
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

TEST_F(SumBoundsTest, NothingExceedsItsBound) {
  Prover prover;
  unsigned points = 0, exact = 0, bounded = 0;
  for (unsigned round = 0; round < 1500; ++round) {
    Points space = randomPoints();
    AffineExpr expr = randomExpr(1 + upTo(4));
    std::optional<int64_t> most = getMaximum(expr, space);
    std::optional<int64_t> bound = prover.boundAbove(expr, space.space);
    if (!most || !bound)
      continue;
    ASSERT_LE(*most, *bound) << machine::toString(expr);
    points += space.all.size();
    bounded += 1;
    exact += *most == *bound;
    EXPECT_FALSE(prover.areNeverAllPositive(expr - (*most - 1), space.space));
  }
  // The test means something: most spaces have points, and most bounds are
  // reached.
  EXPECT_GT(points, 200000u);
  EXPECT_GT(bounded, 1000u);
  EXPECT_GT(exact * 10, bounded * 9);
}

TEST_F(SumBoundsTest, ProofsOfPairsHoldAtEveryPoint) {
  Prover prover;
  unsigned proved = 0, refuted = 0;
  for (unsigned round = 0; round < 1500; ++round) {
    Points space = randomPoints();
    // Two halves of a buffer, of which one may be that of a later iteration.
    AffineExpr index = dim(upTo(kDims - 1));
    int64_t divisor = 1 + upTo(2), halves = 2 + upTo(1), size = upTo(9);
    auto half = [&]() {
      return (index + upTo(3)).floorDiv(divisor) % halves * size;
    };
    AffineExpr apart = half() - half();
    AffineExpr a = randomExpr(2) + apart - upTo(4),
               b = randomExpr(2) - apart - upTo(4);
    bool meet = llvm::any_of(space.all, [&](const auto &point) {
      return *machine::evaluate(a, point) > 0 &&
             *machine::evaluate(b, point) > 0;
    });
    bool isProved = prover.areNeverAllPositive({a, b}, space.space);
    ASSERT_FALSE(meet && isProved)
        << machine::toString(a) << " and " << machine::toString(b);
    proved += isProved && !space.all.empty();
    refuted += meet;
  }
  EXPECT_GT(proved, 300u);
  EXPECT_GT(refuted, 300u);
}

/// Blocks of features in the order of a rotary embedding, read from a tensor
/// with the features of queries, keys and values of each head behind each
/// other: exact at sizes that nobody could enumerate.
TEST_F(SumBoundsTest, PairedOrdersAreBoundedExactly) {
  struct Shape {
    int64_t heads, headSize, pairs, columns, tokens, rows;
    bool interleaved;
  };
  for (Shape shape :
       {Shape{64, 96, 12, 704, 2048, 994, false},
        Shape{16, 256, 32, 683, 2048, 990, true},
        Shape{2, 8, 2, 3, 5, 4, false}, Shape{3, 8, 1, 5, 7, 2, true},
        Shape{64, 96, 48, 750, 2048, 1, false}}) {
    int64_t features = shape.heads * shape.headSize;
    AffineExpr x = dim(0), y = dim(1), i0 = dim(3), i1 = dim(4);
    AffineExpr unit = start(x, features / 2, shape.columns) + i0.floorDiv(2),
               a = i0 % 2;
    int64_t c = shape.headSize / (2 * shape.pairs);
    AffineExpr b = unit.floorDiv(c) % shape.pairs, turned = unit % c;
    AffineExpr position =
        unit.floorDiv(shape.pairs * c) * shape.headSize +
        (shape.interleaved ? (turned * shape.pairs + b) * 2 + a
                           : (turned * 2 + a) * shape.pairs + b);
    AffineExpr token = start(y, shape.tokens, shape.rows) + i1;
    auto makeSpace = [&](int64_t more) {
      ExprSpace space;
      space.setCount(0, number(shape.columns));
      space.setCount(1, number(shape.rows));
      space.setCount(3, extent(x, features / 2, shape.columns) * 2 + more);
      space.setCount(4, extent(y, shape.tokens, shape.rows));
      return space;
    };
    Prover prover;
    for (int64_t part : {0, 1, 2}) {
      AffineExpr index =
          token * (3 * features) +
          position.floorDiv(shape.headSize) * (3 * shape.headSize) +
          (position % shape.headSize + part * shape.headSize);
      int64_t last =
          3 * features * shape.tokens - 1 - (2 - part) * shape.headSize;
      EXPECT_EQ(prover.boundAbove(index, makeSpace(0)), last);
      EXPECT_TRUE(prover.areNeverAllPositive(index - last, makeSpace(0)));
      EXPECT_TRUE(prover.areNeverAllPositive(-index, makeSpace(0)));
      // With two features more than there are, the last block leaves it.
      EXPECT_FALSE(prover.areNeverAllPositive(index - last, makeSpace(2)));
    }
  }
}

/// The halves of a double buffer, one of which is filled for the next block.
TEST_F(SumBoundsTest, HalvesOfDoubleBuffersAreApart) {
  AffineExpr x = dim(0), i = dim(3);
  ExprSpace space;
  space.setCount(0, number(704));
  space.setCount(3, number(704));
  auto read = [&](AffineExpr low) {
    return std::pair(low, low + extent(i, 6144, 704) * 9 - 8 +
                              (extent(x, 6144, 704) - 1));
  };
  Prover prover;
  auto areApart = [&](int64_t half) {
    auto [lowA, highA] = read(i % 2 * half);
    auto [lowB, highB] = read((i + 1) % 2 * half);
    return prover.areNeverAllPositive({highA - lowB, highB - lowA}, space);
  };
  EXPECT_TRUE(areApart(81));
  EXPECT_FALSE(areApart(80));
}

/// What is remembered of one space is not taken for another.
TEST_F(SumBoundsTest, ProofsBelongToTheirSpaces) {
  Prover prover;
  auto makeSpace = [&](int64_t low, AffineExpr count, int64_t first) {
    ExprSpace space;
    space.setValues(0, {low, 5});
    space.setCount(3, count, first);
    return space;
  };
  AffineExpr x = dim(0), i = dim(3);
  ExprSpace spaces[] = {makeSpace(3, x, 1), makeSpace(2, x, 1),
                        makeSpace(3, x + 1, 1), makeSpace(3, x, 0)};
  for (auto [n, space] : llvm::enumerate(spaces)) {
    EXPECT_EQ(prover.areNeverAllPositive(3 - x, space), n != 1);
    EXPECT_EQ(prover.areNeverAllPositive(i - 4, space), n != 2);
    EXPECT_EQ(prover.areNeverAllPositive(1 - i, space), n != 3);
    EXPECT_EQ(prover.boundAbove(3 - x, space), n == 1 ? 1 : 0);
    EXPECT_EQ(prover.boundAbove(i - 4, space), n == 2 ? 1 : 0);
    EXPECT_EQ(prover.boundAbove(1 - i, space), n == 3 ? 1 : 0);
  }
}

/// The parts of an expression wrap in 64 bits; of those that do, nothing is
/// known.
TEST_F(SumBoundsTest, NothingIsProvedOfNumbersThatWrap) {
  int64_t count = int64_t(1) << 24;
  ExprSpace space;
  space.setCount(0, number(count));
  space.setCount(1, number(8));
  Prover prover;
  auto isProved = [&](int64_t unit) {
    AffineExpr expr = (dim(0) * unit + dim(1)).floorDiv(unit - 1);
    return prover.areNeverAllPositive(expr - (count - 1), space);
  };
  EXPECT_TRUE(isProved(int64_t(1) << 30));
  EXPECT_FALSE(isProved(int64_t(1) << 40));
}

} // namespace
