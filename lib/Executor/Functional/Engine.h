//===- Engine.h - the state of a functional run -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Groups of PEs run in lockstep (Groups.h) and talk through streams
// (Streams.h). A group is run until all its threads wait; what it sends wakes
// its readers. Files: Engine.cpp runs launches, Connect.cpp ties groups to
// streams, Schedule.cpp hands groups to workers, Threads.cpp runs control flow,
// Vectors.cpp runs instructions, MacPlan.cpp and Deferred.cpp those that form
// sums, Rows.cpp finds their operands, Feeds.cpp sends from ports, Switches.cpp
// moves wavelets of switched colours, Check.cpp judges the end of a launch. How
// long a launch takes is found apart from it (Timing.h).
//
// Memory of a group: word w of lane l is memory[w * pitch + l], so that one
// element of all lanes is one row, filled up to whole vectors in large groups.
// A row whose lanes are all equal, as those of a multicast are, may be held as
// one scalar instead; rows of sums may be left to be computed when they are
// read (Deferred.h).
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_ENGINE_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_ENGINE_H

#include "Deferred.h"
#include "Groups.h"
#include "Streams.h"
#include "Timing.h"
#include "wafer/Executor/Machine/Run.h"
#include "wafer/Executor/Machine/Thread.h"
#include <condition_variable>

namespace wafer::exec {

/// What all parts of a run share.
struct Fabric {
  explicit Fabric(const LoadedModule &module)
      : module(module), routeMap(module), ports(collectPortStreams(module)),
        sources(module, routeMap, ports) {}
  const LoadedModule &module;
  RouteMap routeMap;
  std::vector<PortStream> ports;
  SourceTable sources;
};

/// Groups of at least this many lanes take a point as one row operation;
/// smaller ones take a row of the iteration space for each lane.
constexpr uint32_t kLanesForRows = 16;

inline bool readsQueue(const Instruction &in, unsigned i) {
  return i < in.numSources && in.sources[i].kind == Operand::Kind::Queue;
}
/// Both sources take from the same queue, at each point the first one first.
inline bool readsTwice(const Instruction &in) {
  return readsQueue(in, 0) && readsQueue(in, 1) &&
         in.sources[0].queue == in.sources[1].queue;
}

/// The bytes [low, high) that a memory operand touches in the whole iteration
/// space; `element` is where it stands.
inline std::pair<int64_t, int64_t>
reachOf(const Operand &operand, int64_t element, const VectorCursor &cursor) {
  int64_t low = element, high = element, bytes = getBytes(operand.type);
  for (unsigned k = 0; k < 4; ++k) {
    int64_t reach = (cursor.extents[k] - 1) * operand.strides[k];
    int64_t passed = cursor.index[k] * operand.strides[k];
    low += std::min<int64_t>(reach, 0) - passed;
    high += std::max<int64_t>(reach, 0) - passed;
  }
  return {operand.address + low * bytes, operand.address + (high + 1) * bytes};
}
/// The word of memory in which an operand of whole words has an element.
inline int64_t wordOf(const Operand &operand, const Program &program,
                      int64_t element) {
  return (operand.address - program.memoryBegin) / 4 + element;
}

struct LaneThread {
  enum class State : uint8_t { Idle, Next, Running, Waiting, AtBarrier };
  State state = State::Idle;
  ThreadControl control;
  const Instruction *instruction = nullptr;
  VectorCursor cursor;
};

/// Which expressions of a program's instructions a group fixes to its PEs: by
/// instruction and slot (VectorCursor::start), the index in Group::fixed, -1
/// for those that are the same everywhere.
using FixedSlots = std::vector<std::array<int32_t, VectorCursor::kSlots>>;

/// Sums of a group or a feed, for the result.
struct Counters {
  uint64_t sent = 0, hops = 0, instructions = 0, elements = 0;
};

struct Group {
  uint32_t program = 0;
  std::vector<uint32_t> pes;
  /// Words of a row of memory, or of what the group sends.
  int64_t pitch = 0;
  WordBuffer memory;
  /// By word, with kLanesForRows lanes or more: how the row is held.
  std::vector<RowState> states;
  /// The lanes of Uniform rows.
  std::vector<uint32_t> scalars;
  std::vector<DeferredMac> deferred;
  std::vector<LaneThread> threads;
  /// Empty where there are too many groups.
  std::vector<Expr> fixed;
  std::vector<int16_t> inColours, outColours;
  /// By colour; those never read have no parts.
  std::vector<Reader> readers;
  /// By colour, the group's own stream in this epoch; UINT32_MAX for none.
  std::vector<uint32_t> writes;
  Counters counters;
  /// Rows sent to nobody who would ever read them (E36).
  uint64_t stuck = 0;
  enum Turn : uint8_t { Resting, Queued, Running, Again };
  std::atomic<uint8_t> turn{Resting};

  Group() = default;
  Group(Group &&) { llvm_unreachable("groups stay where they are"); }
  uint32_t lanes() const { return pes.size(); }
  uint32_t *row(int64_t word) { return memory.words.get() + word * pitch; }
  bool isUniform(int64_t word) const {
    return !states.empty() && states[word] == RowState::Uniform;
  }
  bool isDeferred(int64_t word) const {
    return !states.empty() && wafer::exec::isDeferred(states[word]);
  }
  void setState(int64_t word, RowState state) {
    RowState &old = states[word];
    if (wafer::exec::isDeferred(old))
      --deferred[slotOf(old)].rowsLeft;
    old = state;
  }
  /// Gives a row its lanes.
  void spread(int64_t word) {
    if (isUniform(word)) {
      std::fill_n(row(word), lanes(), scalars[word]);
      states[word] = RowState::Dense;
    } else if (isDeferred(word)) {
      settle(slotOf(states[word]));
    }
  }
  // Deferred.cpp
  void defer(const MacNest &nest, int64_t firstWord);
  void settle(unsigned slot);
  /// Before words [begin, end) change: computes what is read from them.
  void settleReadersOf(int64_t begin, int64_t end);
};

/// A port group: its streams run in lockstep too. Lives through all parts of a
/// launch.
struct FeedRun {
  std::vector<uint32_t> ports;
  size_t current = 0;
  /// Of each port, in its current feed.
  std::vector<NestCursor> cursors;
  std::vector<HostWords> words;
  /// Rows that an earlier part has sent and not read.
  std::vector<uint32_t> pending;
  uint32_t stream = UINT32_MAX;
  bool isDone = false, isQueued = false, isWanted = false;
  Counters counters;

  /// For a new launch.
  void restart() {
    current = 0;
    cursors.clear();
    words.clear();
    isDone = false;
  }
};

/// A stream's part in the counts and checks, by writer.
struct StreamInfo {
  /// Links that one row crosses, over all lanes.
  uint64_t links = 0;
  unsigned colour = 0;
  const Leak *leak = nullptr;
  /// The group or the feed that writes; neither for a switched colour.
  uint32_t group = UINT32_MAX, feed = UINT32_MAX;
  /// Some lane's router has no route for the colour; has one whose live input
  /// is not the ramp.
  bool hasNoRoute = false, isNotLive = false;
  /// PEs to which one row goes, and those that read it here.
  uint64_t deliveries = 0, connected = 0;
};

/// What is told of a run.
struct RunProgress {
  RunState state;
  /// Elements that feeds have sent in this launch, and those of the host
  /// tensors that they read.
  std::atomic<uint64_t> fed{0};
  uint64_t toFeed = 0;

  const RunState &getState() {
    if (toFeed > 0)
      state.done = std::min(1.0, static_cast<double>(fed) / toFeed);
    return state;
  }
};

/// Runs programs on all their PEs: those of a module, or of one section of it.
class Engine {
public:
  /// `pinned`: by program, the words that are never held as scalars. What is
  /// passed by reference must outlive the engine. `isPart`: feeds may have
  /// elements left at the end.
  Engine(const Fabric &fabric, llvm::ArrayRef<Program> programs,
         const Grouping &grouping, llvm::ArrayRef<llvm::BitVector> pinned,
         std::vector<FeedRun> &feeds, HostMemory &memory,
         const RunOptions &options, RunProgress &progress, RunResult &result,
         bool isPart);

  /// Runs the programs once, from routes of epoch `epoch` on. False if that
  /// failed.
  bool run(int64_t launch, unsigned epoch);
  std::deque<Group> &getGroups() { return groups; }
  const DeliveryLog &getDeliveries() const { return deliveries; }
  /// Adds the counts of the groups to the result.
  void finish();

private:
  // Engine.cpp
  void fixExprs();
  bool finishBarrier();
  /// The first few are told; a mesh full of the same failure says nothing more.
  void fail(FailureKind kind, const std::string &text);
  std::string nameOf(const Group &group) const;
  std::string nameWriter(const StreamInfo &info) const;
  uint32_t peAt(Point p) const { return p.y * machine.width + p.x; }
  Point pointOf(uint32_t pe) const {
    return {pe % machine.width, pe / machine.width};
  }

  // Connect.cpp
  void enterEpoch(unsigned epoch);
  void connect(uint32_t group, unsigned colour);
  uint32_t streamOfGroup(uint32_t group, unsigned colour);
  uint32_t streamOfPorts(uint32_t feed);
  uint32_t addStream(uint32_t lanes, StreamInfo info);

  // Schedule.cpp
  bool runGroups();
  void work(unsigned worker);
  bool takeTurn(unsigned worker, std::unique_lock<std::mutex> &guard);
  bool wakeReaders();
  void wakeGroup(uint32_t group);
  void wakeFeed(uint32_t feed);
  void queueFeed(uint32_t feed);
  void announce(uint32_t stream);

  // Threads.cpp
  void runGroup(uint32_t id);
  bool stepThread(uint32_t id, unsigned thread);
  bool startVector(uint32_t id, unsigned thread,
                   const Instruction &instruction);
  bool bind(Group &group, const Instruction &instruction);
  bool isIdle(const Group &group, uint64_t microthreads) const;

  // Vectors.cpp
  bool advanceVector(uint32_t id, unsigned thread);
  bool runMac(Group &group, LaneThread &thread); // MacPlan.cpp
  void settleReaders(Group &group, const Instruction &in,
                     const VectorCursor &cursor); // Deferred.cpp
  bool addDeferred(Group &group, LaneThread &thread, uint64_t points,
                   uint32_t *out); // Deferred.cpp
  void compute(Group &group, LaneThread &thread, uint64_t points,
               uint32_t *out);
  bool send(uint32_t id, unsigned queue, uint64_t rows, LaneThread &thread);
  bool sendControl(uint32_t id, const Instruction &in, LaneThread &thread);

  // Rows.cpp
  Reader *readerOf(Group &group, const Operand &source);
  uint64_t countThere(const Reader &reader) const;
  uint64_t countReadable(Reader &reader);
  uint64_t available(Group &group, const Instruction &in, uint64_t wanted);
  void askToWake(Group &group, const Instruction &in, uint64_t points);
  void skip(Reader &reader, uint64_t rows);
  const uint32_t *rowsOf(Group &group, Reader &reader, uint64_t rows,
                         std::vector<uint32_t> &scratch, int64_t &rowWords,
                         int64_t &laneBytes);

  // Feeds.cpp
  bool runFeed(uint32_t id);
  bool settle(FeedRun &feed);
  bool takeRows(FeedRun &feed, uint64_t most, std::vector<uint32_t> &rows);
  void keepUnread(FeedRun &feed);

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

  // Check.cpp
  void checkEnd();
  void checkPart();
  uint64_t countUnread(bool report, FailureKind kind);
  uint64_t countStuck() const;
  void reportBlocked();

  const Fabric &fabric;
  const LoadedModule &module;
  llvm::ArrayRef<Program> programs;
  const MachineNumbers &machine;
  HostMemory &memory;
  const RunOptions &options;
  RunProgress &progress;
  RunResult &result;
  const SourceTable &sources;
  const Grouping &grouping;
  llvm::ArrayRef<llvm::BitVector> pinned;
  bool isPart;

  std::deque<Group> groups;
  std::vector<FixedSlots> fixedSlots; // By program.
  std::vector<FeedRun> &feeds;
  std::deque<Stream> streams;
  std::vector<StreamInfo> infos;
  std::map<std::pair<unsigned, uint32_t>, SwitchRouter>
      switchRouters; // By colour and PE.
  /// Elements sent in this epoch, by switched colour and source.
  std::map<std::pair<unsigned, int32_t>, uint64_t> switchedSent;
  DeliveryLog deliveries;

  unsigned epoch = 0;
  int64_t launch = 0;
  /// Rows of feeds and routers that nobody would ever read (E36).
  std::atomic<uint64_t> stuck{0};
  std::string stuckText;
  std::atomic<size_t> atBarrier{0};

  // The schedule.
  unsigned numWorkers = 1;
  std::mutex lock;
  std::condition_variable hasWork;
  std::vector<std::deque<uint32_t>> readyGroups; // By worker.
  std::deque<uint32_t> readyFeeds;
  unsigned numBusy = 0;
  /// Turns of groups and feeds that got somewhere, and their number when
  /// everyone rested the last time.
  std::atomic<uint64_t> numMoves{0};
  uint64_t movesAtLastLook = 0;
  bool isOver = false;
  std::atomic<bool> hasFailed{false};
  std::mutex failureLock;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_ENGINE_H
