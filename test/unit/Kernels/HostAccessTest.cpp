//===- HostAccessTest.cpp - views against brute force -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/HostAccess.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <numeric>
#include <random>

using namespace mlir;
using namespace wafer;

namespace {

using Shape = SmallVector<int64_t>;

/// A tensor whose elements say which element of the host tensor they are.
struct Traced {
  Shape shape;
  std::vector<int64_t> source;
};

int64_t sizeOf(ArrayRef<int64_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1),
                         std::multiplies<int64_t>());
}

/// The indices of element `index` of a row-major tensor.
Shape indicesOf(int64_t index, ArrayRef<int64_t> shape) {
  Shape indices(shape.size());
  for (size_t d = shape.size(); d-- > 0; index /= shape[d])
    indices[d] = index % shape[d];
  return indices;
}

int64_t indexOf(ArrayRef<int64_t> indices, ArrayRef<int64_t> shape) {
  int64_t index = 0;
  for (auto [i, size] : llvm::zip(indices, shape))
    index = index * size + i;
  return index;
}

Traced transpose(const Traced &from, ArrayRef<int64_t> perm) {
  Traced to;
  for (int64_t d : perm)
    to.shape.push_back(from.shape[d]);
  for (int64_t i = 0; i < sizeOf(to.shape); ++i) {
    Shape indices = indicesOf(i, to.shape), back(perm.size());
    for (auto [k, d] : llvm::enumerate(perm))
      back[d] = indices[k];
    to.source.push_back(from.source[indexOf(back, from.shape)]);
  }
  return to;
}

/// Another shape of as many elements.
Shape randomShape(int64_t size, std::mt19937 &random) {
  Shape shape;
  while (shape.size() < 3) {
    SmallVector<int64_t> divisors;
    for (int64_t d = 1; d <= size; ++d)
      if (size % d == 0)
        divisors.push_back(d);
    shape.push_back(divisors[random() % divisors.size()]);
    size /= shape.back();
  }
  shape.push_back(size);
  return shape;
}

std::string typeOf(ArrayRef<int64_t> shape) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + "f32>";
}

struct HostAccessTest : testing::Test {
  MLIRContext context;
  HostAccessTest() {
    context.loadDialect<func::FuncDialect, graph::GraphDialect,
                        mesh::WaferDialect>();
  }
};

/// Chains of reshapes and transpositions: the index expression of every
/// element.
TEST_F(HostAccessTest, ViewsOfHostTensors) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    Traced traced;
    traced.shape = randomShape(1 + random() % 60, random);
    traced.source.resize(sizeOf(traced.shape));
    std::iota(traced.source.begin(), traced.source.end(), 0);
    std::string text = "func.func @f(%v0: " + typeOf(traced.shape) + ") {\n";
    int views = random() % 5;
    for (int v = 0; v < views; ++v) {
      std::string line = "  %v" + std::to_string(v + 1) + " = graph.",
                  from = typeOf(traced.shape);
      std::string operand = "%v" + std::to_string(v);
      if (random() % 2) {
        traced.shape = randomShape(sizeOf(traced.shape), random);
        text += line + "reshape " + operand + " : " + from + " -> " +
                typeOf(traced.shape) + "\n";
        continue;
      }
      Shape perm(traced.shape.size());
      std::iota(perm.begin(), perm.end(), 0);
      std::shuffle(perm.begin(), perm.end(), random);
      traced = transpose(traced, perm);
      text += line + "transpose " + operand + " perm [";
      for (size_t k = 0; k < perm.size(); ++k)
        text += (k ? ", " : "") + std::to_string(perm[k]);
      text += "] : (" + from + ") -> " + typeOf(traced.shape) + "\n";
    }
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(text + "  return\n}\n", &context);
    ASSERT_TRUE(module) << text;
    Block &body = (*module->getOps<func::FuncOp>().begin()).getBody().front();
    mlir::Value value = views == 0 ? mlir::Value(body.getArgument(0))
                                   : std::prev(body.end(), 2)->getResult(0);
    SmallVector<AffineExpr> indices;
    for (size_t d = 0; d < traced.shape.size(); ++d)
      indices.push_back(machine::exprIndex(&context, d));
    FailureOr<HostAccess> access = getHostAccess(value, indices);
    ASSERT_TRUE(succeeded(access)) << text;
    EXPECT_EQ(access->operand, body.getArgument(0));
    EXPECT_EQ(getViewedArgument(value), body.getArgument(0));
    for (int64_t i = 0; i < sizeOf(traced.shape); ++i) {
      Shape values = {0, 0, 0}; // x, y, launch
      values.append(indicesOf(i, traced.shape));
      EXPECT_EQ(machine::evaluate(access->index, values), traced.source[i])
          << text;
    }
  }
}

TEST_F(HostAccessTest, ComputedValuesAreNoViews) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(R"(
    func.func @f(%x: tensor<2x3xf32>) {
      %0 = graph.relu %x : tensor<2x3xf32>
      %1 = graph.reshape %0 : tensor<2x3xf32> -> tensor<6xf32>
      return
    })",
                                                             &context);
  ASSERT_TRUE(module);
  Block &body = (*module->getOps<func::FuncOp>().begin()).getBody().front();
  mlir::Value view = std::prev(body.end(), 2)->getResult(0);
  EXPECT_TRUE(failed(getHostAccess(view, {machine::exprIndex(&context, 0)})));
  EXPECT_FALSE(getViewedArgument(view));
}

/// numpy's rules: missing leading dimensions and those of size 1 repeat.
TEST_F(HostAccessTest, Broadcasts) {
  Shape result = {3, 1, 4, 5};
  auto resultType = RankedTensorType::get(result, Float32Type::get(&context));
  for (Shape from : {Shape{}, Shape{5}, Shape{1}, Shape{4, 5}, Shape{4, 1},
                     Shape{3, 1, 1, 1}, Shape{3, 1, 4, 5}, Shape{1, 5}}) {
    auto type = RankedTensorType::get(from, Float32Type::get(&context));
    SmallVector<AffineExpr> indices = getBroadcastIndices(
        type, resultType, machine::exprX(&context), machine::exprY(&context));
    ASSERT_EQ(indices.size(), from.size());
    for (int64_t token = 0; token < 12; ++token)
      for (int64_t feature = 0; feature < 5; ++feature) {
        Shape full = indicesOf(token * 5 + feature, result);
        for (size_t d = 0; d < from.size(); ++d)
          EXPECT_EQ(machine::evaluate(indices[d], {token, feature}),
                    from[d] == 1 ? 0 : full[d + result.size() - from.size()]);
      }
  }
}

TEST_F(HostAccessTest, DelinearizeInvertsLinearize) {
  for (Shape shape : {Shape{4, 3, 2}, Shape{1, 5, 1}, Shape{7}}) {
    AffineExpr index = machine::exprX(&context);
    SmallVector<AffineExpr> indices = delinearize(index, shape);
    AffineExpr again = linearize(indices, shape, &context);
    for (int64_t i = 0; i < sizeOf(shape); ++i) {
      EXPECT_EQ(machine::evaluate(again, {i}), i);
      for (auto [expr, expected] : llvm::zip(indices, indicesOf(i, shape)))
        EXPECT_EQ(machine::evaluate(expr, {i}), expected);
    }
  }
}

} // namespace
