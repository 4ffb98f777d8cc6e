//===- Engine.cpp - runs the launches of programs ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

using State = LaneThread::State;

Engine::Engine(const Fabric &fabric, llvm::ArrayRef<Program> programs,
               const Grouping &grouping, llvm::ArrayRef<llvm::BitVector> pinned,
               std::vector<FeedRun> &feeds, HostMemory &memory,
               const RunOptions &options, RunProgress &progress,
               RunResult &result, bool isPart)
    : fabric(fabric), module(fabric.module), programs(programs),
      machine(module.machine), memory(memory), options(options),
      progress(progress), result(result), sources(fabric.sources),
      grouping(grouping), pinned(pinned), isPart(isPart), feeds(feeds) {
  bool hasSwitches = false;
  for (unsigned colour = 0; colour < machine.colours; ++colour)
    hasSwitches |= sources.isSwitched(colour);
  // Routers with positions are looked at by one worker.
  numWorkers = hasSwitches ? 1 : options.threads;
  readyGroups.resize(numWorkers);
  for (const Grouping::Members &members : grouping.groups) {
    Group &group = groups.emplace_back();
    const Program &program = programs[members.program];
    group.program = members.program;
    group.pes = members.lanes;
    uint64_t words = (program.memoryEnd - program.memoryBegin) / 4;
    group.pitch = group.lanes() < kLanesForRows
                      ? group.lanes()
                      : llvm::alignTo(group.lanes(), kLanesForRows);
    group.memory = WordBuffer(words * group.pitch);
    if (group.lanes() >= kLanesForRows) {
      group.states.assign(words, RowState::Uniform);
      group.scalars.assign(words, 0xFFFFFFFF); // E4
      for (unsigned word : pinned[members.program].set_bits())
        group.spread(word);
    } else {
      std::fill_n(group.memory.words.get(), group.memory.size, 0xFFFFFFFF);
    }
    unsigned threads = 1;
    for (const Instruction &instruction : program.code)
      if (instruction.kind == Instruction::Kind::Async)
        threads = std::max(threads, 2 + instruction.thread);
    group.threads.resize(threads);
  }
  fixExprs();
}

/// Evaluating x and y once for each group is worth its memory while groups are
/// few.
void Engine::fixExprs() {
  constexpr size_t kMostGroups = 1 << 15;
  if (groups.size() > kMostGroups)
    return;
  std::vector<std::vector<const Expr *>> varying(programs.size());
  for (auto [program, exprs] : llvm::zip_equal(programs, varying)) {
    FixedSlots &slots = fixedSlots.emplace_back();
    for (const Instruction &in : program.code) {
      std::array<int32_t, VectorCursor::kSlots> &own = slots.emplace_back();
      for (unsigned slot = 0; slot < VectorCursor::kSlots; ++slot) {
        const Expr &expr = slot < 4
                               ? in.extents[slot]
                               : VectorCursor::operand(in, slot - 4).offset;
        own[slot] = -1;
        if (expr.getDims() & (1 << machine::kX | 1 << machine::kY)) {
          own[slot] = exprs.size();
          exprs.push_back(&expr);
        }
      }
    }
  }
  for (Group &group : groups) {
    Point p = pointOf(group.pes.front());
    group.fixed.reserve(varying[group.program].size());
    for (const Expr *expr : varying[group.program])
      group.fixed.push_back(expr->fixPE(p.x, p.y));
  }
}

void Engine::fail(FailureKind kind, const std::string &text) {
  std::lock_guard<std::mutex> guard(failureLock);
  if (result.diagnostics.size() < 20)
    result.fail(kind, text);
  hasFailed = true;
}

std::string Engine::nameOf(const Group &group) const {
  std::string text;
  llvm::raw_string_ostream(text)
      << "PE " << pointOf(group.pes.front()) << " of program @"
      << programs[group.program].name;
  return text;
}

std::string Engine::nameWriter(const StreamInfo &info) const {
  if (info.group != UINT32_MAX)
    return nameOf(groups[info.group]);
  if (info.feed == UINT32_MAX)
    return "a router";
  const PortStream &first = fabric.ports[feeds[info.feed].ports.front()];
  return "a feed: " + describe(pe::FeedOp(first.feeds.front()->op));
}

static void untieQueues(Group &group, const MachineNumbers &machine) {
  group.inColours.assign(machine.inDepths.size(), -1);
  group.outColours.assign(machine.outDepths.size(), -1);
}

bool Engine::run(int64_t newLaunch, unsigned firstEpoch) {
  launch = newLaunch;
  if (streams.empty() || epoch != firstEpoch)
    enterEpoch(firstEpoch);
  atBarrier = 0;
  switchedSent.clear();
  deliveries.clear();
  for (uint32_t id = 0; id < groups.size(); ++id) {
    Group &group = groups[id];
    untieQueues(group, machine); // E4
    Point p = pointOf(group.pes.front());
    LaneThread &main = group.threads.front();
    main.state = State::Next;
    main.control.pc = 0;
    main.control.values = {p.x, p.y, launch};
    wakeGroup(id);
  }
  for (uint32_t id = 0; id < feeds.size(); ++id)
    wakeFeed(id);
  do {
    if (!runGroups())
      return false;
  } while (atBarrier == groups.size() && atBarrier > 0 && finishBarrier());
  if (hasFailed)
    return false;
  if (isPart)
    checkPart();
  else
    checkEnd();
  return !hasFailed;
}

/// E41.
bool Engine::finishBarrier() {
  if (uint64_t left = countUnread(/*report=*/false, FailureKind::NotDrained);
      left + countStuck() > 0) {
    fail(FailureKind::NotDrained, std::to_string(left + countStuck()) +
                                      " wavelets are left at a barrier");
    countUnread(/*report=*/true, FailureKind::NotDrained);
    return false;
  }
  atBarrier = 0;
  enterEpoch(groups.front().threads.front().instruction->epoch);
  for (uint32_t id = 0; id < groups.size(); ++id) {
    untieQueues(groups[id], machine);
    LaneThread &main = groups[id].threads.front();
    ++main.control.pc;
    main.state = State::Next;
    wakeGroup(id);
  }
  for (uint32_t id = 0; id < feeds.size(); ++id)
    wakeFeed(id);
  return true;
}

void Engine::finish() {
  auto add = [&](Counters &counters) {
    result.waveletsSent += counters.sent;
    result.waveletHops += counters.hops;
    result.instructions += counters.instructions;
    result.elements += counters.elements;
    counters = Counters();
  };
  for (Group &group : groups)
    add(group.counters);
  for (FeedRun &feed : feeds)
    add(feed.counters);
}
