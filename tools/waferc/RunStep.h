//===- RunStep.h - the interpreter of every step of the ladder --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFERC_RUNSTEP_H
#define WAFER_TOOLS_WAFERC_RUNSTEP_H

#include "../wafer-run/Model.h"
#include "wafer/Executor/Constants.h"

namespace wafer::compiler {

/// The arithmetic of graphs and of kernels' bodies: f64, or f32 with every
/// result rounded to its declared type.
enum class Arithmetic { Exact, Rounded };

using ValueObserver = std::function<void(mlir::Value, const exec::Tensor &)>;

/// Runs IR of any phase on the same inputs.
class StepRunner {
public:
  /// `folder` is where relative paths of constants start.
  StepRunner(llvm::StringRef folder, std::vector<exec::Tensor> inputs)
      : constants(folder), inputs(std::move(inputs)) {}

  /// Evaluates the graph function of `model`.
  mlir::FailureOr<std::vector<exec::Tensor>>
  runGraph(const run::Model &model, Arithmetic arithmetic,
           const ValueObserver &observer = {});
  /// Evaluates the bodies of the kernels (phases sharded to allocated).
  mlir::FailureOr<std::vector<exec::Tensor>>
  runKernels(const run::Model &model, Arithmetic arithmetic,
             const ValueObserver &observer = {});
  /// Runs tasks or programs in the functional executor (phases streamed to pe).
  /// The answer holds the tensors of all hosts but the constants.
  mlir::FailureOr<std::vector<exec::Tensor>> runOnMesh(const run::Model &model);

private:
  exec::ConstantReader constants;
  std::vector<exec::Tensor> inputs;

  template <typename Function>
  mlir::FailureOr<std::vector<exec::Tensor>>
  evaluate(Function *function, const run::Model &model, Arithmetic arithmetic,
           const ValueObserver &observer);
};

} // namespace wafer::compiler

#endif // WAFER_TOOLS_WAFERC_RUNSTEP_H
