//===- FabricTest.cpp - routes, switches, feeds, epochs ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"
#include <numeric>

using namespace wafer;
using namespace wafer::exec;

static std::vector<float> iota(size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 1.0f);
  return values;
}

/// One element over three hops: 15 set-up, the beat in cycle 15, the queue to
/// 16, the ramp to 18, hops to 21, the ramp to 23: there the reader beats, and
/// has ended 3 cycles behind cycle 24.
TEST_F(ExecutorTest, LatencyOfOneElement) { // E52
  ASSERT_TRUE(parse(R"(
pe.host @y : tensor<1xf32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 0 epoch 0 on [1:3, 0] : west -> east
  pe.route colour 0 epoch 0 on [3, 0] : west -> ramp
  pe.program @s on [0, 0] {
    pe.bind out(0) colour 0
    pe.move f32 over [1] out(0) = imm(5.0 : f32)
  }
  pe.program @r on [3, 0] {
    pe.buffer @a : f32 x 1 at 6144
    pe.store @a[0 : 1] to @y[i0] over [1]
    pe.bind in(0) colour 0
    pe.move f32 over [1] @a[0 : 1] = in(0)
  }
})"));
  RunOutcome outcome = runBoth();
  EXPECT_EQ(outcome.result.cycles, 27u);
  EXPECT_EQ(functionalCycles, 27u);
  EXPECT_EQ(outcome.result.waveletHops, 3u);
}

/// 100 elements through all kinds of buffers go at one a cycle.
TEST_F(ExecutorTest, StreamsRunAtFullRate) {
  for (int hop : {1, 2}) {
    TestMachine machine;
    machine.hop = hop;
    ASSERT_TRUE(parse(R"(
pe.host @x : tensor<100xf32> input
pe.host @y : tensor<3x100xf32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 0 epoch 0 on [1:3, 0] : west -> ramp, east
  pe.route colour 0 epoch 0 on [3, 0] : west -> ramp
  pe.program @s on [0, 0] {
    pe.buffer @a : f32 x 100 at 6144
    pe.load @a[0 : 1] from @x[i0] over [100]
    pe.bind out(0) colour 0
    pe.move f32 over [100] out(0) = @a[0 : 1]
  }
  pe.program @r on [1:4, 0] {
    pe.buffer @a : f32 x 100 at 6144
    pe.store @a[0 : 1] to @y[(x - 1) * 100 + i0] over [100]
    pe.bind in(4) colour 0
    pe.move f32 over [100] @a[0 : 1] = in(4)
  }
})",
                      machine));
    setInput("x", iota(100));
    RunOutcome outcome = runBoth();
    EXPECT_EQ(outcome.result.cycles, 15u + 1 + 2 + 3 * hop + 2 + 100 + 3);
    EXPECT_EQ(functionalCycles, outcome.result.cycles);
    EXPECT_EQ(outcome.result.waveletHops, 300u);
    EXPECT_EQ(asFloats(outcome.outputs["y"])[299], 100.0f);
  }
}

TEST_F(ExecutorTest, FeedsEnterAtThePortsRate) { // E44
  for (int rate : {1000, 400}) {
    TestMachine machine;
    machine.portRate = rate;
    ASSERT_TRUE(parse(R"(
pe.host @w : tensor<120xf32> input
pe.host @y : tensor<12x40xf32> output
pe.module @p machine(MACHINE) launches(3) {
  pe.feed "west" on [0, 1] colour 5 from @w[launch * 40 + i0 * 8 + i1] over [5, 8]
  pe.route colour 5 epoch 0 on [0:3, 1] : west -> north, south, east, ramp
  pe.route colour 5 epoch 0 on [3, 1] : west -> north, south, ramp
  pe.route colour 5 epoch 0 on [0:4, 0] : south -> ramp
  pe.route colour 5 epoch 0 on [0:4, 2] : north -> ramp
  pe.program @r on [0:4, 0:3] {
    pe.buffer @a : f32 x 40 at 6144
    pe.store @a[0 : 1] to @y[(x * 3 + y) * 40 + i0] over [40]
    pe.bind in(0) colour 5
    pe.loop 5 {
      pe.mul f32 over [8] @a[i0 * 8 : 1] = in(0), imm(2.0 : f32)
    }
  }
})",
                      machine));
    setInput("w", iota(120));
    RunOutcome outcome = runBoth();
    std::vector<float> y = asFloats(outcome.outputs["y"]);
    for (int i = 0; i < 480; ++i)
      EXPECT_EQ(y[i], 2.0f * (81 + i % 40));
    EXPECT_EQ(outcome.result.waveletsSent, 120u);
    EXPECT_EQ(outcome.result.waveletHops, 120u * 12);
    EXPECT_NEAR(functionalCycles, outcome.result.cycles,
                outcome.result.cycles * 0.05);
  }
}

TEST_F(ExecutorTest, ControlWaveletsMoveRouters) { // E42, E43
  // PE 0 sends a block to each of PEs 1, 2, 3 in turn; after each block the
  // routers move on, and the last one resets all.
  ASSERT_TRUE(parse(R"(
pe.host @x : tensor<36xf32> input
pe.host @y : tensor<4x9xf32> output
pe.module @p machine(MACHINE) launches(2) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 0 epoch 0 on [1:3, 0] : west -> ramp | west -> east
  pe.route colour 0 epoch 0 on [3, 0] : west -> ramp
  pe.program @s on [0, 0] {
    pe.buffer @a : f32 x 12 at 6144
    pe.load @a[0 : 1] from @x[launch * 12 + i0] over [12]
    pe.bind out(0) colour 0
    pe.move f32 over [4] out(0) = @a[0 : 1]
    pe.control out(0) [nop, advance]
    pe.move f32 over [4] out(0) = @a[4 : 1]
    pe.control out(0) [nop, nop, advance]
    pe.move f32 over [4] out(0) = @a[8 : 1]
    pe.control out(0) [nop, reset, reset]
  }
  pe.program @r on [1:4, 0] {
    pe.buffer @a : f32 x 4 at 6144
    pe.store @a[0 : 1] to @y[x * 9 + launch * 4 + i0] over [4]
    pe.bind in(0) colour 0
    pe.move f32 over [4] @a[0 : 1] = in(0)
  }
})"));
  setInput("x", iota(36));
  RunOutcome outcome = runBoth();
  std::vector<float> y = asFloats(outcome.outputs["y"]);
  for (int x = 1; x < 4; ++x)
    for (int i = 0; i < 8; ++i)
      EXPECT_EQ(y[x * 9 + i], 1.0f + i / 4 * 12 + (x - 1) * 4 + i % 4)
          << x << " " << i;
}

TEST_F(ExecutorTest, RingOfPositionsWraps) { // E42
  // A colour taken in turns by two writers: PE 1 passes its own element on,
  // then the one from the west, and so on.
  ASSERT_TRUE(parse(R"(
pe.host @y : tensor<8xf32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.route colour 2 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 2 epoch 0 on [1, 0] : ramp -> east | west -> east wrap
  pe.route colour 2 epoch 0 on [2, 0] : west -> ramp
  pe.program @a on [0, 0] {
    pe.bind out(0) colour 2
    pe.loop 4 {
      pe.move f32 over [1] out(0) = imm(1.0 : f32)
      pe.control out(0) [nop, advance]
    }
  }
  pe.program @b on [1, 0] {
    pe.bind out(1) colour 2
    pe.loop 4 {
      pe.move f32 over [1] out(1) = imm(2.0 : f32)
      pe.control out(1) [advance]
    }
  }
  pe.program @c on [2, 0] {
    pe.buffer @a : f32 x 8 at 6144
    pe.store @a[0 : 1] to @y[i0] over [8]
    pe.bind in(0) colour 2
    pe.move f32 over [8] @a[0 : 1] = in(0)
  }
})"));
  EXPECT_EQ(asFloats(runBoth().outputs["y"]),
            (std::vector<float>{2, 1, 2, 1, 2, 1, 2, 1}));
}

static const char *const kEpochs = R"(
pe.host @y : tensor<4xf32> output
pe.module @p machine(MACHINE) launches(2) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 0 epoch 0 on [1, 0] : west -> ramp
  pe.route colour 0 epoch 1 on [1, 0] : ramp -> west
  pe.route colour 0 epoch 1 on [0, 0] : east -> ramp
  pe.program @a on [0, 0] {
    pe.buffer @a : f32 x 2 at 6144
    pe.store @a[0 : 1] to @y[launch * 2 + i0] over [2]
    pe.bind out(0) colour 0
    pe.move f32 over [2] out(0) = imm(3.0 : f32)
    pe.barrier epoch 1
    pe.bind in(0) colour 0
    pe.move f32 over [2] @a[0 : 1] = in(0)
  }
  pe.program @b on [1, 0] {
    pe.buffer @a : f32 x 2 at 6144
    pe.bind in(0) colour 0
    pe.move f32 over [READS] @a[0 : 1] = in(0)
    pe.add f32 over [2] @a[0 : 1] = @a[0 : 1], imm(1.0 : f32)
    pe.barrier epoch 1
    pe.bind out(0) colour 0
    pe.move f32 over [2] out(0) = @a[0 : 1]
  }
})";

static std::string withReads(const char *reads) {
  std::string body = kEpochs;
  body.replace(body.find("READS"), 5, reads);
  return body;
}

TEST_F(ExecutorTest, ABarrierStartsTheNextRoutes) { // E41, E54
  ASSERT_TRUE(parse(withReads("2")));
  RunOutcome outcome = runBoth();
  EXPECT_EQ(asFloats(outcome.outputs["y"]), std::vector<float>(4, 4.0f));
  EXPECT_EQ(functionalCycles, outcome.result.cycles);
}

TEST_F(ExecutorTest, ABarrierProvesTheFabricEmpty) { // E41
  ASSERT_TRUE(parse(withReads("1")));
  expectFailure(FailureKind::NotDrained, "1 wavelets are left at a barrier");
}

TEST_F(ExecutorTest, AQueueServesSeveralColours) { // E35
  ASSERT_TRUE(parse(R"(
pe.host @y : tensor<6xf32> output
pe.module @p machine(MACHINE) launches(2) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 0 epoch 0 on [1, 0] : west -> ramp
  pe.route colour 1 epoch 0 on [2, 0] : ramp -> west
  pe.route colour 1 epoch 0 on [1, 0] : east -> ramp
  pe.program @a on [0, 0] {
    pe.bind out(0) colour 0
    pe.move f32 over [3] out(0) = imm(3.0 : f32)
  }
  pe.program @c on [2, 0] {
    pe.bind out(0) colour 1
    pe.move f32 over [3] out(0) = imm(4.0 : f32)
  }
  pe.program @b on [1, 0] {
    pe.buffer @a : f32 x 6 at 6144
    pe.store @a[0 : 1] to @y[i0] over [6]
    pe.bind in(0) colour 0
    pe.move f32 over [3] @a[0 : 1] = in(0)
    pe.bind in(0) colour 1
    pe.move f32 over [3] @a[3 : 1] = in(0)
  }
})"));
  EXPECT_EQ(asFloats(runBoth().outputs["y"]),
            (std::vector<float>{3, 3, 3, 4, 4, 4}));
}

TEST_F(ExecutorTest, TyingAFullQueueOrAColourTwiceFails) { // E35
  for (const char *second : {"in(0) colour 1", "in(1) colour 0"}) {
    std::string body = R"(
pe.module @p machine(MACHINE) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 0 epoch 0 on [1, 0] : west -> ramp
  pe.program @a on [0, 0] {
    pe.bind out(0) colour 0
    pe.move f32 over [3] out(0) = imm(3.0 : f32)
  }
  pe.program @b on [1, 0] {
    pe.buffer @a : f32 x 100 at 6144
    pe.bind in(0) colour 0
    pe.move f32 over [1] @a[0 : 1] = in(0)
    pe.mul f32 over [100] @a[0 : 1] = @a[0 : 1], @a[0 : 1]
    pe.bind )" + std::string(second) +
                       "\n  }\n}";
    ASSERT_TRUE(parse(body));
    expectFailure(run(/*isCycle=*/true), FailureKind::BadBind, "tied to");
    // Whether the queue is empty depends on time, which colours are tied does
    // not.
    EXPECT_EQ(run(/*isCycle=*/false).result.failure,
              second[3] == '1' ? FailureKind::BadBind
                               : FailureKind::NotQuiescent);
  }
}
