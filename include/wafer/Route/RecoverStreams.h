//===- RecoverStreams.h - From routes back to streams ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The inverse of routing, as an oracle: follows wavelets through given route
// entries and says who reads what. It shares no code with the router.
//
// All sources of a rectangle are followed at once, and a span of PEs with the
// same entry is crossed in one step, so the cost follows the number of
// rectangles in the entries and not the number of PEs or streams.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ROUTE_RECOVERSTREAMS_H
#define WAFER_ROUTE_RECOVERSTREAMS_H

#include "wafer/Route/RouteProblem.h"

namespace wafer {

/// Where wavelets of a colour enter: from the ramp of each PE of `sources`, or
/// from outside the mesh at a side.
struct Injection {
  unsigned colour = 0;
  Region sources;
  Direction from = Direction::Ramp;
};

/// What is wrong with a set of routes, at one place.
struct RouteFault {
  enum class Kind {
    /// Two entries for one PE and colour.
    Conflict,
    /// A source without an entry for its wavelets.
    NoEntry,
    /// An entry sends to a neighbour that does not take it from that side.
    MissingHop,
    /// A wavelet comes back to a PE where it was.
    Loop,
    /// An entry that no wavelet reaches.
    Dangling,
    /// A reader that its stream does not reach.
    MissingReader,
    /// A PE that gets a stream it did not ask for.
    ExtraReader,
  };
  Kind kind;
  Point pe;
  unsigned colour = 0;
  /// A source whose stream is concerned, where there is one.
  std::optional<Point> source;
  /// Complete, with PE, colour and, where it is known, the net.
  std::string message;
};

/// The streams that start in `sources` and have these readers relative to their
/// source. One source may be in several; together they are its readers.
struct RecoveredStreams {
  unsigned colour = 0;
  StridedRect sources;
  StridedRect readersRelative;
};

struct RecoveredRoutes {
  std::vector<RecoveredStreams> streams;
  std::vector<RouteFault> faults;

  /// The readers of what `source` injects with `colour`.
  Region readersOf(Point source, unsigned colour) const;
};

/// The injections at the ramps that the entries themselves provide for.
std::vector<Injection> rampInjections(llvm::ArrayRef<RouteEntry> entries);

/// Follows the injected wavelets. Equal entries may be listed more than once.
/// The sources of a colour may overlap.
RecoveredRoutes recoverStreams(llvm::ArrayRef<RouteEntry> entries,
                               llvm::ArrayRef<Injection> injections);

/// Streams that should exist: those of a piece with one colour. (The sources of
/// a piece that the router split are to be narrowed to the part with the
/// colour.)
struct WantedStreams {
  std::string net;
  unsigned colour = 0;
  StreamPiece piece;
};

/// Compares the streams of one epoch with the entries of that epoch; empty if
/// every stream reaches exactly its readers and every entry is used. At most
/// `maxFaults` are listed.
std::vector<RouteFault> verifyRoutes(llvm::ArrayRef<WantedStreams> wanted,
                                     llvm::ArrayRef<RouteEntry> entries,
                                     unsigned maxFaults = 16);

} // namespace wafer

#endif // WAFER_ROUTE_RECOVERSTREAMS_H
