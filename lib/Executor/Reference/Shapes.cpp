//===- Shapes.cpp - evaluation of ops that move elements -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Families.h"
#include <cstring>

using namespace mlir;

namespace wafer::exec::reference {

static LogicalResult evaluateReshape(Operation *op, ArrayRef<Tensor> operands,
                                     SmallVectorImpl<Tensor> &results,
                                     const EvalOptions &) {
  results.push_back(operands[0].reshaped(getResultShape(op)));
  return success();
}

/// Copies elements of `Size` bytes to row-major order of `shape` from places
/// `strides` (in elements) apart.
template <unsigned Size>
static void gather(const uint8_t *from, uint8_t *to, ArrayRef<int64_t> shape,
                   ArrayRef<int64_t> strides, int64_t count) {
  SmallVector<int64_t> index(shape.size(), 0);
  int64_t offset = 0;
  for (int64_t i = 0; i < count; ++i) {
    std::memcpy(to + i * Size, from + offset * Size, Size);
    for (size_t d = shape.size(); d-- > 0;) {
      offset += strides[d];
      if (++index[d] < shape[d])
        break;
      offset -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

static LogicalResult evaluateTranspose(Operation *op, ArrayRef<Tensor> operands,
                                       SmallVectorImpl<Tensor> &results,
                                       const EvalOptions &) {
  const Tensor &input = operands[0];
  ArrayRef<int64_t> shape = getResultShape(op);
  SmallVector<int64_t> inputStrides(shape.size(), 1), strides;
  for (size_t d = shape.size(); d-- > 1;)
    inputStrides[d - 1] = inputStrides[d] * input.shape[d];
  for (int64_t dim : cast<graph::TransposeOp>(op).getPerm())
    strides.push_back(inputStrides[dim]);
  Tensor result(input.elementType, shape);
  const uint8_t *from = input.getBytes().data();
  uint8_t *to = result.getMutableBytes().data();
  int64_t count = result.getNumElements();
  switch (getSizeInBytes(input.elementType)) {
  case 1:
    gather<1>(from, to, shape, strides, count);
    break;
  case 2:
    gather<2>(from, to, shape, strides, count);
    break;
  case 4:
    gather<4>(from, to, shape, strides, count);
    break;
  default:
    gather<8>(from, to, shape, strides, count);
    break;
  }
  results.push_back(std::move(result));
  return success();
}

void addShapeEvaluators(EvaluatorTable &table) {
  table[graph::ReshapeOp::getOperationName()] = evaluateReshape;
  table[graph::TransposeOp::getOperationName()] = evaluateTranspose;
}

} // namespace wafer::exec::reference
