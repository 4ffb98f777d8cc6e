//===- TensorFiles.h - files for inputs and outputs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_RUN_TENSORFILES_H
#define WAFER_TOOLS_WAFER_RUN_TENSORFILES_H

#include "Model.h"
#include "Options.h"
#include "wafer/Executor/Tensor.h"
#include "llvm/Support/Error.h"

namespace wafer::run {

/// A file for one of the ports.
struct PortFile {
  unsigned port;
  std::string path;
  /// Read already, unless it is to be written.
  exec::Tensor tensor;
};

/// Reads `[NAME=]FILE` arguments and gives each a port: the named one, the one
/// of a .pb file's own name, else the first one that is still without a file.
/// `kind` ("input", "output") is for messages.
llvm::Expected<llvm::SmallVector<PortFile>>
readPortFiles(llvm::ArrayRef<std::string> arguments, llvm::ArrayRef<Port> ports,
              llvm::StringRef kind);

/// The same for files to be written: their folders must exist and be writable,
/// their extensions known.
llvm::Expected<llvm::SmallVector<PortFile>>
planOutputFiles(llvm::ArrayRef<std::string> arguments,
                llvm::ArrayRef<Port> ports);

/// All inputs in order, from files or random.
llvm::Expected<llvm::SmallVector<exec::Tensor>>
readInputs(const Options &options, llvm::ArrayRef<Port> ports);

} // namespace wafer::run

#endif // WAFER_TOOLS_WAFER_RUN_TENSORFILES_H
