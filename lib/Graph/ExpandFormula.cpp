//===- ExpandFormula.cpp - formulas of graph ops ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Formula.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace wafer::graph {

/// Ops between an origin and a value; chains worth recognising are shorter.
static constexpr int kMaxDepth = 32;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static SmallVector<int64_t> getLongDims(Value value) {
  return llvm::to_vector(llvm::make_filter_range(
      typeOf(value).getShape(), [](int64_t dim) { return dim != 1; }));
}

static bool isUnitReshape(ReshapeOp op) {
  return getLongDims(op.getInput()) == getLongDims(op);
}

static bool isFloatCast(CastOp op) {
  return isa<FloatType>(typeOf(op.getInput()).getElementType()) &&
         isa<FloatType>(op.getType().getElementType());
}

/// True if every number of the operand's type is one of the result's.
static bool isWidening(CastOp op) {
  if (!isFloatCast(op))
    return false;
  auto from = cast<FloatType>(typeOf(op.getInput()).getElementType());
  auto to = cast<FloatType>(op.getType().getElementType());
  return from == to || to.isF64() || (to.isF32() && from.getWidth() < 32);
}

Value stripViews(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    auto cast = dyn_cast<CastOp>(op);
    auto reshape = dyn_cast<ReshapeOp>(op);
    if (!(cast && isWidening(cast)) && !(reshape && isUnitReshape(reshape)))
      break;
    value = op->getOperand(0);
  }
  return value;
}

bool isExpandable(Operation *op) {
  if (auto cast = dyn_cast<CastOp>(op))
    return isFloatCast(cast);
  return isa<AddOp, SubOp, MulOp, DivOp, NegOp, PowOp, SqrtOp, ReciprocalOp,
             ExpOp, LogOp, ErfOp, TanhOp, SigmoidOp, ReduceSumOp, ReduceMeanOp,
             ReduceMaxOp, ReshapeOp, ExpandOp, TransposeOp>(op);
}

/// The number that all elements of a constant are.
static std::optional<double> getSplat(Value value) {
  DenseElementsAttr dense;
  if (!matchPattern(value, m_Constant(&dense)) || !dense.isSplat() ||
      !isa<FloatType>(dense.getElementType()))
    return std::nullopt;
  APFloat number = dense.getSplatValue<APFloat>();
  bool losesInfo;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return number.convertToDouble();
}

bool Formulas::dependsOnOrigin(Value value, int depth) {
  if (stripViews(value) == origin)
    return true;
  auto known = dependence.find(value);
  if (known != dependence.end())
    return known->second;
  Operation *op = value.getDefiningOp();
  bool result = false;
  if (op && depth < kMaxDepth && isExpandable(op))
    for (Value operand : op->getOperands())
      result |= dependsOnOrigin(operand, depth + 1);
  return dependence[value] = result;
}

std::optional<Polynomial> Formulas::expand(Value value) {
  if (!dependsOnOrigin(value, 0) || stripViews(value) == origin)
    return std::nullopt;
  Variables variables;
  for (auto [i, dim] : llvm::enumerate(typeOf(value).getShape()))
    variables.push_back(dim == 1 ? kNoVariable : static_cast<int>(i));
  isTooLarge = false;
  Polynomial result = expand(value, variables);
  if (isTooLarge)
    return std::nullopt;
  return result;
}

Polynomial Formulas::leaf(Value value, const Variables &variables) {
  Atom atom{Atom::Leaf, stripViews(value), {}, {}};
  llvm::copy_if(variables, std::back_inserter(atom.variables),
                [](int variable) { return variable != kNoVariable; });
  return variable(intern(atom));
}

/// The variables of `operand`, whose dimensions broadcast to `variables`.
static Variables broadcastTo(Value operand, const Variables &variables) {
  ArrayRef<int64_t> shape = typeOf(operand).getShape();
  Variables result;
  size_t first = variables.size() - shape.size();
  for (auto [i, dim] : llvm::enumerate(shape))
    result.push_back(dim == 1 ? kNoVariable : variables[first + i]);
  return result;
}

Polynomial Formulas::expand(Value value, const Variables &variables) {
  if (isTooLarge)
    return {};
  if (stripViews(value) == origin)
    return leaf(value, variables);
  if (std::optional<double> number = getSplat(value)) {
    Polynomial result;
    if (*number != 0)
      result.terms.push_back({Monomial(), *number});
    return result;
  }
  if (!dependsOnOrigin(value, 0))
    return leaf(value, variables);
  for (const auto &[own, formula] : expanded[value])
    if (own == variables)
      return formula;
  Polynomial formula = expandOp(value.getDefiningOp(), variables);
  expanded[value].push_back({variables, formula});
  return formula;
}

Polynomial Formulas::expandOp(Operation *op, const Variables &variables) {
  if (isa<ReduceSumOp, ReduceMeanOp, ReduceMaxOp>(op))
    return expandReduction(op, variables);
  if (isa<ReshapeOp, ExpandOp, TransposeOp>(op))
    return expandView(op, variables);
  if (auto pow = dyn_cast<PowOp>(op))
    return expandPower(pow, variables);
  return expandMap(op, variables);
}

Polynomial Formulas::expandMap(Operation *op, const Variables &variables) {
  SmallVector<Polynomial, 1> operands;
  for (Value operand : op->getOperands())
    operands.push_back(expand(operand, broadcastTo(operand, variables)));
  if (isTooLarge)
    return {};
  const Polynomial &a = operands[0];
  if (isa<CastOp>(op))
    return a;
  if (isa<NegOp>(op))
    return scale(a, -1);
  if (isa<AddOp>(op))
    return add(a, operands[1]);
  if (isa<SubOp>(op))
    return add(a, operands[1], -1);
  if (isa<MulOp>(op))
    return multiply(a, operands[1]);
  if (isa<DivOp>(op))
    return multiply(a, power(operands[1], -1));
  if (isa<ReciprocalOp>(op))
    return power(a, -1);
  if (isa<SqrtOp>(op))
    return power(a, 0.5);
  if (isa<ExpOp>(op))
    return exponential(a);
  if (isa<LogOp>(op))
    return logarithm(a);
  if (isa<ErfOp>(op))
    return apply(Atom::Erf, a);
  if (isa<SigmoidOp>(op))
    return sigmoid(a);
  // tanh(a) = 2·sigmoid(2a) - 1
  return add(scale(sigmoid(scale(a, 2)), 2), power(Polynomial(), 0), -1);
}

Polynomial Formulas::expandPower(PowOp op, const Variables &variables) {
  std::optional<double> exponent = getSplat(op.getRhs());
  if (!exponent)
    return leaf(op, variables);
  return power(expand(op.getLhs(), broadcastTo(op.getLhs(), variables)),
               *exponent);
}

Polynomial Formulas::expandReduction(Operation *op, Variables variables) {
  ArrayRef<int64_t> axes =
      cast<DenseI64ArrayAttr>(op->getAttr("axes")).asArrayRef();
  Value input = op->getOperand(0);
  bool keepsDims = op->hasAttr("keepdims");
  for (int &variable : variables)
    variable += variable >= kBound ? kLevel : 0;
  Variables inner;
  int numDims = 0;
  double numElements = 1;
  size_t outer = 0;
  for (auto [i, dim] : llvm::enumerate(typeOf(input).getShape())) {
    if (!llvm::is_contained(axes, static_cast<int64_t>(i))) {
      inner.push_back(variables[outer++]);
      continue;
    }
    inner.push_back(dim == 1 ? kNoVariable : kBound + numDims);
    numDims += dim != 1;
    numElements *= static_cast<double>(dim);
    outer += keepsDims;
  }
  isTooLarge |= numDims >= kLevel || numElements == 0;
  Polynomial body = expand(input, inner);
  if (isTooLarge)
    return {};
  if (numDims == 0)
    return body;
  if (isa<ReduceMaxOp>(op)) {
    Atom atom{Atom::Max, {}, {}, body, numDims, numElements};
    return variable(intern(atom));
  }
  Polynomial total = sum(body, numDims, numElements);
  return isa<ReduceMeanOp>(op) ? scale(total, 1 / numElements) : total;
}

Polynomial Formulas::expandView(Operation *op, const Variables &variables) {
  Value input = op->getOperand(0);
  if (isa<ExpandOp>(op))
    return expand(input, broadcastTo(input, variables));
  Variables inner(typeOf(input).getRank(), kNoVariable);
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    for (auto [i, dim] : llvm::enumerate(transpose.getPerm()))
      inner[dim] = variables[i];
    return expand(input, inner);
  }
  auto reshape = cast<ReshapeOp>(op);
  if (!isUnitReshape(reshape))
    return leaf(op->getResult(0), variables);
  Variables longOnes;
  for (auto [variable, dim] :
       llvm::zip_equal(variables, reshape.getType().getShape()))
    if (dim != 1)
      longOnes.push_back(variable);
  size_t next = 0;
  for (auto [variable, dim] : llvm::zip_equal(inner, typeOf(input).getShape()))
    if (dim != 1)
      variable = longOnes[next++];
  return expand(input, inner);
}

} // namespace wafer::graph
