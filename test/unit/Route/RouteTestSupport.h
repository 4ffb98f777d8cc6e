//===- RouteTestSupport.h - problems and a brute-force mesh ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TEST_UNIT_ROUTE_ROUTETESTSUPPORT_H
#define WAFER_TEST_UNIT_ROUTE_ROUTETESTSUPPORT_H

#include "wafer/Route/RecoverStreams.h"
#include "wafer/Route/Router.h"

#include <map>
#include <set>

namespace wafer::route_test {

inline AxisSpan relative(int64_t begin, int64_t end, int64_t step = 1) {
  return {true, begin, end, step};
}
inline AxisSpan relative(int64_t offset) { return {true, offset, offset + 1}; }
inline AxisSpan absolute(int64_t begin, int64_t end, int64_t step = 1) {
  return {false, begin, end, step};
}
inline AxisSpan absolute(int64_t value) { return {false, value, value + 1}; }

inline StreamPiece makePiece(StridedRect sources, AxisSpan x, AxisSpan y,
                             bool excludeSource = false) {
  StreamPiece piece;
  piece.sources = sources;
  piece.destinations.push_back({x, y});
  piece.excludeSource = excludeSource;
  return piece;
}

inline RouteProblem makeProblem(int64_t width, int64_t height,
                                unsigned colours) {
  RouteProblem problem;
  problem.width = width;
  problem.height = height;
  for (unsigned c = 0; c < colours; ++c)
    problem.colours.push_back(c);
  return problem;
}

inline void addNet(RouteProblem &problem, std::string name,
                   std::vector<StreamPiece> pieces, unsigned group = 0,
                   unsigned epoch = 0) {
  problem.nets.push_back({std::move(name), std::move(pieces), epoch, group});
}

/// All streams of an answer, narrowed to their colours, and all entries.
inline std::pair<std::vector<WantedStreams>, std::vector<RouteEntry>>
flatten(const RouteProblem &problem, const RouteAnswer &answer,
        unsigned epoch = 0) {
  std::pair<std::vector<WantedStreams>, std::vector<RouteEntry>> result;
  for (size_t i = 0; i < problem.nets.size(); ++i) {
    if (problem.nets[i].epoch != epoch)
      continue;
    const auto &entries = answer.nets[i].entries;
    result.second.insert(result.second.end(), entries.begin(), entries.end());
    for (const SubNet &part : answer.nets[i].subNets) {
      StreamPiece piece = problem.nets[i].pieces[part.piece];
      piece.sources = part.sources;
      result.first.push_back({problem.nets[i].name, part.colour, piece});
    }
  }
  return result;
}

/// A mesh with an entry for each PE, through which single wavelets walk.
class BruteForceMesh {
public:
  /// False if two different entries claim one PE and colour.
  bool add(const RouteEntry &entry) {
    bool consistent = true;
    entry.region.forEachPoint([&](Point p) {
      auto [it, isNew] =
          table.try_emplace({p, entry.colour}, entry.input, entry.outputs);
      if (!isNew && it->second != std::pair(entry.input, entry.outputs))
        consistent = false;
    });
    return consistent;
  }

  /// The readers of a wavelet, and every PE it passes. False if it gets lost or
  /// comes back.
  bool walk(Point source, unsigned colour, Direction from,
            std::set<Point> &readers, std::set<Point> &passed) const {
    std::vector<std::pair<Point, Direction>> queue{{source, from}};
    while (!queue.empty()) {
      auto [p, input] = queue.back();
      queue.pop_back();
      auto entry = table.find({p, colour});
      if (entry == table.end() || entry->second.first != input ||
          !passed.insert(p).second)
        return false;
      for (Direction output : entry->second.second) {
        if (output == Direction::Ramp)
          readers.insert(p);
        else
          queue.push_back({p + step(output), opposite(output)});
      }
    }
    return true;
  }

  size_t size() const { return table.size(); }

private:
  std::map<std::pair<Point, unsigned>, std::pair<Direction, DirectionSet>>
      table;
};

} // namespace wafer::route_test

#endif // WAFER_TEST_UNIT_ROUTE_ROUTETESTSUPPORT_H
