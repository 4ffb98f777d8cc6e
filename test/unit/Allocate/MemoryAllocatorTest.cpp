//===- MemoryAllocatorTest.cpp - offsets for buffers ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Allocate/MemoryAllocator.h"

#include "gtest/gtest.h"

#include <random>

using namespace wafer;

namespace {

const Region kLeft({0, 2}, {0, 4}), kRight({2, 4}, {0, 4}),
    kAll({0, 4}, {0, 4});

MemoryBuffer makeBuffer(std::string name, int64_t size, Region region,
                        int64_t first, int64_t last) {
  return {std::move(name), size, std::move(region), first, last, std::nullopt};
}

MemoryProblem makeProblem(int64_t begin, int64_t end) {
  MemoryProblem problem;
  problem.begin = begin;
  problem.end = end;
  return problem;
}

MemoryAnswer allocateAndVerify(const MemoryProblem &problem) {
  MemoryAnswer answer;
  MemoryFailure failure;
  EXPECT_TRUE(allocate(problem, answer, failure)) << failure.message;
  std::string error;
  EXPECT_TRUE(verify(problem, answer, error)) << error;
  return answer;
}

TEST(MemoryAllocator, SharesBytesAcrossTimeAndSpace) {
  MemoryProblem problem = makeProblem(100, 140);
  problem.buffers = {makeBuffer("early", 20, kAll, 0, 1),
                     makeBuffer("late", 20, kAll, 2, 3),
                     makeBuffer("left", 20, kLeft, 0, 3),
                     makeBuffer("right", 20, kRight, 0, 3)};
  MemoryAnswer answer = allocateAndVerify(problem);
  EXPECT_EQ(answer.offsets[0], answer.offsets[1]);
  EXPECT_EQ(answer.offsets[2], answer.offsets[3]);
  EXPECT_EQ(answer.end, 140);
}

TEST(MemoryAllocator, AlignsAndKeepsFixedOffsets) {
  MemoryProblem problem = makeProblem(100, 200);
  problem.buffers = {makeBuffer("odd", 6, kAll, 0, 0),
                     makeBuffer("next", 6, kAll, 0, 0),
                     makeBuffer("fixed", 4, kAll, 0, 0)};
  problem.buffers[2].fixedOffset = 104;
  MemoryAnswer answer = allocateAndVerify(problem);
  // Between 100 and the fixed one there is no room for six bytes.
  EXPECT_EQ(answer.offsets, (std::vector<int64_t>{108, 116, 104}));
}

TEST(MemoryAllocator, ExplainsWhatIsTooMuch) {
  MemoryProblem problem = makeProblem(0, 100);
  problem.buffers = {
      makeBuffer("a", 40, kLeft, 0, 1), makeBuffer("b", 50, kAll, 1, 2),
      makeBuffer("c", 30, kRight, 1, 1), makeBuffer("d", 24, kLeft, 1, 1),
      makeBuffer("elsewhere", 90, kRight, 0, 0)};
  MemoryAnswer answer;
  MemoryFailure failure;
  ASSERT_FALSE(allocate(problem, answer, failure));
  // 40 + 52 (50 aligned) + 24 on the left at time 1.
  EXPECT_EQ(failure.neededBytes, 116);
  EXPECT_EQ(failure.usableBytes, 100);
  EXPECT_EQ(failure.time, 1);
  EXPECT_TRUE(failure.region.isEqual(kLeft));
  EXPECT_EQ(failure.buffers, (std::vector<unsigned>{1, 0, 3}));
  EXPECT_FALSE(failure.fragmented);
  EXPECT_EQ(failure.message,
            "requires 116 bytes of SRAM on 8 PEs, among them PE (0,0), but 100 "
            "are usable: 16 too few");
}

TEST(MemoryAllocator, FindsAPlacementThatFirstFitMisses) {
  // Largest first puts @c on top of @a; only one order of all fits in 12.
  MemoryProblem problem = makeProblem(0, 12);
  problem.buffers = {
      makeBuffer("a", 8, kAll, 0, 0), makeBuffer("b", 4, kAll, 0, 1),
      makeBuffer("c", 4, kAll, 1, 2), makeBuffer("d", 4, kAll, 1, 3),
      makeBuffer("e", 8, kAll, 3, 3), makeBuffer("f", 4, kAll, 2, 2)};
  allocateAndVerify(problem);
}

/// Cuts a box of bytes by times into buffers that fill it, and gives them in a
/// random order.
MemoryProblem cutBox(std::mt19937 &random, int64_t bytes, int64_t times,
                     unsigned count) {
  struct Box {
    int64_t size, first, last;
  };
  std::vector<Box> boxes = {{bytes, 0, times - 1}};
  for (unsigned tries = 0; boxes.size() < count && tries < 1000; ++tries) {
    Box &box = boxes[random() % boxes.size()], rest = box;
    if (random() % 2 && box.size > 4) {
      box.size = 4 * (1 + random() % (box.size / 4 - 1));
      rest.size -= box.size;
    } else if (box.last > box.first) {
      box.last = box.first + random() % (box.last - box.first);
      rest.first = box.last + 1;
    } else {
      continue;
    }
    boxes.push_back(rest);
  }
  std::shuffle(boxes.begin(), boxes.end(), random);
  MemoryProblem problem = makeProblem(0, bytes);
  for (const Box &box : boxes)
    problem.buffers.push_back(
        makeBuffer("b", box.size, kAll, box.first, box.last));
  return problem;
}

/// Problems that have a placement without a byte to spare. The start orders
/// alone miss some of them.
TEST(MemoryAllocator, FillsBoxes) {
  std::mt19937 random(3);
  unsigned solved = 0, rounds = 100;
  for (unsigned round = 0; round < rounds; ++round) {
    MemoryProblem problem = cutBox(random, 4096, 12, 24);
    MemoryAnswer answer;
    MemoryFailure failure;
    std::string error;
    solved += allocate(problem, answer, failure) &&
              verify(problem, answer, error) && failure.message.empty();
  }
  EXPECT_EQ(solved, rounds);
}

TEST(MemoryAllocator, RefusesBadProblems) {
  std::string error;
  MemoryProblem problem = makeProblem(0, 100);
  problem.buffers = {makeBuffer("a", 0, kAll, 0, 0)};
  EXPECT_FALSE(problem.check(error));
  problem.buffers = {makeBuffer("a", 4, kAll, 1, 0)};
  EXPECT_FALSE(problem.check(error));
  problem.buffers = {makeBuffer("a", 8, kAll, 0, 0),
                     makeBuffer("b", 8, kRight, 0, 0)};
  problem.buffers[0].fixedOffset = 0;
  problem.buffers[1].fixedOffset = 4;
  EXPECT_FALSE(problem.check(error));
  EXPECT_EQ(error, "buffers \"b\" and \"a\" overlap at PE (2,0)");
  problem.buffers[1].fixedOffset = 10;
  EXPECT_FALSE(problem.check(error));
  problem.buffers[1].fixedOffset = INT64_MAX - 3;
  EXPECT_FALSE(problem.check(error));
  problem.buffers[1].fixedOffset = 96;
  EXPECT_FALSE(problem.check(error));
  problem.buffers[1].fixedOffset = 92;
  EXPECT_TRUE(problem.check(error)) << error;
}

TEST(MemoryAllocator, VerifyNoticesEveryMutation) {
  MemoryProblem problem = makeProblem(0, 100);
  problem.buffers = {makeBuffer("a", 8, kAll, 0, 2),
                     makeBuffer("b", 8, kLeft, 1, 3),
                     makeBuffer("c", 8, kRight, 0, 0)};
  MemoryAnswer answer = allocateAndVerify(problem);
  std::string error;
  for (size_t i = 0; i < answer.offsets.size(); ++i)
    for (int64_t offset : {-4, 97, 96, 2}) {
      MemoryAnswer bad = answer;
      bad.offsets[i] = offset;
      EXPECT_FALSE(verify(problem, bad, error));
    }
  MemoryAnswer bad = answer;
  bad.offsets[1] = bad.offsets[0];
  EXPECT_FALSE(verify(problem, bad, error));
  bad = answer;
  bad.offsets.pop_back();
  EXPECT_FALSE(verify(problem, bad, error));
}

/// Random problems: an answer verifies; a failure names bytes that are in use
/// at once, counted PE by PE.
TEST(MemoryAllocator, RandomProblems) {
  std::mt19937 random(7);
  auto upTo = [&](int64_t n) { return int64_t(random() % (n + 1)); };
  unsigned failures = 0;
  for (unsigned round = 0; round < 300; ++round) {
    MemoryProblem problem = makeProblem(64, 64 + 4 * (20 + upTo(60)));
    for (int64_t i = 0, n = 1 + upTo(11); i < n; ++i) {
      int64_t x = upTo(3), y = upTo(3), first = upTo(4);
      problem.buffers.push_back(
          makeBuffer("b" + std::to_string(i), 1 + upTo(70),
                     Region({x, x + 1 + upTo(3 - x), 1 + upTo(1)},
                            {y, y + 1 + upTo(3 - y)}),
                     first, first + upTo(2)));
    }
    MemoryAnswer answer, again;
    MemoryFailure failure;
    std::string error;
    if (allocate(problem, answer, failure)) {
      EXPECT_TRUE(verify(problem, answer, error)) << error;
      EXPECT_TRUE(allocate(problem, again, failure));
      EXPECT_EQ(answer.offsets, again.offsets);
      continue;
    }
    ++failures;
    int64_t most = 0;
    for (int64_t time = 0; time < 8; ++time)
      kAll.forEachPoint([&](Point pe) {
        int64_t bytes = 0;
        for (const MemoryBuffer &b : problem.buffers)
          if (b.first <= time && time <= b.last && b.region.contains(pe))
            bytes += (b.sizeInBytes + 3) / 4 * 4;
        most = std::max(most, bytes);
      });
    EXPECT_EQ(failure.fragmented, most <= failure.usableBytes);
    if (!failure.fragmented) {
      EXPECT_EQ(failure.neededBytes, most);
    }
  }
  EXPECT_GT(failures, 10u);
  EXPECT_LT(failures, 290u);
}

} // namespace
