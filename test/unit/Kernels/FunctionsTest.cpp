//===- FunctionsTest.cpp - errors over all of f32 ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs the instructions of each function with the executors' arithmetic on
// floats from everywhere in f32, and compares with libm in f64. The bounds are
// those of the table in docs/Kernels.md; WAFER_PRINT_ERRORS in the environment
// prints what was measured.
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Functions.h"
#include "wafer/Executor/Machine/Elements.h"
#include "wafer/Target/LoadMachine.h"
#include <cmath>
#include <cstdlib>
#include <functional>
#include <gtest/gtest.h>
#include <limits>

using namespace wafer;
using exec::Elem;
using Kind = FunctionOperand::Kind;

static constexpr float kInf = std::numeric_limits<float>::infinity();
static constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// The function of a block of elements; the result takes the place of the first
/// argument, as kernels have it.
static std::vector<float> run(Function function,
                              std::vector<std::vector<float>> arguments) {
  const FunctionCode &code = getFunctionCode(function);
  size_t count = arguments.front().size();
  std::vector<std::vector<uint32_t>> floats(code.numFloats), ints(code.numInts);
  for (auto *registers : {&floats, &ints})
    for (std::vector<uint32_t> &r : *registers)
      r.assign(count, 0xFFFFFFFF);
  for (const FunctionStep &step : code.steps) {
    auto resolve = [&](const FunctionOperand &operand) -> exec::StridedOperand {
      switch (operand.kind) {
      case Kind::Argument:
        return {reinterpret_cast<char *>(arguments[operand.index].data()), 4};
      case Kind::Result:
        return {reinterpret_cast<char *>(arguments.front().data()), 4};
      case Kind::Float:
        return {reinterpret_cast<char *>(floats[operand.index].data()), 4};
      case Kind::Int:
        return {reinterpret_cast<char *>(ints[operand.index].data()), 4};
      case Kind::Scalar:
        break;
      }
      // Sources are only read.
      return {reinterpret_cast<char *>(const_cast<uint32_t *>(&operand.bits)),
              0};
    };
    exec::StridedFn fn =
        exec::getStridedFn(step.opcode, step.toInt ? Elem::I32 : Elem::F32,
                           step.fromInt ? Elem::I32 : Elem::F32);
    fn(count, resolve(step.destination), resolve(step.sources[0]),
       step.sources.size() > 1 ? resolve(step.sources[1])
                               : exec::StridedOperand());
  }
  return arguments.front();
}

static float run1(Function function, float x) {
  return run(function, {{x}}).front();
}

/// Distance to the exact value in units of the last place of f32 there;
/// subnormals have the smallest one.
static double ulps(float value, double exact) {
  if (std::isnan(value) || std::isnan(exact))
    return std::isnan(value) == std::isnan(exact) ? 0 : 1e30;
  // What rounds to infinity.
  if (std::fabs(exact) >= 0x1.FFFFFFp127)
    return std::isinf(value) && (value > 0) == (exact > 0) ? 0 : 1e30;
  if (std::isinf(value))
    return 1e30;
  int exponent;
  std::frexp(exact, &exponent);
  double unit = std::ldexp(1.0, std::max(exponent - 24, -149));
  return std::fabs(value - exact) / unit;
}

namespace {
struct Worst {
  double ulps = 0, absolute = 0;
  float ulpsAt = 0, absoluteAt = 0;
};
} // namespace

/// Bit patterns from `first` to `last` (of one sign), every `step`-th.
static Worst measure(Function function,
                     const std::function<double(double)> &exact, float first,
                     float last) {
  Worst worst;
  uint32_t begin = llvm::bit_cast<uint32_t>(first),
           end = llvm::bit_cast<uint32_t>(last);
  bool isLong = std::getenv("WAFER_LONG_TESTS");
  uint32_t step =
      std::max<uint32_t>((end - begin) >> (isLong ? 26 : 20), 1) | 1;
  std::vector<float> block;
  auto flush = [&] {
    if (block.empty())
      return;
    std::vector<float> values = run(function, {block});
    for (auto [x, value] : llvm::zip(block, values)) {
      double truth = exact(x), distance = ulps(value, truth),
             difference = std::fabs(value - truth);
      if (distance > worst.ulps)
        worst.ulps = distance, worst.ulpsAt = x;
      if (difference > worst.absolute && !std::isinf(difference))
        worst.absolute = difference, worst.absoluteAt = x;
    }
    block.clear();
  };
  for (uint64_t bits = begin; bits <= end; bits += step) {
    block.push_back(llvm::bit_cast<float>(static_cast<uint32_t>(bits)));
    if (block.size() == 4096)
      flush();
  }
  block.push_back(last);
  flush();
  if (std::getenv("WAFER_PRINT_ERRORS"))
    std::printf("%-22s %11.4g to %11.4g: %.3g ulp at %a, absolute %.3g at %g\n",
                getFunctionName(function).str().c_str(), first, last,
                worst.ulps, worst.ulpsAt, worst.absolute, worst.absoluteAt);
  return worst;
}

static constexpr float kMax = 0x1.FFFFFEp127f, kMinNormal = 0x1p-126f,
                       kMinimum = 0x1p-149f;

static double exactGelu(double x) {
  return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
}
static double exactGeluTanh(double x) {
  double u = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
  return x / (1 + std::exp(-2 * u));
}
static double exactSigmoid(double x) { return 1 / (1 + std::exp(-x)); }
static double exactExp(double x) { return std::exp(x); }
static double exactTanh(double x) { return std::tanh(x); }
static double exactErf(double x) { return std::erf(x); }
static double exactReciprocal(double x) { return 1 / x; }

TEST(Functions, Exp) {
  EXPECT_LT(measure(Function::Exp, exactExp, 0.0f, kInf).ulps, 1.1);
  EXPECT_LT(measure(Function::Exp, exactExp, -0.0f, -kInf).ulps, 1.1);
  EXPECT_LT(measure(Function::ExpNonPositive, exactExp, 0.0f, 43.0f).ulps, 1.1);
  EXPECT_LT(measure(Function::ExpNonPositive, exactExp, -0.0f, -kInf).ulps,
            1.1);
  for (Function f : {Function::Exp, Function::ExpNonPositive}) {
    EXPECT_TRUE(std::isnan(run1(f, kNaN)));
    EXPECT_TRUE(std::isnan(run1(f, llvm::bit_cast<float>(0x7FC00001))));
    EXPECT_EQ(run1(f, -kInf), 0.0f);
    EXPECT_EQ(run1(f, -0.0f), 1.0f);
  }
  EXPECT_EQ(run1(Function::Exp, kInf), kInf);
}

TEST(Functions, Reciprocal) {
  for (float sign : {1.0f, -1.0f}) {
    EXPECT_LT(measure(Function::Reciprocal, exactReciprocal, sign * kMinimum,
                      sign * kInf)
                  .ulps,
              1.0);
    EXPECT_LT(measure(Function::ReciprocalNormal, exactReciprocal,
                      sign * 0x1p-125f, sign * 0x1p125f)
                  .ulps,
              1.0);
    EXPECT_EQ(run1(Function::Reciprocal, sign * 0.0f), sign * kInf);
    float zero = run1(Function::Reciprocal, sign * kInf);
    EXPECT_EQ(zero, 0.0f);
    EXPECT_EQ(std::signbit(zero), sign < 0);
  }
  EXPECT_TRUE(std::isnan(run1(Function::Reciprocal, kNaN)));
}

TEST(Functions, Roots) {
  auto root = [](double x) { return std::sqrt(x); };
  EXPECT_LT(measure(Function::Sqrt, root, kMinNormal, kInf).ulps, 2.0);
  EXPECT_LT(measure(Function::Sqrt, root, 0.0f, kMinNormal).absolute, 1e-20);
  auto inverse = [](double x) { return 1 / std::sqrt(x); };
  EXPECT_LT(measure(Function::RsqrtNormal, inverse, kMinNormal, kMax).ulps,
            1.2);
  EXPECT_EQ(measure(Function::Sqrt, root, -kMinimum, -kInf).ulps, 0);
  EXPECT_TRUE(std::isnan(run1(Function::Sqrt, kNaN)));
  EXPECT_EQ(run1(Function::Sqrt, -0.0f), 0.0f);
}

TEST(Functions, Divide) {
  // Every class of operand with every other, then quotients of random bits.
  std::vector<float> special = {0.0f,      -0.0f,    kMinimum, kMinNormal,
                                1.0f,      -3.0f,    kMax,     -kMax,
                                kInf,      -kInf,    kNaN,     1e-40f,
                                0x1p-100f, 0x1p100f, 0x1p-64f, 0x1p64f};
  std::vector<float> a, b;
  for (float x : special)
    for (float y : special)
      a.push_back(x), b.push_back(y);
  uint32_t state = 1;
  auto next = [&] { return state = state * 1664525 + 1013904223; };
  for (int i = 0; i < (1 << 20); ++i) {
    uint32_t x = next() >> 16, y = next() >> 16;
    a.push_back(llvm::bit_cast<float>(x << 16 | next() >> 16));
    b.push_back(llvm::bit_cast<float>(y << 16 | next() >> 16));
  }
  std::vector<float> q = run(Function::Divide, {a, b});
  double worst = 0;
  for (size_t i = 0; i < q.size(); ++i) {
    double exact = static_cast<double>(a[i]) / static_cast<double>(b[i]);
    double distance = ulps(q[i], exact);
    EXPECT_LT(distance, 1.6) << a[i] << " / " << b[i] << " gave " << q[i];
    worst = std::max(worst, distance);
    if (exact == 0 && b[i] == b[i]) {
      EXPECT_EQ(std::signbit(q[i]), std::signbit(exact))
          << a[i] << " / " << b[i];
    }
  }
  if (std::getenv("WAFER_PRINT_ERRORS"))
    std::printf("%-22s %.3g ulp\n", "divide", worst);
}

TEST(Functions, Bounded) {
  for (float sign : {1.0f, -1.0f}) {
    EXPECT_LT(measure(Function::Tanh, exactTanh, sign * 0.0f, sign * kInf).ulps,
              3.4);
    EXPECT_LT(measure(Function::Erf, exactErf, sign * 0.0f, sign * kInf).ulps,
              3.1);
    EXPECT_EQ(run1(Function::Tanh, sign * kInf), sign);
    EXPECT_EQ(run1(Function::Erf, sign * kInf), sign);
    EXPECT_EQ(std::signbit(run1(Function::Tanh, sign * 0.0f)), sign < 0);
    EXPECT_EQ(std::signbit(run1(Function::Erf, sign * 0.0f)), sign < 0);
  }
  EXPECT_LT(measure(Function::Sigmoid, exactSigmoid, 0.0f, kInf).ulps, 2.6);
  EXPECT_LT(measure(Function::Sigmoid, exactSigmoid, -0.0f, -kInf).ulps, 2.6);
  for (Function f : {Function::Tanh, Function::Erf, Function::Sigmoid})
    EXPECT_TRUE(std::isnan(run1(f, kNaN)));
}

TEST(Functions, Activations) {
  struct Case {
    Function function;
    double (*exact)(double);
  };
  for (Case c : {Case{Function::Gelu, exactGelu},
                 Case{Function::GeluTanh, exactGeluTanh},
                 Case{Function::Silu,
                      [](double x) { return x / (1 + std::exp(-x)); }}}) {
    EXPECT_LT(measure(c.function, c.exact, 0.0f, kInf).ulps, 3.6);
    EXPECT_LT(measure(c.function, c.exact, -0.0f, -kMax).absolute, 2e-7);
    measure(c.function, c.exact, -0.0f, -1.0f);
    measure(c.function, c.exact, -1.0f, -5.6f);
    measure(c.function, c.exact, -5.6f, -80.0f);
    EXPECT_TRUE(std::isnan(run1(c.function, kNaN)));
  }
  EXPECT_EQ(run1(Function::Gelu, -kInf), 0.0f);
}

/// Registers are what functions cost in memory, cycles what they cost in time;
/// the table of docs/Kernels.md has both.
TEST(Functions, CostsByHand) {
  mlir::MLIRContext context;
  machine::DescAttr wse2 = *loadMachine("wse2", &context, [&] {
    return mlir::emitError(mlir::UnknownLoc::get(&context));
  });
  for (unsigned f = 0; f < kNumFunctions; ++f) {
    Function function = static_cast<Function>(f);
    const FunctionCode &code = getFunctionCode(function);
    int64_t setUps = 15 * static_cast<int64_t>(code.steps.size());
    EXPECT_EQ(getFunctionCycles(wse2, function, 0, 0), setUps);
    EXPECT_EQ(getScratchBytes({function}, 10),
              static_cast<int64_t>(code.numFloats + code.numInts) * 40);
    EXPECT_LE(code.numFloats, 6u);
    EXPECT_LE(code.numInts, 3u);
    if (std::getenv("WAFER_PRINT_ERRORS"))
      std::printf("%-22s %zu instructions, %g cycles, %u + %u registers\n",
                  getFunctionName(function).str().c_str(), code.steps.size(),
                  static_cast<double>(
                      getFunctionCycles(wse2, function, 1, 1000) - setUps) /
                      1000,
                  code.numFloats, code.numInts);
  }
  // One element: a set-up and a beat for each instruction.
  const FunctionCode &normal = getFunctionCode(Function::ReciprocalNormal);
  EXPECT_EQ(getFunctionCycles(wse2, Function::ReciprocalNormal, 1, 1),
            static_cast<int64_t>(normal.steps.size()) * 16);
  // Two functions share the registers.
  EXPECT_EQ(getScratchBytes({Function::Exp, Function::ReciprocalNormal}, 3),
            std::max(getScratchBytes({Function::Exp}, 3),
                     getScratchBytes({Function::ReciprocalNormal}, 3)));
}
