//===- TimedThreads.cpp - threads of a PE, beat by beat ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Timing.h"

using namespace wafer;
using namespace wafer::exec;

using State = TimedThread::State;
using Kind = Instruction::Kind;

/// Runs a group from its next visit, in cycle `now`, up to the horizon.
void Timing::runGroup(uint32_t id, uint64_t now, uint64_t horizon) {
  while (now < horizon)
    now = visitGroup(id, now);
  clock[id] = horizon;
  if (now != kNeverCycle)
    wake(id, now);
}

/// One cycle: threads go on to their next instructions, one of them beats. The
/// next cycle in which anything can happen.
uint64_t Timing::visitGroup(uint32_t id, uint64_t now) {
  TimedGroup &group = groups[id];
  if (group.bulkThread != kNoIndex) {
    TimedThread &thread = group.threads[group.bulkThread];
    thread.beats -= now - group.bulkFrom;
    if (thread.beats <= 0)
      end(group, group.bulkThread, now);
    group.bulkThread = kNoIndex;
  }
  if (now >= group.due)
    stepThreads(id, now);
  unsigned last = group.lastThread, count = group.threads.size();
  unsigned ready = 0, bulk = kNoIndex, chosen = kNoIndex;
  uint64_t next = kNeverCycle;
  // What the thread can do from the next cycle on.
  auto plan = [&](unsigned index) {
    TimedThread &thread = group.threads[index];
    uint64_t cycle = std::max(nextBeat(thread, now), now + 1);
    if (cycle == now + 1) {
      ++ready;
      if (!thread.usesFabric) {
        bulk = index;
        return;
      }
    }
    next = std::min(next, cycle);
  };
  for (unsigned i = 1; i <= count; ++i) {
    unsigned turn = last + i < count ? last + i : last + i - count;
    TimedThread &thread = group.threads[turn];
    if (thread.state != State::Running)
      continue;
    if (chosen == kNoIndex && nextBeat(thread, now) <= now) {
      chosen = group.lastThread = turn;
      beat(group, turn, now);
      if (thread.state != State::Running)
        continue;
    }
    plan(turn);
  }
  next = std::min(next, std::max(group.due, now + 1));
  if (bulk == kNoIndex)
    return next;
  if (ready > 1 || next == now + 1)
    return now + 1;
  // A thread that beats on memory alone, while no other can, is left to itself
  // until it ends.
  group.bulkThread = group.lastThread = bulk;
  group.bulkFrom = now + 1;
  return std::min<uint64_t>(next, now + 1 + group.threads[bulk].beats);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void Timing::stepThreads(uint32_t id, uint64_t now) {
  TimedGroup &group = groups[id];
  bool again = true;
  while (again) {
    again = false;
    // The main thread last: it sees the microthreads that end in this cycle.
    for (unsigned i = group.threads.size(); i-- > 0;) {
      TimedThread &thread = group.threads[i];
      bool isDue = thread.state == State::Timed && thread.until <= now;
      if (!isDue && thread.state != State::Waiting)
        continue;
      State before = thread.state;
      fetch(id, i, now);
      again |= thread.state != before || isDue;
    }
  }
  group.due = kNeverCycle;
  for (const TimedThread &thread : group.threads)
    if (thread.state == State::Timed)
      group.due = std::min(group.due, thread.until);
}

bool Timing::areIdle(const TimedGroup &group, uint64_t microthreads) const {
  for (unsigned i = 1; i < group.threads.size(); ++i)
    if ((microthreads >> (i - 1) & 1) && group.threads[i].state != State::Idle)
      return false;
  return true;
}

/// Runs a thread's control instructions, up to one that takes time.
void Timing::fetch(uint32_t id, unsigned index, uint64_t now) {
  TimedGroup &group = groups[id];
  TimedThread &thread = group.threads[index];
  llvm::ArrayRef<Instruction> code = programs[group.program].code;
  while (true) {
    int64_t iterations = 0;
    const Instruction &in = thread.control.skipLoops(code, iterations);
    thread.instruction = &in;
    uint64_t from = now + iterations * machine.loop;
    if (in.kind == Kind::Vector || in.kind == Kind::Control)
      return startVector(group, index, from);
    if (from > now) { // The rest acts when the loop's own time has passed.
      thread.state = State::Timed;
      thread.until = from;
      return;
    }
    switch (in.kind) {
    case Kind::EndThread:
      thread.state = State::Idle;
      running -= index == 0;
      lastEnd = std::max(lastEnd, now);
      group.ended = std::max(group.ended, now);
      return;
    case Kind::Await:
      thread.state = State::Waiting;
      if (!areIdle(group, in.threads))
        return;
      ++thread.control.pc;
      break;
    case Kind::Barrier:
      thread.state = State::Waiting;
      if (!areIdle(group, ~uint64_t(0)))
        return;
      thread.state = State::AtBarrier;
      ++atBarrier;
      lastEnd = std::max(lastEnd, now);
      return;
    case Kind::Async:
      thread.state = State::Waiting;
      if (!startAsync(group, thread, now) || machine.async > 0)
        return;
      break;
    default:
      assert(in.kind == Kind::Bind && "loops are skipped");
      bind(group, in, now);
      ++thread.control.pc;
      break;
    }
  }
}

/// E11, E51. False while the microthread is busy.
bool Timing::startAsync(TimedGroup &group, TimedThread &main, uint64_t now) {
  const Instruction &in = *main.instruction;
  TimedThread &micro = group.threads[1 + in.thread];
  if (micro.state != State::Idle)
    return false;
  micro.control = main.control;
  ++micro.control.pc;
  micro.state = State::Timed;
  micro.until = now;
  main.control.pc = in.target;
  main.state = State::Timed;
  main.until = now + machine.async;
  return true;
}

/// E35: the queue's places count from now on.
void Timing::bind(TimedGroup &group, const Instruction &in, uint64_t now) {
  unsigned queue = in.destination.queue;
  if (!in.isInput) {
    group.outColours[queue] = in.colour;
    uint32_t stream = streamOfGroup(&group - groups.data(), in.colour);
    streams[stream].queueDepth = isUnbounded ? 0 : machine.outDepths[queue];
    return;
  }
  int16_t &colour = group.inColours[queue];
  if (colour == static_cast<int16_t>(in.colour))
    return;
  if (colour >= 0 && group.readers[colour] != kNoIndex)
    readers[group.readers[colour]].queuePlaces = 0;
  colour = in.colour;
  if (group.readers[colour] == kNoIndex)
    return;
  TimedReader &reader = readers[group.readers[colour]];
  reader.queuePlaces = machine.inDepths[queue] + machine.ramp - 1;
  if (reader.log)
    return;
  TimedStream &stream = streams[reader.stream];
  limit(stream, reader.queuePlaces, machine.ramp + 1);
  if (stream.isWaiting) {
    stream.isWaiting = false;
    wake(stream.actor, now + reader.back);
  }
}

//===----------------------------------------------------------------------===//
// Beats
//===----------------------------------------------------------------------===//

/// Starts a vector instruction or a control wavelet (E50, E51).
void Timing::startVector(TimedGroup &group, unsigned index, uint64_t from) {
  TimedThread &thread = group.threads[index];
  const Instruction &in = *thread.instruction;
  thread.until = from + (index == 0 ? machine.setup : machine.async);
  thread.state = State::Running;
  thread.next = in.usesFabric ? kNeverCycle : thread.until;
  thread.isControl = in.kind == Kind::Control;
  thread.usesFabric = in.usesFabric;
  thread.beats = 1;
  int64_t inner = 1;
  for (const Expr &extent : in.extents) {
    inner = std::max<int64_t>(0, extent.eval(thread.control.values));
    thread.beats *= inner;
  }
  if (!in.usesFabric && thread.beats)
    thread.beats = thread.beats / inner * ((inner + in.rate - 1) / in.rate);
  thread.readers.fill(kNoIndex);
  unsigned next = 0;
  for (unsigned i = 0; i < in.numSources; ++i)
    if (in.sources[i].kind == Operand::Kind::Queue)
      thread.readers[next++] =
          group.readers[group.inColours[in.sources[i].queue]];
  thread.readsTwice = next == 2 && thread.readers[0] == thread.readers[1];
  thread.stream = kNoIndex;
  if (in.destination.kind == Operand::Kind::Queue)
    thread.stream = group.writes[group.outColours[in.destination.queue]];
  ++thread.control.pc;
  Point p = group.p;
  if (options.trace)
    options.trace->instructionStarted(p, index, in.op, thread.until);
  if (thread.beats > 0)
    return;
  thread.state = State::Timed; // E2: nothing is done, the set-up is paid.
  if (options.trace)
    options.trace->instructionEnded(p, index, in.op, thread.until);
}

void Timing::end(TimedGroup &group, unsigned index, uint64_t cycle) {
  TimedThread &thread = group.threads[index];
  thread.state = State::Timed;
  thread.until = cycle + (thread.usesFabric ? machine.completion : 0);
  group.due = std::min(group.due, thread.until);
  if (options.trace)
    options.trace->instructionEnded(group.p, index, thread.instruction->op,
                                    thread.until);
}

/// The first cycle in which a running thread can beat, as far as is known;
/// kNeverCycle if something must wake it (E50).
uint64_t Timing::nextBeat(TimedThread &thread, uint64_t now) {
  if (thread.next != kNeverCycle)
    return thread.next;
  uint64_t cycle = thread.until;
  for (unsigned i = 0; i < 2 && thread.readers[i] != kNoIndex; ++i) {
    uint64_t element = readers[thread.readers[i]].taken.end;
    uint64_t arrival =
        arrivalOf(thread.readers[i], element + (i && thread.readsTwice));
    if (arrival == kNeverCycle)
      return kNeverCycle;
    cycle = std::max(cycle, arrival);
  }
  if (thread.stream != kNoIndex)
    cycle = std::max(cycle, nextSend(streams[thread.stream], now));
  return thread.next = cycle;
}

void Timing::beat(TimedGroup &group, unsigned index, uint64_t now) {
  TimedThread &thread = group.threads[index];
  if (thread.usesFabric) {
    thread.next = kNeverCycle;
    for (uint32_t reader : thread.readers)
      if (reader != kNoIndex)
        take(readers[reader], now);
    if (thread.stream != kNoIndex && !thread.isControl)
      send(streams[thread.stream], now + 1);
  }
  if (--thread.beats == 0)
    end(group, index, now + 1);
}
