//===- TensorWindows.cpp - graph's convolutions and pools ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorEmitter.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace wafer::importer {

static constexpr size_t kFirstSpatialDim = 2;

static int64_t getReach(const Window &window, size_t spatialDim) {
  return (window.kernel[spatialDim] - 1) * window.dilations[spatialDim] + 1;
}

/// Reads `input` through its padding, if all of that is `isPadding` and along
/// spatial dimensions, and no window would see nothing else.
static void foldPadding(Value &input, Window &window,
                        bool (*isPadding)(const APFloat &)) {
  auto pad = input.getDefiningOp<graph::PadOp>();
  DenseElementsAttr value;
  if (!pad || pad.getMode() != graph::PadMode::Constant || !pad.getValue() ||
      !matchPattern(pad.getValue(), m_Constant(&value)) ||
      !isa<FloatType>(value.getElementType()) ||
      !isPadding(value.getSplatValue<APFloat>()))
    return;
  ArrayRef<int64_t> low = pad.getLow(), high = pad.getHigh();
  for (size_t dim = 0; dim < low.size(); ++dim) {
    int64_t most = std::max(low[dim], high[dim]);
    if (dim < kFirstSpatialDim
            ? most > 0
            : most >= getReach(window, dim - kFirstSpatialDim))
      return;
  }
  for (size_t i = 0; i < window.low.size(); ++i) {
    window.low[i] += low[i + kFirstSpatialDim];
    window.high[i] += high[i + kFirstSpatialDim];
  }
  input = pad.getInput();
}

static bool isZero(const APFloat &value) { return value.isZero(); }
static bool isNegativeInfinity(const APFloat &value) {
  return value.isInfinity() && value.isNegative();
}

/// The type of a window op's result with `channels`; null if a window does not
/// fit.
static RankedTensorType getResultType(Value input, const Window &window,
                                      int64_t channels) {
  for (ArrayRef<int64_t> values :
       {ArrayRef(window.kernel), ArrayRef(window.strides), ArrayRef(window.low),
        ArrayRef(window.high), ArrayRef(window.dilations)})
    for (int64_t value : values)
      if (value < 0 || value > INT32_MAX)
        return {};
  SmallVector<int64_t> shape(getShape(input));
  shape[1] = channels;
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    int64_t &size = shape[i + kFirstSpatialDim];
    size += window.low[i] + window.high[i] - getReach(window, i);
    if (size < 0 || window.strides[i] <= 0)
      return {};
    size = size / window.strides[i] + 1;
  }
  return getTensorType(input).clone(shape);
}

Value TensorEmitter::conv(Value input, Value filters, Window window,
                          int64_t groups) {
  if (!input || !filters)
    return {};
  foldPadding(input, window, isZero);
  RankedTensorType type =
      getResultType(input, window, getShape(filters).front());
  if (!type)
    return {};
  return graph::ConvOp::create(builder, loc, type, input, filters,
                               window.strides, window.low, window.high,
                               window.dilations, groups);
}

Value TensorEmitter::maxPool(Value input, Window window) {
  if (!input)
    return {};
  foldPadding(input, window, isNegativeInfinity);
  RankedTensorType type = getResultType(input, window, getShape(input)[1]);
  if (!type)
    return {};
  return graph::MaxPoolOp::create(builder, loc, type, input, window.kernel,
                                  window.strides, window.low, window.high,
                                  window.dilations, /*ceil=*/false);
}

Value TensorEmitter::averagePool(Value input, Window window,
                                 bool countPadding) {
  if (!input)
    return {};
  if (countPadding)
    foldPadding(input, window, isZero);
  RankedTensorType type = getResultType(input, window, getShape(input)[1]);
  if (!type)
    return {};
  return graph::AveragePoolOp::create(
      builder, loc, type, input, window.kernel, window.strides, window.low,
      window.high, window.dilations, /*ceil=*/false, countPadding);
}

} // namespace wafer::importer
