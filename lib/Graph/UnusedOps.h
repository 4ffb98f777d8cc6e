//===- UnusedOps.h - ops without effect -------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_UNUSEDOPS_H
#define WAFER_GRAPH_UNUSEDOPS_H

#include "mlir/IR/Operation.h"

namespace wafer::graph {

/// Erases ops inside of `root` whose results nothing needs.
void eraseUnusedOps(mlir::Operation *root);

} // namespace wafer::graph

#endif // WAFER_GRAPH_UNUSEDOPS_H
