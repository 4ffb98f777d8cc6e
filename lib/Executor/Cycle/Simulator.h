//===- Simulator.h - a cycle simulation -------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that can act (a router's colour, a ramp, a PE's processor, a port)
// is visited only in cycles in which it may act: it asks for its next visit, or
// sleeps until that for which it waits wakes it. What one visit changes is seen
// by others in the next cycle at the earliest, so the order of visits within a
// cycle decides nothing but who wins a link.
//
// Files: State.h and Buffers.h say what there is, Build.cpp makes it,
// Routers.cpp moves wavelets, Ramps.cpp and Ports.cpp put them in,
// Processors.cpp gives out beats, Threads.cpp runs programs, Rows.cpp computes
// in memory, Report.cpp names deadlocks, Cycle.cpp runs launches.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_CYCLE_SIMULATOR_H
#define WAFER_LIB_EXECUTOR_CYCLE_SIMULATOR_H

#include "State.h"
#include "wafer/Executor/Machine/Run.h"

namespace wafer::exec {

class Simulator {
public:
  Simulator(const LoadedModule &module, HostMemory &memory,
            const RunOptions &options, RunResult &result);
  void run();

private:
  // Build.cpp
  void makeRouters();
  void makeProcessors(uint32_t program);
  ProgramLayout layOut(const Program &program) const;
  void enterEpoch(unsigned epoch);
  void markContended();
  void connect(uint32_t id);
  void setPosition(uint32_t id);
  uint32_t inputOf(uint32_t router, Direction port);

  // Cycle.cpp
  bool runLaunch(int64_t launch);
  bool runEvents(int64_t launch);
  void runCycle();
  void startLaunch(int64_t launch);
  bool copyHost(bool stores, int64_t launch);
  void untieQueues();
  bool finishBarrier();
  void checkEnd();
  /// The first few are told; a mesh full of the same failure says nothing more.
  void fail(FailureKind kind, const std::string &text) {
    if (result.diagnostics.size() < 20)
      result.fail(kind, text);
  }

  uint32_t peAt(Point p) const { return p.y * machine.width + p.x; }
  Point pointOf(uint32_t pe) const {
    return {pe % machine.width, pe / machine.width};
  }
  uint32_t findRouter(uint32_t pe, unsigned colour) const {
    return colour < machine.colours ? routerOf[pe * machine.colours + colour]
                                    : kNone;
  }

  // Routers.cpp
  void visitRouters(Wheel::Kind kind);
  void visitRouter(uint32_t id);
  bool canLeave(uint32_t id, bool isControl);
  void forward(uint32_t id, Wavelet wavelet);
  void failOnRoute(uint32_t id, Direction side);
  void obey(uint32_t id, pe::Command command);
  void wakeUpstream(const Buffer &buffer);
  LLVM_ATTRIBUTE_ALWAYS_INLINE void
  wakeRouter(uint32_t id, uint64_t cycle, Wheel::Kind kind = Wheel::Router) {
    if (cycle < routers[id].wakeAt) {
      routers[id].wakeAt = cycle;
      wheel.at(cycle, kind, id);
    }
  }
  /// Puts a wavelet into an input buffer; its router looks at it when it can
  /// leave.
  LLVM_ATTRIBUTE_ALWAYS_INLINE void arrive(uint32_t buffer,
                                           const Wavelet &wavelet) {
    Buffer &at = buffers[buffer];
    at.push(wavelet);
    ++waveletsInside;
    if (at.count == 1 && routers[at.owner].live == at.port)
      wakeRouter(at.owner, wavelet.ready);
  }

  // Ramps.cpp
  void visitRamps();
  void visitRamp(uint32_t id);
  void failOnRamp(uint32_t id, unsigned colour);
  LLVM_ATTRIBUTE_ALWAYS_INLINE void wakeRamp(uint32_t id, uint64_t cycle) {
    ProcessorState &pe = processors[id];
    if (cycle < pe.rampWakeAt) {
      pe.rampWakeAt = cycle;
      wheel.at(cycle, Wheel::Ramp, id);
    }
  }

  // Processors.cpp
  void visitProcessors();
  void visitProcessor(uint32_t id);
  uint64_t nextBeat(const ThreadRun &thread) const;
  bool beatAlone(uint32_t id, ThreadRun &thread);
  unsigned chooseThread(const ProcessorState &pe, const ThreadRun *first) const;
  void beatFabric(uint32_t id, ThreadRun &thread);
  uint32_t popInput(uint32_t queue);
  void nextRow(uint32_t id, ThreadRun &thread);
  void planVisit(uint32_t id);
  LLVM_ATTRIBUTE_ALWAYS_INLINE void wakeProcessor(uint32_t id, uint64_t cycle) {
    ProcessorState &pe = processors[id];
    if (cycle >= pe.wakeAt)
      return;
    pe.wakeAt = cycle;
    // A second entry for the same cycle would find nothing to do.
    uint64_t &entry = wheel.isNear(cycle) ? pe.nearEntry : pe.farEntry;
    if (entry == cycle)
      return;
    entry = cycle;
    wheel.at(cycle, Wheel::Processor, id);
  }

  // Threads.cpp
  /// The thread may go on to its next instruction, or it waits for others.
  bool isDue(const ThreadRun &thread) const {
    return (thread.state == ThreadState::Timed && thread.until <= wheel.now) ||
           thread.state == ThreadState::Waiting;
  }
  bool stepThreads(uint32_t id);
  bool fetch(uint32_t id, unsigned thread);
  bool startVector(uint32_t id, unsigned thread, const Instruction &instruction,
                   uint64_t from);
  void placeOperands(uint32_t id, unsigned thread);
  bool startAsync(uint32_t id, const Instruction &instruction);
  bool areIdle(uint32_t id, uint64_t microthreads) const;
  bool bind(uint32_t id, const Instruction &instruction);
  void endInstruction(uint32_t id, unsigned thread, uint64_t cycle);
  llvm::MutableArrayRef<ThreadRun> threadsOf(uint32_t id) {
    return {&threads[processors[id].firstThread], processors[id].numThreads};
  }
  Point pointOfProcessor(uint32_t id) const { return pointOf(peOf[id]); }
  const ProgramLayout &layoutOf(uint32_t id) const {
    return layouts[processors[id].program];
  }
  uint32_t inputQueue(uint32_t id, unsigned number) const {
    return processors[id].firstQueue + layoutOf(id).inputOffset[number];
  }
  uint32_t outputQueue(uint32_t id, unsigned number) const {
    return processors[id].firstQueue + layoutOf(id).outputOffset[number];
  }
  char *addressOf(uint32_t id, const Operand &operand) {
    return reinterpret_cast<char *>(words[id].data()) +
           (operand.address -
            module.programs[processors[id].program].memoryBegin);
  }

  // Rows.cpp
  void runInMemory(uint32_t id, unsigned thread);

  // Ports.cpp
  void makePorts();
  void startPorts(int64_t launch);
  bool settle(PortState &port, PortState::Stream &stream);
  void visitPort(uint32_t id);
  bool sendFrom(PortState &port, PortState::Stream &stream);
  void wakePort(uint32_t id, uint64_t cycle) {
    if (cycle < ports[id].wakeAt) {
      ports[id].wakeAt = cycle;
      wheel.at(cycle, Wheel::Feed, id);
    }
  }

  // Report.cpp
  void reportBlocked();
  void reportLeftovers(FailureKind kind, const std::string &when);
  Wait describeWait(uint32_t id, unsigned thread);
  std::optional<Point> whoBlocks(uint32_t router);
  std::optional<Point> whoSends(uint32_t router);

  const LoadedModule &module;
  const MachineNumbers &machine;
  HostMemory &memory;
  const RunOptions &options;
  RunResult &result;
  RouteMap routeMap;
  Wheel wheel;
  BufferArena buffers;

  std::vector<RouterColour> routers;
  std::vector<RouterRoute> routes; // By router.
  /// By PE and colour; kNone where there is no router entry.
  std::vector<uint32_t> routerOf;
  /// By PE and port: the last cycle in which the output was used, kept where
  /// several colours use it.
  std::vector<std::array<uint64_t, 5>> links;
  /// By PE, bit by bit: outputs that several colours use in this epoch.
  std::vector<uint8_t> contended;

  std::vector<ProgramLayout> layouts; // By program.
  std::vector<ProcessorState> processors;
  /// By processor: its PE and its SRAM.
  std::vector<uint32_t> peOf;
  std::vector<std::vector<uint32_t>> words;
  std::vector<ThreadRun> threads;
  std::vector<ThreadRest> rests; // By thread.
  /// By PE; kNone where no program runs.
  std::vector<uint32_t> processorOf;

  std::vector<PortState> ports;
  std::map<std::pair<uint32_t, Direction>, uint32_t> portOf;

  unsigned epoch = 0;
  /// Wavelets in buffers, links, ramps and queues.
  uint64_t waveletsInside = 0;
  uint64_t running = 0, atBarrier = 0, lastEnd = 0;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_CYCLE_SIMULATOR_H
