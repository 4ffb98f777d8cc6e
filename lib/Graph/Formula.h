//===- Formula.h - what a value computes, as a polynomial -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exporters write one formula in many ways. Here a value that a chain of maps
// and reductions computes from another one, the *origin*, is brought to a
// normal form: a sum of products of powers of atoms. An atom is a tensor that
// the chain only reads (a leaf), or a function of a formula: exp, erf, sigmoid,
// a power, a sum or the largest element along dimensions. Order and grouping of
// operands, division or product with a reciprocal, x·x or x^2, the place of
// factors, unit dimensions, and casts between floating-point types do not show
// in it:
//
//   mean((x - mean(x))^2)  and  mean(x^2) - mean(x)^2   both become
//   1/N·Σx² - 1/N²·(Σx)²
//
// Rules that bring about more than arithmetic:
//   tanh(u)       = 2·sigmoid(2u) - 1
//   1/(1+exp(u))  = sigmoid(-u)
//   exp(u + v)    = exp(u)·exp(v), and factors without the summed dimension
//                   leave a sum, so that exp(x - max)/Σexp(x - max) and
//                   exp(x)/Σexp(x) are the same
//
// Equal normal forms mean equal real numbers; rounding and overflow may differ.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_GRAPH_FORMULA_H
#define WAFER_LIB_GRAPH_FORMULA_H

#include "dialects/Graph/Graph.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseMap.h"

namespace wafer::graph {

/// Coefficients that differ relatively by less are the same number, written
/// with fewer digits.
inline constexpr double kTolerance = 2e-5;
bool isClose(double a, double b, double tolerance = kTolerance);

/// An index into the atoms of a Formulas.
using AtomId = unsigned;

/// A product of powers: atoms in rising order with exponents other than 0.
using Monomial = llvm::SmallVector<std::pair<AtomId, double>, 4>;

/// A sum of products with coefficients other than 0, in order of monomials. The
/// empty monomial is the constant term.
struct Polynomial {
  llvm::SmallVector<std::pair<Monomial, double>, 4> terms;

  /// The coefficient of `monomial`, 0 if it does not occur.
  double get(llvm::ArrayRef<std::pair<AtomId, double>> monomial) const;
  /// The value if there is nothing but a constant term.
  std::optional<double> getConstant() const;
};

/// Dimensions as variables: dimension i of the result for i < kBound, the n-th
/// dimension of the innermost enclosing sum for kBound + n, of the one around
/// it for kBound + kLevel + n, and so on.
using Variables = llvm::SmallVector<int, 4>;
inline constexpr int kBound = 1000, kLevel = 100, kNoVariable = -1;

struct Atom {
  enum Kind { Leaf, Exp, Log, Erf, Sigmoid, Base, Sum, Max } kind;
  /// Leaf: a tensor, and the variable of each of its dimensions that is not 1.
  mlir::Value value;
  Variables variables;
  /// All others: the operand. Exp and Sum have one term with coefficient 1.
  Polynomial operand;
  /// Sum, Max: number of dimensions and of elements.
  int numDims = 0;
  double numElements = 1;
  /// Found when the atom is made: bit n is set if it depends on a dimension of
  /// the n-th enclosing sum, counted from inside; true if it reads the origin
  /// only.
  uint64_t levels = 0;
  bool readsOriginOnly = false;
};

/// The tensor behind casts that lose nothing and reshapes that only add or drop
/// dimensions of 1.
mlir::Value stripViews(mlir::Value value);

/// True if Formulas::expand looks into `op`.
bool isExpandable(mlir::Operation *op);

/// The formulas of values over one origin. Atoms are unique.
class Formulas {
public:
  explicit Formulas(mlir::Value origin) : origin(stripViews(origin)) {}

  /// The formula of `value`, whose dimensions are the variables 0, 1, …;
  /// nullopt if it does not depend on the origin or is too large.
  std::optional<Polynomial> expand(mlir::Value value);

  const Atom &operator[](AtomId id) const { return atoms[id]; }
  /// The atom that is the origin with these variables, if the formulas that
  /// were expanded have it.
  std::optional<AtomId> findOrigin(const Variables &variables) const;
  /// The atom if it is a leaf that is the origin.
  const Atom *getOrigin(AtomId id) const;
  /// True if `polynomial` reads nothing but the origin.
  bool readsOriginOnly(const Polynomial &polynomial) const;

private:
  mlir::Value origin;
  std::vector<Atom> atoms;
  llvm::DenseMap<mlir::Value, bool> dependence;
  /// What was expanded: a value that is used twice is not expanded twice.
  llvm::DenseMap<mlir::Value,
                 llvm::SmallVector<std::pair<Variables, Polynomial>, 1>>
      expanded;
  bool isTooLarge = false;

  // Formula.cpp: arithmetic.
  AtomId intern(Atom atom);
  Polynomial variable(AtomId id, double exponent = 1);
  Polynomial add(const Polynomial &a, const Polynomial &b, double factor = 1);
  Polynomial multiply(const Polynomial &a, const Polynomial &b);
  Polynomial scale(const Polynomial &a, double factor);
  Polynomial power(const Polynomial &a, double exponent);
  Polynomial exponential(const Polynomial &a);
  Polynomial logarithm(const Polynomial &a);
  Polynomial sigmoid(const Polynomial &a);
  Polynomial sum(const Polynomial &a, int numDims, double numElements);
  Polynomial apply(Atom::Kind kind, const Polynomial &a);
  void summarise(Atom &atom) const;
  void mergeExpWithSigmoid(Monomial &monomial);

  // ExpandFormula.cpp: ops.
  bool dependsOnOrigin(mlir::Value value, int depth);
  Polynomial expand(mlir::Value value, const Variables &variables);
  Polynomial expandOp(mlir::Operation *op, const Variables &variables);
  Polynomial expandMap(mlir::Operation *op, const Variables &variables);
  Polynomial expandReduction(mlir::Operation *op, Variables variables);
  Polynomial expandPower(PowOp op, const Variables &variables);
  Polynomial expandView(mlir::Operation *op, const Variables &variables);
  Polynomial leaf(mlir::Value value, const Variables &variables);
};

} // namespace wafer::graph

#endif // WAFER_LIB_GRAPH_FORMULA_H
