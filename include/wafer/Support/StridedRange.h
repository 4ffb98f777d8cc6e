//===- StridedRange.h - Ranges and rectangles with strides ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_SUPPORT_STRIDEDRANGE_H
#define WAFER_SUPPORT_STRIDEDRANGE_H

#include "wafer/Support/Geometry.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace wafer {

/// The integers begin, begin+step, … below end. Always canonical, so that equal
/// sets have equal fields: end is the last element plus one, the step of a
/// range with one element is 1, and the empty range is 0:0:1.
struct StridedRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t step = 1;

  StridedRange() = default;
  /// Half open; `step` must be positive. An `end` at or before `begin` makes
  /// the empty range.
  StridedRange(int64_t begin, int64_t end, int64_t step = 1);
  static StridedRange single(int64_t value) { return {value, value + 1}; }

  int64_t size() const { return (end - begin + step - 1) / step; }
  bool empty() const { return begin == end; }
  /// The largest element; the range must not be empty.
  int64_t last() const { return end - 1; }
  bool contains(int64_t value) const {
    return value >= begin && value < end && (value - begin) % step == 0;
  }
  bool contains(const StridedRange &other) const;

  /// Exact, by the Chinese remainder theorem.
  StridedRange intersect(const StridedRange &other) const;
  /// Exact; disjoint ranges, in order of their begin. A stride inside a stride
  /// leaves one range for each residue class or each gap, whichever is fewer.
  llvm::SmallVector<StridedRange, 4> subtract(const StridedRange &other) const;
  /// The elements in [low, high).
  StridedRange clamp(int64_t low, int64_t high) const;
  StridedRange shift(int64_t offset) const;

  bool operator==(const StridedRange &o) const {
    return begin == o.begin && end == o.end && step == o.step;
  }
  bool operator!=(const StridedRange &o) const { return !(*this == o); }
  bool operator<(const StridedRange &o) const {
    return std::tie(begin, end, step) < std::tie(o.begin, o.end, o.step);
  }
};

inline llvm::hash_code hash_value(const StridedRange &r) {
  return llvm::hash_combine(r.begin, r.end, r.step);
}

/// Prints `b:e`, `b:e:s`, or `b` for a single element.
llvm::raw_ostream &operator<<(llvm::raw_ostream &os, const StridedRange &range);

/// Merges disjoint ranges where their union is a range; sorts them.
void mergeRanges(llvm::SmallVectorImpl<StridedRange> &ranges);

/// The product of two strided ranges. Canonical: empty in one axis means empty
/// in both.
struct StridedRect {
  StridedRange x;
  StridedRange y;

  StridedRect() = default;
  StridedRect(StridedRange x, StridedRange y);
  static StridedRect single(Point p) {
    return {StridedRange::single(p.x), StridedRange::single(p.y)};
  }

  int64_t size() const { return x.size() * y.size(); }
  bool empty() const { return x.empty(); }
  bool contains(Point p) const { return x.contains(p.x) && y.contains(p.y); }
  bool contains(const StridedRect &o) const {
    return o.empty() || (x.contains(o.x) && y.contains(o.y));
  }
  StridedRect intersect(const StridedRect &other) const;
  /// Exact; disjoint rectangles in a fixed order.
  llvm::SmallVector<StridedRect, 4> subtract(const StridedRect &other) const;
  StridedRect shift(int64_t dx, int64_t dy) const;
  /// The same extent without strides.
  StridedRect boundingBox() const;

  bool operator==(const StridedRect &o) const { return x == o.x && y == o.y; }
  bool operator!=(const StridedRect &o) const { return !(*this == o); }
  /// Row by row: by y, then by x.
  bool operator<(const StridedRect &o) const {
    return std::tie(y, x) < std::tie(o.y, o.x);
  }
};

inline llvm::hash_code hash_value(const StridedRect &r) {
  return llvm::hash_combine(r.x, r.y);
}

/// Prints `[x, y]`, for instance `[0:4, 0:3]`.
llvm::raw_ostream &operator<<(llvm::raw_ostream &os, const StridedRect &rect);

} // namespace wafer

#endif // WAFER_SUPPORT_STRIDEDRANGE_H
