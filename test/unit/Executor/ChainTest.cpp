//===- ChainTest.cpp - products reduced along rows --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"
#include <cmath>

using namespace wafer;
using namespace wafer::exec;

/// y = x * W on a 4x4 mesh: 2 tokens a row, 2 inputs a column, 6 outputs;
/// partial sums go east on two colours by parity.
static const char *const kChain = R"(
pe.host @x : tensor<8x8xf32> input
pe.host @w : tensor<8x6xf32> input
pe.host @y : tensor<8x6xf32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.route colour 0 epoch 0 on [0:3:2, 0:4] : ramp -> east
  pe.route colour 0 epoch 0 on [1:4:2, 0:4] : west -> ramp
  pe.route colour 1 epoch 0 on [1:3:2, 0:4] : ramp -> east
  pe.route colour 1 epoch 0 on [2:4:2, 0:4] : west -> ramp
  pe.program @first on [0, 0:4] {
    pe.buffer @x : f32 x 4 at 6144
    pe.buffer @w : f32 x 12 at 6160
    pe.buffer @acc : f32 x 12 at 6208
    pe.load @x[0 : 2, 1] from @x[(y * 2 + i0) * 8 + x * 2 + i1] over [2, 2]
    pe.load @w[0 : 6, 1] from @w[(x * 2 + i0) * 6 + i1] over [2, 6]
    pe.bind out(0) colour 0
    pe.move f32 over [12] @acc[0 : 1] = imm(0.0 : f32)
    pe.loop 2 {
      pe.mac f32 over [2, 6] @acc[0 : 6, 1] = @x[i0 : 2, 0], @w[i0 * 6 : 0, 1]
    }
    pe.move f32 over [12] out(0) = @acc[0 : 1]
  }
  pe.program @odd on [1, 0:4] {
    pe.buffer @x : f32 x 4 at 6144
    pe.buffer @w : f32 x 12 at 6160
    pe.buffer @acc : f32 x 12 at 6208
    pe.load @x[0 : 2, 1] from @x[(y * 2 + i0) * 8 + x * 2 + i1] over [2, 2]
    pe.load @w[0 : 6, 1] from @w[(x * 2 + i0) * 6 + i1] over [2, 6]
    pe.bind in(0) colour 0
    pe.bind out(0) colour 1
    pe.move f32 over [12] @acc[0 : 1] = imm(0.0 : f32)
    pe.loop 2 {
      pe.mac f32 over [2, 6] @acc[0 : 6, 1] = @x[i0 : 2, 0], @w[i0 * 6 : 0, 1]
    }
    pe.add f32 over [12] out(0) = in(0), @acc[0 : 1]
  }
  pe.program @even on [2, 0:4] {
    pe.buffer @x : f32 x 4 at 6144
    pe.buffer @w : f32 x 12 at 6160
    pe.buffer @acc : f32 x 12 at 6208
    pe.load @x[0 : 2, 1] from @x[(y * 2 + i0) * 8 + x * 2 + i1] over [2, 2]
    pe.load @w[0 : 6, 1] from @w[(x * 2 + i0) * 6 + i1] over [2, 6]
    pe.bind in(0) colour 1
    pe.bind out(0) colour 0
    pe.move f32 over [12] @acc[0 : 1] = imm(0.0 : f32)
    pe.async 0 {
      pe.loop 2 {
        pe.mac f32 over [2, 6] @acc[0 : 6, 1] = @x[i0 : 2, 0], @w[i0 * 6 : 0, 1]
      }
    }
    pe.await 0
    pe.add f32 over [12] out(0) = in(0), @acc[0 : 1]
  }
  pe.program @last on [3, 0:4] {
    pe.buffer @x : f32 x 4 at 6144
    pe.buffer @w : f32 x 12 at 6160
    pe.buffer @acc : f32 x 12 at 6208
    pe.load @x[0 : 2, 1] from @x[(y * 2 + i0) * 8 + x * 2 + i1] over [2, 2]
    pe.load @w[0 : 6, 1] from @w[(x * 2 + i0) * 6 + i1] over [2, 6]
    pe.store @acc[0 : 6, 1] to @y[(y * 2 + i0) * 6 + i1] over [2, 6]
    pe.bind in(0) colour 0
    pe.move f32 over [12] @acc[0 : 1] = imm(0.0 : f32)
    pe.loop 2 {
      pe.mac f32 over [2, 6] @acc[0 : 6, 1] = @x[i0 : 2, 0], @w[i0 * 6 : 0, 1]
    }
    pe.add f32 over [12] @acc[0 : 1] = in(0), @acc[0 : 1]
  }
}
)";

static std::vector<float> ramp(size_t count, float scale) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i)
    values[i] = std::sin(static_cast<float>(i) * 0.7f) * scale;
  return values;
}

TEST_F(ExecutorTest, ChainGivesTheProductInProgramOrder) {
  ASSERT_TRUE(parse(kChain));
  std::vector<float> x = ramp(64, 3.0f), w = ramp(48, 0.5f);
  setInput("x", x);
  setInput("w", w);
  RunOutcome outcome = runBoth();
  std::vector<float> y = asFloats(outcome.outputs["y"]);
  ASSERT_EQ(y.size(), 48u);
  for (int t = 0; t < 8; ++t)
    for (int n = 0; n < 6; ++n) {
      float total = 0;
      for (int column = 0; column < 4; ++column) {
        float part = 0;
        for (int k = 2 * column; k < 2 * column + 2; ++k)
          part = std::fma(x[t * 8 + k], w[k * 6 + n], part);
        total = column == 0 ? part : total + part;
      }
      EXPECT_EQ(y[t * 6 + n], total) << t << "," << n;
    }
  // 12 partial sums from each of 12 PEs, one link each.
  EXPECT_EQ(outcome.result.waveletsSent, 144u);
  EXPECT_EQ(outcome.result.waveletHops, 144u);
  EXPECT_EQ(outcome.result.pesUsed, 16);
  EXPECT_EQ(outcome.result.coloursUsed, 2);
  EXPECT_NEAR(functionalCycles, outcome.result.cycles,
              outcome.result.cycles * 0.05);
}

TEST_F(ExecutorTest, RunsTwiceAndWithThreadsTheSame) {
  ASSERT_TRUE(parse(kChain));
  setInput("x", ramp(64, 2.0f));
  setInput("w", ramp(48, 1.0f));
  RunOutcome first = runBoth(), second = runBoth(),
             threads = run(/*isCycle=*/false, /*threads=*/4);
  EXPECT_EQ(first.outputs, second.outputs);
  EXPECT_EQ(first.result.cycles, second.result.cycles);
  EXPECT_EQ(first.outputs, threads.outputs);
}

/// The tiled mac of many lanes against single PEs' point by point: 19 rows are
/// lanes of one group, and each row's PE is also run alone by the cycle
/// executor. Odd sizes leave partial tiles, strips and vectors.
TEST_F(ExecutorTest, TiledMacKeepsTheOrderOfAdditions) {
  for (const char *extents : {"5, 7, 3", "1, 8, 6", "4, 2, 8", "3, 1, 1"}) {
    TestMachine machine;
    machine.height = 83;
    ASSERT_TRUE(
        parse(R"(
pe.host @x : tensor<83x54xf32> input
pe.host @w : tensor<83x54xf32> input
pe.host @y : tensor<83x60xf32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.program @c on [1, 0:83] {
    pe.buffer @x : f32 x 54 at 6144
    pe.buffer @w : f32 x 54 at 6400
    pe.buffer @acc : f32 x 60 at 6656
    pe.load @x[0 : 1] from @x[y * 54 + i0] over [54]
    pe.load @w[0 : 1] from @w[y * 54 + i0] over [54]
    pe.store @acc[0 : 1] to @y[y * 60 + i0] over [60]
    pe.move f32 over [60] @acc[0 : 1] = imm(0.125 : f32)
    pe.loop 2 {
      pe.mac f32 over [)" +
                  std::string(extents) +
                  R"(] @acc[0 : 8, 0, 1] = @x[i0 : 0, 6, 1], @w[i0 : 9, 1, 0]
    }
  }
})",
              machine));
    setInput("x", ramp(83 * 54, 3.0f));
    setInput("w", ramp(83 * 54, 0.3f));
    runBoth();
  }
}
