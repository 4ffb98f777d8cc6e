//===- MulticastTree.h - The hops of one family of streams ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_ROUTE_MULTICASTTREE_H
#define WAFER_LIB_ROUTE_MULTICASTTREE_H

#include "wafer/Route/RouteProblem.h"

#include <map>

namespace wafer::route_detail {

/// Which axis the trunk of a comb follows; the teeth follow the other.
enum class TreeShape : uint8_t { XFirst, YFirst };

/// PEs (relative to the source) with the same entry.
struct TreeCell {
  StridedRect rect;
  Direction input = Direction::Ramp;
  DirectionSet outputs;

  bool operator==(const TreeCell &o) const {
    return rect == o.rect && input == o.input && outputs == o.outputs;
  }
};

/// The hops from a source at (0,0) to its readers: a trunk along the source's
/// row (XFirst) and teeth along the columns of readers. The cells are disjoint.
struct MulticastTree {
  llvm::SmallVector<TreeCell, 8> cells;

  static MulticastTree build(const Region &readers,
                             std::optional<Direction> fromPort,
                             TreeShape shape);
  /// The number of PEs that a stream passes.
  int64_t size() const;
  /// True if it stays in the row or the column of its source: both shapes of
  /// its readers are this tree.
  bool isLine() const;
  bool operator==(const MulticastTree &o) const { return cells == o.cells; }
};

/// Trees built before: most pieces of a net differ by translation only.
class TreeCache {
public:
  const MulticastTree &get(const Region &readers,
                           std::optional<Direction> fromPort, TreeShape shape);

private:
  std::map<std::tuple<Region, std::optional<Direction>, TreeShape>,
           MulticastTree>
      trees;
};

/// Entries of a family: one tree cell over all sources.
struct PlacedCell {
  llvm::SmallVector<StridedRect, 1> rects;
  Direction input;
  DirectionSet outputs;
};

/// The same tree at every source. Placed, so no two of its streams meet.
struct Family {
  unsigned net = 0;
  unsigned piece = 0;
  StridedRect sources;
  MulticastTree tree;
  llvm::SmallVector<PlacedCell, 8> cells;
  /// The extent of all cells.
  StridedRect box;

  Region footprint() const;
  bool meets(const Family &other) const;
};

/// Lays the tree at every source; fails if two of the streams meet.
std::optional<Family> placeFamily(const StridedRect &sources,
                                  const MulticastTree &tree);

/// Places the streams of a piece as few families, each of which can have one
/// colour: the sources are split into the residue classes mod (mx, my) with the
/// smallest mx * my that keeps the streams of a class apart. Fails when more
/// than `maxFamilies` are needed.
std::optional<std::vector<Family>> splitPiece(const StreamPiece &piece,
                                              TreeShape shape,
                                              unsigned maxFamilies,
                                              TreeCache &trees);

/// Two families with the same tree may share a colour as the same channels: the
/// streams of sources that are not in both keep apart.
bool areSameChannels(const Family &a, const Family &b);

} // namespace wafer::route_detail

#endif // WAFER_LIB_ROUTE_MULTICASTTREE_H
