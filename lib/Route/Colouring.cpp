//===- Colouring.cpp - Colours for a conflict graph -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// D. Brélaz, "New methods to color the vertices of a graph", CACM 22 (1979),
// both as a heuristic and as the branching order of the exact search. Ties go
// to the larger degree, then to the lower index, so the result is fixed.
//
//===----------------------------------------------------------------------===//

#include "Colouring.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace wafer::route_detail;

namespace {

constexpr unsigned uncoloured = ~0u;

/// A partial colouring, with the colours seen around each node.
class PartialColouring {
public:
  PartialColouring(const ConflictGraph &graph, unsigned maxColours)
      : graph(graph), maxColours(maxColours), colours(graph.size(), uncoloured),
        seen(graph.size(), std::vector<unsigned>(maxColours, 0)),
        saturation(graph.size(), 0) {
    for (unsigned node = 0; node < graph.size(); ++node)
      degree.push_back(graph.adjacent(node).count());
  }

  void assign(unsigned node, unsigned colour) {
    colours[node] = colour;
    for (unsigned other : graph.adjacent(node).set_bits())
      saturation[other] += seen[other][colour]++ == 0;
  }
  void retract(unsigned node) {
    for (unsigned other : graph.adjacent(node).set_bits())
      saturation[other] -= --seen[other][colours[node]] == 0;
    colours[node] = uncoloured;
  }
  bool isFree(unsigned node, unsigned colour) const {
    return seen[node][colour] == 0;
  }
  /// The next node in DSATUR's order; size() when all are coloured.
  unsigned next() const {
    unsigned best = graph.size();
    for (unsigned node = 0; node < graph.size(); ++node)
      if (colours[node] == uncoloured &&
          (best == graph.size() ||
           std::tie(saturation[node], degree[node]) >
               std::tie(saturation[best], degree[best])))
        best = node;
    return best;
  }
  /// Extends the colouring to all nodes. `used` colours are in use. False if
  /// there is no way, or the budget ran out (it is then 0).
  bool search(unsigned used, uint64_t &budget) {
    unsigned node = next();
    if (node == graph.size())
      return true;
    // All unused colours are alike: trying one of them is enough.
    unsigned limit = std::min(used + 1, maxColours);
    for (unsigned colour = 0; colour < limit; ++colour) {
      if (!isFree(node, colour))
        continue;
      if (budget == 0)
        return false;
      --budget;
      assign(node, colour);
      if (search(std::max(used, colour + 1), budget))
        return true;
      retract(node);
    }
    return false;
  }
  const std::vector<unsigned> &get() const { return colours; }

private:
  const ConflictGraph &graph;
  unsigned maxColours;
  std::vector<unsigned> colours;
  /// For each node and colour, how many neighbours have it.
  std::vector<std::vector<unsigned>> seen;
  std::vector<unsigned> saturation, degree;
};

} // namespace

ConflictGraph ConflictGraph::restrictTo(llvm::ArrayRef<unsigned> nodes) const {
  ConflictGraph part(nodes.size());
  for (unsigned i = 0; i < nodes.size(); ++i)
    for (unsigned j = 0; j < i; ++j)
      if (hasEdge(nodes[i], nodes[j]))
        part.addEdge(i, j);
  return part;
}

std::vector<unsigned> ConflictGraph::core(unsigned minDegree) const {
  llvm::BitVector alive(size(), true);
  bool changed = true;
  while (changed) {
    changed = false;
    for (unsigned node : alive.set_bits()) {
      llvm::BitVector around = neighbours[node];
      around &= alive;
      if (around.count() >= minDegree)
        continue;
      alive.reset(node);
      changed = true;
    }
  }
  return std::vector<unsigned>(alive.set_bits_begin(), alive.set_bits_end());
}

std::vector<unsigned>
wafer::route_detail::colourGreedily(const ConflictGraph &graph) {
  unsigned most = 0;
  for (unsigned node = 0; node < graph.size(); ++node)
    most = std::max<unsigned>(most, graph.adjacent(node).count());
  PartialColouring colouring(graph, most + 1);
  for (unsigned i = 0; i < graph.size(); ++i) {
    unsigned node = colouring.next(), colour = 0;
    while (!colouring.isFree(node, colour))
      ++colour;
    colouring.assign(node, colour);
  }
  return colouring.get();
}

ColouringStatus
wafer::route_detail::colourWithin(const ConflictGraph &graph,
                                  unsigned maxColours, uint64_t budget,
                                  std::vector<unsigned> &colours) {
  colours = colourGreedily(graph);
  if (llvm::all_of(colours, [&](unsigned c) { return c < maxColours; }))
    return ColouringStatus::Found;
  std::vector<unsigned> nodes = graph.core(maxColours);
  ConflictGraph part = graph.restrictTo(nodes);
  PartialColouring exact(part, maxColours);
  if (!exact.search(/*used=*/0, budget))
    return budget == 0 ? ColouringStatus::Unknown : ColouringStatus::Impossible;
  // The others, each after those that kept its degree from being small: in the
  // reverse order of peeling a free colour is left for every one.
  PartialColouring all(graph, maxColours);
  llvm::BitVector alive(graph.size(), true);
  std::vector<unsigned> peeled;
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned node : alive.set_bits()) {
      llvm::BitVector around = graph.adjacent(node);
      around &= alive;
      if (around.count() >= maxColours)
        continue;
      alive.reset(node);
      peeled.push_back(node);
      changed = true;
    }
  }
  for (unsigned i = 0; i < nodes.size(); ++i)
    all.assign(nodes[i], exact.get()[i]);
  for (unsigned node : llvm::reverse(peeled)) {
    unsigned colour = 0;
    while (!all.isFree(node, colour))
      ++colour;
    all.assign(node, colour);
  }
  colours = all.get();
  return ColouringStatus::Found;
}
