//===- QueueDemandTest.cpp - queues that routed nets ask for ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Route/QueueDemand.h"
#include "gtest/gtest.h"

using namespace wafer;

namespace {

NetRoutes net(unsigned colour, int64_t x) {
  DirectionSet ramp, east;
  ramp.insert(Direction::Ramp);
  east.insert(Direction::East);
  Region from(StridedRange(x, x + 1), StridedRange(0, 1)),
      to(StridedRange(x + 1, x + 2), StridedRange(0, 1));
  NetRoutes routes;
  routes.entries = {{colour, from, Direction::Ramp, east},
                    {colour, to, Direction::West, ramp}};
  return routes;
}

TEST(QueueDemand, ColoursAtOtherTimesOrPlacesShareAQueue) {
  RouteAnswer answer;
  answer.nets = {net(0, 0), net(1, 0), net(2, 4)};
  QueueDemand apart = getQueueDemand(answer, {0, 1, 0});
  EXPECT_EQ(apart.inputs, 1u);
  EXPECT_EQ(apart.outputs, 1u);
  QueueDemand together = getQueueDemand(answer, {1, 1, 1});
  EXPECT_EQ(together.inputs, 2u);
  EXPECT_EQ(together.outputs, 2u);
}

TEST(QueueDemand, AColourIsInUseBetweenItsNets) {
  RouteAnswer answer;
  answer.nets = {net(0, 0), net(1, 0), net(0, 0)};
  EXPECT_EQ(getQueueDemand(answer, {0, 1, 2}).inputs, 2u);
  EXPECT_EQ(getQueueDemand(answer, {0, 2, 1}).inputs, 1u);
}

} // namespace
