//===- NormalizationTest.cpp - norms and functions on meshes ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"
#include "gtest/gtest.h"
#include <random>

using namespace wafer;
using namespace wafer::e2e;
using exec::ElementType;
using exec::Tensor;

namespace {

MachineChoice mesh(int64_t width, int64_t height) {
  MachineChoice machine;
  machine.width = width, machine.height = height;
  return machine;
}

std::string tensorText(const std::vector<int64_t> &shape, const char *type) {
  std::string text = "tensor<";
  for (int64_t d : shape)
    text += std::to_string(d) + "x";
  return text + type + ">";
}

struct Input {
  std::vector<int64_t> shape;
  double mean = 0, deviation = 1;
  const char *type = "f32";
};

/// A graph of `body`, which reads %x0, %x1, ... and returns `%r` of the shape
/// of %x0. Errors may be `units` half units in the last place of `magnitude`.
GraphCase makeCase(const std::vector<Input> &inputs, const std::string &body,
                   double units, double magnitude = 1) {
  GraphCase graph;
  std::mt19937_64 random(7);
  std::string arguments;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Input &input = inputs[i];
    std::normal_distribution<double> normal(input.mean, input.deviation);
    Tensor tensor(input.type == std::string("f16") ? ElementType::F16
                                                   : ElementType::F32,
                  input.shape);
    for (int64_t k = 0; k < tensor.getNumElements(); ++k)
      tensor.setFromDouble(k, normal(random));
    tensor.name = "x" + std::to_string(i);
    arguments += (i ? ", %" : "%") + tensor.name + ": " +
                 tensorText(input.shape, input.type) + " {graph.name = \"" +
                 tensor.name + "\"}";
    graph.inputs.push_back(tensor);
    graph.inputMagnitudes.push_back(tensor);
  }
  std::string type = tensorText(inputs[0].shape, inputs[0].type);
  auto function = [&](const std::string &lines) {
    return "func.func @main(" + arguments + ") -> " + type + " {\n" + lines +
           "\n  return %r : " + type + "\n}\n";
  };
  graph.text = function(body);
  graph.magnitudes = function("  %r = graph.constant dense<" +
                              std::to_string(magnitude) + "> : " + type);
  bool isHalf = inputs[0].type == std::string("f16");
  (isHalf ? graph.roundings16 : graph.roundings32) = units;
  return graph;
}

void expectRight(const GraphCase &graph, const MachineChoice &machine) {
  Harness harness;
  Outcome outcome = harness.check(graph, machine);
  EXPECT_EQ(outcome.kind, Outcome::Right)
      << outcome.message << " on " << machine.width << "x" << machine.height
      << " of\n"
      << graph.text;
}

const std::pair<int64_t, int64_t> kMeshes[] = {{1, 1}, {1, 5}, {7, 1},
                                               {2, 2}, {5, 3}, {8, 8}};

std::string layerNorm(const std::string &x, const std::string &name,
                      int64_t tokens, int64_t features, bool bias) {
  std::string t = tensorText({tokens, features}, "f32"),
              v = tensorText({features}, "f32");
  return "  " + name + " = graph.layer_normalization " + x + ", %x1" +
         (bias ? ", %x2" : "") + " axis 1 epsilon 1.0e-5 : (" + t + ", " + v +
         (bias ? ", " + v : "") + ") -> " + t + "\n";
}

TEST(NormalizationTest, LayerNormOnManyMeshes) {
  for (auto [width, height] : kMeshes) {
    for (auto [tokens, features] :
         {std::pair<int64_t, int64_t>{11, 37}, {3, 5}, {1, 64}, {16, 8}}) {
      GraphCase graph =
          makeCase({{{tokens, features}}, {{features}, 1}, {{features}}},
                   layerNorm("%x0", "%r", tokens, features, /*bias=*/true), 30);
      expectRight(graph, mesh(width, height));
    }
  }
}

TEST(NormalizationTest, RMSNormOnManyMeshes) {
  for (auto [width, height] : kMeshes) {
    GraphCase graph = makeCase(
        {{{9, 23}}, {{23}, 1}},
        "  %r = graph.rms_normalization %x0, %x1 axis 1 epsilon 1.0e-6 : "
        "(tensor<9x23xf32>, tensor<23xf32>) -> tensor<9x23xf32>",
        30);
    expectRight(graph, mesh(width, height));
  }
}

/// A mean 3,000 times the deviation: the inputs' own rounding moves the exact
/// result by 1e-4, but the reference reads the same inputs.
TEST(NormalizationTest, LargeMeanCostsNoDigits) {
  GraphCase graph = makeCase({{{6, 96}, 3000, 1}, {{96}, 1}, {{96}}},
                             layerNorm("%x0", "%r", 6, 96, /*bias=*/true), 60);
  for (auto [width, height] : kMeshes)
    expectRight(graph, mesh(width, height));
}

/// Batches, a scalar scale, no bias, and elements that round to the same one:
/// the variance is 0.
TEST(NormalizationTest, OtherForms) {
  expectRight(makeCase({{{2, 3, 10}}, {{1}, 2}},
                       "  %r = graph.layer_normalization %x0, %x1 axis 2 "
                       "epsilon 1.0e-5 : (tensor<2x3x10xf32>, tensor<1xf32>) "
                       "-> tensor<2x3x10xf32>",
                       60),
              mesh(3, 2));
  expectRight(makeCase({{{5, 12}, 2, 1e-30}, {{12}}, {{12}}},
                       layerNorm("%x0", "%r", 5, 12, /*bias=*/true), 30),
              mesh(4, 4));
}

/// Between products, with a residual around it, and with more tokens than rows
/// and memory hold in one launch.
TEST(NormalizationTest, InAChainOfKernels) {
  auto body = [](int64_t tokens) {
    std::string x = tensorText({tokens, 24}, "f32"), w = "tensor<24x24xf32>";
    std::string product = " : (" + x + ", " + w + ") -> " + x + "\n";
    return "  %a = graph.matmul %x0, %x3" + product +
           layerNorm("%a", "%n", tokens, 24, /*bias=*/true) +
           "  %g = graph.gelu %n : " + x + "\n  %b = graph.matmul %g, %x3" +
           product + "  %c = graph.add %b, %a : (" + x + ", " + x + ") -> " +
           x +
           "\n  %r = graph.rms_normalization %c, %x1 axis 1 epsilon 1.0e-5"
           " : (" +
           x + ", tensor<24xf32>) -> " + x;
  };
  for (auto [width, height] : kMeshes)
    expectRight(makeCase({{{13, 24}}, {{24}, 1}, {{24}}, {{24, 24}, 0, 0.3}},
                         body(13), 300),
                mesh(width, height));
  MachineChoice small = mesh(4, 2);
  small.usableBytes = 6000;
  expectRight(makeCase({{{50, 24}}, {{24}, 1}, {{24}}, {{24, 24}, 0, 0.3}},
                       body(50), 300),
              small);
}

TEST(ActivationTest, FunctionsOnManyMeshes) {
  for (const char *op : {"exp", "tanh", "sigmoid", "silu", "erf", "gelu",
                         "reciprocal", "neg", "abs"}) {
    for (auto [width, height] : kMeshes)
      expectRight(makeCase({{{10, 19}}},
                           std::string("  %r = graph.") + op +
                               " %x0 : tensor<10x19xf32>",
                           20, op == std::string("reciprocal") ? 1000 : 20),
                  mesh(width, height));
  }
}

/// More elements on a PE than registers hold, so that functions run in slices,
/// and f16, which is widened.
TEST(ActivationTest, SlicesAndHalf) {
  expectRight(makeCase({{{40, 67}}},
                       "  %r = graph.gelu %x0 {tanh} : "
                       "tensor<40x67xf32>",
                       20),
              mesh(2, 1));
  expectRight(makeCase({{{600, 3}}},
                       "  %r = graph.tanh %x0 : "
                       "tensor<600x3xf32>",
                       20),
              mesh(1, 1));
  expectRight(makeCase({{{40, 67}, 0, 1, "f16"}},
                       "  %r = graph.silu %x0 : tensor<40x67xf16>", 6),
              mesh(2, 1));
}

TEST(ActivationTest, TwoOperands) {
  std::string t = "tensor<10x19xf32>", v = "tensor<19xf32>",
              types = " : (" + t + ", " + v + ") -> " + t,
              same = " : (" + t + ", " + t + ") -> " + t,
              c = "  %c = graph.constant dense<VALUE> : tensor<f32>\n",
              scalar = " : (" + t + ", tensor<f32>) -> " + t;
  auto constant = [&](const char *value) {
    std::string text = c;
    return text.replace(text.find("VALUE"), 5, value);
  };
  for (const std::string &body :
       {"  %r = graph.div %x0, %x1" + types,
        "  %e = graph.exp %x0 : " + t + "\n  %r = graph.div %x0, %e" + same,
        "  %m = graph.max %x0, %x1" + types + "\n  %r = graph.min %m, %x0" +
            same,
        constant("3.0") + "  %r = graph.div %x0, %c" + scalar,
        constant("1.0") + "  %r = graph.div %c, %x1 : (tensor<f32>, " + v +
            ") -> " + v + "\n",
        constant("2.0") + "  %r = graph.pow %x0, %c" + scalar,
        constant("3.0") + "  %a = graph.neg %x0 : " + t +
            "\n  %r = graph.pow %a, %c" + scalar,
        constant("0.5") + "  %a = graph.abs %x0 : " + t +
            "\n  %r = graph.pow %a, %c" + scalar}) {
    bool isVector = body.find("-> " + v) != std::string::npos;
    std::vector<Input> inputs = {{{10, 19}}, {{19}, 3, 0.5}};
    if (isVector) { // 1/x of a vector
      std::string text = body;
      for (size_t at; (at = text.find("%x1")) != std::string::npos;)
        text.replace(at, 3, "%x0");
      expectRight(makeCase({{{19}, 3, 0.5}}, text, 20), mesh(5, 3));
      continue;
    }
    for (auto [width, height] : kMeshes)
      expectRight(makeCase(inputs, body, 20, 40), mesh(width, height));
  }
}

} // namespace
