//===- Region.cpp - Sets of PEs -------------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Region.h"

#include "RectSweep.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cassert>

using namespace wafer;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

using RectList = SmallVector<StridedRect, 8>;

/// `rect` less `cuts`, in no particular order.
RectList cutOut(const StridedRect &rect, ArrayRef<StridedRect> cuts) {
  RectList pieces = {rect};
  for (const StridedRect &cut : cuts) {
    // New pieces are behind the cut: they need no second look.
    for (size_t i = 0, e = pieces.size(); i < e;) {
      if (pieces[i].intersect(cut).empty()) {
        ++i;
        continue;
      }
      auto rest = pieces[i].subtract(cut);
      pieces[i] = pieces[--e];
      pieces[e] = pieces.back();
      pieces.pop_back();
      llvm::append_range(pieces, rest);
    }
  }
  return pieces;
}

/// Removes every rectangle of `minus` from every rectangle of `from`.
RectList subtractRects(ArrayRef<StridedRect> from,
                       ArrayRef<StridedRect> minus) {
  SmallVector<SmallVector<unsigned, 4>, 0> cuts(from.size());
  visitOverlaps(from, minus, [&](unsigned i, unsigned j) {
    cuts[i].push_back(j);
    return true;
  });
  RectList rest;
  for (auto [rect, indices] : llvm::zip_equal(from, cuts)) {
    if (indices.empty()) {
      rest.push_back(rect);
      continue;
    }
    llvm::sort(indices);
    auto own =
        llvm::map_to_vector(indices, [&](unsigned j) { return minus[j]; });
    llvm::append_range(rest, cutOut(rect, own));
  }
  return rest;
}

/// The union as disjoint rectangles: each less those before it.
RectList makeDisjoint(ArrayRef<StridedRect> rects) {
  SmallVector<std::pair<unsigned, unsigned>, 0> pairs; // later, earlier
  visitOverlaps(rects, [&](unsigned i, unsigned j) {
    pairs.push_back({j, i});
    return true;
  });
  llvm::sort(pairs);
  RectList result;
  auto *pair = pairs.begin();
  for (unsigned i = 0; i < rects.size(); ++i) {
    RectList earlier;
    for (; pair != pairs.end() && pair->first == i; ++pair)
      earlier.push_back(rects[pair->second]);
    if (earlier.empty())
      result.push_back(rects[i]);
    else
      llvm::append_range(result, cutOut(rects[i], earlier));
  }
  return result;
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
  return getDisjoint(makeDisjoint(rects), holes);
}

Region Region::getDisjoint(ArrayRef<StridedRect> rects, ArrayRef<Point> holes) {
  Region region;
  region.rects.assign(rects.begin(), rects.end());
  region.holes.assign(holes.begin(), holes.end());
  region.normalise();
  return region;
}

Region Region::unite(ArrayRef<Region> regions) {
  bool hasHoles = llvm::any_of(
      regions, [](const Region &region) { return !region.holes.empty(); });
  Region result;
  if (hasHoles) {
    for (const Region &region : regions)
      result = result.unite(region);
    return result;
  }
  RectList rects;
  for (const Region &region : regions)
    llvm::append_range(rects, region.rects);
  return get(rects);
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

bool Region::isHole(Point p) const {
  return std::binary_search(holes.begin(), holes.end(), p);
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

bool Region::contains(Point p) const { return inRects(p) && !isHole(p); }

bool Region::contains(const Region &other) const {
  if (rects.size() == 1 && holes.empty() &&
      llvm::all_of(other.rects, [&](const StridedRect &rect) {
        return rects.front().contains(rect);
      }))
    return true;
  // Disjoint rectangles hold as many points of others as they have in common.
  if (holes.empty()) {
    int64_t common = 0, all = other.size() + int64_t(other.holes.size());
    visitOverlaps(rects, other.rects, [&](unsigned i, unsigned j) {
      common += rects[i].intersect(other.rects[j]).size();
      return true;
    });
    if (common == all || other.holes.empty())
      return common == all;
  }
  return other.subtract(*this).empty();
}

bool Region::isDisjoint(const Region &other) const {
  return visitOverlaps(rects, other.rects, [&](unsigned i, unsigned j) {
    StridedRect common = rects[i].intersect(other.rects[j]);
    if (common.empty())
      return true;
    if (common.size() > int64_t(holes.size() + other.holes.size()))
      return false;
    return Region(common).intersect(*this).intersect(other).empty();
  });
}

bool Region::isEqual(const Region &other) const {
  return *this == other || (size() == other.size() && subtract(other).empty());
}

Region Region::intersect(const Region &other) const {
  Region result;
  visitOverlaps(rects, other.rects, [&](unsigned i, unsigned j) {
    StridedRect common = rects[i].intersect(other.rects[j]);
    if (!common.empty())
      result.rects.push_back(common);
    return true;
  });
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
      if (isHole(p))
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
        if (holes.empty() || !isHole({x, y}))
          visit({x, y});
}

std::optional<std::pair<unsigned, unsigned>>
wafer::findOverlap(ArrayRef<Region> regions) {
  RectList rects;
  SmallVector<unsigned, 0> owners;
  for (auto [i, region] : llvm::enumerate(regions)) {
    llvm::append_range(rects, region.getRects());
    owners.append(region.getRects().size(), i);
  }
  std::optional<std::pair<unsigned, unsigned>> first; // later, earlier
  visitOverlaps(rects, [&](unsigned i, unsigned j) {
    // Owners grow with the indices.
    std::pair<unsigned, unsigned> pair = {owners[j], owners[i]};
    if (pair.first == pair.second || (first && *first <= pair))
      return true;
    StridedRect common = rects[i].intersect(rects[j]);
    if (common.empty())
      return true;
    const Region &a = regions[pair.first], &b = regions[pair.second];
    if ((a.getHoles().empty() && b.getHoles().empty()) || !a.isDisjoint(b))
      first = pair;
    return true;
  });
  if (!first)
    return std::nullopt;
  return std::make_pair(first->second, first->first);
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
