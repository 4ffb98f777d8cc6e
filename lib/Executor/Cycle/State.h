//===- State.h - routers, processors and ports in motion --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a visit touches every time stands apart from what it seldom needs: the
// speed of a simulation is that of the caches.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_CYCLE_STATE_H
#define WAFER_LIB_EXECUTOR_CYCLE_STATE_H

#include "Buffers.h"
#include "wafer/Executor/Machine/HostMemory.h"
#include "wafer/Executor/Machine/RouteMap.h"
#include "wafer/Executor/Machine/Thread.h"

namespace wafer::exec {

constexpr unsigned kRampPort = static_cast<unsigned>(Direction::Ramp);

/// A router's treatment of one colour, with what follows from its position.
struct alignas(64) RouterColour {
  uint64_t wakeAt = kNever;
  uint32_t pe;
  /// kNone where no program runs.
  uint32_t processor = kNone;
  uint8_t colour;
  uint8_t position = 0;
  /// The live input port.
  uint8_t live = 0;
  /// Output ports, bit by bit; none if there is no route in this epoch.
  uint8_t outputs = 0;
  /// Those of them that another colour of this PE uses too.
  uint8_t contended = 0;
  /// The buffer at the live input.
  uint32_t input = kNone;
  /// By output port: the neighbour's entry for the colour, and its buffer (at
  /// the ramp, the queue tied to the colour); kNone if there is none.
  std::array<uint32_t, 4> neighbours = {kNone, kNone, kNone, kNone};
  std::array<uint32_t, 5> targets = {kNone, kNone, kNone, kNone, kNone};
};
static_assert(sizeof(RouterColour) == 64, "one cache line");

/// The rest of it.
struct RouterRoute {
  /// Of the current epoch; nullptr if there is none.
  const Route *route = nullptr;
  /// Buffers by input port, made when first needed.
  std::array<uint32_t, 5> inputs = {kNone, kNone, kNone, kNone, kNone};
};

/// What a thread of a PE is doing.
enum class ThreadState : uint8_t {
  Idle,
  /// Nothing until cycle `until`, then the next instruction.
  Timed,
  /// A vector instruction or control wavelet that can beat from cycle `until`
  /// on.
  Running,
  /// pe.await, pe.async on a busy microthread, pe.barrier with busy
  /// microthreads: decided anew when a microthread ends.
  Waiting,
  /// pe.barrier: until all have come.
  AtBarrier,
};

struct alignas(64) ThreadRun {
  /// What a beat of a fabric instruction computes. The common ones need no
  /// call.
  enum class Beat : uint8_t { Copy, AddF32, Call, Control };

  uint64_t until = 0;
  /// Beats left (E50).
  int64_t beats = 0;
  const Instruction *instruction = nullptr;
  ElementFn fn = nullptr;
  /// Points left in the row of the iteration space.
  int64_t rowLeft = 0;
  /// Queues: of the sources, of the destination; kNone for other operands.
  std::array<uint32_t, 2> from = {kNone, kNone};
  uint32_t to = kNone;
  ThreadState state = ThreadState::Idle;
  Beat beat = Beat::Call;
  bool usesFabric = false;
  /// Bytes of a source's and of the destination's element.
  uint8_t bytesFrom = 4, bytesTo = 4;
  /// Operand 0 is the destination, 1 and 2 are the sources: where the current
  /// element stands in memory (nullptr for a queue) and how far on the next one
  /// of the row is.
  std::array<char *, 3> at = {};
  std::array<int64_t, 3> step = {};
};
static_assert(sizeof(ThreadRun) == 128, "two cache lines");

/// The rest of it: what one point after the other does not need.
struct ThreadRest {
  ThreadControl control;
  VectorCursor cursor;
};

/// A PE that runs a program. Its threads stand in a row (the main thread
/// first), and so do its queues.
struct alignas(64) ProcessorState {
  uint64_t wakeAt = kNever, rampWakeAt = kNever;
  /// The latest cycles for which a visit has been asked for, from near and from
  /// afar: once is enough.
  uint64_t nearEntry = kNever, farEntry = kNever;
  /// A thread that beats alone, on memory only, from cycle bulkFrom on; kNone
  /// if there is none.
  uint64_t bulkFrom = 0;
  uint32_t bulkThread = kNone;
  uint32_t firstThread, firstQueue;
  uint32_t program;
  /// Whose turn came last: threads, output queues.
  uint16_t lastThread = 0, lastOutput = 0;
  uint16_t numThreads, numOutputs;
};
static_assert(sizeof(ProcessorState) == 64, "one cache line");

/// The threads and queues that a program uses. Numbers of queues and
/// microthreads map to consecutive ones in the same order.
struct ProgramLayout {
  /// Numbers of the queues in use.
  std::vector<unsigned> inputs, outputs;
  /// By number: how far behind the PE's first queue it begins.
  std::vector<uint32_t> inputOffset, outputOffset;
  /// The same of each of `outputs`.
  std::vector<uint32_t> outputList;
  /// By microthread: its place among the PE's threads.
  std::vector<unsigned> threadOf;
  /// By place among the PE's threads: 0 for the main thread, 1 + n for
  /// microthread n.
  std::vector<unsigned> threadNames;
};

/// The feeds that enter at one port; those of one colour follow each other.
struct PortState {
  uint32_t pe;
  Direction side;
  int64_t rate;
  struct Stream {
    unsigned colour;
    std::vector<const Feed *> feeds;
    size_t current = 0;
    std::optional<NestCursor> cursor;
    std::optional<HostWords> words;
  };
  std::vector<Stream> streams;
  uint32_t lastStream = 0;
  uint64_t wakeAt = kNever;
  /// The first time at which the port may send again, in thousandths of a
  /// cycle.
  uint64_t nextMilli = 0;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_CYCLE_STATE_H
