//===- Shapes.cpp - evaluation of ops that move elements --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include "Strided.h"

using namespace mlir;

namespace wafer::exec::reference {

Strides getStrides(Dims shape) {
  Strides strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

Tensor copyStrided(const Tensor &input, int64_t offset, Dims shape,
                   Dims strides) {
  Tensor result(input.elementType, shape);
  withBitsType(input.elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *from = input.getValues<T>().data() + offset;
    T *to = result.getMutableValues<T>().data();
    forEachElement<1>(
        shape, {Strides(strides)},
        [&](const std::array<int64_t, 1> &at) { *to++ = from[at[0]]; });
  });
  return result;
}

static LogicalResult evaluateReshape(Operation *op, ArrayRef<Tensor> operands,
                                     SmallVectorImpl<Tensor> &results,
                                     const EvalOptions &) {
  results.push_back(operands[0].reshaped(getResultShape(op)));
  return success();
}

static LogicalResult evaluateTranspose(Operation *op, ArrayRef<Tensor> operands,
                                       SmallVectorImpl<Tensor> &results,
                                       const EvalOptions &) {
  Strides from = getStrides(operands[0].shape), strides;
  for (int64_t dim : cast<graph::TransposeOp>(op).getPerm())
    strides.push_back(from[dim]);
  results.push_back(copyStrided(operands[0], 0, getResultShape(op), strides));
  return success();
}

static LogicalResult evaluateExpand(Operation *op, ArrayRef<Tensor> operands,
                                    SmallVectorImpl<Tensor> &results,
                                    const EvalOptions &) {
  Dims shape = getResultShape(op);
  results.push_back(copyStrided(operands[0], 0, shape,
                                getBroadcastStrides(operands[0].shape, shape)));
  return success();
}

static LogicalResult evaluateSlice(Operation *op, ArrayRef<Tensor> operands,
                                   SmallVectorImpl<Tensor> &results,
                                   const EvalOptions &) {
  auto slice = cast<graph::SliceOp>(op);
  Strides strides = getStrides(operands[0].shape);
  int64_t offset = 0;
  for (size_t d = 0; d < strides.size(); ++d) {
    offset += slice.getStarts()[d] * strides[d];
    strides[d] *= slice.getSteps()[d];
  }
  results.push_back(
      copyStrided(operands[0], offset, getResultShape(op), strides));
  return success();
}

static LogicalResult evaluateConcat(Operation *op, ArrayRef<Tensor> operands,
                                    SmallVectorImpl<Tensor> &results,
                                    const EvalOptions &) {
  int64_t axis = cast<graph::ConcatOp>(op).getAxis();
  Tensor result(operands[0].elementType, getResultShape(op));
  int64_t outer = countElements(Dims(result.shape).take_front(axis));
  uint8_t *out = result.getMutableBytes().data();
  for (int64_t o = 0; o < outer; ++o)
    for (const Tensor &operand : operands) {
      ArrayRef<uint8_t> bytes = operand.getBytes();
      int64_t size = bytes.size() / outer;
      out = std::copy_n(bytes.data() + o * size, size, out);
    }
  results.push_back(std::move(result));
  return success();
}

/// The element of a dimension of `size` that stands at `place`, which is
/// negative before it; -1 for none.
static int64_t getSource(graph::PadMode mode, int64_t place, int64_t size) {
  if (place >= 0 && place < size)
    return place;
  switch (mode) {
  case graph::PadMode::Constant:
    return -1;
  case graph::PadMode::Edge:
    return place < 0 ? 0 : size - 1;
  case graph::PadMode::Wrap:
    return (place % size + size) % size;
  case graph::PadMode::Reflect: {
    if (size == 1)
      return 0;
    int64_t period = 2 * (size - 1);
    int64_t phase = (place % period + period) % period;
    return phase < size ? phase : period - phase;
  }
  }
  llvm_unreachable("modes are listed above");
}

static LogicalResult evaluatePad(Operation *op, ArrayRef<Tensor> operands,
                                 SmallVectorImpl<Tensor> &results,
                                 const EvalOptions &) {
  auto pad = cast<graph::PadOp>(op);
  const Tensor &input = operands[0];
  Tensor result(input.elementType, getResultShape(op));
  Strides from = getStrides(input.shape), to = getStrides(result.shape);
  withBitsType(input.elementType, [&](auto tag) {
    using T = decltype(tag);
    const T *in = input.getValues<T>().data();
    T value = operands[1].getValues<T>()[0];
    auto out = result.getMutableValues<T>();
    for (int64_t i = 0, e = out.size(); i < e; ++i) {
      int64_t rest = i, offset = 0;
      bool isInside = true;
      for (size_t d = 0; d < to.size() && isInside; ++d) {
        int64_t source = getSource(
            pad.getMode(), rest / to[d] - pad.getLow()[d], input.shape[d]);
        rest %= to[d];
        isInside = source >= 0;
        offset += source * from[d];
      }
      out[i] = isInside ? in[offset] : value;
    }
  });
  results.push_back(std::move(result));
  return success();
}

void addShapeEvaluators(EvaluatorTable &table) {
  using namespace graph;
  table[ReshapeOp::getOperationName()] = evaluateReshape;
  table[TransposeOp::getOperationName()] = evaluateTranspose;
  table[ExpandOp::getOperationName()] = evaluateExpand;
  table[SliceOp::getOperationName()] = evaluateSlice;
  table[ConcatOp::getOperationName()] = evaluateConcat;
  table[PadOp::getOperationName()] = evaluatePad;
}

} // namespace wafer::exec::reference
