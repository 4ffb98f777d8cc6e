//===- Training.cpp - optimizers --------------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

//===----------------------------------------------------------------------===//
// Optimizers of ai.onnx.preview.training
//===----------------------------------------------------------------------===//

namespace {
/// Inputs of an optimizer: rate R, step T, then as many tensors X as there are
/// gradients G and as many of each state.
struct OptimizerInputs {
  Value rate, step;
  size_t numTensors;
};
} // namespace

static FailureOr<OptimizerInputs> getOptimizerInputs(Node &node,
                                                     size_t numLists) {
  size_t rest = node.getNumInputs() - 2;
  if (rest == 0 || rest % numLists != 0)
    return node.error() << "has " << rest << " tensors, needs a multiple of "
                        << numLists;
  return OptimizerInputs{node.ops.reshape(node.getInput(0), {}),
                         node.ops.reshape(node.getInput(1), {}),
                         rest / numLists};
}

/// gradient + norm_coefficient·x
static Value createGradient(Node &node, Value x, Value gradient,
                            double normCoefficient) {
  return normCoefficient == 0
             ? gradient
             : node.ops.add(node.ops.mul(x, normCoefficient), gradient);
}

static Imported importAdagrad(Node &node) {
  auto inputs = getOptimizerInputs(node, 3);
  if (failed(inputs))
    return failure();
  double epsilon = node.getFloat("epsilon", 0.0f),
         decay = node.getFloat("decay_factor", 0.0f),
         norm = node.getFloat("norm_coefficient", 0.0f);
  Outputs tensors, squares;
  for (size_t i = 0; i < inputs->numTensors; ++i) {
    Value x = node.getInput(2 + i);
    Value gradient = createGradient(
        node, x, node.getInput(2 + inputs->numTensors + i), norm);
    Value state = node.getInput(2 + 2 * inputs->numTensors + i);
    Type type = elementOf(x);
    Value step = node.ops.cast(inputs->step, type);
    Value rate = node.ops.div(node.ops.cast(inputs->rate, type),
                              node.ops.add(node.ops.mul(step, decay), 1));
    Value square = node.ops.add(state, node.ops.square(gradient));
    Value divisor = node.ops.add(node.ops.sqrt(square), epsilon);
    tensors.push_back(
        node.ops.sub(x, node.ops.div(node.ops.mul(rate, gradient), divisor)));
    squares.push_back(square);
  }
  llvm::append_range(tensors, squares);
  return tensors;
}

/// a·factor + b·(1 - factor)
static Value blend(Node &node, Value a, Value b, double factor) {
  return node.ops.add(node.ops.mul(a, factor), node.ops.mul(b, 1 - factor));
}

/// rate·sqrt(1 - beta^T)/(1 - alpha^T), the rate itself at step 0.
static Value createAdamRate(Node &node, const OptimizerInputs &inputs,
                            Type type, double alpha, double beta) {
  Value rate = node.ops.cast(inputs.rate, type);
  Value step = node.ops.cast(inputs.step, type);
  auto rest = [&](double base) { // 1 - base^T
    Value power =
        node.ops.create<graph::PowOp>({node.ops.scalar(type, base), step});
    return node.ops.sub(node.ops.scalar(type, 1), power);
  };
  Value adjusted =
      node.ops.div(node.ops.mul(rate, node.ops.sqrt(rest(beta))), rest(alpha));
  Value hasSteps = node.ops.less(node.ops.scalar(type, 0), step);
  return node.ops.where(hasSteps, adjusted, rate);
}

static Imported importAdam(Node &node) {
  auto inputs = getOptimizerInputs(node, 4);
  if (failed(inputs))
    return failure();
  double alpha = node.getFloat("alpha", 0.9f),
         beta = node.getFloat("beta", 0.999f),
         epsilon = node.getFloat("epsilon", 0.0f),
         norm = node.getFloat("norm_coefficient", 0.0f),
         normPost = node.getFloat("norm_coefficient_post", 0.0f);
  size_t count = inputs->numTensors;
  Outputs tensors, averages, squares;
  for (size_t i = 0; i < count; ++i) {
    Value x = node.getInput(2 + i);
    Value gradient =
        createGradient(node, x, node.getInput(2 + count + i), norm);
    averages.push_back(
        blend(node, node.getInput(2 + 2 * count + i), gradient, alpha));
    squares.push_back(blend(node, node.getInput(2 + 3 * count + i),
                            node.ops.square(gradient), beta));
    Value rate = createAdamRate(node, *inputs, elementOf(x), alpha, beta);
    Value divisor = node.ops.add(node.ops.sqrt(squares.back()), epsilon);
    Value next = node.ops.sub(
        x, node.ops.div(node.ops.mul(rate, averages.back()), divisor));
    tensors.push_back(normPost == 0 ? next : node.ops.mul(next, 1 - normPost));
  }
  llvm::append_range(tensors, averages);
  llvm::append_range(tensors, squares);
  return tensors;
}

static Imported importMomentum(Node &node) {
  auto inputs = getOptimizerInputs(node, 3);
  if (failed(inputs))
    return failure();
  double alpha = node.getFloat("alpha", 0.0f),
         beta = node.getFloat("beta", 0.0f),
         norm = node.getFloat("norm_coefficient", 0.0f);
  std::string mode = node.getString("mode", "standard");
  if (mode != "standard" && mode != "nesterov")
    return node.error() << "attribute \"mode\" is \"" << mode << "\"";
  size_t count = inputs->numTensors;
  Outputs tensors, momenta;
  for (size_t i = 0; i < count; ++i) {
    Value x = node.getInput(2 + i);
    Type type = elementOf(x);
    Value gradient =
        createGradient(node, x, node.getInput(2 + count + i), norm);
    Value hasSteps =
        node.ops.less(node.ops.scalarLike(inputs->step, 0), inputs->step);
    Value weight = node.ops.where(hasSteps, node.ops.scalar(type, beta),
                                  node.ops.scalar(type, 1));
    Value momentum =
        node.ops.add(node.ops.mul(node.getInput(2 + 2 * count + i), alpha),
                     node.ops.mul(weight, gradient));
    Value direction =
        mode == "standard"
            ? momentum
            : node.ops.add(gradient, node.ops.mul(momentum, alpha));
    Value rate = node.ops.cast(inputs->rate, type);
    tensors.push_back(node.ops.sub(x, node.ops.mul(rate, direction)));
    momenta.push_back(momentum);
  }
  llvm::append_range(tensors, momenta);
  return tensors;
}

/// weights - lr·gradient, as training exporters write it.
static Imported importSGD(Node &node) {
  Value step = node.ops.mul(node.getInput(1), node.getFloat("lr", 0.01f));
  return Outputs{node.ops.sub(node.getInput(0), step)};
}

void addTrainingOperators(OperatorTable &table) {
  table.add(kTraining, "Adagrad", {5, kAnyNumber, importAdagrad});
  table.add(kTraining, "Adam", {6, kAnyNumber, importAdam});
  table.add(kTraining, "Momentum", {5, kAnyNumber, importMomentum});
  table.add("SGD", {2, 2, importSGD});
}

} // namespace wafer::importer
