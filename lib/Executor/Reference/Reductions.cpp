//===- Reductions.cpp - evaluation of ops along axes ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Strided.h"
#include <numeric>

using namespace mlir;

namespace wafer::exec::reference {

/// Sums of floats are taken in f64.
template <typename T>
using Accumulator =
    std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;

namespace {
struct Sum {
  template <typename T> static T start() { return T(0); }
  template <typename T> static T step(T sum, T x) { return sum + x; }
};
struct Product {
  template <typename T> static T start() { return T(1); }
  template <typename T> static T step(T product, T x) { return product * x; }
};
/// Extremes compare T's own values. NaN wins.
struct Max {
  template <typename T> static T start() {
    using Limits = std::numeric_limits<T>;
    return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  }
  template <typename T> static T step(T most, T x) {
    return x != x || most < x ? x : most;
  }
};
struct Min {
  template <typename T> static T start() {
    using Limits = std::numeric_limits<T>;
    return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
  template <typename T> static T step(T least, T x) {
    return x != x || x < least ? x : least;
  }
};
} // namespace

/// Reduces in type A(T) with Step.
template <typename Step, bool isExtreme>
static Tensor reduce(Operation *op, const Tensor &input, Dims axes,
                     bool isMean) {
  // The result with the reduced dimensions kept, for its strides.
  SmallVector<int64_t> kept(input.shape);
  int64_t count = 1;
  for (int64_t axis : axes) {
    count *= kept[axis];
    kept[axis] = 1;
  }
  Tensor result(input.elementType, getResultShape(op));
  withNumberType(input.elementType, [&](auto tag) {
    using T = decltype(tag);
    using A = std::conditional_t<isExtreme, T, Accumulator<T>>;
    std::vector<A> sums(result.getNumElements(), Step::template start<A>());
    const T *in = input.getValues<T>().data();
    forEachElement<1>(input.shape, {getBroadcastStrides(kept, input.shape)},
                      [&](const std::array<int64_t, 1> &at) {
                        sums[at[0]] =
                            Step::step(sums[at[0]], static_cast<A>(*in++));
                      });
    auto out = result.getMutableValues<T>();
    for (auto [value, sum] : llvm::zip_equal(out, sums)) {
      if (!isMean)
        value = static_cast<T>(sum);
      else if constexpr (std::is_floating_point_v<T>)
        value = static_cast<T>(sum / count);
      else if (count > 0) // towards zero
        value = static_cast<T>(static_cast<T>(sum) / static_cast<T>(count));
    }
  });
  return result;
}

template <typename OpT, typename Step, bool isExtreme>
static LogicalResult evaluateReduce(Operation *op, ArrayRef<Tensor> operands,
                                    SmallVectorImpl<Tensor> &results,
                                    const EvalOptions &) {
  results.push_back(reduce<Step, isExtreme>(
      op, operands[0], cast<OpT>(op).getAxes(), isa<graph::ReduceMeanOp>(op)));
  return success();
}

template <typename OpT, bool isMax>
static LogicalResult evaluateArg(Operation *op, ArrayRef<Tensor> operands,
                                 SmallVectorImpl<Tensor> &results,
                                 const EvalOptions &) {
  auto arg = cast<OpT>(op);
  Lines lines(operands[0].shape, arg.getAxis());
  Tensor result(ElementType::I64, getResultShape(op));
  int64_t *out = result.getMutableValues<int64_t>().data();
  withNumberType(operands[0].elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *in = operands[0].getValues<T>().data();
    lines.forEach([&](int64_t start) {
      int64_t best = 0;
      for (int64_t i = 1; i < lines.size; ++i) {
        T value = in[start + i * lines.inner];
        T record = in[start + best * lines.inner];
        bool isBetter = isMax ? record < value : value < record;
        if (isBetter || (arg.getLast() && value == record))
          best = i;
      }
      *out++ = best;
    });
  });
  results.push_back(std::move(result));
  return success();
}

template <typename OpT, typename Step>
static LogicalResult evaluateScan(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  auto scan = cast<OpT>(op);
  Lines lines(operands[0].shape, scan.getAxis());
  Tensor result(operands[0].elementType, operands[0].shape);
  withNumberType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    using A = Accumulator<T>;
    const T *in = operands[0].getValues<T>().data();
    T *out = result.getMutableValues<T>().data();
    lines.forEach([&](int64_t start) {
      A sum = Step::template start<A>();
      for (int64_t n = 0; n < lines.size; ++n) {
        int64_t i = scan.getReverse() ? lines.size - 1 - n : n;
        int64_t place = start + i * lines.inner;
        A next = Step::step(sum, static_cast<A>(in[place]));
        out[place] = static_cast<T>(scan.getExclusive() ? sum : next);
        sum = next;
      }
    });
  });
  results.push_back(std::move(result));
  return success();
}

static LogicalResult evaluateTopK(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  auto top = cast<graph::TopKOp>(op);
  int64_t k = top.getK();
  Lines lines(operands[0].shape, top.getAxis());
  Tensor values(operands[0].elementType, getResultShape(op));
  Tensor indices(ElementType::I64, getResultShape(op));
  int64_t *places = indices.getMutableValues<int64_t>().data();
  withNumberType(values.elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *in = operands[0].getValues<T>().data();
    T *out = values.getMutableValues<T>().data();
    std::vector<int64_t> order(lines.size);
    lines.forEach([&](int64_t start) {
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        T x = in[start + a * lines.inner], y = in[start + b * lines.inner];
        return top.getSmallest() ? x < y : y < x;
      });
      int64_t outer = start / (lines.size * lines.inner);
      int64_t first = outer * k * lines.inner + start % lines.inner;
      for (int64_t i = 0; i < k; ++i) {
        out[first + i * lines.inner] = in[start + order[i] * lines.inner];
        places[first + i * lines.inner] = order[i];
      }
    });
  });
  results.push_back(std::move(values));
  results.push_back(std::move(indices));
  return success();
}

void addReductionEvaluators(EvaluatorTable &table) {
  using namespace graph;
  table[ReduceSumOp::getOperationName()] =
      evaluateReduce<ReduceSumOp, Sum, false>;
  table[ReduceMeanOp::getOperationName()] =
      evaluateReduce<ReduceMeanOp, Sum, false>;
  table[ReduceProdOp::getOperationName()] =
      evaluateReduce<ReduceProdOp, Product, false>;
  table[ReduceMaxOp::getOperationName()] =
      evaluateReduce<ReduceMaxOp, Max, true>;
  table[ReduceMinOp::getOperationName()] =
      evaluateReduce<ReduceMinOp, Min, true>;
  table[ArgMaxOp::getOperationName()] = evaluateArg<ArgMaxOp, true>;
  table[ArgMinOp::getOperationName()] = evaluateArg<ArgMinOp, false>;
  table[CumSumOp::getOperationName()] = evaluateScan<CumSumOp, Sum>;
  table[CumProdOp::getOperationName()] = evaluateScan<CumProdOp, Product>;
  table[TopKOp::getOperationName()] = evaluateTopK;
}

} // namespace wafer::exec::reference
