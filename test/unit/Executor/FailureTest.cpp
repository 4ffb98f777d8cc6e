//===- FailureTest.cpp - deadlocks, leftovers, bad routes -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

using namespace wafer;
using namespace wafer::exec;

/// Two PEs beside each other: colour 0 goes east, colour 1 west.
static std::string pair(const std::string &a, const std::string &b,
                        const std::string &routes = "") {
  return R"(
pe.module @p machine(MACHINE) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 0 epoch 0 on [1, 0] : west -> ramp
  pe.route colour 1 epoch 0 on [1, 0] : ramp -> west
  pe.route colour 1 epoch 0 on [0, 0] : east -> ramp
)" + routes +
         R"(
  pe.program @a on [0, 0] {
    pe.buffer @m : f32 x 64 at 6144
    pe.bind out(0) colour 0
    pe.bind in(0) colour 1
)" + a + R"(
  }
  pe.program @b on [1, 0] {
    pe.buffer @m : f32 x 64 at 6144
    pe.bind out(0) colour 1
    pe.bind in(0) colour 0
)" + b + R"(
  }
})";
}

TEST_F(ExecutorTest, ACycleOfReadersIsNamed) { // E61
  ASSERT_TRUE(parse(pair("pe.move f32 over [2] @m[0 : 1] = in(0)\n pe.move f32 "
                         "over [2] out(0) = @m[0 : 1]",
                         "pe.move f32 over [2] @m[0 : 1] = in(0)\n pe.move f32 "
                         "over [2] out(0) = @m[0 : 1]")));
  expectFailure(FailureKind::Deadlock,
                "deadlock: 2 threads wait, in a cycle of 2");
  expectFailure(
      FailureKind::Deadlock,
      "PE (0,0) main thread waits for in(0), colour 1, of PE (1,0): pe.move");
  expectFailure(
      FailureKind::Deadlock,
      "PE (1,0) main thread waits for in(0), colour 0, of PE (0,0): pe.move");
}

TEST_F(ExecutorTest, AMissingElementIsADeadlock) { // E61
  ASSERT_TRUE(parse(pair("pe.move f32 over [2] out(0) = @m[0 : 1]",
                         "pe.move f32 over [3] @m[0 : 1] = in(0)")));
  expectFailure(FailureKind::Deadlock,
                "PE (1,0) main thread waits for in(0), colour 0, of PE (0,0)");
}

TEST_F(ExecutorTest,
       BuffersThatAreTooSmallStopTheCycleExecutorOnly) { // E60, E61
  // Both send 40 elements before they read: more than queues, ramps and buffers
  // hold.
  ASSERT_TRUE(parse(pair("pe.move f32 over [40] out(0) = @m[0 : 1]\n pe.move "
                         "f32 over [40] @m[0 : 1] = in(0)",
                         "pe.move f32 over [40] out(0) = @m[0 : 1]\n pe.move "
                         "f32 over [40] @m[0 : 1] = in(0)")));
  EXPECT_TRUE(run(/*isCycle=*/false).result.succeeded());
  expectFailure(run(/*isCycle=*/true), FailureKind::Deadlock,
                "PE (0,0) main thread waits for room in out(0), colour 0, at a "
                "reader of PE (1,0)");
}

TEST_F(ExecutorTest, LeftoversAreCounted) { // E36
  ASSERT_TRUE(parse(pair("pe.move f32 over [5] out(0) = @m[0 : 1]",
                         "pe.move f32 over [3] @m[0 : 1] = in(0)")));
  expectFailure(FailureKind::NotQuiescent,
                "2 wavelets are left at the end of launch 0");
  expectFailure(FailureKind::NotQuiescent, "PE (1,0), colour 0: 2");
}

TEST_F(ExecutorTest, AWaveletWithoutARouteFails) { // E33
  const char *routes = "pe.route colour 2 epoch 0 on [0, 0] : ramp -> south\n"
                       "pe.route colour 3 epoch 0 on [0, 0] : ramp -> north\n";
  struct {
    int colour;
    const char *text;
  } cases[] = {{2, "has no route for it"},
               {3, "leaves the mesh"},
               {4, "has no route for it"}};
  for (auto &c : cases) {
    ASSERT_TRUE(parse(pair("pe.bind out(1) colour " + std::to_string(c.colour) +
                               "\n pe.move f32 over [1] out(1) = @m[0 : 1]",
                           "", routes)));
    expectFailure(FailureKind::BadRoute, c.text);
    expectFailure(FailureKind::BadRoute, "PE (0,0)");
  }
}

TEST_F(ExecutorTest, AFeedThatNobodyReadsIsNotQuiescent) { // E36, E44
  ASSERT_TRUE(parse(R"(
pe.host @w : tensor<4xf32> input
pe.module @p machine(MACHINE) launches(1) {
  pe.feed "west" on [0, 0] colour 0 from @w[i0] over [4]
  pe.route colour 0 epoch 0 on [0, 0] : west -> ramp
  pe.program @a on [0, 0] {
    pe.buffer @m : f32 x 4 at 6144
    pe.move f32 over [4] @m[0 : 1] = imm(1.0 : f32)
  }
})"));
  setInput("w", std::vector<float>(4, 1.0f));
  expectFailure(FailureKind::NotQuiescent, "wavelets are left");
}

TEST_F(ExecutorTest, AStopFlagEndsTheRun) {
  ASSERT_TRUE(parse(
      pair("pe.loop 100000 {\n pe.move f32 over [5] out(0) = @m[0 : 1] \n}",
           "pe.loop 100000 {\n pe.move f32 over [5] @m[0 : 1] = in(0) \n}")));
  std::atomic<bool> stop = true;
  options.stop = &stop;
  expectFailure(FailureKind::Stopped, "stopped in launch 0");
  options.stop = nullptr;
}

TEST_F(ExecutorTest, TheListenerHearsInstructionsAndHops) {
  struct Listener : TraceListener {
    int started = 0, ended = 0, hops = 0;
    void instructionStarted(Point, unsigned, mlir::Operation *,
                            uint64_t) override {
      ++started;
    }
    void instructionEnded(Point, unsigned, mlir::Operation *,
                          uint64_t) override {
      ++ended;
    }
    void waveletHopped(Point, Direction, unsigned, uint32_t,
                       uint64_t) override {
      ++hops;
    }
  };
  ASSERT_TRUE(parse(pair("pe.move f32 over [5] out(0) = @m[0 : 1]",
                         "pe.move f32 over [5] @m[0 : 1] = in(0)")));
  for (bool isCycle : {false, true}) {
    Listener listener;
    options.trace = &listener;
    EXPECT_TRUE(run(isCycle).result.succeeded());
    options.trace = nullptr;
    EXPECT_EQ(listener.started, 2);
    EXPECT_EQ(listener.ended, 2);
    EXPECT_EQ(listener.hops, isCycle ? 10 : 0); // A link and a ramp each.
  }
}
