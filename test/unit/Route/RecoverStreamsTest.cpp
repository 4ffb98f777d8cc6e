//===- RecoverStreamsTest.cpp - broken routes are noticed ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RouteTestSupport.h"

#include "gtest/gtest.h"

#include <chrono>
#include <random>

using namespace wafer;
using namespace wafer::route_test;
using Kind = RouteFault::Kind;

namespace {

constexpr Direction N = Direction::North, S = Direction::South,
                    E = Direction::East, W = Direction::West,
                    R = Direction::Ramp;

/// One sender at (1,1) to (3,1) on colour 7.
std::vector<WantedStreams> oneStream() {
  return {{"fc1", 7, makePiece({{1, 2}, {1, 2}}, absolute(3), absolute(1))}};
}
std::vector<RouteEntry> oneRoute() {
  return {{7, Region({1, 2}, {1, 2}), R, {E}},
          {7, Region({2, 3}, {1, 2}), W, {E}},
          {7, Region({3, 4}, {1, 2}), W, {R}}};
}

TEST(VerifyRoutes, AcceptsARightRoute) {
  EXPECT_TRUE(verifyRoutes(oneStream(), oneRoute()).empty());
}

TEST(VerifyRoutes, NamesAMissingHop) {
  auto entries = oneRoute();
  entries.erase(entries.begin() + 1);
  auto faults = verifyRoutes(oneStream(), entries);
  ASSERT_EQ(faults.size(), 3u);
  EXPECT_EQ(faults[0].kind, Kind::MissingHop);
  EXPECT_EQ(faults[0].message,
            "at PE (2,1), colour 7: PE (1,1) sends here but no entry takes it "
            "from west, net \"fc1\"");
  EXPECT_EQ(faults[1].kind, Kind::Dangling);
  EXPECT_EQ(faults[1].message, "at PE (3,1), colour 7: no wavelet reaches the "
                               "entry from west, net \"fc1\"");
  EXPECT_EQ(faults[2].kind, Kind::MissingReader);
  EXPECT_EQ(faults[2].message, "at PE (3,1), colour 7: does not get the stream "
                               "of source (1,1), net \"fc1\"");
}

TEST(VerifyRoutes, NamesAnExtraReader) {
  auto entries = oneRoute();
  entries[1].outputs.insert(R);
  auto faults = verifyRoutes(oneStream(), entries);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].message,
            "at PE (2,1), colour 7: gets a stream that it did not ask for of "
            "source (1,1), net \"fc1\"");
}

TEST(VerifyRoutes, NamesASourceWithoutEntry) {
  auto entries = oneRoute();
  entries.erase(entries.begin());
  auto faults = verifyRoutes(oneStream(), entries);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].kind, Kind::NoEntry);
  EXPECT_EQ(faults[0].message, "at PE (1,1), colour 7: a stream starts here "
                               "but no entry takes it from ramp, net \"fc1\"");
}

TEST(VerifyRoutes, NamesTwoEntries) {
  auto entries = oneRoute();
  entries.push_back({7, Region({2, 3}, {0, 4}), N, {S}});
  auto faults = verifyRoutes(oneStream(), entries);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].kind, Kind::Conflict);
  EXPECT_EQ(faults[0].message, "at PE (2,1), colour 7: two entries, from west "
                               "and from north, net \"fc1\"");
}

TEST(VerifyRoutes, NamesTheUnusedPartOfAnEntry) {
  auto entries = oneRoute();
  entries[1].region = Region({2, 3}, {1, 5});
  auto faults = verifyRoutes(oneStream(), entries);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(
      faults[0].message,
      "at PE (2,2), colour 7: no wavelet reaches the entry from west (and "
      "2 more), net \"fc1\"");
}

TEST(VerifyRoutes, LoopsEnd) {
  // A trunk into a ring that nothing leaves: each PE of the ring has one input,
  // so the trunk is refused where it joins, and the ring is never reached.
  std::vector<RouteEntry> ring = {{0, Region({0, 1}, {0, 1}), S, {E}},
                                  {0, Region({1, 2}, {0, 1}), W, {S}},
                                  {0, Region({1, 2}, {1, 2}), N, {W}},
                                  {0, Region({0, 1}, {1, 2}), E, {N}},
                                  {0, Region({2, 3}, {1, 2}), R, {W}}};
  RecoveredRoutes recovered = recoverStreams(ring, rampInjections(ring));
  ASSERT_EQ(recovered.faults.size(), 5u);
  EXPECT_EQ(recovered.faults[0].kind, Kind::MissingHop);
  EXPECT_EQ(recovered.faults[1].kind, Kind::Dangling);
  // A wavelet put on the ring from outside comes back.
  Injection port{0, Region({0, 1}, {0, 1}), S};
  recovered = recoverStreams(ring, {port});
  ASSERT_FALSE(recovered.faults.empty());
  EXPECT_EQ(recovered.faults[0].kind, Kind::Loop);
}

TEST(VerifyRoutes, AbsoluteReadersOfSeveralSources) {
  // Two rows to the same absolute row, but the second has none of it.
  std::vector<WantedStreams> wanted = {
      {"a", 0, makePiece({{0, 1}, {0, 2}}, absolute(1), absolute(0))}};
  std::vector<RouteEntry> entries = {{0, Region({0, 1}, {0, 2}), R, {E}},
                                     {0, Region({1, 2}, {0, 2}), W, {R}}};
  auto faults = verifyRoutes(wanted, entries);
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].kind, Kind::MissingReader);
  EXPECT_EQ(faults[1].kind, Kind::ExtraReader);
  EXPECT_EQ(faults[1].pe, (Point{1, 1}));
}

/// A product's streams on a mesh, some with bends and branches.
RouteProblem sample(int64_t width, int64_t height) {
  RouteProblem problem = makeProblem(width, height, 21);
  addNet(problem, "chain",
         {makePiece({{0, width - 1}, {0, height}}, relative(1), relative(0))});
  addNet(problem, "spread",
         {makePiece({{2, 3}, {0, height}}, absolute(0, width), relative(0),
                    true)});
  addNet(
      problem, "far",
      {makePiece({{1, 2}, {1, 2}}, absolute(3, width), absolute(4, height))});
  return problem;
}

TEST(VerifyRoutes, EveryMutationIsNoticed) {
  RouteProblem problem = sample(9, 8);
  RouteAnswer answer;
  RouteFailure failure;
  ASSERT_TRUE(route(problem, answer, failure)) << failure.message;
  auto [wanted, right] = flatten(problem, answer);
  ASSERT_TRUE(verifyRoutes(wanted, right).empty());
  std::mt19937 random(5);
  for (size_t i = 0; i < right.size(); ++i) {
    SCOPED_TRACE(i);
    Point pe = right[i].region.anyPoint();
    auto entries = right;
    // One PE forgets its entry.
    entries[i].region = entries[i].region.subtract(StridedRect::single(pe));
    EXPECT_FALSE(verifyRoutes(wanted, entries).empty());
    // The whole family loses one output, or gets one more.
    for (Direction direction : allDirections) {
      entries = right;
      if (direction == entries[i].input && direction != R)
        continue;
      if (entries[i].outputs.contains(direction))
        entries[i].outputs.erase(direction);
      else
        entries[i].outputs.insert(direction);
      EXPECT_FALSE(verifyRoutes(wanted, entries).empty()) << int(direction);
    }
    // The input turns to another side.
    for (Direction direction : allDirections) {
      if (direction == right[i].input)
        continue;
      entries = right;
      entries[i].input = direction;
      EXPECT_FALSE(verifyRoutes(wanted, entries).empty());
    }
    // Two entries swap their colours.
    for (size_t j = 0; j < i; ++j) {
      if (right[i].colour == right[j].colour)
        continue;
      entries = right;
      std::swap(entries[i].colour, entries[j].colour);
      EXPECT_FALSE(verifyRoutes(wanted, entries).empty());
    }
  }
}

TEST(VerifyRoutes, CostDoesNotFollowTheMesh) {
  RouteProblem problem = sample(750, 994);
  RouteAnswer answer;
  RouteFailure failure;
  ASSERT_TRUE(route(problem, answer, failure)) << failure.message;
  auto [wanted, entries] = flatten(problem, answer);
  auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(verifyRoutes(wanted, entries).empty());
  std::chrono::duration<double> taken =
      std::chrono::steady_clock::now() - start;
  // Generous for loaded machines and sanitizers.
  EXPECT_LT(taken.count(), 0.2);
  RecoveredRoutes recovered = recoverStreams(entries, rampInjections(entries));
  EXPECT_LT(recovered.streams.size(), 40u);
}

} // namespace
