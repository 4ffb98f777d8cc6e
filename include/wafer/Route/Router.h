//===- Router.h - Trees of hops and colours for nets ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rule of the machine: at a PE, a colour has one live input and a set of
// outputs. So two streams that meet at a router need different colours, unless
// they are the same channel: the same source, hops and readers, used one after
// another (Net::group).
//
// The cost of routing follows the number of nets, pieces and rectangles, never
// the number of PEs or streams. The same problem has the same answer.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ROUTE_ROUTER_H
#define WAFER_ROUTE_ROUTER_H

#include "wafer/Route/RouteProblem.h"

namespace wafer {

/// A part of a net whose streams all have one colour: the whole of a piece, or
/// one residue class of its sources where neighbouring streams collide (a chain
/// i -> i+1 needs two: even and odd sources).
struct SubNet {
  unsigned piece = 0;
  StridedRect sources;
  unsigned colour = 0;
  /// The PEs that read one of these streams.
  Region readers;
};

struct NetRoutes {
  /// Every source of every piece is in exactly one of them.
  std::vector<SubNet> subNets;
  /// Entries of the same colour have disjoint regions. A net that shares a
  /// channel with another lists the entries again.
  std::vector<RouteEntry> entries;
};

struct RouteAnswer {
  /// One for each net of the problem.
  std::vector<NetRoutes> nets;
  /// The number of different colours used.
  unsigned coloursUsed = 0;
};

/// Why there is no answer.
struct RouteFailure {
  /// The most crowded PE, and the colours that would be needed there (or in
  /// `nets` as a whole, if no single PE explains the failure).
  Point pe;
  unsigned coloursNeeded = 0;
  unsigned coloursUsable = 0;
  unsigned epoch = 0;
  /// Indices of nets that cannot coexist in the shapes tried last: without any
  /// one of them, the rest could (as far as a bounded search tells).
  std::vector<unsigned> nets;
  std::string message;
};

/// Finds routes and colours. False if the problem is not well formed (the
/// failure has a message only) or no answer was found.
bool route(const RouteProblem &problem, RouteAnswer &answer,
           RouteFailure &failure);

/// Checks an answer, knowing nothing of how it was found: usable colours only,
/// regions inside the mesh, one entry for each PE and colour in an epoch except
/// for shared channels, every source in one sub-net, and every stream reaching
/// exactly its readers (by verifyRoutes). Otherwise `error` says why.
bool verify(const RouteProblem &problem, const RouteAnswer &answer,
            std::string &error);

} // namespace wafer

#endif // WAFER_ROUTE_ROUTER_H
