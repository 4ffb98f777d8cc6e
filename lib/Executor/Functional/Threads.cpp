//===- Threads.cpp - the control flow of lockstep groups --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

using State = LaneThread::State;
using Kind = Instruction::Kind;

/// Runs all threads of a group until all of them wait.
void Engine::runGroup(uint32_t id) {
  bool again = true;
  while (again && !hasFailed) {
    again = false;
    for (unsigned i = groups[id].threads.size(); i-- > 0 && !hasFailed;)
      again |= stepThread(id, i);
    numMoves += again;
  }
}

bool Engine::isIdle(const Group &group, uint64_t microthreads) const {
  for (unsigned i = 1; i < group.threads.size(); ++i)
    if ((microthreads >> (i - 1) & 1) && group.threads[i].state != State::Idle)
      return false;
  return true;
}

/// Runs one thread until it waits. True if it did anything.
bool Engine::stepThread(uint32_t id, unsigned index) {
  Group &group = groups[id];
  LaneThread &thread = group.threads[index];
  llvm::ArrayRef<Instruction> code = programs[group.program].code;
  bool moved = false;
  while (!hasFailed) {
    if (thread.state == State::Idle || thread.state == State::AtBarrier)
      return moved;
    if (thread.state == State::Running) {
      uint64_t before = thread.cursor.done;
      bool isDone = advanceVector(id, index);
      moved |= isDone || thread.cursor.done != static_cast<int64_t>(before);
      if (!isDone)
        return moved;
      continue;
    }
    int64_t iterations = 0;
    const Instruction &in = thread.control.skipLoops(code, iterations);
    thread.instruction = &in;
    thread.state = State::Waiting;
    switch (in.kind) {
    case Kind::Vector:
    case Kind::Control:
      if (!startVector(id, index, in))
        return false;
      moved = true;
      continue;
    case Kind::EndThread:
      thread.state = State::Idle;
      return true;
    case Kind::Await:
      if (!isIdle(group, in.threads))
        return moved;
      ++thread.control.pc;
      break;
    case Kind::Barrier:
      if (!isIdle(group, ~uint64_t(0)))
        return moved;
      thread.state = State::AtBarrier;
      ++atBarrier;
      return true;
    case Kind::Async: {
      LaneThread &micro = group.threads[1 + in.thread];
      if (micro.state != State::Idle)
        return moved;
      micro.control = thread.control;
      ++micro.control.pc;
      micro.state = State::Next;
      thread.control.pc = in.target;
      break;
    }
    default:
      assert(in.kind == Kind::Bind && "loops are skipped");
      if (!bind(group, in))
        return false;
      ++thread.control.pc;
      break;
    }
    thread.state = State::Next;
    moved = true;
  }
  return moved;
}

bool Engine::startVector(uint32_t id, unsigned index, const Instruction &in) {
  Group &group = groups[id];
  LaneThread &thread = group.threads[index];
  thread.state = State::Running;
  int outside;
  if (fixedSlots.empty()) {
    outside = thread.cursor.start(in, thread.control.values);
  } else {
    const auto &slots =
        fixedSlots[group.program][&in - programs[group.program].code.data()];
    outside = thread.cursor.start(
        in, thread.control.values,
        [&](unsigned slot, const Expr &expr) -> const Expr & {
          return slots[slot] < 0 ? expr : group.fixed[slots[slot]];
        });
  }
  if (outside >= 0) { // E20
    const Operand &operand = VectorCursor::operand(in, outside);
    fail(FailureKind::BadAccess,
         nameOf(group) + " leaves buffer @" + operand.buffer.str() + " of " +
             std::to_string(operand.size) + " elements: " + describe(in.op));
    return false;
  }
  ++thread.control.pc;
  group.counters.instructions += group.lanes();
  group.counters.elements += group.lanes() * thread.cursor.points;
  return true;
}

/// E35. Whether a queue still holds wavelets depends on when they come: the
/// cycle executor knows, this one does not.
bool Engine::bind(Group &group, const Instruction &in) {
  unsigned queue = in.destination.queue;
  int16_t colour = in.colour;
  if (!in.isInput) {
    group.outColours[queue] = colour;
    return true;
  }
  if (group.inColours[queue] == colour)
    return true;
  for (auto [other, tied] : llvm::enumerate(group.inColours))
    if (tied == colour) {
      fail(FailureKind::BadBind, nameOf(group) + ": colour " +
                                     std::to_string(colour) +
                                     " is tied to in(" + std::to_string(other) +
                                     ") already: " + describe(in.op));
      return false;
    }
  group.inColours[queue] = colour;
  return true;
}
