//===- Region.cpp - Sets of PEs -------------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Region.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cassert>

using namespace wafer;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

using RectList = SmallVector<StridedRect, 8>;

/// Removes every rectangle of `minus` from every rectangle of `from`.
RectList subtractRects(ArrayRef<StridedRect> from,
                       ArrayRef<StridedRect> minus) {
  RectList rest(from.begin(), from.end());
  for (const StridedRect &cut : minus) {
    RectList next;
    for (const StridedRect &rect : rest)
      llvm::append_range(next, rect.subtract(cut));
    rest = std::move(next);
    if (rest.empty())
      break;
  }
  return rest;
}

/// True where taking the point out is better kept as a hole: the rectangle
/// extends in both axes, so that splitting would make several rectangles.
bool prefersHole(const StridedRect &rect) {
  return rect.x.size() > 1 && rect.y.size() > 1;
}

} // namespace

Region::Region(const StridedRect &rect) {
  if (!rect.empty())
    rects.push_back(rect);
}

Region Region::get(ArrayRef<StridedRect> rects, ArrayRef<Point> holes) {
  Region region;
  for (const StridedRect &rect : rects)
    llvm::append_range(region.rects, subtractRects(rect, region.rects));
  region.holes.assign(holes.begin(), holes.end());
  region.normalise();
  return region;
}

Region Region::getDisjoint(ArrayRef<StridedRect> rects) {
  Region region;
  region.rects.assign(rects.begin(), rects.end());
  region.normalise();
  return region;
}

SmallVector<StridedRect, 4> Region::splitAtHoles() const {
  SmallVector<StridedRect, 4> split(rects.begin(), rects.end());
  for (Point hole : holes) {
    auto *rect = llvm::find_if(
        split, [&](const StridedRect &r) { return r.contains(hole); });
    auto rest = rect->subtract(StridedRect::single(hole));
    split.erase(rect);
    split.append(rest.begin(), rest.end());
  }
  return split;
}

bool Region::inRects(Point p) const {
  return llvm::any_of(
      rects, [&](const StridedRect &rect) { return rect.contains(p); });
}

void Region::normalise() {
  llvm::erase_if(rects, [](const StridedRect &rect) { return rect.empty(); });
  mergeRects(rects);
  if (holes.empty())
    return;
  llvm::sort(holes);
  holes.erase(std::unique(holes.begin(), holes.end()), holes.end());
  llvm::erase_if(holes, [&](Point p) { return !inRects(p); });
  // A hole in a rectangle of one row or column costs no more as a split.
  SmallVector<Point, 0> kept;
  bool split = false;
  for (Point hole : holes) {
    auto *rect = llvm::find_if(
        rects, [&](const StridedRect &r) { return r.contains(hole); });
    if (prefersHole(*rect)) {
      kept.push_back(hole);
      continue;
    }
    auto rest = rect->subtract(StridedRect::single(hole));
    rects.erase(rect);
    rects.append(rest.begin(), rest.end());
    split = true;
  }
  // A rectangle that consists of holes only vanishes.
  llvm::erase_if(rects, [&](const StridedRect &rect) {
    auto inRect = [&](Point p) { return rect.contains(p); };
    if (rect.size() > int64_t(kept.size()) ||
        llvm::count_if(kept, inRect) != rect.size())
      return false;
    llvm::erase_if(kept, inRect);
    return true;
  });
  holes = std::move(kept);
  if (split)
    llvm::sort(rects);
}

int64_t Region::size() const {
  int64_t count = -int64_t(holes.size());
  for (const StridedRect &rect : rects)
    count += rect.size();
  return count;
}

bool Region::contains(Point p) const {
  return inRects(p) && !llvm::is_contained(holes, p);
}

bool Region::contains(const Region &other) const {
  return other.subtract(*this).empty();
}

bool Region::isDisjoint(const Region &other) const {
  for (const StridedRect &a : rects)
    for (const StridedRect &b : other.rects) {
      StridedRect common = a.intersect(b);
      if (common.empty())
        continue;
      if (holes.empty() && other.holes.empty())
        return false;
      if (common.size() > int64_t(holes.size() + other.holes.size()))
        return false;
      if (!Region(common).intersect(*this).intersect(other).empty())
        return false;
    }
  return true;
}

bool Region::isEqual(const Region &other) const {
  return *this == other || (size() == other.size() && subtract(other).empty());
}

Region Region::intersect(const Region &other) const {
  Region result;
  for (const StridedRect &a : rects)
    for (const StridedRect &b : other.rects) {
      StridedRect common = a.intersect(b);
      if (!common.empty())
        result.rects.push_back(common);
    }
  llvm::append_range(result.holes, holes);
  llvm::append_range(result.holes, other.holes);
  result.normalise();
  return result;
}

Region Region::subtract(const Region &other) const {
  // Single points inside larger rectangles become holes, the rest is cut out.
  RectList cuts;
  Region result;
  result.holes = holes;
  for (const StridedRect &cut : other.rects) {
    if (cut.size() == 1)
      result.holes.push_back({cut.x.begin, cut.y.begin});
    else
      cuts.push_back(cut);
  }
  RectList rest = subtractRects(rects, cuts);
  result.rects.assign(rest.begin(), rest.end());
  // What `other` left out by holes stays here.
  for (Point hole : other.holes)
    if (contains(hole))
      result.rects.push_back(StridedRect::single(hole));
  result.normalise();
  return result;
}

Region Region::unite(const Region &other) const {
  if (empty())
    return other;
  if (other.empty())
    return *this;
  Region result;
  result.rects = rects;
  RectList added = subtractRects(other.rects, rects);
  result.rects.append(added.begin(), added.end());
  for (Point hole : holes)
    if (!other.contains(hole))
      result.holes.push_back(hole);
  for (Point hole : other.holes)
    if (!contains(hole))
      result.holes.push_back(hole);
  result.normalise();
  return result;
}

Region Region::shift(int64_t dx, int64_t dy) const {
  Region result = *this;
  for (StridedRect &rect : result.rects)
    rect = rect.shift(dx, dy);
  for (Point &hole : result.holes)
    hole = hole + Point{dx, dy};
  return result;
}

StridedRect Region::boundingBox() const {
  if (empty())
    return {};
  StridedRect box = rects.front().boundingBox();
  for (const StridedRect &rect : rects) {
    box.x = {std::min(box.x.begin, rect.x.begin),
             std::max(box.x.end, rect.x.end)};
    box.y = {std::min(box.y.begin, rect.y.begin),
             std::max(box.y.end, rect.y.end)};
  }
  return box;
}

Point Region::anyPoint() const {
  assert(!empty() && "an empty region has no point");
  std::optional<Point> first;
  for (const StridedRect &rect : rects) {
    // Among holes + 1 points of a rectangle, one is no hole.
    int64_t tries = holes.size() + 1;
    for (int64_t i = 0; i < std::min(tries, rect.size()); ++i) {
      Point p{rect.x.begin + i % rect.x.size() * rect.x.step,
              rect.y.begin + i / rect.x.size() * rect.y.step};
      if (llvm::is_contained(holes, p))
        continue;
      if (!first || p < *first)
        first = p;
      break;
    }
  }
  return *first;
}

void Region::forEachPoint(llvm::function_ref<void(Point)> visit) const {
  for (const StridedRect &rect : rects)
    for (int64_t y = rect.y.begin; y < rect.y.end; y += rect.y.step)
      for (int64_t x = rect.x.begin; x < rect.x.end; x += rect.x.step)
        if (!llvm::is_contained(holes, Point{x, y}))
          visit({x, y});
}

llvm::hash_code wafer::hash_value(const Region &region) {
  return llvm::hash_combine(llvm::hash_combine_range(region.getRects().begin(),
                                                     region.getRects().end()),
                            llvm::hash_combine_range(region.getHoles().begin(),
                                                     region.getHoles().end()));
}

llvm::raw_ostream &wafer::operator<<(llvm::raw_ostream &os,
                                     const Region &region) {
  if (region.empty())
    return os << "empty";
  llvm::interleave(
      region.getRects(), os, [&](const StridedRect &rect) { os << rect; },
      " + ");
  if (region.getHoles().empty())
    return os;
  os << " less";
  for (Point hole : region.getHoles())
    os << ' ' << hole;
  return os;
}
