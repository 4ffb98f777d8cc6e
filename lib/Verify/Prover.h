//===- Prover.h - proofs that expressions stay small ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upper bounds of quasi-affine expressions over a space, by reasoning on their
// normal form instead of visiting points. A bound holds at every point; it may
// be larger than what any point reaches.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_PROVER_H
#define WAFER_LIB_VERIFY_PROVER_H

#include "DigitSum.h"
#include "ExprSpace.h"

namespace wafer::verify {

/// Finds proofs, and remembers them for other spaces in which the dimensions
/// that matter have the same ranges.
class Prover {
public:
  /// Is there no point of `space` where all of `exprs` are positive? False if
  /// that cannot be proved.
  bool areNeverAllPositive(llvm::ArrayRef<mlir::AffineExpr> exprs,
                           const ExprSpace &space);
  /// A number that `expr` never exceeds; nullopt if none is found.
  std::optional<int64_t> boundAbove(mlir::AffineExpr expr,
                                    const ExprSpace &space);

private:
  DimMask getDims(mlir::AffineExpr expr);
  std::optional<std::vector<int64_t>>
  getKey(llvm::ArrayRef<mlir::AffineExpr> exprs, const ExprSpace &space);

  DigitSums sums;
  llvm::DenseMap<mlir::AffineExpr, DimMask> dims;
  std::map<std::vector<int64_t>, bool> proofs;
  std::map<std::vector<int64_t>, std::optional<int64_t>> bounds;
};

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_PROVER_H
