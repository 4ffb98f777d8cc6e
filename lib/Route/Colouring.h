//===- Colouring.h - Colours for a conflict graph -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_ROUTE_COLOURING_H
#define WAFER_LIB_ROUTE_COLOURING_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallVector.h"

#include <vector>

namespace wafer::route_detail {

/// An undirected graph; an edge joins what must differ in colour.
class ConflictGraph {
public:
  explicit ConflictGraph(unsigned size)
      : neighbours(size, llvm::BitVector(size)) {}

  unsigned size() const { return neighbours.size(); }
  void addEdge(unsigned a, unsigned b) {
    neighbours[a].set(b);
    neighbours[b].set(a);
  }
  bool hasEdge(unsigned a, unsigned b) const { return neighbours[a].test(b); }
  const llvm::BitVector &adjacent(unsigned node) const {
    return neighbours[node];
  }
  /// The part of the graph between `nodes`, renumbered in their order.
  ConflictGraph restrictTo(llvm::ArrayRef<unsigned> nodes) const;
  /// The largest subgraph in which every node has `minDegree` neighbours.
  std::vector<unsigned> core(unsigned minDegree) const;

private:
  std::vector<llvm::BitVector> neighbours;
};

/// Colours 0, 1, … of each node by DSATUR: the node with the most different
/// colours around it comes next and takes the lowest that is free.
std::vector<unsigned> colourGreedily(const ConflictGraph &graph);

enum class ColouringStatus { Found, Impossible, Unknown };

/// Colours with at most `maxColours`: DSATUR, and if that fails an exact search
/// of at most `budget` steps on the part of the graph that matters (nodes with
/// fewer than maxColours neighbours can always be coloured last).
ColouringStatus colourWithin(const ConflictGraph &graph, unsigned maxColours,
                             uint64_t budget, std::vector<unsigned> &colours);

} // namespace wafer::route_detail

#endif // WAFER_LIB_ROUTE_COLOURING_H
