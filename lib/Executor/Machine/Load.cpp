//===- Load.cpp - decodes a pe.module ---------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In: a verified pe.module. Out: a LoadedModule. Steps: the machine's numbers;
// then routes, feeds and programs in the order of the module. Refused here:
// streams, expressions that are not quasi-affine, programs with different
// barriers, a route or barrier of an epoch out of range.
//
//===----------------------------------------------------------------------===//

#include "Decode.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;
using llvm::Expected;

static Error loadFeed(pe::FeedOp op, LoadedModule &module) {
  if (!op.getColour())
    return errorAt(op, "a stream has no colour yet");
  if (static_cast<int64_t>(*op.getColour()) >= module.desc.getUsableColours())
    return errorAt(op, "the machine has no such colour");
  Expected<Feed> feed = readFeed(op);
  if (!feed)
    return feed.takeError();
  feed->region = op.getOn().getRegion();
  feed->colour = *op.getColour();
  module.feeds.push_back(std::move(*feed));
  return Error::success();
}

static Error loadRoute(pe::RouteOp op, LoadedModule &module) {
  if (static_cast<int64_t>(op.getEpoch()) > kMaxEpochs)
    return errorAt(op, "too many epochs");
  Route &route = module.routes.emplace_back();
  route.op = op;
  route.colour = op.getColour();
  route.epoch = op.getEpoch();
  route.region = op.getOn().getRegion();
  route.wraps = op.getWrap();
  route.positions = readPositions(op.getPositions());
  module.numEpochs = std::max(module.numEpochs, route.epoch + 1);
  return Error::success();
}

static Error loadPEProgram(pe::ProgramOp op, LoadedModule &module) {
  Program &program = module.programs.emplace_back();
  program.name = op.getSymName().str();
  program.region = op.getOn().getRegion();
  ProgramLoader loader(program, module.desc);
  for (auto buffer : op.getBody().getOps<pe::BufferOp>())
    loader.addBuffer(buffer, *buffer.getOffset());
  if (Error error = loader.addBlock(op.getBody().front()))
    return error;
  loader.finish(op);
  return Error::success();
}

static Error loadMember(Operation &member, LoadedModule &module) {
  if (auto route = dyn_cast<pe::RouteOp>(member))
    return loadRoute(route, module);
  if (auto feed = dyn_cast<pe::FeedOp>(member))
    return loadFeed(feed, module);
  if (auto program = dyn_cast<pe::ProgramOp>(member))
    return loadPEProgram(program, module);
  return Error::success();
}

Expected<LoadedModule> exec::loadModule(pe::ModuleOp op) {
  LoadedModule module;
  module.desc = op.getMachine();
  module.machine = readMachine(module.desc);
  module.launches = op.getLaunches();
  for (Operation &member : op.getBody().getOps())
    if (Error error = loadMember(member, module))
      return std::move(error);
  if (Error error = finishModule(module))
    return std::move(error);
  return module;
}

int64_t LoadedModule::getPortRate(Direction side, Point p) const {
  for (auto ports : desc.getPorts().getAsRange<machine::PortsAttr>()) {
    StridedRange rows(ports.getFirst(),
                      ports.getFirst() +
                          (ports.getCount() - 1) * ports.getStep() + 1,
                      ports.getStep());
    if (ports.getSide().getValue() == stringifyDirection(side) &&
        rows.contains(p.y))
      return ports.getWaveletsPerKcycle();
  }
  return 0;
}
