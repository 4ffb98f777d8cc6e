//===- TimeTest.cpp - cycles, estimated and as they are -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace wafer;
using namespace wafer::e2e;

namespace {

struct TimeCase {
  int64_t width, height, tokens;
  std::vector<int64_t> widths;
  int64_t usableBytes = -1; // few: weights are streamed, or several launches
  bool ring = false;
};

/// The functional executor's cycles are within 5 % of the cycle executor's on
/// every case; they print as a table.
TEST(TimeTest, EstimateIsWithinFivePercent) {
  const std::vector<int64_t> digits = {64, 200, 120, 10};
  const TimeCase cases[] = {
      {16, 16, 64, digits},
      {16, 16, 400, digits},
      {40, 24, 64, digits},
      {40, 24, 256, digits},
      {16, 16, 400, digits, 6000},
      {7, 33, 40, {96, 384, 96}, 6000},
      {12, 20, 40, {96, 384, 96}, 6000},
      {30, 2, 8, {300, 300, 300}},
      {2, 30, 90, {30, 60, 30}},
      {5, 5, 150, {7, 9, 11, 5, 8, 6, 9}, 2500},
      {16, 16, 64, digits, -1, true},
      {40, 24, 256, digits, -1, true},
      {7, 33, 40, {96, 384, 96}, 6000, true},
  };
  llvm::outs() << "mesh   tokens  widths                functional      cycle  "
                  "error\n";
  for (const TimeCase &c : cases) {
    MachineChoice machine;
    machine.width = c.width, machine.height = c.height;
    machine.usableBytes = c.usableBytes;
    machine.ring = c.ring;
    Harness harness;
    Outcome outcome = harness.check(
        makeChain(/*seed=*/1, c.tokens, c.widths, /*integers=*/false), machine);
    ASSERT_EQ(outcome.kind, Outcome::Right)
        << machine.str() << ": " << outcome.message;
    double error = double(outcome.estimatedCycles) / outcome.cycles - 1;
    std::string widths;
    for (int64_t width : c.widths)
      widths += (widths.empty() ? "" : " ") + std::to_string(width);
    widths += c.ring ? " ring" : "";
    llvm::outs() << llvm::format(
        "%2dx%-2d %6d   %-20s %11llu %10llu %5.2f %%\n", int(c.width),
        int(c.height), int(c.tokens), widths.c_str(),
        (unsigned long long)outcome.estimatedCycles,
        (unsigned long long)outcome.cycles, 100 * error);
    EXPECT_LT(std::fabs(error), 0.05) << machine.str();
  }
}

} // namespace
