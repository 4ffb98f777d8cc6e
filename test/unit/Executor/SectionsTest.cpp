//===- SectionsTest.cpp - programs cut into sections ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// runBoth runs a module as a whole, in sections, and cycle by cycle.
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

using namespace wafer;
using namespace wafer::exec;

/// The same text means different buffers in two programs.
TEST_F(ExecutorTest, SectionsOfEqualTextKeepTheirBuffers) {
  auto program = [](const char *name, const char *x, const char *size) {
    return std::string("pe.program @") + name + " on [" + x +
           ", 0] {\n pe.buffer @m : f32 x " + size +
           " at 6144\n pe.load @m[0 : 1] from @x[x * 20 + i0] over [" + size +
           "]\n pe.store @m[0 : 1] to @y[x * 20 + i0] over [" + size +
           "]\n pe.section \"s\"\n pe.add f32 over [10] @m[0 : 1] = @m[0 : 1], "
           "@m[0 : 1]\n}\n";
  };
  ASSERT_TRUE(parse("pe.host @x : tensor<40xf32> input\n"
                    "pe.host @y : tensor<40xf32> output\n"
                    "pe.module @p machine(MACHINE) launches(1) {\n" +
                    program("a", "0", "10") + program("b", "1", "20") + "}"));
  setInput("x", std::vector<float>(40, 1.5f));
  runBoth();
}

/// E4: what a launch has written, the next one finds.
TEST_F(ExecutorTest, SectionsKeepMemoryFromLaunchToLaunch) {
  ASSERT_TRUE(parse(R"(
pe.host @x : tensor<1xf32> input
pe.host @y : tensor<3xf32> output
pe.module @p machine(MACHINE) launches(3) {
  pe.program @a on [0, 0] {
    pe.buffer @x : f32 x 1 at 6144
    pe.buffer @seen : f32 x 3 at 6148
    pe.buffer @sum : f32 x 1 at 6160
    pe.load @x[0 : 1] from @x[i0] over [1]
    pe.store @sum[0 : 1] to @y[launch + i0] over [1]
    pe.section "first"
    pe.move f32 over [1] @seen[launch : 1] = @x[0 : 1]
    pe.add f32 over [1] @sum[0 : 1] = @seen[0 : 1], @seen[launch : 1]
    pe.section "second"
    pe.add f32 over [1] @sum[0 : 1] = @sum[0 : 1], @x[0 : 1]
  }
})"));
  setInput("x", std::vector<float>{2});
  RunOutcome outcome = runBoth();
  EXPECT_EQ(sectionsOfRun, 2u);
  EXPECT_EQ(asFloats(outcome.outputs["y"]), (std::vector<float>{6, 6, 6}));
}

/// An f16 half is written beside the half of a word that all lanes share.
TEST_F(ExecutorTest, HalvesOfWordsOfAllLanesStay) {
  TestMachine machine;
  machine.width = 1;
  machine.height = 20;
  ASSERT_TRUE(parse(R"(
pe.host @x : tensor<80xf32> input
pe.host @y : tensor<80xf16> output
pe.module @p machine(MACHINE) launches(1) {
  pe.program @a on [0, 0:20] {
    pe.buffer @x : f32 x 4 at 6144
    pe.buffer @h : f16 x 8 at 6160
    pe.buffer @out : f16 x 4 at 6176
    pe.load @x[0 : 1] from @x[y * 4 + i0] over [4]
    pe.store @out[0 : 1] to @y[y * 4 + i0] over [4]
    pe.section "s"
    pe.convert f16 from f32 over [4] @h[0 : 2] = @x[0 : 1]
    pe.move f16 over [4] @out[0 : 1] = @h[1 : 2]
  }
})",
                    machine));
  setInput("x", std::vector<float>(80, 1.5f));
  runBoth(); // E4: the other halves are NaN.
}

/// E61, also where some of the sources have elements.
TEST_F(ExecutorTest, HalfOfTheSourcesIsADeadlock) {
  auto pair = [](const char *code) {
    return std::string(R"(
pe.module @p machine(MACHINE) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 0 epoch 0 on [1, 0] : west -> ramp
  pe.program @a on [0, 0] {
    pe.buffer @m : f32 x 64 at 6144
    pe.bind out(0) colour 0
    pe.move f32 over [3] out(0) = @m[0 : 1]
  }
  pe.program @b on [1, 0] {
    pe.buffer @m : f32 x 64 at 6144
    pe.bind in(0) colour 0
    pe.bind in(1) colour 1
)") + code +
           "\n}\n}";
  };
  for (const char *code : {"pe.add f32 over [2] @m[0 : 1] = in(0), in(0)",
                           "pe.add f32 over [2] @m[0 : 1] = in(0), in(1)"}) {
    ASSERT_TRUE(parse(pair(code)));
    for (unsigned threads : {1, 3}) {
      options.sections = threads == 1 ? RunOptions::Sections::Never
                                      : RunOptions::Sections::Always;
      expectFailure(run(/*isCycle=*/false, threads), FailureKind::Deadlock,
                    "PE (1,0) main thread waits for in(");
    }
  }
}
