//===- Wheel.h - what happens when ------------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_CYCLE_WHEEL_H
#define WAFER_LIB_EXECUTOR_CYCLE_WHEEL_H

#include "llvm/Support/Compiler.h"
#include <algorithm>
#include <array>
#include <cstdint>
#include <queue>
#include <tuple>
#include <vector>

namespace wafer::exec {

/// Never: the wake time of what sleeps until something wakes it.
constexpr uint64_t kNever = UINT64_MAX;

/// Lists of visits by cycle. Near cycles stand in a ring of lists, far ones in
/// a heap. Within a cycle, visits are made kind by kind, in the order in which
/// they were asked for; those asked for from afar come last, by number.
class Wheel {
public:
  /// Kinds in the order in which a cycle makes them. Routers that lost a link
  /// in the cycle before come first: that is how colours take turns (E52).
  enum Kind : uint8_t { Loser, Router, Ramp, Processor, Feed, kNumKinds };

  uint64_t now = 0;

  bool isNear(uint64_t cycle) const { return cycle - now < kSlots; }
  LLVM_ATTRIBUTE_ALWAYS_INLINE void at(uint64_t cycle, Kind kind, uint32_t id) {
    ++pending;
    if (LLVM_LIKELY(isNear(cycle)))
      slots[cycle % kSlots][kind].push_back(id);
    else
      atFar(cycle, kind, id);
  }

  /// Goes to the next cycle with a visit; false if there is none.
  bool advance() {
    if (pending == 0)
      return false;
    if (pending == far.size()) {
      now = far.top().cycle;
    } else {
      ++now;
      while (isEmpty(slots[now % kSlots]) &&
             (far.empty() || far.top().cycle > now))
        ++now;
    }
    while (!far.empty() && far.top().cycle == now) {
      slots[now % kSlots][far.top().kind].push_back(far.top().id);
      far.pop();
    }
    return true;
  }

  /// Calls `visit(id)` for all visits of this kind in this cycle, those added
  /// meanwhile included. Before, calls `fetch(stage, id)` for those that come
  /// soon: first with stage 0, then with 1, then with 2.
  template <typename Visit, typename Fetch>
  void forEach(Kind kind, Visit visit, Fetch fetch) {
    constexpr size_t kStep = 4;
    std::vector<uint32_t> &list = slots[now % kSlots][kind];
    for (size_t i = 0; i < list.size(); ++i) {
      if (i + 3 * kStep < list.size()) {
        fetch(0, list[i + 3 * kStep]);
        fetch(1, list[i + 2 * kStep]);
        fetch(2, list[i + kStep]);
      }
      visit(list[i]);
    }
    pending -= list.size();
    list.clear();
  }

  /// Forgets everything and returns to cycle 0.
  void reset() {
    for (Slot &slot : slots)
      for (auto &list : slot)
        list.clear();
    far = {};
    pending = 0;
    now = 0;
  }

private:
  static constexpr unsigned kSlots = 64;
  using Slot = std::array<std::vector<uint32_t>, kNumKinds>;
  struct Far {
    uint64_t cycle;
    Kind kind;
    uint32_t id;
    bool operator<(const Far &other) const {
      return std::tie(cycle, kind, id) >
             std::tie(other.cycle, other.kind, other.id);
    }
  };
  std::array<Slot, kSlots> slots;
  std::priority_queue<Far> far;
  size_t pending = 0;

  LLVM_ATTRIBUTE_NOINLINE void atFar(uint64_t cycle, Kind kind, uint32_t id) {
    far.push({cycle, kind, id});
  }
  static bool isEmpty(const Slot &slot) {
    return std::all_of(slot.begin(), slot.end(),
                       [](const auto &list) { return list.empty(); });
  }
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_CYCLE_WHEEL_H
