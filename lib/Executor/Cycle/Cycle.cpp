//===- Cycle.cpp - runs launches cycle by cycle -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Cycle/Cycle.h"
#include "Simulator.h"
#include "wafer/Executor/Machine/RunLoaded.h"

using namespace wafer;
using namespace wafer::exec;

void Simulator::run() {
  enterEpoch(0);
  for (int64_t launch = 0; launch < module.launches; ++launch)
    if (!copyHost(/*stores=*/false, launch) || !runLaunch(launch) ||
        !copyHost(/*stores=*/true, launch))
      return;
}

bool Simulator::copyHost(bool stores, int64_t launch) {
  auto copiers = makeCopiers(module, memory, launch);
  for (uint32_t id = 0; id < processors.size(); ++id) {
    const Program &program = module.programs[processors[id].program];
    for (auto [copy, copier] :
         llvm::zip_equal(program.copies, copiers[processors[id].program])) {
      if (copy.isStore != stores || (copy.once && launch > 0))
        continue;
      if (llvm::Error error =
              copier.run({words[id].data(), 1, program.memoryBegin},
                         pointOfProcessor(id), result.hostCopyBytes)) {
        fail(FailureKind::BadAccess, llvm::toString(std::move(error)));
        return false;
      }
    }
  }
  return true;
}

/// E4.
static void untie(Buffer &queue) {
  queue.colour = -1;
  queue.owner = kNone;
}

/// E4, E41.
void Simulator::untieQueues() {
  for (RouterColour &router : routers)
    router.targets[kRampPort] = kNone;
  for (uint32_t id = 0; id < processors.size(); ++id) {
    const ProgramLayout &layout = layoutOf(id);
    for (unsigned number : layout.inputs)
      untie(buffers[inputQueue(id, number)]);
    for (unsigned number : layout.outputs)
      untie(buffers[outputQueue(id, number)]);
  }
}

void Simulator::startLaunch(int64_t launch) {
  wheel.reset();
  for (auto &ports : links)
    ports.fill(kNever);
  buffers.forgetPops();
  untieQueues();
  if (module.numEpochs > 1)
    enterEpoch(0);
  running = processors.size();
  atBarrier = lastEnd = 0;
  for (uint32_t id = 0; id < processors.size(); ++id) {
    ProcessorState &pe = processors[id];
    pe.wakeAt = pe.rampWakeAt = pe.nearEntry = pe.farEntry = kNever;
    Point p = pointOfProcessor(id);
    ThreadControl &control = rests[pe.firstThread].control;
    control.pc = 0;
    control.values = {p.x, p.y, launch};
    ThreadRun &main = threads[pe.firstThread];
    main.state = ThreadState::Timed;
    main.until = 0;
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

void Simulator::runCycle() {
  visitRouters(Wheel::Loser);
  visitRouters(Wheel::Router);
  visitRamps();
  visitProcessors();
  wheel.forEach(
      Wheel::Feed, [&](uint32_t id) { visitPort(id); },
      [](unsigned, uint32_t) {});
}

/// Runs until nothing is left that can happen.
bool Simulator::runEvents(int64_t launch) {
  constexpr uint64_t kCyclesBetweenLooks = 4096;
  uint64_t nextLook = wheel.now + kCyclesBetweenLooks;
  bool isFirst = wheel.now == 0;
  while (isFirst || wheel.advance()) {
    isFirst = false;
    runCycle();
    if (!result.succeeded())
      return false;
    if (wheel.now < nextLook)
      continue;
    nextLook = wheel.now + kCyclesBetweenLooks;
    if (options.progress)
      options.progress({launch, wheel.now, "", 0});
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
  untieQueues();
  const ThreadRun &first = threads.front();
  enterEpoch(first.instruction->epoch);
  uint64_t resume = std::max(wheel.now, lastEnd + machine.barrier +
                                            machine.hop * module.span);
  for (uint32_t id = 0; id < processors.size(); ++id) {
    ThreadRun &main = threads[processors[id].firstThread];
    ++rests[processors[id].firstThread].control.pc;
    main.state = ThreadState::Timed;
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
  return runLoaded<Simulator>([&] { return loadModule(op); }, memory, options);
}
