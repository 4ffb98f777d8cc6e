//===- Expr.h - expressions compiled for speed ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_MACHINE_EXPR_H
#define WAFER_EXECUTOR_MACHINE_EXPR_H

#include "dialects/Machine/Expr.h"
#include "llvm/ADT/SmallVector.h"
#include <array>
#include <optional>
#include <vector>

namespace wafer::exec {

/// The values of x, y, launch, i0 ... i7, in the order of machine::ExprDim.
using ExprValues = std::array<int64_t, machine::kExprDims>;

/// A quasi-affine expression as a sum: constant + dimensions times factors +
/// quotients and remainders of smaller expressions times factors. Evaluates
/// without failing: divisors are positive constants.
class Expr {
public:
  Expr() = default;
  explicit Expr(int64_t constant) : constant(constant) {}
  /// nullopt for a product or quotient of two non-constants, or a divisor that
  /// is not positive.
  static std::optional<Expr> compile(mlir::AffineExpr expr);

  int64_t eval(const ExprValues &values) const {
    int64_t sum = constant;
    for (const Linear &term : linear)
      sum += term.factor * values[term.dim];
    for (const Division &term : divisions)
      sum += term.factor * term.eval(values);
    return sum;
  }

  bool isConstant() const { return linear.empty() && divisions.empty(); }
  int64_t getConstant() const { return constant; }
  /// Bit d is set if the value depends on dimension d.
  uint32_t getDims() const;
  bool dependsOn(unsigned dim) const { return getDims() >> dim & 1; }
  /// The factor of dimension `dim` if the value is linear in it, else nullopt.
  std::optional<int64_t> getFactor(unsigned dim) const;

  /// Appends words to `key` such that two PEs with equal words have equal
  /// values of the expression for every launch and every index.
  void appendSignature(int64_t x, int64_t y, std::vector<int64_t> &key) const;

  /// The expression at one PE: independent of x and y.
  Expr fixPE(int64_t x, int64_t y) const;

private:
  struct Linear {
    unsigned dim;
    int64_t factor;
  };
  struct Division {
    int64_t factor;
    int64_t divisor;
    bool isRemainder;
    std::vector<Expr>
        dividend; // One element; a vector because the type is incomplete here.
    int64_t eval(const ExprValues &values) const;
  };
  int64_t constant = 0;
  llvm::SmallVector<Linear, 2> linear;
  std::vector<Division> divisions;

  void addScaled(const Expr &other, int64_t factor);
};

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_MACHINE_EXPR_H
