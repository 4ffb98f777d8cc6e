//===- Deferred.cpp - sums that are computed when they are read -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

/// Copies the rows that a uniform operand reads to `scalars`, packed; gives it
/// the strides that they have there.
static MacOperand pack(const MacOperand &from, int64_t reduction, int64_t p,
                       int64_t q, float *scalars) {
  MacOperand packed{scalars, /*isUniform=*/true, p * q, q, 1};
  for (int64_t r = 0; r < reduction; ++r)
    for (int64_t i = 0; i < p; ++i)
      for (int64_t j = 0; j < q; ++j)
        *scalars++ = from.data[r * from.reduction + i * from.p + j * from.q];
  return packed;
}

/// `nest` is a mac into rows from `firstWord` on, with `begin` and `b` uniform
/// and `o` 1, that is to run when its sums are read.
void Group::defer(const MacNest &nest, int64_t firstWord) {
  if (deferred.empty())
    deferred.resize(kDeferredSlots);
  DeferredMac &mac =
      *std::min_element(deferred.begin(), deferred.end(),
                        [](const DeferredMac &a, const DeferredMac &b) {
                          return a.rowsLeft < b.rowsLeft;
                        });
  unsigned slot = &mac - deferred.data();
  if (mac.rowsLeft)
    settle(slot);
  mac.nest = nest;
  mac.firstWord = firstWord;
  mac.rowsLeft = nest.p * nest.q;
  int64_t ofB = nest.reduction * nest.q;
  mac.scalars.resize(ofB + nest.p * nest.q);
  mac.nest.b = pack(nest.b, nest.reduction, 1, nest.q, mac.scalars.data());
  mac.nest.begin =
      pack(nest.begin, 1, nest.p, nest.q, mac.scalars.data() + ofB);
  mac.nest.b.p = 0;
  int64_t low = (nest.a.data - reinterpret_cast<float *>(row(0))) / pitch,
          high = low;
  for (auto [extent, stride] : {std::pair(nest.reduction, nest.a.reduction),
                                std::pair(nest.p, nest.a.p)})
    (stride < 0 ? low : high) += (extent - 1) * stride;
  mac.aBegin = low;
  mac.aEnd = high + 1;
  for (int64_t p = 0; p < nest.p; ++p)
    for (int64_t q = 0; q < nest.q; ++q)
      setState(mac.wordAt(p, q), deferredTo(slot));
}

/// The part of a deferred mac with `count` steps along q from `q` on.
static MacNest cut(const DeferredMac &mac, int64_t q, int64_t count) {
  MacNest part = mac.nest;
  part.q = count;
  for (MacOperand *operand : {&part.begin, &part.b})
    operand->data += q * operand->q;
  part.destination.data += q * part.destination.q * part.lanes;
  return part;
}

/// Computes the rows of a deferred mac that nothing else has been written to.
void Group::settle(unsigned slot) {
  DeferredMac &mac = deferred[slot];
  RowState state = deferredTo(slot);
  const MacNest &nest = mac.nest;
  if (mac.rowsLeft == nest.p * nest.q) {
    runMacNest(nest);
    for (int64_t p = 0; p < nest.p; ++p)
      for (int64_t q = 0; q < nest.q; ++q)
        states[mac.wordAt(p, q)] = RowState::Dense;
    mac.rowsLeft = 0;
    return;
  }
  std::vector<float> sums(nest.p * nest.lanes);
  for (int64_t q = 0; q < nest.q && mac.rowsLeft; ++q) {
    MacNest part = cut(mac, q, 1);
    part.destination = {sums.data(), false, 0, 1};
    bool isComputed = false;
    for (int64_t p = 0; p < nest.p; ++p) {
      int64_t word = mac.wordAt(p, q);
      if (states[word] != state)
        continue;
      if (!isComputed)
        runMacNest(part);
      isComputed = true;
      std::memcpy(row(word), sums.data() + p * nest.lanes, 4 * nest.lanes);
      setState(word, RowState::Dense);
    }
  }
}

void Group::settleReadersOf(int64_t begin, int64_t end) {
  for (auto [slot, mac] : llvm::enumerate(deferred))
    if (mac.rowsLeft && mac.aBegin < end && begin < mac.aEnd)
      settle(slot);
}

/// Before an instruction writes to memory: computes the sums that read what it
/// writes.
void Engine::settleReaders(Group &group, const Instruction &in,
                           const VectorCursor &cursor) {
  if (group.deferred.empty() || in.destination.kind != Operand::Kind::Memory)
    return;
  auto [begin, end] = reachOf(in.destination, cursor.element[0], cursor);
  int64_t base = programs[group.program].memoryBegin;
  group.settleReadersOf((begin - base) / 4, (end - base + 3) / 4);
}

/// If the next `points` points are `out = in, sums` with the sums of one
/// deferred mac, in its order, computes them to `out`. False if not; nothing is
/// done then.
bool Engine::addDeferred(Group &group, LaneThread &thread, uint64_t points,
                         uint32_t *out) {
  const Instruction &in = *thread.instruction;
  VectorCursor &cursor = thread.cursor;
  const Operand &sums = in.sources[1];
  if (in.opcode != pe::Opcode::Add || in.type != Elem::F32 ||
      in.from != Elem::F32 || !readsQueue(in, 0) ||
      sums.kind != Operand::Kind::Memory ||
      in.destination.kind != Operand::Kind::Queue)
    return false;
  int64_t word = wordOf(sums, programs[group.program], cursor.element[2]);
  if (!group.isDeferred(word))
    return false;
  RowState state = group.states[word];
  const DeferredMac &mac = group.deferred[slotOf(state)];
  const MacOperand &to = mac.nest.destination;
  int64_t p = mac.nest.p, q = to.q ? (word - mac.firstWord) / to.q : 0;
  int64_t count = points / p;
  if (cursor.extents[0] != 1 || cursor.extents[1] != 1 ||
      cursor.extents[3] != p || cursor.index[3] != 0 || points % p != 0 ||
      (p > 1 && sums.strides[3] != to.p) ||
      (count > 1 && sums.strides[2] != to.q) || q < 0 ||
      word != mac.wordAt(0, q) || q + count > mac.nest.q)
    return false;
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < p; ++j)
      if (group.states[mac.wordAt(j, q + i)] != state)
        return false;
  static thread_local std::vector<uint32_t> scratch, inside;
  Reader &reader = *readerOf(group, in.sources[0]);
  int64_t rowWords, laneBytes;
  const uint32_t *rows =
      rowsOf(group, reader, points, scratch, rowWords, laneBytes);
  if (laneBytes == 0)
    return false;
  if (reader.first + group.pitch > rowWords) { // Vectors would reach too far.
    inside.resize(points * group.pitch);
    for (uint64_t r = 0; r < points; ++r)
      std::copy_n(rows + r * rowWords, group.lanes(),
                  inside.data() + r * group.pitch);
    rows = inside.data();
    rowWords = group.pitch;
  }
  MacNest nest = cut(mac, q, count);
  nest.destination = {reinterpret_cast<float *>(out), false, 0, 1, p};
  nest.addend = reinterpret_cast<const float *>(rows);
  nest.addendP = rowWords;
  nest.addendQ = rowWords * p;
  runMacNest(nest);
  for (int64_t i = 0; i < count; ++i) {
    cursor.passTo(in, p);
    cursor.step();
  }
  return true;
}
