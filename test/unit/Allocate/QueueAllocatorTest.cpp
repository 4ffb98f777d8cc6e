//===- QueueAllocatorTest.cpp - queues for colours --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Allocate/QueueAllocator.h"

#include "gtest/gtest.h"

#include <random>

using namespace wafer;

namespace {

QueueProblem::User makeUser(unsigned colour, Region region, int64_t weight) {
  QueueProblem::User user;
  user.colour = colour;
  user.region = std::move(region);
  user.weight = weight;
  return user;
}

const Region kHere({0, 1}, {0, 1}), kThere({1, 2}, {0, 1}),
    kBoth({0, 2}, {0, 1});

TEST(QueueAllocator, DeepQueuesForHeavyColours) {
  QueueProblem problem;
  problem.depths = {2, 6, 4};
  problem.users = {makeUser(0, kBoth, 10), makeUser(1, kHere, 30),
                   makeUser(2, kThere, 20), makeUser(3, kHere, 5)};
  std::vector<unsigned> queues;
  QueueFailure failure;
  ASSERT_TRUE(allocateQueues(problem, queues, failure));
  // Colours 1 and 2 never meet: both have the deepest one.
  EXPECT_EQ(queues, (std::vector<unsigned>{2, 1, 1, 0}));
}

TEST(QueueAllocator, PreferencesYieldFixedQueuesDoNot) {
  QueueProblem problem;
  problem.depths = {2, 2};
  problem.users = {makeUser(0, kHere, 10), makeUser(1, kHere, 1)};
  problem.users[0].preferred = 1;
  problem.users[1].preferred = 1;
  std::vector<unsigned> queues;
  QueueFailure failure;
  ASSERT_TRUE(allocateQueues(problem, queues, failure));
  EXPECT_EQ(queues, (std::vector<unsigned>{1, 0}));
  problem.users[1].fixed = 1;
  ASSERT_TRUE(allocateQueues(problem, queues, failure));
  EXPECT_EQ(queues, (std::vector<unsigned>{0, 1}));
}

TEST(QueueAllocator, SharesQueuesInTime) {
  QueueProblem problem;
  problem.depths = {6, 2};
  problem.users = {makeUser(0, kHere, 3), makeUser(1, kHere, 2),
                   makeUser(2, kBoth, 1)};
  for (auto [user, first, last] : {std::tuple(0, 0, 1), {1, 1, 2}, {2, 2, 5}}) {
    problem.users[user].first = first;
    problem.users[user].last = last;
  }
  std::vector<unsigned> queues;
  QueueFailure failure;
  std::string error;
  ASSERT_TRUE(allocateQueues(problem, queues, failure));
  EXPECT_EQ(queues, (std::vector<unsigned>{0, 1, 0}));
  EXPECT_TRUE(verify(problem, queues, error)) << error;
  // One more at time 2 is too many then.
  problem.users.push_back(makeUser(3, kHere, 1));
  problem.users.back().first = problem.users.back().last = 2;
  EXPECT_FALSE(allocateQueues(problem, queues, failure));
  EXPECT_EQ(failure.queuesNeeded, 3u);
  EXPECT_EQ(failure.time, 2);
  EXPECT_EQ(failure.users, (std::vector<unsigned>{1, 2, 3}));
}

TEST(QueueAllocator, ExplainsTheCrowdedPE) {
  QueueProblem problem;
  problem.depths = {2, 2};
  problem.users = {makeUser(0, kBoth, 1), makeUser(1, kThere, 1),
                   makeUser(2, kHere, 1), makeUser(3, kThere, 1)};
  std::vector<unsigned> queues;
  QueueFailure failure;
  ASSERT_FALSE(allocateQueues(problem, queues, failure));
  EXPECT_EQ(failure.pe, (Point{1, 0}));
  EXPECT_EQ(failure.queuesNeeded, 3u);
  EXPECT_EQ(failure.users, (std::vector<unsigned>{0, 1, 3}));
  EXPECT_EQ(failure.message, "requires 3 queues at PE (1,0) but a PE has 2");
}

/// Random intervals on a row: as many queues as colours meet always suffice
/// (interval graphs are perfect), and no fewer do.
TEST(QueueAllocator, RandomIntervals) {
  std::mt19937 random(11);
  for (unsigned round = 0; round < 200; ++round) {
    QueueProblem problem;
    std::vector<int64_t> crowd(12);
    for (unsigned colour = 0; colour < 8; ++colour) {
      int64_t begin = random() % 12, end = begin + 1 + random() % (12 - begin);
      problem.users.push_back(
          makeUser(colour, Region({begin, end}, {0, 1}), random() % 5));
      for (int64_t x = begin; x < end; ++x)
        ++crowd[x];
    }
    unsigned most = *std::max_element(crowd.begin(), crowd.end());
    problem.depths.assign(most, 2);
    std::vector<unsigned> queues;
    QueueFailure failure;
    std::string error;
    ASSERT_TRUE(allocateQueues(problem, queues, failure)) << failure.message;
    EXPECT_TRUE(verify(problem, queues, error)) << error;
    problem.depths.pop_back();
    EXPECT_FALSE(verify(problem, queues, error));
    EXPECT_FALSE(allocateQueues(problem, queues, failure));
    EXPECT_EQ(failure.queuesNeeded, most);
  }
}

} // namespace
