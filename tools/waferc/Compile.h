//===- Compile.h - from phase to phase -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFERC_COMPILE_H
#define WAFER_TOOLS_WAFERC_COMPILE_H

#include "Options.h"
#include "VerifyEach.h"
#include "mlir/Support/Timing.h"
#include "wafer/Report/CompileReport.h"
#include "llvm/Support/SourceMgr.h"

namespace wafer::compiler {

/// A model on its way down the ladder.
struct Compilation {
  const Options &options;
  mlir::MLIRContext *context;
  llvm::SourceMgr &sources;

  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// Where the module's relative paths start.
  std::string folder;
  report::CompileReport report;
  /// Seconds of each step, in order: "import" or "parse", then phases.
  std::vector<std::pair<std::string, double>> seconds;
  /// With --verify-each.
  std::unique_ptr<StepVerifier> verifier;
};

/// Reads the input. Errors are printed.
ExitCode readInput(Compilation &compilation);

/// Checks --machine and --emit against the input's phase.
ExitCode checkInput(Compilation &compilation);

/// Runs the phases between the input's and the target, dumps each if asked to.
ExitCode runPhases(Compilation &compilation, mlir::TimingScope &timing);

/// Seconds since the process started its work.
double getElapsedSeconds();

} // namespace wafer::compiler

#endif // WAFER_TOOLS_WAFERC_COMPILE_H
