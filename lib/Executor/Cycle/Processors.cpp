//===- Processors.cpp - runs the programs of PEs ----------------*- C++ -*-===//
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

using State = ThreadRun::State;
using Kind = Instruction::Kind;

void Simulator::visitProcessor(uint32_t id) {
  ProcessorState &pe = processors[id];
  if (pe.wakeAt != wheel.now)
    return;
  pe.wakeAt = kNever;
  if (pe.bulkThread != kNone) {
    ThreadRun &thread = pe.threads[pe.bulkThread];
    thread.beats -= wheel.now - pe.bulkFrom;
    if (thread.beats <= 0)
      endInstruction(pe, pe.bulkThread, wheel.now);
    pe.bulkThread = kNone;
  }
  if (!stepThreads(id))
    return;
  unsigned last = pe.lastThread, count = pe.threads.size(), chosen = kNone;
  for (unsigned i = 1; i <= count; ++i) {
    unsigned turn = last + i < count ? last + i : last + i - count;
    if (pe.threads[turn].state == State::Running &&
        nextBeat(pe, pe.threads[turn]) <= wheel.now) {
      chosen = turn;
      break;
    }
  }
  if (chosen != kNone) {
    pe.lastThread = chosen;
    beat(id, chosen);
  }
  planVisit(id, chosen);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

/// Lets threads go on whose time has come. False if the run failed.
bool Simulator::stepThreads(uint32_t id) {
  ProcessorState &pe = processors[id];
  bool again = true;
  while (again) {
    again = false;
    // The main thread last: it sees the microthreads that end in this cycle.
    for (unsigned i = pe.threads.size(); i-- > 0;) {
      ThreadRun &thread = pe.threads[i];
      bool isDue = thread.state == State::Timed && thread.until <= wheel.now;
      if (!isDue && thread.state != State::Waiting)
        continue;
      State before = thread.state;
      if (!fetch(id, i))
        return false;
      again |= thread.state != before || isDue;
    }
  }
  return true;
}

bool Simulator::areIdle(const ProcessorState &pe, uint64_t microthreads) const {
  for (unsigned i = 1; i < pe.threads.size(); ++i)
    if ((microthreads >> (i - 1) & 1) && pe.threads[i].state != State::Idle)
      return false;
  return true;
}

/// Runs a thread's control instructions of this cycle, up to one that takes
/// time.
bool Simulator::fetch(uint32_t id, unsigned index) {
  ProcessorState &pe = processors[id];
  ThreadRun &thread = pe.threads[index];
  llvm::ArrayRef<Instruction> code = module.programs[pe.program].code;
  while (true) {
    int64_t iterations = 0;
    const Instruction &instruction = thread.control.skipLoops(code, iterations);
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
      if (!areIdle(pe, instruction.threads))
        return true;
      ++thread.control.pc;
      break;
    case Kind::Barrier:
      thread.state = State::Waiting;
      if (!areIdle(pe, ~uint64_t(0)))
        return true;
      thread.state = State::AtBarrier;
      ++atBarrier;
      lastEnd = std::max(lastEnd, wheel.now);
      return true;
    case Kind::Async:
      thread.state = State::Waiting;
      if (!startAsync(pe, thread, instruction))
        return true;
      if (machine.async > 0)
        return true;
      break;
    default:
      assert(instruction.kind == Kind::Bind && "loops are skipped");
      if (!bind(id, instruction))
        return false;
      ++thread.control.pc;
      break;
    }
  }
}

/// E11, E51. False while the microthread is busy.
bool Simulator::startAsync(ProcessorState &pe, ThreadRun &main,
                           const Instruction &instruction) {
  ThreadRun &micro = pe.threads[1 + instruction.thread];
  if (micro.state != State::Idle)
    return false;
  micro.control = main.control;
  ++micro.control.pc;
  micro.state = State::Timed;
  micro.until = wheel.now;
  main.control.pc = instruction.target;
  main.state = State::Timed;
  main.until = wheel.now + machine.async;
  return true;
}

/// E35.
bool Simulator::bind(uint32_t id, const Instruction &instruction) {
  ProcessorState &pe = processors[id];
  unsigned queue = instruction.destination.queue;
  if (!instruction.isInput) {
    pe.outColours[queue] = instruction.colour;
    return true;
  }
  if (pe.inColours[queue] == static_cast<int16_t>(instruction.colour))
    return true;
  std::string text;
  llvm::raw_string_ostream os(text);
  if (!pe.inputs[queue].empty())
    os << "PE " << pe.p << ": in(" << queue
       << ") is tied to another colour while it holds "
       << pe.inputs[queue].count << " wavelets: " << describe(instruction.op);
  for (auto [other, colour] : llvm::enumerate(pe.inColours))
    if (colour == static_cast<int16_t>(instruction.colour))
      os << "PE " << pe.p << ": colour " << instruction.colour
         << " is tied to in(" << other
         << ") already: " << describe(instruction.op);
  if (!text.empty()) {
    fail(FailureKind::BadBind, text);
    return false;
  }
  if (pe.inColours[queue] >= 0)
    pe.queueOf[pe.inColours[queue]] = -1;
  pe.inColours[queue] = instruction.colour;
  pe.queueOf[instruction.colour] = queue;
  uint32_t router = findRouter(peAt(pe.p), instruction.colour);
  if (router != kNone)
    wakeRouter(router, wheel.now + 1);
  return true;
}

/// Starts a vector instruction or a control wavelet `setup_cycles` or
/// `async_cycles` behind `from` (E51).
bool Simulator::startVector(uint32_t id, unsigned index,
                            const Instruction &instruction, uint64_t from) {
  ProcessorState &pe = processors[id];
  ThreadRun &thread = pe.threads[index];
  thread.until = from + (index == 0 ? machine.setup : machine.async);
  thread.state = State::Running;
  VectorCursor &cursor = thread.cursor;
  int outside = cursor.start(instruction, thread.control.values);
  if (outside >= 0) {
    const Operand &operand = VectorCursor::operand(instruction, outside);
    std::string text;
    llvm::raw_string_ostream(text)
        << "PE " << pe.p << " of program @"
        << module.programs[pe.program].name
        << " leaves buffer @" << operand.buffer << " of " << operand.size
        << " elements: " << describe(instruction.op);
    fail(FailureKind::BadAccess, text);
    return false;
  }
  if (options.trace)
    options.trace->instructionStarted(pe.p, index, instruction.op,
                                      thread.until);
  ++result.instructions;
  result.elements += cursor.points;
  ++thread.control.pc;
  thread.beats = cursor.points;
  if (!instruction.usesFabric && cursor.points) {
    int64_t inner = cursor.extents[3];
    thread.beats = cursor.points / inner *
                   ((inner + instruction.rate - 1) / instruction.rate);
    runInMemory(pe, thread);
  }
  if (thread.beats == 0) { // E2: nothing is done, the set-up is paid.
    thread.state = State::Timed;
    if (options.trace)
      options.trace->instructionEnded(pe.p, index, instruction.op,
                                      thread.until);
  }
  return true;
}

void Simulator::endInstruction(ProcessorState &pe, unsigned index,
                               uint64_t cycle) {
  ThreadRun &thread = pe.threads[index];
  thread.state = State::Timed;
  thread.until =
      cycle + (thread.instruction->usesFabric ? machine.completion : 0);
  if (options.trace)
    options.trace->instructionEnded(pe.p, index, thread.instruction->op,
                                    thread.until);
}

//===----------------------------------------------------------------------===//
// Beats
//===----------------------------------------------------------------------===//

static char *addressOf(ProcessorState &pe, const Program &program,
                       const Operand &operand) {
  return reinterpret_cast<char *>(pe.words.data()) +
         (operand.address - program.memoryBegin);
}

void Simulator::runInMemory(ProcessorState &pe, ThreadRun &thread) {
  const Instruction &in = *thread.instruction;
  const Program &program = module.programs[pe.program];
  VectorCursor &cursor = thread.cursor;
  alignas(8) char discarded[8];
  StridedOperand operands[3];
  std::array<char *, 3> base = {};
  for (unsigned i = 0; i <= in.numSources; ++i) {
    const Operand &operand = VectorCursor::operand(in, i);
    int64_t bytes = getBytes(operand.type);
    if (operand.kind == Operand::Kind::Memory) {
      base[i] = addressOf(pe, program, operand);
      operands[i].strideInBytes = operand.strides[3] * bytes;
    } else {
      operands[i].strideInBytes = 0;
      operands[i].data =
          i == 0
              ? discarded
              : reinterpret_cast<char *>(const_cast<uint32_t *>(&operand.bits));
    }
  }
  int64_t inner = cursor.extents[3];
  for (int64_t row = cursor.points / inner; row > 0; --row) {
    for (unsigned i = 0; i <= in.numSources; ++i)
      if (base[i])
        operands[i].data =
            base[i] +
            cursor.element[i] * getBytes(VectorCursor::operand(in, i).type);
    in.stridedFn(inner, operands[0], operands[1], operands[2]);
    // On to the next row: as if the innermost index had run through.
    for (unsigned i = 0; i <= in.numSources; ++i)
      cursor.element[i] +=
          (inner - 1) * VectorCursor::operand(in, i).strides[3];
    cursor.index[3] = inner - 1;
    cursor.step();
  }
}

/// The first cycle in which the thread can beat, as far as is known; kNever if
/// something must wake it (E50).
uint64_t Simulator::nextBeat(const ProcessorState &pe,
                             const ThreadRun &thread) const {
  const Instruction &in = *thread.instruction;
  uint64_t cycle = thread.until;
  if (!in.usesFabric)
    return cycle;
  int first = -1;
  for (unsigned i = 0; i < in.numSources; ++i) {
    const Operand &source = in.sources[i];
    if (source.kind != Operand::Kind::Queue)
      continue;
    const Fifo &queue = pe.inputs[source.queue];
    bool isSecond = first == static_cast<int>(source.queue);
    if (queue.count < 1u + isSecond)
      return kNever;
    cycle =
        std::max(cycle, isSecond ? queue.second().ready : queue.front().ready);
    first = source.queue;
  }
  if (in.destination.kind == Operand::Kind::Queue) {
    const Fifo &queue = pe.outputs[in.destination.queue];
    if (queue.count == queue.ring.size())
      return kNever;
    if (!queue.hasRoom(wheel.now))
      cycle = std::max(cycle, wheel.now + 1);
  }
  return cycle;
}

void Simulator::beat(uint32_t id, unsigned index) {
  ProcessorState &pe = processors[id];
  ThreadRun &thread = pe.threads[index];
  if (thread.instruction->usesFabric)
    beatFabric(id, thread);
  if (--thread.beats == 0)
    endInstruction(pe, index, wheel.now + 1);
}

uint32_t Simulator::popInput(uint32_t id, unsigned queue) {
  ProcessorState &pe = processors[id];
  Fifo &fifo = pe.inputs[queue];
  uint32_t bits = fifo.front().bits;
  unsigned colour = fifo.front().colour;
  fifo.pop(wheel.now);
  --waveletsInside;
  if (fifo.hasWaiter) {
    fifo.hasWaiter = false;
    wakeRouter(findRouter(peAt(pe.p), colour), wheel.now + 1);
  }
  return bits;
}

static uint32_t readBits(const char *at, Elem type) {
  uint32_t bits = 0;
  std::memcpy(&bits, at, getBytes(type));
  return bits;
}

/// One point of an instruction with fabric operands.
void Simulator::beatFabric(uint32_t id, ThreadRun &thread) {
  ProcessorState &pe = processors[id];
  const Program &program = module.programs[pe.program];
  const Instruction &in = *thread.instruction;
  VectorCursor &cursor = thread.cursor;
  auto elementAt = [&](unsigned i) {
    const Operand &operand = VectorCursor::operand(in, i);
    return addressOf(pe, program, operand) +
           cursor.element[i] * getBytes(operand.type);
  };
  uint32_t values[2] = {0, 0};
  for (unsigned i = 0; i < in.numSources; ++i) {
    const Operand &source = in.sources[i];
    values[i] = source.kind == Operand::Kind::Queue ? popInput(id, source.queue)
                : source.kind == Operand::Kind::Memory
                    ? readBits(elementAt(i + 1), source.type)
                    : source.bits;
  }
  const Operand &destination = in.destination;
  bool isControl = in.kind == Kind::Control;
  uint32_t bits = in.commands;
  if (destination.kind == Operand::Kind::Memory) {
    bits = in.fn(readBits(elementAt(0), in.type), values[0], values[1]);
    std::memcpy(elementAt(0), &bits, getBytes(in.type));
  } else if (destination.kind == Operand::Kind::Queue) {
    if (!isControl)
      bits = in.fn(0, values[0], values[1]);
    uint8_t colour = static_cast<uint8_t>(pe.outColours[destination.queue]);
    pe.outputs[destination.queue].push(
        {wheel.now + 1, bits, colour, isControl});
    ++waveletsInside;
    wakeRamp(id, wheel.now + 1);
  }
  cursor.step();
}

/// Asks for the next visit. A thread that beats on memory alone, while no other
/// can, needs none until it ends.
void Simulator::planVisit(uint32_t id, unsigned beaten) {
  ProcessorState &pe = processors[id];
  uint64_t next = kNever;
  unsigned ready = 0, bulk = kNone;
  for (auto [i, thread] : llvm::enumerate(pe.threads)) {
    uint64_t cycle = kNever;
    if (thread.state == State::Timed) {
      cycle = thread.until;
    } else if (thread.state == State::Running) {
      cycle = std::max(nextBeat(pe, thread), wheel.now + 1);
      if (cycle == wheel.now + 1) {
        ++ready;
        if (!thread.instruction->usesFabric)
          bulk = i;
      }
    }
    if (cycle != kNever && i != bulk)
      next = std::min(next, std::max(cycle, wheel.now + 1));
  }
  if (bulk != kNone) {
    if (ready == 1 && next > wheel.now + 1) {
      pe.bulkThread = bulk;
      pe.bulkFrom = wheel.now + 1;
      pe.lastThread = bulk;
      next = std::min<uint64_t>(next, wheel.now + 1 + pe.threads[bulk].beats);
    } else {
      next = wheel.now + 1;
    }
  }
  if (next != kNever)
    wakeProcessor(id, next);
}
