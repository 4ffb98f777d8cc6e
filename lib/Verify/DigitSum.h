//===- DigitSum.h - a normal form of quasi-affine expressions ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A quasi-affine expression as a sum of factors times dimensions and digits. A
// digit of another sum, its base, is floor(base / divisor) mod modulus: the
// remainders and quotients by which an index is taken apart in mixed radix, of
// which the highest has no modulus. Rules that are equalities of integers bring
// sums into a form in which neighbouring digits with fitting factors are one
// digit again, and parts that a divisor divides stand outside the division:
//
//   (a floordiv 96) * 96 + a mod 96     a
//   (x * 6144) floordiv 704             (x * 96) floordiv 11
//   ((a + 3) floordiv 4) floordiv 12    (a + 3) floordiv 48
//   (t * 24 + i) mod 12                 i mod 12
//
// Sums are interned: equal ones have one number.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_DIGITSUM_H
#define WAFER_LIB_VERIFY_DIGITSUM_H

#include "dialects/Machine/Machine.h"

#include <map>

namespace wafer::verify {

/// A set of dimensions, as bits.
using DimMask = uint64_t;
constexpr unsigned kMaxDims = 64;

class DigitSums {
public:
  using Id = unsigned;

  /// A dimension, or a digit of a sum.
  struct Atom {
    bool isDim;
    /// The dimension, or the base.
    unsigned index;
    int64_t divisor;
    /// 0: none.
    int64_t modulus;
    /// The dimensions that its value depends on.
    DimMask dims;

    bool isQuotient() const { return !isDim && modulus == 0; }
  };
  struct Term {
    unsigned atom;
    int64_t factor;
  };
  struct Sum {
    /// By atom; no factor is 0.
    llvm::SmallVector<Term, 4> terms;
    int64_t constant = 0;
    DimMask dims = 0;
  };

  /// The normal form of `expr`; nullopt if it has numbers that are too large.
  std::optional<Id> get(mlir::AffineExpr expr);

  const Sum &getSum(Id id) const { return *sums[id]; }
  const Atom &getAtom(unsigned atom) const { return atoms[atom]; }

  // What follows sets hasOverflowed() where numbers become too large. Results
  // mean nothing then.
  bool hasOverflowed() const { return overflowed; }

  Id normalise(mlir::AffineExpr expr);
  Id getConstant(int64_t value);
  Id getDim(unsigned dim);
  /// a + factor * b
  Id add(Id a, int64_t factor, Id b);
  Id addConstant(Id a, int64_t value);
  Id negate(Id a) { return add(getConstant(0), -1, a); }
  /// floor(a / divisor), a mod modulus, and both; all numbers positive.
  Id divide(Id a, int64_t divisor);
  Id remainder(Id a, int64_t modulus);
  Id getDigit(Id a, int64_t divisor, int64_t modulus);
  /// The sum with `value` for a dimension.
  Id substitute(Id id, unsigned dim, Id value);
  /// The sum with other sums for some of its atoms: `replace` returns nullopt
  /// for those that stay.
  Id replaceAtoms(Id id,
                  llvm::function_ref<std::optional<Id>(unsigned)> replace);
  /// If a - b is a constant.
  std::optional<int64_t> getConstantDifference(Id a, Id b) const;

private:
  /// Collects terms in any order.
  struct Builder {
    llvm::SmallVector<Term, 8> terms;
    int64_t constant = 0;
  };

  unsigned getAtom(const Atom &atom);
  void append(Builder &to, int64_t factor, Id from);
  Id finish(Builder builder);
  /// Makes one digit of two neighbours; true if there were some.
  bool mergeDigits(Builder &builder);
  Id makeDigit(Id base, int64_t divisor, int64_t modulus);
  /// If `id` is a digit of another sum plus a constant, and nothing else.
  const Atom *getOnlyDigit(Id id) const;
  /// a / divisor, where the divisor divides all factors; the constant is
  /// rounded down.
  Id divideFactors(Id a, int64_t divisor);
  int64_t multiply(int64_t a, int64_t b);
  int64_t plus(int64_t a, int64_t b);

  llvm::SmallVector<Atom, 0> atoms;
  std::vector<std::unique_ptr<const Sum>> sums;
  std::map<std::array<int64_t, 4>, unsigned> atomNumbers;
  std::map<std::vector<int64_t>, Id> sumNumbers;
  llvm::DenseMap<mlir::AffineExpr, Id> known;
  bool overflowed = false;
};

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_DIGITSUM_H
