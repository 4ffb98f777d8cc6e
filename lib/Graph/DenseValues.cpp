//===- DenseValues.cpp - evaluated constants in the IR ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DenseValues.h"

using namespace mlir;

namespace wafer::graph {

/// Products of one term have no order.
static bool isOuterProduct(MatmulOp op) {
  RankedTensorType lhs = op.getLhs().getType();
  int64_t rank = lhs.getRank();
  return lhs.getDimSize(rank > 1 && op.getTransposeA() ? rank - 2 : rank - 1) ==
         1;
}

bool isSumOfFloats(Operation *op) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (!isa<FloatType>(type.getElementType()))
    return false;
  if (auto product = dyn_cast<MatmulOp>(op))
    return !isOuterProduct(product);
  return isa<ReduceSumOp, ReduceMeanOp, CumSumOp, SoftmaxOp, LogSoftmaxOp,
             LayerNormalizationOp, RMSNormalizationOp, ConvOp, AveragePoolOp,
             AttentionOp, LinearAttentionOp>(op);
}

DenseElementsAttr createDense(const exec::Tensor &tensor, Type type) {
  auto tensorType = cast<RankedTensorType>(type);
  if (tensorType.getNumElements() == 0)
    return DenseElementsAttr::get(tensorType, ArrayRef<Attribute>());
  if (tensorType.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (uint8_t byte : tensor.getBytes())
      values.push_back(byte != 0);
    return DenseElementsAttr::get(tensorType, values);
  }
  ArrayRef<uint8_t> bytes = tensor.getBytes();
  return DenseElementsAttr::getFromRawBuffer(
      tensorType, {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
}

} // namespace wafer::graph
