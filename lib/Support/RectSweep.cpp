//===- RectSweep.cpp - Pairs of rectangles that meet ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RectSweep.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace wafer;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::SmallVectorImpl;

namespace {

/// Below this many pairs, testing each is faster than sorting.
constexpr size_t kFewPairs = 64;

bool overlap(const StridedRange &a, const StridedRange &b) {
  return a.begin < b.end && b.begin < a.end;
}

bool overlap(const StridedRect &a, const StridedRect &b) {
  return overlap(a.x, b.x) && overlap(a.y, b.y);
}

/// How many rectangles lie over a line across the axis, on average.
double depth(ArrayRef<StridedRect> rects, StridedRange StridedRect::*axis) {
  int64_t begin = (rects.front().*axis).begin, end = begin, sum = 0;
  for (const StridedRect &rect : rects) {
    const StridedRange &range = rect.*axis;
    begin = std::min(begin, range.begin);
    end = std::max(end, range.end);
    sum += range.end - range.begin;
  }
  return double(sum) / double(std::max<int64_t>(end - begin, 1));
}

/// A rectangle on its way through the sweep.
struct Item {
  int64_t begin, end; // in the axis of the sweep
  unsigned index;
  bool isRight;
};

/// Visits the active items that overlap `range` across the sweep; drops those
/// that ended before `begin`.
template <typename Visit>
bool visitActive(SmallVectorImpl<Item> &active, int64_t begin, Visit visit) {
  for (size_t i = 0; i < active.size();) {
    if (active[i].end <= begin) {
      active[i] = active.back();
      active.pop_back();
      continue;
    }
    if (!visit(active[i].index))
      return false;
    ++i;
  }
  return true;
}

} // namespace

bool wafer::visitOverlaps(ArrayRef<StridedRect> left,
                          ArrayRef<StridedRect> right, VisitPair visit) {
  if (left.size() * right.size() <= kFewPairs) {
    for (unsigned i = 0; i < left.size(); ++i)
      for (unsigned j = 0; j < right.size(); ++j)
        if (overlap(left[i], right[j]) && !visit(i, j))
          return false;
    return true;
  }
  bool alongX = depth(left, &StridedRect::x) + depth(right, &StridedRect::x) <
                depth(left, &StridedRect::y) + depth(right, &StridedRect::y);
  auto along = alongX ? &StridedRect::x : &StridedRect::y;
  auto across = alongX ? &StridedRect::y : &StridedRect::x;
  SmallVector<Item, 0> items;
  items.reserve(left.size() + right.size());
  for (auto [i, rect] : llvm::enumerate(left))
    items.push_back(
        {(rect.*along).begin, (rect.*along).end, unsigned(i), false});
  for (auto [i, rect] : llvm::enumerate(right))
    items.push_back(
        {(rect.*along).begin, (rect.*along).end, unsigned(i), true});
  llvm::sort(items,
             [](const Item &a, const Item &b) { return a.begin < b.begin; });
  SmallVector<Item, 0> activeLeft, activeRight;
  for (const Item &item : items) {
    const StridedRect &own = (item.isRight ? right : left)[item.index];
    ArrayRef<StridedRect> others = item.isRight ? left : right;
    bool goOn = visitActive(item.isRight ? activeLeft : activeRight, item.begin,
                            [&](unsigned other) {
                              if (!overlap(own.*across, others[other].*across))
                                return true;
                              return item.isRight ? visit(other, item.index)
                                                  : visit(item.index, other);
                            });
    if (!goOn)
      return false;
    (item.isRight ? activeRight : activeLeft).push_back(item);
  }
  return true;
}

bool wafer::visitOverlaps(ArrayRef<StridedRect> rects, VisitPair visit) {
  if (rects.size() < 2)
    return true;
  bool alongX = depth(rects, &StridedRect::x) < depth(rects, &StridedRect::y);
  auto along = alongX ? &StridedRect::x : &StridedRect::y;
  auto across = alongX ? &StridedRect::y : &StridedRect::x;
  SmallVector<Item, 0> items, active;
  for (auto [i, rect] : llvm::enumerate(rects))
    items.push_back(
        {(rect.*along).begin, (rect.*along).end, unsigned(i), false});
  llvm::sort(items,
             [](const Item &a, const Item &b) { return a.begin < b.begin; });
  for (const Item &item : items) {
    bool goOn = visitActive(active, item.begin, [&](unsigned other) {
      if (!overlap(rects[item.index].*across, rects[other].*across))
        return true;
      return visit(std::min(item.index, other), std::max(item.index, other));
    });
    if (!goOn)
      return false;
    active.push_back(item);
  }
  return true;
}
