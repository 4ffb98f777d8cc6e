//===- StridedView.h - values as strided places -----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_STRIDEDVIEW_H
#define WAFER_GRAPH_STRIDEDVIEW_H

#include "ConstantValues.h"
#include "mlir/IR/Builders.h"

namespace wafer::graph {

/// `size` places that are `stride` elements apart; stride 0 repeats one.
struct Factor {
  int64_t size, stride;
  bool operator==(const Factor &other) const {
    return size == other.size && stride == other.stride;
  }
};
/// A dimension as a number of mixed radix, outermost digit first; factors of
/// size 1 are left out.
using Factors = llvm::SmallVector<Factor, 2>;

/// A value whose element (i, j, ...) is scale times the element of `root`, in
/// row-major order, at offset + the sum of digit·stride over the factors of all
/// dimensions. Every way to reorder, split, merge or repeat dimensions has this
/// form, so two spellings of the same thing have the same view:
///
///   reshape(expand(reshape(k: 2×3×4) to 2×1×3×4) to 2×5×3×4) to 10×3×4
///   = {root k, dims [(2, 12) (5, 0)], [(3, 4)], [(4, 1)]}
struct StridedView {
  mlir::Value root;
  int64_t offset = 0;
  double scale = 1;
  llvm::SmallVector<Factors> dims;

  /// True if both have the same elements of the same root, whatever the scale.
  bool hasSamePlaces(const StridedView &other) const {
    return root == other.root && offset == other.offset && dims == other.dims;
  }

  int64_t getSize(unsigned dim) const;
  llvm::SmallVector<int64_t> getShape() const;
  /// All factors from dimension `first` up to `last`, exclusive.
  Factors getFactors(unsigned first, unsigned last) const;

  /// The view under another shape of as many elements; fails where a factor
  /// would have to be cut in uneven parts.
  mlir::LogicalResult reshape(llvm::ArrayRef<int64_t> shape);
  void transpose(llvm::ArrayRef<int64_t> perm);
  mlir::LogicalResult expand(llvm::ArrayRef<int64_t> shape);
  mlir::LogicalResult slice(SliceOp op);
};

/// What a walk through views passes.
struct ViewSteps {
  /// Slices, and gathers and concatenations that repeat slices.
  bool slices = false;
  /// Products with one number, which go to `scale`.
  bool scales = false;
};

/// The view that `value` is of the value behind all steps; of itself if its op
/// is none.
StridedView getView(mlir::Value value, ViewSteps steps,
                    ConstantValues &constants);

/// True if the view has every element of its root.
bool isComplete(const StridedView &view);

/// The elements of `view`, without its scale: `origin` or a value that it is
/// made of by views, if one of them has this view, else new ops: a reshape, a
/// transpose, an expansion and a reshape, each only if needed. The view must
/// be complete.
mlir::Value createView(mlir::OpBuilder &builder, mlir::Location loc,
                       const StridedView &view, mlir::Value origin,
                       ConstantValues &constants);

} // namespace wafer::graph

#endif // WAFER_GRAPH_STRIDEDVIEW_H
