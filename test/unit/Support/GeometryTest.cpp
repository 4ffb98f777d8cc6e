//===- GeometryTest.cpp - directions and points ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Geometry.h"

#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace wafer;

namespace {

std::string print(DirectionSet set) {
  std::string text;
  llvm::raw_string_ostream(text) << set;
  return text;
}

TEST(Geometry, OppositeUndoesAStep) {
  for (Direction direction : allDirections) {
    Point there = step(direction), back = step(opposite(direction));
    EXPECT_EQ(there + back, (Point{0, 0}));
    EXPECT_EQ(parseDirection(stringifyDirection(direction)), direction);
  }
  EXPECT_EQ(step(Direction::South), (Point{0, 1}));
  EXPECT_FALSE(parseDirection("up").has_value());
}

TEST(Geometry, DirectionSetIteratesInOrder) {
  DirectionSet set{Direction::Ramp, Direction::North, Direction::East};
  EXPECT_EQ(print(set), "north, east, ramp");
  EXPECT_EQ(set.size(), 3u);
  set.erase(Direction::East);
  EXPECT_FALSE(set.contains(Direction::East));
  EXPECT_TRUE(set.contains({Direction::Ramp, Direction::North}));
  EXPECT_EQ(DirectionSet::fromBits(set.bits()), set);
}

} // namespace
