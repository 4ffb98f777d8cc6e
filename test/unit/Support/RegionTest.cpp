//===- RegionTest.cpp - regions against brute force ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Region.h"

#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <random>
#include <set>

using namespace wafer;

namespace {

using PointSet = std::set<Point>;

std::string print(const Region &region) {
  std::string text;
  llvm::raw_string_ostream(text) << region;
  return text;
}

/// Also checks that no point is visited twice.
PointSet points(const Region &region) {
  PointSet result;
  int64_t visited = 0;
  region.forEachPoint([&](Point p) {
    result.insert(p);
    ++visited;
  });
  EXPECT_EQ(visited, int64_t(result.size())) << print(region);
  EXPECT_EQ(visited, region.size()) << print(region);
  return result;
}

StridedRange randomRange(std::mt19937 &random) {
  int64_t begin = random() % 12;
  return {begin, begin + 1 + int64_t(random() % 10), 1 + int64_t(random() % 3)};
}

/// With its points, computed apart.
std::pair<Region, PointSet> randomRegion(std::mt19937 &random) {
  std::vector<StridedRect> rects;
  std::vector<Point> holes;
  PointSet expected;
  for (unsigned i = 0, e = random() % 4; i < e; ++i) {
    StridedRange x = randomRange(random), y = randomRange(random);
    rects.push_back({x, y});
    for (int64_t px = x.begin; px < x.end; px += x.step)
      for (int64_t py = y.begin; py < y.end; py += y.step)
        expected.insert({px, py});
  }
  for (unsigned i = 0, e = random() % 5; i < e; ++i) {
    holes.push_back({int64_t(random() % 14), int64_t(random() % 14)});
    expected.erase(holes.back());
  }
  return {Region::get(rects, holes), expected};
}

TEST(Region, Prints) {
  EXPECT_EQ(print(Region({0, 4}, {0, 3})), "[0:4, 0:3]");
  EXPECT_EQ(print(Region::get({StridedRect({0, 16, 2}, {5, 6}),
                               StridedRect::single({3, 4})})),
            "[3, 4] + [0:15:2, 5]");
  EXPECT_EQ(print(Region::get({StridedRect({0, 4}, {0, 4})}, {{3, 2}, {9, 9}})),
            "[0:4, 0:4] less (3,2)");
  EXPECT_EQ(print(Region()), "empty");
}

TEST(Region, MatchesBruteForce) {
  std::mt19937 random(2);
  for (int round = 0; round < 4000; ++round) {
    auto [a, as] = randomRegion(random);
    auto [b, bs] = randomRegion(random);
    ASSERT_EQ(points(a), as) << print(a);
    PointSet common, rest, all = as;
    for (Point p : as)
      (bs.count(p) ? common : rest).insert(p);
    all.insert(bs.begin(), bs.end());
    std::string which = print(a) + " and " + print(b);
    EXPECT_EQ(points(a.intersect(b)), common) << which;
    EXPECT_EQ(points(a.subtract(b)), rest) << which;
    EXPECT_EQ(points(a.unite(b)), all) << which;
    EXPECT_EQ(a.isDisjoint(b), common.empty()) << which;
    EXPECT_EQ(a.contains(b), common == bs) << which;
    EXPECT_TRUE(a.contains(a.intersect(b))) << which;
    EXPECT_TRUE(a.unite(b).contains(b)) << which;
    EXPECT_EQ(a.isEqual(b), as == bs) << which;
    EXPECT_EQ(a.empty(), as.empty()) << which;
    EXPECT_TRUE(a.subtract(b).unite(a.intersect(b)).isEqual(a)) << which;
    for (int64_t x = 0; x < 14; ++x)
      EXPECT_EQ(a.contains(Point{x, 5}), as.count({x, 5}) == 1) << which;
    if (!as.empty()) {
      EXPECT_TRUE(as.count(a.anyPoint())) << which;
    }
  }
}

TEST(Region, SinglePointsBecomeHoles) {
  Region wafer({0, 750}, {0, 994});
  Region dead = wafer;
  for (int64_t i = 0; i < 20; ++i)
    dead = dead.subtract(StridedRect::single({31 * i + 7, 40 * i + 3}));
  EXPECT_EQ(dead.getRects().size(), 1u);
  EXPECT_EQ(dead.getHoles().size(), 20u);
  EXPECT_EQ(dead.size(), 745500 - 20);
  EXPECT_EQ(wafer.subtract(dead).size(), 20);
  EXPECT_EQ(dead.anyPoint(), (Point{0, 0}));
}

TEST(Region, StaysSmall) {
  Region wafer({0, 750}, {0, 994});
  Region even({0, 750, 2}, {0, 994});
  Region odd = wafer.subtract(even);
  EXPECT_EQ(print(odd), "[1:750:2, 0:994]");
  EXPECT_EQ(print(odd.unite(even)), "[0:750, 0:994]");
  Region third({0, 750, 3}, {0, 994});
  EXPECT_EQ(print(wafer.subtract(third).unite(third)), "[0:750, 0:994]");
  Region rows;
  for (int64_t y = 0; y < 994; ++y)
    rows = rows.unite(Region({0, 750}, {y, y + 1}));
  EXPECT_EQ(rows, wafer);
}

TEST(Region, BoundingBoxAndShift) {
  Region region = Region::get(
      {StridedRect({2, 9, 3}, {1, 4}), StridedRect::single({0, 7})});
  EXPECT_EQ(region.boundingBox(), StridedRect({0, 9}, {1, 8}));
  EXPECT_EQ(region.shift(3, -1).boundingBox(), StridedRect({3, 12}, {0, 7}));
}

} // namespace
