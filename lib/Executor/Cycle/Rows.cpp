//===- Rows.cpp - instructions on memory only -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MacRows.h"
#include "Simulator.h"

using namespace wafer;
using namespace wafer::exec;

namespace {
/// An iteration space, innermost index first, and how far each operand moves
/// along it, in bytes. Operand 0 is the destination.
struct Space {
  struct Dim {
    int64_t extent = 1;
    std::array<int64_t, 3> strides = {};
  };
  std::array<Dim, 4> dims;
  unsigned rank = 0;
  std::array<char *, 3> base = {};

  /// Adds the next index outwards. One that goes on where the last one ends
  /// makes longer rows: the order of points stays.
  void add(const Dim &dim) {
    if (dim.extent == 1 && rank > 0)
      return;
    if (rank > 0) {
      Dim &last = dims[rank - 1];
      bool goesOn = true;
      for (unsigned i = 0; i < 3; ++i)
        goesOn &= dim.strides[i] == last.strides[i] * last.extent;
      if (goesOn || last.extent == 1) {
        last.strides = goesOn ? last.strides : dim.strides;
        last.extent *= dim.extent;
        return;
      }
    }
    dims[rank++] = dim;
  }
  /// Calls `visit` with the operands' addresses at each point of all indices
  /// from `inner` on, in order.
  template <typename Fn> void forEachOuter(unsigned inner, Fn visit) const {
    std::array<int64_t, 4> index = {};
    std::array<char *, 3> at = base;
    while (true) {
      visit(at);
      unsigned k = inner;
      for (; k < rank; ++k) {
        for (unsigned i = 0; i < 3; ++i)
          at[i] += dims[k].strides[i];
        if (++index[k] < dims[k].extent)
          break;
        for (unsigned i = 0; i < 3; ++i)
          at[i] -= dims[k].strides[i] * dims[k].extent;
        index[k] = 0;
      }
      if (k >= rank)
        return;
    }
  }
};
} // namespace

static bool overlap(const Operand &a, const Operand &b) {
  return a.address < b.address + b.size * int64_t(getBytes(b.type)) &&
         b.address < a.address + a.size * int64_t(getBytes(a.type));
}

/// A product: every element of a row of the destination is a sum along the
/// second index, and no source changes meanwhile. False if it is none.
static bool runAsProduct(const Instruction &in, const Space &space) {
  const Space::Dim &row = space.dims[0], &sum = space.dims[1];
  if (in.opcode != pe::Opcode::Mac || in.type != Elem::F32 || space.rank < 2 ||
      row.strides[0] != 4 || sum.strides[0] != 0)
    return false;
  int64_t bytes = getBytes(in.from);
  for (unsigned i = 0; i < 2; ++i)
    if ((row.strides[1 + i] != 0 && row.strides[1 + i] != bytes) ||
        (in.sources[i].kind == Operand::Kind::Memory &&
         overlap(in.destination, in.sources[i])))
      return false;
  MacRowsFn fn =
      getMacRowsFn(in.from, row.strides[1] != 0, row.strides[2] != 0);
  if (!fn)
    return false;
  space.forEachOuter(2, [&](const std::array<char *, 3> &at) {
    fn(row.extent, sum.extent, at[0], {at[1], sum.strides[1]},
       {at[2], sum.strides[2]});
  });
  return true;
}

/// Computes all points of an instruction without fabric operands (E20).
void Simulator::runInMemory(uint32_t id, unsigned index) {
  uint32_t thread = processors[id].firstThread + index;
  const Instruction &in = *threads[thread].instruction;
  const VectorCursor &cursor = rests[thread].cursor;
  alignas(8) char discarded[8];
  Space space;
  space.base = {discarded, discarded, discarded};
  for (unsigned i = 0; i <= in.numSources; ++i) {
    const Operand &operand = VectorCursor::operand(in, i);
    if (operand.kind == Operand::Kind::Memory)
      space.base[i] = addressOf(id, operand) +
                      cursor.element[i] * int64_t(getBytes(operand.type));
    else if (i > 0) // Sources are only read.
      space.base[i] =
          reinterpret_cast<char *>(const_cast<uint32_t *>(&operand.bits));
  }
  for (unsigned k = 4; k-- > 0;) {
    Space::Dim dim;
    dim.extent = cursor.extents[k];
    for (unsigned i = 0; i <= in.numSources; ++i) {
      const Operand &operand = VectorCursor::operand(in, i);
      if (operand.kind == Operand::Kind::Memory)
        dim.strides[i] = operand.strides[k] * int64_t(getBytes(operand.type));
    }
    space.add(dim);
  }
  if (runAsProduct(in, space))
    return;
  const Space::Dim &row = space.dims[0];
  space.forEachOuter(1, [&](const std::array<char *, 3> &at) {
    in.stridedFn(row.extent, {at[0], row.strides[0]}, {at[1], row.strides[1]},
                 {at[2], row.strides[2]});
  });
}
