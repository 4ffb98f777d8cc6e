//===- Elementwise.cpp - evaluation of maps and constants -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "wafer/Executor/Convert.h"

using namespace mlir;

namespace wafer::exec::reference {

SmallVector<int64_t> getBroadcastStrides(ArrayRef<int64_t> shape,
                                         ArrayRef<int64_t> resultShape) {
  SmallVector<int64_t> strides(resultShape.size(), 0);
  int64_t stride = 1;
  size_t missing = resultShape.size() - shape.size();
  for (size_t i = shape.size(); i-- > 0; stride *= shape[i])
    if (shape[i] != 1)
      strides[missing + i] = stride;
  return strides;
}

/// Calls fn(offset in lhs, offset in rhs) for every element of the result in
/// row-major order.
template <typename Fn>
static void forEachPair(ArrayRef<int64_t> shape, ArrayRef<int64_t> lhsStrides,
                        ArrayRef<int64_t> rhsStrides, Fn &&fn) {
  size_t rank = shape.size();
  if (llvm::is_contained(shape, 0))
    return;
  if (rank == 0)
    return fn(0, 0);
  SmallVector<int64_t> index(rank, 0);
  int64_t lhs = 0, rhs = 0;
  int64_t inner = shape.back(), lhsStep = lhsStrides.back(),
          rhsStep = rhsStrides.back();
  while (true) {
    for (int64_t i = 0; i < inner; ++i)
      fn(lhs + i * lhsStep, rhs + i * rhsStep);
    size_t d = rank - 1;
    while (d-- > 0) {
      lhs += lhsStrides[d];
      rhs += rhsStrides[d];
      if (++index[d] < shape[d])
        break;
      lhs -= lhsStrides[d] * shape[d];
      rhs -= rhsStrides[d] * shape[d];
      index[d] = 0;
    }
    if (d == size_t(-1))
      return;
  }
}

/// Calls fn with a value of the C++ type of a number tensor in evaluation type.
template <typename Fn> static void withNumberType(ElementType type, Fn &&fn) {
  withElementType(type, [&](auto tag) {
    if constexpr (std::is_arithmetic_v<decltype(tag)>)
      fn(tag);
    else
      llvm_unreachable("narrow floats and bools are not held as such");
  });
}

/// Evaluates result[i] = Map(lhs[i], rhs[i]) with broadcasting. Integers are
/// computed as 64-bit unsigned numbers, so that they wrap around.
template <typename Map>
static LogicalResult evaluateBinary(Operation *op, ArrayRef<Tensor> operands,
                                    SmallVectorImpl<Tensor> &results,
                                    const EvalOptions &) {
  const Tensor &lhs = operands[0], &rhs = operands[1];
  ArrayRef<int64_t> shape = getResultShape(op);
  Tensor result(lhs.elementType, shape);
  withNumberType(lhs.elementType, [&](auto tag) {
    using T = decltype(tag);
    using Wide = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
    const T *l = lhs.getValues<T>().data(), *r = rhs.getValues<T>().data();
    T *out = result.getMutableValues<T>().data();
    forEachPair(shape, getBroadcastStrides(lhs.shape, shape),
                getBroadcastStrides(rhs.shape, shape),
                [&](int64_t i, int64_t j) {
                  *out++ = static_cast<T>(
                      Map()(static_cast<Wide>(l[i]), static_cast<Wide>(r[j])));
                });
  });
  results.push_back(std::move(result));
  return success();
}

static LogicalResult evaluateRelu(Operation *, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  Tensor result = operands[0];
  withNumberType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    for (T &value : result.getMutableValues<T>())
      value = value < T(0) ? T(0) : value; // NaN is not less: it stays
  });
  results.push_back(std::move(result));
  return success();
}

static LogicalResult evaluateCast(Operation *op, ArrayRef<Tensor> operands,
                                  SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  results.push_back(
      operands[0].convertedTo(*getElementType(type.getElementType())));
  return success();
}

static LogicalResult evaluateConstant(Operation *op, ArrayRef<Tensor>,
                                      SmallVectorImpl<Tensor> &results,
                                      const EvalOptions &options) {
  auto constant = cast<graph::ConstantOp>(op);
  StringRef name = constant.getName().value_or("");
  llvm::Expected<Tensor> tensor =
      options.constants->read(constant.getValue(), name);
  if (!tensor)
    return op->emitError(llvm::toString(tensor.takeError()));
  results.push_back(std::move(*tensor));
  return success();
}

void addElementwiseEvaluators(EvaluatorTable &table) {
  table[graph::ConstantOp::getOperationName()] = evaluateConstant;
  table[graph::AddOp::getOperationName()] = evaluateBinary<std::plus<>>;
  table[graph::SubOp::getOperationName()] = evaluateBinary<std::minus<>>;
  table[graph::MulOp::getOperationName()] = evaluateBinary<std::multiplies<>>;
  table[graph::ReluOp::getOperationName()] = evaluateRelu;
  table[graph::CastOp::getOperationName()] = evaluateCast;
}

} // namespace wafer::exec::reference
