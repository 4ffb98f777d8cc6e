//===- Windows.cpp - pools, and windows -------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

using namespace mlir;

namespace wafer::importer {

/// Padding so that there is a window for each stride, as TensorFlow has it: an
/// odd place goes behind (SAME_UPPER) or in front.
static void padToSame(Window &window, Dims input, bool isUpper) {
  for (size_t d = 0; d < input.size(); ++d) {
    int64_t stride = window.strides[d];
    int64_t reach = window.getReach(d);
    int64_t places = (input[d] + stride - 1) / stride;
    int64_t total =
        std::max<int64_t>((places - 1) * stride + reach - input[d], 0);
    window.low[d] = isUpper ? total / 2 : total - total / 2;
    window.high[d] = total - window.low[d];
  }
}

FailureOr<Window> getWindow(Node &node, Dims kernel) {
  Value x = node.getInput(0);
  if (rankOf(x) < 3)
    return node.error() << "needs a tensor of rank 3 or more, found "
                        << x.getType();
  Dims input = shapeOf(x).drop_front(2);
  size_t rank = input.size();
  SmallVector<int64_t> ones(rank, 1), zeros(2 * rank, 0);
  Window window;
  window.kernel =
      node.getInts("kernel_shape").value_or(SmallVector<int64_t>(kernel));
  window.strides = node.getInts("strides").value_or(ones);
  window.dilations = node.getInts("dilations").value_or(ones);
  SmallVector<int64_t> pads = node.getInts("pads").value_or(zeros);
  if (window.kernel.size() != rank || window.strides.size() != rank ||
      window.dilations.size() != rank || pads.size() != 2 * rank)
    return node.error()
           << "kernel, strides, dilations and pads do not have the " << rank
           << " spatial dimensions of " << x.getType();
  for (Dims values :
       {Dims(window.kernel), Dims(window.strides), Dims(window.dilations)})
    for (int64_t value : values)
      if (value <= 0 || value > INT32_MAX)
        return node.error() << "kernel, strides and dilations must be positive "
                               "numbers, found "
                            << value;
  window.low.assign(pads.begin(), pads.begin() + rank);
  window.high.assign(pads.begin() + rank, pads.end());
  std::string automatic = node.getString("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER")
    padToSame(window, input, automatic == "SAME_UPPER");
  else if (automatic == "VALID")
    window.low = window.high = SmallVector<int64_t>(rank, 0);
  else if (automatic != "NOTSET" && !automatic.empty())
    return node.error() << "attribute \"auto_pad\" is \"" << automatic << "\"";
  if (node.hasErrors())
    return failure();
  return window;
}

SmallVector<NamedAttribute> getAttributes(Node &node, const Window &window) {
  return {node.ops.attr("strides", window.strides),
          node.ops.attr("low", window.low), node.ops.attr("high", window.high),
          node.ops.attr("dilations", window.dilations)};
}

template <typename OpT>
static Value createPool(Node &node, Value x, const Window &window, bool ceil,
                        bool countPadding = false) {
  SmallVector<NamedAttribute> attributes = getAttributes(node, window);
  attributes.push_back(node.ops.attr("kernel", window.kernel));
  if (ceil)
    attributes.push_back(node.ops.unit("ceil"));
  if (countPadding)
    attributes.push_back(node.ops.unit("count_padding"));
  return node.ops.create<OpT>({x}, attributes);
}

/// Places of elements, counted in row-major order over `shape`, as places that
/// count the first spatial dimension fastest.
static Value toColumnMajor(Node &node, Value places, Dims shape) {
  if (!places)
    return {};
  Dims spatial = shape.drop_front(2);
  int64_t size = *graph::countElements(spatial);
  SmallVector<NamedAttribute> none;
  auto modulo = [&](Value value, int64_t divisor) {
    return node.ops.create<graph::ModOp>(
        {value, node.ops.scalarLike(value, divisor)}, none);
  };
  Value rest = modulo(places, size);
  Value result = node.ops.sub(places, rest);
  int64_t rowStride = size, columnStride = 1;
  for (int64_t dim : spatial) {
    rowStride /= dim;
    Value index = modulo(node.ops.div(rest, rowStride), dim);
    result = node.ops.add(result, node.ops.mul(index, columnStride));
    columnStride *= dim;
  }
  return result;
}

static Imported importMaxPool(Node &node) {
  FailureOr<Window> window = getWindow(node, {});
  if (failed(window))
    return failure();
  Value x = node.getInput(0);
  bool ceil = node.getInt("ceil_mode", 0);
  bool isColumnMajor = node.getInt("storage_order", 0);
  Outputs results = {createPool<graph::MaxPoolOp>(node, x, *window, ceil)};
  if (node.wantsOutput(1)) {
    Value places = createPool<graph::ArgMaxPoolOp>(node, x, *window, ceil);
    results.push_back(isColumnMajor ? toColumnMajor(node, places, shapeOf(x))
                                    : places);
  }
  return results;
}

static Imported importAveragePool(Node &node) {
  FailureOr<Window> window = getWindow(node, {});
  if (failed(window))
    return failure();
  bool ceil = node.getInt("ceil_mode", 0);
  return Outputs{
      createPool<graph::AveragePoolOp>(node, node.getInput(0), *window, ceil,
                                       node.getInt("count_include_pad", 0))};
}

/// Adds places behind, so that windows that ceil_mode lets reach outside stay
/// inside. `pooled` is what a pool with ceil_mode gives.
static void coverAllWindows(Window &window, Dims input, Dims pooled) {
  for (size_t d = 0; d < input.size(); ++d) {
    int64_t end = (pooled[d] - 1) * window.strides[d] + window.getReach(d);
    window.high[d] = std::max(window.high[d], end - window.low[d] - input[d]);
  }
}

/// (sum |x|^p)^(1/p) of each window: its mean times its size.
static Imported importLpPool(Node &node) {
  FailureOr<Window> window = getWindow(node, {});
  if (failed(window))
    return failure();
  double p = node.getFloat("p", 2); // an integer since opset 2
  Value x = node.getInput(0);
  Value powers = node.ops.create<graph::PowOp>(
      {node.ops.abs(x), node.ops.scalarLike(x, p)});
  if (node.getInt("ceil_mode", 0)) {
    Value pooled = createPool<graph::MaxPoolOp>(node, x, *window, true);
    if (!pooled)
      return failure();
    coverAllWindows(*window, shapeOf(x).drop_front(2),
                    shapeOf(pooled).drop_front(2));
  }
  Value mean = createPool<graph::AveragePoolOp>(node, powers, *window, false,
                                                /*countPadding=*/true);
  Value sum = node.ops.mul(mean, *graph::countElements(window->kernel));
  return Outputs{
      node.ops.create<graph::PowOp>({sum, node.ops.scalarLike(x, 1 / p)})};
}

/// LpPool of a window as large as the tensor.
static Imported importGlobalLpPool(Node &node) {
  Value x = node.getInput(0);
  if (rankOf(x) < 3)
    return node.error() << "needs spatial dimensions, found " << x.getType();
  double p = node.getFloat("p", 2); // an integer since opset 2
  Value powers = node.ops.create<graph::PowOp>(
      {node.ops.abs(x), node.ops.scalarLike(x, p)});
  Value sum = node.ops.reduceSum(powers, dimsFrom(2, rankOf(x) - 2),
                                 /*keepdims=*/true);
  return Outputs{
      node.ops.create<graph::PowOp>({sum, node.ops.scalarLike(x, 1 / p)})};
}

/// x/(bias + alpha·mean)^beta, the mean being that of the squares of `size`
/// channels around each; channels outside count as zeros.
static Imported importLRN(Node &node) {
  Value x = node.getInput(0);
  int64_t size = node.getInt("size", 0);
  double alpha = node.getFloat("alpha", 1e-4f),
         beta = node.getFloat("beta", 0.75f), bias = node.getFloat("bias", 1);
  if (size <= 0 || size > INT32_MAX || rankOf(x) < 2)
    return node.error() << "needs channels and a size, found " << x.getType()
                        << " and " << size;
  Dims shape = shapeOf(x);
  int64_t rest = *graph::countElements(shape.drop_front(2));
  Value wide = node.ops.widened(x);
  Value squares = node.ops.square(wide), mean;
  if ((size - 1) / 2 >= shape[1]) { // every window holds all channels
    mean =
        node.ops.div(node.ops.reduceSum(squares, {1}, /*keepdims=*/true), size);
  } else {
    Window window = {
        {size, 1}, {1, 1}, {(size - 1) / 2, 0}, {size / 2, 0}, {1, 1}};
    mean = createPool<graph::AveragePoolOp>(
        node, node.ops.reshape(squares, {shape[0], 1, shape[1], rest}), window,
        false, /*countPadding=*/true);
    mean = node.ops.reshape(mean, shape);
  }
  Value base = node.ops.add(node.ops.mul(mean, alpha), bias);
  Value divisor =
      node.ops.create<graph::PowOp>({base, node.ops.scalarLike(base, beta)});
  Value result = node.ops.div(wide, divisor);
  return Outputs{node.ops.cast(result, elementOf(x))};
}

/// A reduction over all spatial dimensions.
template <typename OpT> static Imported importGlobalPool(Node &node) {
  Value x = node.getInput(0);
  if (rankOf(x) < 3)
    return node.error() << "needs spatial dimensions, found " << x.getType();
  return Outputs{node.ops.reduce<OpT>(x, dimsFrom(2, rankOf(x) - 2),
                                      /*keepdims=*/true)};
}

void addWindowOperators(OperatorTable &table) {
  table.add("MaxPool", {1, 1, importMaxPool});
  table.add("AveragePool", {1, 1, importAveragePool});
  table.add("LpPool", {1, 1, importLpPool});
  table.add("GlobalLpPool", {1, 1, importGlobalLpPool});
  table.add("LRN", {1, 1, importLRN});
  table.add("GlobalAveragePool", {1, 1, importGlobalPool<graph::ReduceMeanOp>});
  table.add("GlobalMaxPool", {1, 1, importGlobalPool<graph::ReduceMaxOp>});
}

} // namespace wafer::importer
