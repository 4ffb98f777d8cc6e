//===- MergeRects.cpp - Fewer rectangles for the same set -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rectangles that agree in one axis are merged along the other while their
// union is a strided range:
//   1. neighbours that continue each other:    0:4 + 4:8        -> 0:8
//   2. all residue classes of a stride:        0:7:3 + 1:8:3 + 2:9:3 -> 0:9
//   3. any two whose union is a range:         0 + 7            -> 0:8:7
// in this order, so that a far pair never takes a range from its neighbour.
// The passes over x and y alternate until nothing changes.
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Region.h"

#include "llvm/ADT/STLExtras.h"

using namespace wafer;
using llvm::SmallVector;
using llvm::SmallVectorImpl;

namespace {

/// The union of disjoint, non-empty ranges, if it is a range.
std::optional<StridedRange> uniteRanges(llvm::ArrayRef<StridedRange> ranges) {
  int64_t begin = ranges.front().begin, last = ranges.front().last();
  int64_t count = 0;
  for (const StridedRange &range : ranges) {
    begin = std::min(begin, range.begin);
    last = std::max(last, range.last());
    count += range.size();
  }
  if (count < 2 || (last - begin) % (count - 1) != 0)
    return std::nullopt;
  StridedRange all(begin, last + 1, (last - begin) / (count - 1));
  for (const StridedRange &range : ranges)
    if (!all.contains(range))
      return std::nullopt;
  return all;
}

/// True when the union keeps the stride of its parts (or is dense).
bool continues(const StridedRange &a, const StridedRange &b,
               const StridedRange &all) {
  return all.step == 1 || (a.size() > 1 && a.step == all.step) ||
         (b.size() > 1 && b.step == all.step);
}

/// One sweep over a sorted list: each range against the last one kept.
bool mergeNeighbours(SmallVectorImpl<StridedRange> &ranges, bool anyPair) {
  SmallVector<StridedRange, 8> kept;
  for (const StridedRange &range : ranges) {
    if (!kept.empty()) {
      auto all = uniteRanges({kept.back(), range});
      if (all && (anyPair || continues(kept.back(), range, *all))) {
        kept.back() = *all;
        continue;
      }
    }
    kept.push_back(range);
  }
  bool changed = kept.size() != ranges.size();
  ranges.assign(kept.begin(), kept.end());
  return changed;
}

/// Windows of k ranges with the stride s = k * d whose begins are d apart.
bool mergeResidueClasses(SmallVectorImpl<StridedRange> &ranges) {
  bool changed = false;
  for (size_t i = 0; i + 1 < ranges.size(); ++i) {
    int64_t stride = ranges[i].step;
    int64_t distance = ranges[i + 1].begin - ranges[i].begin;
    if (stride == 1 || distance <= 0 || stride % distance != 0)
      continue;
    size_t classes = stride / distance;
    if (classes < 2 || i + classes > ranges.size())
      continue;
    auto window = llvm::ArrayRef(ranges).slice(i, classes);
    if (auto all = uniteRanges(window)) {
      ranges[i] = *all;
      ranges.erase(ranges.begin() + i + 1, ranges.begin() + i + classes);
      changed = true;
    }
  }
  return changed;
}

} // namespace

void wafer::mergeRanges(SmallVectorImpl<StridedRange> &ranges) {
  bool changed = true;
  while (changed && ranges.size() > 1) {
    llvm::sort(ranges);
    changed = mergeNeighbours(ranges, /*anyPair=*/false) ||
              mergeResidueClasses(ranges) ||
              mergeNeighbours(ranges, /*anyPair=*/true);
  }
}

namespace {

/// Merges along `along` the rectangles that agree in `across`.
bool mergeAlong(SmallVectorImpl<StridedRect> &rects,
                StridedRange StridedRect::*along,
                StridedRange StridedRect::*across) {
  llvm::sort(rects, [&](const StridedRect &a, const StridedRect &b) {
    return std::tie(a.*across, a.*along) < std::tie(b.*across, b.*along);
  });
  SmallVector<StridedRect, 8> merged;
  for (size_t first = 0; first < rects.size();) {
    SmallVector<StridedRange, 8> ranges;
    size_t next = first;
    for (; next < rects.size() && rects[next].*across == rects[first].*across;
         ++next)
      ranges.push_back(rects[next].*along);
    mergeRanges(ranges);
    for (const StridedRange &range : ranges) {
      StridedRect rect = rects[first];
      rect.*along = range;
      merged.push_back(rect);
    }
    first = next;
  }
  bool changed = merged.size() != rects.size();
  rects.assign(merged.begin(), merged.end());
  return changed;
}

} // namespace

void wafer::mergeRects(SmallVectorImpl<StridedRect> &rects) {
  if (rects.size() < 2)
    return;
  bool changed = true;
  while (changed && rects.size() > 1) {
    changed = mergeAlong(rects, &StridedRect::x, &StridedRect::y);
    changed |= mergeAlong(rects, &StridedRect::y, &StridedRect::x);
  }
  llvm::sort(rects);
}
