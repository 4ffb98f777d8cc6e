//===- Build.cpp - routers and processors of a module -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

Simulator::Simulator(const LoadedModule &module, HostMemory &memory,
                     const RunOptions &options, RunResult &result)
    : module(module), machine(module.machine), memory(memory), options(options),
      result(result), routeMap(module) {
  size_t pes = machine.width * machine.height;
  routerOf.assign(pes * machine.colours, kNone);
  processorOf.assign(pes, kNone);
  std::array<uint64_t, 5> unused;
  unused.fill(kNever);
  links.assign(pes, unused);
  makeRouters();
  for (uint32_t program = 0; program < module.programs.size(); ++program)
    makeProcessors(program);
  for (RouterColour &router : routers)
    router.processor = processorOf[router.pe];
  makePorts();
}

void Simulator::makeRouters() {
  for (const Route &route : module.routes)
    route.region.forEachPoint([&](Point p) {
      uint32_t &router = routerOf[peAt(p) * machine.colours + route.colour];
      if (router != kNone)
        return;
      router = routers.size();
      routers.emplace_back();
      routers.back().pe = peAt(p);
      routers.back().colour = route.colour;
    });
  routes.resize(routers.size());
}

ProgramLayout Simulator::layOut(const Program &program) const {
  std::vector<bool> in(machine.inDepths.size()), out(machine.outDepths.size()),
      micro(machine.microthreads);
  for (const Instruction &instruction : program.code) {
    if (instruction.kind == Instruction::Kind::Async)
      micro[instruction.thread] = true;
    if (instruction.kind == Instruction::Kind::Bind)
      (instruction.isInput ? in : out)[instruction.destination.queue] = true;
    if (instruction.destination.kind == Operand::Kind::Queue)
      out[instruction.destination.queue] = true;
    for (const Operand &source : instruction.sources)
      if (source.kind == Operand::Kind::Queue)
        in[source.queue] = true;
  }
  ProgramLayout layout;
  uint32_t offset = 0;
  auto place = [&](const std::vector<bool> &isUsed,
                   llvm::ArrayRef<int64_t> depths, int64_t more,
                   std::vector<unsigned> &numbers,
                   std::vector<uint32_t> &offsets) {
    for (unsigned i = 0; i < isUsed.size(); ++i) {
      offsets.push_back(isUsed[i] ? offset : kNone);
      if (!isUsed[i])
        continue;
      numbers.push_back(i);
      offset += BufferArena::linesOf(depths[i] + more);
    }
  };
  // E53: a wavelet on the ramp takes its place in the queue from when it is
  // sent.
  place(in, machine.inDepths, machine.ramp - 1, layout.inputs,
        layout.inputOffset);
  place(out, machine.outDepths, 0, layout.outputs, layout.outputOffset);
  for (unsigned number : layout.outputs)
    layout.outputList.push_back(layout.outputOffset[number]);
  layout.threadNames.push_back(0);
  for (unsigned i = 0; i < micro.size(); ++i) {
    layout.threadOf.push_back(micro[i] ? layout.threadNames.size() : 0);
    if (micro[i])
      layout.threadNames.push_back(1 + i);
  }
  return layout;
}

void Simulator::makeProcessors(uint32_t index) {
  const Program &program = module.programs[index];
  const ProgramLayout &layout = layouts.emplace_back(layOut(program));
  program.region.forEachPoint([&](Point p) {
    processorOf[peAt(p)] = processors.size();
    ProcessorState &pe = processors.emplace_back();
    pe.program = index;
    pe.numThreads = layout.threadNames.size();
    pe.firstThread = threads.size();
    threads.resize(threads.size() + pe.numThreads);
    rests.resize(threads.size());
    pe.numOutputs = layout.outputs.size();
    // Turns begin behind queue 0.
    pe.lastOutput = layout.outputs.empty() || layout.outputs.front() == 0
                        ? 0
                        : layout.outputs.size() - 1;
    pe.firstQueue = buffers.getEnd();
    for (unsigned number : layout.inputs)
      buffers.add(machine.inDepths[number] + machine.ramp - 1);
    for (unsigned number : layout.outputs)
      buffers.add(machine.outDepths[number]);
    peOf.push_back(peAt(p));
    words.emplace_back((program.memoryEnd - program.memoryBegin) / 4,
                       0xFFFFFFFF); // E4
  });
}

/// The buffer of an input port (E52). A wavelet on its way takes a place from
/// when it is sent, so the places are those of the router and those of the link
/// or ramp.
uint32_t Simulator::inputOf(uint32_t router, Direction port) {
  uint32_t &input = routes[router].inputs[static_cast<unsigned>(port)];
  if (input != kNone)
    return input;
  input =
      buffers.add(machine.linkBuffer +
                  (port == Direction::Ramp ? machine.ramp : machine.hop) - 1);
  Buffer &buffer = buffers[input];
  buffer.owner = router;
  buffer.port = static_cast<uint8_t>(port);
  Point q = pointOf(routers[router].pe) + step(port);
  if (port == Direction::Ramp)
    buffer.upstream = routers[router].processor;
  else if (routeMap.contains(q))
    buffer.upstream = findRouter(peAt(q), routers[router].colour);
  return input;
}

/// E41: all routers take the first position of their routes of this epoch.
void Simulator::enterEpoch(unsigned newEpoch) {
  epoch = newEpoch;
  for (auto [id, router] : llvm::enumerate(routers)) {
    routes[id].route = routeMap.find(epoch, router.colour, pointOf(router.pe));
    router.position = 0;
  }
  markContended();
  for (uint32_t id = 0; id < routers.size(); ++id) {
    connect(id);
    setPosition(id);
  }
}

/// Finds the outputs for which colours of a PE may compete.
void Simulator::markContended() {
  std::vector<uint8_t> once(links.size()), twice(links.size());
  std::vector<uint8_t> used(routers.size());
  for (auto [id, router] : llvm::enumerate(routers)) {
    if (!routes[id].route)
      continue;
    for (const Route::Position &position : routes[id].route->positions)
      used[id] |= position.outputs.bits();
    twice[router.pe] |= once[router.pe] & used[id];
    once[router.pe] |= used[id];
  }
  contended = std::move(twice);
}

/// Finds the neighbours to which the route's positions lead.
void Simulator::connect(uint32_t id) {
  uint8_t outputs = 0;
  if (routes[id].route)
    for (const Route::Position &position : routes[id].route->positions)
      outputs |= position.outputs.bits();
  for (Direction side : DirectionSet::fromBits(outputs)) {
    unsigned port = static_cast<unsigned>(side);
    if (side == Direction::Ramp)
      continue; // pe.bind connects queues.
    Point q = pointOf(routers[id].pe) + step(side);
    uint32_t neighbour =
        routeMap.contains(q) ? findRouter(peAt(q), routers[id].colour) : kNone;
    bool leads = neighbour != kNone && routes[neighbour].route;
    routers[id].neighbours[port] = leads ? neighbour : kNone;
    routers[id].targets[port] =
        leads ? inputOf(neighbour, opposite(side)) : kNone;
  }
}

/// Takes over what the router's position says.
void Simulator::setPosition(uint32_t id) {
  RouterColour &router = routers[id];
  const Route *route = routes[id].route;
  router.outputs = router.contended = 0;
  router.input = kNone;
  if (!route)
    return;
  const Route::Position &position = route->positions[router.position];
  router.live = static_cast<uint8_t>(position.input);
  router.outputs = position.outputs.bits();
  router.contended = router.outputs & contended[router.pe];
  router.input = inputOf(id, position.input);
}
