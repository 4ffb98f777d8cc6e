//===- DigitSum.cpp - a normal form of quasi-affine expressions -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DigitSum.h"

#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace wafer::verify;
using llvm::divideFloorSigned;
using Id = DigitSums::Id;

/// Numbers beyond it are not reasoned about.
static constexpr int64_t kLargest = int64_t(1) << 60;

static bool isSmall(int64_t value) {
  return value >= -kLargest && value <= kLargest;
}

int64_t DigitSums::multiply(int64_t a, int64_t b) {
  int64_t result;
  if (!llvm::MulOverflow(a, b, result) && isSmall(result))
    return result;
  overflowed = true;
  return 1;
}

int64_t DigitSums::plus(int64_t a, int64_t b) {
  int64_t result;
  if (!llvm::AddOverflow(a, b, result) && isSmall(result))
    return result;
  overflowed = true;
  return 1;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

unsigned DigitSums::getAtom(const Atom &atom) {
  auto [it, isNew] = atomNumbers.try_emplace(
      {atom.isDim, atom.index, atom.divisor, atom.modulus}, atoms.size());
  if (isNew)
    atoms.push_back(atom);
  return it->second;
}

void DigitSums::append(Builder &to, int64_t factor, Id from) {
  const Sum &sum = *sums[from];
  to.constant = plus(to.constant, multiply(factor, sum.constant));
  for (const Term &term : sum.terms)
    to.terms.push_back({term.atom, multiply(factor, term.factor)});
}

/// low + modulus * high, where `high` is the digit above `low`.
bool DigitSums::mergeDigits(Builder &builder) {
  for (Term &low : builder.terms) {
    const Atom l = atoms[low.atom];
    if (l.isDim || l.isQuotient())
      continue;
    for (Term &high : builder.terms) {
      const Atom h = atoms[high.atom];
      if (h.isDim || h.index != l.index ||
          h.divisor != multiply(l.divisor, l.modulus) ||
          high.factor != multiply(low.factor, l.modulus))
        continue;
      Id both = getDigit(l.index, l.divisor, multiply(l.modulus, h.modulus));
      int64_t factor = low.factor;
      low.factor = high.factor = 0;
      append(builder, factor, both);
      return true;
    }
  }
  return false;
}

Id DigitSums::finish(Builder builder) {
  SmallVector<Term, 8> &terms = builder.terms;
  do {
    llvm::sort(terms,
               [](const Term &a, const Term &b) { return a.atom < b.atom; });
    size_t kept = 0;
    for (size_t i = 0; i < terms.size();) {
      Term term = terms[i];
      for (++i; i < terms.size() && terms[i].atom == term.atom; ++i)
        term.factor = plus(term.factor, terms[i].factor);
      if (term.factor != 0)
        terms[kept++] = term;
    }
    terms.truncate(kept);
  } while (mergeDigits(builder));

  std::vector<int64_t> key = {builder.constant};
  for (const Term &term : terms)
    key.insert(key.end(), {int64_t(term.atom), term.factor});
  auto [it, isNew] = sumNumbers.try_emplace(std::move(key), sums.size());
  if (isNew) {
    auto sum = std::make_unique<Sum>();
    sum->terms.assign(terms.begin(), terms.end());
    sum->constant = builder.constant;
    for (const Term &term : terms)
      sum->dims |= atoms[term.atom].dims;
    sums.push_back(std::move(sum));
  }
  return it->second;
}

Id DigitSums::getConstant(int64_t value) {
  return finish({{}, plus(value, 0)});
}

Id DigitSums::getDim(unsigned dim) {
  if (dim >= kMaxDims) {
    overflowed = true;
    return getConstant(0);
  }
  unsigned atom = getAtom({true, dim, 1, 0, DimMask(1) << dim});
  return finish({{{atom, 1}}, 0});
}

Id DigitSums::add(Id a, int64_t factor, Id b) {
  Builder builder;
  append(builder, 1, a);
  append(builder, factor, b);
  return finish(std::move(builder));
}

Id DigitSums::addConstant(Id a, int64_t value) {
  Builder builder;
  append(builder, 1, a);
  builder.constant = plus(builder.constant, value);
  return finish(std::move(builder));
}

std::optional<int64_t> DigitSums::getConstantDifference(Id a, Id b) const {
  const Sum &sumA = getSum(a), &sumB = getSum(b);
  bool isSame =
      llvm::equal(sumA.terms, sumB.terms, [](const Term &s, const Term &t) {
        return s.atom == t.atom && s.factor == t.factor;
      });
  return isSame ? std::optional(sumA.constant - sumB.constant) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Digits
//===----------------------------------------------------------------------===//

Id DigitSums::makeDigit(Id base, int64_t divisor, int64_t modulus) {
  unsigned atom = getAtom({false, base, divisor, modulus, sums[base]->dims});
  return finish({{{atom, 1}}, 0});
}

const DigitSums::Atom *DigitSums::getOnlyDigit(Id id) const {
  const Sum &sum = *sums[id];
  if (sum.terms.size() != 1 || sum.terms[0].factor != 1 ||
      atoms[sum.terms[0].atom].isDim)
    return nullptr;
  return &atoms[sum.terms[0].atom];
}

Id DigitSums::divideFactors(Id a, int64_t divisor) {
  Builder builder;
  for (const Term &term : sums[a]->terms)
    builder.terms.push_back({term.atom, term.factor / divisor});
  builder.constant = divideFloorSigned(sums[a]->constant, divisor);
  return finish(std::move(builder));
}

static int64_t getCommonFactor(const DigitSums::Sum &sum, int64_t number) {
  for (const DigitSums::Term &term : sum.terms)
    number = std::gcd(number, term.factor);
  return number;
}

Id DigitSums::divide(Id a, int64_t divisor) {
  if (divisor == 1)
    return a;
  // floor((divisor * whole + rest) / divisor) = whole + floor(rest / divisor).
  Builder whole, parts;
  for (const Term &term : sums[a]->terms)
    if (term.factor % divisor == 0)
      whole.terms.push_back({term.atom, term.factor / divisor});
    else
      parts.terms.push_back(term);
  parts.constant = sums[a]->constant;
  if (parts.terms.empty()) {
    whole.constant = divideFloorSigned(parts.constant, divisor);
    return finish(std::move(whole));
  }
  Id rest = finish(std::move(parts));
  int64_t common = getCommonFactor(*sums[rest], divisor);
  rest = divideFactors(rest, common);
  divisor /= common;

  Id quotient;
  const Atom *only = getOnlyDigit(rest);
  int64_t constant = sums[rest]->constant;
  if (divisor == 1) {
    quotient = rest;
  } else if (only && only->isQuotient()) {
    // floor((floor(s / d) + c) / divisor) = floor((s + d * c) / (d * divisor))
    Atom inner = *only;
    quotient =
        divide(addConstant(inner.index, multiply(inner.divisor, constant)),
               multiply(inner.divisor, divisor));
  } else if (only && constant == 0 && only->modulus % divisor == 0) {
    Atom inner = *only;
    quotient = getDigit(inner.index, multiply(inner.divisor, divisor),
                        inner.modulus / divisor);
  } else if (only && constant == 0 && only->modulus <= divisor) {
    quotient = getConstant(0);
  } else {
    quotient = makeDigit(rest, divisor, 0);
  }
  append(whole, 1, quotient);
  return finish(std::move(whole));
}

Id DigitSums::remainder(Id a, int64_t modulus) {
  Builder parts;
  for (const Term &term : sums[a]->terms)
    if (term.factor % modulus != 0)
      parts.terms.push_back(term);
  parts.constant = sums[a]->constant;
  if (parts.terms.empty())
    return getConstant(parts.constant -
                       divideFloorSigned(parts.constant, modulus) * modulus);
  Id rest = finish(std::move(parts));
  int64_t constant = sums[rest]->constant;
  // (g * s + c) mod (g * m) = g * ((s + floor(c / g)) mod m) + c mod g
  if (int64_t common = getCommonFactor(*sums[rest], modulus); common > 1) {
    Id high = remainder(divideFactors(rest, common), modulus / common);
    Id low =
        getConstant(constant - divideFloorSigned(constant, common) * common);
    return add(low, common, high);
  }
  if (const Atom *only = getOnlyDigit(rest)) {
    Atom inner = *only;
    if (inner.isQuotient())
      return makeDigit(
          addConstant(inner.index, multiply(inner.divisor, constant)),
          inner.divisor, modulus);
    if (constant == 0 && inner.modulus <= modulus)
      return rest;
    if (constant == 0 && inner.modulus % modulus == 0)
      return getDigit(inner.index, inner.divisor, modulus);
  }
  return makeDigit(rest, 1, modulus);
}

Id DigitSums::getDigit(Id a, int64_t divisor, int64_t modulus) {
  Id quotient = divide(a, divisor);
  return modulus == 0 ? quotient : remainder(quotient, modulus);
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

Id DigitSums::normalise(AffineExpr expr) {
  if (auto it = known.find(expr); it != known.end())
    return it->second;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return getConstant(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return getDim(dim.getPosition());
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  auto number = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS())
                       : AffineConstantExpr();
  bool isSum = binary && expr.getKind() == AffineExprKind::Add;
  bool isProduct = binary && expr.getKind() == AffineExprKind::Mul;
  if (!isSum && (!number || (!isProduct && number.getValue() <= 0) ||
                 !isSmall(number.getValue()))) {
    overflowed = true;
    return getConstant(0);
  }
  Id left = normalise(binary.getLHS()), result;
  if (isSum)
    result = add(left, 1, normalise(binary.getRHS()));
  else if (isProduct)
    result = add(getConstant(0), number.getValue(), left);
  else if (expr.getKind() == AffineExprKind::Mod)
    result = remainder(left, number.getValue());
  else if (expr.getKind() == AffineExprKind::FloorDiv)
    result = divide(left, number.getValue());
  else
    result =
        divide(addConstant(left, number.getValue() - 1), number.getValue());
  if (!overflowed)
    known[expr] = result;
  return result;
}

std::optional<Id> DigitSums::get(AffineExpr expr) {
  overflowed = false;
  Id id = normalise(expr);
  return overflowed ? std::nullopt : std::optional(id);
}

Id DigitSums::replaceAtoms(Id id,
                           function_ref<std::optional<Id>(unsigned)> replace) {
  Builder builder;
  builder.constant = sums[id]->constant;
  for (const Term &term : sums[id]->terms) {
    if (std::optional<Id> other = replace(term.atom))
      append(builder, term.factor, *other);
    else
      builder.terms.push_back(term);
  }
  return finish(std::move(builder));
}

Id DigitSums::substitute(Id id, unsigned dim, Id value) {
  return replaceAtoms(id, [&](unsigned number) -> std::optional<Id> {
    Atom atom = atoms[number];
    if (!(atom.dims >> dim & 1))
      return std::nullopt;
    if (atom.isDim)
      return value;
    return getDigit(substitute(atom.index, dim, value), atom.divisor,
                    atom.modulus);
  });
}
