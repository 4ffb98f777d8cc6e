//===- LoadClasses.cpp - classes of PEs and their tasks ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WaferLoader.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;
using llvm::Error;
using llvm::Expected;

Error WaferLoader::collectLayers() {
  for (Operation &op : program.getBody().getOps()) {
    std::optional<machine::RegionAttr> on;
    if (auto task = dyn_cast<mesh::TaskOp>(op))
      on = task.getOn();
    else if (auto buffer = dyn_cast<pe::BufferOp>(op))
      on = buffer.getOn();
    else if (auto load = dyn_cast<pe::LoadOp>(op))
      on = load.getOn();
    else if (auto store = dyn_cast<pe::StoreOp>(op))
      on = store.getOn();
    else
      continue;
    if (!on)
      return errorAt(&op, "says on no PEs");
    layers.push_back({&op, {}, 0, 0, false});
    regions.push_back(on->getRegion());
  }
  if (hasRoutes)
    collectEnds();
  return Error::success();
}

/// Where a stream's routes come from a PE's program or go to it.
void WaferLoader::collectEnds() {
  std::map<std::tuple<StringRef, unsigned, unsigned, bool>, size_t> known;
  std::vector<std::vector<wafer::Region>> parts;
  size_t first = layers.size();
  for (auto route : program.getBody().getOps<mesh::RouteOp>())
    for (const Route::Position &position : readPositions(route.getPositions()))
      for (bool reads : {true, false}) {
        if (reads ? !position.outputs.contains(Direction::Ramp)
                  : position.input != Direction::Ramp)
          continue;
        unsigned colour = route.getColour(), epoch = route.getEpoch();
        auto [it, isNew] = known.insert(
            {{route.getStream(), colour, epoch, reads}, parts.size()});
        if (isNew) {
          layers.push_back(
              {nullptr, route.getStreamAttr().getAttr(), colour, epoch, reads});
          parts.emplace_back();
        }
        parts[it->second].push_back(route.getOn().getRegion());
      }
  for (size_t i = first; i < layers.size(); ++i)
    regions.push_back(wafer::Region::unite(parts[i - first]));
}

/// Buffers with an offset lie there; the others behind them, each for itself.
Error WaferLoader::placeBuffers(llvm::ArrayRef<Operation *> ops,
                                ProgramLoader &loader) {
  int64_t next = module.desc.getReservedBytes();
  for (Operation *op : ops)
    if (auto buffer = dyn_cast<pe::BufferOp>(op);
        buffer && buffer.getOffset()) {
      int64_t offset = *buffer.getOffset();
      if (offset < 0 || offset + buffer.getSizeInBytes() >
                            static_cast<int64_t>(module.desc.getSramBytes()))
        return errorAt(op, "the buffer lies outside the PE's SRAM");
      loader.addBuffer(buffer, offset);
      next = std::max(next, offset + buffer.getSizeInBytes());
    }
  for (Operation *op : ops)
    if (auto buffer = dyn_cast<pe::BufferOp>(op);
        buffer && !buffer.getOffset()) {
      next = (next + 3) & ~int64_t(3);
      loader.addBuffer(buffer, next);
      next += buffer.getSizeInBytes();
    }
  return Error::success();
}

/// Without routes: the class numbers the streams that it uses, in the order of
/// their first use.
void WaferLoader::numberStreams(llvm::ArrayRef<Operation *> ops) {
  std::array<unsigned, 2> count = {0, 0};
  auto use = [&](Attribute operand, bool reads) {
    auto stream = dyn_cast<pe::StreamAttr>(operand);
    if (!stream)
      return;
    StringAttr name = stream.getName().getAttr();
    if (queues.insert({{name, reads}, {count[reads], colourOf[name]}}).second)
      ++count[reads];
  };
  for (Operation *task : ops)
    task->walk([&](Operation *op) {
      if (auto vector = dyn_cast<pe::VectorOp>(op)) {
        use(vector.getDestination(), /*reads=*/false);
        for (Attribute source : vector.getSourcesAttr())
          use(source, /*reads=*/true);
      } else if (auto control = dyn_cast<pe::ControlOp>(op)) {
        use(control.getDestination(), /*reads=*/false);
      }
    });
  size_t depth = std::max(count[0], count[1]);
  for (auto *depths : {&module.machine.inDepths, &module.machine.outDepths})
    if (depths->size() < depth)
      depths->resize(depth, 1);
}

/// With routes, but without queues, a colour's queue has its number.
Expected<unsigned> WaferLoader::queueOfColour(Operation *op, unsigned colour,
                                              unsigned epoch, bool isInput) {
  if (!hasQueues)
    return colour;
  for (auto queue : program.getBody().getOps<mesh::QueueOp>()) {
    auto attr = cast<pe::QueueAttr>(queue.getQueue());
    if (queue.getColour() != colour || queue.getEpoch() != epoch ||
        attr.getIsInput() != isInput)
      continue;
    size_t count =
        (isInput ? module.desc.getInQueues() : module.desc.getOutQueues())
            .size();
    if (attr.getIndex() >= count)
      return errorAt(queue, "the machine has no such queue");
    return attr.getIndex();
  }
  return errorAt(op, "colour " + Twine(colour) + " has no " +
                         (isInput ? "input" : "output") + " queue in epoch " +
                         Twine(epoch));
}

/// With routes: the queue and colour of each stream that ends or begins at the
/// class in an epoch.
Error WaferLoader::collectQueues(llvm::ArrayRef<unsigned> cover,
                                 unsigned epoch) {
  queues.clear();
  for (unsigned i : cover) {
    const Layer &layer = layers[i];
    if (layer.op || layer.epoch != epoch)
      continue;
    Expected<unsigned> queue =
        queueOfColour(program, layer.colour, epoch, layer.reads);
    if (!queue)
      return queue.takeError();
    auto [it, isNew] =
        queues.insert({{layer.stream, layer.reads}, {*queue, layer.colour}});
    if (!isNew && it->second.colour != layer.colour)
      return errorAt(program.lookupSymbol(layer.stream),
                     nameOf(module.programs.back().region.anyPoint()) +
                         " has routes of the stream on colours " +
                         Twine(it->second.colour) + " and " +
                         Twine(layer.colour));
  }
  return Error::success();
}

/// Ties the queues of a task's streams before it, where they are not tied:
/// colours that are used one after another may share a queue.
void WaferLoader::bindTask(mesh::TaskOp task, ProgramLoader &loader) {
  auto bind = [&](Attribute operand, bool reads) {
    auto stream = dyn_cast<pe::StreamAttr>(operand);
    auto it = stream ? queues.find({stream.getName().getAttr(), reads})
                     : queues.end();
    if (it == queues.end())
      return;
    auto [place, isNew] =
        tied.insert({{unsigned(reads), it->second.queue}, it->second.colour});
    if (!isNew && place->second == it->second.colour)
      return;
    place->second = it->second.colour;
    loader.addBind(task, reads, it->second.queue, it->second.colour);
  };
  task.getBody().walk([&](Operation *op) {
    if (auto control = dyn_cast<pe::ControlOp>(op))
      bind(control.getDestination(), /*reads=*/false);
    auto vector = dyn_cast<pe::VectorOp>(op);
    if (!vector)
      return;
    for (Attribute source : vector.getSourcesAttr())
      bind(source, /*reads=*/true);
    bind(vector.getDestination(), /*reads=*/false);
  });
}

Expected<unsigned> WaferLoader::queueOf(Operation *op, StringAttr stream,
                                        bool isInput) {
  auto queue = queues.find({stream, isInput});
  if (queue != queues.end())
    return queue->second.queue;
  Point p = module.programs.back().region.anyPoint();
  return errorAt(op, nameOf(p) + (isInput ? " reads" : " sends on") +
                         " stream @" + stream.getValue() + ", which no route " +
                         (isInput ? "brings there" : "takes from there"));
}

Error WaferLoader::loadClass(llvm::ArrayRef<unsigned> cover,
                             const wafer::Region &region) {
  llvm::SmallVector<Operation *> ops;
  for (unsigned i : cover)
    if (layers[i].op)
      ops.push_back(layers[i].op);
  if (llvm::all_of(ops, [](Operation *op) { return isa<pe::BufferOp>(op); }))
    return Error::success();
  Program &loaded = module.programs.emplace_back();
  loaded.name = program.getSymName().str();
  loaded.region = region;
  ProgramLoader loader(loaded, module.desc,
                       [&](Operation *op, StringAttr stream, bool isInput) {
                         return queueOf(op, stream, isInput);
                       });
  queues.clear();
  tied.clear();
  if (Error error = placeBuffers(ops, loader))
    return error;
  if (!hasRoutes)
    numberStreams(ops);
  else if (Error error = collectQueues(cover, /*epoch=*/0))
    return error;
  if (Error error = loadCode(cover, ops, loader))
    return error;
  loader.finish(program);
  return Error::success();
}

/// Copies, tasks and barriers in the order of the program.
Error WaferLoader::loadCode(llvm::ArrayRef<unsigned> cover,
                            llvm::ArrayRef<Operation *> ops,
                            ProgramLoader &loader) {
  llvm::SmallPtrSet<Operation *, 16> covered(ops.begin(), ops.end());
  for (Operation &op : program.getBody().getOps()) {
    if (auto barrier = dyn_cast<mesh::BarrierOp>(op)) {
      if (Error error = loader.addBarrier(&op, barrier.getEpoch()))
        return error;
      tied.clear(); // E41
      if (!hasRoutes)
        continue;
      if (Error error = collectQueues(cover, barrier.getEpoch()))
        return error;
    }
    if (!covered.contains(&op))
      continue;
    if (auto task = dyn_cast<mesh::TaskOp>(op)) {
      loader.addSection(task.getKernel());
      bindTask(task, loader);
      if (Error error = loader.addBlock(task.getBody().front()))
        return error;
    } else if (isa<pe::LoadOp, pe::StoreOp>(op)) {
      if (Error error = loader.addCopy(&op))
        return error;
    }
  }
  return Error::success();
}
