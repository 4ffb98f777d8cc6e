//===- LoadProgram.cpp - decodes a wafer.program with tasks -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  a wafer.program in phase streamed, routed or allocated.
// Out: a LoadedModule.
//
// 1. Without routes every stream becomes a colour of its own, with the channels
//    that the stream asks for. With routes, the routes are taken as they stand,
//    and a stream means, at a PE, the colour of its routes there.
// 2. The regions of tasks, buffers and host copies (with routes also the ends
//    of each stream's routes) are laid over each other: a cell is a class.
// 3. A class's program: its buffers, its copies, its queues tied to colours,
//    then its tasks' instructions in the order in which they stand; barriers
//    between them, and with routes the queues of the next epoch. Where no queue
//    is allocated yet, every stream has one.
//
// This is what lowering to phase pe must do as well; nothing is shared with it,
// so that each can judge the other.
//
//===----------------------------------------------------------------------===//

#include "WaferLoader.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;
using llvm::Expected;

std::string exec::nameOf(Point p) {
  return "PE (" + std::to_string(p.x) + "," + std::to_string(p.y) + ")";
}

//===----------------------------------------------------------------------===//
// Streams, routes, feeds
//===----------------------------------------------------------------------===//

Error WaferLoader::loadStreams() {
  for (auto op : program.getBody().getOps<mesh::StreamOp>()) {
    Expected<StreamChannels> channels = listChannels(op, module.machine);
    if (!channels)
      return channels.takeError();
    colourOf[op.getSymNameAttr()] = module.streams.size();
    module.streams.push_back(std::move(*channels));
  }
  if (module.streams.size() > INT16_MAX)
    return errorAt(program, "has too many streams");
  module.machine.colours = module.streams.size();
  return Error::success();
}

/// Equal routes of streams that share a channel are joined; others must not
/// meet at a router.
Error WaferLoader::loadRoutes() {
  std::map<std::pair<unsigned, unsigned>, std::vector<size_t>> byColour;
  std::vector<std::vector<wafer::Region>> parts;
  for (auto op : program.getBody().getOps<mesh::RouteOp>()) {
    if (static_cast<int64_t>(op.getColour()) >= module.desc.getUsableColours())
      return errorAt(op, "the machine has no such colour");
    if (static_cast<int64_t>(op.getEpoch()) > kMaxEpochs)
      return errorAt(op, "too many epochs");
    std::vector<size_t> &others = byColour[{op.getColour(), op.getEpoch()}];
    auto same = llvm::find_if(others, [&](size_t i) {
      auto other = cast<mesh::RouteOp>(module.routes[i].op);
      return other.getPositions() == op.getPositions() &&
             other.getWrap() == op.getWrap();
    });
    if (same != others.end()) {
      parts[*same].push_back(op.getOn().getRegion());
      continue;
    }
    others.push_back(module.routes.size());
    Route &route = module.routes.emplace_back();
    route.op = op;
    route.colour = op.getColour();
    route.epoch = op.getEpoch();
    route.wraps = op.getWrap();
    route.positions = readPositions(op.getPositions());
    module.numEpochs = std::max(module.numEpochs, route.epoch + 1);
    parts.push_back({op.getOn().getRegion()});
  }
  for (auto [route, regions] : llvm::zip(module.routes, parts))
    route.region = wafer::Region::unite(regions);
  for (auto &[key, routes] : byColour) {
    std::vector<wafer::Region> regions;
    for (size_t i : routes)
      regions.push_back(module.routes[i].region);
    if (auto pair = findOverlap(regions)) {
      Point p =
          regions[pair->first].intersect(regions[pair->second]).anyPoint();
      return errorAt(module.routes[routes[pair->second]].op,
                     nameOf(p) + " has another route for the colour: " +
                         describe(module.routes[routes[pair->first]].op));
    }
  }
  return Error::success();
}

Error WaferLoader::loadFeed(pe::FeedOp op) {
  Expected<Feed> feed = readFeed(op);
  if (!feed)
    return feed.takeError();
  feed->region = op.getOn().getRegion();
  if (!op.getStream())
    return errorAt(op, "names no stream");
  std::optional<Point> missing, strange;
  const StreamChannels *channels =
      hasRoutes ? nullptr
                : &module.streams[colourOf[op.getStreamAttr().getAttr()]];
  feed->region.forEachPoint([&](Point p) {
    int64_t edge = feed->side == Direction::West ? 0 : module.machine.width - 1;
    if (p.x != edge || module.getPortRate(feed->side, p) == 0)
      missing = p;
    else if (channels &&
             (channels->side != feed->side ||
              !channels->isSource[p.y * module.machine.width + p.x]))
      strange = p;
  });
  if (missing)
    return errorAt(op, "the machine has no such port at " + nameOf(*missing));
  if (strange)
    return errorAt(op, "no channel of the stream starts at the port of " +
                           nameOf(*strange));
  if (hasRoutes)
    return loadRoutedFeed(op, std::move(*feed));
  feed->colour = colourOf[op.getStreamAttr().getAttr()];
  module.feeds.push_back(std::move(*feed));
  return Error::success();
}

/// The feed enters on the colour of that route of its stream which takes what
/// comes from the port.
Error WaferLoader::loadRoutedFeed(pe::FeedOp op, Feed feed) {
  wafer::Region rest = feed.region;
  for (auto route : program.getBody().getOps<mesh::RouteOp>()) {
    auto hop = cast<machine::HopAttr>(route.getPositions()[0]);
    if (route.getStream() != *op.getStream() || hop.getInput() != feed.side)
      continue;
    wafer::Region region = rest.intersect(route.getOn().getRegion());
    if (region.empty())
      continue;
    rest = rest.subtract(region);
    module.feeds.push_back(feed);
    module.feeds.back().region = region;
    module.feeds.back().colour = route.getColour();
  }
  return rest.empty() ? Error::success()
                      : errorAt(op, "no route of the stream starts at the "
                                    "port of " +
                                        nameOf(rest.anyPoint()));
}

Error WaferLoader::run() {
  auto &body = program.getBody();
  hasRoutes = !body.getOps<mesh::RouteOp>().empty();
  hasQueues = !body.getOps<mesh::QueueOp>().empty();
  if (Error error = hasRoutes ? loadRoutes() : loadStreams())
    return error;
  if (hasRoutes && !hasQueues)
    for (auto *depths : {&module.machine.inDepths, &module.machine.outDepths})
      depths->resize(module.machine.colours, 1);
  for (auto feed : body.getOps<pe::FeedOp>())
    if (Error error = loadFeed(feed))
      return error;
  if (Error error = collectLayers())
    return error;
  wafer::Partition classes = overlay(regions);
  for (const wafer::Partition::Cell &cell : classes.cells)
    if (Error error = loadClass(cell.cover, cell.region))
      return error;
  return finishModule(module);
}

Expected<LoadedModule> exec::loadProgram(mesh::ProgramOp op) {
  LoadedModule module;
  module.desc = op.getMachine();
  module.machine = readMachine(module.desc);
  module.launches = op.getLaunches();
  if (Error error = WaferLoader(op, module).run())
    return std::move(error);
  return module;
}
