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

/// Calls `fn` for each word that an operand touches, more than once if a stride
/// is 0.
template <typename Fn>
static void forEachWord(const Operand &operand, const Program &program,
                        int64_t element, const std::array<int64_t, 4> &extents,
                        Fn fn) {
  std::array<int64_t, 4> counts = extents;
  for (unsigned k = 0; k < 4; ++k)
    if (operand.strides[k] == 0)
      counts[k] = 1;
  int64_t first = wordOf(operand, program, element);
  const auto &s = operand.strides;
  for (int64_t i = 0; i < counts[0]; ++i)
    for (int64_t j = 0; j < counts[1]; ++j)
      for (int64_t k = 0; k < counts[2]; ++k)
        for (int64_t l = 0; l < counts[3]; ++l)
          fn(first + i * s[0] + j * s[1] + k * s[2] + l * s[3]);
}

/// The rows of an operand, spread over the lanes.
static MacOperand spreadRows(Group &group, const Operand &operand,
                             const Program &program, int64_t element,
                             const std::array<int64_t, 4> &extents) {
  forEachWord(operand, program, element, extents,
              [&](int64_t word) { group.spread(word); });
  return {
      reinterpret_cast<float *>(group.row(wordOf(operand, program, element)))};
}

/// The rows of an operand: held as scalars if all of them are.
static MacOperand findRows(Group &group, const Operand &operand,
                           const Program &program, int64_t element,
                           const std::array<int64_t, 4> &extents) {
  bool all = true;
  forEachWord(operand, program, element, extents,
              [&](int64_t word) { all &= group.isUniform(word); });
  if (!all)
    return spreadRows(group, operand, program, element, extents);
  return {reinterpret_cast<float *>(
              &group.scalars[wordOf(operand, program, element)]),
          true};
}

/// Runs a whole f32 mac on memory tile by tile if its points may be taken in
/// another order: the destination moves along all indices but one, to elements
/// that are all different, and no source overlaps it. False if not; nothing is
/// done then.
bool Engine::runMac(Group &group, LaneThread &thread) {
  const Instruction &in = *thread.instruction;
  const VectorCursor &cursor = thread.cursor;
  if (in.opcode != pe::Opcode::Mac || in.type != Elem::F32 ||
      in.from != Elem::F32)
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
  const Program &program = programs[group.program];
  settleReaders(group, in, cursor);
  const Operand *operands[3];
  MacOperand found[3];
  for (unsigned i = 0; i < 3; ++i) {
    operands[i] = &VectorCursor::operand(in, i);
    found[i] = findRows(group, *operands[i], program, cursor.element[i],
                        cursor.extents);
  }
  if (found[1].isUniform) // It does not matter which one is b.
    std::swap(p, q), std::swap(found[1], found[2]),
        std::swap(operands[1], operands[2]);
  if (found[1].isUniform)
    found[1] = spreadRows(group, *operands[1], program,
                          cursor.element[operands[1] == &in.sources[0] ? 1 : 2],
                          cursor.extents);
  MacNest nest;
  nest.lanes = group.pitch;
  nest.reduction = cursor.extents[reduction];
  nest.p = p >= 0 ? cursor.extents[p] : 1;
  nest.q = q >= 0 ? cursor.extents[q] : 1;
  nest.o = o >= 0 ? cursor.extents[o] : 1;
  for (unsigned i = 0; i < 3; ++i) {
    const auto &strides = operands[i]->strides;
    found[i].reduction = strides[reduction];
    found[i].p = p >= 0 ? strides[p] : 0;
    found[i].q = q >= 0 ? strides[q] : 0;
    found[i].o = o >= 0 ? strides[o] : 0;
  }
  nest.begin = nest.destination = found[0];
  nest.a = found[1];
  nest.b = found[2];
  thread.cursor.done = cursor.points;
  if (nest.begin.isUniform) {
    int64_t first = wordOf(*operands[0], program, cursor.element[0]);
    nest.destination.isUniform = false;
    nest.destination.data = reinterpret_cast<float *>(group.row(first));
    // Pinned words are never uniform, so none is among these.
    forEachWord(*operands[0], program, cursor.element[0], cursor.extents,
                [&](int64_t word) {
                  assert(!pinned[group.program][word] &&
                         "dense from the start");
                  group.setState(word, RowState::Dense);
                });
    if (nest.b.isUniform && nest.o == 1) {
      group.defer(nest, first);
      return true;
    }
  }
  runMacNest(nest);
  return true;
}
