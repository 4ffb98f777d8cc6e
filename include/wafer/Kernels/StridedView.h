//===- StridedView.h - views as strides over a tensor -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a chain of reshapes, transpositions, slices and expansions selects from
// a tensor, independent of how the chain is spelled.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_STRIDEDVIEW_H
#define WAFER_KERNELS_STRIDEDVIEW_H

#include "dialects/Graph/Graph.h"

namespace wafer {

/// Element (i0, i1, ...) of the view is element offset + sum over dimensions of
/// the root's elements in row-major order, where an index is written in the
/// digits of its dimension, each worth its stride.
struct StridedView {
  struct Digit {
    int64_t size = 1;
    int64_t stride = 0;
    bool operator==(Digit o) const {
      return size == o.size && (size == 1 || stride == o.stride);
    }
  };
  /// The digits of a dimension, outermost first; none for one of size 1.
  using Dim = llvm::SmallVector<Digit, 2>;

  mlir::Value root;
  int64_t offset = 0;
  llvm::SmallVector<Dim, 4> dims;

  /// The whole of `root`.
  static StridedView whole(mlir::Value root);
  /// The view that `value` is of the first value behind it that `stop` holds or
  /// that no view computes. Fails where a chain has no such form: a reshape
  /// across the border of a slice.
  static mlir::FailureOr<StridedView> get(
      mlir::Value value, llvm::function_ref<bool(mlir::Value)> stop =
                             [](mlir::Value) { return false; });

  /// Appends a digit to a dimension, as one with the last if the two are.
  static void append(Dim &dim, Digit digit);
  /// The view of this view that `view` (an op for which isView holds) is.
  mlir::LogicalResult apply(mlir::Operation *view);
  /// Is dimension `d` one digit of this size and stride?
  bool isDim(unsigned d, int64_t size, int64_t stride) const;
};

} // namespace wafer

#endif
