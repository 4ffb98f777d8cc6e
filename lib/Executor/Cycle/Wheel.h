//===- Wheel.h - what happens when ------------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_CYCLE_WHEEL_H
#define WAFER_LIB_EXECUTOR_CYCLE_WHEEL_H

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
  void at(uint64_t cycle, Kind kind, uint32_t id) {
    ++pending;
    if (isNear(cycle))
      slots[cycle % kSlots][kind].push_back(id);
    else
      far.push({cycle, kind, id});
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

  /// Calls `visit(id, ahead)` for all visits of this kind in this cycle, those
  /// added meanwhile included. `ahead` is one that comes soon.
  template <typename Fn> void forEach(Kind kind, Fn visit) {
    std::vector<uint32_t> &list = slots[now % kSlots][kind];
    for (size_t i = 0; i < list.size(); ++i)
      visit(list[i], list[std::min(i + kAhead, list.size() - 1)]);
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
  /// How far ahead in a list memory is fetched.
  static constexpr size_t kAhead = 6;
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

  static bool isEmpty(const Slot &slot) {
    return std::all_of(slot.begin(), slot.end(),
                       [](const auto &list) { return list.empty(); });
  }
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_CYCLE_WHEEL_H
