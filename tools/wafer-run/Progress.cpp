//===- Progress.cpp - how far a run has come -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

namespace wafer::run {

static constexpr double kQuietSeconds = 2;
static constexpr double kTerminalPeriod = 1, kFilePeriod = 10;

static double secondsBetween(std::chrono::steady_clock::time_point begin,
                             std::chrono::steady_clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

Progress::Progress(std::string tool)
    : tool(std::move(tool)), started(Clock::now()), lastPrinted(started),
      isTerminal(llvm::sys::Process::StandardErrIsDisplayed()) {}

Progress::~Progress() {
  if (lineIsOpen)
    llvm::errs() << "\n";
}

void Progress::update(double fraction,
                      llvm::function_ref<std::string()> state) {
  Clock::time_point now = Clock::now();
  double elapsed = secondsBetween(started, now);
  double period =
      isTerminal || lastPrinted == started ? kTerminalPeriod : kFilePeriod;
  if (elapsed < kQuietSeconds || secondsBetween(lastPrinted, now) < period)
    return;
  lastPrinted = now;
  llvm::raw_ostream &os = llvm::errs();
  // Back to the start of the line, and clear it.
  os << (isTerminal ? "\r\033[K" : "") << tool << ": " << state()
     << llvm::format(", %.0f s", elapsed);
  if (fraction > 0)
    os << llvm::format(", about %.0f s left", elapsed / fraction - elapsed);
  if (!isTerminal)
    os << "\n";
  lineIsOpen = isTerminal;
}

static std::atomic<bool> interrupted = false;

const std::atomic<bool> &watchInterrupts() {
  llvm::sys::SetInterruptFunction([] { interrupted = true; });
  return interrupted;
}

} // namespace wafer::run
