//===- Options.h - what the user of wafer-conformance asks for -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_CONFORMANCE_OPTIONS_H
#define WAFER_TOOLS_WAFER_CONFORMANCE_OPTIONS_H

#include "../wafer-run/Options.h"

namespace wafer::conformance {

/// Exit codes: kFailures if a case failed, or none was found.
enum ExitCode { kSuccess = 0, kFailures = 1, kBadUsage = 2 };

/// How each case is run and judged.
struct RunOptions {
  run::Mode mode = run::Mode::Reference;
  run::Evaluation evaluation = run::Evaluation::Typed;
  /// For functional and cycle mode: a preset, `mesh<WxH>` or a machine file.
  std::string machine;
  /// Of f32 and f64 outputs; ONNX's narrower types have fixed ones.
  double rtol = 1e-3, atol = 1e-5;
  /// Relative RMS error allowed for f16 outputs of whole models.
  double rmsF16 = 2e-3;
  /// Normalise the graph (phase `graph`) before reference mode evaluates it.
  bool normalise = false;
  /// Of each case.
  double timeLimitInSeconds = 60;
  /// Address space of each case; 0: no limit.
  int64_t memoryLimitInMegabytes = 8192;
};

struct Options {
  std::vector<std::string> folders;
  /// Only cases whose path holds one of these; all if empty.
  std::vector<std::string> filters;
  /// "-" is standard output; empty: none.
  std::string json;
  /// Print skipped cases too.
  bool verbose = false;
  unsigned jobs = 1;
  RunOptions run;
};

/// Reads the command line; nullopt after errors, which are on stderr.
std::optional<Options> parseOptions(int argc, char **argv);

} // namespace wafer::conformance

#endif // WAFER_TOOLS_WAFER_CONFORMANCE_OPTIONS_H
