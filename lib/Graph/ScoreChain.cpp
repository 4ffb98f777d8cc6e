//===- ScoreChain.cpp - from a softmax to its scores ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScoreChain.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace wafer::graph {

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

/// True if `reshape` keeps the last dimension: rows stay rows.
static bool keepsRows(ReshapeOp reshape) {
  ArrayRef<int64_t> from = getShape(reshape.getInput()),
                    to = reshape.getType().getShape();
  return !from.empty() && !to.empty() && from.back() == to.back();
}

/// The condition without negations, and what it is when `condition` is true.
static std::pair<Value, bool> stripNot(Value condition, bool truth = true) {
  while (auto negation = condition.getDefiningOp<NotOp>()) {
    condition = negation.getInput();
    truth = !truth;
  }
  return {condition, truth};
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

namespace {

class ScoreWalk {
public:
  explicit ScoreWalk(ConstantValues &constants) : constants(constants) {}

  /// Scores are `value`·factor at the softmax. Terms are found last to first.
  bool visit(Value value, double factor);
  ScoreChain chain;

private:
  ConstantValues &constants;
  /// Steps left; sums have two sides, each with sums in turn.
  unsigned steps = 1000;

  bool visitSum(Value lhs, Value rhs, double sign, double factor);
  bool visitSides(Operation *op, double factor);
  bool visitScale(Value value, Value by, bool divides, double factor);
  bool visitSoftcap(TanhOp tanh, double factor);
  bool visitWhere(WhereOp op, double factor);
};

} // namespace

bool ScoreWalk::visit(Value value, double factor) {
  Operation *op = value.getDefiningOp();
  if (!op || steps == 0 || !isFloat(value))
    return false;
  --steps;
  chain.shapes.emplace_back(getShape(value));
  if (auto product = dyn_cast<MatmulOp>(op)) {
    chain.product = product;
    chain.scale = factor;
    return true;
  }
  if (auto conversion = dyn_cast<CastOp>(op))
    return visit(conversion.getInput(), factor);
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    return keepsRows(reshape) && visit(reshape.getInput(), factor);
  if (auto negation = dyn_cast<NegOp>(op))
    return visit(negation.getInput(), -factor);
  if (auto tanh = dyn_cast<TanhOp>(op))
    return visitSoftcap(tanh, factor);
  if (auto where = dyn_cast<WhereOp>(op))
    return visitWhere(where, factor);
  return visitSides(op, factor);
}

bool ScoreWalk::visitSides(Operation *op, double factor) {
  if (!isa<AddOp, SubOp, MulOp, DivOp>(op))
    return false;
  Value lhs = op->getOperand(0), rhs = op->getOperand(1);
  if (isa<MulOp>(op))
    return visitScale(lhs, rhs, /*divides=*/false, factor) ||
           visitScale(rhs, lhs, /*divides=*/false, factor);
  if (isa<DivOp>(op))
    return visitScale(lhs, rhs, /*divides=*/true, factor);
  if (isa<SubOp>(op))
    return visitSum(lhs, rhs, -1, factor);
  return visitSum(lhs, rhs, 1, factor) || visitSum(rhs, lhs, 1, factor);
}

bool ScoreWalk::visitSum(Value value, Value added, double sign, double factor) {
  ScoreChain before = chain;
  ArrayRef<int64_t> shape = getShape(value);
  // The scores have the shape of the sum; a mask never makes them larger.
  if (broadcastShapes(shape, getShape(added)) != llvm::to_vector(shape))
    return false;
  ScoreTerm term;
  term.kind = ScoreTerm::Add;
  term.value = added;
  term.factor = sign * factor;
  term.scoresShape.assign(shape.begin(), shape.end());
  term.shape = llvm::to_vector(getShape(added));
  chain.terms.push_back(term);
  if (visit(value, factor))
    return true;
  chain = std::move(before);
  return false;
}

bool ScoreWalk::visitScale(Value value, Value by, bool divides, double factor) {
  std::optional<double> number = constants.getSplat(by);
  if (!number || !std::isfinite(*number) || *number == 0 ||
      broadcastShapes(getShape(value), getShape(by)) !=
          llvm::to_vector(getShape(value)))
    return false;
  return visit(value, divides ? factor / *number : factor * *number);
}

/// factor·tanh(x·scale): a cap of `factor`, and nothing but a product below.
bool ScoreWalk::visitSoftcap(TanhOp tanh, double factor) {
  size_t terms = chain.terms.size();
  if (chain.softcap || factor == 0 || !visit(tanh.getInput(), 1) ||
      chain.softcap || chain.terms.size() != terms)
    return false;
  chain.softcap = std::abs(factor); // tanh is odd
  chain.scale *= factor;
  return true;
}

bool ScoreWalk::visitWhere(WhereOp op, double factor) {
  for (bool keptIf : {true, false}) {
    Value value = keptIf ? op.getLhs() : op.getRhs();
    Value other = keptIf ? op.getRhs() : op.getLhs();
    std::optional<double> fill = constants.getSplat(other);
    if (!fill || getShape(value) != getShape(op.getResult()))
      continue;
    ScoreTerm term;
    term.kind = ScoreTerm::Keep;
    std::tie(term.value, term.keptIf) = stripNot(op.getCondition(), keptIf);
    term.fill = *fill * factor;
    term.scoresShape = llvm::to_vector(getShape(value));
    term.shape = llvm::to_vector(getShape(term.value));
    ScoreChain before = chain;
    chain.terms.push_back(term);
    if (visit(value, factor))
      return true;
    chain = std::move(before);
  }
  return false;
}

std::optional<ScoreChain> traceScores(Value scores, ConstantValues &constants) {
  ScoreWalk walk(constants);
  if (!walk.visit(scores, 1))
    return std::nullopt;
  std::reverse(walk.chain.terms.begin(), walk.chain.terms.end());
  return std::move(walk.chain);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// True if `condition` is `truth` just where `x` is not a number.
static bool isNaNTest(Value condition, Value x, bool truth) {
  std::tie(condition, truth) = stripNot(condition, truth);
  auto equal = condition.getDefiningOp<EqualOp>();
  return equal && !truth && equal.getLhs() == x && equal.getRhs() == x;
}

/// `value` behind casts, which keep whether it is 0.
static Value stripCasts(Value value) {
  while (auto conversion = value.getDefiningOp<CastOp>())
    value = conversion.getInput();
  return value;
}

/// True if `condition` is `truth` just for rows of `scores` that are -infinity
/// throughout.
static bool isEmptyRowTest(Value condition, Value scores, bool truth,
                           ConstantValues &constants) {
  std::tie(condition, truth) = stripNot(stripCasts(condition), truth);
  condition = stripCasts(condition);
  auto isMinusInfinity = [&](Value value) {
    return constants.getSplat(value) ==
           -std::numeric_limits<double>::infinity();
  };
  auto isOverRow = [&](auto reduction) {
    return reduction && reduction.getKeepdims() &&
           reduction.getAxes() ==
               ArrayRef<int64_t>(getShape(scores).size() - 1);
  };
  // -inf < max(scores), and max(scores) = -inf
  Value lhs, rhs;
  if (auto less = condition.getDefiningOp<LessOp>(); less && !truth)
    lhs = less.getLhs(), rhs = less.getRhs();
  if (auto equal = condition.getDefiningOp<EqualOp>(); equal && truth) {
    lhs = equal.getLhs(), rhs = equal.getRhs();
    if (isMinusInfinity(rhs))
      std::swap(lhs, rhs);
  }
  if (lhs) {
    auto largest = rhs.getDefiningOp<ReduceMaxOp>();
    return isMinusInfinity(lhs) && isOverRow(largest) &&
           largest.getInput() == scores;
  }
  // all(scores = -inf), and any(not (scores = -inf))
  Value tests;
  bool testsAre = true;
  if (auto all = condition.getDefiningOp<ReduceMinOp>(); all && truth) {
    tests = isOverRow(all) ? all.getInput() : Value();
  } else if (auto any = condition.getDefiningOp<ReduceMaxOp>(); any && !truth) {
    tests = isOverRow(any) ? any.getInput() : Value();
    testsAre = false;
  }
  if (!tests)
    return false;
  std::tie(tests, testsAre) = stripNot(stripCasts(tests), testsAre);
  auto equal = stripCasts(tests).getDefiningOp<EqualOp>();
  return equal && testsAre &&
         ((equal.getLhs() == scores && isMinusInfinity(equal.getRhs())) ||
          (equal.getRhs() == scores && isMinusInfinity(equal.getLhs())));
}

std::optional<WeightChain> traceWeights(Value weights,
                                        ConstantValues &constants) {
  WeightChain chain;
  SmallVector<std::pair<WhereOp, bool>> guards; // weights stay where it is this
  while (true) {
    Operation *op = weights.getDefiningOp();
    if (!op || !isFloat(weights))
      return std::nullopt;
    chain.shapes.emplace_back(getShape(weights));
    if (auto softmax = dyn_cast<SoftmaxOp>(op)) {
      chain.softmax = softmax;
      break;
    }
    if (auto conversion = dyn_cast<CastOp>(op)) {
      weights = conversion.getInput();
    } else if (auto reshape = dyn_cast<ReshapeOp>(op);
               reshape && keepsRows(reshape)) {
      weights = reshape.getInput();
    } else if (auto where = dyn_cast<WhereOp>(op)) {
      bool keptIf = constants.getSplat(where.getRhs()) == 0.0;
      if (!keptIf && constants.getSplat(where.getLhs()) != 0.0)
        return std::nullopt;
      weights = keptIf ? where.getLhs() : where.getRhs();
      if (getShape(weights) != where.getType().getShape())
        return std::nullopt;
      guards.push_back({where, keptIf});
    } else {
      return std::nullopt;
    }
  }
  for (auto [where, keptIf] : guards) {
    Value kept = keptIf ? where.getLhs() : where.getRhs();
    if (isNaNTest(where.getCondition(), kept, !keptIf) ||
        isEmptyRowTest(where.getCondition(), chain.softmax.getInput(), !keptIf,
                       constants)) {
      chain.isGuarded = true;
      continue;
    }
    auto [condition, truth] = stripNot(where.getCondition(), keptIf);
    chain.selections.push_back({condition, truth});
  }
  return chain;
}

} // namespace wafer::graph
