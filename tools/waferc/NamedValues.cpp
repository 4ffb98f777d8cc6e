//===- NamedValues.cpp - values by the node that they come from -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NamedValues.h"

#include "dialects/Graph/Graph.h"

using namespace mlir;
using wafer::exec::Tensor;

namespace wafer::compiler {

StringRef getNodeName(Location loc) {
  StringRef name;
  loc->walk([&](Location part) {
    if (auto named = dyn_cast<NameLoc>(part))
      name = named.getName().getValue();
    return name.empty() ? WalkResult::advance() : WalkResult::interrupt();
  });
  return name;
}

static FailureOr<std::vector<Tensor>>
evaluate(StepRunner &runner, const run::Model &model, bool ofKernels,
         Arithmetic arithmetic, const ValueObserver &observer) {
  return ofKernels ? runner.runKernels(model, arithmetic, observer)
                   : runner.runGraph(model, arithmetic, observer);
}

/// The op to judge that computes `value`. Constants are what they are: whoever
/// replaces one by another is found where it is used.
static Operation *getJudgedOp(Value value) {
  Operation *op = value.getDefiningOp();
  return op && !isa<graph::ConstantOp>(op) && !getNodeName(op->getLoc()).empty()
             ? op
             : nullptr;
}

LogicalResult NamedValues::add(StepRunner &runner, const run::Model &model,
                               bool ofKernels, int64_t terms) {
  std::vector<Tensor> rounded;
  auto record = [&](Value value, const Tensor &tensor) {
    if (getJudgedOp(value))
      rounded.push_back(tensor);
  };
  size_t next = 0;
  auto expect = [&](Value value, const Tensor &tensor) {
    Operation *op = getJudgedOp(value);
    if (!op)
      return;
    auto type = cast<RankedTensorType>(value.getType());
    values[getNodeName(op->getLoc())].emplace_back(
        tensor, rounded[next++], *exec::getElementType(type.getElementType()),
        terms);
  };
  if (failed(evaluate(runner, model, ofKernels, Arithmetic::Rounded, record)))
    return failure();
  return evaluate(runner, model, ofKernels, Arithmetic::Exact, expect);
}

std::optional<Expectation::Mismatch>
NamedValues::judge(StringRef name, const Tensor &got) const {
  auto it = values.find(name);
  std::optional<Expectation::Mismatch> last;
  if (it == values.end())
    return last;
  for (const Expectation &expected : it->second) {
    if (expected.exact.getNumElements() != got.getNumElements())
      continue;
    last = expected.compare(got);
    if (!last)
      return std::nullopt;
  }
  return last;
}

NamedValues::Culprit NamedValues::findFirst(StepRunner &runner,
                                            const run::Model &model,
                                            bool ofKernels) const {
  Culprit culprit;
  auto observe = [&](Value value, const Tensor &tensor) {
    Operation *op = culprit ? nullptr : getJudgedOp(value);
    if (!op)
      return;
    if (auto mismatch = judge(getNodeName(op->getLoc()), tensor))
      culprit = {op, *mismatch};
  };
  (void)evaluate(runner, model, ofKernels, Arithmetic::Exact, observe);
  return culprit;
}

} // namespace wafer::compiler
