//===- ControlTest.cpp - extents, loops, threads, launches ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

using namespace wafer;
using namespace wafer::exec;

TEST_F(ExecutorTest, ExtentsDependOnThePE) { // E2
  ASSERT_TRUE(parse(R"(
pe.host @r : tensor<16x12xf32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.program @c on [0:4, 0:4] {
    pe.buffer @r : f32 x 12 at 6144
    pe.store @r[0 : 1] to @r[(y * 4 + x) * 12 + i0] over [12]
    pe.move f32 over [12] @r[0 : 1] = imm(0.0 : f32)
    pe.loop (x + 1) * 10 floordiv 4 - x * 10 floordiv 4 {
      pe.loop (y - i0) mod 3 {
        pe.add f32 over [x - 1, 2] @r[i0 * 3 + i1 + y mod 2 : 2, 1] = @r[i0 * 3 + i1 + y mod 2 : 2, 1], imm(1.0 : f32)
      }
    }
  }
})"));
  RunOutcome outcome = runBoth();
  std::vector<float> r = asFloats(outcome.outputs["r"]);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 4; ++x) {
      std::vector<float> expected(12, 0.0f);
      for (int i0 = 0; i0 < (x + 1) * 10 / 4 - x * 10 / 4; ++i0)
        for (int i1 = 0; i1 < (y - i0 + 3) % 3; ++i1)
          for (int a = 0; a < x - 1; ++a)
            for (int b = 0; b < 2; ++b)
              expected[i0 * 3 + i1 + y % 2 + 2 * a + b] += 1;
      for (int i = 0; i < 12; ++i)
        EXPECT_EQ(r[(y * 4 + x) * 12 + i], expected[i])
            << x << "," << y << " " << i;
    }
}

TEST_F(ExecutorTest, CyclesOfOnePEAreThoseOfTheRules) { // E50, E51
  ASSERT_TRUE(parse(R"(
pe.module @p machine(MACHINE) launches(2) {
  pe.program @c on [0, 0] {
    pe.buffer @a : f32 x 30 at 6144
    pe.add f32 over [3, 5] @a[0 : 5, 1] = imm(1.0 : f32), imm(2.0 : f32)
    pe.loop 2 {
      pe.mul f32 over [4] @a[0 : 1] = imm(1.0 : f32), imm(2.0 : f32)
    }
    pe.move f32 over [0] @a[0 : 1] = imm(1.0 : f32)
  }
})"));
  // add: 15 set-up, 3 rows of 3 beats; loop: twice 6 + 15 + 4; an empty
  // move: 15.
  uint64_t expected = (15 + 9) + 2 * (6 + 15 + 4) + 15;
  RunOutcome outcome = runBoth();
  EXPECT_EQ(outcome.result.cyclesPerLaunch,
            (std::vector<uint64_t>{expected, expected}));
  EXPECT_EQ(outcome.result.cycles, 2 * expected);
  EXPECT_EQ(functionalCycles, 2 * expected);
}

TEST_F(ExecutorTest, MicrothreadsShareTheDatapath) { // E11, E50
  ASSERT_TRUE(parse(R"(
pe.host @r : tensor<200xf32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.program @c on [0, 0] {
    pe.buffer @a : f32 x 100 at 6144
    pe.buffer @b : f32 x 100 at 6544
    pe.store @a[0 : 1] to @r[i0] over [100]
    pe.store @b[0 : 1] to @r[100 + i0] over [100]
    pe.async 3 {
      pe.mul f32 over [100] @b[0 : 1] = imm(3.0 : f32), imm(2.0 : f32)
    }
    pe.mul f32 over [100] @a[0 : 1] = imm(1.0 : f32), imm(2.0 : f32)
    pe.await 3
  }
})"));
  RunOutcome outcome = runBoth();
  EXPECT_EQ(asFloats(outcome.outputs["r"])[150], 6.0f);
  // 200 beats on one datapath, the first one in cycle 4.
  EXPECT_EQ(outcome.result.cycles, 204u);
  EXPECT_NEAR(functionalCycles, 204.0, 11.0);
}

TEST_F(ExecutorTest, AsyncWaitsForABusyMicrothreadAndKeepsIndices) { // E11
  ASSERT_TRUE(parse(R"(
pe.host @r : tensor<6xi32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.program @c on [0, 0] {
    pe.buffer @r : i32 x 6 at 6144
    pe.store @r[0 : 1] to @r[i0] over [6]
    pe.loop 3 {
      pe.async 0 {
        pe.loop 2 {
          pe.move i32 over [1] @r[i0 * 2 + i1 : 1] = imm(7 : i32)
        }
      }
    }
  }
})"));
  EXPECT_EQ(runBoth().outputs["r"], std::vector<uint32_t>(6, 7));
}

TEST_F(ExecutorTest, LaunchesKeepMemoryAndLoadOnce) { // E4, E5
  ASSERT_TRUE(parse(R"(
pe.host @w : tensor<2xf32> input
pe.host @x : tensor<6xf32> input
pe.host @y : tensor<6xf32> output
pe.host @fresh : tensor<1xi32> output
pe.module @p machine(MACHINE) launches(3) {
  pe.program @c on [0, 0] {
    pe.buffer @w : f32 x 2 at 6144
    pe.buffer @x : f32 x 2 at 6152
    pe.buffer @never : i32 x 1 at 6160
    pe.load @w[0 : 1] from @w[i0] over [2] once
    pe.load @x[0 : 1] from @x[launch * 2 + i0] over [2]
    pe.store @x[0 : 1] to @y[launch * 2 + i0] over [2]
    pe.store @never[0 : 1] to @fresh[0 * i0] over [1]
    pe.mul f32 over [2] @x[0 : 1] = @x[0 : 1], @w[0 : 1]
    pe.add f32 over [2] @w[0 : 1] = @w[0 : 1], imm(1.0 : f32)
  }
})"));
  setInput("w", std::vector<float>{1, 2});
  setInput("x", std::vector<float>{1, 1, 1, 1, 1, 1});
  RunOutcome outcome = runBoth();
  EXPECT_EQ(asFloats(outcome.outputs["y"]),
            (std::vector<float>{1, 2, 2, 3, 3, 4}));
  EXPECT_EQ(outcome.outputs["fresh"][0], 0xFFFFFFFFu);
  EXPECT_EQ(outcome.result.cyclesPerLaunch.size(), 3u);
}

TEST_F(ExecutorTest, ModulesRunInOrder) { // E6
  ASSERT_TRUE(parse(R"(
pe.host @t : tensor<4xf32> temporary
pe.host @y : tensor<4xf32> output
pe.module @p0 machine(MACHINE) launches(1) {
  pe.program @c on [0:4, 0] {
    pe.buffer @a : f32 x 1 at 6144
    pe.store @a[0 : 1] to @t[x] over [1]
    pe.move f32 over [1] @a[0 : 1] = imm(2.0 : f32)
  }
}
pe.module @p1 machine(MACHINE) launches(1) {
  pe.program @c on [0, 0:4] {
    pe.buffer @a : f32 x 1 at 6144
    pe.load @a[0 : 1] from @t[y] over [1]
    pe.store @a[0 : 1] to @y[y] over [1]
    pe.add f32 over [1] @a[0 : 1] = @a[0 : 1], imm(1.0 : f32)
  }
})"));
  EXPECT_EQ(asFloats(runBoth().outputs["y"]), std::vector<float>(4, 3.0f));
}

TEST_F(ExecutorTest, AnAccessOutsideItsBufferIsNamed) { // E20
  ASSERT_TRUE(parse(R"(
pe.module @p machine(MACHINE) launches(1) {
  pe.program @c on [0:4, 0] {
    pe.buffer @a : f32 x 8 at 6144
    pe.move f32 over [x * 3] @a[0 : 1] = imm(2.0 : f32)
  }
})"));
  expectFailure(
      FailureKind::BadAccess,
      "PE (3,0) of program @c leaves buffer @a of 8 elements: pe.move");
}

TEST_F(ExecutorTest, ACopyOutsideTheHostTensorIsNamed) { // E5
  ASSERT_TRUE(parse(R"(
pe.host @x : tensor<6xf32> input
pe.module @p machine(MACHINE) launches(1) {
  pe.program @c on [0:4, 0] {
    pe.buffer @a : f32 x 2 at 6144
    pe.load @a[0 : 1] from @x[x * 2 + i0] over [2]
  }
})"));
  setInput("x", std::vector<float>(6, 1.0f));
  expectFailure(
      FailureKind::BadAccess,
      "PE (3,0): 2 elements from 6 on, 1 apart, lie outside host tensor @x");
}

TEST_F(ExecutorTest, MissingInputIsNamed) {
  ASSERT_TRUE(parse(R"(
pe.host @x : tensor<6xf32> input
pe.module @p machine(MACHINE) launches(1) {
  pe.program @c on [0, 0] {
    pe.buffer @a : f32 x 6 at 6144
    pe.load @a[0 : 1] from @x[i0] over [6]
  }
})"));
  expectFailure(FailureKind::BadModule, "no value is given for input @x");
}
