//===- SumBounds.h - upper bounds of sums of digits -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_SUMBOUNDS_H
#define WAFER_LIB_VERIFY_SUMBOUNDS_H

#include "DigitSum.h"
#include "ExprSpace.h"
#include "RationalSum.h"

namespace wafer::verify {

/// Upper bounds over one space. All of them hold at every point of it.
class SumBounds {
public:
  using Id = DigitSums::Id;

  SumBounds(DigitSums &sums, const ExprSpace &space)
      : sums(sums), space(space) {}

  std::optional<int64_t> boundAbove(Id sum);
  /// Is there no point where all of `exprs` are positive? False if that cannot
  /// be proved. `depth`: of remainders that are assumed already.
  bool areNeverAllPositive(llvm::ArrayRef<Id> exprs, unsigned depth = 0);

private:
  using Atom = DigitSums::Atom;
  using Terms = llvm::SmallVector<DigitSums::Term>;
  struct Range {
    int64_t low, high;
  };

  std::optional<Range> getRange(Id sum);
  std::optional<Range> getDimRange(unsigned dim);
  std::optional<Range> getAtomRange(const Atom &atom);
  Id resolve(Id sum);
  std::optional<Id> replaceIndex(Id sum);
  std::optional<int> getDirection(Id sum, unsigned dim) const;
  std::optional<int64_t> boundTerms(Id sum);
  std::optional<int64_t> takeDifferences(Terms &terms) const;
  Terms takeRelated(Terms &terms) const;
  std::optional<int64_t> boundEach(Terms terms);
  std::optional<int64_t> takeNumeral(Terms &terms, Id base);
  void replaceQuotients(RationalSum &total) const;
  std::optional<int64_t>
  boundByRationals(llvm::ArrayRef<DigitSums::Term> terms);
  Id assume(Id sum, const Atom &remainder, int64_t value);

  DigitSums &sums;
  const ExprSpace &space;
  llvm::DenseMap<Id, std::optional<int64_t>> above;
  int64_t steps = 0;
};

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_SUMBOUNDS_H
