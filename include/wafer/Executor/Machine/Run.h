//===- Run.h - options and result of a run ----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_MACHINE_RUN_H
#define WAFER_EXECUTOR_MACHINE_RUN_H

#include "wafer/Executor/Trace/Trace.h"
#include "llvm/ADT/StringRef.h"
#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace wafer::exec {

/// Why a run ended before its time.
enum class FailureKind {
  None,
  BadModule,    ///< The module cannot be loaded or a host tensor is missing.
  BadAccess,    ///< An element outside its buffer or host tensor (E20).
  BadRoute,     ///< A wavelet without a route, or one that left the mesh (E33).
  BadBind,      ///< A queue tied while it held wavelets, or a colour tied twice
                ///< (E35).
  NotDrained,   ///< Wavelets in the fabric at a barrier (E41).
  Deadlock,     ///< E61.
  NotQuiescent, ///< Wavelets left at the end of a launch (E36).
  Stopped,      ///< The stop flag was raised.
};
llvm::StringRef stringifyFailureKind(FailureKind kind);

/// How far a run has come.
struct RunState {
  int64_t launch = 0;
  /// Where cycles are counted; else 0.
  uint64_t cycle = 0;
  /// The section at hand (E65), if the run has some.
  llvm::StringRef section;
  /// The share of the launch that is done, as far as that is known: of the
  /// elements that feeds send.
  double done = 0;
};

struct RunOptions {
  /// Worker threads; results do not depend on it.
  unsigned threads = 1;
  /// Functional: whether to find how long launches take; if not, cycles are 0.
  bool timing = true;
  /// Functional: whether to run kernel by kernel (E65). Results do not depend
  /// on it; automatic means for large meshes.
  enum class Sections { Auto, Always, Never } sections = Sections::Auto;
  /// Raised from outside (a signal handler) to end the run early.
  const std::atomic<bool> *stop = nullptr;
  /// Called now and then.
  std::function<void(const RunState &)> progress;
  /// Hears of instructions and hops.
  TraceListener *trace = nullptr;
};

struct RunResult {
  FailureKind failure = FailureKind::None;
  /// One line each; the first says what happened, the others where.
  std::vector<std::string> diagnostics;

  /// Sum over launches (E55), and each; nothing without RunOptions::timing.
  bool hasCycles = true;
  uint64_t cycles = 0;
  std::vector<uint64_t> cyclesPerLaunch;
  /// Data and control wavelets that PEs and feeds put on the fabric.
  uint64_t waveletsSent = 0;
  /// Links crossed by them; a multicast crosses several at once.
  uint64_t waveletHops = 0;
  /// False for a program whose streams have no routes yet: waveletHops and
  /// coloursUsed say nothing.
  bool hasRoutes = true;
  /// Functional: the sections that the last module ran in (E65).
  unsigned sections = 1;
  /// Vector instructions, counted for each PE.
  uint64_t instructions = 0;
  /// Points of their iteration spaces.
  uint64_t elements = 0;
  /// The end of the highest buffer of any program.
  int64_t sramBytesMax = 0;
  int64_t pesUsed = 0;
  int64_t coloursUsed = 0;
  /// Host copies (E5): bytes, and cycles at the rate of all ports together.
  uint64_t hostCopyBytes = 0;
  uint64_t hostCopyCycles = 0;
  /// Wall-clock time of loading and of running.
  double loadSeconds = 0, runSeconds = 0;

  bool succeeded() const { return failure == FailureKind::None; }
  void fail(FailureKind kind, std::string diagnostic) {
    if (failure == FailureKind::None)
      failure = kind;
    diagnostics.push_back(std::move(diagnostic));
  }
};

struct LoadedModule;
/// Fills in what is known of a module before it runs, and after: the time of
/// host copies.
void summarise(const LoadedModule &module, RunResult &result);
void finishSummary(const LoadedModule &module, RunResult &result);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_MACHINE_RUN_H
