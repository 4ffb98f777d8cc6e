//===- Engine.h - the state of a functional run -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Groups of PEs run in lockstep (Groups.h) and talk through streams
// (Streams.h). A group is run until all its threads wait; what it sends wakes
// its readers. Files: Engine.cpp schedules, Threads.cpp runs control flow,
// Vectors.cpp runs instructions, Feeds.cpp sends from ports, Switches.cpp moves
// wavelets of switched colours, Check.cpp judges the end of a launch. How long
// a launch takes is found apart from it (Timing.h).
//
// Memory of a group: word w of lane l is memory[w * lanes + l], so that one
// element of all lanes is one row.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_ENGINE_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_ENGINE_H

#include "Groups.h"
#include "Streams.h"
#include "Timing.h"
#include "wafer/Executor/Machine/Run.h"
#include "wafer/Executor/Machine/Thread.h"

namespace wafer::exec {

struct LaneThread {
  enum class State : uint8_t { Idle, Next, Running, Waiting, AtBarrier };
  State state = State::Idle;
  ThreadControl control;
  const Instruction *instruction = nullptr;
  VectorCursor cursor;
};

struct Group {
  uint32_t program = 0;
  std::vector<uint32_t> pes;
  std::vector<uint32_t> memory;
  std::vector<LaneThread> threads;
  std::vector<int16_t> inColours, outColours;
  /// By colour; those never read have no stream.
  std::vector<Reader> readers;
  /// By colour, the group's own stream in this epoch; UINT32_MAX until it
  /// sends.
  std::vector<uint32_t> writes;
  bool isQueued = false;
  uint32_t lanes() const { return pes.size(); }
};

/// A port group: its streams run in lockstep too.
struct FeedRun {
  std::vector<uint32_t> ports;
  size_t current = 0;
  /// Of each port, in its current feed.
  std::vector<NestCursor> cursors;
  std::vector<HostWords> words;
  uint32_t stream = UINT32_MAX;
  bool isDone = false, isQueued = false;
};

/// A stream's part in the counts and checks, by writer.
struct StreamInfo {
  /// Links that one row crosses, over all lanes.
  uint64_t links = 0;
  unsigned colour = 0;
  const Leak *leak = nullptr;
  std::string writer;
  /// Some lane's router has no route for the colour; has one whose live input
  /// is not the ramp.
  bool hasNoRoute = false, isNotLive = false;
};

class Engine {
public:
  Engine(const LoadedModule &module, HostMemory &memory,
         const RunOptions &options, RunResult &result);
  void run();

private:
  // Engine.cpp
  bool copyHost(bool stores, int64_t launch);
  bool runLaunch(int64_t launch);
  bool runGroups();
  void enterEpoch(unsigned epoch);
  void connect(uint32_t group, unsigned colour);
  uint32_t streamOfGroup(uint32_t group, unsigned colour);
  uint32_t streamOfPorts(uint32_t feed);
  void wakeGroup(uint32_t group);
  void wakeFeed(uint32_t feed);
  void announce(uint32_t stream, uint64_t rows);
  void consumed(uint32_t stream);
  bool finishBarrier();
  /// The first few are told; a mesh full of the same failure says nothing more.
  void fail(FailureKind kind, const std::string &text) {
    if (result.diagnostics.size() < 20)
      result.fail(kind, text);
  }
  std::string nameOf(const Group &group) const;
  uint32_t peAt(Point p) const { return p.y * machine.width + p.x; }
  Point pointOf(uint32_t pe) const {
    return {pe % machine.width, pe / machine.width};
  }

  // Threads.cpp
  void runGroup(uint32_t id);
  bool stepThread(uint32_t id, unsigned thread);
  bool startVector(uint32_t id, unsigned thread,
                   const Instruction &instruction);
  bool bind(Group &group, const Instruction &instruction);
  bool isIdle(const Group &group, uint64_t microthreads) const;

  // Vectors.cpp
  bool advanceVector(uint32_t id, unsigned thread);
  uint64_t available(const Group &group, const Instruction &in,
                     uint64_t wanted) const;
  bool runMac(Group &group, LaneThread &thread); // MacPlan.cpp
  void compute(Group &group, LaneThread &thread, uint64_t points,
               uint32_t *out);
  bool send(uint32_t id, unsigned queue, uint64_t rows, LaneThread &thread);
  bool sendControl(uint32_t id, const Instruction &in, LaneThread &thread);
  const uint32_t *rowsOf(Group &group, Reader &reader, uint64_t rows,
                         std::vector<uint32_t> &scratch, int64_t &rowWords,
                         int64_t &laneBytes);

  // Feeds.cpp
  bool runFeed(uint32_t id);
  bool settle(FeedRun &feed);

  // Switches.cpp
  struct Item {
    uint32_t bits;
    bool isControl;
    /// Who sent it, as which data element, and over how many links it came.
    Delivery origin;
  };
  struct SwitchRouter {
    const Route *route = nullptr;
    unsigned position = 0;
    std::array<std::deque<Item>, 5> inputs;
  };
  bool inject(unsigned colour, uint32_t pe, Direction port, Item item);
  Delivery originOf(unsigned colour, Source source, bool isControl);
  bool drain(unsigned colour, uint32_t pe);

  // Check.cpp
  void checkEnd();
  uint64_t countUnread(bool report, FailureKind kind);
  void reportBlocked();

  const LoadedModule &module;
  const MachineNumbers &machine;
  HostMemory &memory;
  const RunOptions &options;
  RunResult &result;
  RouteMap routeMap;
  std::vector<PortStream> ports;
  SourceTable sources;
  Grouping grouping;

  std::vector<Group> groups;
  std::vector<FeedRun> feeds;
  std::vector<Stream> streams;
  std::vector<StreamInfo> infos;
  std::deque<uint32_t> readyGroups, readyFeeds;
  std::map<std::pair<unsigned, uint32_t>, SwitchRouter>
      switchRouters; // By colour and PE.
  /// Elements sent in this epoch, by switched colour and source.
  std::map<std::pair<unsigned, int32_t>, uint64_t> switchedSent;
  DeliveryLog deliveries;
  std::vector<uint32_t> scratch[2];

  unsigned epoch = 0;
  int64_t launch = 0;
  /// Rows sent to nobody who would ever read them (E36).
  uint64_t stuck = 0;
  std::string stuckText;
  size_t atBarrier = 0;
  Timing timing;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_ENGINE_H
