//===- DenseValues.h - evaluated constants in the IR ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_DENSEVALUES_H
#define WAFER_GRAPH_DENSEVALUES_H

#include "dialects/Graph/Graph.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "wafer/Executor/Tensor.h"

namespace wafer::graph {

/// True if the result depends on an order that the executor chooses.
bool isSumOfFloats(mlir::Operation *op);

/// The elements of `tensor`, whose type `type` is.
mlir::DenseElementsAttr createDense(const exec::Tensor &tensor,
                                    mlir::Type type);

} // namespace wafer::graph

#endif // WAFER_GRAPH_DENSEVALUES_H
