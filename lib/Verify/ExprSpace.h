//===- ExprSpace.h - extremes of quasi-affine expressions -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The largest values of expressions over all PEs, launches and iterations,
// exactly, without visiting every combination. A quasi-affine expression is a
// sum of terms; dimensions that no division, constraint or trip count brings
// together are independent of each other, so that each such group is enumerated
// alone.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_EXPRSPACE_H
#define WAFER_LIB_VERIFY_EXPRSPACE_H

#include "dialects/Machine/Machine.h"

#include <map>
#include <memory>

namespace wafer::verify {

/// A point where an expression is large: values of the dimensions that matter.
using Place = std::map<unsigned, int64_t>;

/// Prints `PE (3,0), launch 1, i0 = 2`; `x` and `y` that do not matter are
/// those of `fallback`.
std::string describe(const Place &place, Point fallback);

class ExprSpace {
public:
  /// Values of expressions, and where.
  struct Extreme {
    llvm::SmallVector<int64_t, 2> values;
    Place place;
  };
  /// What a dimension can be.
  struct Dim {
    /// Never null where `count` is.
    std::shared_ptr<const std::vector<int64_t>> values;
    /// Of the values; 0 if there are none.
    int64_t low = 0, high = 0;
    /// Or else `low` to `count` - 1.
    mlir::AffineExpr count;
  };

  /// Dimension `dim` takes these values.
  void setValues(unsigned dim, std::vector<int64_t> values);
  /// Dimension `dim` takes the values `first` to `count` - 1; `count` may name
  /// other dimensions, but not in a circle.
  void setCount(unsigned dim, mlir::AffineExpr count, int64_t first = 0);
  /// Columns and rows of `rect` only.
  void restrictTo(const StridedRect &rect);
  /// Only points where `expr` is positive count.
  void addPositive(mlir::AffineExpr expr) { constraints.push_back(expr); }

  /// The vectors of values of `exprs` that no other one exceeds in every
  /// component; none if no point satisfies the constraints. nullopt if there
  /// are too many combinations to look at.
  std::optional<std::vector<Extreme>>
  maximise(llvm::ArrayRef<mlir::AffineExpr> exprs) const;

  /// The same among points where each dimension is at its first or last value:
  /// points of the space, but maybe not the largest.
  std::optional<std::vector<Extreme>>
  maximiseAtCorners(llvm::ArrayRef<mlir::AffineExpr> exprs) const;

  /// An upper bound of `expr`, by interval arithmetic; nullopt if there is none
  /// or if some part of it is too large.
  std::optional<int64_t> boundAbove(mlir::AffineExpr expr) const;

  const Dim *lookup(unsigned dim) const {
    auto it = dims.find(dim);
    return it == dims.end() ? nullptr : &it->second;
  }

private:
  struct Interval {
    int64_t low, high;
  };
  class Search;

  std::optional<Interval> bound(mlir::AffineExpr expr) const;

  std::map<unsigned, Dim> dims;
  llvm::SmallVector<mlir::AffineExpr> constraints;
};

/// A space with the columns and rows of a region (each column with each row,
/// even where the region does not have both) and the launches of a program.
ExprSpace makeSpace(const Region &region, int64_t launches);

/// The indices of the loops around an op of a task or program: i0 outermost.
void addLoops(ExprSpace &space, mlir::Operation *op);

/// The expression of dimension `dim`.
inline mlir::AffineExpr dimExpr(unsigned dim, mlir::MLIRContext *context) {
  return mlir::getAffineDimExpr(dim, context);
}

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_EXPRSPACE_H
