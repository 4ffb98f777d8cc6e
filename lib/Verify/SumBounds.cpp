//===- SumBounds.cpp - upper bounds of sums of digits -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The largest value of a sum, step by step:
//
// 1. Digits that are the same everywhere become numbers, and a remainder whose
//    base stays between two multiples of the modulus becomes its base.
// 2. An index that the sum never falls with is replaced by its trip count less
//    1, one that it never rises with by its first value: starts and sizes of
//    blocks cancel. Back to 1.
// 3. floor(s / d) - floor((s + c) / d) is -ceil(c / d) to -floor(c / d).
// 4. Several digits of one base: the best numeral between the base's bounds is
//    found digit by digit. What is left is bounded term by term.
// 5. Or else floor(s / d) is put between (s - d + 1) / d and s / d, so that
//    what is left is linear and dimensions cancel. The smaller bound counts.
//
// Where that is not enough, the values of one remainder with a small modulus
// are assumed in turn: the halves of a double buffer are told apart by that.
//
//===----------------------------------------------------------------------===//

#include "SumBounds.h"
#include "Numeral.h"

#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;
using llvm::divideCeilSigned;
using llvm::divideFloorSigned;

using Term = DigitSums::Term;

namespace {

/// Sums that are bounded for one proof.
constexpr int64_t kMaxSteps = 2000;
/// Values of a remainder that are assumed in turn, and how many remainders.
constexpr int64_t kMaxCases = 8;
constexpr unsigned kMaxCaseDepth = 2;

/// Adds factor * value; false if the result is too large.
bool addProduct(int64_t &total, int64_t factor, int64_t value) {
  int64_t product;
  return !llvm::MulOverflow(factor, value, product) &&
         !llvm::AddOverflow(total, product, total);
}

std::optional<int64_t> getSmaller(std::optional<int64_t> a,
                                  std::optional<int64_t> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

} // namespace

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

std::optional<SumBounds::Range> SumBounds::getRange(Id sum) {
  std::optional<int64_t> high = boundAbove(sum);
  std::optional<int64_t> low = boundAbove(sums.negate(sum));
  return high && low ? std::optional(Range{-*low, *high}) : std::nullopt;
}

std::optional<SumBounds::Range> SumBounds::getDimRange(unsigned dim) {
  const ExprSpace::Dim *values = space.lookup(dim);
  if (!values)
    return std::nullopt;
  if (!values->count)
    return Range{values->low, values->high};
  Id count = sums.normalise(values->count);
  std::optional<int64_t> high = boundAbove(sums.addConstant(count, -1));
  return high ? std::optional(Range{values->low, std::max(*high, values->low)})
              : std::nullopt;
}

std::optional<SumBounds::Range> SumBounds::getAtomRange(const Atom &atom) {
  if (atom.isDim)
    return getDimRange(atom.index);
  std::optional<Range> base = getRange(atom.index);
  if (!base)
    return atom.isQuotient() ? std::nullopt
                             : std::optional(Range{0, atom.modulus - 1});
  Range quotient{divideFloorSigned(base->low, atom.divisor),
                 divideFloorSigned(base->high, atom.divisor)};
  if (atom.isQuotient())
    return quotient;
  int64_t turns = divideFloorSigned(quotient.low, atom.modulus);
  if (turns != divideFloorSigned(quotient.high, atom.modulus))
    return Range{0, atom.modulus - 1};
  return Range{quotient.low - turns * atom.modulus,
               quotient.high - turns * atom.modulus};
}

/// Step 1.
SumBounds::Id SumBounds::resolve(Id sum) {
  return sums.replaceAtoms(sum, [&](unsigned number) -> std::optional<Id> {
    Atom atom = sums.getAtom(number);
    if (atom.isDim)
      return std::nullopt;
    std::optional<Range> base = getRange(atom.index);
    if (!base)
      return std::nullopt;
    int64_t low = divideFloorSigned(base->low, atom.divisor);
    int64_t high = divideFloorSigned(base->high, atom.divisor);
    if (atom.isQuotient())
      return low == high ? std::optional(sums.getConstant(low)) : std::nullopt;
    int64_t turns = divideFloorSigned(low, atom.modulus);
    if (turns != divideFloorSigned(high, atom.modulus))
      return std::nullopt;
    return sums.addConstant(sums.divide(atom.index, atom.divisor),
                            -turns * atom.modulus);
  });
}

/// 1 or -1 if the sum never falls or never rises with a dimension, 0 if it has
/// nothing to do with it; nullopt if none of this is known.
std::optional<int> SumBounds::getDirection(Id sum, unsigned dim) const {
  int direction = 0;
  for (const Term &term : sums.getSum(sum).terms) {
    const Atom &atom = sums.getAtom(term.atom);
    if (!(atom.dims >> dim & 1))
      continue;
    std::optional<int> here = 1;
    if (!atom.isDim)
      here = atom.isQuotient() ? getDirection(atom.index, dim) : std::nullopt;
    if (!here)
      return std::nullopt;
    int signedHere = term.factor < 0 ? -*here : *here;
    if (direction * signedHere < 0)
      return std::nullopt;
    direction = signedHere;
  }
  return direction;
}

/// Step 2. Indices of inner loops first: their counts name those of outer ones.
std::optional<SumBounds::Id> SumBounds::replaceIndex(Id sum) {
  DimMask dims = sums.getSum(sum).dims;
  for (unsigned dim = kMaxDims; dim-- > 0;) {
    const ExprSpace::Dim *values =
        dims >> dim & 1 ? space.lookup(dim) : nullptr;
    if (!values || !values->count)
      continue;
    std::optional<int> direction = getDirection(sum, dim);
    if (!direction)
      continue;
    Id last = sums.addConstant(sums.normalise(values->count), -1);
    return sums.substitute(
        sum, dim, *direction > 0 ? last : sums.getConstant(values->low));
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Terms
//===----------------------------------------------------------------------===//

/// Step 3: takes quotients out of `terms` and returns a bound of them.
std::optional<int64_t> SumBounds::takeDifferences(Terms &terms) const {
  int64_t total = 0;
  for (Term &a : terms)
    for (Term &b : terms) {
      const Atom &atomA = sums.getAtom(a.atom), &atomB = sums.getAtom(b.atom);
      if (a.factor <= 0 || b.factor >= 0 || !atomA.isQuotient() ||
          !atomB.isQuotient() || atomA.divisor != atomB.divisor)
        continue;
      std::optional<int64_t> difference =
          sums.getConstantDifference(atomA.index, atomB.index);
      if (!difference)
        continue;
      int64_t factor = std::min(a.factor, -b.factor);
      a.factor -= factor;
      b.factor += factor;
      if (!addProduct(total, factor,
                      divideCeilSigned(*difference, atomA.divisor)))
        return std::nullopt;
    }
  llvm::erase_if(terms, [](const Term &term) { return term.factor == 0; });
  return total;
}

/// Step 4: takes the digits of `base` out of `terms` and returns a bound of
/// them; nullopt if they have to be looked at one by one.
std::optional<int64_t> SumBounds::takeNumeral(Terms &terms, Id base) {
  auto isDigit = [&](const Term &term) {
    const Atom &atom = sums.getAtom(term.atom);
    return !atom.isDim && atom.index == base;
  };
  SmallVector<WeightedDigit> digits;
  for (const Term &term : terms)
    if (isDigit(term)) {
      const Atom &atom = sums.getAtom(term.atom);
      digits.push_back({atom.divisor, atom.modulus, term.factor});
    }
  std::optional<Range> range = getRange(base);
  if (digits.size() < 2 || !range)
    return std::nullopt;
  std::optional<int64_t> largest =
      getLargestNumeral(digits, range->low, range->high);
  if (largest)
    llvm::erase_if(terms, isDigit);
  return largest;
}

/// Terms one by one, but digits of one base together.
std::optional<int64_t> SumBounds::boundEach(Terms terms) {
  int64_t total = 0;
  while (!terms.empty()) {
    Term term = terms.front();
    Atom atom = sums.getAtom(term.atom);
    std::optional<int64_t> bound;
    if (!atom.isDim)
      bound = takeNumeral(terms, atom.index);
    if (!bound) {
      std::optional<Range> range = getAtomRange(atom);
      int64_t product = 0;
      if (!range || !addProduct(product, term.factor,
                                term.factor > 0 ? range->high : range->low))
        return std::nullopt;
      bound = product;
      terms.erase(terms.begin());
    }
    if (!addProduct(total, 1, *bound))
      return std::nullopt;
  }
  return total;
}

/// Takes those terms out that have dimensions in common with the last one, or
/// with each other.
SumBounds::Terms SumBounds::takeRelated(Terms &terms) const {
  Terms related = {terms.pop_back_val()};
  DimMask dims = sums.getAtom(related[0].atom).dims;
  for (size_t before = 0; before != related.size();) {
    before = related.size();
    llvm::erase_if(terms, [&](const Term &term) {
      DimMask own = sums.getAtom(term.atom).dims;
      if ((own & dims) == 0)
        return false;
      dims |= own;
      related.push_back(term);
      return true;
    });
  }
  return related;
}

std::optional<int64_t> SumBounds::boundTerms(Id sum) {
  Terms terms(sums.getSum(sum).terms.begin(), sums.getSum(sum).terms.end());
  int64_t total = sums.getSum(sum).constant;
  std::optional<int64_t> differences = takeDifferences(terms);
  if (!differences || !addProduct(total, 1, *differences))
    return std::nullopt;
  while (!terms.empty()) {
    Terms related = takeRelated(terms);
    std::optional<int64_t> bound =
        getSmaller(boundEach(related), boundByRationals(related));
    if (!bound || !addProduct(total, 1, *bound))
      return std::nullopt;
  }
  return total;
}

//===----------------------------------------------------------------------===//
// Rationals
//===----------------------------------------------------------------------===//

/// Step 5: puts something linear in place of quotients that is at least as
/// large. Atoms have larger numbers than those of their bases, so that all that
/// there is of an atom has come together when it is its turn.
void SumBounds::replaceQuotients(RationalSum &total) const {
  for (auto it = total.factors.end(); it != total.factors.begin();) {
    auto [number, factor] = *--it;
    const Atom &atom = sums.getAtom(number);
    if (!atom.isQuotient() || total.overflowed)
      continue;
    it = total.factors.erase(it);
    if (factor == 0)
      continue;
    int64_t denominator = total.multiply(total.denominator, atom.divisor);
    if (total.overflowed)
      return;
    if (factor < 0)
      total.add(total.multiply(-factor, atom.divisor - 1), denominator);
    int64_t common = std::gcd(factor, denominator);
    factor /= common;
    denominator /= common;
    const DigitSums::Sum &base = sums.getSum(atom.index);
    total.add(total.multiply(factor, base.constant), denominator);
    for (const Term &term : base.terms)
      total.addAtom(term.atom, total.multiply(factor, term.factor),
                    denominator);
    it = total.factors.lower_bound(number);
  }
}

std::optional<int64_t> SumBounds::boundByRationals(ArrayRef<Term> terms) {
  int64_t common = 0;
  for (const Term &term : terms)
    common = std::gcd(common, term.factor);
  RationalSum rational;
  for (const Term &term : terms)
    rational.addAtom(term.atom, term.factor / common, 1);
  replaceQuotients(rational);
  int64_t total = rational.constant;
  for (auto [number, factor] : rational.factors) {
    if (factor == 0)
      continue;
    std::optional<Range> range = getAtomRange(Atom(sums.getAtom(number)));
    if (!range ||
        !addProduct(total, factor, factor > 0 ? range->high : range->low))
      return std::nullopt;
  }
  int64_t bound = 0;
  if (rational.overflowed ||
      !addProduct(bound, common,
                  divideFloorSigned(total, rational.denominator)))
    return std::nullopt;
  return bound;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

std::optional<int64_t> SumBounds::boundAbove(Id sum) {
  // Nothing, while it is being looked for: counts may name each other.
  auto [it, isNew] = above.try_emplace(sum);
  if (!isNew)
    return it->second;
  Id rest = resolve(sum);
  while (std::optional<Id> next = replaceIndex(rest)) {
    if (++steps > kMaxSteps || sums.hasOverflowed())
      return std::nullopt;
    rest = resolve(*next);
  }
  std::optional<int64_t> bound = boundTerms(rest);
  if (sums.hasOverflowed() || ++steps > kMaxSteps)
    return std::nullopt;
  return above[sum] = bound;
}

/// The sum where `remainder` has a value, and so have the remainders of the
/// same base plus a constant.
SumBounds::Id SumBounds::assume(Id sum, const Atom &remainder, int64_t value) {
  return sums.replaceAtoms(sum, [&](unsigned number) -> std::optional<Id> {
    Atom atom = sums.getAtom(number);
    if (atom.isDim || atom.divisor != remainder.divisor ||
        atom.modulus != remainder.modulus)
      return std::nullopt;
    std::optional<int64_t> offset =
        sums.getConstantDifference(atom.index, remainder.index);
    if (!offset || *offset % atom.divisor != 0)
      return std::nullopt;
    int64_t shifted = value + *offset / atom.divisor;
    return sums.getConstant(shifted - divideFloorSigned(shifted, atom.modulus) *
                                          atom.modulus);
  });
}

bool SumBounds::areNeverAllPositive(ArrayRef<Id> exprs, unsigned depth) {
  for (Id expr : exprs)
    if (std::optional<int64_t> bound = boundAbove(expr); bound && *bound <= 0)
      return true;
  std::optional<Atom> remainder;
  for (Id expr : exprs)
    for (const Term &term : sums.getSum(expr).terms) {
      const Atom &atom = sums.getAtom(term.atom);
      if (!atom.isDim && !atom.isQuotient() && atom.modulus <= kMaxCases)
        remainder = atom;
    }
  if (!remainder || depth == kMaxCaseDepth || sums.hasOverflowed())
    return false;
  std::optional<Range> values = getAtomRange(*remainder);
  if (!values)
    return false;
  for (int64_t value = values->low; value <= values->high; ++value) {
    SmallVector<Id> here;
    for (Id expr : exprs)
      here.push_back(assume(expr, *remainder, value));
    if (!areNeverAllPositive(here, depth + 1))
      return false;
  }
  return true;
}
