//===- Chain.h - ops that may spell one formula -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_GRAPH_CHAIN_H
#define WAFER_LIB_GRAPH_CHAIN_H

#include "Formula.h"

namespace wafer::graph {

/// What stands around an op that a formula cannot do without, its anchor: where
/// the formula may begin and where it may end.
struct Chain {
  mlir::Operation *anchor;
  /// Values that the anchor is computed from, nearest first.
  llvm::SmallVector<mlir::Value> origins;
  /// Values of the anchor's block that are computed from it, furthest first.
  llvm::SmallVector<mlir::Value> results;
};

/// Builds the op that computes `result`, or returns null if the chain does not
/// spell what is looked for.
using Fuse = llvm::function_ref<mlir::Value(
    mlir::OpBuilder &builder, const Chain &chain, mlir::Value result)>;

/// Tries `fuse` for the results of the chain of every anchor under `root`, and
/// replaces what it builds. What nothing uses then is erased.
void fuseChains(mlir::Operation *root,
                llvm::function_ref<bool(mlir::Operation *)> isAnchor,
                Fuse fuse);

/// How much a constant of the chain may differ from the number that it stands
/// for: as much as rounding to its element types can bring about.
double getTolerance(const Chain &chain, mlir::Value result);

/// The variables of the dimensions of `value` that are not 1.
Variables getVariables(mlir::Value value);

/// True if each element of `result` may be computed from the one of `origin` in
/// its place, and others: both have the same dimensions but for those of 1.
bool haveSameDims(mlir::Value origin, mlir::Value result);

/// The type in which an op on `operands` is computed that ends in `result`: the
/// result's if it holds every number of the operands, else the widest.
mlir::Type chooseElementType(mlir::Value result,
                             llvm::ArrayRef<mlir::Value> operands);

/// `value` with another shape and another element type.
mlir::Value convert(mlir::OpBuilder &builder, mlir::Location loc,
                    mlir::Value value, llvm::ArrayRef<int64_t> shape,
                    mlir::Type elementType);
/// `value` with the type of `result`.
mlir::Value convertTo(mlir::OpBuilder &builder, mlir::Value value,
                      mlir::Value result);

} // namespace wafer::graph

#endif // WAFER_LIB_GRAPH_CHAIN_H
