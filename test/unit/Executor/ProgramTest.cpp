//===- ProgramTest.cpp - tasks and streams before phase pe ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

using namespace wafer;
using namespace wafer::exec;

namespace {
/// A wafer.program in which PEs (0, y) hold two elements of @x and PEs (1, y)
/// store two to @y; `members` are the rest.
std::string makeProgram(const std::string &members) {
  return R"(
pe.host @x : tensor<8xf32> input
pe.host @y : tensor<8xf32> output
wafer.program @p machine(MACHINE) launches(2) {
  wafer.kernel @k() : () -> () {
  }
  pe.buffer @a : f32 x 2 on [0:2, 0:4]
  pe.load @a[0 : 1] from @x[y * 2 + i0] over [2] on [0, 0:4]
  pe.store @a[0 : 1] to @y[y * 2 + i0] over [2] on [1, 0:4]
)" + members +
         "}";
}

const char *const kTasks = R"(
  wafer.task "send" of @k on [0, 0:4] {
    pe.move f32 over [2] stream(@s) = @a[0 : 1]
  }
  wafer.task "take" of @k on [1, 0:4] {
    pe.move f32 over [2] @a[0 : 1] = stream(@s)
  }
)";

const std::string kStream =
    "wafer.stream @s : f32 for (0:4) from (0, i0) to [1:2, i0:i0 + 1]\n";

class ProgramTest : public ExecutorTest {
protected:
  RunOutcome runProgram(const std::string &members) {
    setInput("x", std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
    EXPECT_TRUE(parse(makeProgram(members)));
    return module ? run(/*isCycle=*/false) : RunOutcome();
  }
  void expectCopied(const std::string &members) {
    RunOutcome outcome = runProgram(members);
    EXPECT_TRUE(outcome.result.succeeded())
        << llvm::join(outcome.result.diagnostics, "\n");
    EXPECT_EQ(asFloats(outcome.outputs["y"]),
              (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
  }
  void expectError(const std::string &members, FailureKind kind,
                   const std::string &text) {
    SCOPED_TRACE(members);
    expectFailure(runProgram(members), kind, text);
  }
};
} // namespace

TEST_F(ProgramTest, RunsStreams) { expectCopied(kStream + kTasks); }

TEST_F(ProgramTest, FollowsRoutesAndQueues) {
  std::string routes = R"(
  wafer.route @s colour 2 epoch 0 on [0, 0:4] : ramp -> east
  wafer.route @s colour 2 epoch 0 on [1, 0:4] : west -> ramp
)";
  expectCopied(kStream + kTasks + routes);
  std::string queues = R"(
  wafer.queue in(1) colour 2 epoch 0
  wafer.queue out(0) colour 2 epoch 0
)";
  expectCopied(kStream + kTasks + routes + queues);
  expectError(
      kStream + kTasks + routes + "wafer.queue in(1) colour 2 epoch 0\n",
      FailureKind::BadModule, "colour 2 has no output queue in epoch 0");
}

TEST_F(ProgramTest, BarriersSeparateEpochs) {
  // Both streams on colour 0, one after the other.
  std::string members = R"(
  wafer.stream @t : f32 for (0:4) from (1, i0) to [0:1, i0:i0 + 1]
  wafer.barrier epoch 1
  wafer.task "back" of @k on [1, 0:4] {
    pe.move f32 over [2] stream(@t) = @a[0 : 1]
  }
  wafer.task "take back" of @k on [0, 0:4] {
    pe.move f32 over [2] @a[0 : 1] = stream(@t)
  }
)";
  expectCopied(kStream + kTasks + members);
  expectCopied(kStream + kTasks + members + R"(
  wafer.route @s colour 0 epoch 0 on [0, 0:4] : ramp -> east
  wafer.route @s colour 0 epoch 0 on [1, 0:4] : west -> ramp
  wafer.route @t colour 0 epoch 1 on [1, 0:4] : ramp -> west
  wafer.route @t colour 0 epoch 1 on [0, 0:4] : east -> ramp
)");
}

TEST_F(ProgramTest, OffsetsCount) {
  // Two buffers at one place: what is written to one is read from the other.
  expectCopied(kStream + R"(
  pe.buffer @b : f32 x 2 on [0, 0:4] at 6144
  pe.buffer @c : f32 x 2 on [0, 0:4] at 6144
  wafer.task "send" of @k on [0, 0:4] {
    pe.move f32 over [2] @b[0 : 1] = @a[0 : 1]
    pe.move f32 over [2] stream(@s) = @c[0 : 1]
  }
  wafer.task "take" of @k on [1, 0:4] {
    pe.move f32 over [2] @a[0 : 1] = stream(@s)
  }
)");
}

TEST_F(ProgramTest, NamesBadStreams) {
  struct {
    const char *stream, *text;
  } cases[] = {
      {"wafer.stream @s : f32 for (0:4) from (0, i0) to [1:2, 0:2]\n",
       "two channels of the stream lead to PE (1,0)"},
      {"wafer.stream @s : f32 for (0:4) from (0, 0) to [1:2, i0:i0 + 1]\n",
       "two channels of the stream start at PE (0,0)"},
      {"wafer.stream @s : f32 for (0:9) from (0, i0) to [1:2, i0:i0 + 1]\n",
       "a channel of the stream leaves the mesh at PE (0,4)"},
      {"wafer.stream @s : f32 for (0:4000000000, 0:4000000000) from (0, 0) to "
       "[1:1, 0:1]\n",
       "the stream has too many channels"},
  };
  for (auto &c : cases)
    expectError(c.stream + std::string(kTasks), FailureKind::BadModule, c.text);
}

TEST_F(ProgramTest, NamesEndsWithoutPartner) {
  expectError("wafer.stream @s : f32 for (0:3) from (0, i0) to [1:2, i0:i0 + "
              "1]\n" +
                  std::string(kTasks),
              FailureKind::BadRoute,
              "sends a wavelet on stream @s and no channel of it starts there");
  expectError(kStream + R"(
  wafer.task "take" of @k on [1, 0:4] {
    pe.move f32 over [2] @a[0 : 1] = stream(@s)
  }
)",
              FailureKind::Deadlock,
              "PE (1,0) main thread waits for stream @s, of PE (0,0)");
  expectError(kStream + R"(
  wafer.task "send" of @k on [0, 0:4] {
    pe.move f32 over [2] stream(@s) = @a[0 : 1]
  }
)",
              FailureKind::NotQuiescent,
              "an element of stream @s at PE (1,0) has no reader");
}

TEST_F(ProgramTest, NamesBadRoutes) {
  expectError(kStream + kTasks + R"(
  wafer.route @s colour 0 epoch 0 on [0, 0:4] : ramp -> east
  wafer.route @s colour 0 epoch 0 on [0, 0] : ramp -> south
)",
              FailureKind::BadModule,
              "PE (0,0) has another route for the colour");
  expectError(kStream + kTasks + R"(
  wafer.route @s colour 0 epoch 0 on [0, 0:4] : ramp -> east
  wafer.route @s colour 0 epoch 0 on [1, 0:3] : west -> ramp
)",
              FailureKind::BadModule,
              "PE (1,3) reads stream @s, which no route brings there");
  expectError(kStream + kTasks + R"(
  wafer.route @s colour 40 epoch 0 on [0, 0:4] : ramp -> east
)",
              FailureKind::BadModule, "the machine has no such colour");
}

TEST_F(ProgramTest, NamesBadTasks) {
  expectError(R"(
  wafer.task "none" of @k on [0, 0:4] {
    pe.await 40
  }
)",
              FailureKind::BadModule, "names microthread 40 but the machine");
  expectError(R"(
  wafer.task "elsewhere" of @k on [2, 1] {
    pe.move f32 over [2] @a[0 : 1] = imm(0.0 : f32)
  }
)",
              FailureKind::BadModule, "names no buffer that PE (2,1) has");
  expectError(R"(
  wafer.task "type" of @k on [0, 0:4] {
    pe.move i32 over [2] @a[0 : 1] = imm(0 : i32)
  }
)",
              FailureKind::BadModule, "takes i32 from buffer @a of f32");
}

TEST_F(ProgramTest, FeedsNeedPortsAndChannels) {
  std::string take = R"(
  wafer.task "take" of @k on [0, 0:4] {
    pe.move f32 over [2] @a[0 : 1] = stream(@s)
  }
)";
  std::string stream =
      "wafer.stream @s : f32 for (0:4) from \"west\" (0, i0) to [0:1, i0:i0 + "
      "1]\n";
  expectError(
      stream + take +
          "pe.feed \"west\" on [1, 0] stream(@s) from @x[i0] over [2]\n",
      FailureKind::BadModule, "the machine has no such port at PE (1,0)");
  expectError(
      stream + take +
          "pe.feed \"east\" on [3, 0] stream(@s) from @x[i0] over [2]\n",
      FailureKind::BadModule,
      "no channel of the stream starts at the port of PE (3,0)");
  RunOutcome outcome = runProgram(
      stream + take +
      "pe.feed \"west\" on [0, 0:4] stream(@s) from @x[y + i0] over [2]\n");
  EXPECT_TRUE(outcome.result.succeeded())
      << llvm::join(outcome.result.diagnostics, "\n");
  EXPECT_EQ(outcome.result.waveletsSent, 16u);
  EXPECT_FALSE(outcome.result.hasRoutes);
}
