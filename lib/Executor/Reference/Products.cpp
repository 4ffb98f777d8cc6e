//===- Products.cpp - evaluation of matrix products -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Strided.h"
#include <cblas.h>
#include <climits>

using namespace mlir;

namespace wafer::exec::reference {

template <typename T>
void multiply(const MatrixProduct &p, const T *a, const T *b, T *c) {
  if constexpr (std::is_same_v<T, float>) {
    cblas_sgemm(CblasRowMajor, p.transposeA ? CblasTrans : CblasNoTrans,
                p.transposeB ? CblasTrans : CblasNoTrans, p.m, p.n, p.k, 1.0f,
                a, p.transposeA ? p.m : p.k, b, p.transposeB ? p.k : p.n, 0.0f,
                c, p.n);
  } else if constexpr (std::is_same_v<T, double>) {
    cblas_dgemm(CblasRowMajor, p.transposeA ? CblasTrans : CblasNoTrans,
                p.transposeB ? CblasTrans : CblasNoTrans, p.m, p.n, p.k, 1.0, a,
                p.transposeA ? p.m : p.k, b, p.transposeB ? p.k : p.n, 0.0, c,
                p.n);
  } else {
    int64_t aRow = p.transposeA ? 1 : p.k, aColumn = p.transposeA ? p.m : 1;
    int64_t bRow = p.transposeB ? 1 : p.n, bColumn = p.transposeB ? p.k : 1;
    for (int64_t i = 0; i < p.m; ++i)
      for (int64_t j = 0; j < p.n; ++j) {
        uint64_t sum = 0;
        for (int64_t t = 0; t < p.k; ++t)
          sum += static_cast<uint64_t>(a[i * aRow + t * aColumn]) *
                 static_cast<uint64_t>(b[t * bRow + j * bColumn]);
        c[i * p.n + j] = static_cast<T>(sum);
      }
  }
}

#define WAFER_INSTANTIATE(T)                                                   \
  template void multiply<T>(const MatrixProduct &, const T *, const T *, T *)
WAFER_INSTANTIATE(float);
WAFER_INSTANTIATE(double);
WAFER_INSTANTIATE(int8_t);
WAFER_INSTANTIATE(int16_t);
WAFER_INSTANTIATE(int32_t);
WAFER_INSTANTIATE(int64_t);
WAFER_INSTANTIATE(uint8_t);
WAFER_INSTANTIATE(uint16_t);
WAFER_INSTANTIATE(uint32_t);
WAFER_INSTANTIATE(uint64_t);
#undef WAFER_INSTANTIATE

/// Multiplies every pair of matrices of the broadcast batch.
template <typename T>
static void multiplyBatch(const graph::MatmulShape &shape,
                          MatrixProduct product, const T *a, const T *b, T *c) {
  SmallVector<int64_t> aStrides =
      getBroadcastStrides(shape.lhsBatch, shape.batch);
  SmallVector<int64_t> bStrides =
      getBroadcastStrides(shape.rhsBatch, shape.batch);
  int64_t count = countElements(shape.batch);
  for (int64_t i = 0; i < count; ++i) {
    int64_t aIndex = 0, bIndex = 0, rest = i;
    for (size_t d = shape.batch.size(); d-- > 0; rest /= shape.batch[d]) {
      aIndex += rest % shape.batch[d] * aStrides[d];
      bIndex += rest % shape.batch[d] * bStrides[d];
    }
    multiply<T>(product, a + aIndex * product.m * product.k,
                b + bIndex * product.k * product.n,
                c + i * product.m * product.n);
  }
}

static LogicalResult evaluateMatmul(Operation *op, ArrayRef<Tensor> operands,
                                    SmallVectorImpl<Tensor> &results,
                                    const EvalOptions &) {
  auto matmul = cast<graph::MatmulOp>(op);
  const Tensor &lhs = operands[0], &rhs = operands[1];
  FailureOr<graph::MatmulShape> shape = graph::getMatmulShape(
      lhs.shape, rhs.shape, matmul.getTransposeA(), matmul.getTransposeB(),
      [&](const Twine &message) { op->emitError(message); });
  if (failed(shape))
    return failure();
  Tensor result(lhs.elementType, shape->result);
  // One matrix on the right for all on the left: their rows are one matrix's.
  if (countElements(shape->rhsBatch) == 1 && shape->lhsBatch == shape->batch &&
      !matmul.getTransposeA()) {
    shape->m *= countElements(shape->batch);
    shape->batch.clear();
    shape->lhsBatch.clear();
    shape->rhsBatch.clear();
  }
  if (std::max({shape->m, shape->n, shape->k}) > INT_MAX)
    return op->emitError("a dimension of the product exceeds 2^31 - 1");
  // BLAS refuses empty matrices; a sum of nothing is the zero it has now.
  if (result.getNumElements() > 0 && shape->k > 0)
    withElementType(lhs.elementType, [&](auto tag) {
      using T = decltype(tag);
      if constexpr (std::is_arithmetic_v<T>)
        multiplyBatch<T>(*shape,
                         {shape->m, shape->n, shape->k, matmul.getTransposeA(),
                          matmul.getTransposeB()},
                         lhs.getValues<T>().data(), rhs.getValues<T>().data(),
                         result.getMutableValues<T>().data());
    });
  results.push_back(std::move(result));
  return success();
}

void addProductEvaluators(EvaluatorTable &table) {
  table[graph::MatmulOp::getOperationName()] = evaluateMatmul;
}

} // namespace wafer::exec::reference
