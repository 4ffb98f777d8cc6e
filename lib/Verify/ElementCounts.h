//===- ElementCounts.h - what tasks move on a stream ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_ELEMENTCOUNTS_H
#define WAFER_LIB_VERIFY_ELEMENTCOUNTS_H

#include "CompiledExpr.h"
#include "dialects/Wafer/Wafer.h"

#include <map>
#include <set>

namespace wafer::verify {

/// The number of points of a nest of counts: each count may name x, y, launch
/// and the indices before it. Remembers values by the dimensions that matter.
class NestCount {
public:
  /// `counts[k]` is the number of values of index i<k>, for the first `indices`
  /// of them; the others are factors that may name all indices.
  NestCount(llvm::ArrayRef<mlir::AffineExpr> counts, size_t indices);

  bool dependsOn(unsigned dim) const { return used.count(dim); }
  /// nullopt if there are too many iterations to look at.
  std::optional<uint64_t> at(Point pe, int64_t launch);

private:
  uint64_t sum(size_t k, llvm::MutableArrayRef<int64_t> values,
               int64_t &budget) const;

  struct Factor {
    CompiledExpr expr;
    /// Bit k: depends on index i<k>.
    unsigned indices;
  };
  llvm::SmallVector<Factor> loops;
  /// Factors that depend on an index, and those that do not.
  llvm::SmallVector<Factor> inner, outer;
  std::set<unsigned> used, usedInside;
  std::map<std::array<int64_t, 3>, std::optional<uint64_t>> sums;
};

/// What one end of a stream moves: instructions of tasks, or feeds.
class StreamEnd {
public:
  void addInstruction(pe::VectorOp op, const Region &region);
  void addFeed(pe::FeedOp feed);

  bool empty() const { return parts.empty(); }
  const Region &getRegion() const { return region; }
  mlir::Location getLoc() const { return parts.front().location; }
  /// An instruction or feed that covers `pe`.
  mlir::Location getLocAt(Point pe) const;
  bool dependsOn(unsigned dim) const;
  /// Elements that `pe` moves in a launch; nullopt if they cannot be counted.
  std::optional<uint64_t> countAt(Point pe, int64_t launch);
  /// First and last coordinates of the rectangles of tasks that meet `area`:
  /// where the covering tasks change.
  void addBorders(const StridedRect &area, std::set<int64_t> &xs,
                  std::set<int64_t> &ys) const;
  /// The columns among them for one row.
  void addBordersOfRow(int64_t y, std::set<int64_t> &xs);
  void addBordersOfColumn(int64_t x, std::set<int64_t> &ys) const;

private:
  struct Part {
    mlir::Location location;
    Region region;
    NestCount count;
  };
  /// A stretch of a row that belongs to a part.
  struct Stretch {
    StridedRange x;
    unsigned part;
  };
  void addPart(mlir::Location location, const Region &region, NestCount count);
  const std::vector<Stretch> &getRow(int64_t y);

  std::vector<Part> parts;
  std::map<int64_t, std::vector<Stretch>> rows;
  Region region;
};

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_ELEMENTCOUNTS_H
