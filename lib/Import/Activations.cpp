//===- Activations.cpp - activations as compositions of maps ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

/// where(x < 0, negative, positive)
static Value select(Node &node, Value x, Value negative, Value positive) {
  return node.ops.where(node.ops.isNegative(x), negative, positive);
}

/// exp(x) - 1
static Value expm1(Node &node, Value x) {
  return node.ops.sub(node.ops.exp(x), 1);
}

static Imported importLeakyRelu(Node &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.getInput(0);
  Value negative = node.ops.mul(x, node.getFloat("alpha", 0.01f));
  return Outputs{select(node, x, negative, x)};
}

/// Before opset 7 slopes are one a channel, later they broadcast.
static Imported importPRelu(Node &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.getInput(0), slope = node.getInput(1);
  if (node.opset < 7 && rankOf(slope) == 1 && rankOf(x) > 2) {
    SmallVector<int64_t> shape(rankOf(x) - 1, 1);
    shape[0] = shapeOf(slope)[0];
    slope = node.ops.reshape(slope, shape);
  }
  return Outputs{select(node, x, node.ops.mul(x, slope), x)};
}

static Imported importElu(Node &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.getInput(0);
  float alpha = node.getFloat("alpha", 1.0f);
  return Outputs{select(node, x, node.ops.mul(expm1(node, x), alpha), x)};
}

static Imported importSelu(Node &node) {
  node.ignore({"consumed_inputs"});
  bool isOld = node.opset < 6;
  float alpha =
      node.getFloat("alpha", isOld ? 1.6732f : 1.67326319217681884765625f);
  float gamma =
      node.getFloat("gamma", isOld ? 1.0507f : 1.05070102214813232421875f);
  Value x = node.getInput(0);
  Value negative = node.ops.mul(expm1(node, x), alpha);
  return Outputs{node.ops.mul(select(node, x, negative, x), gamma)};
}

/// max(0, x) + min(0, alpha·(exp(x/alpha) - 1))
static Imported importCelu(Node &node) {
  float alpha = node.getFloat("alpha", 1.0f);
  Value x = node.getInput(0);
  Value curve = node.ops.mul(expm1(node, node.ops.div(x, alpha)), alpha);
  return Outputs{node.ops.add(node.ops.max(x, 0), node.ops.min(curve, 0))};
}

static Imported importThresholdedRelu(Node &node) {
  Value x = node.getInput(0);
  Value alpha = node.ops.scalarLike(x, node.getFloat("alpha", 1.0f));
  return Outputs{
      node.ops.where(node.ops.less(alpha, x), x, node.ops.scalarLike(x, 0))};
}

/// Integers are compared and shifted as f64, which threshold and bias may be.
static Imported importShrink(Node &node) {
  Value x = node.getInput(0);
  Type type = elementOf(x);
  if (!isa<FloatType>(type))
    x = node.ops.cast(x, node.builder.getF64Type());
  float bias = node.getFloat("bias", 0.0f),
        lambd = node.getFloat("lambd", 0.5f);
  Value below = node.ops.less(x, node.ops.scalarLike(x, -lambd));
  Value above = node.ops.less(node.ops.scalarLike(x, lambd), x);
  Value rest =
      node.ops.where(above, node.ops.sub(x, bias), node.ops.scalarLike(x, 0));
  Value result = node.ops.where(below, node.ops.add(x, bias), rest);
  return Outputs{node.ops.cast(result, type)};
}

static Value createHardSigmoid(Node &node, double alpha, double beta) {
  Value line = node.ops.add(node.ops.mul(node.getInput(0), alpha), beta);
  return node.ops.max(node.ops.min(line, 1), 0);
}

static Imported importHardSigmoid(Node &node) {
  node.ignore({"consumed_inputs"});
  return Outputs{createHardSigmoid(node, node.getFloat("alpha", 0.2f),
                                   node.getFloat("beta", 0.5f))};
}

static Imported importHardSwish(Node &node) {
  return Outputs{
      node.ops.mul(node.getInput(0), createHardSigmoid(node, 1.0 / 6.0, 0.5))};
}

static Imported importSoftplus(Node &node) {
  return Outputs{node.ops.softplus(node.getInput(0))};
}

static Imported importSoftsign(Node &node) {
  Value x = node.getInput(0);
  return Outputs{node.ops.div(x, node.ops.add(node.ops.abs(x), 1))};
}

static Imported importMish(Node &node) {
  Value x = node.getInput(0);
  return Outputs{node.ops.mul(x, node.ops.tanh(node.ops.softplus(x)))};
}

/// x·sigmoid(alpha·x)
static Value createSwish(Node &node, Value x, double alpha) {
  if (alpha == 1)
    return node.ops.create<graph::SiluOp>({x});
  return node.ops.mul(x, node.ops.sigmoid(node.ops.mul(x, alpha)));
}

static Imported importSwish(Node &node) {
  return Outputs{
      createSwish(node, node.getInput(0), node.getFloat("alpha", 1.0f))};
}

static Imported importQuickGelu(Node &node) {
  return Outputs{
      createSwish(node, node.getInput(0), node.getFloat("alpha", 1.702f))};
}

static Imported importSwiGLU(Node &node) {
  Value gate =
      createSwish(node, node.getInput(0), node.getFloat("alpha", 1.0f));
  return Outputs{node.ops.mul(gate, node.getInput(1))};
}

static Imported importGelu(Node &node) {
  std::string approximate = node.getString("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return node.error() << "attribute \"approximate\" is \"" << approximate
                        << "\"";
  SmallVector<NamedAttribute> attributes;
  if (approximate == "tanh")
    attributes.push_back(node.ops.unit("tanh"));
  return Outputs{
      node.ops.create<graph::GeluOp>({node.getInput(0)}, attributes)};
}

/// Gelu and FastGelu of x + bias.
template <bool isTanh> static Imported importBiasGelu(Node &node) {
  Value x = node.getInput(0);
  if (Value bias = node.getInput(1))
    x = node.ops.add(x, bias);
  SmallVector<NamedAttribute> attributes;
  if (isTanh)
    attributes.push_back(node.ops.unit("tanh"));
  return Outputs{node.ops.create<graph::GeluOp>({x}, attributes)};
}

/// Bounds are attributes before opset 11, then optional inputs.
static Imported importClip(Node &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.getInput(0);
  for (bool isLow : {true, false}) {
    StringRef name = isLow ? "min" : "max";
    Value bound = node.getInput(isLow ? 1 : 2);
    if (bound)
      bound = node.ops.reshape(bound, {});
    else if (node.hasAttribute(name))
      bound = node.ops.scalarLike(x, node.getFloat(name, 0));
    if (bound)
      x = isLow ? node.ops.max(x, bound) : node.ops.min(x, bound);
  }
  return Outputs{x};
}

void addActivationOperators(OperatorTable &table) {
  table.add("LeakyRelu", {1, 1, importLeakyRelu});
  table.add("PRelu", {2, 2, importPRelu});
  table.add("Elu", {1, 1, importElu});
  table.add("Selu", {1, 1, importSelu});
  table.add("Celu", {1, 1, importCelu});
  table.add("ThresholdedRelu", {1, 1, importThresholdedRelu});
  table.add("Shrink", {1, 1, importShrink});
  table.add("HardSigmoid", {1, 1, importHardSigmoid});
  table.add("HardSwish", {1, 1, importHardSwish});
  table.add("Softplus", {1, 1, importSoftplus});
  table.add("Softsign", {1, 1, importSoftsign});
  table.add("Mish", {1, 1, importMish});
  table.add("Swish", {1, 1, importSwish});
  table.add("SwiGLU", {2, 2, importSwiGLU});
  table.add("Gelu", {1, 1, importGelu});
  table.add("Clip", {1, 3, importClip});
  table.add(kMicrosoft, "Gelu", {1, 1, importGelu});
  table.add(kMicrosoft, "BiasGelu", {2, 2, importBiasGelu<false>});
  table.add(kMicrosoft, "FastGelu", {1, 2, importBiasGelu<true>});
  table.add(kMicrosoft, "QuickGelu", {1, 1, importQuickGelu});
}

} // namespace wafer::importer
