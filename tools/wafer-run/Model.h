//===- Model.h - what a file offers to run -*- C++ -*--===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_RUN_MODEL_H
#define WAFER_TOOLS_WAFER_RUN_MODEL_H

#include "dialects/PE/PE.h"
#include "dialects/Wafer/Wafer.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace wafer::run {

/// An input or output of the model.
struct Port {
  std::string name;
  mlir::RankedTensorType type;
};

/// The parts of a module that executors read. Which are there depends on the
/// phase: the graph always or up to `pe`, wafer programs from `sharded`, PE
/// modules in `pe` and in .wafer files.
struct Model {
  mlir::ModuleOp module;
  mlir::func::FuncOp graph;
  llvm::SmallVector<pe::HostOp> hosts;
  llvm::SmallVector<mesh::ProgramOp> programs;
  llvm::SmallVector<pe::ModuleOp> peModules;

  explicit Model(mlir::ModuleOp module);

  /// Reference mode reads the graph unless there are kernels to evaluate.
  bool hasKernels() const { return !programs.empty(); }

  /// True if all programs have tasks (from phase streamed on), which the
  /// functional executor runs.
  bool hasTasks() const;

  /// The ports of the graph function, or those that the host tensors are.
  /// Errors are diagnostics: a type that no executor knows.
  mlir::FailureOr<llvm::SmallVector<Port>> getInputs(bool ofGraph) const;
  mlir::FailureOr<llvm::SmallVector<Port>> getOutputs(bool ofGraph) const;

private:
  mlir::FailureOr<llvm::SmallVector<Port>>
  getGraphPorts(mlir::TypeRange types,
                llvm::function_ref<std::string(unsigned)> nameOf) const;
  llvm::SmallVector<Port> getHostPorts(pe::HostKind kind) const;
};

} // namespace wafer::run

#endif // WAFER_TOOLS_WAFER_RUN_MODEL_H
