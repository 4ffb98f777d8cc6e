//===- StridedRangeTest.cpp - ranges against brute force ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/StridedRange.h"

#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <random>
#include <set>

using namespace wafer;

namespace {

std::set<int64_t> elements(const StridedRange &range) {
  std::set<int64_t> result;
  for (int64_t v = range.begin; v < range.end; v += range.step)
    result.insert(v);
  return result;
}

std::string print(const StridedRange &range) {
  std::string text;
  llvm::raw_string_ostream(text) << range;
  return text;
}

StridedRange randomRange(std::mt19937 &random) {
  int64_t begin = int64_t(random() % 50) - 10;
  return {begin, begin + int64_t(random() % 45), 1 + int64_t(random() % 7)};
}

TEST(StridedRange, IsCanonical) {
  EXPECT_EQ(StridedRange(0, 10, 4), StridedRange(0, 9, 4));
  EXPECT_EQ(StridedRange(3, 5, 7), StridedRange::single(3));
  EXPECT_EQ(StridedRange(5, 5, 2), StridedRange());
  EXPECT_EQ(StridedRange(7, 2), StridedRange());
  EXPECT_EQ(print({0, 10, 4}), "0:9:4");
  EXPECT_EQ(print({0, 10}), "0:10");
  EXPECT_EQ(print({4, 5}), "4");
}

TEST(StridedRange, OperationsMatchBruteForce) {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    StridedRange a = randomRange(random), b = randomRange(random);
    std::set<int64_t> as = elements(a), bs = elements(b), common, rest;
    ASSERT_EQ(int64_t(as.size()), a.size());
    for (int64_t v : as)
      (bs.count(v) ? common : rest).insert(v);
    EXPECT_EQ(elements(a.intersect(b)), common) << print(a) << " " << print(b);
    EXPECT_EQ(a.contains(b), common == bs);
    std::set<int64_t> found;
    size_t total = 0;
    for (const StridedRange &piece : a.subtract(b)) {
      std::set<int64_t> part = elements(piece);
      total += part.size();
      found.insert(part.begin(), part.end());
    }
    EXPECT_EQ(found, rest) << print(a) << " " << print(b);
    EXPECT_EQ(total, rest.size());
    EXPECT_EQ(elements(a.shift(-3)).size(), as.size());
  }
}

TEST(StridedRange, SubtractionIsSmallOnLongRanges) {
  // Every 64th element out of a million: 63 residue classes, not a million.
  EXPECT_EQ(StridedRange(0, 1 << 20).subtract({0, 1 << 20, 64}).size(), 64u);
  // Two elements far from each other: the gaps.
  EXPECT_EQ(StridedRange(0, 1 << 20).subtract({5, 1 << 19, 1 << 18}).size(),
            3u);
}

} // namespace
