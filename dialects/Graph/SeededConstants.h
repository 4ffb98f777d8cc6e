//===- SeededConstants.h - #graph.seeded as a generator ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_SEEDEDCONSTANTS_H
#define WAFER_DIALECTS_GRAPH_SEEDEDCONSTANTS_H

#include "dialects/Graph/Graph.h"
#include "wafer/Support/SeededValues.h"

namespace wafer::graph {

/// The generator that `attr` stands for.
SeededValues getSeededValues(SeededAttr attr);

/// The attribute for `values`, or null after an error if they are no value of
/// `type` (see the constraints of #graph.seeded).
SeededAttr
makeSeededAttr(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
               const SeededValues &values, mlir::RankedTensorType type);

} // namespace wafer::graph

#endif // WAFER_DIALECTS_GRAPH_SEEDEDCONSTANTS_H
