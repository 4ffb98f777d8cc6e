//===- Cycle.cpp - runs launches cycle by cycle -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Cycle/Cycle.h"
#include "Simulator.h"
#include <chrono>

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
  for (const auto &[i, program] : llvm::enumerate(module.programs)) {
    unsigned threads = 1;
    for (const Instruction &instruction : program.code)
      if (instruction.kind == Instruction::Kind::Async)
        threads = std::max(threads, 2 + instruction.thread);
    uint32_t index = i;
    program.region.forEachPoint([&, threads](Point p) {
      processorOf[peAt(p)] = processors.size();
      ProcessorState &pe = processors.emplace_back();
      pe.p = p;
      pe.program = index;
      pe.words.assign((module.programs[index].memoryEnd -
                       module.programs[index].memoryBegin) /
                          4,
                      0xFFFFFFFF); // E4
      pe.threads.resize(threads);
      // A wavelet on the ramp takes its place in the queue from when it is
      // sent.
      for (int64_t depth : machine.inDepths)
        pe.inputs.emplace_back(depth + machine.ramp - 1);
      for (int64_t depth : machine.outDepths)
        pe.outputs.emplace_back(depth);
      pe.inColours.assign(machine.inDepths.size(), -1);
      pe.outColours.assign(machine.outDepths.size(), -1);
    });
  }
  makePorts();
}

void Simulator::run() {
  enterEpoch(0);
  for (int64_t launch = 0; launch < module.launches; ++launch)
    if (!copyHost(/*stores=*/false, launch) || !runLaunch(launch) ||
        !copyHost(/*stores=*/true, launch))
      return;
}

bool Simulator::copyHost(bool stores, int64_t launch) {
  for (ProcessorState &pe : processors) {
    const Program &program = module.programs[pe.program];
    for (const HostCopy &copy : program.copies) {
      if (copy.isStore != stores || (copy.once && launch > 0))
        continue;
      if (llvm::Error error =
              copyForPE(copy, memory[copy.host],
                        {pe.words.data(), 1, program.memoryBegin}, pe.p, launch,
                        result.hostCopyBytes)) {
        fail(FailureKind::BadAccess, llvm::toString(std::move(error)));
        return false;
      }
    }
  }
  return true;
}

/// E41: all routers take the first position of their routes of this epoch.
void Simulator::enterEpoch(unsigned newEpoch) {
  epoch = newEpoch;
  for (RouterColour &router : routers) {
    router.route = routeMap.find(epoch, router.colour, pointOf(router.pe));
    router.position = 0;
  }
}

void Simulator::startLaunch(int64_t launch) {
  wheel.reset();
  for (auto &ports : links)
    ports.fill(kNever);
  for (Fifo &buffer : buffers)
    buffer.lastPop = kNever;
  if (module.numEpochs > 1)
    enterEpoch(0);
  running = processors.size();
  atBarrier = lastEnd = 0;
  for (auto [id, pe] : llvm::enumerate(processors)) {
    for (auto *queues : {&pe.inputs, &pe.outputs})
      for (Fifo &queue : *queues)
        queue.lastPop = kNever;
    llvm::fill(pe.inColours, -1); // E4
    pe.queueOf.fill(-1);
    llvm::fill(pe.outColours, -1);
    pe.wakeAt = pe.rampWakeAt = kNever;
    pe.threads[0].control.pc = 0;
    pe.threads[0].control.values = {pe.p.x, pe.p.y, launch};
    pe.threads[0].state = ThreadRun::State::Timed;
    pe.threads[0].until = 0;
    wakeProcessor(id, 0);
  }
  startPorts(launch);
}

bool Simulator::runLaunch(int64_t launch) {
  startLaunch(launch);
  do {
    if (!runEvents(launch))
      return false;
  } while (atBarrier == processors.size() && atBarrier > 0 && finishBarrier());
  if (result.succeeded())
    checkEnd();
  result.cyclesPerLaunch.push_back(lastEnd);
  result.cycles += lastEnd;
  return result.succeeded();
}

/// Runs until nothing is left that can happen.
bool Simulator::runEvents(int64_t launch) {
  constexpr uint64_t kCyclesBetweenLooks = 4096;
  uint64_t nextLook = wheel.now + kCyclesBetweenLooks;
  bool isFirst = wheel.now == 0;
  while (isFirst || wheel.advance()) {
    isFirst = false;
    wheel.forEach([&](Wheel::Kind kind, uint32_t id) {
      if (kind == Wheel::Processor)
        visitProcessor(id);
      else if (kind == Wheel::Ramp)
        visitRamp(id);
      else if (kind == Wheel::Feed)
        visitPort(id);
      else
        visitRouter(id);
    });
    if (!result.succeeded())
      return false;
    if (wheel.now < nextLook)
      continue;
    nextLook = wheel.now + kCyclesBetweenLooks;
    if (options.progress)
      options.progress(launch, wheel.now);
    if (options.stop && *options.stop) {
      fail(FailureKind::Stopped, "stopped in launch " + std::to_string(launch) +
                                     " at cycle " + std::to_string(wheel.now));
      return false;
    }
  }
  return true;
}

/// E41, E54: every PE has come to its barrier and nothing moves any more.
bool Simulator::finishBarrier() {
  if (waveletsInside) {
    reportLeftovers(FailureKind::NotDrained, "at a barrier");
    return false;
  }
  atBarrier = 0;
  const ThreadRun &first = processors.front().threads[0];
  enterEpoch(first.instruction->epoch);
  uint64_t resume = std::max(wheel.now, lastEnd + machine.barrier +
                                            machine.hop * module.span);
  for (auto [id, pe] : llvm::enumerate(processors)) {
    ThreadRun &main = pe.threads[0];
    ++main.control.pc;
    main.state = ThreadRun::State::Timed;
    main.until = resume;
    wakeProcessor(id, std::max(resume, wheel.now + 1));
  }
  for (uint32_t id = 0; id < ports.size(); ++id)
    wakePort(id, std::max(resume, wheel.now + 1));
  return true;
}

/// E36, E61: the launch has ended, or stands still.
void Simulator::checkEnd() {
  if (running > 0)
    return reportBlocked();
  bool feedsDone = true;
  for (PortState &port : ports)
    for (PortState::Stream &stream : port.streams)
      feedsDone &= !settle(port, stream);
  if (waveletsInside || !feedsDone)
    reportLeftovers(FailureKind::NotQuiescent,
                    "at the end of launch " +
                        std::to_string(result.cyclesPerLaunch.size()));
}

RunResult exec::runCycle(pe::ModuleOp op, HostMemory &memory,
                         const RunOptions &options) {
  using Clock = std::chrono::steady_clock;
  auto seconds = [](Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
  };
  RunResult result;
  auto begin = Clock::now();
  llvm::Expected<LoadedModule> module = loadModule(op);
  if (!module) {
    result.fail(FailureKind::BadModule, llvm::toString(module.takeError()));
    return result;
  }
  if (llvm::Error error = memory.prepare(getHosts(*module))) {
    result.fail(FailureKind::BadModule, llvm::toString(std::move(error)));
    return result;
  }
  summarise(*module, result);
  Simulator simulator(*module, memory, options, result);
  auto loaded = Clock::now();
  simulator.run();
  finishSummary(*module, result);
  result.loadSeconds = seconds(begin, loaded);
  result.runSeconds = seconds(loaded, Clock::now());
  return result;
}
