//===- VerifyEach.h - every step must mean what the model means -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// waferc --verify-each: after every pass that changed the IR, the interpreter
// of its phase runs on the same inputs, and its outputs are compared:
//
//   graph                        with the model as it was imported, in f64
//   sharded, placed              the same; the bodies of the kernels
//   streamed ... pe              the first with the model, within the bound for
//                                sums in f32 in any order; the others with the
//                                first, bit by bit (E64)
//
// How far outputs may be apart is Expectation's business. Where they are
// further apart, the first op or kernel whose value differs is looked for.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFERC_VERIFYEACH_H
#define WAFER_TOOLS_WAFERC_VERIFYEACH_H

#include "Expectation.h"
#include "RunStep.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/Error.h"

namespace wafer::compiler {

class StepVerifier {
public:
  /// The inputs of a module's graph, or of its hosts where it has no graph:
  /// from `files` (`[NAME=]FILE` each), else random by `seed`.
  static llvm::Expected<std::vector<exec::Tensor>>
  readInputs(mlir::ModuleOp module, llvm::ArrayRef<std::string> files,
             uint64_t seed);

  /// `folder` is where relative paths of constants start.
  StepVerifier(llvm::StringRef folder, std::vector<exec::Tensor> inputs)
      : runner(folder, std::move(inputs)) {}

  /// Evaluates the graph function of `module`, which all steps are compared
  /// with. Without one only steps on the mesh are compared, with each other.
  mlir::LogicalResult setModel(mlir::ModuleOp module);

  /// Runs `module`. Fails after an error if it does not mean what the model
  /// means; `step` says in it where the module comes from ("after
  /// graph-simplify").
  mlir::LogicalResult check(mlir::ModuleOp module, llvm::StringRef step);

  /// Checks after every pass of a pass manager that changes its module. The
  /// verifier must outlive it; ask failed() after the passes have run.
  std::unique_ptr<mlir::PassInstrumentation> createInstrumentation();
  /// A check has failed; later ones are not made.
  bool failed() const { return hasFailed; }
  /// Steps that were run and compared.
  unsigned getNumSteps() const { return numSteps; }

private:
  StepRunner runner;
  mlir::OwningOpRef<mlir::ModuleOp> model, previous;
  int64_t longestSum = 1;
  /// Of the model, by output.
  std::vector<Expectation> outputs, outputsOnMesh;
  std::vector<std::string> outputNames;
  /// Host tensors of the first step that ran on the mesh.
  std::optional<std::vector<exec::Tensor>> onMesh;
  bool hasFailed = false;
  unsigned numSteps = 0;

  mlir::LogicalResult checkGraph(mlir::ModuleOp module, llvm::StringRef step,
                                 bool ofKernels);
  mlir::LogicalResult checkMesh(mlir::ModuleOp module, llvm::StringRef step);
  mlir::LogicalResult reportGraph(const run::Model &model, llvm::StringRef step,
                                  bool ofKernels, const std::string &what);
  mlir::LogicalResult reportMesh(const run::Model &model, llvm::StringRef step,
                                 llvm::StringRef host, const std::string &what);
  bool reportKernel(const run::Model &model, llvm::StringRef step,
                    const std::string &what);
};

} // namespace wafer::compiler

#endif // WAFER_TOOLS_WAFERC_VERIFYEACH_H
