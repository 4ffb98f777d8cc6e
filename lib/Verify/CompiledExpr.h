//===- CompiledExpr.h - quasi-affine expressions, fast ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_COMPILEDEXPR_H
#define WAFER_LIB_VERIFY_COMPILEDEXPR_H

#include "dialects/Machine/Machine.h"

namespace wafer::verify {

/// An expression as a list of steps on a stack, for evaluation at many points.
/// Dimensions are those of machine/Expr.h and any others. Arithmetic wraps; the
/// dialect sees to it that divisors are positive constants.
class CompiledExpr {
public:
  explicit CompiledExpr(mlir::AffineExpr expr) { compile(expr); }

  /// `values[d]` is the value of dimension d; dimensions beyond it are 0.
  int64_t evaluate(llvm::ArrayRef<int64_t> values) const;

private:
  enum class Kind { Constant, Dim, Add, Mul, FloorDiv, CeilDiv, Mod };
  struct Step {
    Kind kind;
    /// The constant, the dimension, or the constant right operand.
    int64_t value;
    /// The right operand is on the stack, not in `value`.
    bool isBinary;
  };

  /// Appends steps that push the value of `expr`.
  void compile(mlir::AffineExpr expr);

  llvm::SmallVector<Step, 8> steps;
};

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_COMPILEDEXPR_H
