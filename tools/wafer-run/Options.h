//===- Options.h - what the user of wafer-run asks for -*- C++ -*--===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_RUN_OPTIONS_H
#define WAFER_TOOLS_WAFER_RUN_OPTIONS_H

#include "wafer/Executor/Machine/Run.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include <optional>
#include <string>
#include <vector>

namespace wafer::run {

/// Exit codes (docs/Debugging.md).
enum ExitCode {
  kSuccess = 0,
  kOutputsDiffer = 1,
  kBadInput = 2,
  kRunFailed = 3,
  kInterrupted = 130,
};

enum class Mode { Functional, Cycle, Reference };
llvm::StringRef stringifyMode(Mode mode);

/// The arithmetic of reference mode: in one precision throughout, or in double
/// precision with every result rounded to the type that the graph gives it.
enum class Evaluation { F64, F32, Typed };

struct Options {
  std::string file;
  Mode mode = Mode::Functional;
  Evaluation evaluation = Evaluation::F64;
  /// `[NAME=]FILE` each.
  std::vector<std::string> inputs, outputs, expected;
  /// `NAME=N` each, for ONNX models.
  std::vector<std::string> dims;
  std::string labels, json;
  double rtol = 1e-3, atol = 1e-5;
  /// Relative RMS error allowed; replaces both tolerances.
  std::optional<double> rms;
  bool randomInputs = false;
  uint64_t seed = 0;
  unsigned repeat = 1;
  unsigned threads = 1;
  bool timing = true;
  exec::RunOptions::Sections sections = exec::RunOptions::Sections::Auto;
};

/// Reads the command line; nullopt after errors, which are on stderr.
std::optional<Options> parseOptions(int argc, char **argv);

/// Prints `wafer-run: error: message` and returns `code`.
int reportError(const llvm::Twine &message, ExitCode code = kBadInput);

} // namespace wafer::run

#endif // WAFER_TOOLS_WAFER_RUN_OPTIONS_H
