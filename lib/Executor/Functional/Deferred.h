//===- Deferred.h - sums that are computed when they are read ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A mac from uniform rows by uniform rows into rows of a large group may wait
// until its sums are read. If what reads them adds them to what a queue holds
// and sends the result on, the sums never take the way through memory. They are
// computed from the values that the mac would have seen: the uniform rows are
// copied, and whoever changes a row of the other source has the sums computed
// before. Sums stay deferred until they are written over, though they may have
// been read: that another read follows is rare, and so is a change of the
// source before the next sums.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_DEFERRED_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_DEFERRED_H

#include "MacTile.h"
#include <vector>

namespace wafer::exec {

/// How a group holds a row of its memory: as its lanes, as one scalar, or, from
/// Deferred on, by the deferred mac of that slot.
enum class RowState : uint8_t { Dense, Uniform, Deferred };
constexpr unsigned kDeferredSlots = 4;

inline bool isDeferred(RowState state) { return state >= RowState::Deferred; }
inline unsigned slotOf(RowState state) {
  return static_cast<unsigned>(state) -
         static_cast<unsigned>(RowState::Deferred);
}
inline RowState deferredTo(unsigned slot) {
  return static_cast<RowState>(static_cast<unsigned>(RowState::Deferred) +
                               slot);
}

struct DeferredMac {
  /// `begin` and `b` are uniform and have their rows in `scalars`; `o` is 1.
  MacNest nest;
  std::vector<float> scalars;
  /// The first word of the destination; the words [aBegin, aEnd) hold all of
  /// `a`.
  int64_t firstWord = 0, aBegin = 0, aEnd = 0;
  /// Words of the destination in this state; 0 if the slot is free.
  int64_t rowsLeft = 0;
  int64_t wordAt(int64_t p, int64_t q) const {
    return firstWord + p * nest.destination.p + q * nest.destination.q;
  }
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_DEFERRED_H
