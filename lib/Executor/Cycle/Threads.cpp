//===- Threads.cpp - runs the programs of PEs -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

using State = ThreadState;
using Kind = Instruction::Kind;
using Beat = ThreadRun::Beat;

/// Lets threads go on whose time has come. False if the run failed.
bool Simulator::stepThreads(uint32_t id) {
  ThreadRun *first = &threads[processors[id].firstThread];
  bool again = true;
  while (again) {
    again = false;
    // The main thread last: it sees the microthreads that end in this cycle.
    for (unsigned i = processors[id].numThreads; i-- > 0;) {
      ThreadRun &thread = first[i];
      if (!isDue(thread))
        continue;
      State before = thread.state;
      if (!fetch(id, i))
        return false;
      again |= thread.state != before || before == State::Timed;
    }
  }
  return true;
}

bool Simulator::areIdle(uint32_t id, uint64_t microthreads) const {
  const ProcessorState &pe = processors[id];
  const std::vector<unsigned> &names = layoutOf(id).threadNames;
  for (unsigned i = 1; i < pe.numThreads; ++i)
    if ((microthreads >> (names[i] - 1) & 1) &&
        threads[pe.firstThread + i].state != State::Idle)
      return false;
  return true;
}

/// Runs a thread's control instructions of this cycle, up to one that takes
/// time.
bool Simulator::fetch(uint32_t id, unsigned index) {
  const ProcessorState &pe = processors[id];
  ThreadRun &thread = threads[pe.firstThread + index];
  ThreadControl &control = rests[pe.firstThread + index].control;
  llvm::ArrayRef<Instruction> code = module.programs[pe.program].code;
  while (true) {
    int64_t iterations = 0;
    const Instruction &instruction = control.skipLoops(code, iterations);
    thread.instruction = &instruction;
    uint64_t from = wheel.now + iterations * machine.loop;
    if (instruction.kind == Kind::Vector || instruction.kind == Kind::Control)
      return startVector(id, index, instruction, from);
    if (from >
        wheel.now) { // The rest acts when the loop's own time has passed.
      thread.state = State::Timed;
      thread.until = from;
      return true;
    }
    switch (instruction.kind) {
    case Kind::EndThread:
      thread.state = State::Idle;
      if (index == 0)
        --running;
      lastEnd = std::max(lastEnd, wheel.now);
      return true;
    case Kind::Await:
      thread.state = State::Waiting;
      if (!areIdle(id, instruction.threads))
        return true;
      ++control.pc;
      break;
    case Kind::Barrier:
      thread.state = State::Waiting;
      if (!areIdle(id, ~uint64_t(0)))
        return true;
      thread.state = State::AtBarrier;
      ++atBarrier;
      lastEnd = std::max(lastEnd, wheel.now);
      return true;
    case Kind::Async:
      thread.state = State::Waiting;
      if (!startAsync(id, instruction))
        return true;
      if (machine.async > 0)
        return true;
      break;
    default:
      assert(instruction.kind == Kind::Bind && "loops are skipped");
      if (!bind(id, instruction))
        return false;
      ++control.pc;
      break;
    }
  }
}

/// E11, E51. False while the microthread is busy.
bool Simulator::startAsync(uint32_t id, const Instruction &instruction) {
  uint32_t first = processors[id].firstThread,
           other = first + layoutOf(id).threadOf[instruction.thread];
  ThreadRun &main = threads[first], &micro = threads[other];
  if (micro.state != State::Idle)
    return false;
  ThreadControl &control = rests[first].control;
  rests[other].control = control;
  ++rests[other].control.pc;
  micro.state = State::Timed;
  micro.until = wheel.now;
  control.pc = instruction.target;
  main.state = State::Timed;
  main.until = wheel.now + machine.async;
  return true;
}

/// E35.
bool Simulator::bind(uint32_t id, const Instruction &instruction) {
  const ProgramLayout &layout = layoutOf(id);
  unsigned number = instruction.destination.queue;
  auto colour = static_cast<int16_t>(instruction.colour);
  uint32_t router = findRouter(peOf[id], instruction.colour);
  if (!instruction.isInput) {
    Buffer &queue = buffers[outputQueue(id, number)];
    queue.colour = colour;
    queue.owner = router;
    return true;
  }
  uint32_t queueId = inputQueue(id, number);
  Buffer &queue = buffers[queueId];
  if (queue.colour == colour)
    return true;
  std::string text;
  llvm::raw_string_ostream os(text);
  if (!queue.empty())
    os << "PE " << pointOfProcessor(id) << ": in(" << number
       << ") is tied to another colour while it holds " << queue.count
       << " wavelets: " << describe(instruction.op);
  for (unsigned other : layout.inputs)
    if (buffers[inputQueue(id, other)].colour == colour)
      os << "PE " << pointOfProcessor(id) << ": colour " << instruction.colour
         << " is tied to in(" << other
         << ") already: " << describe(instruction.op);
  if (!text.empty()) {
    fail(FailureKind::BadBind, text);
    return false;
  }
  if (queue.owner != kNone)
    routers[queue.owner].targets[kRampPort] = kNone;
  queue.colour = colour;
  queue.owner = router;
  if (router != kNone) {
    routers[router].targets[kRampPort] = queueId;
    wakeRouter(router, wheel.now + 1);
  }
  return true;
}

/// Starts a vector instruction or a control wavelet `setup_cycles` or
/// `async_cycles` behind `from` (E51).
bool Simulator::startVector(uint32_t id, unsigned index,
                            const Instruction &instruction, uint64_t from) {
  const ProcessorState &pe = processors[id];
  ThreadRun &thread = threads[pe.firstThread + index];
  ThreadRest &rest = rests[pe.firstThread + index];
  unsigned name = layoutOf(id).threadNames[index];
  thread.until = from + (index == 0 ? machine.setup : machine.async);
  thread.state = State::Running;
  VectorCursor &cursor = rest.cursor;
  int outside = cursor.start(instruction, rest.control.values);
  if (outside >= 0) {
    const Operand &operand = VectorCursor::operand(instruction, outside);
    std::string text;
    llvm::raw_string_ostream(text)
        << "PE " << pointOfProcessor(id) << " of program @"
        << module.programs[pe.program].name << " leaves buffer @"
        << operand.buffer << " of " << operand.size
        << " elements: " << describe(instruction.op);
    fail(FailureKind::BadAccess, text);
    return false;
  }
  if (options.trace)
    options.trace->instructionStarted(pointOfProcessor(id), name,
                                      instruction.op, thread.until);
  ++result.instructions;
  result.elements += cursor.points;
  ++rest.control.pc;
  thread.beats = cursor.points;
  thread.usesFabric = instruction.usesFabric;
  if (instruction.usesFabric) {
    placeOperands(id, index);
  } else if (cursor.points) {
    int64_t inner = cursor.extents[3];
    thread.beats = cursor.points / inner *
                   ((inner + instruction.rate - 1) / instruction.rate);
    runInMemory(id, index);
  }
  if (thread.beats == 0) { // E2: nothing is done, the set-up is paid.
    thread.state = State::Timed;
    if (options.trace)
      options.trace->instructionEnded(pointOfProcessor(id), name,
                                      instruction.op, thread.until);
  }
  return true;
}

/// Where a fabric instruction's points come from and go to.
void Simulator::placeOperands(uint32_t id, unsigned index) {
  ThreadRun &thread = threads[processors[id].firstThread + index];
  const VectorCursor &cursor = rests[processors[id].firstThread + index].cursor;
  const Instruction &in = *thread.instruction;
  bool isWord = in.type != Elem::F16 && in.type == in.from;
  thread.beat = in.kind == Kind::Control                  ? Beat::Control
                : isWord && in.opcode == pe::Opcode::Move ? Beat::Copy
                : isWord && in.opcode == pe::Opcode::Add && in.type == Elem::F32
                    ? Beat::AddF32
                    : Beat::Call;
  thread.fn = in.fn;
  thread.rowLeft = cursor.extents[3];
  thread.bytesTo = getBytes(in.type);
  thread.from = {kNone, kNone};
  thread.to = kNone;
  thread.at = {};
  thread.step = {};
  for (unsigned i = 0; i <= in.numSources; ++i) {
    const Operand &operand = VectorCursor::operand(in, i);
    int64_t bytes = getBytes(operand.type);
    if (i > 0)
      thread.bytesFrom = bytes;
    if (operand.kind == Operand::Kind::Memory && cursor.points > 0) {
      thread.at[i] = addressOf(id, operand) + cursor.element[i] * bytes;
      thread.step[i] = operand.strides[3] * bytes;
    } else if (operand.kind == Operand::Kind::Scalar) {
      // Read only: nothing is written through a source's address.
      thread.at[i] =
          reinterpret_cast<char *>(const_cast<uint32_t *>(&operand.bits));
    } else if (operand.kind == Operand::Kind::Queue) {
      (i == 0 ? thread.to : thread.from[i - 1]) =
          i == 0 ? outputQueue(id, operand.queue)
                 : inputQueue(id, operand.queue);
    }
  }
}

void Simulator::endInstruction(uint32_t id, unsigned index, uint64_t cycle) {
  ThreadRun &thread = threads[processors[id].firstThread + index];
  thread.state = State::Timed;
  thread.until = cycle + (thread.usesFabric ? machine.completion : 0);
  if (options.trace)
    options.trace->instructionEnded(pointOfProcessor(id),
                                    layoutOf(id).threadNames[index],
                                    thread.instruction->op, thread.until);
}
