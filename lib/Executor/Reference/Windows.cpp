//===- Windows.cpp - evaluation of convolutions and pools -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Strided.h"
#include <climits>

using namespace mlir;

namespace wafer::exec::reference {

namespace {

/// How a window moves over the spatial dimensions of a tensor N×C×D1×….
struct Window {
  Dims input, output, kernel, strides, low, dilations;

  int64_t countPlaces() const { return countElements(output); }
  int64_t countTaps() const { return countElements(kernel); }

  /// Calls fn(tap, offset in the spatial dimensions or -1 outside) for every
  /// tap of the window at `place`, both in row-major order.
  template <typename Fn> void forEachTap(int64_t place, Fn &&fn) const {
    Strides corner(input.size());
    for (size_t d = input.size(); d-- > 0; place /= output[d])
      corner[d] = place % output[d] * strides[d] - low[d];
    Strides spatial = getStrides(input);
    for (int64_t tap = 0, taps = countTaps(); tap < taps; ++tap) {
      int64_t offset = 0, rest = tap;
      bool isInside = true;
      for (size_t d = input.size(); d-- > 0; rest /= kernel[d]) {
        int64_t at = corner[d] + rest % kernel[d] * dilations[d];
        isInside &= at >= 0 && at < input[d];
        offset += at * spatial[d];
      }
      fn(tap, isInside ? offset : -1);
    }
  }
};

} // namespace

template <typename OpT>
static Window getWindow(OpT op, const Tensor &input, Dims kernel) {
  return {Dims(input.shape).drop_front(2),
          getResultShape(op).drop_front(2),
          kernel,
          op.getStrides(),
          op.getLow(),
          op.getDilations()};
}

/// Calls fn(window, first element of a channel, its number, place of the
/// result) for every window of every channel.
template <typename Fn>
static void forEachWindow(const Window &window, const Tensor &input, Fn &&fn) {
  int64_t channels = input.shape[0] * input.shape[1];
  int64_t size = countElements(window.input), places = window.countPlaces();
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t place = 0; place < places; ++place)
      fn(c * size, place, c * places + place);
}

template <typename OpT, bool isIndex>
static LogicalResult evaluateMaxPool(Operation *op, ArrayRef<Tensor> operands,
                                     SmallVectorImpl<Tensor> &results,
                                     const EvalOptions &) {
  auto pool = cast<OpT>(op);
  const Tensor &input = operands[0];
  Window window = getWindow(pool, input, pool.getKernel());
  Tensor result(isIndex ? ElementType::I64 : input.elementType,
                getResultShape(op));
  withNumberType(input.elementType, [&](auto tag) {
    using T = decltype(tag);
    using Limits = std::numeric_limits<T>;
    const T *in = input.getValues<T>().data();
    forEachWindow(window, input, [&](int64_t base, int64_t place, int64_t to) {
      T largest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
      int64_t best = -1;
      window.forEachTap(place, [&](int64_t, int64_t offset) {
        if (offset < 0)
          return;
        T value = in[base + offset];
        if (best < 0 || largest < value || value != value) {
          largest = value;
          best = base + offset;
        }
      });
      if constexpr (isIndex)
        result.getMutableValues<int64_t>()[to] = best;
      else
        result.getMutableValues<T>()[to] = largest;
    });
  });
  results.push_back(std::move(result));
  return success();
}

static LogicalResult evaluateAveragePool(Operation *op,
                                         ArrayRef<Tensor> operands,
                                         SmallVectorImpl<Tensor> &results,
                                         const EvalOptions &) {
  auto pool = cast<graph::AveragePoolOp>(op);
  const Tensor &input = operands[0];
  Window window = getWindow(pool, input, pool.getKernel());
  // With padding counted, the padded tensor is what a window may see: taps
  // beyond it, which `ceil` allows, count nothing.
  SmallVector<int64_t> padded(window.input), none(window.input.size(), 0);
  for (size_t d = 0; d < padded.size(); ++d)
    padded[d] += pool.getLow()[d] + pool.getHigh()[d];
  Window counted = window;
  counted.input = padded;
  counted.low = none;
  Tensor result(input.elementType, getResultShape(op));
  withNumberType(input.elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *in = input.getValues<T>().data();
    T *out = result.getMutableValues<T>().data();
    forEachWindow(window, input, [&](int64_t base, int64_t place, int64_t to) {
      double sum = 0;
      int64_t count = 0;
      window.forEachTap(place, [&](int64_t, int64_t offset) {
        if (offset < 0)
          return;
        sum += in[base + offset];
        ++count;
      });
      if (pool.getCountPadding()) {
        count = 0;
        counted.forEachTap(
            place, [&](int64_t, int64_t offset) { count += offset >= 0; });
      }
      out[to] = static_cast<T>(count ? sum / count : 0);
    });
  });
  results.push_back(std::move(result));
  return success();
}

/// Each group of each batch is a product: filters F×(C·taps) with the windows
/// laid out as (C·taps)×places.
template <typename T>
static void convolve(const Window &window, int64_t groups, const Tensor &input,
                     const Tensor &filters, Tensor &result) {
  int64_t size = countElements(window.input), places = window.countPlaces();
  int64_t taps = window.countTaps(), channels = filters.shape[1];
  MatrixProduct product = {filters.shape[0] / groups, places, channels * taps,
                           false, false};
  const T *in = input.getValues<T>().data();
  const T *weights = filters.getValues<T>().data();
  T *out = result.getMutableValues<T>().data();
  std::vector<T> columns(channels * taps * places);
  for (int64_t n = 0; n < input.shape[0]; ++n)
    for (int64_t g = 0; g < groups; ++g) {
      const T *base = in + (n * groups + g) * channels * size;
      for (int64_t place = 0; place < places; ++place)
        window.forEachTap(place, [&](int64_t tap, int64_t offset) {
          for (int64_t c = 0; c < channels; ++c)
            columns[(c * taps + tap) * places + place] =
                offset < 0 ? T(0) : base[c * size + offset];
        });
      multiply<T>(product, weights + g * product.m * product.k, columns.data(),
                  out + (n * groups + g) * product.m * places);
    }
}

static LogicalResult evaluateConv(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  auto conv = cast<graph::ConvOp>(op);
  const Tensor &input = operands[0], &filters = operands[1];
  Window window = getWindow(conv, input, Dims(filters.shape).drop_front(2));
  Tensor result(input.elementType, getResultShape(op));
  int64_t depth = countElements(Dims(filters.shape).drop_front());
  if (std::max({window.countPlaces(), depth, filters.shape[0]}) > INT_MAX)
    return op->emitError("a dimension of the convolution exceeds 2^31 - 1");
  if (result.getNumElements() > 0 && depth > 0)
    withNumberType(input.elementType, [&](auto tag) {
      convolve<decltype(tag)>(window, conv.getGroups(), input, filters, result);
    });
  results.push_back(std::move(result));
  return success();
}

void addWindowEvaluators(EvaluatorTable &table) {
  using namespace graph;
  table[MaxPoolOp::getOperationName()] = evaluateMaxPool<MaxPoolOp, false>;
  table[ArgMaxPoolOp::getOperationName()] = evaluateMaxPool<ArgMaxPoolOp, true>;
  table[AveragePoolOp::getOperationName()] = evaluateAveragePool;
  table[ConvOp::getOperationName()] = evaluateConv;
}

} // namespace wafer::exec::reference
