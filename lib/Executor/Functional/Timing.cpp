//===- Timing.cpp - launches and windows of cycles --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Timing.h"

using namespace wafer;
using namespace wafer::exec;

using State = TimedThread::State;

static bool dependsOnLaunch(const Expr &expr) {
  return expr.dependsOn(machine::kLaunch);
}

bool exec::areLaunchesAlike(const LoadedModule &module,
                            const SourceTable &sources) {
  for (const Program &program : module.programs)
    for (const Instruction &in : program.code)
      if (dependsOnLaunch(in.count) ||
          llvm::any_of(in.extents, dependsOnLaunch) ||
          (in.kind == Instruction::Kind::Bind && sources.isSwitched(in.colour)))
        return false;
  return llvm::none_of(module.feeds, [&](const Feed &feed) {
    return llvm::any_of(feed.nest.extents, dependsOnLaunch);
  });
}

Timing::Timing(const LoadedModule &module, llvm::ArrayRef<Program> programs,
               const SourceTable &sources, const Grouping &grouping,
               llvm::ArrayRef<PortStream> portStreams,
               const RunOptions &options)
    : module(module), programs(programs), machine(module.machine),
      sources(sources), grouping(grouping), portStreams(portStreams),
      options(options),
      isAlike(!options.trace && areLaunchesAlike(module, sources)),
      isUnbounded(!module.streams.empty()) {
  for (const Program &program : programs)
    reads.push_back(getBoundColours(program, /*inputs=*/true, machine.colours));
  for (const Grouping::Members &members : grouping.groups) {
    TimedGroup &group = groups.emplace_back();
    group.program = members.program;
    group.p = {members.lanes.front() % machine.width,
               members.lanes.front() / machine.width};
    unsigned threads = 1;
    for (const Instruction &in : programs[group.program].code)
      if (in.kind == Instruction::Kind::Async)
        threads = std::max(threads, 2 + in.thread);
    group.threads.resize(threads);
  }
  std::map<std::pair<Point, Direction>, size_t> portAt;
  for (auto [id, members] : llvm::enumerate(grouping.portGroups)) {
    const PortStream &first = portStreams[members.lanes.front()];
    auto [it, isNew] = portAt.insert({{first.p, first.side}, ports.size()});
    if (isNew)
      ports.emplace_back().rate = first.rate;
    ports[it->second].feeds.push_back({static_cast<uint32_t>(id)});
  }
  wakeAt.resize(groups.size() + ports.size());
  clock.resize(wakeAt.size());
}

std::optional<uint64_t> Timing::run(int64_t launch, const DeliveryLog &log) {
  if (isAlike && cyclesOfEach)
    return cyclesOfEach;
  deliveries = &log;
  startLaunch(launch, /*epoch=*/0, nullptr);
  if (!runToEnd(launch))
    return std::nullopt;
  cyclesOfEach = lastEnd;
  return lastEnd;
}

/// False if the run was stopped.
bool Timing::runToEnd(int64_t launch) {
  while (true) {
    if (!runWindows(launch))
      return false;
    if (running == 0)
      return true;
    if (atBarrier == groups.size()) {
      finishBarrier();
    } else if (!isUnbounded) {
      isUnbounded = true;
      wakeAll(getNow());
    } else {
      return true; // The data say otherwise: as far as it got.
    }
  }
}

bool Timing::runSection(int64_t launch, unsigned epoch, TimeOfSections &time) {
  DeliveryLog none;
  deliveries = &none;
  startLaunch(launch, epoch, &time);
  if (!runToEnd(launch))
    return false;
  for (auto [group, members] : llvm::zip_equal(groups, grouping.groups))
    for (uint32_t pe : members.lanes)
      time.ends[pe] = std::max(time.ends[pe], group.ended);
  time.lastEnd = std::max(time.lastEnd, lastEnd);
  takeFeeds(time);
  return true;
}

/// Elements that nobody has taken are sent again, at about the time at which
/// they were.
void Timing::takeFeeds(TimeOfSections &time) const {
  for (const TimedPort &port : ports)
    for (const TimedPort::Feeds &feeds : port.feeds) {
      uint64_t unread = 0;
      if (feeds.stream != kNoIndex) {
        const TimedStream &stream = streams[feeds.stream];
        uint64_t taken = stream.leaves.end;
        for (uint32_t id : stream.readers)
          taken = std::min(taken, readers[id].taken.end);
        unread = stream.leaves.end - taken;
      }
      time.left[feeds.portGroup] = feeds.left + unread;
      uint64_t back = unread * (1000000 / port.rate);
      time.nextMilli[feeds.portGroup] =
          port.nextMilli - std::min(port.nextMilli, back);
    }
}

void Timing::untieQueues(TimedGroup &group) {
  group.inColours.assign(machine.inDepths.size(), -1);
  group.outColours.assign(machine.outDepths.size(), -1);
}

void Timing::startLaunch(int64_t launch, unsigned firstEpoch,
                         TimeOfSections *time) {
  window = numNear = 0;
  for (std::vector<uint32_t> &bucket : near)
    bucket.clear();
  far.clear();
  llvm::fill(wakeAt, kNeverCycle);
  llvm::fill(clock, 0);
  running = groups.size();
  atBarrier = lastEnd = 0;
  for (auto [group, members] : llvm::zip_equal(groups, grouping.groups)) {
    untieQueues(group); // E4
    group.lastThread = 0;
    group.bulkThread = kNoIndex;
    group.due = group.ended = 0;
    if (time)
      for (uint32_t pe : members.lanes)
        group.due = std::max(group.due, time->ends[pe]);
    for (TimedThread &thread : group.threads)
      thread.state = State::Idle;
    TimedThread &main = group.threads.front();
    main.state = State::Timed;
    main.until = group.due;
    main.control.pc = 0;
    main.control.values = {group.p.x, group.p.y, launch};
  }
  for (TimedPort &port : ports) {
    port.nextMilli = port.last = 0;
    for (TimedPort::Feeds &feeds : port.feeds) {
      feeds.left = 0;
      if (time && !time->left.empty()) {
        feeds.left = time->left[feeds.portGroup];
        port.nextMilli =
            std::max(port.nextMilli, time->nextMilli[feeds.portGroup]);
        continue;
      }
      const PortStream &first =
          portStreams[grouping.portGroups[feeds.portGroup].lanes.front()];
      for (const Feed *feed : first.feeds)
        feeds.left +=
            countPoints(feed->nest, ExprValues{first.p.x, first.p.y, launch});
    }
  }
  if (time && time->left.empty()) {
    time->left.resize(grouping.portGroups.size());
    time->nextMilli.resize(grouping.portGroups.size());
  }
  switchedTaken.clear();
  readers.clear();
  connect(firstEpoch);
  wakeAll(0);
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// Asks for a visit of a group or port, in a cycle that it has not passed.
void Timing::wake(uint32_t actor, uint64_t cycle) {
  cycle = std::max(cycle, clock[actor]);
  if (cycle >= wakeAt[actor])
    return;
  wakeAt[actor] = cycle;
  uint64_t at = std::max(cycle / windowCycles, window);
  if (at < window + kNearWindows) {
    near[at % kNearWindows].push_back(actor);
    ++numNear;
  } else {
    far[at].push_back(actor);
  }
}

void Timing::wakeAll(uint64_t cycle) {
  for (uint32_t actor = 0; actor < wakeAt.size(); ++actor)
    wake(actor, cycle);
}

/// Runs until nobody has anything to do. False if the run is to stop.
bool Timing::runWindows(int64_t launch) {
  constexpr uint64_t kVisitsBetweenLooks = 1 << 16;
  uint64_t visits = 0;
  while (true) {
    std::vector<uint32_t> &bucket = near[window % kNearWindows];
    uint64_t horizon = (window + 1) * windowCycles;
    // Visits may add to the bucket.
    for (size_t i = 0; i < bucket.size(); ++i) {
      uint32_t actor = bucket[i];
      uint64_t now = wakeAt[actor];
      if (now >= horizon) // Was asked for earlier, or later.
        continue;
      wakeAt[actor] = kNeverCycle;
      if (actor < groups.size())
        runGroup(actor, now, horizon);
      else
        runPort(actor, now, horizon);
      ++visits;
    }
    numNear -= bucket.size();
    bucket.clear();
    if (visits > kVisitsBetweenLooks) {
      visits = 0;
      if (options.progress)
        options.progress(launch, getNow());
      if (options.stop && *options.stop)
        return false;
    }
    if (numNear == 0 && far.empty())
      return true;
    window = numNear ? window + 1 : far.begin()->first;
    while (!far.empty() && far.begin()->first < window + kNearWindows) {
      std::vector<uint32_t> &to = near[far.begin()->first % kNearWindows];
      numNear += far.begin()->second.size();
      llvm::append_range(to, far.begin()->second);
      far.erase(far.begin());
    }
  }
}

/// E41, E54.
void Timing::finishBarrier() {
  atBarrier = 0;
  uint64_t resume = lastEnd + machine.barrier +
                    machine.hop * static_cast<uint64_t>(module.span);
  connect(groups.front().threads.front().instruction->epoch);
  for (TimedGroup &group : groups) {
    untieQueues(group);
    TimedThread &main = group.threads.front();
    ++main.control.pc;
    main.state = State::Timed;
    main.until = resume;
    group.due = resume;
  }
  wakeAll(resume);
}

//===----------------------------------------------------------------------===//
// Ports
//===----------------------------------------------------------------------===//

/// One element of a port (E44). The next cycle in which it may send.
uint64_t Timing::visitPort(TimedPort &port, uint64_t now) {
  uint64_t allowed = (port.nextMilli + 999) / 1000;
  if (now < allowed)
    return allowed;
  uint64_t next = kNeverCycle;
  for (uint32_t i = 1; i <= port.feeds.size(); ++i) {
    uint32_t turn = (port.last + i) % port.feeds.size();
    TimedPort::Feeds &feeds = port.feeds[turn];
    if (feeds.left == 0 || feeds.stream == kNoIndex)
      continue;
    TimedStream &stream = streams[feeds.stream];
    uint64_t from = nextSend(stream, now);
    if (from > now) {
      next = std::min(next, from);
      continue;
    }
    send(stream, now);
    --feeds.left;
    port.last = turn;
    if (allowed < now)
      port.nextMilli = now * 1000;
    port.nextMilli += 1000000 / port.rate;
    return std::max(now + 1, (port.nextMilli + 999) / 1000);
  }
  return next;
}

void Timing::runPort(uint32_t actor, uint64_t now, uint64_t horizon) {
  TimedPort &port = ports[actor - groups.size()];
  while (now < horizon)
    now = visitPort(port, now);
  clock[actor] = horizon;
  if (now != kNeverCycle)
    wake(actor, now);
}
