//===- Formula.cpp - arithmetic of formulas ---------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Formula.h"
#include <cmath>

using namespace mlir;

namespace wafer::graph {

/// Chains that are worth recognising have far fewer terms.
static constexpr size_t kMaxTerms = 48, kMaxAtoms = 256;
/// Integer powers up to which a sum is multiplied out.
static constexpr double kMaxPower = 4;

bool isClose(double a, double b, double tolerance) {
  return std::abs(a - b) <=
         tolerance * std::max(std::abs(a), std::abs(b)) + 1e-300;
}

static bool isInteger(double number) { return number == std::floor(number); }

double Polynomial::get(ArrayRef<std::pair<AtomId, double>> monomial) const {
  for (const auto &[own, coefficient] : terms)
    if (ArrayRef(own) == monomial)
      return coefficient;
  return 0;
}

std::optional<double> Polynomial::getConstant() const {
  if (terms.empty())
    return 0;
  if (terms.size() == 1 && terms[0].first.empty())
    return terms[0].second;
  return std::nullopt;
}

static Polynomial constant(double value) {
  Polynomial result;
  if (value != 0)
    result.terms.push_back({Monomial(), value});
  return result;
}

static Polynomial single(Monomial monomial, double coefficient = 1) {
  Polynomial result;
  result.terms.push_back({std::move(monomial), coefficient});
  return result;
}

static bool areEqual(const Polynomial &a, const Polynomial &b) {
  return llvm::equal(a.terms, b.terms, [](const auto &s, const auto &t) {
    return s.first == t.first && isClose(s.second, t.second);
  });
}

void Formulas::summarise(Atom &atom) const {
  if (atom.kind == Atom::Leaf) {
    for (int variable : atom.variables)
      if (variable >= kBound)
        atom.levels |= uint64_t(1)
                       << std::min((variable - kBound) / kLevel, 63);
    atom.readsOriginOnly = atom.value == origin;
    return;
  }
  atom.readsOriginOnly = true;
  for (const auto &[monomial, coefficient] : atom.operand.terms)
    for (const auto &[id, exponent] : monomial) {
      atom.levels |= atoms[id].levels;
      atom.readsOriginOnly &= atoms[id].readsOriginOnly;
    }
  if (atom.kind == Atom::Sum || atom.kind == Atom::Max)
    atom.levels >>= 1;
}

AtomId Formulas::intern(Atom atom) {
  for (auto [id, other] : llvm::enumerate(atoms))
    if (other.kind == atom.kind && other.value == atom.value &&
        other.variables == atom.variables && other.numDims == atom.numDims &&
        areEqual(other.operand, atom.operand))
      return id;
  if (atoms.size() >= kMaxAtoms) {
    isTooLarge = true;
    return 0;
  }
  summarise(atom);
  atoms.push_back(std::move(atom));
  return atoms.size() - 1;
}

Polynomial Formulas::variable(AtomId id, double exponent) {
  return single({{id, exponent}});
}

Polynomial Formulas::add(const Polynomial &a, const Polynomial &b,
                         double factor) {
  Polynomial result;
  const auto *l = a.terms.begin(), *r = b.terms.begin();
  while (l != a.terms.end() || r != b.terms.end()) {
    if (r == b.terms.end() || (l != a.terms.end() && l->first < r->first)) {
      result.terms.push_back(*l++);
    } else if (l == a.terms.end() || r->first < l->first) {
      result.terms.push_back({r->first, factor * r->second});
      ++r;
    } else {
      // What cancels but for rounding is gone.
      if (!isClose(l->second, -factor * r->second))
        result.terms.push_back({l->first, l->second + factor * r->second});
      ++l, ++r;
    }
  }
  isTooLarge |= result.terms.size() > kMaxTerms;
  return result;
}

Polynomial Formulas::scale(const Polynomial &a, double factor) {
  Polynomial result;
  if (factor != 0)
    for (const auto &[monomial, coefficient] : a.terms)
      result.terms.push_back({monomial, factor * coefficient});
  return result;
}

/// exp(t)^a·sigmoid(-a·t) = sigmoid(a·t).
void Formulas::mergeExpWithSigmoid(Monomial &monomial) {
  for (size_t i = 0; i < monomial.size(); ++i)
    for (size_t j = 0; j < monomial.size(); ++j) {
      if (atoms[monomial[i].first].kind != Atom::Exp ||
          atoms[monomial[j].first].kind != Atom::Sigmoid ||
          monomial[j].second != 1)
        continue;
      Polynomial positive =
          scale(atoms[monomial[i].first].operand, monomial[i].second);
      if (!areEqual(scale(positive, -1), atoms[monomial[j].first].operand))
        continue;
      Atom atom{Atom::Sigmoid, {}, {}, positive};
      AtomId merged = intern(atom);
      monomial.erase(monomial.begin() + std::max(i, j));
      monomial.erase(monomial.begin() + std::min(i, j));
      monomial.insert(llvm::lower_bound(monomial, std::make_pair(merged, -1e9)),
                      {merged, 1.0});
      return;
    }
}

Polynomial Formulas::multiply(const Polynomial &a, const Polynomial &b) {
  Polynomial result;
  if (a.terms.size() * b.terms.size() > kMaxTerms) {
    isTooLarge = true;
    return result;
  }
  for (const auto &[l, lhsCoefficient] : a.terms)
    for (const auto &[r, rhsCoefficient] : b.terms) {
      Monomial product;
      const auto *i = l.begin(), *j = r.begin();
      while (i != l.end() || j != r.end()) {
        if (j == r.end() || (i != l.end() && i->first < j->first)) {
          product.push_back(*i++);
        } else if (i == l.end() || j->first < i->first) {
          product.push_back(*j++);
        } else {
          if (!isClose(i->second, -j->second))
            product.push_back({i->first, i->second + j->second});
          ++i, ++j;
        }
      }
      mergeExpWithSigmoid(product);
      result =
          add(result, single(product, lhsCoefficient * rhsCoefficient), 1.0);
    }
  return result;
}

Polynomial Formulas::apply(Atom::Kind kind, const Polynomial &a) {
  Atom atom{kind, {}, {}, a};
  return variable(intern(atom));
}

Polynomial Formulas::power(const Polynomial &a, double exponent) {
  if (exponent == 0)
    return constant(1);
  if (std::optional<double> value = a.getConstant()) {
    double result = std::pow(*value, exponent);
    isTooLarge |= !std::isfinite(result);
    return constant(result);
  }
  bool isWhole = isInteger(exponent);
  if (a.terms.size() == 1) {
    const auto &[monomial, coefficient] = a.terms[0];
    // (t^k)^e = t^(k·e) where that holds for every t for which t^k is a number;
    // sqrt(t^2) is not t.
    bool distributes = llvm::all_of(monomial, [&](const auto &factor) {
      return isWhole || atoms[factor.first].kind == Atom::Exp ||
             !isInteger(factor.second) || std::abs(factor.second) == 1;
    });
    if (distributes && (isWhole || (coefficient > 0 && monomial.size() == 1))) {
      Monomial result = monomial;
      for (auto &factor : result)
        factor.second *= exponent;
      return single(result, std::pow(coefficient, exponent));
    }
  }
  if (isWhole && exponent > 0 && exponent <= kMaxPower) {
    Polynomial result = a;
    for (int i = 1; i < exponent; ++i)
      result = multiply(result, a);
    return result;
  }
  const auto &leading = a.terms[a.terms[0].first.empty()];
  double factor = std::abs(leading.second);
  // 1/(c + c·exp(u)) = 1/c·sigmoid(-u).
  if (exponent == -1 && a.terms.size() == 2 && a.terms[0].first.empty() &&
      isClose(a.terms[0].second, leading.second) &&
      llvm::all_of(leading.first, [&](const auto &power) {
        return atoms[power.first].kind == Atom::Exp;
      })) {
    Polynomial u;
    for (const auto &[id, times] : leading.first)
      u = add(u, atoms[id].operand, times);
    return scale(sigmoid(scale(u, -1)), 1 / leading.second);
  }
  Atom atom{Atom::Base, {}, {}, scale(a, 1 / factor)};
  return scale(variable(intern(atom), exponent), std::pow(factor, exponent));
}

Polynomial Formulas::exponential(const Polynomial &a) {
  Polynomial result = constant(1);
  for (const auto &[monomial, coefficient] : a.terms) {
    if (monomial.empty()) {
      result = scale(result, std::exp(coefficient));
      continue;
    }
    Atom atom{Atom::Exp, {}, {}, single(monomial)};
    result = multiply(result, variable(intern(atom), coefficient));
  }
  return result;
}

Polynomial Formulas::logarithm(const Polynomial &a) {
  if (a.terms.size() != 1 || a.terms[0].second <= 0)
    return apply(Atom::Log, a);
  // log(c·exp(t)^k·rest) = log(c) + k·t + log(rest).
  Polynomial result = constant(std::log(a.terms[0].second));
  Monomial rest;
  for (const auto &[id, exponent] : a.terms[0].first)
    if (atoms[id].kind == Atom::Exp)
      result = add(result, Polynomial(atoms[id].operand), exponent);
    else
      rest.push_back({id, exponent});
  if (rest.empty())
    return result;
  double factor = 1;
  if (rest.size() == 1 && rest[0].second == -1) { // log(1/t) = -log(t)
    factor = -1;
    rest[0].second = 1;
  }
  return add(result, apply(Atom::Log, single(rest)), factor);
}

Polynomial Formulas::sigmoid(const Polynomial &a) {
  return apply(Atom::Sigmoid, a);
}

Polynomial Formulas::sum(const Polynomial &a, int numDims, double numElements) {
  Polynomial result;
  for (const auto &[monomial, coefficient] : a.terms) {
    bool isBound = false;
    Monomial inside, outside;
    for (const auto &factor : monomial) {
      uint64_t levels = atoms[factor.first].levels;
      isBound |= levels & 1;
      (levels ? inside : outside).push_back(factor);
    }
    // A factor of a dimension further out only: not worth another rule.
    isTooLarge |= !isBound && !inside.empty();
    Polynomial term = single(outside, coefficient);
    if (inside.empty()) {
      result = add(result, scale(term, numElements));
      continue;
    }
    Atom atom{Atom::Sum, {}, {}, single(inside), numDims, numElements};
    result = add(result, multiply(term, variable(intern(atom))));
  }
  return result;
}

std::optional<AtomId> Formulas::findOrigin(const Variables &variables) const {
  for (AtomId id = 0; id < atoms.size(); ++id)
    if (getOrigin(id) && atoms[id].variables == variables)
      return id;
  return std::nullopt;
}

const Atom *Formulas::getOrigin(AtomId id) const {
  const Atom &atom = atoms[id];
  return atom.kind == Atom::Leaf && atom.value == origin ? &atom : nullptr;
}

bool Formulas::readsOriginOnly(const Polynomial &polynomial) const {
  for (const auto &[monomial, coefficient] : polynomial.terms)
    for (const auto &[id, exponent] : monomial)
      if (!atoms[id].readsOriginOnly)
        return false;
  return true;
}

} // namespace wafer::graph
