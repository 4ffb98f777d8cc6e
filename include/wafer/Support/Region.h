//===- Region.h - Sets of PEs ---------------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A region is a set of PEs: a union of disjoint strided rectangles less a few
// points ("holes": dead PEs, owners inside a rectangle). All operations are
// exact, and their cost follows the number of rectangles and holes, never the
// number of PEs.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_SUPPORT_REGION_H
#define WAFER_SUPPORT_REGION_H

#include "wafer/Support/StridedRange.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <vector>

namespace wafer {

class Region {
public:
  Region() = default;
  /*implicit*/ Region(const StridedRect &rect);
  Region(StridedRange x, StridedRange y) : Region(StridedRect(x, y)) {}
  /// The union of `rects` (they may overlap) less `holes` (points outside the
  /// rectangles are ignored).
  static Region get(llvm::ArrayRef<StridedRect> rects,
                    llvm::ArrayRef<Point> holes = {});

  /// As get, for rectangles that are known to be disjoint (unchecked): the cost
  /// is near linear.
  static Region getDisjoint(llvm::ArrayRef<StridedRect> rects,
                            llvm::ArrayRef<Point> holes = {});

  /// The union of all, faster than one after the other.
  static Region unite(llvm::ArrayRef<Region> regions);

  /// Disjoint rectangles, sorted.
  llvm::ArrayRef<StridedRect> getRects() const { return rects; }
  /// Sorted points, each inside one of the rectangles.
  llvm::ArrayRef<Point> getHoles() const { return holes; }

  /// The region as disjoint rectangles alone: those with holes are split.
  llvm::SmallVector<StridedRect, 4> splitAtHoles() const;

  /// The number of PEs.
  int64_t size() const;
  bool empty() const { return rects.empty(); }
  bool contains(Point p) const;
  bool contains(const Region &other) const;
  bool isDisjoint(const Region &other) const;
  /// Equality as sets. operator== compares the representation.
  bool isEqual(const Region &other) const;

  Region intersect(const Region &other) const;
  Region subtract(const Region &other) const;
  Region unite(const Region &other) const;
  Region shift(int64_t dx, int64_t dy) const;
  /// The smallest rectangle without strides that holds the rectangles.
  StridedRect boundingBox() const;
  /// The first point, row by row; the region must not be empty.
  Point anyPoint() const;

  /// For tests and executors only: the cost is the number of PEs. Visits
  /// rectangle by rectangle, each row by row.
  void forEachPoint(llvm::function_ref<void(Point)> visit) const;

  bool operator==(const Region &o) const {
    return rects == o.rects && holes == o.holes;
  }
  bool operator!=(const Region &o) const { return !(*this == o); }
  bool operator<(const Region &o) const {
    return std::tie(rects, holes) < std::tie(o.rects, o.holes);
  }

private:
  bool inRects(Point p) const;
  bool isHole(Point p) const;
  /// Sorts, merges neighbours and drops holes outside the rectangles; the
  /// rectangles must be disjoint.
  void normalise();

  llvm::SmallVector<StridedRect, 2> rects;
  llvm::SmallVector<Point, 0> holes;
};

llvm::hash_code hash_value(const Region &region);

/// Prints `[0:16:2, 5] + [3, 4] less (3,2) (4,2)`; the empty region prints
/// `empty`.
llvm::raw_ostream &operator<<(llvm::raw_ostream &os, const Region &region);

/// Two regions that share a PE, as increasing indices: of all such pairs, the
/// one with the smallest second, then first index.
std::optional<std::pair<unsigned, unsigned>>
findOverlap(llvm::ArrayRef<Region> regions);

/// Merges disjoint rectangles where their union is a rectangle; sorts them.
void mergeRects(llvm::SmallVectorImpl<StridedRect> &rects);

/// Regions laid over each other.
struct Partition {
  struct Cell {
    Region region;
    /// Indices of the input regions that contain the cell, increasing; never
    /// empty.
    llvm::SmallVector<unsigned, 4> cover;
  };
  /// Disjoint; their union is the union of the inputs; no two with the same
  /// cover; sorted by cover.
  std::vector<Cell> cells;
};

/// Cuts the union of `regions` into the cells in which the set of covering
/// regions is constant.
Partition overlay(llvm::ArrayRef<Region> regions);

} // namespace wafer

#endif // WAFER_SUPPORT_REGION_H
