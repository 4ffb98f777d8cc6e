//===- Connect.cpp - ties groups and ports to streams -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

uint32_t Engine::addStream(uint32_t lanes, StreamInfo info) {
  streams.emplace_back(lanes);
  infos.push_back(std::move(info));
  return streams.size() - 1;
}

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
    group.readers.clear();
    group.readers.resize(machine.colours);
    group.writes.assign(machine.colours, UINT32_MAX);
  }
  for (uint32_t id = 0; id < groups.size(); ++id) {
    const Program &program = programs[groups[id].program];
    for (unsigned colour :
         getBoundColours(program, /*inputs=*/true, machine.colours).set_bits())
      connect(id, colour);
    for (unsigned colour :
         getBoundColours(program, /*inputs=*/false, machine.colours).set_bits())
      if (!sources.isSwitched(colour))
        streamOfGroup(id, colour);
  }
  for (uint32_t id = 0; id < feeds.size(); ++id) {
    FeedRun &feed = feeds[id];
    if (sources.isSwitched(fabric.ports[feed.ports.front()].colour))
      continue;
    streamOfPorts(id);
    Stream &stream = streams[feed.stream];
    if (feed.pending.empty() || stream.readers.empty())
      continue;
    uint64_t rows = feed.pending.size() / stream.getLanes();
    WordBuffer buffer = stream.obtain(rows);
    llvm::copy(feed.pending, buffer.words.get());
    stream.push(rows, std::move(buffer));
    feed.pending.clear();
  }
}

/// Gives a group its reader of a colour.
void Engine::connect(uint32_t id, unsigned colour) {
  Group &group = groups[id];
  Reader &reader = group.readers[colour];
  if (sources.isSwitched(colour)) { // Its own stream, which the routers fill.
    reader.parts.push_back({addStream(1, {0, colour, nullptr}), {{0, 0, 1}}});
    streams.back().readers.push_back({id, colour});
    return;
  }
  const ColourSources &table = sources.get(epoch, colour);
  for (uint32_t lane = 0; lane < group.lanes(); ++lane) {
    Source source = table.getSource(group.pes[lane]);
    uint32_t stream, from;
    if (source.isPort()) {
      stream = streamOfPorts(grouping.portGroupOf[source.getPort()]);
      from = grouping.portLaneOf[source.getPort()];
    } else if (source.isPE() && grouping.groupOf[source.id] != UINT32_MAX) {
      stream = streamOfGroup(grouping.groupOf[source.id], colour);
      from = grouping.laneOf[source.id];
    } else {
      reader.parts.clear(); // Nobody writes: the others have none either.
      return;
    }
    auto part = llvm::find_if(reader.parts, [&](const ReaderPart &other) {
      return other.stream == stream;
    });
    if (part == reader.parts.end()) {
      reader.parts.push_back({stream, {}});
      part = std::prev(reader.parts.end());
    }
    if (!part->runs.empty() &&
        part->runs.back().from + part->runs.back().count == from &&
        part->runs.back().to + part->runs.back().count == lane)
      ++part->runs.back().count;
    else
      part->runs.push_back({lane, from, 1});
  }
  llvm::ArrayRef<LaneRun> runs = reader.parts.front().runs;
  bool allSame = llvm::all_of(runs, [&](const LaneRun &run) {
    return run.count == 1 && run.from == runs.front().from;
  });
  reader.first = runs.front().from;
  reader.kind = reader.parts.size() > 1 ? Reader::Kind::Gather
                : allSame               ? Reader::Kind::Scalar
                : runs.size() == 1      ? Reader::Kind::Direct
                                        : Reader::Kind::Gather;
  for (const ReaderPart &part : reader.parts) {
    streams[part.stream].readers.push_back({id, colour});
    for (const LaneRun &run : part.runs)
      infos[part.stream].connected += run.count;
  }
}

/// Adds what one of a stream's sources means for it.
static void addSource(StreamInfo &info, const ColourSources &table,
                      Source source) {
  info.links += table.getLinks(source);
  info.deliveries += table.countDeliveries(source);
  const Leak *leak = table.getLeak(source);
  if (leak && (!info.leak || leak->isBadRoute))
    info.leak = leak;
}

uint32_t Engine::streamOfGroup(uint32_t id, unsigned colour) {
  Group &group = groups[id];
  uint32_t &stream = group.writes[colour];
  if (stream != UINT32_MAX)
    return stream;
  StreamInfo info{0, colour, nullptr, id};
  const ColourSources &table = sources.get(epoch, colour);
  for (uint32_t pe : group.pes) {
    if (!module.streams.empty()) {
      const StreamChannels &channels = module.streams[colour];
      info.hasNoRoute |= channels.side || !channels.isSource[pe];
    } else {
      const Route *route = fabric.routeMap.find(epoch, colour, pointOf(pe));
      info.hasNoRoute |= !route;
      info.isNotLive |=
          route && route->positions.front().input != Direction::Ramp;
    }
    addSource(info, table, Source{static_cast<int32_t>(pe)});
  }
  return stream = addStream(group.pitch, std::move(info));
}

uint32_t Engine::streamOfPorts(uint32_t id) {
  FeedRun &feed = feeds[id];
  if (feed.stream != UINT32_MAX)
    return feed.stream;
  const PortStream &first = fabric.ports[feed.ports.front()];
  StreamInfo info{0, first.colour, nullptr, UINT32_MAX, id};
  for (uint32_t port : feed.ports)
    addSource(info, sources.get(epoch, fabric.ports[port].colour),
              Source::ofPort(port));
  return feed.stream = addStream(feed.ports.size(), std::move(info));
}
