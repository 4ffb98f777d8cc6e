//===- SimplifyPatterns.h - what graph-simplify applies ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_GRAPH_SIMPLIFYPATTERNS_H
#define WAFER_LIB_GRAPH_SIMPLIFYPATTERNS_H

#include "dialects/Graph/Graph.h"
#include "mlir/IR/PatternMatch.h"

namespace wafer::graph {

/// `value` in another shape; itself if it has that already.
mlir::Value createReshape(mlir::PatternRewriter &rewriter, mlir::Location loc,
                          mlir::Value value, llvm::ArrayRef<int64_t> shape);

/// The reshape that `value` is, if a map before it does not work on a higher
/// rank than one behind it.
ReshapeOp getReshape(mlir::Value value);

/// A copy of `op` on other operands and with other attributes, whose result has
/// `shape`.
mlir::Value createLike(mlir::PatternRewriter &rewriter, mlir::Operation *op,
                       mlir::ValueRange operands, llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<mlir::NamedAttribute> changed = {});

/// True for ops that compute each element of the result from the elements of
/// the operands in its place, with numpy broadcasting.
bool isMap(mlir::Operation *op);

/// Reshapes move behind maps, reductions and normalisations (SinkReshapes.cpp).
void populateSinkReshapePatterns(mlir::RewritePatternSet &patterns);

/// Reshapes that only move dimensions of 1 move in front of rotary embeddings
/// (HoistReshapes.cpp).
void populateHoistReshapePatterns(mlir::RewritePatternSet &patterns);

/// Constants that repeat become rows gathered once for each (RepeatRows.cpp).
void populateRepeatRowsPatterns(mlir::RewritePatternSet &patterns);

/// Operands lose what an op does not need of them (TrimOperands.cpp).
void populateTrimOperandPatterns(mlir::RewritePatternSet &patterns);

} // namespace wafer::graph

#endif // WAFER_LIB_GRAPH_SIMPLIFYPATTERNS_H
