//===- Timing.h - how long a launch takes -----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Nothing that takes time depends on data (E3), so time is simulated apart from
// it: the programs' control flow is run once for each group, on its first PE,
// beat by beat as E50 and E51 say. Between PEs there are no routers, only
// streams: an element arrives `latency` cycles after it has left its writer
// (E52), and a writer waits while a reader is behind by more elements than the
// queues, ramps and routers between them hold (E52, E53). What is left out:
// colours that share a link or a ramp, and routers that hold a multicast back
// from one reader because of another.
//
// Groups are run in windows of as many cycles as anything needs from one PE to
// another, so that the order among groups does not matter. An instruction on
// memory that has the datapath to itself takes one step, however long.
//
// Files: Timing.cpp runs launches and windows, TimedStreams.cpp connects
// writers and readers, TimedThreads.cpp runs threads.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_TIMING_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_TIMING_H

#include "Groups.h"
#include "wafer/Executor/Machine/Run.h"
#include "wafer/Executor/Machine/Thread.h"

namespace wafer::exec {

constexpr uint64_t kNeverCycle = UINT64_MAX;
constexpr uint32_t kNoIndex = UINT32_MAX;

/// An element that a router with positions delivered: which source sent it, as
/// which of its data elements on the colour, and over how many links it came.
struct Delivery {
  int32_t source = Source::kNobody;
  uint32_t hops = 0;
  uint64_t element = 0;
};
/// In the order in which a group reads them, by group and colour.
using DeliveryLog =
    std::map<std::pair<uint32_t, unsigned>, std::vector<Delivery>>;

/// Cycles of consecutive elements; the oldest are dropped.
class CycleRing {
public:
  uint64_t begin = 0, end = 0;
  bool isFull() const { return end - begin == ring.size(); }
  void reserve(uint64_t count);
  void push(uint64_t cycle) { ring[end++ & (ring.size() - 1)] = cycle; }
  uint64_t operator[](uint64_t element) const {
    return ring[element & (ring.size() - 1)];
  }

private:
  std::vector<uint64_t> ring;
};

/// What a writer sends on a colour.
struct TimedStream {
  /// The group or port that writes.
  uint32_t actor = kNoIndex;
  std::vector<uint32_t> readers;
  /// When each element leaves the output queue (or the port).
  CycleRing leaves;
  /// Of the output queue; a port has none.
  uint64_t queueDepth = 0;
  /// Links with few places pass `places` elements in `period` cycles; 0: all.
  uint64_t places = 0, period = 0;
  /// The writer waits for a reader.
  bool isWaiting = false;
  /// Of a switched colour: readers come in their own order, and stand in
  /// `readers` only while they wait.
  bool isSwitched = false;
  /// Readers that wait.
  uint32_t numWaiting = 0;
  /// No reader holds back elements below this one.
  uint64_t freeUpTo = 0;
};

struct TimedReader {
  uint32_t group = kNoIndex;
  uint32_t stream = kNoIndex;
  /// From leaving the writer's queue to the first beat that can take it.
  uint64_t latency = 0;
  /// From a beat that takes an element to the writer's beat that it lets go on.
  uint64_t back = 0;
  /// Elements that routers hold (kNeverCycle: any number), and the queue.
  uint64_t places = kNeverCycle, queuePlaces = 0;
  /// When each element was taken; without a limit only the number of them.
  CycleRing taken;
  bool isWaiting = false;
  /// Of a switched colour: where its elements come from, from `logBegin` on.
  const std::vector<Delivery> *log = nullptr;
  uint64_t logBegin = 0, lastArrival = 0;
  unsigned colour = 0;
};

struct TimedThread {
  enum class State : uint8_t { Idle, Timed, Running, Waiting, AtBarrier };
  State state = State::Idle;
  /// Running: control wavelets leave no element.
  bool isControl = false, readsTwice = false, usesFabric = false;
  /// Timed: until when; Running: the first possible beat.
  uint64_t until = 0;
  int64_t beats = 0;
  /// Running: the next beat, if it is known; it does not change then.
  uint64_t next = kNeverCycle;
  std::array<uint32_t, 2> readers = {kNoIndex, kNoIndex};
  uint32_t stream = kNoIndex;
  ThreadControl control;
  const Instruction *instruction = nullptr;
};

/// A group, through its first PE.
struct TimedGroup {
  uint32_t program = 0;
  Point p;
  std::vector<TimedThread> threads;
  /// By queue: the colour, -1 for none.
  std::vector<int16_t> inColours, outColours;
  /// By colour.
  std::vector<uint32_t> readers, writes;
  uint32_t lastThread = 0;
  /// A thread that beats alone from `bulkFrom` on.
  uint32_t bulkThread = kNoIndex;
  uint64_t bulkFrom = 0;
  /// The first cycle in which a timed thread goes on.
  uint64_t due = 0;
  /// When its last thread ended.
  uint64_t ended = 0;
};

/// A port group; the colours of a port take turns (E44).
struct TimedPort {
  struct Feeds {
    uint32_t portGroup;
    uint64_t left = 0;
    uint32_t stream = kNoIndex;
  };
  std::vector<Feeds> feeds;
  int64_t rate = 1000;
  uint64_t nextMilli = 0;
  uint32_t last = 0;
};

/// What time hands on from section to section of a launch.
struct TimeOfSections {
  /// By PE: when it ended.
  std::vector<uint64_t> ends;
  /// By port group: elements that are left, and when its port may send next, in
  /// thousandths of cycles.
  std::vector<uint64_t> left, nextMilli;
  uint64_t lastEnd = 0;
};

/// True if no launch can differ from another one in what it does when.
bool areLaunchesAlike(const LoadedModule &module, const SourceTable &sources);

class Timing {
public:
  /// `programs` are the module's, or those of a section.
  Timing(const LoadedModule &module, llvm::ArrayRef<Program> programs,
         const SourceTable &sources, const Grouping &grouping,
         llvm::ArrayRef<PortStream> ports, const RunOptions &options);

  /// The cycle in which the launch ends; nullopt if it was stopped. The launch
  /// must be one that ends with unbounded channels.
  std::optional<uint64_t> run(int64_t launch, const DeliveryLog &deliveries);
  /// A section: PEs start when they have ended the one before. False if it was
  /// stopped.
  bool runSection(int64_t launch, unsigned epoch, TimeOfSections &time);
  /// How far the run has come.
  uint64_t getNow() const { return window * windowCycles; }

private:
  // Timing.cpp
  void startLaunch(int64_t launch, unsigned epoch, TimeOfSections *time);
  bool runToEnd(int64_t launch);
  void takeFeeds(TimeOfSections &time) const;
  void untieQueues(TimedGroup &group);
  bool runWindows(int64_t launch);
  void finishBarrier();
  void wake(uint32_t actor, uint64_t cycle);
  void wakeAll(uint64_t cycle);
  void runPort(uint32_t port, uint64_t now, uint64_t horizon);
  uint64_t visitPort(TimedPort &port, uint64_t now);

  // TimedStreams.cpp
  void connect(unsigned epoch);
  void connectReader(uint32_t group, unsigned colour);
  void connectSwitched(uint32_t group, unsigned colour);
  uint32_t streamOfGroup(uint32_t group, unsigned colour);
  uint32_t streamOfPort(uint32_t portGroup);
  uint32_t addStream(uint32_t actor);
  void limit(TimedStream &stream, uint64_t places, uint64_t period);
  uint64_t arrivalOf(uint32_t reader, uint64_t element);
  uint64_t switchedArrivalOf(uint32_t reader, uint64_t element);
  uint64_t nextSend(TimedStream &stream, uint64_t now);
  uint64_t nextCredit(TimedStream &stream, uint64_t element, uint64_t now);
  void send(TimedStream &stream, uint64_t leave);
  void take(TimedReader &reader, uint64_t now);
  void makeRoom(TimedStream &stream);

  // TimedThreads.cpp
  void runGroup(uint32_t id, uint64_t now, uint64_t horizon);
  uint64_t visitGroup(uint32_t id, uint64_t now);
  void stepThreads(uint32_t id, uint64_t now);
  void fetch(uint32_t id, unsigned thread, uint64_t now);
  void startVector(TimedGroup &group, unsigned thread, uint64_t from);
  bool startAsync(TimedGroup &group, TimedThread &main, uint64_t now);
  bool areIdle(const TimedGroup &group, uint64_t microthreads) const;
  void bind(TimedGroup &group, const Instruction &in, uint64_t now);
  uint64_t nextBeat(TimedThread &thread, uint64_t now);
  void beat(TimedGroup &group, unsigned thread, uint64_t now);
  void end(TimedGroup &group, unsigned thread, uint64_t cycle);

  const LoadedModule &module;
  llvm::ArrayRef<Program> programs;
  const MachineNumbers &machine;
  const SourceTable &sources;
  const Grouping &grouping;
  llvm::ArrayRef<PortStream> portStreams;
  const RunOptions &options;
  /// The colours that a program reads.
  std::vector<llvm::BitVector> reads;
  /// All launches take the same time, which is known after the first one.
  bool isAlike = false;
  std::optional<uint64_t> cyclesOfEach;

  std::vector<TimedGroup> groups;
  std::vector<TimedPort> ports;
  std::vector<TimedStream> streams;
  std::vector<TimedReader> readers;
  /// Streams of switched colours by colour and source.
  std::map<std::pair<unsigned, int32_t>, uint32_t> switchedStreams;
  const DeliveryLog *deliveries = nullptr;
  /// By group and colour: what was taken from the log in earlier epochs.
  std::map<std::pair<uint32_t, unsigned>, uint64_t> switchedTaken;

  /// Groups, then ports: when each acts next, and up to when it has been run.
  std::vector<uint64_t> wakeAt, clock;
  uint64_t window = 0, windowCycles = 1;
  /// Actors by window: the near ones in a ring, the far ones sorted.
  static constexpr uint64_t kNearWindows = 1024;
  std::array<std::vector<uint32_t>, kNearWindows> near;
  std::map<uint64_t, std::vector<uint32_t>> far;
  uint64_t numNear = 0;

  /// Buffers too small for the program: the cycle executor deadlocks, this one
  /// goes on without limits.
  bool isUnbounded = false;
  unsigned epoch = 0;
  uint64_t running = 0, atBarrier = 0, lastEnd = 0;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_TIMING_H
