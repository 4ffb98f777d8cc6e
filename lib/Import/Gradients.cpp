//===- Gradients.cpp - com.microsoft: gradients of operators ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "Normalizations.h"

using namespace mlir;

namespace wafer::importer {

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// dX = dY where Y > 0.
static Imported importReluGrad(Node &node) {
  Value dy = node.getInput(0), y = node.getInput(1);
  Value zero = node.ops.scalarLike(y, 0);
  return Outputs{
      node.ops.where(node.ops.less(zero, y), dy, node.ops.scalarLike(dy, 0))};
}

/// dX = dY·Y·(1 - Y)
static Imported importSigmoidGrad(Node &node) {
  Value y = node.getInput(1);
  Value slope = node.ops.sub(y, node.ops.square(y));
  return Outputs{node.ops.mul(node.getInput(0), slope)};
}

/// dX = dY·(1 - Y²)
static Imported importTanhGrad(Node &node) {
  Value y = node.getInput(1);
  Value slope = node.ops.sub(node.ops.scalarLike(y, 1), node.ops.square(y));
  return Outputs{node.ops.mul(node.getInput(0), slope)};
}

/// dX = dY·(Phi(x) + x·phi(x)), the normal distribution and its density.
static Value createGeluGrad(Node &node, Value dy, Value x) {
  constexpr double kInverseSqrt2 = 0.70710678118654752440,
                   kInverseSqrt2Pi = 0.39894228040143267794;
  Value erf = node.ops.create<graph::ErfOp>({node.ops.mul(x, kInverseSqrt2)});
  Value distribution = node.ops.mul(node.ops.add(erf, 1), 0.5);
  Value density = node.ops.mul(
      node.ops.exp(node.ops.mul(node.ops.square(x), -0.5)), kInverseSqrt2Pi);
  return node.ops.mul(dy, node.ops.add(distribution, node.ops.mul(x, density)));
}

/// Of x/2·(1 + tanh(u)), u = sqrt(2/pi)·(x + 0.044715·x³):
/// dX = dY·(1 + t + x·(1 - t²)·u')/2, t = tanh(u).
static Value createFastGeluGrad(Node &node, Value dy, Value x) {
  constexpr double kSqrt2OverPi = 0.79788456080286535588, kCubic = 0.044715;
  Value square = node.ops.square(x);
  Value inner = node.ops.mul(x, node.ops.add(node.ops.mul(square, kCubic), 1));
  Value t = node.ops.tanh(node.ops.mul(inner, kSqrt2OverPi));
  Value slope = node.ops.mul(node.ops.add(node.ops.mul(square, 3 * kCubic), 1),
                             kSqrt2OverPi);
  Value rest = node.ops.sub(node.ops.scalarLike(x, 1), node.ops.square(t));
  Value bend = node.ops.mul(node.ops.mul(x, rest), slope);
  Value sum = node.ops.add(node.ops.add(t, 1), bend);
  return node.ops.mul(dy, node.ops.mul(sum, 0.5));
}

/// The gradient of Gelu or FastGelu, of x or of x + bias.
template <Value (*create)(Node &, Value, Value)>
static Imported importGeluGrad(Node &node) {
  Value x = node.getInput(1);
  if (Value bias = node.getInput(2))
    x = node.ops.add(x, bias);
  return Outputs{create(node, node.getInput(0), x)};
}

/// dX = dY·s·(1 + alpha·x·(1 - s)), s = sigmoid(alpha·x).
static Imported importQuickGeluGrad(Node &node) {
  Value x = node.getInput(1);
  Value scaled = node.ops.mul(x, node.getFloat("alpha", 1.702f));
  Value s = node.ops.sigmoid(scaled);
  Value rest = node.ops.sub(node.ops.scalarLike(x, 1), s);
  Value slope = node.ops.mul(s, node.ops.add(node.ops.mul(scaled, rest), 1));
  return Outputs{node.ops.mul(node.getInput(0), slope)};
}

//===----------------------------------------------------------------------===//
// Softmax and losses
//===----------------------------------------------------------------------===//

/// dX = (dY - sum(dY·Y))·Y along the axis.
static Imported importSoftmaxGrad(Node &node) {
  Value dy = node.getInput(0), y = node.getInput(1);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rankOf(y));
  Value sum = node.ops.reduceSum(node.ops.mul(dy, y), axis, /*keepdims=*/true);
  return Outputs{node.ops.mul(node.ops.sub(dy, sum), y)};
}

/// dX = dY - exp(Y)·sum(dY) along the axis.
static Imported importLogSoftmaxGrad(Node &node) {
  Value dy = node.getInput(0), y = node.getInput(1);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rankOf(y));
  Value sum = node.ops.reduceSum(dy, axis, /*keepdims=*/true);
  return Outputs{node.ops.sub(dy, node.ops.mul(node.ops.exp(y), sum))};
}

/// Inputs dY, log-probabilities N×C×D1×…, classes N×D1×… and weights of the
/// classes; or the log-probabilities first, for a dY of 1. With w the weights
/// of the elements: dX = (exp(logP) - onehot)·w·dY, divided by sum(w) where the
/// loss is a mean.
static Imported importSoftmaxCrossEntropyLossGrad(Node &node) {
  bool hasGradient = node.getNumInputs() > 2;
  size_t first = hasGradient ? 1 : 0;
  Value scores = node.getInput(first), classes = node.getInput(first + 1);
  std::string reduction = node.getString("reduction", "mean");
  if (reduction != "mean" && reduction != "sum" && reduction != "none")
    return node.error() << "attribute \"reduction\" is \"" << reduction << "\"";
  if (!scores || !classes)
    return node.error() << "lacks log-probabilities or classes";
  int64_t rank = rankOf(scores);
  SmallVector<int64_t> shape(shapeOf(scores)), along(rank, 1);
  if (rank < 2)
    return node.error() << "log-probabilities must have a batch and classes, "
                           "found "
                        << scores.getType();
  along[1] = shape[1];
  shape[1] = 1;
  if (typeOf(classes).getNumElements() != *graph::countElements(shape))
    return node.error() << "classes " << classes.getType()
                        << " do not fit scores " << scores.getType();
  Type type = elementOf(scores), i64 = node.builder.getI64Type();
  Value target = node.ops.reshape(node.ops.cast(classes, i64), shape);
  Value hot = node.ops.equal(
      target, node.ops.reshape(node.ops.range(along[1], i64), along));
  Value weights = node.ops.filled(shape, type, 1);
  if (node.hasAttribute("ignore_index")) {
    Value index = node.ops.scalarLike(target, node.getInt("ignore_index", 0));
    Value isIgnored = node.ops.equal(target, index);
    weights = node.ops.where(isIgnored, node.ops.scalar(type, 0), weights);
    target = node.ops.where(isIgnored, node.ops.scalarLike(target, 0), target);
  }
  if (Value given = node.getInput(first + 2))
    weights = node.ops.mul(
        weights, node.ops.cast(node.ops.gather(given, target, 0), type));
  Value result = node.ops.sub(node.ops.exp(scores), node.ops.cast(hot, type));
  result = node.ops.mul(result, weights);
  if (reduction == "mean")
    result = node.ops.div(result, node.ops.reduceSum(weights, dimsFrom(0, rank),
                                                     /*keepdims=*/true));
  if (!hasGradient)
    return Outputs{result};
  Value dy = node.ops.cast(node.getInput(0), type);
  dy = node.ops.reshape(dy, reduction == "none" ? Dims(shape) : Dims());
  result = node.ops.mul(result, dy);
  if (Value bias = node.getInput(first + 3))
    result = node.ops.add(result, bias);
  return Outputs{result};
}

//===----------------------------------------------------------------------===//
// Normalisations
//===----------------------------------------------------------------------===//

/// Inputs dY, X, scale and then mean and inverse deviation, or a bias, from
/// which they are not known. With n = (x - mean)·inv and g = dY·scale:
/// dX = inv·(g - mean(g) - n·mean(g·n)), dScale = sum(dY·n), dBias = sum(dY).
static Imported importLayerNormalizationGrad(Node &node) {
  node.ignore({"stash_type"});
  Value dy = node.getInput(0), x = node.getInput(1), scale = node.getInput(2);
  int64_t rank = rankOf(x);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rank);
  SmallVector<int64_t> axes = dimsFrom(axis, rank - axis);
  double epsilon = node.getFloat("epsilon", 1e-5f);
  Moments moments;
  if (node.getNumInputs() == 5)
    moments = {node.getInput(3), node.getInput(4)};
  else
    moments = createMoments(node.ops, x, axes, epsilon);
  Value inverse = moments.inverseDeviation;
  Value normal = node.ops.mul(node.ops.sub(x, moments.mean), inverse);
  Value g = node.ops.mul(dy, scale);
  Value meanG = node.ops.reduceMean(g, axes, /*keepdims=*/true);
  Value meanGN =
      node.ops.reduceMean(node.ops.mul(g, normal), axes, /*keepdims=*/true);
  Value inner =
      node.ops.sub(node.ops.sub(g, meanG), node.ops.mul(normal, meanGN));
  SmallVector<int64_t> outer = dimsFrom(0, axis);
  return Outputs{node.ops.mul(inverse, inner),
                 node.ops.reduceSum(node.ops.mul(dy, normal), outer),
                 node.ops.reduceSum(dy, outer)};
}

void addGradientOperators(OperatorTable &table) {
  // Some exporters leave out the domain of these.
  for (StringRef domain : {StringRef(kMicrosoft), StringRef()}) {
    table.add(domain, "ReluGrad", {2, 2, importReluGrad});
    table.add(domain, "SigmoidGrad", {2, 2, importSigmoidGrad});
    table.add(domain, "TanhGrad", {2, 2, importTanhGrad});
    table.add(domain, "GeluGrad", {2, 2, importGeluGrad<createGeluGrad>});
    table.add(domain, "BiasGeluGrad_dX",
              {3, 3, importGeluGrad<createGeluGrad>});
    table.add(domain, "FastGeluGrad",
              {2, 2, importGeluGrad<createFastGeluGrad>});
    table.add(domain, "BiasFastGeluGrad_dX",
              {3, 3, importGeluGrad<createFastGeluGrad>});
    table.add(domain, "QuickGeluGrad", {2, 2, importQuickGeluGrad});
    table.add(domain, "SoftmaxGrad", {2, 2, importSoftmaxGrad});
    table.add(domain, "SoftmaxGrad_13", {2, 2, importSoftmaxGrad});
    table.add(domain, "LogSoftmaxGrad", {2, 2, importLogSoftmaxGrad});
    table.add(domain, "LogSoftmaxGrad_13", {2, 2, importLogSoftmaxGrad});
    table.add(domain, "SoftmaxCrossEntropyLossGrad",
              {2, 5, importSoftmaxCrossEntropyLossGrad});
    table.add(domain, "LayerNormalizationGrad",
              {3, 5, importLayerNormalizationGrad});
  }
}

} // namespace wafer::importer
