//===- LowerToPE.cpp - write a program for each class of PEs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  allocated wafer.programs: tasks, streams, routes, queues, offsets.
// Out: a pe.module for each: routes, feeds, and a pe.program for each class.
//
// 1. Lay the regions of tasks, buffers, host copies and of each stream's
//    colours over each other (Support's overlay): a cell is a class.
// 2. For each class: its buffers and copies, the queues that it uses tied to
//    their colours, then its tasks' instructions in order, with each stream
//    replaced by the queue of the colour that the class has for it; barriers
//    where epochs change. Classes with equal programs become one.
// 3. Routes of the same colour and hop are joined, whichever stream asked.
//
// Rejected here: buffers without offset, streams without route or queue.
// Cost: the number of tasks, streams and rectangles, never of PEs.
//
//===----------------------------------------------------------------------===//

#include "wafer/LowerToPE/ClassBuilder.h"
#include "wafer/LowerToPE/Passes.h"

#define DEBUG_TYPE "wafer-lower-to-pe"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_LOWERTOPE
#include "wafer/LowerToPE/Passes.h.inc"

namespace {

/// Joins the regions of equal routes: streams that share a channel repeat its
/// hops.
void lowerRoutes(mesh::ProgramOp program, OpBuilder &builder) {
  struct Route {
    mesh::RouteOp first;
    SmallVector<Region, 4> regions;
  };
  std::vector<Route> routes;
  for (auto route : program.getBody().getOps<mesh::RouteOp>()) {
    auto same = llvm::find_if(routes, [&](const Route &r) {
      mesh::RouteOp first = r.first;
      return first.getColour() == route.getColour() &&
             first.getEpoch() == route.getEpoch() &&
             first.getPositions() == route.getPositions() &&
             first.getWrap() == route.getWrap();
    });
    if (same == routes.end())
      routes.push_back({route, {route.getOn().getRegion()}});
    else
      same->regions.push_back(route.getOn().getRegion());
  }
  for (Route &route : routes)
    pe::RouteOp::create(builder, route.first.getLoc(),
                        route.first.getColourAttr(), route.first.getEpochAttr(),
                        machine::RegionAttr::get(builder.getContext(),
                                                 Region::unite(route.regions)),
                        route.first.getPositionsAttr(),
                        route.first.getWrapAttr());
}

/// A feed's colour is that of the route which takes its side's wavelets at the
/// port.
LogicalResult lowerFeed(pe::FeedOp feed, mesh::ProgramOp program,
                        OpBuilder &builder) {
  Direction side = feed.getSide() == "west" ? Direction::West : Direction::East;
  Region rest = feed.getOn().getRegion();
  for (auto route : program.getBody().getOps<mesh::RouteOp>()) {
    auto hop = cast<machine::HopAttr>(route.getPositions()[0]);
    if (route.getStream() != *feed.getStream() || hop.getInput() != side)
      continue;
    Region region = rest.intersect(route.getOn().getRegion());
    if (region.empty())
      continue;
    rest = rest.subtract(region);
    pe::FeedOp::create(builder, feed.getLoc(), feed.getSideAttr(),
                       machine::RegionAttr::get(builder.getContext(), region),
                       route.getColourAttr(), FlatSymbolRefAttr(),
                       feed.getHostAttr(), feed.getIndexAttr(),
                       feed.getExtentsAttr());
  }
  if (rest.empty())
    return success();
  return feed.emitOpError("has no route for stream @")
         << *feed.getStream() << " at PE (" << rest.anyPoint().x << ","
         << rest.anyPoint().y << ")";
}

struct LowerToPE : impl::LowerToPEBase<LowerToPE> {
  void runOnOperation() override {
    for (auto program :
         llvm::to_vector(getOperation().getOps<mesh::ProgramOp>()))
      if (failed(lowerProgram(program)))
        return signalPassFailure();
  }

  LogicalResult lowerProgram(mesh::ProgramOp program) {
    OpBuilder builder(program);
    auto module = pe::ModuleOp::create(
        builder, program.getLoc(), program.getSymNameAttr(),
        program.getMachineAttr(), program.getLaunchesAttr());
    builder.setInsertionPointToStart(&module.getBody().emplaceBlock());
    lowerRoutes(program, builder);
    for (auto feed : program.getBody().getOps<pe::FeedOp>())
      if (failed(lowerFeed(feed, program, builder)))
        return failure();
    ClassBuilder classes(program, builder);
    if (failed(classes.build()))
      return failure();
    program.erase();
    return success();
  }
};

} // namespace
} // namespace wafer
