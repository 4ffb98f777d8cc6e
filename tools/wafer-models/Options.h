//===- Options.h - the command line of wafer-models -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_MODELS_OPTIONS_H
#define WAFER_TOOLS_WAFER_MODELS_OPTIONS_H

#include "Architecture.h"
#include "llvm/ADT/Twine.h"
#include <optional>
#include <string>

namespace wafer::models {

enum ExitCode { kSuccess = 0, kBadInput = 2 };

struct Options {
  Selection selection;
  uint64_t seed = 0;
  /// The model's file; never empty.
  std::string output;
  /// Write the weights to a file beside the model.
  bool storesWeights = false;
  /// An ONNX model whose weights to take; empty: they are drawn.
  std::string weightsFrom;
};

/// Reads the command line; nullopt after errors, which are on stderr.
std::optional<Options> parseOptions(int argc, char **argv);

/// Prints `wafer-models: error: message`.
int reportError(const llvm::Twine &message);

} // namespace wafer::models

#endif // WAFER_TOOLS_WAFER_MODELS_OPTIONS_H
