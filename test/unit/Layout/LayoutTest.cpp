//===- LayoutTest.cpp - where each element of a tensor lies ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Layout.h"
#include "gtest/gtest.h"
#include <map>
#include <random>

using namespace wafer;
using llvm::ArrayRef;
using llvm::SmallVector;
using Digit = Layout::Digit;

namespace {

/// Calls `visit` for every element of a tensor, row-major.
template <typename Visit>
void forEachElement(ArrayRef<int64_t> shape, Visit visit) {
  for (int64_t size : shape)
    if (size == 0)
      return;
  SmallVector<int64_t> element(shape.size(), 0);
  while (true) {
    visit(ArrayRef<int64_t>(element));
    int64_t d = static_cast<int64_t>(shape.size()) - 1;
    for (; d >= 0 && ++element[d] == shape[d]; --d)
      element[d] = 0;
    if (d < 0)
      return;
  }
}

/// Every element has a place of its own inside the buffer, the inverse finds
/// it, and no other place holds anything.
void expectBijection(const Layout &layout, ArrayRef<int64_t> shape,
                     Layout::Extents extents) {
  std::map<std::tuple<int64_t, int64_t, int64_t>, SmallVector<int64_t>> places;
  std::map<std::pair<int64_t, int64_t>, int64_t> counts;
  int64_t elements = 0, bufferSize = layout.getBufferSize(extents);
  forEachElement(shape, [&](ArrayRef<int64_t> element) {
    ++elements;
    Layout::Place place = layout.locate(element, extents);
    ASSERT_TRUE(place.row >= 0 && place.row < extents.rows);
    ASSERT_TRUE(place.column >= 0 && place.column < extents.columns);
    ASSERT_TRUE(place.local >= 0 && place.local < bufferSize);
    ASSERT_TRUE(places
                    .insert({{place.row, place.column, place.local},
                             SmallVector<int64_t>(element)})
                    .second);
    ++counts[{place.row, place.column}];
  });
  int64_t found = 0;
  for (int64_t row = 0; row < extents.rows; ++row)
    for (int64_t column = 0; column < extents.columns; ++column) {
      EXPECT_EQ(layout.countElements(row, column, extents),
                (counts[{row, column}]));
      for (int64_t local = -1; local <= bufferSize; ++local) {
        auto element = layout.getElement({row, column, local}, extents);
        auto expected = places.find({row, column, local});
        ASSERT_EQ(element.has_value(), expected != places.end())
            << row << " " << column << " " << local;
        if (element) {
          ASSERT_EQ(*element, expected->second);
        }
        found += element.has_value();
      }
    }
  EXPECT_EQ(found, elements);
}

struct RandomLayout {
  SmallVector<int64_t> shape;
  SmallVector<Layout::Factors> factors;
  Layout::Axis rows, columns;
  Layout::Extents extents;

  explicit RandomLayout(unsigned seed) : random(seed) {
    SmallVector<Digit> digits;
    int64_t rank = below(4);
    for (int64_t d = 0; d < rank; ++d) {
      if (below(2)) {
        shape.push_back(1 + below(7));
        digits.push_back({d, Digit::whole});
        continue;
      }
      Layout::Factors entry{d, {}};
      int64_t size = 1, count = 1 + below(3);
      for (int64_t f = 0; f < count; ++f) {
        entry.sizes.push_back(1 + below(4));
        size *= entry.sizes.back();
        digits.push_back({d, f});
      }
      shape.push_back(size);
      factors.push_back(entry);
    }
    std::shuffle(digits.begin(), digits.end(), random);
    for (Digit digit : digits)
      if (int64_t where = below(3))
        (where == 1 ? rows : columns).digits.push_back(digit);
    for (Layout::Axis *axis : {&rows, &columns}) {
      axis->cyclic = below(2);
      if (below(2))
        axis->pad = sizeOf(*axis) + below(5);
    }
    extents = {1 + below(6), 1 + below(6)};
  }

private:
  int64_t below(int64_t n) { return static_cast<int64_t>(random() % n); }
  int64_t sizeOf(const Layout::Axis &axis) {
    int64_t size = 1;
    for (Digit digit : axis.digits) {
      if (digit.factor == Digit::whole)
        size *= shape[digit.dim];
      for (const Layout::Factors &entry : factors)
        if (entry.dim == digit.dim && digit.factor != Digit::whole)
          size *= entry.sizes[digit.factor];
    }
    return size;
  }
  std::mt19937 random;
};

TEST(LayoutTest, RandomLayoutsAreBijections) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    RandomLayout r(seed);
    Layout layout(r.shape, r.factors, r.rows, r.columns);
    ASSERT_EQ(layout.check(), "");
    expectBijection(layout, r.shape, r.extents);
    if (HasFatalFailure())
      return;
  }
}

TEST(LayoutTest, BlocksAreBalanced) {
  for (int64_t size = 0; size < 40; ++size)
    for (int64_t parts = 1; parts < 12; ++parts) {
      DealtAxis axis{size, size, parts, /*cyclic=*/false};
      int64_t sum = 0;
      for (int64_t p = 0; p < parts; ++p) {
        int64_t positions = axis.positions(p);
        EXPECT_TRUE(positions == size / parts || positions == axis.largest());
        EXPECT_LE(axis.largest() - size / parts, 1);
        EXPECT_EQ(positions, axis.count(p));
        sum += positions;
      }
      EXPECT_EQ(sum, size);
    }
}

TEST(LayoutTest, CyclicDealsInTurn) {
  DealtAxis axis{10, 10, 4, /*cyclic=*/true};
  EXPECT_EQ(axis.owner(6), 2);
  EXPECT_EQ(axis.position(6), 1);
  EXPECT_EQ(axis.positions(0), 3);
  EXPECT_EQ(axis.positions(3), 2);
  EXPECT_EQ(axis.index(2, 2), std::nullopt);
}

TEST(LayoutTest, PaddingHoldsNothing) {
  // 10 elements padded to 12 over 4 coordinates: 3, 3, 3 and 1.
  DealtAxis axis{10, 12, 4, /*cyclic=*/false};
  EXPECT_EQ(axis.positions(3), 3);
  EXPECT_EQ(axis.count(3), 1);
  EXPECT_EQ(axis.index(3, 0), 9);
  EXPECT_EQ(axis.index(3, 1), std::nullopt);
}

TEST(LayoutTest, TokensAreInnermost) {
  // 5 tokens by 6 features on 2 rows and 3 columns: rows hold 2 and 3 tokens,
  // and both keep room for 3.
  Layout layout({5, 6}, {}, {{{0}}}, {{{1}}});
  Layout::Extents extents{2, 3};
  EXPECT_EQ(layout.getBufferSize(extents), 6);
  EXPECT_EQ(layout.locate({1, 3}, extents), (Layout::Place{0, 1, 1 * 3 + 1}));
  EXPECT_EQ(layout.locate({4, 3}, extents), (Layout::Place{1, 1, 1 * 3 + 2}));
  EXPECT_EQ(layout.getElement({0, 1, 2}, extents), std::nullopt);
}

TEST(LayoutTest, RotaryPairsMeet) {
  // Two heads of 24: an element and its partner 12 further are rotated
  // together. Factored into head, half and place and dealt with the half
  // innermost, pairs stay on one PE of 8 columns; in the stored order they do
  // not.
  SmallVector<int64_t> shape = {4, 48};
  Layout::Axis rows{{{0}}}, paired{{{1, 0}, {1, 2}, {1, 1}}}, stored{{{1}}};
  Layout::Extents extents{2, 8};
  Layout::Factors factors{1, {2, 2, 12}};
  Layout permuted(shape, {factors}, rows, paired),
      plain(shape, {}, rows, stored);
  ASSERT_EQ(permuted.check(), "");
  int64_t apart = 0;
  for (int64_t head = 0; head < 2; ++head)
    for (int64_t i = 0; i < 12; ++i) {
      int64_t low = head * 24 + i, high = low + 12;
      EXPECT_EQ(permuted.locate({0, low}, extents).column,
                permuted.locate({0, high}, extents).column);
      apart += plain.locate({0, low}, extents).column !=
               plain.locate({0, high}, extents).column;
    }
  EXPECT_EQ(apart, 24);
}

TEST(LayoutTest, CheckNamesWhatIsWrong) {
  auto check = [](ArrayRef<Layout::Factors> factors, Layout::Axis rows,
                  Layout::Axis columns) {
    return Layout({4, 12}, factors, rows, columns).check();
  };
  EXPECT_EQ(check({}, {{{0}}}, {{{1}}}), "");
  EXPECT_EQ(check({}, {{{2}}}, {}), "rows name d2, which does not exist");
  EXPECT_EQ(check({}, {}, {{{1, 0}}}),
            "columns name d1.0, which does not exist");
  EXPECT_EQ(check({{1, {3, 4}}}, {}, {{{1, 2}}}),
            "columns name d1.2, which does not exist");
  EXPECT_EQ(check({{1, {3, 5}}}, {}, {}),
            "factors of d1 make 3 x 5 but its size is 12");
  EXPECT_EQ(check({{1, {0, 5}}}, {}, {}),
            "factors of d1 make 0 x 5 but its size is 12");
  EXPECT_EQ(check({{2, {3}}}, {}, {}),
            "factors d2 of a tensor with 2 dimensions");
  EXPECT_EQ(check({{1, {12}}, {1, {12}}}, {}, {}), "factors d1 twice");
  EXPECT_EQ(check({}, {{{1}}}, {{{1}}}), "d1 is dealt twice");
  EXPECT_EQ(check({{1, {3, 4}}}, {{{1}}}, {{{1, 0}}}), "d1.0 is dealt twice");
  EXPECT_EQ(check({}, {}, {{{1}}, false, 11}),
            "columns have 12 elements, more than their pad of 11");
  EXPECT_EQ(check({}, {}, {{{1}}, false, INT64_MAX}), "a pad is at most 2^40");
  EXPECT_NE(check({{1, {12, INT64_MAX, INT64_MAX}}}, {}, {{{1, 0}}}), "");
  EXPECT_EQ(Layout({INT64_MAX, INT64_MAX}, {}, {}, {}).check(),
            "a tensor on the mesh has at most 2^40 elements");
}

} // namespace
