//===- Passes.h - normalisation of tensor graphs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_PASSES_H
#define WAFER_GRAPH_PASSES_H

#include "dialects/Graph/Graph.h"
#include "mlir/Pass/Pass.h"

namespace wafer::graph {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "wafer/Graph/Passes.h.inc"

} // namespace wafer::graph

#endif // WAFER_GRAPH_PASSES_H
