//===- Buffers.h - wavelets in order, all in one arena ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every buffer of a router and every queue of a PE is a header and, right
// behind it, a ring of wavelets. Most buffers hold two: one cache line.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_CYCLE_BUFFERS_H
#define WAFER_LIB_EXECUTOR_CYCLE_BUFFERS_H

#include "Wheel.h"
#include <cassert>
#include <cstddef>
#include <new>
#include <vector>

namespace wafer::exec {

constexpr uint32_t kNone = UINT32_MAX;

/// A wavelet and the first cycle in which it can leave where it is.
struct Wavelet {
  uint64_t ready = 0;
  uint32_t bits = 0;
  uint8_t colour = 0;
  bool isControl = false;
};
static_assert(sizeof(Wavelet) == 16, "a buffer of two fills a cache line");

/// The header of a buffer. A place that is left in a cycle can be taken in the
/// next one.
struct Buffer {
  uint64_t lastPop = kNever;
  /// Buffer of a router: that router. Queue of a PE: the router of the colour
  /// to which the queue is tied, kNone if there is none.
  uint32_t owner = kNone;
  /// Whoever fills a router's buffer: the neighbour's router, the processor at
  /// the ramp; kNone for a feed.
  uint32_t upstream = kNone;
  uint32_t capacity, head = 0, count = 0;
  /// Queue of a PE: the colour to which it is tied, -1 for none.
  int16_t colour = -1;
  /// Buffer of a router: the input port.
  uint8_t port = 0;
  /// Somebody found no room and sleeps.
  bool hasWaiter = false;

  explicit Buffer(uint32_t capacity) : capacity(capacity) {}
  bool empty() const { return count == 0; }
  bool isFull() const { return count == capacity; }
  bool hasRoom(uint64_t now) const {
    return count + (lastPop == now) < capacity;
  }
  /// There is no room, but from the next cycle on there is.
  bool getsRoom(uint64_t now) const {
    return lastPop == now && count < capacity;
  }
  Wavelet *ring() { return reinterpret_cast<Wavelet *>(this + 1); }
  const Wavelet *ring() const {
    return reinterpret_cast<const Wavelet *>(this + 1);
  }
  const Wavelet &front() const { return ring()[head]; }
  const Wavelet &second() const {
    return ring()[head + 1 == capacity ? 0 : head + 1];
  }
  void push(const Wavelet &wavelet) {
    assert(!isFull() && "pushed without room");
    uint32_t tail = head + count;
    ring()[tail < capacity ? tail : tail - capacity] = wavelet;
    ++count;
  }
  void pop(uint64_t now) {
    // An empty ring starts anew: the places beside the header are used most.
    head = head + 1 == capacity || count == 1 ? 0 : head + 1;
    --count;
    lastPop = now;
  }
};
static_assert(sizeof(Buffer) == 2 * sizeof(Wavelet),
              "buffers stand in an arena of wavelets");

/// All buffers of a simulation. Adding one moves the others: references to
/// buffers do not live longer than until then.
class BufferArena {
public:
  /// Cache lines of a buffer.
  static size_t linesOf(size_t capacity) {
    return (sizeof(Buffer) + capacity * sizeof(Wavelet) + 63) / 64;
  }
  /// Where the next buffer will stand.
  uint32_t getEnd() const { return static_cast<uint32_t>(lines.size()); }
  uint32_t add(uint32_t capacity) {
    uint32_t id = getEnd();
    lines.resize(id + linesOf(capacity));
    starts.push_back(id);
    new (&lines[id]) Buffer(capacity);
    return id;
  }
  Buffer &operator[](uint32_t id) {
    return *reinterpret_cast<Buffer *>(&lines[id]);
  }
  const Buffer &operator[](uint32_t id) const {
    return *reinterpret_cast<const Buffer *>(&lines[id]);
  }
  /// Has the header and the first places of a buffer in the cache soon.
  void fetch(uint32_t id) const {
    if (id != kNone)
      __builtin_prefetch(&lines[id], 1);
  }
  /// No place counts as left in this cycle.
  void forgetPops() {
    for (uint32_t id : starts)
      (*this)[id].lastPop = kNever;
  }

private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::vector<Line> lines;
  /// Where buffers begin.
  std::vector<uint32_t> starts;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_CYCLE_BUFFERS_H
