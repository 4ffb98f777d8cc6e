//===- Trace.h - what executors tell a listener -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_TRACE_TRACE_H
#define WAFER_EXECUTOR_TRACE_TRACE_H

#include "wafer/Support/Geometry.h"

namespace mlir {
class Operation;
} // namespace mlir

namespace wafer::exec {

/// Hears of what happens in a run. Cycles count from the start of the launch.
/// The functional executor reports what the lanes of a group do together for
/// the group's first PE, and no hops.
class TraceListener {
public:
  virtual ~TraceListener();
  /// `thread` is 0 for the main thread, 1 + n for microthread n.
  virtual void instructionStarted(Point pe, unsigned thread,
                                  mlir::Operation *op, uint64_t cycle) {}
  virtual void instructionEnded(Point pe, unsigned thread, mlir::Operation *op,
                                uint64_t cycle) {}
  /// A wavelet leaves the router of `pe` on `side`.
  virtual void waveletHopped(Point pe, Direction side, unsigned colour,
                             uint32_t bits, uint64_t cycle) {}
};

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_TRACE_TRACE_H
