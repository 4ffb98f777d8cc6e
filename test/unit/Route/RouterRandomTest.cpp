//===- RouterRandomTest.cpp - random streams --------------------*- C++ -*-===//
// C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RouteTestSupport.h"

#include "gtest/gtest.h"

#include <random>

using namespace wafer;
using namespace wafer::route_test;

namespace {

class RandomNets {
public:
  RandomNets(unsigned seed, int64_t width, int64_t height)
      : random(seed), width(width), height(height) {}

  StreamPiece piece(bool families) {
    while (true) {
      StreamPiece piece;
      piece.sources = {range(width, families), range(height, families)};
      for (unsigned i = 0, e = 1 + random() % 2; i < e; ++i)
        piece.destinations.push_back({span(width), span(height)});
      piece.excludeSource = random() % 2;
      RouteProblem alone = makeProblem(width, height, 1);
      addNet(alone, "n", {piece});
      std::string error;
      if (alone.check(error))
        return piece;
    }
  }
  unsigned below(unsigned n) { return random() % n; }

private:
  StridedRange range(int64_t extent, bool families) {
    int64_t begin = random() % extent;
    if (!families || random() % 2)
      return StridedRange::single(begin);
    int64_t step = 1 + random() % 3;
    return StridedRange(begin, begin + 1 + random() % (extent - begin), step);
  }
  AxisSpan span(int64_t extent) {
    int64_t length = random() % 3 ? 1 : 1 + random() % (extent / 2);
    int64_t step = 1 + random() % 2;
    if (random() % 2) {
      int64_t offset = int64_t(random() % extent) - extent / 2;
      return relative(offset, offset + length, step);
    }
    int64_t begin = random() % (extent - length + 1);
    return absolute(begin, begin + length, step);
  }

  std::mt19937 random;
  int64_t width, height;
};

/// Walks every wavelet of every stream; streams of different channels must not
/// meet, and each reaches exactly its readers.
void expectRight(const RouteProblem &problem, const RouteAnswer &answer) {
  auto [wanted, entries] = flatten(problem, answer);
  BruteForceMesh mesh;
  for (const RouteEntry &entry : entries)
    ASSERT_TRUE(mesh.add(entry));
  std::map<std::pair<Point, unsigned>, Point> owner;
  for (const WantedStreams &streams : wanted)
    Region(streams.piece.sources).forEachPoint([&](Point source) {
      std::set<Point> readers, passed, expected;
      ASSERT_TRUE(mesh.walk(source, streams.colour,
                            streams.piece.fromPort.value_or(Direction::Ramp),
                            readers, passed));
      streams.piece.readersOf(source).forEachPoint(
          [&](Point p) { expected.insert(p); });
      EXPECT_EQ(readers, expected);
      for (Point p : passed) {
        auto entry = owner.try_emplace({p, streams.colour}, source).first;
        EXPECT_EQ(entry->second, source) << streams.net;
      }
    });
  EXPECT_EQ(owner.size(), mesh.size()) << "entries that nobody uses";
}

void runRandomSets(unsigned firstSeed, unsigned count, bool families,
                   unsigned colours, unsigned maxNets, unsigned &routed) {
  for (unsigned seed = firstSeed; seed < firstSeed + count; ++seed) {
    SCOPED_TRACE(seed);
    int64_t width = 4 + seed % 13, height = 3 + seed % 11;
    RandomNets random(seed, width, height);
    RouteProblem problem = makeProblem(width, height, colours);
    for (unsigned net = 0, e = 1 + random.below(maxNets); net < e; ++net) {
      std::vector<StreamPiece> pieces;
      for (unsigned p = 0, n = 1 + random.below(2); p < n; ++p)
        pieces.push_back(random.piece(families));
      // Now and then a net used after another one on the same streams.
      if (net > 0 && random.below(6) == 0)
        pieces = problem.nets.back().pieces;
      addNet(problem, "net" + std::to_string(net), pieces, net);
    }
    RouteAnswer answer;
    RouteFailure failure;
    if (!route(problem, answer, failure)) {
      EXPECT_FALSE(failure.message.empty());
      EXPECT_FALSE(failure.nets.empty());
      EXPECT_GT(failure.coloursNeeded, colours);
      continue;
    }
    ++routed;
    std::string error;
    EXPECT_TRUE(verify(problem, answer, error)) << error;
    expectRight(problem, answer);
  }
}

TEST(RouterRandom, SingleStreams) {
  unsigned routed = 0;
  runRandomSets(1, 400, /*families=*/false, /*colours=*/21, 20, routed);
  EXPECT_EQ(routed, 400u);
}

TEST(RouterRandom, SingleStreamsOnFewColours) {
  unsigned routed = 0;
  runRandomSets(1000, 200, /*families=*/false, /*colours=*/4, 10, routed);
  // Without flipping shapes 150 are found, with single flips 165.
  EXPECT_GT(routed, 170u);
}

TEST(RouterRandom, Families) {
  unsigned routed = 0;
  runRandomSets(2000, 600, /*families=*/true, /*colours=*/21, 4, routed);
  EXPECT_GT(routed, 590u);
}

TEST(RouterRandom, FamiliesOnFewColours) {
  unsigned routed = 0;
  runRandomSets(4000, 300, /*families=*/true, /*colours=*/6, 5, routed);
  EXPECT_GT(routed, 150u);
  EXPECT_LT(routed, 300u);
}

/// Every recovered stream is what a walk finds, whatever the entries are.
TEST(RouterRandom, RecoveryMatchesWalks) {
  for (unsigned seed = 3000; seed < 3200; ++seed) {
    SCOPED_TRACE(seed);
    RandomNets random(seed, 12, 10);
    RouteProblem problem = makeProblem(12, 10, 21);
    for (unsigned net = 0; net < 3; ++net)
      addNet(problem, "net" + std::to_string(net), {random.piece(true)}, net);
    RouteAnswer answer;
    RouteFailure failure;
    if (!route(problem, answer, failure))
      continue;
    auto [wanted, entries] = flatten(problem, answer);
    RecoveredRoutes recovered =
        recoverStreams(entries, rampInjections(entries));
    EXPECT_TRUE(recovered.faults.empty());
    BruteForceMesh mesh;
    for (const RouteEntry &entry : entries)
      mesh.add(entry);
    for (const RouteEntry &entry : entries) {
      if (entry.input != Direction::Ramp)
        continue;
      entry.region.forEachPoint([&](Point source) {
        std::set<Point> readers, passed, found;
        ASSERT_TRUE(
            mesh.walk(source, entry.colour, Direction::Ramp, readers, passed));
        recovered.readersOf(source, entry.colour).forEachPoint([&](Point p) {
          found.insert(p);
        });
        EXPECT_EQ(found, readers);
      });
    }
  }
}

} // namespace
