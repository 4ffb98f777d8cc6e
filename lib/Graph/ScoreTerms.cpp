//===- ScoreTerms.cpp - terms of scores, one by one -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScoreChain.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace wafer::graph {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

//===----------------------------------------------------------------------===//
// Splitting
//===----------------------------------------------------------------------===//

namespace {

class TermSplitter {
public:
  explicit TermSplitter(ConstantValues &constants) : constants(constants) {}

  void visit(ScoreTerm term);
  SmallVector<ScoreTerm> result;

private:
  ConstantValues &constants;

  bool splitAdded(const ScoreTerm &term, Operation *op);
  bool splitKept(const ScoreTerm &term, Operation *op);
};

} // namespace

/// The term with `operand`, which broadcasts to its value, in place of it.
static std::optional<ScoreTerm> withOperand(const ScoreTerm &term,
                                            Value operand) {
  auto from = cast<RankedTensorType>(term.value.getType()).getShape();
  auto shape = cast<RankedTensorType>(operand.getType()).getShape();
  std::optional<SmallVector<int64_t>> regrouped =
      regroupShape(shape, from, term.shape);
  if (!regrouped)
    return std::nullopt;
  ScoreTerm result = term;
  result.value = operand;
  result.shape = *regrouped;
  return result;
}

/// The term behind expansions and reshapes, which add dimensions of 1 or repeat
/// what broadcasting repeats too.
static ScoreTerm skipViews(ScoreTerm term) {
  while (true) {
    Operation *op = term.value.getDefiningOp();
    std::optional<ScoreTerm> inner;
    if (auto expand = dyn_cast_or_null<ExpandOp>(op)) {
      inner = withOperand(term, expand.getInput());
    } else if (auto reshape = dyn_cast_or_null<ReshapeOp>(op)) {
      inner = term;
      inner->value = reshape.getInput();
    } else if (auto negation = dyn_cast_or_null<NotOp>(op);
               negation && term.kind == ScoreTerm::Keep) {
      inner = term;
      inner->value = negation.getInput();
      inner->keptIf = !term.keptIf;
    }
    if (!inner)
      return term;
    term = *inner;
  }
}

void TermSplitter::visit(ScoreTerm term) {
  ScoreTerm inner = skipViews(term);
  Operation *op = inner.value.getDefiningOp();
  bool isSplit = op && !constants.isConstant(inner.value) &&
                 (term.kind == ScoreTerm::Add ? splitAdded(inner, op)
                                              : splitKept(inner, op));
  if (!isSplit)
    result.push_back(term);
}

bool TermSplitter::splitAdded(const ScoreTerm &term, Operation *op) {
  if (isa<AddOp>(op)) {
    std::optional<ScoreTerm> lhs = withOperand(term, op->getOperand(0)),
                             rhs = withOperand(term, op->getOperand(1));
    if (!lhs || !rhs)
      return false;
    visit(*lhs);
    visit(*rhs);
    return true;
  }
  auto where = dyn_cast<WhereOp>(op);
  if (!where)
    return false;
  for (bool keptIf : {true, false}) {
    Value kept = keptIf ? where.getLhs() : where.getRhs();
    Value filled = keptIf ? where.getRhs() : where.getLhs();
    std::optional<double> fill = constants.getSplat(filled);
    if (!fill || *fill * term.factor != -kInfinity)
      continue;
    std::optional<ScoreTerm> condition =
                                 withOperand(term, where.getCondition()),
                             added = withOperand(term, kept);
    if (!condition || !added)
      return false;
    condition->kind = ScoreTerm::Keep;
    condition->keptIf = keptIf;
    condition->fill = -kInfinity;
    visit(*added);
    visit(*condition);
    return true;
  }
  return false;
}

/// Kept where both hold; kept where neither does.
bool TermSplitter::splitKept(const ScoreTerm &term, Operation *op) {
  bool isBoth = term.keptIf ? isa<AndOp>(op) : isa<OrOp>(op);
  if (!isBoth || !std::isinf(term.fill))
    return false;
  std::optional<ScoreTerm> lhs = withOperand(term, op->getOperand(0)),
                           rhs = withOperand(term, op->getOperand(1));
  if (!lhs || !rhs)
    return false;
  visit(*lhs);
  visit(*rhs);
  return true;
}

SmallVector<ScoreTerm> splitTerms(ArrayRef<ScoreTerm> terms,
                                  ConstantValues &constants) {
  TermSplitter splitter(constants);
  for (const ScoreTerm &term : terms)
    splitter.visit(term);
  return std::move(splitter.result);
}

//===----------------------------------------------------------------------===//
// Shapes of masks
//===----------------------------------------------------------------------===//

std::optional<SmallVector<int64_t>> regroupShape(ArrayRef<int64_t> shape,
                                                 ArrayRef<int64_t> from,
                                                 ArrayRef<int64_t> to) {
  if (shape.size() > from.size())
    return std::nullopt;
  SmallVector<int64_t> aligned(from.size() - shape.size(), 1);
  llvm::append_range(aligned, shape);
  SmallVector<int64_t> result;
  size_t i = 0, j = 0;
  // Groups of dimensions with the same product on both sides.
  while (i < from.size() || j < to.size()) {
    int64_t left = 1, right = 1;
    size_t firstTo = j;
    bool isFull = true, isOne = true;
    auto takeFrom = [&] {
      isFull &= aligned[i] == from[i];
      isOne &= aligned[i] == 1;
      left *= from[i++];
    };
    if (i < from.size())
      takeFrom();
    if (j < to.size())
      right *= to[j++];
    while (left != right) {
      if (left < right && i < from.size())
        takeFrom();
      else if (left > right && j < to.size())
        right *= to[j++];
      else
        return std::nullopt;
    }
    if (left == 0 || (!isFull && !isOne))
      return std::nullopt;
    for (; firstTo < j; ++firstTo)
      result.push_back(isOne ? 1 : to[firstTo]);
  }
  return result;
}

} // namespace wafer::graph
