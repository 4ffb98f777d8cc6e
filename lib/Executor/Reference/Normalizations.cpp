//===- Normalizations.cpp - evaluation of softmax and -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Strided.h"

using namespace mlir;

namespace wafer::exec::reference {

/// exp(x - largest) and so on along an axis. A line of -inf only has no
/// softmax: NaN, as in ONNX.
template <typename OpT, bool isLog>
static LogicalResult evaluateSoftmax(Operation *op, ArrayRef<Tensor> operands,
                                     SmallVectorImpl<Tensor> &results,
                                     const EvalOptions &) {
  Lines lines(operands[0].shape, cast<OpT>(op).getAxis());
  Tensor result(operands[0].elementType, operands[0].shape);
  withFloatType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *in = operands[0].getValues<T>().data();
    T *out = result.getMutableValues<T>().data();
    lines.forEach([&](int64_t start) {
      T largest = -std::numeric_limits<T>::infinity();
      for (int64_t i = 0; i < lines.size; ++i)
        largest = std::max(largest, in[start + i * lines.inner]);
      double sum = 0;
      for (int64_t i = 0; i < lines.size; ++i)
        sum += std::exp(in[start + i * lines.inner] - largest);
      for (int64_t i = 0; i < lines.size; ++i) {
        T x = in[start + i * lines.inner] - largest;
        out[start + i * lines.inner] =
            isLog ? x - std::log(sum) : std::exp(x) / sum;
      }
    });
  });
  results.push_back(std::move(result));
  return success();
}

/// (row - mean)·factor of every row of `size` elements: mean 0 for RMS.
template <typename T>
static void normalizeRows(const Tensor &input, int64_t size, double epsilon,
                          bool hasMean, MutableArrayRef<T> out) {
  ArrayRef<T> in = input.getValues<T>();
  for (size_t start = 0; start < in.size(); start += size) {
    ArrayRef<T> row = in.slice(start, size);
    double sum = 0, squares = 0;
    for (T x : row)
      sum += x;
    double mean = hasMean ? sum / size : 0;
    for (T x : row)
      squares += (x - mean) * (x - mean);
    double factor = 1 / std::sqrt(squares / size + epsilon);
    for (int64_t i = 0; i < size; ++i)
      out[start + i] = (row[i] - mean) * factor;
  }
}

template <typename OpT, bool hasMean>
static LogicalResult
evaluateNormalization(Operation *op, ArrayRef<Tensor> operands,
                      SmallVectorImpl<Tensor> &results, const EvalOptions &) {
  auto norm = cast<OpT>(op);
  const Tensor &input = operands[0];
  int64_t size = countElements(Dims(input.shape).drop_front(norm.getAxis()));
  Tensor result(input.elementType, input.shape);
  withFloatType(input.elementType, [&](auto tag) {
    using T = decltype(tag);
    auto out = result.getMutableValues<T>();
    normalizeRows<T>(input, size, norm.getEpsilon().convertToDouble(), hasMean,
                     out);
    Tensor zero(input.elementType, {});
    const Tensor &bias = operands.size() > 2 ? operands[2] : zero;
    ArrayRef<T> scales = operands[1].getValues<T>(),
                biases = bias.getValues<T>();
    T *value = out.data();
    forEachElement<2>(input.shape,
                      {getBroadcastStrides(operands[1].shape, input.shape),
                       getBroadcastStrides(bias.shape, input.shape)},
                      [&](const std::array<int64_t, 2> &at) {
                        *value = *value * scales[at[0]] + biases[at[1]];
                        ++value;
                      });
  });
  results.push_back(std::move(result));
  return success();
}

void addNormalizationEvaluators(EvaluatorTable &table) {
  using namespace graph;
  table[SoftmaxOp::getOperationName()] = evaluateSoftmax<SoftmaxOp, false>;
  table[LogSoftmaxOp::getOperationName()] = evaluateSoftmax<LogSoftmaxOp, true>;
  table[LayerNormalizationOp::getOperationName()] =
      evaluateNormalization<LayerNormalizationOp, true>;
  table[RMSNormalizationOp::getOperationName()] =
      evaluateNormalization<RMSNormalizationOp, false>;
}

} // namespace wafer::exec::reference
