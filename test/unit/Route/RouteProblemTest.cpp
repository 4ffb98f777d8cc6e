//===- RouteProblemTest.cpp - malformed problems are refused ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RouteTestSupport.h"

#include "gtest/gtest.h"

using namespace wafer;
using namespace wafer::route_test;

namespace {

std::string refusal(int64_t width, int64_t height, StreamPiece piece) {
  RouteProblem problem = makeProblem(width, height, 4);
  addNet(problem, "n", {std::move(piece)});
  std::string error;
  EXPECT_FALSE(problem.check(error));
  RouteAnswer answer;
  RouteFailure failure;
  EXPECT_FALSE(route(problem, answer, failure));
  EXPECT_EQ(failure.message, error);
  return error;
}

TEST(RouteProblem, RefusesReadersOutside) {
  EXPECT_EQ(
      refusal(8, 4, makePiece({{0, 8}, {0, 4}}, relative(1), relative(0))),
      "net \"n\" has readers at x = 8 outside the 8x4 mesh");
  EXPECT_EQ(
      refusal(8, 4, makePiece({{0, 8}, {0, 4}}, relative(0), relative(-2, 1))),
      "net \"n\" has readers at y = -2 outside the 8x4 mesh");
  EXPECT_EQ(
      refusal(8, 4, makePiece({{0, 9}, {0, 1}}, relative(0), relative(1))),
      "net \"n\" has sources [0:9, 0] outside the 8x4 mesh");
}

TEST(RouteProblem, RefusesStreamsWithoutReaders) {
  EXPECT_EQ(
      refusal(8, 4,
              makePiece({{2, 4}, {1, 2}}, relative(0), relative(0), true)),
      "net \"n\" has a stream without readers: the source (2,1) is its "
      "only destination");
  EXPECT_EQ(
      refusal(8, 4,
              makePiece({{2, 6}, {1, 2}}, absolute(4), relative(0), true)),
      "net \"n\" has a stream without readers: the source (4,1) is its "
      "only destination");
  EXPECT_EQ(
      refusal(8, 4, makePiece({{0, 1}, {0, 1}}, absolute(3, 3), absolute(0))),
      "net \"n\" has an empty or malformed destination span 3:3:1 in x");
  EXPECT_EQ(
      refusal(8, 4,
              makePiece({{0, 1}, {0, 1}}, absolute(3, 5, 0), absolute(0))),
      "net \"n\" has an empty or malformed destination span 3:5:0 in x");
  StreamPiece none;
  none.sources = {{0, 1}, {0, 1}};
  EXPECT_EQ(refusal(8, 4, none), "net \"n\" has no reader");
  EXPECT_EQ(refusal(8, 4, StreamPiece()), "net \"n\" has no source");
}

TEST(RouteProblem, RefusesPortsInside) {
  StreamPiece piece = makePiece({{1, 2}, {0, 4}}, relative(1), relative(0));
  piece.fromPort = Direction::West;
  EXPECT_EQ(refusal(8, 4, piece),
            "net \"n\" enters from the west at [1, 0:4], which is not at that "
            "border of the mesh");
  piece.fromPort = Direction::Ramp;
  EXPECT_EQ(refusal(8, 4, piece),
            "net \"n\" names the ramp as a port of the mesh");
}

TEST(RouteProblem, RefusesImpossibleMeshesAndColours) {
  std::string error;
  EXPECT_FALSE(makeProblem(0, 4, 1).check(error));
  EXPECT_EQ(error, "the mesh has the impossible size 0x4");
  RouteProblem problem = makeProblem(4, 4, 2);
  problem.colours.push_back(1);
  EXPECT_FALSE(problem.check(error));
  EXPECT_EQ(error, "colour 1 is listed twice");
  problem.colours.clear();
  addNet(problem, "n", {makePiece({{0, 1}, {0, 1}}, relative(1), relative(0))});
  EXPECT_FALSE(problem.check(error));
  EXPECT_EQ(error, "no colour is usable");
}

} // namespace
