//===- StridedViewTest.cpp - views against their elements -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/StridedView.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "wafer/Kernels/HostAccess.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;

namespace {

/// Where element `indices` of a chain of views lies in its root, one view at a
/// time.
int64_t trace(Value value, SmallVector<int64_t> indices) {
  auto shapeOf = [](Value v) {
    return cast<RankedTensorType>(v.getType()).getShape();
  };
  auto flat = [&](ArrayRef<int64_t> shape) {
    int64_t index = 0;
    for (auto [i, size] : llvm::zip(indices, shape))
      index = index * size + i;
    return index;
  };
  Operation *op = value.getDefiningOp();
  if (!op)
    return flat(shapeOf(value));
  ArrayRef<int64_t> from = shapeOf(op->getOperand(0));
  SmallVector<int64_t> source(from.size());
  if (isa<graph::ReshapeOp>(op)) {
    int64_t index = flat(shapeOf(value));
    for (size_t d = from.size(); d-- > 0; index /= from[d])
      source[d] = index % from[d];
  } else if (auto transpose = dyn_cast<graph::TransposeOp>(op)) {
    for (auto [i, d] : llvm::enumerate(transpose.getPerm()))
      source[d] = indices[i];
  } else if (auto slice = dyn_cast<graph::SliceOp>(op)) {
    for (size_t d = 0; d < from.size(); ++d)
      source[d] = slice.getStarts()[d] + indices[d] * slice.getSteps()[d];
  } else {
    size_t added = indices.size() - from.size();
    for (size_t d = 0; d < from.size(); ++d)
      source[d] = from[d] == 1 ? 0 : indices[d + added];
  }
  return trace(op->getOperand(0), source);
}

int64_t locate(const StridedView &view, ArrayRef<int64_t> indices) {
  int64_t at = view.offset;
  for (auto [dim, index] : llvm::zip(view.dims, indices)) {
    int64_t rest = index;
    for (StridedView::Digit digit : llvm::reverse(dim)) {
      at += rest % digit.size * digit.stride;
      rest /= digit.size;
    }
  }
  return at;
}

struct StridedViewTest : testing::Test {
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  StridedViewTest() {
    context.loadDialect<graph::GraphDialect, func::FuncDialect>();
  }

  Value parse(StringRef body) {
    module = parseSourceString<ModuleOp>(body, &context);
    auto function = *module->getOps<func::FuncOp>().begin();
    return function.getBody().front().getTerminator()->getOperand(0);
  }

  /// Every element of the function's result lies where the view says.
  void check(StringRef body) {
    Value value = parse(body);
    FailureOr<StridedView> view = StridedView::get(value);
    ASSERT_TRUE(succeeded(view));
    auto shape = cast<RankedTensorType>(value.getType()).getShape();
    SmallVector<int64_t> indices(shape.size(), 0);
    for (bool more = true; more;) {
      EXPECT_EQ(locate(*view, indices), trace(value, indices));
      more = false;
      for (size_t d = shape.size(); d-- > 0 && !more;) {
        more = ++indices[d] < shape[d];
        if (!more)
          indices[d] = 0;
      }
    }
  }
};

TEST_F(StridedViewTest, HeadsOfAProjection) {
  check(R"(func.func @f(%x: tensor<6x24xf32>) -> tensor<2x4x3x2xf32> {
    %0 = graph.reshape %x : tensor<6x24xf32> -> tensor<2x3x4x6xf32>
    %1 = graph.slice %0 starts [0, 0, 0, 2] sizes [2, 3, 4, 2] steps [1, 1, 1, 1] : (tensor<2x3x4x6xf32>) -> tensor<2x3x4x2xf32>
    %2 = graph.transpose %1 perm [0, 2, 1, 3] : (tensor<2x3x4x2xf32>) -> tensor<2x4x3x2xf32>
    return %2 : tensor<2x4x3x2xf32> })");
}

TEST_F(StridedViewTest, RepeatedHeadsAndSteps) {
  check(R"(func.func @f(%x: tensor<2x5x4xf32>) -> tensor<6x3x4xf32> {
    %0 = graph.slice %x starts [0, 4, 0] sizes [2, 3, 4] steps [1, -2, 1] : (tensor<2x5x4xf32>) -> tensor<2x3x4xf32>
    %1 = graph.reshape %0 : tensor<2x3x4xf32> -> tensor<2x1x3x4xf32>
    %2 = graph.expand %1 : tensor<2x1x3x4xf32> -> tensor<2x3x3x4xf32>
    %3 = graph.reshape %2 : tensor<2x3x3x4xf32> -> tensor<6x3x4xf32>
    return %3 : tensor<6x3x4xf32> })");
}

TEST_F(StridedViewTest, ReshapesSplitAndJoinDigits) {
  check(R"(func.func @f(%x: tensor<4x6x1xf32>) -> tensor<3x4x2xf32> {
    %0 = graph.transpose %x perm [1, 2, 0] : (tensor<4x6x1xf32>) -> tensor<6x1x4xf32>
    %1 = graph.reshape %0 : tensor<6x1x4xf32> -> tensor<3x8xf32>
    %2 = graph.reshape %1 : tensor<3x8xf32> -> tensor<3x4x2xf32>
    return %2 : tensor<3x4x2xf32> })");
}

TEST_F(StridedViewTest, NoStridesAcrossTheBorderOfASlice) {
  EXPECT_TRUE(failed(StridedView::get(
      parse(R"(func.func @f(%x: tensor<4x6xf32>) -> tensor<2x10xf32> {
    %0 = graph.slice %x starts [0, 1] sizes [4, 5] steps [1, 1] : (tensor<4x6xf32>) -> tensor<4x5xf32>
    %1 = graph.transpose %0 perm [1, 0] : (tensor<4x5xf32>) -> tensor<5x4xf32>
    %2 = graph.reshape %1 : tensor<5x4xf32> -> tensor<2x10xf32>
    return %2 : tensor<2x10xf32> })"))));
}

} // namespace
