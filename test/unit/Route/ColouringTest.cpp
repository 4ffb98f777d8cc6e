//===- ColouringTest.cpp - colours of known graphs ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Colouring.h"

#include "gtest/gtest.h"

#include <random>

using namespace wafer::route_detail;

namespace {

constexpr uint64_t budget = 100000;

bool isProper(const ConflictGraph &graph, llvm::ArrayRef<unsigned> colours,
              unsigned limit) {
  for (unsigned a = 0; a < graph.size(); ++a) {
    if (colours[a] >= limit)
      return false;
    for (unsigned b = 0; b < a; ++b)
      if (graph.hasEdge(a, b) && colours[a] == colours[b])
        return false;
  }
  return true;
}

ConflictGraph cycle(unsigned size) {
  ConflictGraph graph(size);
  for (unsigned i = 0; i < size; ++i)
    graph.addEdge(i, (i + 1) % size);
  return graph;
}

TEST(Colouring, CyclesAndCliques) {
  std::vector<unsigned> colours;
  EXPECT_EQ(colourWithin(cycle(8), 2, budget, colours), ColouringStatus::Found);
  EXPECT_TRUE(isProper(cycle(8), colours, 2));
  EXPECT_EQ(colourWithin(cycle(9), 2, budget, colours),
            ColouringStatus::Impossible);
  EXPECT_EQ(colourWithin(cycle(9), 3, budget, colours), ColouringStatus::Found);
  ConflictGraph clique(22);
  for (unsigned i = 0; i < 22; ++i)
    for (unsigned j = 0; j < i; ++j)
      clique.addEdge(i, j);
  EXPECT_EQ(colourWithin(clique, 21, budget, colours),
            ColouringStatus::Impossible);
  EXPECT_EQ(colourWithin(clique, 22, budget, colours), ColouringStatus::Found);
}

TEST(Colouring, FindsHiddenPartitions) {
  std::mt19937 random(4);
  for (int round = 0; round < 100; ++round) {
    // Nodes in k hidden classes, edges between classes only: k colours do.
    unsigned size = 20 + random() % 40, k = 3 + random() % 4;
    ConflictGraph graph(size);
    for (unsigned i = 0; i < size; ++i)
      for (unsigned j = 0; j < i; ++j)
        if (i % k != j % k && random() % 4 == 0)
          graph.addEdge(i, j);
    std::vector<unsigned> colours;
    if (colourWithin(graph, k, budget, colours) == ColouringStatus::Found) {
      EXPECT_TRUE(isProper(graph, colours, k));
    } else {
      // Only the budget may stand in the way.
      EXPECT_NE(colourWithin(graph, k, budget, colours),
                ColouringStatus::Impossible);
    }
  }
}

} // namespace
