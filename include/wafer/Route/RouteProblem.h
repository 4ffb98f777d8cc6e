//===- RouteProblem.h - Streams that want routes --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the router is asked: nets, which are families of streams between PEs of
// a mesh; and the vocabulary of the answer, route entries. No IR.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ROUTE_ROUTEPROBLEM_H
#define WAFER_ROUTE_ROUTEPROBLEM_H

#include "wafer/Support/Region.h"

#include <string>
#include <vector>

namespace wafer {

/// The coordinates of readers on one axis: [begin, end) by step, absolute, or
/// added to the coordinate of the source when `relative`.
struct AxisSpan {
  bool relative = false;
  int64_t begin = 0;
  int64_t end = 0;
  int64_t step = 1;

  /// The coordinates for a source at `source`; the step must be positive.
  StridedRange at(int64_t source) const {
    int64_t offset = relative ? source : 0;
    return {begin + offset, end + offset, step};
  }
};

/// A rectangle of readers.
struct Destination {
  AxisSpan x;
  AxisSpan y;
};

/// A family of streams, one for each source PE.
struct StreamPiece {
  StridedRect sources;
  /// The readers of a stream are the union of these for its source.
  llvm::SmallVector<Destination, 1> destinations;
  /// The source is not a reader, even where a destination contains it.
  bool excludeSource = false;
  /// The wavelets enter the mesh at the source PE from this side (a port of the
  /// wafer), not from its ramp. All sources stand at that border.
  std::optional<Direction> fromPort;

  /// The readers of the stream of `source`.
  Region readersOf(Point source) const;
};

/// Streams that belong together, with a name for messages.
struct Net {
  std::string name;
  std::vector<StreamPiece> pieces;
  /// Nets of different epochs never conflict: the routes change in between.
  unsigned epoch = 0;
  /// Nets of one group may be in flight at the same time (the operands of one
  /// kernel). Nets of different groups are used one after another: where their
  /// streams have the same source, hops and readers, they share the channel.
  unsigned group = 0;
};

struct RouteProblem {
  int64_t width = 0;
  int64_t height = 0;
  /// The colours that may be used, in order of preference.
  llvm::SmallVector<unsigned> colours;
  std::vector<Net> nets;

  /// True if the problem is well formed: every source and reader lies in the
  /// mesh, every stream has a reader besides an excluded source, spans are not
  /// empty, port sources stand at their border. Otherwise `error` says what is
  /// wrong, with the net's name.
  bool check(std::string &error) const;
};

/// At every PE of `region`, a wavelet of `colour` that arrives at `input`
/// leaves through all `outputs`.
struct RouteEntry {
  unsigned colour = 0;
  Region region;
  Direction input = Direction::Ramp;
  DirectionSet outputs;
};

/// Prints `colour 3 [0:4, 0:3]: north -> south, ramp`.
llvm::raw_ostream &operator<<(llvm::raw_ostream &os, const RouteEntry &entry);

} // namespace wafer

#endif // WAFER_ROUTE_ROUTEPROBLEM_H
