//===- Registration.h - everything a tool registers ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PIPELINE_REGISTRATION_H
#define WAFER_PIPELINE_REGISTRATION_H

namespace mlir {
class DialectRegistry;
}

namespace wafer {

/// The dialects machine, graph, pe and wafer, and the upstream ones that their
/// files use (builtin, func).
void registerAllDialects(mlir::DialectRegistry &registry);

/// Every pass and every phase pipeline, for command lines.
void registerAllPasses();

} // namespace wafer

#endif
