//===- Expr.h - quasi-affine expressions in PE coordinates -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dimension 0 is x, 1 is y, 2 is launch, 3 + k is the index i<k>. Every dialect
// writes expressions with these names.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_MACHINE_EXPR_H
#define WAFER_DIALECTS_MACHINE_EXPR_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/OpImplementation.h"

namespace wafer::machine {

enum ExprDim : unsigned { kX = 0, kY = 1, kLaunch = 2, kIndex0 = 3 };
/// The deepest nest of indices that an expression may name (i0 ... i7).
constexpr unsigned kMaxIndices = 8;
constexpr unsigned kExprDims = kIndex0 + kMaxIndices;

/// The expressions x, y, launch and i<k>.
mlir::AffineExpr exprX(mlir::MLIRContext *context);
mlir::AffineExpr exprY(mlir::MLIRContext *context);
mlir::AffineExpr exprLaunch(mlir::MLIRContext *context);
mlir::AffineExpr exprIndex(mlir::MLIRContext *context, unsigned k);

/// The value of `expr` where dimension d has the value values[d]; dimensions
/// beyond the array are 0. Division and mod round towards minus infinity.
/// Returns nullopt on a division by zero or a negative modulus.
std::optional<int64_t> evaluate(mlir::AffineExpr expr,
                                llvm::ArrayRef<int64_t> values);

/// One more than the largest index k such that `expr` names i<k>; 0 if it names
/// none.
unsigned getNumIndicesUsed(mlir::AffineExpr expr);

/// Constraint C1 of #machine.expr.
mlir::LogicalResult
verifyExpr(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
           mlir::AffineExpr expr);

/// Parses and verifies.
mlir::ParseResult parseExpr(mlir::AsmParser &parser, mlir::AffineExpr &expr);
void printExpr(llvm::raw_ostream &os, mlir::AffineExpr expr);
std::string toString(mlir::AffineExpr expr);

} // namespace wafer::machine

#endif
