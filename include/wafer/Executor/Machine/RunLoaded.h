//===- RunLoaded.h - what every run of a module begins with -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_MACHINE_RUNLOADED_H
#define WAFER_EXECUTOR_MACHINE_RUNLOADED_H

#include "wafer/Executor/Machine/HostMemory.h"
#include "wafer/Executor/Machine/Run.h"
#include <chrono>

namespace wafer::exec {

/// Loads a module with `load()`, makes its host tensors ready, and runs it with
/// an ExecutorT made of the module, `memory`, `options` and the result. Times
/// both parts.
template <typename ExecutorT, typename LoadFn>
RunResult runLoaded(LoadFn load, HostMemory &memory,
                    const RunOptions &options) {
  using Clock = std::chrono::steady_clock;
  auto secondsSince = [](Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  RunResult result;
  auto begin = Clock::now();
  llvm::Expected<LoadedModule> module = load();
  if (!module) {
    result.fail(FailureKind::BadModule, llvm::toString(module.takeError()));
    return result;
  }
  if (llvm::Error error = memory.prepare(*module)) {
    result.fail(FailureKind::BadModule, llvm::toString(std::move(error)));
    return result;
  }
  summarise(*module, result);
  ExecutorT executor(*module, memory, options, result);
  result.loadSeconds = secondsSince(begin);
  begin = Clock::now();
  executor.run();
  finishSummary(*module, result);
  result.runSeconds = secondsSince(begin);
  return result;
}

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_MACHINE_RUNLOADED_H
