//===- waferc.cpp - compiles models and the IR of any phase -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Reads a model, runs the phases that are left (include/wafer/Pipeline), writes
// the result. Nothing is written unless everything went well, except dumps:
// they show how far it came.
//
//===----------------------------------------------------------------------===//

#include "Compile.h"
#include "Output.h"

#include "wafer/Executor/File/ModuleFile.h"
#include "wafer/Executor/File/ToolDiagnostics.h"
#include "wafer/Import/TensorImport.h"
#include "wafer/Pipeline/Registration.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::compiler;

static int compile(const Options &options) {
  if (llvm::Error error = checkOutputs(options))
    return reportError(std::move(error));
  DialectRegistry registry;
  registerAllDialects(registry);
  registerTensorDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  llvm::SourceMgr sources;
  exec::ToolDiagnostics diagnostics("waferc", sources, &context);
  Compilation compilation{options, &context, sources, {}, "", {}, {}};
  if (ExitCode code = readInput(compilation))
    return code;
  if (ExitCode code = checkInput(compilation))
    return code;
  DefaultTimingManager timing;
  timing.setEnabled(options.printTiming);
  {
    TimingScope root = timing.getRootScope();
    if (ExitCode code = runPhases(compilation, root))
      return code;
  }
  if (llvm::Error error = writeOutputs(compilation))
    return reportError(std::move(error));
  return kSuccess;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // Starts the clock.
  getElapsedSeconds();
  std::optional<Options> options = parseOptions(argc, argv);
  return options ? compile(*options) : kBadInput;
}
