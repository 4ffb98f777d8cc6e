//===- ChainTest.cpp - long chains of products ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"
#include "gtest/gtest.h"

using namespace wafer;
using namespace wafer::e2e;

namespace {

Outcome run(const GraphCase &graph, const MachineChoice &machine) {
  Harness harness;
  Outcome outcome = harness.check(graph, machine);
  EXPECT_EQ(outcome.kind, Outcome::Right)
      << machine.str() << ": " << outcome.message;
  return outcome;
}

std::vector<int64_t> varyingWidths(int layers) {
  std::vector<int64_t> widths;
  for (int i = 0; i <= layers; ++i)
    widths.push_back(3 + (i * 7) % 11);
  return widths;
}

TEST(ChainTest, ThirtyLayersOnThePresetsColours) {
  MachineChoice machine;
  machine.width = 6, machine.height = 3;
  run(makeChain(1, 7, varyingWidths(30), /*integers=*/false), machine);
}

/// Colours for one kernel only: a queue has to take another colour in each
/// epoch.
TEST(ChainTest, ThirtyLayersOnFewColours) {
  MachineChoice machine;
  machine.width = 5, machine.height = 4;
  machine.usableColours = 4;
  Outcome outcome =
      run(makeChain(2, 9, varyingWidths(30), /*integers=*/false), machine);
  EXPECT_GT(outcome.epochs, 0) << "the colours should not last for one epoch";
}

/// Colours for all kernels, queues for one: epochs have to follow the queues
/// too.
TEST(ChainTest, LayersOnFewQueues) {
  MachineChoice machine;
  machine.width = 5, machine.height = 2;
  machine.queues = 4;
  run(makeChain(3, 5, varyingWidths(12), /*integers=*/true), machine);
}

TEST(ChainTest, StreamedWeights) {
  for (auto [width, height] : {std::pair<int64_t, int64_t>{12, 20}, {7, 33}}) {
    MachineChoice machine;
    machine.width = width, machine.height = height;
    machine.usableBytes = 6000;
    Outcome outcome =
        run(makeChain(4, 40, {96, 384, 96}, /*integers=*/false), machine);
    EXPECT_EQ(outcome.streamed, 2);
  }
}

TEST(ChainTest, StreamedWeightsFromEverySetOfPorts) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    MachineChoice machine = makeRandomMachine(seed);
    if (!machine.ownPorts || machine.ports.empty())
      continue;
    machine.usableBytes = 1500;
    machine.usableColours = machine.queues = -1;
    Harness harness;
    Outcome outcome = harness.check(
        makeChain(seed, 5 + seed % 9, {13, 31, 17}, seed % 2), machine);
    bool fits = outcome.kind != Outcome::Refused ||
                outcome.message.find("does not fit") == std::string::npos;
    EXPECT_TRUE(!fits || outcome.kind == Outcome::Right)
        << seed << " " << machine.str() << ": " << outcome.message;
  }
}

/// Every layer has other widths and so other columns: many streams that cannot
/// share a channel.
void checkRandomDepths(bool fewColours, int64_t queues) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    MachineChoice machine;
    machine.width = 1 + random() % 18, machine.height = 1 + random() % 6;
    machine.queues = queues;
    if (fewColours && seed % 3 == 1)
      machine.usableColours = 5 + random() % 6;
    if (seed % 4 == 3)
      machine.usableBytes = 2500 + random() % 4000;
    std::vector<int64_t> widths;
    for (int i = 0, layers = 2 + random() % 28; i <= layers; ++i)
      widths.push_back(1 + random() % 40);
    Harness harness;
    Outcome outcome = harness.check(
        makeChain(seed, 1 + random() % 20, widths, seed % 2), machine);
    // Ports feed from the start of a launch: their streams cannot wait for an
    // epoch.
    bool limited = outcome.kind == Outcome::Refused &&
                   (outcome.message.find("does not fit") != std::string::npos ||
                    outcome.message.find("is fed from the start of a launch") !=
                        std::string::npos);
    EXPECT_TRUE(limited || outcome.kind == Outcome::Right)
        << seed << " " << machine.str() << " layers " << widths.size() - 1
        << ": " << outcome.message;
  }
}

TEST(ChainTest, RandomDepthsOnManyQueues) {
  checkRandomDepths(/*fewColours=*/false, /*queues=*/24);
}
TEST(ChainTest, RandomDepthsOnThePresetsQueues) {
  checkRandomDepths(/*fewColours=*/true, /*queues=*/-1);
}

TEST(ChainTest, ManyLaunches) {
  MachineChoice machine;
  machine.width = 3, machine.height = 2;
  machine.usableBytes = 2500;
  Outcome outcome =
      run(makeChain(5, 101, {17, 23, 9}, /*integers=*/true), machine);
  EXPECT_GT(outcome.launches, 1);
  EXPECT_TRUE(outcome.exact);
}

TEST(ChainTest, LaunchesWithEpochs) {
  MachineChoice machine;
  machine.width = 7, machine.height = 2;
  machine.usableBytes = 1800; // Less than all tokens at once take.
  machine.usableColours = 4;
  Outcome outcome = run(
      makeChain(6, 150, {7, 9, 11, 5, 8, 3, 9}, /*integers=*/false), machine);
  EXPECT_EQ(outcome.kind, Outcome::Right);
  EXPECT_GT(outcome.launches, 1);
  EXPECT_GT(outcome.epochs, 0);
}

} // namespace
