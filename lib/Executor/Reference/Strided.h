//===- Strided.h - walks over tensors of any rank ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_REFERENCE_STRIDED_H
#define WAFER_LIB_EXECUTOR_REFERENCE_STRIDED_H

#include "Families.h"
#include "wafer/Executor/Convert.h"
#include <array>

namespace wafer::exec::reference {

using Dims = llvm::ArrayRef<int64_t>;
using Strides = llvm::SmallVector<int64_t>;

/// Row-major strides of `shape` in elements.
Strides getStrides(Dims shape);

/// Calls fn(offsets) for every index of `shape` in row-major order: the offsets
/// of N tensors whose strides are given.
template <size_t N, typename Fn>
void forEachElement(Dims shape, const std::array<Strides, N> &strides,
                    Fn &&fn) {
  if (llvm::is_contained(shape, 0))
    return;
  std::array<int64_t, N> offsets = {};
  Strides index(shape.size(), 0);
  while (true) {
    fn(offsets);
    size_t d = shape.size();
    while (d-- > 0) {
      for (size_t i = 0; i < N; ++i)
        offsets[i] += strides[i][d];
      if (++index[d] < shape[d])
        break;
      for (size_t i = 0; i < N; ++i)
        offsets[i] -= strides[i][d] * shape[d];
      index[d] = 0;
    }
    if (d == size_t(-1))
      return;
  }
}

/// The tensor of `shape` whose elements lie `strides` apart in `input`, from
/// element `offset` on. Strides may be 0 or negative.
Tensor copyStrided(const Tensor &input, int64_t offset, Dims shape,
                   Dims strides);

/// An axis of a tensor: `outer`·`inner` lines of `size` elements, `inner`
/// apart.
struct Lines {
  int64_t outer = 1, size = 1, inner = 1;

  Lines(Dims shape, int64_t axis)
      : outer(countElements(shape.take_front(axis))), size(shape[axis]),
        inner(countElements(shape.drop_front(axis + 1))) {}

  /// Calls fn(offset of the line's first element).
  template <typename Fn> void forEach(Fn &&fn) const {
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < inner; ++i)
        fn(o * size * inner + i);
  }
};

/// Calls fn with a value of the C++ type of a number in its evaluation type.
template <typename Fn> void withNumberType(ElementType type, Fn &&fn) {
  withElementType(type, [&](auto tag) {
    if constexpr (std::is_arithmetic_v<decltype(tag)>)
      fn(tag);
    else
      llvm_unreachable("narrow floats and bools are not held as such");
  });
}

/// The same for float and double only.
template <typename Fn> void withFloatType(ElementType type, Fn &&fn) {
  if (type == ElementType::F64)
    return fn(double{});
  assert(type == ElementType::F32);
  fn(float{});
}

/// The same with uint8_t (0 or 1) for bools.
template <typename Fn> void withStoredType(ElementType type, Fn &&fn) {
  if (type == ElementType::Bool)
    return fn(uint8_t{});
  withNumberType(type, fn);
}

/// Calls fn with an unsigned integer of the elements' size: for moving them.
template <typename Fn> void withBitsType(ElementType type, Fn &&fn) {
  switch (getSizeInBytes(type)) {
  case 1:
    return fn(uint8_t{});
  case 2:
    return fn(uint16_t{});
  case 4:
    return fn(uint32_t{});
  default:
    return fn(uint64_t{});
  }
}

/// The values of a tensor of indices.
llvm::SmallVector<int64_t> getIndices(const Tensor &tensor);
/// `index` from the start of a dimension of `size`, or an error at `op`.
mlir::FailureOr<int64_t> normalizeIndex(mlir::Operation *op, int64_t index,
                                        int64_t size);

/// A product of row-major, packed matrices, C = op(A)·op(B).
struct MatrixProduct {
  int64_t m, n, k;
  bool transposeA, transposeB;
};

/// Through BLAS for floats, modulo the width for integers. T: float, double or
/// an integer type. No dimension may be 0 or beyond 2^31 - 1.
template <typename T>
void multiply(const MatrixProduct &product, const T *a, const T *b, T *c);

} // namespace wafer::exec::reference

#endif // WAFER_LIB_EXECUTOR_REFERENCE_STRIDED_H
