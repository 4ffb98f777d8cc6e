//===- Processors.cpp - gives out the beats of PEs --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A visit (1) accounts for the beats of an instruction that had the datapath to
// itself since the last visit, (2) lets threads go on to their next
// instructions, (3) gives the datapath to one thread for a beat, (4) asks for
// the next visit.
//
// An instruction on memory only computes its elements when it starts: nobody
// else touches their bytes until it has ended (E12). What remains are its
// beats.
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

using State = ThreadState;
using Beat = ThreadRun::Beat;

/// The first cycle in which the thread can beat, as far as is known; kNever if
/// something must wake it (E50).
LLVM_ATTRIBUTE_ALWAYS_INLINE uint64_t
Simulator::nextBeat(const ThreadRun &thread) const {
  uint64_t cycle = thread.until;
  if (!thread.usesFabric)
    return cycle;
  if (thread.from[0] != kNone) {
    const Buffer &queue = buffers[thread.from[0]];
    if (queue.empty())
      return kNever;
    cycle = std::max(cycle, queue.front().ready);
  }
  if (thread.from[1] != kNone) {
    const Buffer &queue = buffers[thread.from[1]];
    bool isSecond = thread.from[0] == thread.from[1];
    if (queue.count < 1u + isSecond)
      return kNever;
    cycle =
        std::max(cycle, isSecond ? queue.second().ready : queue.front().ready);
  }
  if (thread.to != kNone) {
    const Buffer &queue = buffers[thread.to];
    if (queue.isFull())
      return kNever;
    if (!queue.hasRoom(wheel.now))
      cycle = std::max(cycle, wheel.now + 1);
  }
  return cycle;
}

LLVM_ATTRIBUTE_ALWAYS_INLINE uint32_t Simulator::popInput(uint32_t queueId) {
  Buffer &queue = buffers[queueId];
  uint32_t bits = queue.front().bits;
  queue.pop(wheel.now);
  --waveletsInside;
  if (queue.hasWaiter) {
    queue.hasWaiter = false;
    wakeRouter(queue.owner, wheel.now + 1);
  }
  return bits;
}

static uint32_t readBits(const char *at, unsigned bytes) {
  uint32_t bits = 0;
  if (bytes == 4)
    std::memcpy(&bits, at, 4);
  else
    std::memcpy(&bits, at, 2);
  return bits;
}

static uint32_t compute(const ThreadRun &thread, uint32_t acc, uint32_t a,
                        uint32_t b) {
  switch (thread.beat) {
  case Beat::Copy:
    return a;
  case Beat::AddF32:
    return llvm::bit_cast<uint32_t>(
        computeElement<pe::Opcode::Add, float, float>(
            0, llvm::bit_cast<float>(a), llvm::bit_cast<float>(b)));
  case Beat::Control:
    return thread.instruction->commands;
  case Beat::Call:
    break;
  }
  return thread.fn(acc, a, b);
}

/// One point of an instruction with fabric operands.
LLVM_ATTRIBUTE_ALWAYS_INLINE void Simulator::beatFabric(uint32_t id,
                                                        ThreadRun &thread) {
  uint32_t values[2] = {0, 0};
  for (unsigned i = 0; i < 2; ++i) {
    if (thread.from[i] != kNone)
      values[i] = popInput(thread.from[i]);
    else if (thread.at[i + 1])
      values[i] = readBits(thread.at[i + 1], thread.bytesFrom);
  }
  if (char *to = thread.at[0]) {
    uint32_t bits =
        compute(thread, readBits(to, thread.bytesTo), values[0], values[1]);
    std::memcpy(to, &bits, thread.bytesTo == 4 ? 4 : 2);
  } else if (thread.to != kNone) {
    Buffer &queue = buffers[thread.to];
    queue.push({wheel.now + 1, compute(thread, 0, values[0], values[1]),
                static_cast<uint8_t>(queue.colour),
                thread.beat == Beat::Control});
    ++waveletsInside;
    wakeRamp(id, wheel.now + 1);
  }
  if (--thread.rowLeft == 0)
    return nextRow(id, thread);
  for (unsigned i = 0; i < 3; ++i)
    thread.at[i] += thread.step[i];
}

/// Goes to the first point of the next row.
void Simulator::nextRow(uint32_t id, ThreadRun &thread) {
  VectorCursor &cursor = rests[&thread - threads.data()].cursor;
  const Instruction &in = *thread.instruction;
  for (unsigned i = 0; i <= in.numSources; ++i)
    if (VectorCursor::operand(in, i).kind == Operand::Kind::Memory)
      cursor.element[i] +=
          (cursor.extents[3] - 1) * VectorCursor::operand(in, i).strides[3];
  cursor.index[3] = cursor.extents[3] - 1;
  cursor.step();
  thread.rowLeft = cursor.extents[3];
  for (unsigned i = 0; i <= in.numSources; ++i) {
    const Operand &operand = VectorCursor::operand(in, i);
    if (operand.kind == Operand::Kind::Memory)
      thread.at[i] = addressOf(id, operand) +
                     cursor.element[i] * int64_t(getBytes(operand.type));
  }
}

/// Asks for the next visit. A thread that beats on memory alone, while no other
/// can, needs none until it ends.
LLVM_ATTRIBUTE_ALWAYS_INLINE void Simulator::planVisit(uint32_t id) {
  ProcessorState &pe = processors[id];
  ThreadRun *first = &threads[pe.firstThread];
  uint64_t soon = wheel.now + 1, next = kNever;
  unsigned ready = 0, bulk = kNone;
  for (unsigned i = 0; i < pe.numThreads; ++i) {
    const ThreadRun &thread = first[i];
    if (thread.state == State::Timed) {
      next = std::min(next, std::max(thread.until, soon));
    } else if (thread.state == State::Running) {
      uint64_t cycle = std::max(nextBeat(thread), soon);
      if (cycle == soon) {
        ++ready;
        if (!thread.usesFabric) {
          bulk = i;
          continue;
        }
      }
      next = std::min(next, cycle);
    }
  }
  if (bulk != kNone) {
    if (ready == 1 && next > soon) {
      pe.bulkThread = bulk;
      pe.bulkFrom = soon;
      pe.lastThread = bulk;
      next = std::min<uint64_t>(next, soon + first[bulk].beats);
    } else {
      next = soon;
    }
  }
  if (next != kNever)
    wakeProcessor(id, next);
}

/// Threads that are ready take turns (E50). kNone if there is none.
LLVM_ATTRIBUTE_ALWAYS_INLINE unsigned
Simulator::chooseThread(const ProcessorState &pe,
                        const ThreadRun *first) const {
  for (unsigned turn = pe.lastThread + 1; turn < pe.numThreads; ++turn)
    if (first[turn].state == State::Running &&
        nextBeat(first[turn]) <= wheel.now)
      return turn;
  for (unsigned turn = 0; turn <= pe.lastThread; ++turn)
    if (first[turn].state == State::Running &&
        nextBeat(first[turn]) <= wheel.now)
      return turn;
  return kNone;
}

/// The same as a visit does below, for a PE whose only thread streams. False,
/// with nothing done, where the instruction ends with this beat.
LLVM_ATTRIBUTE_ALWAYS_INLINE bool Simulator::beatAlone(uint32_t id,
                                                       ThreadRun &thread) {
  if (thread.beats == 1)
    return false;
  uint64_t next = nextBeat(thread);
  if (next <= wheel.now) {
    beatFabric(id, thread);
    --thread.beats;
    next = nextBeat(thread);
  }
  if (next != kNever)
    wakeProcessor(id, std::max(next, wheel.now + 1));
  return true;
}

LLVM_ATTRIBUTE_ALWAYS_INLINE void Simulator::visitProcessor(uint32_t id) {
  ProcessorState &pe = processors[id];
  if (pe.wakeAt != wheel.now)
    return;
  pe.wakeAt = kNever;
  ThreadRun *first = &threads[pe.firstThread];
  if (pe.bulkThread != kNone) {
    ThreadRun &thread = first[pe.bulkThread];
    thread.beats -= wheel.now - pe.bulkFrom;
    if (thread.beats <= 0)
      endInstruction(id, pe.bulkThread, wheel.now);
    pe.bulkThread = kNone;
  }
  if (pe.numThreads == 1 && first->state == State::Running &&
      first->usesFabric && beatAlone(id, *first))
    return;
  for (unsigned i = 0; i < pe.numThreads; ++i)
    if (isDue(first[i])) {
      if (!stepThreads(id))
        return;
      break;
    }
  unsigned chosen = chooseThread(pe, first);
  if (chosen != kNone) {
    pe.lastThread = chosen;
    if (first[chosen].usesFabric)
      beatFabric(id, first[chosen]);
    if (--first[chosen].beats == 0)
      endInstruction(id, chosen, wheel.now + 1);
  }
  planVisit(id);
}

void Simulator::visitProcessors() {
  wheel.forEach(
      Wheel::Processor, [&](uint32_t id) { visitProcessor(id); },
      [&](unsigned stage, uint32_t id) {
        if (stage == 0)
          return __builtin_prefetch(&processors[id], 1);
        const ProcessorState &pe = processors[id];
        const ThreadRun *thread = &threads[pe.firstThread];
        if (stage == 1) {
          for (unsigned i = 0; i < pe.numThreads; ++i) {
            __builtin_prefetch(thread + i, 1);
            __builtin_prefetch(reinterpret_cast<const char *>(thread + i) + 64,
                               1);
          }
          return;
        }
        for (unsigned i = 0; i < pe.numThreads; ++i)
          if (thread[i].state == State::Running && thread[i].usesFabric) {
            buffers.fetch(thread[i].from[0]);
            buffers.fetch(thread[i].from[1]);
            buffers.fetch(thread[i].to);
            for (const char *at : thread[i].at)
              __builtin_prefetch(at, 1);
          }
      });
}
