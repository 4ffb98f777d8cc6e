//===- Gather.cpp - evaluation of ops that index with tensors ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Strided.h"

using namespace mlir;

namespace wafer::exec::reference {

SmallVector<int64_t> getIndices(const Tensor &tensor) {
  Tensor wide = tensor.convertedTo(ElementType::I64);
  return SmallVector<int64_t>(wide.getValues<int64_t>());
}

FailureOr<int64_t> normalizeIndex(Operation *op, int64_t index, int64_t size) {
  if (index >= -size && index < size)
    return index < 0 ? index + size : index;
  op->emitError("index ") << index << " is outside a dimension of " << size;
  return failure();
}

static LogicalResult evaluateGather(Operation *op, ArrayRef<Tensor> operands,
                                    SmallVectorImpl<Tensor> &results,
                                    const EvalOptions &) {
  const Tensor &data = operands[0];
  Lines lines(data.shape, cast<graph::GatherOp>(op).getAxis());
  SmallVector<int64_t> indices = getIndices(operands[1]);
  for (int64_t &index : indices) {
    FailureOr<int64_t> normal = normalizeIndex(op, index, lines.size);
    if (failed(normal))
      return failure();
    index = *normal;
  }
  Tensor result(data.elementType, getResultShape(op));
  int64_t size = lines.inner * getSizeInBytes(data.elementType);
  const uint8_t *from = data.getBytes().data();
  uint8_t *to = result.getMutableBytes().data();
  for (int64_t o = 0; o < lines.outer; ++o)
    for (int64_t index : indices)
      to = std::copy_n(from + (o * lines.size + index) * size, size, to);
  results.push_back(std::move(result));
  return success();
}

/// Calls fn(place in indices, place in data) for each element that an op along
/// `axis` indexes.
template <typename Fn>
static LogicalResult forEachIndexed(Operation *op, const Tensor &indices,
                                    Dims dataShape, int64_t axis, Fn &&fn) {
  SmallVector<int64_t> values = getIndices(indices);
  Strides strides = getStrides(dataShape);
  int64_t axisStride = strides[axis];
  strides[axis] = 0;
  LogicalResult result = success();
  int64_t place = 0;
  forEachElement<1>(indices.shape, {strides},
                    [&](const std::array<int64_t, 1> &at) {
                      int64_t i = place++;
                      if (failed(result))
                        return;
                      FailureOr<int64_t> index =
                          normalizeIndex(op, values[i], dataShape[axis]);
                      if (failed(index))
                        result = failure();
                      else
                        fn(i, at[0] + *index * axisStride);
                    });
  return result;
}

static LogicalResult evaluateGatherElements(Operation *op,
                                            ArrayRef<Tensor> operands,
                                            SmallVectorImpl<Tensor> &results,
                                            const EvalOptions &) {
  const Tensor &data = operands[0];
  Tensor result(data.elementType, getResultShape(op));
  LogicalResult status = success();
  withBitsType(data.elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *from = data.getValues<T>().data();
    T *to = result.getMutableValues<T>().data();
    status =
        forEachIndexed(op, operands[1], data.shape,
                       cast<graph::GatherElementsOp>(op).getAxis(),
                       [&](int64_t i, int64_t place) { to[i] = from[place]; });
  });
  results.push_back(std::move(result));
  return status;
}

/// Calls fn(tuple number, place in data of the slice that it means).
template <typename Fn>
static LogicalResult forEachTuple(Operation *op, const Tensor &indices,
                                  Dims dataShape, int64_t batchDims, Fn &&fn) {
  SmallVector<int64_t> values = getIndices(indices);
  Strides strides = getStrides(dataShape);
  int64_t tuple = indices.shape.back();
  int64_t batches = countElements(dataShape.take_front(batchDims));
  int64_t batchSize = countElements(dataShape.drop_front(batchDims));
  int64_t tuples = countElements(Dims(indices.shape).drop_back());
  for (int64_t i = 0; i < tuples; ++i) {
    int64_t place = i / (tuples / batches) * batchSize;
    for (int64_t t = 0; t < tuple; ++t) {
      FailureOr<int64_t> index =
          normalizeIndex(op, values[i * tuple + t], dataShape[batchDims + t]);
      if (failed(index))
        return failure();
      place += *index * strides[batchDims + t];
    }
    fn(i, place);
  }
  return success();
}

static LogicalResult evaluateGatherND(Operation *op, ArrayRef<Tensor> operands,
                                      SmallVectorImpl<Tensor> &results,
                                      const EvalOptions &) {
  const Tensor &data = operands[0], &indices = operands[1];
  int64_t batchDims = cast<graph::GatherNDOp>(op).getBatchDims();
  Tensor result(data.elementType, getResultShape(op));
  size_t elementSize = getSizeInBytes(data.elementType);
  size_t size =
      elementSize *
      countElements(
          Dims(data.shape).drop_front(batchDims + indices.shape.back()));
  const uint8_t *from = data.getBytes().data();
  uint8_t *to = result.getMutableBytes().data();
  results.push_back(result);
  return forEachTuple(
      op, indices, data.shape, batchDims, [&](int64_t i, int64_t place) {
        std::copy_n(from + place * elementSize, size, to + i * size);
      });
}

/// OP= of a scatter.
template <typename T>
static void update(graph::ScatterMode mode, T &element, T value) {
  using Wide = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
  switch (mode) {
  case graph::ScatterMode::None:
    element = value;
    return;
  case graph::ScatterMode::Add:
    element = static_cast<T>(Wide(element) + Wide(value));
    return;
  case graph::ScatterMode::Mul:
    element = static_cast<T>(Wide(element) * Wide(value));
    return;
  case graph::ScatterMode::Min:
    element = value < element ? value : element;
    return;
  case graph::ScatterMode::Max:
    element = element < value ? value : element;
    return;
  }
}

static LogicalResult evaluateScatterElements(Operation *op,
                                             ArrayRef<Tensor> operands,
                                             SmallVectorImpl<Tensor> &results,
                                             const EvalOptions &) {
  auto scatter = cast<graph::ScatterElementsOp>(op);
  Tensor result = operands[0];
  LogicalResult status = success();
  withStoredType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    auto to = result.getMutableValues<T>();
    auto values = operands[2].getValues<T>();
    status = forEachIndexed(op, operands[1], result.shape, scatter.getAxis(),
                            [&](int64_t i, int64_t place) {
                              update(scatter.getMode(), to[place], values[i]);
                            });
  });
  results.push_back(std::move(result));
  return status;
}

static LogicalResult evaluateScatterND(Operation *op, ArrayRef<Tensor> operands,
                                       SmallVectorImpl<Tensor> &results,
                                       const EvalOptions &) {
  graph::ScatterMode mode = cast<graph::ScatterNDOp>(op).getMode();
  Tensor result = operands[0];
  int64_t size =
      countElements(Dims(result.shape).drop_front(operands[1].shape.back()));
  LogicalResult status = success();
  withStoredType(result.elementType, [&](auto tag) {
    using T = decltype(tag);
    auto to = result.getMutableValues<T>();
    auto values = operands[2].getValues<T>();
    status = forEachTuple(op, operands[1], result.shape, 0,
                          [&](int64_t i, int64_t place) {
                            for (int64_t e = 0; e < size; ++e)
                              update(mode, to[place + e], values[i * size + e]);
                          });
  });
  results.push_back(std::move(result));
  return status;
}

void addGatherEvaluators(EvaluatorTable &table) {
  using namespace graph;
  table[GatherOp::getOperationName()] = evaluateGather;
  table[GatherElementsOp::getOperationName()] = evaluateGatherElements;
  table[GatherNDOp::getOperationName()] = evaluateGatherND;
  table[ScatterElementsOp::getOperationName()] = evaluateScatterElements;
  table[ScatterNDOp::getOperationName()] = evaluateScatterND;
}

} // namespace wafer::exec::reference
