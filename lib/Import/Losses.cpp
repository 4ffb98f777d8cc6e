//===- Losses.cpp - losses as gathers and sums ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

namespace {
/// What NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss share.
struct LossInputs {
  Value target;  // classes, i64, N×D1×…
  Value weights; // of the elements, in the type of the loss; or null
};
} // namespace

/// Classes that are `ignore_index` become class 0 with weight 0.
static LossInputs getLossInputs(Node &node, Type type) {
  Value target = node.ops.cast(node.getInput(1), node.builder.getI64Type());
  Value classWeights = node.getInput(2);
  LossInputs result = {target, Value()};
  Value isIgnored;
  if (node.hasAttribute("ignore_index")) {
    Value index = node.ops.scalarLike(target, node.getInt("ignore_index", 0));
    isIgnored = node.ops.equal(target, index);
    result.target =
        node.ops.where(isIgnored, node.ops.scalarLike(target, 0), target);
  }
  if (classWeights)
    result.weights =
        node.ops.cast(node.ops.gather(classWeights, result.target, 0), type);
  if (isIgnored) {
    Value one = result.weights ? result.weights : node.ops.scalar(type, 1);
    result.weights = node.ops.where(isIgnored, node.ops.scalar(type, 0), one);
  }
  return result;
}

/// The reduction of -logProbabilities[n, target[n, d], d]·weight.
static Value createLoss(Node &node, Value logProbabilities) {
  std::string reduction = node.getString("reduction", "mean");
  if (reduction != "mean" && reduction != "sum" && reduction != "none") {
    node.error() << "attribute \"reduction\" is \"" << reduction << "\"";
    return {};
  }
  if (!logProbabilities || rankOf(logProbabilities) < 2) {
    node.error() << "scores need a batch and classes";
    return {};
  }
  LossInputs inputs = getLossInputs(node, elementOf(logProbabilities));
  if (!inputs.target)
    return {};
  SmallVector<int64_t> shape(shapeOf(logProbabilities));
  shape.erase(shape.begin() + 1);
  if (shapeOf(inputs.target) != Dims(shape)) {
    node.error() << "classes " << inputs.target.getType()
                 << " do not fit scores " << logProbabilities.getType();
    return {};
  }
  Value picked = node.ops.gatherElements(
      logProbabilities, node.ops.unsqueeze(inputs.target, 1), 1);
  Value loss = node.ops.neg(node.ops.reshape(picked, shape));
  if (inputs.weights)
    loss = node.ops.mul(loss, inputs.weights);
  if (reduction == "none")
    return loss;
  SmallVector<int64_t> all = dimsFrom(0, shape.size());
  Value sum = node.ops.reduceSum(loss, all);
  if (reduction == "sum")
    return sum;
  if (!inputs.weights)
    return node.ops.div(sum, *graph::countElements(shape));
  return node.ops.div(
      sum, node.ops.reduceSum(node.ops.expand(inputs.weights, shape), all));
}

static Imported importNegativeLogLikelihoodLoss(Node &node) {
  return Outputs{createLoss(node, node.getInput(0))};
}

/// The logarithm of the softmax is the second output.
static Imported importSoftmaxCrossEntropyLoss(Node &node) {
  Value scores = node.getInput(0);
  if (rankOf(scores) < 2)
    return node.error() << "scores need a batch and classes, found "
                        << scores.getType();
  Value logProbabilities = node.ops.logSoftmax(scores, 1);
  return Outputs{createLoss(node, logProbabilities), logProbabilities};
}

void addLossOperators(OperatorTable &table) {
  table.add("NegativeLogLikelihoodLoss",
            {2, 3, importNegativeLogLikelihoodLoss});
  table.add("SoftmaxCrossEntropyLoss", {2, 3, importSoftmaxCrossEntropyLoss});
}

} // namespace wafer::importer
