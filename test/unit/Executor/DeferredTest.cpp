//===- DeferredTest.cpp - sums that wait for their readers ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Columns of PEs in lockstep form sums by mac from and by words that are the
// same for all lanes, and add them to what comes from the west. In between they
// change weights, activations and sums at random, so that sums are read late,
// in part, twice or never. The cycle executor runs every PE alone.
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"
#include <cmath>
#include <random>

using namespace wafer;
using namespace wafer::exec;

namespace {
class RandomChain {
public:
  static constexpr int kWidth = 3, kWords = 64;
  int height, launches;
  /// Elements that a port feeds each row of the first column with in a launch.
  int fed = 0;

  explicit RandomChain(unsigned seed) : random(seed) {
    height = pick(16, 27);
    launches = pick(1, 3);
    hasFeed = pick(0, 1);
  }

  std::string str() {
    std::vector<std::string> code(kWidth);
    for (std::string &column : code) // Sums of the launch before.
      maybeDisturb(column);
    for (int step = pick(2, 6); step > 0; --step) {
      int sums = pick(1, 5), lanes = pick(1, 3);
      bool isRagged = pick(0, 3) == 0; // In pieces that are no whole rows.
      fed += hasFeed ? sums * lanes : 0;
      for (int x = 0; x < kWidth; ++x)
        takeStep(code[x], x, sums, lanes, isRagged);
    }
    return frame(code);
  }

private:
  std::mt19937 random;
  bool hasFeed;

  int pick(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  }
  static std::string at(const char *buffer, int offset,
                        const std::string &strides) {
    return std::string("@") + buffer + "[" + std::to_string(offset) + " : " +
           strides + "]";
  }
  std::string number() {
    return "imm(" + std::to_string(pick(-8, 8)) + ".5 : f32)";
  }

  /// Something that a deferred mac must not notice, or must be computed before.
  std::string disturb() {
    std::string over = "over [" + std::to_string(pick(1, 6)) + "] ";
    int offset = pick(0, 40);
    switch (pick(0, 6)) {
    case 0:
      return "pe.move f32 " + over + at("w", offset, "1") + " = " + number();
    case 1:
      return "pe.add f32 " + over + at("x", offset, "1") + " = " +
             at("x", offset, "1") + ", " + number();
    case 2:
      return "pe.move f32 " + over + at("acc", offset, "1") + " = " + number();
    case 3:
      return "pe.move f32 " + over + at("acc", offset, "1") + " = " +
             at("x", pick(0, 40), "1");
    case 4:
      return "pe.add f32 " + over + at("y", offset, "1") + " = " +
             at("acc", pick(0, 40), "1") + ", " + at("y", offset, "1");
    case 5:
      return "pe.mac f32 " + over + at("acc", offset, "1") + " = " +
             at("x", pick(0, 40), "1") + ", " + at("w", pick(0, 40), "1");
    default:
      return "pe.mul f32 " + over + at("x", offset, "1") + " = " +
             at("acc", pick(0, 40), "1") + ", " + number();
    }
  }
  void maybeDisturb(std::string &to) {
    while (pick(0, 2) == 0)
      to += disturb() + "\n";
  }

  /// Sums of `sums` x `lanes` elements, added to as many from the west.
  void takeStep(std::string &to, int x, int sums, int lanes, bool isRagged) {
    std::string extents =
        "over [" + std::to_string(sums) + ", " + std::to_string(lanes) + "] ";
    int pitch = pick(lanes, 4), first = pick(0, 40);
    std::string acc = at("acc", first, std::to_string(pitch) + ", 1");
    int depth = pick(1, 4), w = pick(0, 40), activations = pick(0, 40);
    for (int i = 0; i < 5; ++i)
      to += "pe.move f32 over [" + std::to_string(pick(1, 4)) + "] " +
            at("w", w + pick(0, 20), "1") + " = " + number() + "\n";
    to += "pe.move f32 " + extents + acc + " = " + number() + "\n";
    to += "pe.mac f32 over [" + std::to_string(sums) + ", " +
          std::to_string(depth) + ", " + std::to_string(lanes) + "] " +
          at("acc", first, std::to_string(pitch) + ", 0, 1") + " = " +
          at("w", w, "4, 1, 0") + ", " + at("x", activations, "0, 3, 1") + "\n";
    maybeDisturb(to);
    if (x == 0 && !hasFeed) {
      to += "pe.move f32 " + extents + "out(3) = " + acc + "\n";
    } else if (isRagged) {
      int total = sums * lanes, head = pick(1, total);
      to += "pe.add f32 over [" + std::to_string(head) + "] " +
            at("y", 0, "1") + " = in(2), " + at("acc", first, "1") + "\n";
      if (head < total)
        to += "pe.move f32 over [" + std::to_string(total - head) +
              "] @y[30 : 1] = in(2)\n";
      to += "pe.add f32 " + extents + (x + 1 < kWidth ? "out(3)" : "discard") +
            " = " + at("y", 0, std::to_string(lanes) + ", 1") + ", " + acc +
            "\n";
    } else {
      bool isSent = x + 1 < kWidth;
      to += "pe.add f32 " + extents +
            (isSent ? "out(3)" : at("y", 0, std::to_string(lanes) + ", 1")) +
            " = in(2), " + acc + "\n";
    }
    maybeDisturb(to);
  }

  std::string frame(const std::vector<std::string> &code) const {
    std::string rows = "0:" + std::to_string(height);
    std::string elements = std::to_string(kWidth * height * kWords);
    std::string text = "pe.host @x : tensor<" + std::to_string(launches) + "x" +
                       elements + "xf32> input\n";
    if (hasFeed)
      text += "pe.host @f : tensor<" + std::to_string(height * fed) +
              "xf32> input\n";
    for (const char *name : {"xs", "accs", "ys"})
      text += std::string("pe.host @") + name + " : tensor<" + elements +
              "xf32> output\n";
    text += "pe.module @p machine(MACHINE) launches(" +
            std::to_string(launches) + ") {\n";
    if (hasFeed)
      text += "pe.feed \"west\" on [0, " + rows + "] colour 9 from @f[y * " +
              std::to_string(fed) + " + i0] over [" + std::to_string(fed) +
              "]\npe.route colour 9 epoch 0 on [0, " + rows +
              "] : west -> ramp\n";
    // The colour of the stream that leaves column x.
    for (int x = 0; x + 1 < kWidth; ++x) {
      std::string head =
          "pe.route colour " + std::to_string(x) + " epoch 0 on [";
      text += head + std::to_string(x) + ", " + rows + "] : ramp -> east\n";
      text += head + std::to_string(x + 1) + ", " + rows + "] : west -> ramp\n";
    }
    std::string place = "(x * " + std::to_string(height) + " + y) * " +
                        std::to_string(kWords) + " + i0] over [" +
                        std::to_string(kWords) + "]\n";
    for (int x = 0; x < kWidth; ++x) {
      text += "pe.program @c" + std::to_string(x) + " on [" +
              std::to_string(x) + ", " + rows + "] {\n";
      int address = 6144;
      for (const char *buffer : {"x", "w", "acc", "y", "xs", "accs", "ys"}) {
        text += std::string("pe.buffer @") + buffer + " : f32 x 64 at " +
                std::to_string(address) + "\n";
        address += 256;
      }
      text += "pe.load @x[0 : 1] from @x[launch * " + elements + " + " + place;
      for (const char *name : {"xs", "accs", "ys"})
        text += std::string("pe.store @") + name + "[0 : 1] to @" + name + "[" +
                place;
      if (x > 0 || hasFeed)
        text +=
            "pe.bind in(2) colour " + std::to_string(x > 0 ? x - 1 : 9) + "\n";
      if (x + 1 < kWidth)
        text += "pe.bind out(3) colour " + std::to_string(x) + "\n";
      text += "pe.loop (2 - launch) floordiv 2 {\n"; // In the first one.
      for (const char *buffer : {"acc", "y"})
        text += std::string("pe.move f32 over [64] @") + buffer +
                "[0 : 1] = imm(0.5 : f32)\n";
      text += "pe.move f32 over [64] @w[0 : 1] = imm(1.5 : f32)\n}\n" + code[x];
      // Words that are stored are never deferred: these are copies. They settle
      // all sums, so only the last launch makes them.
      text +=
          "pe.loop (launch + 1) floordiv " + std::to_string(launches) + " {\n";
      for (const char *buffer : {"x", "acc", "y"})
        text += std::string("pe.move f32 over [64] @") + buffer +
                "s[0 : 1] = @" + buffer + "[0 : 1]\n";
      text += "}\n";
      text += "}\n";
    }
    return text + "}\n";
  }
};
} // namespace

TEST_F(ExecutorTest, DeferredSumsAreThoseOfTheirTime) {
  for (unsigned seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomChain random(seed);
    std::string text = random.str();
    TestMachine machine;
    machine.width = RandomChain::kWidth;
    machine.height = random.height;
    ASSERT_TRUE(parse(text, machine)) << text;
    auto waves = [&](size_t size) {
      std::vector<float> values(size);
      for (size_t i = 0; i < size; ++i)
        values[i] = std::sin(static_cast<float>(i + seed));
      return values;
    };
    setInput("x", waves(random.launches * RandomChain::kWidth * random.height *
                        RandomChain::kWords));
    if (random.fed)
      setInput("f", waves(random.height * random.fed));
    runBoth();
    if (HasFailure())
      FAIL() << text;
  }
}
