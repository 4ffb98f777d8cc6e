//===- RouterTest.cpp - the stream families of the kernels ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RouteTestSupport.h"

#include "gtest/gtest.h"

#include <chrono>

using namespace wafer;
using namespace wafer::route_test;

namespace {

RouteAnswer routeAndVerify(const RouteProblem &problem) {
  RouteAnswer answer;
  RouteFailure failure;
  EXPECT_TRUE(route(problem, answer, failure)) << failure.message;
  if (failure.message.empty()) {
    std::string error;
    EXPECT_TRUE(verify(problem, answer, error)) << error;
  }
  return answer;
}

/// The kernels of a product on a whole mesh: partial sums along the rows, the
/// input spread from one column, weights down the columns from a staircase.
RouteProblem productProblem(int64_t width, int64_t height) {
  RouteProblem problem = makeProblem(width, height, 21);
  addNet(problem, "partial",
         {makePiece({{0, width - 1}, {0, height}}, relative(1), relative(0))});
  addNet(problem, "input",
         {makePiece({{3, 4}, {0, height}}, absolute(0, width), relative(0),
                    /*excludeSource=*/true)});
  std::vector<StreamPiece> stairs;
  int64_t steps = 6, chunk = width / steps;
  for (int64_t p = 0; p < steps; ++p)
    stairs.push_back(
        makePiece({{p * chunk, p + 1 == steps ? width : (p + 1) * chunk},
                   {2 * p, 2 * p + 1}},
                  relative(0), absolute(0, height)));
  addNet(problem, "weights", stairs);
  return problem;
}

TEST(Router, ChainTakesParityColours) {
  RouteProblem problem = makeProblem(750, 994, 21);
  addNet(problem, "partial",
         {makePiece({{0, 749}, {0, 994}}, relative(1), relative(0))});
  RouteAnswer answer = routeAndVerify(problem);
  ASSERT_EQ(answer.nets[0].subNets.size(), 2u);
  EXPECT_EQ(answer.coloursUsed, 2u);
  EXPECT_EQ(answer.nets[0].subNets[0].sources,
            StridedRect({0, 749, 2}, {0, 994}));
  EXPECT_EQ(answer.nets[0].subNets[0].readers, Region({1, 750, 2}, {0, 994}));
  // One entry for the senders and one for the receivers of each colour.
  EXPECT_EQ(answer.nets[0].entries.size(), 4u);
}

TEST(Router, RowMulticast) {
  RouteProblem problem = makeProblem(20, 10, 21);
  addNet(problem, "input",
         {makePiece({{3, 4}, {0, 10}}, absolute(0, 20), relative(0), true)});
  RouteAnswer answer = routeAndVerify(problem);
  EXPECT_EQ(answer.coloursUsed, 1u);
  EXPECT_TRUE(answer.nets[0].subNets[0].readers.isEqual(
      Region({0, 3}, {0, 10}).unite(Region({4, 20}, {0, 10}))));
}

TEST(Router, StaircaseTakesOneColour) {
  // 60 pieces: column p*12.. from the PE at y = 8 + 16 p to its whole column.
  RouteProblem problem = makeProblem(720, 994, 21);
  std::vector<StreamPiece> pieces;
  for (int64_t p = 0; p < 60; ++p)
    pieces.push_back(
        makePiece({{12 * p, 12 * p + 12}, {8 + 16 * p, 9 + 16 * p}},
                  relative(0), absolute(0, 994), true));
  addNet(problem, "weights", pieces);
  addNet(problem, "next", pieces, /*group=*/1);
  RouteAnswer answer = routeAndVerify(problem);
  // The second net is used after the first: the same channel.
  EXPECT_EQ(answer.coloursUsed, 1u);
  EXPECT_EQ(answer.nets[0].subNets.size(), 60u);
  // In the same group they may be in flight together.
  problem.nets[1].group = 0;
  EXPECT_EQ(routeAndVerify(problem).coloursUsed, 2u);
  // In another epoch the colours are free again.
  problem.nets[1].epoch = 1;
  EXPECT_EQ(routeAndVerify(problem).coloursUsed, 1u);
}

TEST(Router, PortTrunksSpreadDownColumns) {
  // From the west side in row p to a band of columns, every PE of them.
  RouteProblem problem = makeProblem(40, 24, 21);
  std::vector<StreamPiece> pieces;
  for (int64_t p = 0; p < 4; ++p) {
    StreamPiece piece =
        makePiece({{0, 1}, {5 * p, 5 * p + 1}}, absolute(10 * p, 10 * p + 10),
                  absolute(0, 24));
    piece.fromPort = Direction::West;
    pieces.push_back(piece);
  }
  addNet(problem, "weights", pieces);
  RouteAnswer answer = routeAndVerify(problem);
  for (const RouteEntry &entry : answer.nets[0].entries)
    EXPECT_NE(entry.input, Direction::Ramp);
}

TEST(Router, PartlyEqualChannelsShare) {
  // The second kernel uses the same chains on a narrower rectangle.
  RouteProblem problem = makeProblem(16, 16, 2);
  addNet(problem, "a",
         {makePiece({{0, 15}, {0, 16}}, relative(1), relative(0))}, 0);
  addNet(problem, "b", {makePiece({{0, 15}, {0, 9}}, relative(1), relative(0))},
         1);
  EXPECT_EQ(routeAndVerify(problem).coloursUsed, 2u);
  problem.nets[1].group = 0;
  RouteAnswer answer;
  RouteFailure failure;
  EXPECT_FALSE(route(problem, answer, failure));
  EXPECT_EQ(failure.coloursNeeded, 4u);
}

TEST(Router, ThinMeshesAndLoopback) {
  RouteProblem row = makeProblem(9, 1, 21);
  addNet(row, "chain", {makePiece({{0, 8}, {0, 1}}, relative(1), relative(0))});
  addNet(row, "all",
         {makePiece({{4, 5}, {0, 1}}, absolute(0, 9), absolute(0))});
  routeAndVerify(row);
  RouteProblem column = makeProblem(1, 9, 21);
  addNet(column, "back",
         {makePiece({{0, 1}, {1, 9}}, relative(0), relative(-1))});
  routeAndVerify(column);
  RouteProblem single = makeProblem(1, 1, 1);
  addNet(single, "self",
         {makePiece({{0, 1}, {0, 1}}, relative(0), relative(0))});
  RouteAnswer answer = routeAndVerify(single);
  ASSERT_EQ(answer.nets[0].entries.size(), 1u);
  EXPECT_EQ(answer.nets[0].entries[0].outputs, DirectionSet{Direction::Ramp});
}

TEST(Router, FlipsShapesOutOfACrowd) {
  // Both nets turn at the same corner if their trunks run along x.
  RouteProblem problem = makeProblem(6, 6, 1);
  addNet(problem, "a", {makePiece({{0, 1}, {0, 1}}, absolute(4), absolute(4))});
  addNet(problem, "b", {makePiece({{2, 3}, {0, 1}}, absolute(5), absolute(0))});
  EXPECT_EQ(routeAndVerify(problem).coloursUsed, 1u);
}

TEST(Router, ExplainsACrowdedPE) {
  RouteProblem problem = makeProblem(12, 12, 3);
  addNet(problem, "bystander",
         {makePiece({{0, 1}, {11, 12}}, relative(1), relative(0))});
  for (int64_t i = 0; i < 5; ++i)
    addNet(problem, "spoke" + std::to_string(i),
           {makePiece({{i, i + 1}, {2, 3}}, absolute(8), absolute(2))});
  RouteAnswer answer;
  RouteFailure failure;
  EXPECT_FALSE(route(problem, answer, failure));
  EXPECT_EQ(failure.coloursNeeded, 5u);
  EXPECT_EQ(failure.coloursUsable, 3u);
  EXPECT_EQ(failure.nets, (std::vector<unsigned>{1, 2, 3, 4}));
  EXPECT_EQ(failure.pe, (Point{4, 2}));
  EXPECT_EQ(failure.message,
            "requires 5 colours at PE (4,2) but 3 are usable: \"spoke0\", "
            "\"spoke1\", \"spoke2\", \"spoke3\" cannot coexist");
}

TEST(Router, ExplainsOneNetThatIsTooMuch) {
  RouteAnswer answer;
  RouteFailure failure;
  RouteProblem gather = makeProblem(750, 994, 21);
  addNet(gather, "gather",
         {makePiece({{0, 750}, {0, 994}}, absolute(5), relative(0))});
  EXPECT_FALSE(route(gather, answer, failure));
  EXPECT_EQ(failure.message, "requires 750 colours at PE (5,0) but 21 are "
                             "usable: \"gather\" cannot coexist with itself");
  // Every PE to the one 30 columns further: 31 streams at a router.
  RouteProblem far = makeProblem(100, 1, 21);
  addNet(far, "far", {makePiece({{0, 70}, {0, 1}}, relative(30), relative(0))});
  EXPECT_FALSE(route(far, answer, failure));
  EXPECT_EQ(failure.coloursNeeded, 31u);
}

TEST(Router, CostDoesNotFollowTheMesh) {
  auto timeOf = [](const RouteProblem &problem) {
    auto start = std::chrono::steady_clock::now();
    RouteAnswer answer;
    RouteFailure failure;
    EXPECT_TRUE(route(problem, answer, failure)) << failure.message;
    std::string error;
    EXPECT_TRUE(verify(problem, answer, error)) << error;
    std::chrono::duration<double> taken =
        std::chrono::steady_clock::now() - start;
    size_t rects = 0;
    for (const NetRoutes &net : answer.nets)
      for (const RouteEntry &entry : net.entries)
        rects += entry.region.getRects().size();
    return std::pair(taken.count(), rects);
  };
  auto small = timeOf(productProblem(24, 16));
  auto wafer = timeOf(productProblem(750, 994));
  EXPECT_EQ(small.second, wafer.second);
  // 745,500 PEs; generous for loaded machines and sanitizers.
  EXPECT_LT(wafer.first, 0.5);
}

TEST(Router, VerifyRefusesWrongAnswers) {
  RouteProblem problem = makeProblem(8, 8, 4);
  StreamPiece chain = makePiece({{0, 7}, {0, 8}}, relative(1), relative(0));
  addNet(problem, "a", {chain}, /*group=*/0);
  addNet(problem, "b", {chain}, /*group=*/1);
  const RouteAnswer right = routeAndVerify(problem);
  std::string error;
  // The shared channel of nets that may be in flight together.
  RouteProblem together = problem;
  together.nets[1].group = 0;
  EXPECT_FALSE(verify(together, right, error));
  EXPECT_EQ(error, "net \"b\" and net \"a\" both use colour 0 at PE (1,0)");
  // A colour that is not usable.
  RouteProblem fewer = problem;
  fewer.colours = {0, 2, 3};
  EXPECT_FALSE(verify(fewer, right, error));
  EXPECT_EQ(error, "net \"a\" uses colour 1, which is not usable");
  RouteAnswer wrong = right;
  wrong.nets[1].subNets.pop_back();
  EXPECT_FALSE(verify(problem, wrong, error));
  EXPECT_EQ(error, "net \"b\" has sources without a route in [0:7, 0:8]");
  wrong = right;
  wrong.nets[0].subNets.push_back(wrong.nets[0].subNets.front());
  EXPECT_FALSE(verify(problem, wrong, error));
  wrong = right;
  wrong.nets.pop_back();
  EXPECT_FALSE(verify(problem, wrong, error));
  EXPECT_EQ(error, "the answer has 1 nets instead of 2");
  // The two lists of a shared channel disagree.
  wrong = right;
  RouteEntry &entry = wrong.nets[0].entries.front();
  entry.outputs = {Direction::South};
  EXPECT_FALSE(verify(problem, wrong, error));
  wrong = right;
  wrong.nets[0].entries.front().region = Region({0, 9}, {0, 1});
  EXPECT_FALSE(verify(problem, wrong, error));
}

TEST(Router, IsDeterministic) {
  RouteProblem problem = productProblem(48, 32);
  RouteAnswer a = routeAndVerify(problem), b = routeAndVerify(problem);
  for (size_t net = 0; net < a.nets.size(); ++net) {
    ASSERT_EQ(a.nets[net].entries.size(), b.nets[net].entries.size());
    for (size_t i = 0; i < a.nets[net].entries.size(); ++i)
      EXPECT_EQ(a.nets[net].entries[i].region, b.nets[net].entries[i].region);
  }
}

} // namespace
