//===- TimedStreams.cpp - when elements arrive and fit ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Timing.h"

using namespace wafer;
using namespace wafer::exec;

/// More elements than this between a writer and a reader are no limit.
static constexpr uint64_t kMostPlaces = 1 << 12;

void CycleRing::reserve(uint64_t count) {
  uint64_t size = std::max<uint64_t>(ring.size(), 16);
  while (size < count)
    size *= 2;
  std::vector<uint64_t> larger(size);
  for (uint64_t i = begin; i < end; ++i)
    larger[i & (size - 1)] = (*this)[i];
  ring = std::move(larger);
}

//===----------------------------------------------------------------------===//
// Connections
//===----------------------------------------------------------------------===//

/// Who writes and who reads in an epoch. Nothing is on its way.
void Timing::connect(unsigned epoch) {
  for (const TimedReader &reader : readers)
    if (reader.log)
      switchedTaken[{reader.group, reader.colour}] += reader.taken.end;
  this->epoch = epoch;
  streams.clear();
  readers.clear();
  switchedStreams.clear();
  for (TimedPort &port : ports)
    for (TimedPort::Feeds &feeds : port.feeds)
      feeds.stream = kNoIndex;
  for (TimedGroup &group : groups) {
    group.readers.assign(machine.colours, kNoIndex);
    group.writes.assign(machine.colours, kNoIndex);
  }
  for (uint32_t id = 0; id < groups.size(); ++id)
    for (unsigned colour : reads[groups[id].program].set_bits()) {
      if (sources.isSwitched(colour))
        connectSwitched(id, colour);
      else
        connectReader(id, colour);
    }
  uint64_t shortest = 16;
  for (const TimedReader &reader : readers)
    shortest = std::min({shortest, reader.latency, reader.back});
  // Counted in windows from here on.
  uint64_t now = getNow();
  windowCycles = std::max<uint64_t>(shortest, 1);
  window = now / windowCycles;
}

uint32_t Timing::addStream(uint32_t actor) {
  streams.emplace_back().actor = actor;
  streams.back().leaves.reserve(16);
  return streams.size() - 1;
}

uint32_t Timing::streamOfGroup(uint32_t id, unsigned colour) {
  uint32_t &stream = groups[id].writes[colour];
  if (stream != kNoIndex)
    return stream;
  stream = addStream(id);
  uint64_t places = machine.linkBuffer + machine.ramp - 1;
  limit(streams[stream], places, machine.ramp + 1);
  if (sources.isSwitched(colour)) {
    streams[stream].isSwitched = true;
    int32_t source = grouping.groups[id].lanes.front();
    switchedStreams[{colour, source}] = stream;
  }
  return stream;
}

uint32_t Timing::streamOfPort(uint32_t portGroup) {
  for (auto [i, port] : llvm::enumerate(ports))
    for (TimedPort::Feeds &feeds : port.feeds)
      if (feeds.portGroup == portGroup) {
        if (feeds.stream == kNoIndex)
          feeds.stream = addStream(groups.size() + i);
        return feeds.stream;
      }
  llvm_unreachable("every port group belongs to a port");
}

/// A stage that holds `places` elements, each for `period` cycles at least,
/// slows all of them down.
void Timing::limit(TimedStream &stream, uint64_t places, uint64_t period) {
  if (isUnbounded || places >= period)
    return;
  if (!stream.places || places * stream.period < stream.places * period) {
    stream.places = places;
    stream.period = period;
  }
}

void Timing::connectReader(uint32_t id, unsigned colour) {
  const Grouping::Members &members = grouping.groups[id];
  const ColourSources &table = sources.get(epoch, colour);
  Source source = table.getSource(members.lanes.front());
  uint32_t stream = kNoIndex;
  if (source.isPort())
    stream = streamOfPort(grouping.portGroupOf[source.getPort()]);
  else if (source.isPE() && grouping.groupOf[source.id] != UINT32_MAX)
    stream = streamOfGroup(grouping.groupOf[source.id], colour);
  else
    return;
  uint64_t hops = 0;
  for (uint32_t pe : members.lanes)
    hops = std::max<uint64_t>(hops, table.getHops(pe));
  bool isPort = source.isPort();
  groups[id].readers[colour] = readers.size();
  streams[stream].readers.push_back(readers.size());
  TimedReader &reader = readers.emplace_back();
  reader.group = id;
  reader.stream = stream;
  reader.colour = colour;
  reader.latency = hops * machine.hop + machine.ramp * (isPort ? 1 : 2);
  reader.back = hops + (isPort ? 1 : 3);
  uint64_t ofLink = machine.linkBuffer + machine.hop - 1;
  reader.places =
      hops * ofLink + (isPort ? 0 : machine.linkBuffer + machine.ramp - 1);
  if (hops > 0)
    limit(streams[stream], ofLink, machine.hop + 1);
  uint64_t most = reader.places + machine.ramp +
                  *llvm::max_element(machine.inDepths) +
                  *llvm::max_element(machine.outDepths);
  if (isUnbounded || most > kMostPlaces)
    reader.places = kNeverCycle;
  else
    reader.taken.reserve(most + 1);
}

/// What routers with positions deliver is known from the run.
void Timing::connectSwitched(uint32_t id, unsigned colour) {
  auto log = deliveries->find({id, colour});
  if (log == deliveries->end())
    return;
  groups[id].readers[colour] = readers.size();
  TimedReader &reader = readers.emplace_back();
  reader.group = id;
  reader.colour = colour;
  reader.log = &log->second;
  auto taken = switchedTaken.find({id, colour});
  reader.logBegin = taken == switchedTaken.end() ? 0 : taken->second;
  reader.latency = 2 * machine.ramp;
  reader.back = kNeverCycle;
  for (const Delivery &delivery : log->second)
    if (Source source{delivery.source}; source.isPort())
      switchedStreams[{colour, delivery.source}] =
          streamOfPort(grouping.portGroupOf[source.getPort()]);
    else
      streamOfGroup(grouping.groupOf[source.id], colour);
  for (auto &[key, stream] : switchedStreams)
    streams[stream].isSwitched = true;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// The first beat that can take an element that is not taken yet; kNeverCycle
/// if it has not left its writer: the group is woken when it does.
uint64_t Timing::arrivalOf(uint32_t id, uint64_t element) {
  TimedReader &reader = readers[id];
  if (reader.log)
    return switchedArrivalOf(id, element);
  TimedStream &stream = streams[reader.stream];
  if (element < stream.leaves.end)
    return stream.leaves[element] + reader.latency;
  if (!reader.isWaiting)
    ++stream.numWaiting;
  reader.isWaiting = true;
  return kNeverCycle;
}

uint64_t Timing::switchedArrivalOf(uint32_t id, uint64_t element) {
  TimedReader &reader = readers[id];
  if (reader.logBegin + element >= reader.log->size())
    return kNeverCycle;
  const Delivery &delivery = (*reader.log)[reader.logBegin + element];
  TimedStream &stream =
      streams[switchedStreams[{reader.colour, delivery.source}]];
  if (delivery.element >= stream.leaves.end) {
    if (!reader.isWaiting) {
      stream.readers.push_back(id);
      ++stream.numWaiting;
    }
    reader.isWaiting = true;
    return kNeverCycle;
  }
  uint64_t ramps = Source{delivery.source}.isPort() ? 1 : 2;
  return std::max(reader.lastArrival + 1, stream.leaves[delivery.element] +
                                              ramps * machine.ramp +
                                              delivery.hops * machine.hop);
}

/// The first beat that can send the next element; kNeverCycle while a reader
/// has to take one first.
uint64_t Timing::nextSend(TimedStream &stream, uint64_t now) {
  uint64_t element = stream.leaves.end, from = 0;
  if (stream.queueDepth && element >= stream.queueDepth)
    from = stream.leaves[element - stream.queueDepth] + 1;
  if (element < stream.freeUpTo || isUnbounded || stream.isSwitched)
    return from;
  return std::max(from, nextCredit(stream, element, now));
}

/// The readers' part in that.
uint64_t Timing::nextCredit(TimedStream &stream, uint64_t element,
                            uint64_t now) {
  uint64_t from = 0, freeUpTo = kNeverCycle;
  for (uint32_t id : stream.readers) {
    const TimedReader &reader = readers[id];
    if (reader.places == kNeverCycle)
      continue;
    uint64_t capacity = reader.places + reader.queuePlaces + stream.queueDepth;
    uint64_t taken = reader.taken.end, needed = 0;
    if (element >= capacity) {
      needed = element - capacity + 1;
      if (taken < needed) {
        stream.isWaiting = true;
        return kNeverCycle;
      }
      from = std::max(from, reader.taken[needed - 1] + reader.back);
    }
    // What the latest takings let go on may not do so yet.
    while (taken > needed && reader.taken[taken - 1] + reader.back > now)
      --taken;
    freeUpTo = std::min(freeUpTo, taken + capacity);
  }
  // Before `from` the question is asked again.
  if (from <= now)
    stream.freeUpTo = freeUpTo;
  return from;
}

/// Forgets elements that all readers have taken, or takes more memory.
void Timing::makeRoom(TimedStream &stream) {
  uint64_t first = stream.leaves.end;
  uint64_t kept = std::max(stream.queueDepth, stream.places) + 1;
  first -= std::min(first, kept);
  for (uint32_t id : stream.readers)
    first = std::min(first, readers[id].taken.end);
  if (stream.isSwitched)
    first = 0;
  stream.leaves.begin = first;
  uint64_t count = stream.leaves.end - first;
  // Half of it should be free: this costs as much as there are readers.
  stream.leaves.reserve(2 * count + 2);
}

/// An element that leaves its queue in cycle `leave` at the earliest.
void Timing::send(TimedStream &stream, uint64_t leave) {
  uint64_t element = stream.leaves.end;
  if (element > 0)
    leave = std::max(leave, stream.leaves[element - 1] + 1);
  if (stream.places && element >= stream.places)
    leave =
        std::max(leave, stream.leaves[element - stream.places] + stream.period);
  if (stream.leaves.isFull())
    makeRoom(stream);
  stream.leaves.push(leave);
  if (!stream.numWaiting)
    return;
  stream.numWaiting = 0;
  for (uint32_t id : stream.readers) {
    TimedReader &reader = readers[id];
    if (!reader.isWaiting)
      continue;
    reader.isWaiting = false;
    wake(reader.group, leave + (reader.log ? 1 : reader.latency));
  }
  if (stream.isSwitched)
    stream.readers.clear();
}

/// A beat takes the reader's next element.
void Timing::take(TimedReader &reader, uint64_t now) {
  if (reader.log) {
    reader.lastArrival = now;
    ++reader.taken.end;
    return;
  }
  if (reader.places == kNeverCycle) {
    ++reader.taken.end;
    return;
  }
  if (reader.taken.isFull())
    ++reader.taken.begin;
  reader.taken.push(now);
  TimedStream &stream = streams[reader.stream];
  if (stream.isWaiting) {
    stream.isWaiting = false;
    wake(stream.actor, now + reader.back);
  }
}
