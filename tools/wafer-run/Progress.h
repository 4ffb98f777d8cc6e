//===- Progress.h - how far a run has come -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_RUN_PROGRESS_H
#define WAFER_TOOLS_WAFER_RUN_PROGRESS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <atomic>
#include <chrono>
#include <string>

namespace wafer::run {

/// Tells on stderr how far a run has come once it takes longer than 2 s: each
/// second on one line of a terminal, elsewhere each 10 s on a line of its own.
class Progress {
public:
  /// `tool` begins each line.
  explicit Progress(std::string tool = "wafer-run");
  /// Ends the line on a terminal.
  ~Progress();

  /// `fraction` of the work is done (negative: unknown); `state` says it in the
  /// executor's words ("launch 3 of 24, cycle 1200"). Cheap unless it prints.
  void update(double fraction, llvm::function_ref<std::string()> state);

  const std::string &getTool() const { return tool; }

private:
  std::string tool;
  using Clock = std::chrono::steady_clock;
  Clock::time_point started, lastPrinted;
  bool isTerminal;
  bool lineIsOpen = false;
};

/// Lets Ctrl-C raise this flag instead of ending the program; a second Ctrl-C
/// ends it at once.
const std::atomic<bool> &watchInterrupts();

} // namespace wafer::run

#endif // WAFER_TOOLS_WAFER_RUN_PROGRESS_H
