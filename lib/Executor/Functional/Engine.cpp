//===- Engine.cpp - schedules groups and launches ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"
#include "wafer/Executor/Functional/Functional.h"
#include <chrono>

using namespace wafer;
using namespace wafer::exec;

using State = LaneThread::State;

Engine::Engine(const LoadedModule &module, HostMemory &memory,
               const RunOptions &options, RunResult &result)
    : module(module), machine(module.machine), memory(memory), options(options),
      result(result), routeMap(module), ports(collectPortStreams(module)),
      sources(module, routeMap, ports),
      grouping(makeGroups(module, sources, ports)),
      timing(module, sources, grouping, ports, options) {
  for (Grouping::Members &members : grouping.groups) {
    Group &group = groups.emplace_back();
    const Program &program = module.programs[members.program];
    group.program = members.program;
    group.pes = members.lanes;
    group.memory.assign((program.memoryEnd - program.memoryBegin) / 4 *
                            group.lanes(),
                        0xFFFFFFFF); // E4
    unsigned threads = 1;
    for (const Instruction &instruction : program.code)
      if (instruction.kind == Instruction::Kind::Async)
        threads = std::max(threads, 2 + instruction.thread);
    group.threads.resize(threads);
    group.inColours.assign(machine.inDepths.size(), -1);
    group.outColours.assign(machine.outDepths.size(), -1);
    group.readers.resize(machine.colours);
    group.writes.assign(machine.colours, UINT32_MAX);
  }
  for (Grouping::Members &members : grouping.portGroups)
    feeds.emplace_back().ports = members.lanes;
}

std::string Engine::nameOf(const Group &group) const {
  std::string text;
  llvm::raw_string_ostream(text)
      << "PE " << pointOf(group.pes.front()) << " of program @"
      << module.programs[group.program].name;
  return text;
}

void Engine::run() {
  enterEpoch(0);
  for (launch = 0; launch < module.launches; ++launch)
    if (!copyHost(/*stores=*/false, launch) || !runLaunch(launch) ||
        !copyHost(/*stores=*/true, launch))
      return;
}

bool Engine::copyHost(bool stores, int64_t launch) {
  for (Group &group : groups) {
    const Program &program = module.programs[group.program];
    for (const HostCopy &copy : program.copies) {
      if (copy.isStore != stores || (copy.once && launch > 0))
        continue;
      Tensor &host = memory[copy.host];
      for (auto [lane, pe] : llvm::enumerate(group.pes))
        if (llvm::Error error =
                copyForPE(copy, host,
                          {group.memory.data() + lane, group.lanes(),
                           program.memoryBegin},
                          pointOf(pe), launch, result.hostCopyBytes)) {
          fail(FailureKind::BadAccess, llvm::toString(std::move(error)));
          return false;
        }
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

/// E41: routes of an epoch; who reads from whom follows.
void Engine::enterEpoch(unsigned newEpoch) {
  epoch = newEpoch;
  streams.clear();
  infos.clear();
  switchRouters.clear();
  switchedSent.clear();
  for (FeedRun &feed : feeds)
    feed.stream = UINT32_MAX;
  for (Group &group : groups) {
    group.readers.assign(machine.colours, Reader());
    group.writes.assign(machine.colours, UINT32_MAX);
  }
  for (uint32_t id = 0; id < groups.size(); ++id) {
    for (unsigned colour : getBoundColours(module.programs[groups[id].program],
                                           /*inputs=*/true, machine.colours)
                               .set_bits())
      connect(id, colour);
  }
}

/// Gives a group its reader of a colour.
void Engine::connect(uint32_t id, unsigned colour) {
  Group &group = groups[id];
  Reader &reader = group.readers[colour];
  if (sources.isSwitched(colour)) { // Its own stream, which the routers fill.
    reader.stream = streams.size();
    streams.emplace_back(1);
    infos.push_back({0, colour, nullptr, nameOf(group)});
  } else {
    const ColourSources &table = sources.get(epoch, colour);
    Source first = table.getSource(group.pes.front());
    if (first.isPort())
      reader.stream = streamOfPorts(grouping.portGroupOf[first.getPort()]);
    else if (first.isPE() && grouping.groupOf[first.id] != UINT32_MAX)
      reader.stream = streamOfGroup(grouping.groupOf[first.id], colour);
    else
      return;
    bool allSame = true,
         isIdentity = group.lanes() == streams[reader.stream].getLanes();
    for (uint32_t lane = 0; lane < group.lanes(); ++lane) {
      Source source = table.getSource(group.pes[lane]);
      uint32_t from = source.isPort() ? grouping.portLaneOf[source.getPort()]
                                      : grouping.laneOf[source.id];
      reader.lanes.push_back(from);
      allSame &= from == reader.lanes.front();
      isIdentity &= from == lane;
    }
    reader.lane = reader.lanes.front();
    reader.kind = isIdentity ? Reader::Kind::Same
                  : allSame  ? Reader::Kind::Scalar
                             : Reader::Kind::Gather;
    if (reader.kind != Reader::Kind::Gather)
      reader.lanes.clear();
  }
  streams[reader.stream].readers.push_back({id, colour});
}

uint32_t Engine::streamOfGroup(uint32_t id, unsigned colour) {
  Group &group = groups[id];
  uint32_t &stream = group.writes[colour];
  if (stream != UINT32_MAX)
    return stream;
  stream = streams.size();
  streams.emplace_back(group.lanes());
  StreamInfo info{0, colour, nullptr, nameOf(group)};
  const ColourSources &table = sources.get(epoch, colour);
  for (uint32_t pe : group.pes) {
    Source self{static_cast<int32_t>(pe)};
    if (!module.streams.empty()) {
      const StreamChannels &channels = module.streams[colour];
      info.hasNoRoute |= channels.side || !channels.isSource[pe];
    } else {
      const Route *route = routeMap.find(epoch, colour, pointOf(pe));
      info.hasNoRoute |= !route;
      info.isNotLive |=
          route && route->positions.front().input != Direction::Ramp;
    }
    info.links += table.getLinks(self);
    const Leak *leak = table.getLeak(self);
    if (leak && (!info.leak || leak->isBadRoute))
      info.leak = leak;
  }
  infos.push_back(info);
  return stream;
}

uint32_t Engine::streamOfPorts(uint32_t id) {
  FeedRun &feed = feeds[id];
  if (feed.stream != UINT32_MAX)
    return feed.stream;
  feed.stream = streams.size();
  streams.emplace_back(feed.ports.size());
  const PortStream &first = ports[feed.ports.front()];
  StreamInfo info{0, first.colour, nullptr,
                  "a feed: " + describe(pe::FeedOp(first.feeds.front()->op))};
  for (uint32_t port : feed.ports) {
    const ColourSources &table = sources.get(epoch, ports[port].colour);
    info.links += table.getLinks(Source::ofPort(port));
    const Leak *leak = table.getLeak(Source::ofPort(port));
    if (leak && (!info.leak || leak->isBadRoute))
      info.leak = leak;
  }
  infos.push_back(info);
  return feed.stream;
}

void Engine::wakeGroup(uint32_t id) {
  if (!groups[id].isQueued) {
    groups[id].isQueued = true;
    readyGroups.push_back(id);
  }
}

void Engine::wakeFeed(uint32_t id) {
  if (!feeds[id].isQueued) {
    feeds[id].isQueued = true;
    readyFeeds.push_back(id);
  }
}

/// Rows have been added to a stream: counts them and wakes its readers.
void Engine::announce(uint32_t id, uint64_t rows) {
  Stream &stream = streams[id];
  result.waveletHops += infos[id].links * rows;
  for (Stream::ReaderRef ref : stream.readers)
    wakeGroup(ref.group);
  if (stream.readers.empty())
    stream.dropBefore(stream.getEnd());
}

/// A reader has moved on.
void Engine::consumed(uint32_t id) {
  Stream &stream = streams[id];
  uint64_t least = stream.getEnd();
  for (Stream::ReaderRef ref : stream.readers)
    least = std::min(least, groups[ref.group].readers[ref.reader].cursor);
  stream.dropBefore(least);
  if (stream.waitingFeed != UINT32_MAX) {
    wakeFeed(stream.waitingFeed);
    stream.waitingFeed = UINT32_MAX;
  }
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

bool Engine::runLaunch(int64_t launch) {
  if (module.numEpochs > 1)
    enterEpoch(0);
  atBarrier = 0;
  switchedSent.clear();
  deliveries.clear();
  for (uint32_t id = 0; id < groups.size(); ++id) {
    Group &group = groups[id];
    llvm::fill(group.inColours, -1); // E4
    llvm::fill(group.outColours, -1);
    Point p = pointOf(group.pes.front());
    LaneThread &main = group.threads.front();
    main.state = State::Next;
    main.control.pc = 0;
    main.control.values = {p.x, p.y, launch};
    wakeGroup(id);
  }
  for (uint32_t id = 0; id < feeds.size(); ++id) {
    FeedRun &feed = feeds[id];
    feed.current = 0;
    feed.isDone = false;
    feed.cursors.clear();
    feed.words.clear();
    wakeFeed(id);
  }
  do {
    if (!runGroups())
      return false;
  } while (atBarrier == groups.size() && atBarrier > 0 && finishBarrier());
  if (result.succeeded())
    checkEnd();
  if (!result.succeeded())
    return false;
  std::optional<uint64_t> cycles = timing.run(launch, deliveries);
  if (!cycles) {
    fail(FailureKind::Stopped, "stopped in launch " + std::to_string(launch));
    return false;
  }
  result.cyclesPerLaunch.push_back(*cycles);
  result.cycles += *cycles;
  return true;
}

/// Runs groups and feeds until none can go on. Feeds run when no group can:
/// they are bounded by their readers.
bool Engine::runGroups() {
  while (!readyGroups.empty() || !readyFeeds.empty()) {
    if (!readyGroups.empty()) {
      uint32_t id = readyGroups.front();
      readyGroups.pop_front();
      groups[id].isQueued = false;
      runGroup(id);
    } else {
      uint32_t id = readyFeeds.front();
      readyFeeds.pop_front();
      feeds[id].isQueued = false;
      runFeed(id);
    }
    if (options.progress)
      options.progress(launch, 0);
    if (options.stop && *options.stop)
      fail(FailureKind::Stopped, "stopped in launch " + std::to_string(launch));
    if (!result.succeeded())
      return false;
  }
  return true;
}

/// E41.
bool Engine::finishBarrier() {
  if (uint64_t left = countUnread(/*report=*/false, FailureKind::NotDrained);
      left + stuck > 0) {
    fail(FailureKind::NotDrained,
         std::to_string(left + stuck) + " wavelets are left at a barrier");
    countUnread(/*report=*/true, FailureKind::NotDrained);
    return false;
  }
  atBarrier = 0;
  enterEpoch(groups.front().threads.front().instruction->epoch);
  for (uint32_t id = 0; id < groups.size(); ++id) {
    llvm::fill(groups[id].inColours, -1);
    llvm::fill(groups[id].outColours, -1);
    LaneThread &main = groups[id].threads.front();
    ++main.control.pc;
    main.state = State::Next;
    wakeGroup(id);
  }
  for (uint32_t id = 0; id < feeds.size(); ++id)
    wakeFeed(id);
  return true;
}

using Clock = std::chrono::steady_clock;

static double secondsBetween(Clock::time_point a, Clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

static RunResult runLoaded(llvm::Expected<LoadedModule> module,
                           Clock::time_point begin, HostMemory &memory,
                           const RunOptions &options) {
  RunResult result;
  if (!module) {
    result.fail(FailureKind::BadModule, llvm::toString(module.takeError()));
    return result;
  }
  if (llvm::Error error = memory.prepare(*module)) {
    result.fail(FailureKind::BadModule, llvm::toString(std::move(error)));
    return result;
  }
  summarise(*module, result);
  Engine engine(*module, memory, options, result);
  auto loaded = Clock::now();
  engine.run();
  finishSummary(*module, result);
  result.loadSeconds = secondsBetween(begin, loaded);
  result.runSeconds = secondsBetween(loaded, Clock::now());
  return result;
}

RunResult exec::runFunctional(pe::ModuleOp op, HostMemory &memory,
                              const RunOptions &options) {
  auto begin = Clock::now();
  return runLoaded(loadModule(op), begin, memory, options);
}

RunResult exec::runFunctional(mesh::ProgramOp op, HostMemory &memory,
                              const RunOptions &options) {
  auto begin = Clock::now();
  return runLoaded(loadProgram(op), begin, memory, options);
}
