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
      return StridedRange(begin, begin + 1 + int64_t(random() % 9),
                          1 + int64_t(random() % 2));
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

using Covers = std::map<Point, std::vector<unsigned>>;

/// Regions of many shapes: single PEs, holes, wide strides, far pieces, copies.
std::vector<Region> randomLayers(std::mt19937 &random) {
  auto below = [&](int64_t bound) { return int64_t(random() % bound); };
  auto range = [&] {
    int64_t begin = below(24);
    return StridedRange(begin, begin + 1 + below(below(2) ? 3 : 24),
                        1 + below(below(2) ? 7 : 2));
  };
  std::vector<Region> layers;
  for (int64_t i = 0, e = below(9); i < e; ++i) {
    if (!layers.empty() && below(4) == 0) {
      layers.push_back(layers[below(layers.size())]);
      continue;
    }
    std::vector<StridedRect> rects;
    for (int64_t j = 0, count = below(8); j < count; ++j) {
      StridedRange x = range(), y = range();
      rects.push_back({x, y});
    }
    std::vector<Point> holes;
    for (int64_t j = 0, count = below(6); j < count; ++j) {
      int64_t x = below(30), y = below(30);
      holes.push_back({x, y});
    }
    layers.push_back(Region::get(rects, holes));
  }
  return layers;
}

TEST(Overlay, MatchesBruteForceOnManyShapes) {
  std::mt19937 random(17);
  for (int round = 0; round < 1500; ++round) {
    std::vector<Region> layers = randomLayers(random);
    Covers expected, found;
    for (unsigned i = 0; i < layers.size(); ++i)
      layers[i].forEachPoint([&](Point p) { expected[p].push_back(i); });
    Partition partition = overlay(layers);
    int64_t visited = 0;
    for (size_t c = 0; c < partition.cells.size(); ++c) {
      const Partition::Cell &cell = partition.cells[c];
      if (c > 0) {
        ASSERT_LT(partition.cells[c - 1].cover, cell.cover);
      }
      cell.region.forEachPoint([&](Point p) {
        found[p] = {cell.cover.begin(), cell.cover.end()};
        ++visited;
      });
    }
    ASSERT_EQ(found, expected) << round;
    ASSERT_EQ(visited, int64_t(expected.size())) << round;
  }
}

TEST(Overlay, FindOverlapMatchesBruteForce) {
  std::mt19937 random(18);
  for (int round = 0; round < 1500; ++round) {
    std::vector<Region> layers = randomLayers(random);
    std::optional<std::pair<unsigned, unsigned>> expected;
    for (unsigned j = 0; j < layers.size() && !expected; ++j)
      for (unsigned i = 0; i < j && !expected; ++i)
        if (!layers[i].intersect(layers[j]).empty())
          expected = {i, j};
    ASSERT_EQ(findOverlap(layers), expected) << round;
    Region all;
    for (const Region &layer : layers)
      all = all.unite(layer);
    ASSERT_TRUE(Region::unite(layers).isEqual(all)) << round;
  }
}

// One relay in each 16th row, and all PEs above it in its columns: what streams
// from the ports of a wafer look like. As many rectangles as steps, or fewer.
TEST(Overlay, StaircasesStaySmall) {
  constexpr int64_t steps = 60;
  std::vector<StridedRect> relays, above;
  for (int64_t i = 0; i < steps; ++i) {
    relays.push_back({{6 * i, 6 * i + 6}, {16 * i + 8, 16 * i + 9}});
    above.push_back({{6 * i, 6 * i + 6}, {0, 16 * i + 8}});
  }
  Region mesh({0, 750}, {0, 994});
  Partition partition =
      overlay({mesh, Region::get(relays), Region::get(above)});
  ASSERT_EQ(partition.cells.size(), 3u);
  for (const Partition::Cell &cell : partition.cells) {
    EXPECT_TRUE(cell.region.getHoles().empty());
    EXPECT_LE(cell.region.getRects().size(), size_t(2 * steps + 2));
  }
  EXPECT_EQ(partition.cells[1].region, Region::get(relays));
}

TEST(Overlay, SinglePEsBecomeHoles) {
  Region mesh({0, 750}, {0, 994});
  std::vector<Region> layers = {mesh};
  for (int64_t i = 0; i < 20; ++i)
    layers.push_back(Region(StridedRect::single({31 * i + 7, 40 * i + 3})));
  Partition partition = overlay(layers);
  ASSERT_EQ(partition.cells.size(), 21u);
  EXPECT_EQ(partition.cells[0].region.getRects().size(), 1u);
  EXPECT_EQ(partition.cells[0].region.getHoles().size(), 20u);
}

TEST(Overlay, ClassesOfAChain) {
  // Senders are all but the last column, receivers all but the first.
  Partition partition =
      overlay({Region({0, 749}, {0, 994}), Region({1, 750}, {0, 994})});
  ASSERT_EQ(partition.cells.size(), 3u);
  EXPECT_EQ(partition.cells[0].region, Region({0, 1}, {0, 994}));
  EXPECT_EQ(partition.cells[1].region, Region({1, 749}, {0, 994}));
  EXPECT_EQ(partition.cells[2].region, Region({749, 750}, {0, 994}));
}

} // namespace
