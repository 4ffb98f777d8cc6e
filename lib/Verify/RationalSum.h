//===- RationalSum.h - linear sums with rational factors --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_RATIONALSUM_H
#define WAFER_LIB_VERIFY_RATIONALSUM_H

#include "llvm/Support/MathExtras.h"

#include <map>
#include <numeric>

namespace wafer::verify {

/// A sum of atoms, by number, with rational factors of one denominator.
class RationalSum {
public:
  void add(int64_t numerator, int64_t denominator);
  void addAtom(unsigned atom, int64_t numerator, int64_t denominator);

  std::map<unsigned, int64_t> factors;
  int64_t constant = 0, denominator = 1;
  bool overflowed = false;

  int64_t multiply(int64_t a, int64_t b) {
    int64_t result = 0;
    overflowed |= llvm::MulOverflow(a, b, result);
    return result;
  }

private:
  /// The numerator over the common denominator, which may grow.
  int64_t scale(int64_t numerator, int64_t other);
};

inline int64_t RationalSum::scale(int64_t numerator, int64_t other) {
  int64_t common = std::gcd(denominator, other);
  int64_t mine = other / common, its = denominator / common;
  constant = multiply(constant, mine);
  for (auto &[atom, factor] : factors)
    factor = multiply(factor, mine);
  denominator = multiply(denominator, mine);
  return multiply(numerator, its);
}

inline void RationalSum::add(int64_t numerator, int64_t other) {
  int64_t scaled = scale(numerator, other);
  overflowed |= llvm::AddOverflow(constant, scaled, constant);
}

inline void RationalSum::addAtom(unsigned atom, int64_t numerator,
                                 int64_t other) {
  int64_t scaled = scale(numerator, other);
  int64_t &factor = factors[atom];
  overflowed |= llvm::AddOverflow(factor, scaled, factor);
}

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_RATIONALSUM_H
