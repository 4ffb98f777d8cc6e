//===- Blocks.cpp - norms, products and activations -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include <cmath>

using llvm::StringRef;
using llvm::Twine;

namespace wafer::models {

// At the start of training biases are 0 and the factors of norms 1. They differ
// here, so that one that is lost or exchanged shows in the output.
static constexpr float kBiasScale = 0.02f, kGainScale = 0.1f;
static constexpr float kEpsilon = 1e-5f;

float BlockBuilder::getResidualScale() const {
  return kWeightScale /
         std::sqrt(2.0f * static_cast<float>(architecture.layers));
}

Value BlockBuilder::weight(StringRef name, llvm::ArrayRef<int64_t> shape,
                           float scale, float mean) {
  WeightSpec spec;
  spec.name = name.str();
  spec.shape.assign(shape.begin(), shape.end());
  spec.scale = scale;
  spec.mean = mean;
  weights.add(spec, b.graph);
  return spec.name;
}

Value BlockBuilder::layerNorm(const Value &x, const Twine &name) {
  b.enter(name);
  int64_t hidden = architecture.hidden;
  Value gain = weight((name + ".weight").str(), {hidden}, kGainScale, 1);
  Value bias = weight((name + ".bias").str(), {hidden}, kBiasScale);
  return b.create(
      "LayerNormalization", {x, gain, bias},
      {makeAttribute("axis", int64_t(-1)), makeAttribute("epsilon", kEpsilon)});
}

Value BlockBuilder::linear(const Value &x, const Twine &name, int64_t in,
                           int64_t out, float scale, bool hasBias) {
  b.enter(name);
  Value matrix = weight((name + ".weight").str(), {out, in}, scale);
  Value product = b.create("MatMul", {x, b.transpose(matrix, {1, 0})});
  if (!hasBias)
    return product;
  return b.create("Add",
                  {product, weight((name + ".bias").str(), {out}, kBiasScale)});
}

Value BlockBuilder::conv1d(const Value &x, const Twine &name, int64_t in,
                           int64_t out, float scale) {
  b.enter(name);
  Value product = b.create(
      "MatMul", {x, weight((name + ".weight").str(), {in, out}, scale)});
  return b.create("Add",
                  {product, weight((name + ".bias").str(), {out}, kBiasScale)});
}

Value BlockBuilder::gelu(const Value &x, bool isExact) {
  return b.create("Gelu", {x},
                  {makeAttribute("approximate", isExact ? "none" : "tanh")});
}

} // namespace wafer::models
