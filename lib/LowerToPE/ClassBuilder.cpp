//===- ClassBuilder.cpp - the classes of PEs and their programs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/LowerToPE/ClassBuilder.h"

using namespace mlir;
using namespace wafer;

void ClassBuilder::collectLayers() {
  auto addOp = [&](Operation *op, machine::RegionAttr on) {
    layers.push_back({Layer::Op, op, {}, 0, 0});
    regions.push_back(on.getRegion());
  };
  for (Operation &op : program.getBody().getOps()) {
    if (auto task = dyn_cast<mesh::TaskOp>(op))
      addOp(&op, task.getOn());
    else if (auto buffer = dyn_cast<pe::BufferOp>(op))
      addOp(&op, *buffer.getOn());
    else if (auto load = dyn_cast<pe::LoadOp>(op))
      addOp(&op, *load.getOn());
    else if (auto store = dyn_cast<pe::StoreOp>(op))
      addOp(&op, *store.getOn());
  }
  // Where a stream ends and begins, for each colour that it has.
  std::map<std::tuple<std::string, int64_t, int64_t, bool>,
           std::pair<StringAttr, SmallVector<Region, 4>>>
      ends;
  for (auto route : program.getBody().getOps<mesh::RouteOp>()) {
    for (auto hop : route.getPositions().getAsRange<machine::HopAttr>()) {
      for (bool reads : {true, false}) {
        if (reads ? !hop.hasOutput(Direction::Ramp)
                  : hop.getInput() != Direction::Ramp)
          continue;
        auto &end = ends[{route.getStream().str(), route.getColour(),
                          route.getEpoch(), reads}];
        end.first = route.getStreamAttr().getAttr();
        end.second.push_back(route.getOn().getRegion());
      }
    }
  }
  for (auto &[key, end] : ends) {
    layers.push_back({std::get<3>(key) ? Layer::Reads : Layer::Sends, nullptr,
                      end.first, std::get<1>(key), std::get<2>(key)});
    regions.push_back(Region::unite(end.second));
  }
}

static llvm::hash_code hashProgram(pe::ProgramOp program) {
  llvm::hash_code hash = 0;
  program.getBody().walk([&](Operation *op) {
    hash =
        llvm::hash_combine(hash, OperationEquivalence::computeHash(
                                     op, OperationEquivalence::ignoreHashValue,
                                     OperationEquivalence::ignoreHashValue,
                                     OperationEquivalence::IgnoreLocations));
  });
  return hash;
}

/// Tasks on the two sides of a mesh are often the same but for the names of
/// their streams, which are gone by now.
LogicalResult ClassBuilder::build() {
  collectLayers();
  struct Class {
    pe::ProgramOp program;
    SmallVector<Region, 2> regions;
  };
  std::vector<Class> classes;
  std::map<size_t, SmallVector<unsigned, 1>> byHash;
  for (const Partition::Cell &cell : overlay(regions).cells) {
    bool runs = llvm::any_of(cell.cover, [&](unsigned i) {
      return layers[i].op &&
             isa<mesh::TaskOp, pe::LoadOp, pe::StoreOp>(layers[i].op);
    });
    if (!runs)
      continue;
    FailureOr<pe::ProgramOp> built = buildClass(cell.cover, cell.region);
    if (failed(built))
      return failure();
    SmallVector<unsigned, 1> &similar = byHash[hashProgram(*built)];
    auto *same = llvm::find_if(similar, [&](unsigned n) {
      return OperationEquivalence::isRegionEquivalentTo(
          &classes[n].program.getBody(), &built->getBody(),
          OperationEquivalence::IgnoreLocations);
    });
    if (same != similar.end()) {
      classes[*same].regions.push_back(cell.region);
      built->erase();
      continue;
    }
    similar.push_back(classes.size());
    classes.push_back({*built, {cell.region}});
  }
  for (auto [n, built] : llvm::enumerate(classes)) {
    built.program.setSymName("c" + std::to_string(n));
    built.program.setOnAttr(machine::RegionAttr::get(
        builder.getContext(), Region::unite(built.regions)));
  }
  return success();
}

pe::QueueAttr ClassBuilder::lookupQueue(int64_t colour, int64_t epoch,
                                        bool isInput) {
  for (auto queue : program.getBody().getOps<mesh::QueueOp>()) {
    auto attr = cast<pe::QueueAttr>(queue.getQueue());
    if (static_cast<int64_t>(queue.getColour()) == colour &&
        static_cast<int64_t>(queue.getEpoch()) == epoch &&
        attr.getIsInput() == isInput)
      return attr;
  }
  return {};
}

/// Looks up the queues of the streams that end or begin at the class in
/// `epoch`.
LogicalResult ClassBuilder::collectQueues(ArrayRef<unsigned> cover,
                                          int64_t epoch, Location location) {
  queues.clear();
  for (unsigned i : cover) {
    const Layer &layer = layers[i];
    if (layer.op || layer.epoch != epoch)
      continue;
    bool isInput = layer.kind == Layer::Reads;
    pe::QueueAttr queue = lookupQueue(layer.colour, epoch, isInput);
    if (!queue)
      return emitError(location)
             << "colour " << layer.colour << " of stream @"
             << layer.stream.getValue() << " has no "
             << (isInput ? "input" : "output") << " queue in epoch " << epoch
             << ": allocate queues first";
    queues[{layer.stream, isInput}] = {queue, layer.colour};
  }
  return success();
}

/// Ties the queues of the streams that `task` uses, where they are not: colours
/// that kernels use one after another may share a queue.
void ClassBuilder::bindQueues(mesh::TaskOp task) {
  auto bind = [&](Attribute operand, bool isInput) {
    auto stream = dyn_cast<pe::StreamAttr>(operand);
    auto it = stream ? queues.find({stream.getName().getAttr(), isInput})
                     : queues.end();
    if (it == queues.end())
      return;
    auto [queue, colour] = it->second;
    auto [place, isNew] =
        bound.try_emplace({isInput, queue.getIndex()}, colour);
    if (!isNew && place->second == colour)
      return;
    place->second = colour;
    pe::BindOp::create(builder, task.getLoc(), queue,
                       builder.getI64IntegerAttr(colour));
  };
  task.getBody().walk([&](Operation *op) {
    if (auto control = dyn_cast<pe::ControlOp>(op))
      bind(control.getDestination(), /*isInput=*/false);
    auto vector = dyn_cast<pe::VectorOp>(op);
    if (!vector)
      return;
    for (Attribute source : vector.getSourcesAttr())
      bind(source, /*isInput=*/true);
    bind(vector.getDestination(), /*isInput=*/false);
  });
}

FailureOr<pe::ProgramOp> ClassBuilder::buildClass(ArrayRef<unsigned> cover,
                                                  const Region &region) {
  Location location = program.getLoc();
  auto peProgram = pe::ProgramOp::create(
      builder, location, builder.getStringAttr("c"),
      machine::RegionAttr::get(builder.getContext(), region));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&peProgram.getBody().emplaceBlock());
  std::set<Operation *> covered;
  for (unsigned i : cover)
    if (layers[i].op)
      covered.insert(layers[i].op);
  for (Operation &op : program.getBody().getOps()) {
    if (!covered.count(&op) || !isa<pe::BufferOp, pe::LoadOp, pe::StoreOp>(op))
      continue;
    if (auto buffer = dyn_cast<pe::BufferOp>(op); buffer && !buffer.getOffset())
      return buffer.emitOpError("has no offset: allocate memory first");
    builder.clone(op)->removeAttr("on");
  }
  bound.clear();
  if (failed(collectQueues(cover, /*epoch=*/0, location)))
    return failure();
  llvm::SmallDenseSet<StringRef> begun;
  for (Operation &op : program.getBody().getOps()) {
    if (auto barrier = dyn_cast<mesh::BarrierOp>(op)) {
      pe::BarrierOp::create(builder, op.getLoc(), barrier.getEpochAttr());
      bound.clear(); // E41
      if (failed(collectQueues(cover, barrier.getEpoch(), location)))
        return failure();
    }
    auto task = dyn_cast<mesh::TaskOp>(op);
    if (!task || !covered.count(&op))
      continue;
    if (begun.insert(task.getKernel()).second)
      pe::SectionOp::create(builder, task.getLoc(), task.getKernel());
    if (failed(lowerTask(task, region)))
      return failure();
  }
  return peProgram;
}

FailureOr<Attribute> ClassBuilder::lowerOperand(Operation *op,
                                                Attribute operand,
                                                bool isSource,
                                                const Region &region) {
  auto stream = dyn_cast<pe::StreamAttr>(operand);
  if (!stream)
    return operand;
  auto queue = queues.find({stream.getName().getAttr(), isSource});
  if (queue == queues.end())
    return op->emitOpError(isSource ? "reads stream " : "sends on stream ")
           << stream.getName() << " at PE (" << region.anyPoint().x << ","
           << region.anyPoint().y << "), which no route of the stream "
           << (isSource ? "reaches" : "leaves");
  return Attribute(queue->second.first);
}

LogicalResult ClassBuilder::lowerTask(mesh::TaskOp task, const Region &region) {
  bindQueues(task);
  for (Operation &op : task.getBody().getOps()) {
    Operation *clone = builder.clone(op);
    WalkResult result = clone->walk([&](Operation *nested) {
      if (auto control = dyn_cast<pe::ControlOp>(nested)) {
        FailureOr<Attribute> destination = lowerOperand(
            nested, control.getDestination(), /*isSource=*/false, region);
        if (failed(destination))
          return WalkResult::interrupt();
        control.setDestinationAttr(*destination);
      }
      auto vector = dyn_cast<pe::VectorOp>(nested);
      if (!vector)
        return WalkResult::advance();
      FailureOr<Attribute> destination = lowerOperand(
          nested, vector.getDestination(), /*isSource=*/false, region);
      if (failed(destination))
        return WalkResult::interrupt();
      SmallVector<Attribute> sources;
      for (Attribute source : vector.getSourcesAttr()) {
        FailureOr<Attribute> lowered =
            lowerOperand(nested, source, /*isSource=*/true, region);
        if (failed(lowered))
          return WalkResult::interrupt();
        sources.push_back(*lowered);
      }
      vector.replaceDestination(*destination);
      vector.replaceSources(builder.getArrayAttr(sources));
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return failure();
  }
  return success();
}
