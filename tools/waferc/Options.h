//===- Options.h - what the user of waferc asks for -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFERC_OPTIONS_H
#define WAFER_TOOLS_WAFERC_OPTIONS_H

#include "wafer/Import/OnnxImport.h"
#include "wafer/Pipeline/Phases.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

namespace wafer::compiler {

/// Exit codes (docs/Debugging.md).
enum ExitCode {
  kSuccess = 0,
  kStepsDiffer = 1,
  kBadInput = 2,
  kCannotCompile = 3,
};

struct Options {
  std::string input;
  /// Never empty: the default is filled in.
  std::string output;
  std::string machine;
  /// chain or ring.
  std::string reduce;
  bool isReduceGiven = false;
  ImportOptions import;
  /// The phase to reach; Phase::PE for programs too.
  Phase target = Phase::PE;
  /// Write a `.wafer` file, not IR as text.
  bool emitProgram = true;
  /// Files; empty: none. "-" is standard output.
  std::string json, dumpFolder;
  std::optional<std::string> report;
  bool printTiming = false;
  /// Not in graphs only.
  bool printLocations = false;
  bool verify = true;
  /// Run every step's interpreter and compare (VerifyEach.h).
  bool verifyEach = false;
  /// Of verifyEach: `[NAME=]FILE` each; the inputs without a file are random.
  std::vector<std::string> inputs;
  uint64_t seed = 0;
};

/// Reads the command line; nullopt after errors, which are on stderr.
std::optional<Options> parseOptions(int argc, char **argv);

/// Prints `waferc: error: message` and returns `code`.
int reportError(const llvm::Twine &message, ExitCode code = kBadInput);
int reportError(llvm::Error error, ExitCode code = kBadInput);

} // namespace wafer::compiler

#endif // WAFER_TOOLS_WAFERC_OPTIONS_H
