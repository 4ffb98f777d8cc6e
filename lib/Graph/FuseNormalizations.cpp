//===- FuseNormalizations.cpp - normalisations ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region.
// Out: the same, in which maps and reductions that together compute
//
//   (x - mean(x))·(mean((x - mean(x))²) + ε)^-1/2·scale + bias
//   x·(mean(x²) + ε)^-1/2·scale
//
// over the last dimensions are graph.layer_normalization and
// graph.rms_normalization. Scale and bias extend over these dimensions only;
// they may be absent (a scale of 1 is made then, as is a bias that an
// rms_normalization needs an add for).
//
// For every square root and power ±1/2: the furthest value computed from it
// whose formula (Formula.h) is one of these. A formula of a value above it that
// has a mean is preferred to one that has none: x - mean(x) has a root mean
// square too. In normal form:
//
//   V    = α·Σx² + β·(Σx)² + ε',  β = -α/N or 0
//   y    = k·x·scale·V^-1/2 + k'·Σx·scale·V^-1/2 + bias,  k' = -k/N or 0
//
// from which epsilon = ε'/(α·N), and k/√(α·N) is a factor of the scale. So a
// variance of N - 1 degrees of freedom and an L2 norm are normalisations too.
//
// Not raised: dimensions that are not the last ones; an epsilon outside the
// root, or one that is no constant; a bound in place of it (max(variance, ε)).
//
//   %q = graph.mul %x, %x : …
//   %m = graph.reduce_mean %q axes [1] {keepdims} : …
//   %v = graph.add %m, %eps : …
//   %r = graph.sqrt %v : …
//   %0 = graph.div %x, %r : …
// ->
//   %0 = graph.rms_normalization %x, %one axis 1 epsilon … : …
//
//===----------------------------------------------------------------------===//

#include "Chain.h"
#include "mlir/IR/Matchers.h"
#include "wafer/Graph/Passes.h"
#include <cmath>

#define DEBUG_TYPE "graph-fuse-normalizations"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_FUSENORMALIZATIONS
#include "wafer/Graph/Passes.h.inc"

namespace {

/// V of the header: mean and variance, or mean square, of x.
struct Moments {
  AtomId root;               // the atom V
  std::optional<AtomId> sum; // Σx, if V has the mean
  size_t numReduced;         // of x's variables, the last ones
  double numElements;        // N
  double alpha, epsilon;
};

/// Scale and bias: an atom, or a number.
struct Parameter {
  std::optional<AtomId> leaf;
  double number;
};

struct Normalization {
  Moments moments;
  Parameter scale, bias;
};

struct Recogniser {
  const Formulas &formulas;
  AtomId x;
  double tolerance;

  const Variables &variablesOfX() const { return formulas[x].variables; }

  /// The number of x's last variables that Σx^exponent, atom `id`, sums over.
  std::optional<size_t> getNumReduced(AtomId id, double exponent) const {
    const Atom &sum = formulas[id];
    if (sum.kind != Atom::Sum)
      return std::nullopt;
    const Monomial &summed = sum.operand.terms[0].first;
    if (summed.size() != 1 || summed[0].second != exponent ||
        !formulas.getOrigin(summed[0].first))
      return std::nullopt;
    const Variables &inSum = formulas[summed[0].first].variables;
    const Variables &own = variablesOfX();
    size_t count = sum.numDims;
    if (inSum.size() != own.size() || count > own.size())
      return std::nullopt;
    size_t kept = own.size() - count;
    for (size_t i = 0; i < own.size(); ++i)
      if (inSum[i] != (i < kept ? own[i] : kBound + static_cast<int>(i - kept)))
        return std::nullopt;
    return count;
  }

  std::optional<Moments> getMoments(AtomId root) const;
  std::optional<Normalization> recognise(const Polynomial &p) const;
  bool isParameter(AtomId id, size_t numReduced) const;
};

std::optional<Moments> Recogniser::getMoments(AtomId root) const {
  Moments moments{root, {}, 0, 0, 0, 0};
  if (auto count = getNumReduced(root, 2)) { // no epsilon
    moments.numReduced = *count;
    moments.numElements = formulas[root].numElements;
    moments.alpha = 1;
    return moments;
  }
  if (formulas[root].kind != Atom::Base)
    return std::nullopt;
  double beta = 0;
  size_t numReducedBySum = 0;
  for (const auto &[monomial, coefficient] : formulas[root].operand.terms) {
    if (monomial.empty()) {
      moments.epsilon = coefficient;
      continue;
    }
    auto [id, exponent] = monomial[0];
    if (monomial.size() != 1)
      return std::nullopt;
    if (auto count = getNumReduced(id, 2); count && exponent == 1) {
      moments.numReduced = *count;
      moments.numElements = formulas[id].numElements;
      moments.alpha = coefficient;
    } else if (auto count = getNumReduced(id, 1); count && exponent == 2) {
      numReducedBySum = *count;
      moments.sum = id;
      beta = coefficient;
    } else {
      return std::nullopt;
    }
  }
  if (moments.numReduced == 0 || moments.alpha <= 0 || moments.epsilon < 0)
    return std::nullopt;
  moments.epsilon /= moments.alpha * moments.numElements;
  if (moments.sum &&
      (numReducedBySum != moments.numReduced ||
       !isClose(beta, -moments.alpha / moments.numElements, tolerance)))
    return std::nullopt;
  return moments;
}

/// True if the leaf extends over no dimension but the last `numReduced` of x.
bool Recogniser::isParameter(AtomId id, size_t numReduced) const {
  const Atom &leaf = formulas[id];
  if (leaf.kind != Atom::Leaf || formulas.getOrigin(id))
    return false;
  ArrayRef<int> reduced = ArrayRef(variablesOfX()).take_back(numReduced);
  return llvm::is_sorted(leaf.variables) &&
         llvm::all_of(leaf.variables, [&](int variable) {
           return llvm::is_contained(reduced, variable);
         });
}

std::optional<Normalization> Recogniser::recognise(const Polynomial &p) const {
  std::optional<Moments> moments;
  for (const auto &[monomial, coefficient] : p.terms)
    for (const auto &[id, exponent] : monomial)
      if (exponent == -0.5 && !moments)
        moments = getMoments(id);
  if (!moments)
    return std::nullopt;
  Normalization found{*moments, {}, {}};
  std::optional<double> ofX, ofSum;
  std::optional<AtomId> scaleOfX, scaleOfSum;
  for (const auto &[monomial, coefficient] : p.terms) {
    bool hasRoot = false, hasX = false, hasSum = false;
    std::optional<AtomId> leaf;
    for (const auto &[id, exponent] : monomial) {
      if (id == moments->root && exponent == -0.5)
        hasRoot = true;
      else if (id == x && exponent == 1)
        hasX = true;
      else if (moments->sum && id == *moments->sum && exponent == 1)
        hasSum = true;
      else if (!leaf && exponent == 1 && isParameter(id, moments->numReduced))
        leaf = id;
      else
        return std::nullopt;
    }
    if (hasRoot && hasX && !hasSum && !ofX) {
      ofX = coefficient;
      scaleOfX = leaf;
    } else if (hasRoot && hasSum && !hasX && !ofSum) {
      ofSum = coefficient;
      scaleOfSum = leaf;
    } else if (!hasRoot && !hasX && !hasSum && !found.bias.leaf &&
               found.bias.number == 0 && (!leaf || isClose(coefficient, 1))) {
      found.bias = {leaf, coefficient};
    } else {
      return std::nullopt;
    }
  }
  if (!ofX || ofSum.has_value() != moments->sum.has_value())
    return std::nullopt;
  if (ofSum && (scaleOfX != scaleOfSum ||
                !isClose(*ofSum, -*ofX / moments->numElements, tolerance)))
    return std::nullopt;
  found.scale = {scaleOfX,
                 *ofX / std::sqrt(moments->alpha * moments->numElements)};
  if (isClose(found.scale.number, 1, tolerance))
    found.scale.number = 1;
  return found;
}

/// Builds a recognised normalisation of `input`.
struct Builder {
  OpBuilder &builder;
  const Formulas &formulas;
  Value input, result;
  ArrayRef<int> reduced; // the variables of the result that are reduced
  int64_t axis;
  Type elementType = {};

  Location loc() const { return result.getLoc(); }

  Value createNumber(double number) {
    auto shape = cast<RankedTensorType>(input.getType()).getShape();
    auto type = RankedTensorType::get(shape.drop_front(axis), elementType);
    APFloat value(number);
    bool losesInfo;
    value.convert(cast<FloatType>(elementType).getFloatSemantics(),
                  APFloat::rmNearestTiesToEven, &losesInfo);
    return ConstantOp::create(builder, loc(),
                              DenseElementsAttr::get(type, value));
  }

  /// The leaf with the dimensions of the input from the axis on, 1 where it
  /// does not extend over them.
  Value createLeaf(AtomId id) {
    const Atom &leaf = formulas[id];
    auto shape = cast<RankedTensorType>(input.getType()).getShape();
    SmallVector<int64_t> own;
    size_t next = 0;
    for (int64_t dim : shape.drop_front(axis)) {
      bool extends =
          dim != 1 && llvm::is_contained(leaf.variables, reduced[next]);
      own.push_back(extends ? dim : 1);
      next += dim != 1;
    }
    return convert(builder, loc(), leaf.value, own, elementType);
  }

  Value createParameter(const Parameter &parameter, double neutral) {
    if (!parameter.leaf)
      return parameter.number == neutral && neutral == 0
                 ? Value()
                 : createNumber(parameter.number);
    return createLeaf(*parameter.leaf);
  }

  Value create(const Normalization &found) {
    SmallVector<Value> operands = {input};
    for (const Parameter &parameter : {found.scale, found.bias})
      if (parameter.leaf)
        operands.push_back(formulas[*parameter.leaf].value);
    elementType = chooseElementType(result, operands);
    auto shape = cast<RankedTensorType>(input.getType()).getShape();
    Value x = convert(builder, loc(), input, shape, elementType);
    Value scale = createParameter(found.scale, 1);
    if (found.scale.leaf && found.scale.number != 1)
      scale = MulOp::create(builder, loc(), scale,
                            createNumber(found.scale.number));
    Value bias = createParameter(found.bias, 0);
    double epsilon = found.moments.epsilon;
    Value fused;
    if (found.moments.sum) {
      fused = LayerNormalizationOp::create(builder, loc(), x, scale, bias, axis,
                                           llvm::APFloat(epsilon));
    } else {
      fused = RMSNormalizationOp::create(builder, loc(), x, scale, axis,
                                         llvm::APFloat(epsilon));
      if (bias)
        fused = AddOp::create(builder, loc(), fused, bias);
    }
    return convertTo(builder, fused, result);
  }
};

Value fuseFrom(OpBuilder &builder, Value origin, Value result, bool withMean,
               double tolerance) {
  if (!haveSameDims(origin, result))
    return {};
  Formulas formulas(origin);
  std::optional<Polynomial> p = formulas.expand(result);
  auto x =
      p ? formulas.findOrigin(getVariables(result)) : std::optional<AtomId>();
  if (!x)
    return {};
  auto found = Recogniser{formulas, *x, tolerance}.recognise(*p);
  if (!found || found->moments.sum.has_value() != withMean)
    return {};
  Value input = stripViews(origin);
  size_t numReduced = found->moments.numReduced;
  Variables ofInput = getVariables(input);
  int64_t axis = ofInput[ofInput.size() - numReduced];
  return Builder{builder,
                 formulas,
                 input,
                 result,
                 ArrayRef(formulas[*x].variables).take_back(numReduced),
                 axis}
      .create(*found);
}

bool isAnchor(Operation *op) {
  DenseElementsAttr exponent;
  if (auto pow = dyn_cast<PowOp>(op))
    return matchPattern(pow.getRhs(), m_Constant(&exponent)) &&
           exponent.isSplat() && isa<FloatType>(exponent.getElementType()) &&
           (exponent.getSplatValue<APFloat>().isExactlyValue(0.5) ||
            exponent.getSplatValue<APFloat>().isExactlyValue(-0.5));
  return isa<SqrtOp>(op);
}

struct FuseNormalizations : impl::FuseNormalizationsBase<FuseNormalizations> {
  void runOnOperation() override {
    for (bool withMean : {true, false})
      fuseChains(getOperation(), isAnchor,
                 [&](OpBuilder &builder, const Chain &chain, Value result) {
                   double tolerance = getTolerance(chain, result);
                   for (Value origin : chain.origins)
                     if (Value fused = fuseFrom(builder, origin, result,
                                                withMean, tolerance))
                       return fused;
                   return Value();
                 });
  }
};

} // namespace
} // namespace wafer::graph
