//===- OverlayTest.cpp - cells of overlaid regions ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Region.h"

#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <map>
#include <random>

using namespace wafer;

namespace {

Region randomRegion(std::mt19937 &random) {
  std::vector<StridedRect> rects;
  for (unsigned i = 0, e = 1 + random() % 3; i < e; ++i) {
    auto range = [&] {
      int64_t begin = random() % 10;
      return StridedRange(begin, begin + 1 + int64_t(random() % 9), 1 + int64_t(random() % 2));
    };
    StridedRange x = range(), y = range();
    rects.push_back({x, y});
  }
  return Region::get(rects);
}

TEST(Overlay, MatchesBruteForce) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<Region> regions;
    for (unsigned i = 0, e = random() % 6; i < e; ++i)
      regions.push_back(randomRegion(random));
    std::map<Point, std::vector<unsigned>> expected;
    for (unsigned i = 0; i < regions.size(); ++i)
      regions[i].forEachPoint([&](Point p) { expected[p].push_back(i); });
    Partition partition = overlay(regions);
    std::map<Point, std::vector<unsigned>> found;
    for (size_t c = 0; c < partition.cells.size(); ++c) {
      const Partition::Cell &cell = partition.cells[c];
      if (c > 0) {
        EXPECT_LT(partition.cells[c - 1].cover, cell.cover);
      }
      cell.region.forEachPoint([&](Point p) {
        EXPECT_FALSE(found.count(p));
        found[p] = {cell.cover.begin(), cell.cover.end()};
      });
    }
    EXPECT_EQ(found, expected);
  }
}

TEST(Overlay, ClassesOfAChain) {
  // Senders are all but the last column, receivers all but the first.
  Partition partition = overlay({Region({0, 749}, {0, 994}), Region({1, 750}, {0, 994})});
  ASSERT_EQ(partition.cells.size(), 3u);
  EXPECT_EQ(partition.cells[0].region, Region({0, 1}, {0, 994}));
  EXPECT_EQ(partition.cells[1].region, Region({1, 749}, {0, 994}));
  EXPECT_EQ(partition.cells[2].region, Region({749, 750}, {0, 994}));
}

} // namespace
