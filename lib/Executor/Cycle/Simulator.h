//===- Simulator.h - the state of a cycle simulation ------------*- C++ -*-===//
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
// Files: Routers.cpp moves wavelets, Processors.cpp runs programs, Ports.cpp
// runs feeds, Report.cpp names deadlocks, Cycle.cpp runs launches.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_CYCLE_SIMULATOR_H
#define WAFER_LIB_EXECUTOR_CYCLE_SIMULATOR_H

#include "Wheel.h"
#include "wafer/Executor/Machine/RouteMap.h"
#include "wafer/Executor/Machine/Run.h"
#include "wafer/Executor/Machine/Thread.h"
#include "llvm/ADT/STLExtras.h"

namespace wafer::exec {

constexpr uint32_t kNone = UINT32_MAX;

/// A wavelet and the first cycle in which it can leave where it is.
struct Wavelet {
  uint64_t ready = 0;
  uint32_t bits = 0;
  uint8_t colour = 0;
  bool isControl = false;
};

/// Wavelets in order. A place that is left in a cycle can be taken in the next
/// one.
struct Fifo {
  llvm::SmallVector<Wavelet, 3> ring; // Inline for the buffers of most routers.
  uint32_t head = 0, count = 0;
  uint64_t lastPop = kNever;
  /// Somebody found no room and sleeps.
  bool hasWaiter = false;

  explicit Fifo(size_t capacity) { ring.resize(capacity); }
  bool empty() const { return count == 0; }
  const Wavelet &front() const { return ring[head]; }
  const Wavelet &second() const {
    return ring[head + 1 == ring.size() ? 0 : head + 1];
  }
  bool hasRoom(uint64_t now) const {
    return count + (lastPop == now) < ring.size();
  }
  void push(const Wavelet &wavelet) {
    size_t tail = head + count;
    ring[tail < ring.size() ? tail : tail - ring.size()] = wavelet;
    ++count;
  }
  void pop(uint64_t now) {
    head = head + 1 == ring.size() ? 0 : head + 1;
    --count;
    lastPop = now;
  }
};

/// A router's treatment of one colour.
struct RouterColour {
  uint32_t pe;
  uint8_t colour;
  uint8_t position = 0;
  /// Of the current epoch; nullptr if it has none.
  const Route *route = nullptr;
  uint64_t wakeAt = kNever;
  /// Buffers by input port, and by output port the neighbour's RouterColour;
  /// made when first used.
  std::array<uint32_t, 5> inputs = {kNone, kNone, kNone, kNone, kNone};
  std::array<uint32_t, 4> neighbours = {kNone, kNone, kNone, kNone};
};

/// What a thread of a PE is doing.
struct ThreadRun {
  enum class State : uint8_t {
    Idle,
    /// Nothing until cycle `until`, then the next instruction.
    Timed,
    /// A vector instruction or control wavelet that can beat from cycle `until`
    /// on.
    Running,
    /// pe.await, pe.async on a busy microthread, pe.barrier with busy
    /// microthreads: decided anew when a microthread ends.
    Waiting,
    /// pe.barrier: until all have come.
    AtBarrier,
  };
  State state = State::Idle;
  uint64_t until = 0;
  ThreadControl control;
  const Instruction *instruction = nullptr;
  VectorCursor cursor;
  /// Beats left (E50).
  int64_t beats = 0;
};

struct ProcessorState {
  Point p;
  uint32_t program = 0;
  std::vector<uint32_t> words;
  /// The main thread, then the microthreads that the program uses.
  std::vector<ThreadRun> threads;
  std::vector<Fifo> inputs, outputs;
  /// Colours of the queues, -1 for none.
  std::vector<int16_t> inColours, outColours;
  /// The input queue of each colour, -1 for none.
  std::array<int16_t, 64> queueOf;
  uint64_t wakeAt = kNever, rampWakeAt = kNever;
  /// Whose turn came last: threads, output queues.
  uint32_t lastThread = 0, lastOutput = 0;
  /// A thread that beats alone, on memory only, from cycle bulkFrom on; kNone
  /// if there is none.
  uint32_t bulkThread = kNone;
  uint64_t bulkFrom = 0;
};

/// The feeds that enter at one port; those of one colour follow each other.
struct PortState {
  uint32_t pe;
  Direction side;
  int64_t rate;
  struct Stream {
    unsigned colour;
    std::vector<const Feed *> feeds;
    size_t current = 0;
    std::optional<NestCursor> cursor;
  };
  std::vector<Stream> streams;
  uint32_t lastStream = 0;
  uint64_t wakeAt = kNever;
  /// The first time at which the port may send again, in thousandths of a
  /// cycle.
  uint64_t nextMilli = 0;
};

class Simulator {
public:
  Simulator(const LoadedModule &module, HostMemory &memory,
            const RunOptions &options, RunResult &result);
  void run();

private:
  // Cycle.cpp
  bool runLaunch(int64_t launch);
  bool runEvents(int64_t launch);
  void startLaunch(int64_t launch);
  bool copyHost(bool stores, int64_t launch);
  void enterEpoch(unsigned epoch);
  bool finishBarrier();
  void checkEnd();
  /// The first few are told; a mesh full of the same failure says nothing more.
  void fail(FailureKind kind, const std::string &text) {
    if (result.diagnostics.size() < 20)
      result.fail(kind, text);
  }

  // Routers.cpp
  uint32_t peAt(Point p) const { return p.y * machine.width + p.x; }
  Point pointOf(uint32_t pe) const {
    return {pe % machine.width, pe / machine.width};
  }
  uint32_t findRouter(uint32_t pe, unsigned colour) const {
    return routerOf[pe * machine.colours + colour];
  }
  uint32_t inputOf(uint32_t router, Direction port);
  void visitRouter(uint32_t id);
  bool canLeave(uint32_t id, const Wavelet &wavelet, DirectionSet outputs,
                bool &lost);
  bool canDeliver(uint32_t id);
  bool findNeighbour(RouterColour &router, Direction side,
                     const Wavelet &wavelet);
  void forward(uint32_t id, Wavelet wavelet, DirectionSet outputs);
  void obey(RouterColour &router, pe::Command command);
  void arrive(uint32_t router, Direction port, const Wavelet &wavelet);
  void wakeUpstream(uint32_t router, Direction port);
  void wakeRouter(uint32_t id, uint64_t cycle,
                  Wheel::Kind kind = Wheel::Router) {
    if (cycle < routers[id].wakeAt) {
      routers[id].wakeAt = cycle;
      wheel.at(cycle, kind, id);
    }
  }

  // Processors.cpp
  void visitProcessor(uint32_t id);
  void visitRamp(uint32_t id);
  bool stepThreads(uint32_t id);
  bool fetch(uint32_t id, unsigned thread);
  bool startVector(uint32_t id, unsigned thread, const Instruction &instruction,
                   uint64_t from);
  bool startAsync(ProcessorState &pe, ThreadRun &main,
                  const Instruction &instruction);
  bool areIdle(const ProcessorState &pe, uint64_t microthreads) const;
  bool bind(uint32_t id, const Instruction &instruction);
  void runInMemory(ProcessorState &pe, ThreadRun &thread);
  uint64_t nextBeat(const ProcessorState &pe, const ThreadRun &thread) const;
  void beat(uint32_t id, unsigned thread);
  void beatFabric(uint32_t id, ThreadRun &thread);
  uint32_t popInput(uint32_t id, unsigned queue);
  void endInstruction(ProcessorState &pe, unsigned thread, uint64_t cycle);
  void planVisit(uint32_t id, unsigned bulkCandidate);
  void wakeProcessor(uint32_t id, uint64_t cycle) {
    if (cycle < processors[id].wakeAt) {
      processors[id].wakeAt = cycle;
      wheel.at(cycle, Wheel::Processor, id);
    }
  }
  void wakeRamp(uint32_t id, uint64_t cycle) {
    if (cycle < processors[id].rampWakeAt) {
      processors[id].rampWakeAt = cycle;
      wheel.at(cycle, Wheel::Ramp, id);
    }
  }

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

  std::vector<RouterColour> routers;
  /// By PE and colour; kNone where there is no router entry.
  std::vector<uint32_t> routerOf;
  /// Buffers of routers, and to whom each belongs.
  std::vector<Fifo> buffers;
  /// By PE and port: the last cycle in which the output was used.
  std::vector<std::array<uint64_t, 5>> links;
  std::vector<ProcessorState> processors;
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
