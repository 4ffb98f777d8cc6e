//===- FuseActivations.cpp - gelu, silu, sigmoid ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region.
// Out: the same, in which maps that together compute one of these are one op:
//
//   x/2·(1 + erf(x/√2))                            graph.gelu
//   x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))       graph.gelu {tanh}
//   x·sigmoid(x)                                   graph.silu
//   1/(1 + exp(-x))                                graph.sigmoid
//
// For every erf, tanh, exp and sigmoid: the furthest value computed from it
// that is one of the four formulas (Formula.h) of a value above it, the nearest
// one that fits. The spelling does not matter, the numbers do: constants may
// differ from those above by 2e-5 relatively, or by the rounding of f16 and
// bf16.
//
// Not raised: x·sigmoid(1.702·x), which is another function; factors other than
// those above (2·gelu(x) stays maps).
//
//   %0 = graph.sigmoid %x : …
//   %1 = graph.mul %0, %x : …            ->  %1 = graph.silu %x : …
//
//===----------------------------------------------------------------------===//

#include "Chain.h"
#include "wafer/Graph/Passes.h"
#include <cmath>

#define DEBUG_TYPE "graph-fuse-activations"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_FUSEACTIVATIONS
#include "wafer/Graph/Passes.h.inc"

namespace {

enum class Activation { Gelu, GeluTanh, Silu, Sigmoid };

/// Reads a polynomial in one variable x and functions of it.
struct Recogniser {
  const Formulas &formulas;
  double tolerance;
  AtomId x;

  bool is(double number, double wanted) const {
    return isClose(number, wanted, tolerance);
  }

  /// The factor that `monomial` has beside x^exponent, if it is of `kind`.
  const Atom *getFactor(const Monomial &monomial, double exponent,
                        Atom::Kind kind) const {
    const Atom *found = nullptr;
    double ofX = 0;
    for (const auto &[id, power] : monomial) {
      if (id == x) {
        ofX = power;
        continue;
      }
      if (found || power != 1 || formulas[id].kind != kind)
        return nullptr;
      found = &formulas[id];
    }
    return ofX == exponent ? found : nullptr;
  }

  bool isMultipleOfX(const Polynomial &p, double factor) const {
    return p.terms.size() == 1 && is(p.get({{x, 1.0}}), factor);
  }

  /// p = 2·√(2/π)·(x + 0.044715·x³), sigmoid(2u) standing for tanh(u).
  bool isCubic(const Polynomial &p) const {
    double factor = 2 * std::sqrt(2 / M_PI);
    return p.terms.size() == 2 && is(p.get({{x, 1.0}}), factor) &&
           is(p.get({{x, 3.0}}), factor * 0.044715);
  }

  std::optional<Activation> recognise(const Polynomial &p) const {
    if (p.terms.size() == 2 && is(p.get({{x, 1.0}}), 0.5)) {
      for (const auto &[monomial, coefficient] : p.terms)
        if (const Atom *erf = getFactor(monomial, 1, Atom::Erf))
          if (is(coefficient, 0.5) &&
              isMultipleOfX(erf->operand, std::sqrt(0.5)))
            return Activation::Gelu;
      return std::nullopt;
    }
    if (p.terms.size() != 1 || !is(p.terms[0].second, 1))
      return std::nullopt;
    const Monomial &monomial = p.terms[0].first;
    if (const Atom *sigmoid = getFactor(monomial, 1, Atom::Sigmoid)) {
      if (isMultipleOfX(sigmoid->operand, 1))
        return Activation::Silu;
      if (isCubic(sigmoid->operand))
        return Activation::GeluTanh;
    }
    if (const Atom *sigmoid = getFactor(monomial, 0, Atom::Sigmoid))
      if (isMultipleOfX(sigmoid->operand, 1))
        return Activation::Sigmoid;
    return std::nullopt;
  }
};

/// The activation that computes `result` from `origin`.
std::optional<Activation> recognise(Value origin, Value result,
                                    double tolerance) {
  if (!haveSameDims(origin, result))
    return std::nullopt;
  Formulas formulas(origin);
  std::optional<Polynomial> p = formulas.expand(result);
  if (!p)
    return std::nullopt;
  // A map: every element of the result comes from the one in its place.
  std::optional<AtomId> x = formulas.findOrigin(getVariables(result));
  if (!x)
    return std::nullopt;
  return Recogniser{formulas, tolerance, *x}.recognise(*p);
}

Value build(OpBuilder &builder, Activation activation, Value x, Value result) {
  Location loc = result.getLoc();
  auto shape = cast<RankedTensorType>(x.getType()).getShape();
  x = convert(builder, loc, x, shape, chooseElementType(result, x));
  Type type = x.getType();
  switch (activation) {
  case Activation::Gelu:
    return GeluOp::create(builder, loc, type, x, /*tanh=*/false);
  case Activation::GeluTanh:
    return GeluOp::create(builder, loc, type, x, /*tanh=*/true);
  case Activation::Silu:
    return SiluOp::create(builder, loc, type, x);
  case Activation::Sigmoid:
    return SigmoidOp::create(builder, loc, type, x);
  }
  llvm_unreachable("activations are listed above");
}

struct FuseActivations : impl::FuseActivationsBase<FuseActivations> {
  void runOnOperation() override {
    auto isAnchor = [](Operation *op) {
      return isa<ErfOp, TanhOp, ExpOp, SigmoidOp>(op);
    };
    fuseChains(getOperation(), isAnchor,
               [](OpBuilder &builder, const Chain &chain, Value result) {
                 double tolerance = getTolerance(chain, result);
                 for (Value origin : chain.origins) {
                   auto activation = recognise(origin, result, tolerance);
                   bool isThere = isa<SigmoidOp>(chain.anchor) &&
                                  activation == Activation::Sigmoid;
                   if (!activation || isThere)
                     continue;
                   Value fused =
                       build(builder, *activation, stripViews(origin), result);
                   return convertTo(builder, fused, result);
                 }
                 return Value();
               });
  }
};

} // namespace
} // namespace wafer::graph
