//===- Runners.h - one function for each way to run a file -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_RUN_RUNNERS_H
#define WAFER_TOOLS_WAFER_RUN_RUNNERS_H

#include "Model.h"
#include "Options.h"
#include "Progress.h"
#include "wafer/Executor/Constants.h"
#include "wafer/Executor/Machine/Run.h"
#include "wafer/Executor/Tensor.h"
#include <functional>

namespace wafer::run {

/// What all runs of one file share.
struct RunContext {
  const Options &options;
  const Model &model;
  /// Keeps mapped files from run to run.
  exec::ConstantReader &constants;
  Progress &progress;
  const std::atomic<bool> &stop;
  /// Of reference mode: round every result to its declared type
  /// (EvalOptions::roundEveryOp).
  bool roundEveryOp = false;
  /// Of reference mode: hears of every value of the graph or of the bodies.
  std::function<void(mlir::Value, const exec::Tensor &)> observer = {};
};

struct Answer {
  ExitCode code = kSuccess;
  llvm::SmallVector<exec::Tensor> outputs;
  /// Of the functional and the cycle executor; summed over the modules.
  std::optional<exec::RunResult> machineRun;
};

/// Evaluates the graph function. Errors are printed.
Answer runGraph(const RunContext &context, llvm::ArrayRef<exec::Tensor> inputs);

/// Evaluates the bodies of the kernels of the wafer programs, in order.
Answer runKernels(const RunContext &context,
                  llvm::ArrayRef<exec::Tensor> inputs);

/// Runs the PE modules in order in the functional or the cycle executor, or the
/// tasks of the wafer programs in the functional one.
Answer runPrograms(const RunContext &context,
                   llvm::ArrayRef<exec::Tensor> inputs);

} // namespace wafer::run

#endif // WAFER_TOOLS_WAFER_RUN_RUNNERS_H
