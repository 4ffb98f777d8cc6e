//===- Output.h - the files that waferc writes -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFERC_OUTPUT_H
#define WAFER_TOOLS_WAFERC_OUTPUT_H

#include "Compile.h"

namespace wafer::compiler {

/// Fails unless every file of the command line can be created. Creates the
/// folder for dumps.
llvm::Error checkOutputs(const Options &options);

/// Writes `DIR/NN-PHASE.mlir`.
llvm::Error dumpPhase(Compilation &compilation, Phase phase);

/// Writes the IR or program, the report and the JSON, each whole or not at all.
llvm::Error writeOutputs(Compilation &compilation);

} // namespace wafer::compiler

#endif // WAFER_TOOLS_WAFERC_OUTPUT_H
