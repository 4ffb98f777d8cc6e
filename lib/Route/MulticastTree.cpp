//===- MulticastTree.cpp - The hops of one family of streams --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All streams of a family have the same tree up to translation. (Where a
// destination is absolute on an axis, sources that differ on that axis have
// common readers and can never share a colour: such pieces are split into
// single coordinates on that axis first, for which absolute is relative.) So a
// tree is computed once, at the origin, and the entries of the family are
// Minkowski sums of source range and tree cell, axis by axis.
//
// The streams of a family keep apart if and only if
//   (a) for each cell and axis, the sums s + a are all different: the steps'
//   least
//       common multiple exceeds the extent of the sources or of the cell;
//   (b) the sums of different cells are disjoint (within one tree they are).
//
//===----------------------------------------------------------------------===//

#include "MulticastTree.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace wafer;
using namespace wafer::route_detail;
using llvm::SmallVector;

namespace {

/// Mirrors the mesh at its diagonal.
StridedRect transpose(const StridedRect &rect) { return {rect.y, rect.x}; }

Direction transpose(Direction direction) {
  switch (direction) {
  case Direction::North:
    return Direction::West;
  case Direction::West:
    return Direction::North;
  case Direction::South:
    return Direction::East;
  case Direction::East:
    return Direction::South;
  case Direction::Ramp:
    return Direction::Ramp;
  }
  llvm_unreachable("unknown direction");
}

/// The tree with its trunk along x.
MulticastTree buildComb(llvm::ArrayRef<StridedRect> readers) {
  int64_t west = 0, east = 0;
  SmallVector<StridedRect> toSouth, toNorth, fromNorth, fromSouth;
  for (const StridedRect &r : readers) {
    west = std::min(west, r.x.begin);
    east = std::max(east, r.x.last());
    // A tooth of the comb passes its wavelets on up to its last reader.
    toSouth.push_back({r.x, {0, r.y.last()}});
    fromNorth.push_back({r.x, {1, r.y.last() + 1}});
    toNorth.push_back({r.x, {r.y.begin + 1, 1}});
    fromSouth.push_back({r.x, {r.y.begin, 0}});
  }
  StridedRange row = StridedRange::single(0);
  // In the order of Direction: first the outputs, then the inputs.
  Region layers[] = {Region::get(toNorth),       Region::get(toSouth),
                     Region({0, east}, row),     Region({west + 1, 1}, row),
                     Region::get(readers),       Region::get(fromNorth),
                     Region::get(fromSouth),     Region({west, 0}, row),
                     Region({1, east + 1}, row), Region(row, row)};
  constexpr unsigned numDirections = 5;
  MulticastTree tree;
  for (const Partition::Cell &cell : overlay(layers).cells) {
    TreeCell action;
    for (unsigned layer : cell.cover) {
      if (layer < numDirections)
        action.outputs.insert(static_cast<Direction>(layer));
      else
        action.input = static_cast<Direction>(layer - numDirections);
    }
    for (const StridedRect &rect : cell.region.splitAtHoles()) {
      action.rect = rect;
      tree.cells.push_back(action);
    }
  }
  return tree;
}

/// The sums of an element of each, if they are all different.
std::optional<SmallVector<StridedRange, 4>> addRanges(const StridedRange &a,
                                                      const StridedRange &b) {
  int64_t reach = std::min(a.last() - a.begin, b.last() - b.begin);
  if (reach > 0 && std::lcm(a.step, b.step) <= reach)
    return std::nullopt;
  const StridedRange &few = a.size() < b.size() ? a : b;
  const StridedRange &many = a.size() < b.size() ? b : a;
  SmallVector<StridedRange, 4> sums;
  for (int64_t value = few.begin; value < few.end; value += few.step)
    sums.push_back(many.shift(value));
  mergeRanges(sums);
  return sums;
}

std::optional<SmallVector<StridedRect, 1>> addRects(const StridedRect &a,
                                                    const StridedRect &b) {
  auto xs = addRanges(a.x, b.x), ys = addRanges(a.y, b.y);
  if (!xs || !ys)
    return std::nullopt;
  SmallVector<StridedRect, 1> sums;
  for (const StridedRange &y : *ys)
    for (const StridedRange &x : *xs)
      sums.push_back({x, y});
  return sums;
}

bool meet(const PlacedCell &a, const PlacedCell &b) {
  for (const StridedRect &rectA : a.rects)
    for (const StridedRect &rectB : b.rects)
      if (!rectA.intersect(rectB).empty())
        return true;
  return false;
}

/// The residue class `residue` mod `modulus` of the sources, by position.
StridedRange residueClass(const StridedRange &range, int64_t residue,
                          int64_t modulus) {
  return {range.begin + residue * range.step, range.end, range.step * modulus};
}

/// The readers of a stream with its source at (0,0). On an axis with an
/// absolute destination, `sources` has one coordinate.
Region relativeReaders(const StreamPiece &piece, const StridedRect &sources) {
  Point source{sources.x.begin, sources.y.begin};
  return piece.readersOf(source).shift(-source.x, -source.y);
}

/// Sources as rectangles on which all destinations are relative.
SmallVector<StridedRect> splitAbsoluteAxes(const StreamPiece &piece) {
  auto isAbsolute = [&](AxisSpan Destination::*axis) {
    return llvm::any_of(piece.destinations, [&](const Destination &d) {
      return !(d.*axis).relative;
    });
  };
  auto split = [](const StridedRange &range, bool absolute) {
    SmallVector<StridedRange> parts;
    if (!absolute)
      parts.push_back(range);
    else
      for (int64_t v = range.begin; v < range.end; v += range.step)
        parts.push_back(StridedRange::single(v));
    return parts;
  };
  SmallVector<StridedRect> rects;
  for (const StridedRange &y :
       split(piece.sources.y, isAbsolute(&Destination::y)))
    for (const StridedRange &x :
         split(piece.sources.x, isAbsolute(&Destination::x)))
      rects.push_back({x, y});
  return rects;
}

/// The families of sources that differ only by translation.
std::optional<std::vector<Family>> splitResidues(const StridedRect &sources,
                                                 const MulticastTree &tree,
                                                 int64_t maxFamilies) {
  for (int64_t product = 1; product <= maxFamilies; ++product) {
    for (int64_t mx = 1; mx <= product; ++mx) {
      int64_t my = product / mx;
      if (mx * my != product || mx > sources.x.size() || my > sources.y.size())
        continue;
      std::vector<Family> families;
      for (int64_t i = 0; i < product; ++i) {
        // Class 0 is the largest: if it can be placed, all can.
        auto family = placeFamily({residueClass(sources.x, i % mx, mx),
                                   residueClass(sources.y, i / mx, my)},
                                  tree);
        if (!family)
          break;
        families.push_back(std::move(*family));
      }
      if (int64_t(families.size()) == product)
        return families;
    }
  }
  return std::nullopt;
}

} // namespace

MulticastTree MulticastTree::build(const Region &readers,
                                   std::optional<Direction> fromPort,
                                   TreeShape shape) {
  auto rects = readers.splitAtHoles();
  bool yFirst = shape == TreeShape::YFirst;
  if (yFirst)
    for (StridedRect &rect : rects)
      rect = transpose(rect);
  MulticastTree tree = buildComb(rects);
  for (TreeCell &cell : tree.cells) {
    if (yFirst) {
      cell.rect = transpose(cell.rect);
      cell.input = transpose(cell.input);
      DirectionSet outputs;
      for (Direction output : cell.outputs)
        outputs.insert(transpose(output));
      cell.outputs = outputs;
    }
    if (cell.input == Direction::Ramp && fromPort)
      cell.input = *fromPort;
  }
  llvm::sort(tree.cells, [](const TreeCell &a, const TreeCell &b) {
    return a.rect < b.rect;
  });
  return tree;
}

const MulticastTree &TreeCache::get(const Region &readers,
                                    std::optional<Direction> fromPort,
                                    TreeShape shape) {
  // Along one line through the source, both shapes are the same tree.
  StridedRect box = readers.boundingBox();
  StridedRange source = StridedRange::single(0);
  if (source.contains(box.x) || source.contains(box.y))
    shape = TreeShape::XFirst;
  auto [entry, isNew] = trees.try_emplace({readers, fromPort, shape});
  if (isNew)
    entry->second = MulticastTree::build(readers, fromPort, shape);
  return entry->second;
}

bool MulticastTree::isLine() const {
  StridedRange source = StridedRange::single(0);
  return llvm::all_of(cells,
                      [&](const TreeCell &c) { return c.rect.x == source; }) ||
         llvm::all_of(cells,
                      [&](const TreeCell &c) { return c.rect.y == source; });
}

int64_t MulticastTree::size() const {
  int64_t count = 0;
  for (const TreeCell &cell : cells)
    count += cell.rect.size();
  return count;
}

Region Family::footprint() const {
  SmallVector<StridedRect> rects;
  for (const PlacedCell &cell : cells)
    llvm::append_range(rects, cell.rects);
  return Region::getDisjoint(rects);
}

bool Family::meets(const Family &other) const {
  if (box.intersect(other.box).empty())
    return false;
  for (const PlacedCell &cell : cells)
    for (const PlacedCell &otherCell : other.cells)
      if (meet(cell, otherCell))
        return true;
  return false;
}

std::optional<Family> route_detail::placeFamily(const StridedRect &sources,
                                                const MulticastTree &tree) {
  Family family;
  family.sources = sources;
  family.tree = tree;
  for (const TreeCell &cell : tree.cells) {
    auto rects = addRects(sources, cell.rect);
    if (!rects)
      return std::nullopt;
    PlacedCell placed{std::move(*rects), cell.input, cell.outputs};
    for (const PlacedCell &earlier : family.cells)
      if (meet(earlier, placed))
        return std::nullopt;
    family.cells.push_back(std::move(placed));
  }
  StridedRect &box = family.box;
  for (const TreeCell &cell : tree.cells) {
    StridedRange x(sources.x.begin + cell.rect.x.begin,
                   sources.x.last() + cell.rect.x.last() + 1);
    StridedRange y(sources.y.begin + cell.rect.y.begin,
                   sources.y.last() + cell.rect.y.last() + 1);
    box =
        box.empty()
            ? StridedRect(x, y)
            : StridedRect(
                  {std::min(box.x.begin, x.begin), std::max(box.x.end, x.end)},
                  {std::min(box.y.begin, y.begin), std::max(box.y.end, y.end)});
  }
  return family;
}

std::optional<std::vector<Family>>
route_detail::splitPiece(const StreamPiece &piece, TreeShape shape,
                         unsigned maxFamilies, TreeCache &trees) {
  std::vector<Family> families;
  SmallVector<StridedRect> parts = splitAbsoluteAxes(piece);
  for (const StridedRect &sources : parts) {
    const MulticastTree &tree =
        trees.get(relativeReaders(piece, sources), piece.fromPort, shape);
    auto part = splitResidues(sources, tree, maxFamilies);
    if (!part)
      return std::nullopt;
    llvm::append_range(families, *part);
  }
  return families;
}

bool route_detail::areSameChannels(const Family &a, const Family &b) {
  if (!(a.tree == b.tree))
    return false;
  if (a.sources == b.sources)
    return true;
  for (const StridedRect &onlyA : a.sources.subtract(b.sources))
    for (const StridedRect &onlyB : b.sources.subtract(a.sources))
      if (placeFamily(onlyA, a.tree)->meets(*placeFamily(onlyB, b.tree)))
        return false;
  return true;
}
