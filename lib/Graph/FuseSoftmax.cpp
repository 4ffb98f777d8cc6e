//===- FuseSoftmax.cpp - softmax of its formula -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region.
// Out: the same, in which
//
//   exp(x - c)/Σexp(x - c)          is graph.softmax,
//   (x - c) - log(Σexp(x - c))      is graph.log_softmax,
//   log(softmax(x))                 too.
//
// The sum is over one dimension. c is any function of x that is the same along
// that dimension, as max(x), or absent: softmax does not change by it. Where
// the exponential of an unshifted x overflows, or all of them vanish, the
// original is NaN or infinite and graph.softmax is not; both are the same real
// function. A c that is not computed from x stays, since it may be infinite.
//
// For every exp: the furthest value computed from it whose formula (Formula.h)
// is one of these.
//
// Not raised: sums over several dimensions; bases other than e.
//
//   %m = graph.reduce_max %x axes [1] {keepdims} : …
//   %d = graph.sub %x, %m : …
//   %e = graph.exp %d : …
//   %s = graph.reduce_sum %e axes [1] {keepdims} : …
//   %0 = graph.div %e, %s : …              ->  %0 = graph.softmax %x axis 1 : …
//
//===----------------------------------------------------------------------===//

#include "Chain.h"
#include "wafer/Graph/Passes.h"

#define DEBUG_TYPE "graph-fuse-softmax"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_FUSESOFTMAX
#include "wafer/Graph/Passes.h.inc"

namespace {

/// The only factor of the only term if its coefficient and exponent are 1.
std::optional<AtomId> getOnlyAtom(const Polynomial &p) {
  if (p.terms.size() != 1 || !isClose(p.terms[0].second, 1) ||
      p.terms[0].first.size() != 1 || p.terms[0].first[0].second != 1)
    return std::nullopt;
  return p.terms[0].first[0].first;
}

struct Recogniser {
  const Formulas &formulas;
  AtomId x;

  /// The operand of atom `id` if that is of `kind` and of one atom.
  std::optional<AtomId> getOperand(AtomId id, Atom::Kind kind) const {
    if (formulas[id].kind != kind)
      return std::nullopt;
    return getOnlyAtom(formulas[id].operand);
  }

  /// The place among x's variables of the dimension that atom `id`, Σexp(x),
  /// sums over.
  std::optional<int64_t> getSummedPlace(AtomId id) const {
    auto exponential = getOperand(id, Atom::Sum);
    auto summed = exponential ? getOperand(*exponential, Atom::Exp)
                              : std::optional<AtomId>();
    if (!summed || !formulas.getOrigin(*summed))
      return std::nullopt;
    const Variables &own = formulas[x].variables;
    const Variables &inSum = formulas[*summed].variables;
    std::optional<int64_t> place;
    if (own.size() != inSum.size())
      return std::nullopt;
    for (auto [i, variable] : llvm::enumerate(inSum)) {
      if (variable == own[i])
        continue;
      if (place || variable != kBound)
        return std::nullopt;
      place = i;
    }
    return place;
  }

  /// The summed place of x if p = exp(x)·Σexp(x)^-1.
  std::optional<int64_t> matchSoftmax(const Polynomial &p) const {
    if (p.terms.size() != 1 || !isClose(p.terms[0].second, 1) ||
        p.terms[0].first.size() != 2)
      return std::nullopt;
    auto above = p.terms[0].first[0], below = p.terms[0].first[1];
    if (above.second < 0)
      std::swap(above, below);
    auto exponent = getOperand(above.first, Atom::Exp);
    if (above.second != 1 || below.second != -1 || !exponent || *exponent != x)
      return std::nullopt;
    return getSummedPlace(below.first);
  }

  /// The summed place of x if p = x - log(Σexp(x)).
  std::optional<int64_t> matchLogSoftmax(const Polynomial &p) const {
    if (p.terms.size() != 2 || !isClose(p.get({{x, 1.0}}), 1))
      return std::nullopt;
    for (const auto &[monomial, coefficient] : p.terms) {
      if (monomial.size() != 1 || monomial[0].second != 1 ||
          !isClose(coefficient, -1))
        continue;
      if (auto sum = getOperand(monomial[0].first, Atom::Log))
        return getSummedPlace(*sum);
    }
    return std::nullopt;
  }
};

/// True if the exponent is `origin` plus something computed from it alone.
bool isShiftOf(Value exponent, Value origin) {
  if (stripViews(exponent) == stripViews(origin))
    return true;
  Formulas formulas(origin);
  std::optional<Polynomial> p = formulas.expand(exponent);
  auto x =
      p ? formulas.findOrigin(getVariables(exponent)) : std::optional<AtomId>();
  return x && isClose(p->get({{*x, 1.0}}), 1) && formulas.readsOriginOnly(*p);
}

Value fuseFrom(OpBuilder &builder, Value origin, Value result) {
  if (!haveSameDims(origin, result))
    return {};
  Formulas formulas(origin);
  std::optional<Polynomial> p = formulas.expand(result);
  auto x =
      p ? formulas.findOrigin(getVariables(result)) : std::optional<AtomId>();
  if (!x)
    return {};
  Recogniser recogniser{formulas, *x};
  auto place = recogniser.matchSoftmax(*p);
  bool isLog = !place;
  if (isLog)
    place = recogniser.matchLogSoftmax(*p);
  if (!place)
    return {};
  Value input = stripViews(origin);
  auto shape = cast<RankedTensorType>(input.getType()).getShape();
  int64_t axis = getVariables(input)[*place];
  Location loc = result.getLoc();
  input = convert(builder, loc, input, shape, chooseElementType(result, input));
  Value fused = isLog ? LogSoftmaxOp::create(builder, loc, input, axis)
                      : Value(SoftmaxOp::create(builder, loc, input, axis));
  return convertTo(builder, fused, result);
}

/// An origin before a shift is better than one behind it, and the nearest of
/// these the best.
Value fuse(OpBuilder &builder, const Chain &chain, Value result) {
  if (auto softmax = dyn_cast<SoftmaxOp>(chain.anchor)) {
    if (!isa<LogOp>(result.getDefiningOp()) ||
        stripViews(result.getDefiningOp()->getOperand(0)) != softmax)
      return {};
    Value fused = LogSoftmaxOp::create(builder, result.getLoc(),
                                       softmax.getInput(), softmax.getAxis());
    return convertTo(builder, fused, result);
  }
  Value exponent = chain.anchor->getOperand(0);
  for (Value origin : chain.origins)
    if (stripViews(origin) != stripViews(exponent) &&
        isShiftOf(exponent, origin))
      if (Value fused = fuseFrom(builder, origin, result))
        return fused;
  return fuseFrom(builder, exponent, result);
}

struct FuseSoftmax : impl::FuseSoftmaxBase<FuseSoftmax> {
  void runOnOperation() override {
    fuseChains(
        getOperation(), [](Operation *op) { return isa<ExpOp>(op); }, fuse);
    fuseChains(
        getOperation(), [](Operation *op) { return isa<SoftmaxOp>(op); }, fuse);
  }
};

} // namespace
} // namespace wafer::graph
