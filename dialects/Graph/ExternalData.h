//===- ExternalData.h - constants that stay in their files ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_EXTERNALDATA_H
#define WAFER_DIALECTS_GRAPH_EXTERNALDATA_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"

namespace wafer::graph {

/// The hash of a constant's bytes as #graph.external has it: 16 hexadecimal
/// digits of xxh3. Above 64 MiB only the first 4 KiB of every MiB and the last
/// 4 KiB are hashed: a changed file is noticed with the odds of a sample, its
/// size and its offset, and a 2 GB model costs 8 MB of reading.
std::string hashExternalData(llvm::ArrayRef<uint8_t> bytes);

/// Rewrites the relative paths of every #graph.external in `module` from the
/// folder `fromDir` to the folder `toDir` (each "" or "." for the working
/// directory), so that they name the same files. Absolute paths stay. Fails
/// only if the working directory is unknown.
mlir::LogicalResult rebaseExternalPaths(mlir::Operation *module,
                                        llvm::StringRef fromDir,
                                        llvm::StringRef toDir);

} // namespace wafer::graph

#endif // WAFER_DIALECTS_GRAPH_EXTERNALDATA_H
