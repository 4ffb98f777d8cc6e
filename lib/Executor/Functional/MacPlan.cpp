//===- MacPlan.cpp - recognises reductions by mac ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"
#include "MacTile.h"

using namespace wafer;
using namespace wafer::exec;

/// The bytes [low, high) that a memory operand touches.
static std::pair<int64_t, int64_t>
reachOf(const Operand &operand, int64_t element, const VectorCursor &cursor) {
  int64_t low = element, high = element;
  for (unsigned k = 0; k < 4; ++k) {
    int64_t reach = (cursor.extents[k] - 1) * operand.strides[k];
    (reach < 0 ? low : high) += reach;
  }
  return {operand.address + low * 4, operand.address + high * 4 + 4};
}

/// Runs a whole f32 mac on memory tile by tile if its points may be taken in
/// another order: the destination moves along all indices but one, to elements
/// that are all different, and no source overlaps it. False if not; nothing is
/// done then.
bool Engine::runMac(Group &group, LaneThread &thread) {
  const Instruction &in = *thread.instruction;
  const VectorCursor &cursor = thread.cursor;
  if (in.opcode != pe::Opcode::Mac || in.type != Elem::F32 ||
      in.from != Elem::F32 || group.lanes() < 16)
    return false;
  for (unsigned i = 0; i < 3; ++i)
    if (VectorCursor::operand(in, i).kind != Operand::Kind::Memory)
      return false;
  auto [low, high] = reachOf(in.destination, cursor.element[0], cursor);
  for (unsigned i = 1; i < 3; ++i)
    if (auto [from, to] = reachOf(in.sources[i - 1], cursor.element[i], cursor);
        from < high && low < to)
      return false;
  const auto &d = in.destination.strides, &a = in.sources[0].strides,
             &b = in.sources[1].strides;
  int reduction = -1, p = -1, q = -1, o = -1;
  std::vector<std::pair<int64_t, int64_t>>
      moves; // Stride and reach of the destination.
  for (int k = 0; k < 4; ++k) {
    if (cursor.extents[k] == 1)
      continue;
    int *role = d[k] == 0                         ? &reduction
                : a[k] != 0 && b[k] == 0 && p < 0 ? &p
                : a[k] == 0 && b[k] != 0 && q < 0 ? &q
                                                  : &o;
    if (*role >= 0)
      return false;
    *role = k;
    if (d[k])
      moves.push_back(
          {std::abs(d[k]), (cursor.extents[k] - 1) * std::abs(d[k])});
  }
  llvm::sort(moves);
  int64_t reached = 0;
  for (auto [stride, reach] : moves) {
    if (stride <= reached)
      return false;
    reached += reach;
  }
  if (reduction < 0)
    return false;
  const Program &program = module.programs[group.program];
  int64_t lanes = group.lanes();
  auto at = [&](unsigned i) {
    const Operand &operand = VectorCursor::operand(in, i);
    return reinterpret_cast<float *>(group.memory.data()) +
           ((operand.address - program.memoryBegin) / 4 + cursor.element[i]) *
               lanes;
  };
  MacNest nest{at(0),
               at(1),
               at(2),
               lanes,
               cursor.extents[reduction],
               a[reduction] * lanes,
               b[reduction] * lanes};
  if (p >= 0)
    nest.p = cursor.extents[p], nest.aP = a[p] * lanes,
    nest.destinationP = d[p] * lanes;
  if (q >= 0)
    nest.q = cursor.extents[q], nest.bQ = b[q] * lanes,
    nest.destinationQ = d[q] * lanes;
  if (o >= 0)
    nest.o = cursor.extents[o], nest.aO = a[o] * lanes, nest.bO = b[o] * lanes,
    nest.destinationO = d[o] * lanes;
  runMacNest(nest);
  thread.cursor.done = cursor.points;
  return true;
}
