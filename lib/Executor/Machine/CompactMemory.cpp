//===- CompactMemory.cpp - no room for bytes that nobody uses ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A buffer has the same offset on all PEs, so one that few PEs have leaves a
// hole in the SRAM of all others. On 745,500 PEs holes of 20 KiB are 15 GB of
// the executor's memory. Buffers that touch or overlap keep their distances.
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/Program.h"

using namespace wafer;
using namespace wafer::exec;

template <typename Fn> static void forEachMemory(Program &program, Fn visit) {
  auto visitOperand = [&](Operand &operand) {
    if (operand.kind == Operand::Kind::Memory)
      visit(operand);
  };
  for (Instruction &instruction : program.code) {
    if (instruction.kind != Instruction::Kind::Vector)
      continue;
    visitOperand(instruction.destination);
    for (unsigned i = 0; i < instruction.numSources; ++i)
      visitOperand(instruction.sources[i]);
  }
  for (HostCopy &copy : program.copies)
    visitOperand(copy.memory);
}

std::map<int64_t, int64_t> exec::compactMemory(Program &program) {
  // Ends of ranges in use, by their begins; multiples of 4.
  std::map<int64_t, int64_t> ranges;
  forEachMemory(program, [&](Operand &operand) {
    int64_t end = operand.address + operand.size * getBytes(operand.type);
    int64_t &known = ranges[operand.address & ~int64_t(3)];
    known = std::max(known, (end + 3) & ~int64_t(3));
  });
  // By its begin, how far down each joined range moves.
  std::map<int64_t, int64_t> shifts;
  int64_t used = 0, end = 0;
  for (auto [first, last] : ranges) {
    if (shifts.empty() || first > end) {
      shifts[first] = first - used;
      end = first;
    }
    used += std::max<int64_t>(last - end, 0);
    end = std::max(end, last);
  }
  forEachMemory(program, [&](Operand &operand) {
    operand.address -= std::prev(shifts.upper_bound(operand.address))->second;
  });
  program.memoryBegin = 0;
  program.memoryEnd = used;
  return shifts;
}
