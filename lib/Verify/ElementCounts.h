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
#include <memory>
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
  struct Factor {
    CompiledExpr expr;
    /// Bit k: depends on index i<k>.
    unsigned indices;
  };
  struct Loop {
    unsigned index;
    Factor count;
  };
  /// Loops that no factor connects with others. The number of points of a nest
  /// is the product of the groups' numbers.
  struct Group {
    llvm::SmallVector<Loop> loops;
    llvm::SmallVector<Factor> factors;
    std::set<unsigned> used;
    std::map<std::array<int64_t, 3>, std::optional<uint64_t>> sums;
  };

  static uint64_t sum(const Group &group, size_t k,
                      llvm::MutableArrayRef<int64_t> values, int64_t &budget);

  unsigned numIndices;
  std::vector<Group> groups;
  /// Factors that depend on no index.
  llvm::SmallVector<Factor> factors;
  std::set<unsigned> used;
};

/// Nests by their counts: many tasks have the same ones.
class NestCounts {
public:
  std::shared_ptr<NestCount> get(llvm::ArrayRef<mlir::AffineExpr> counts,
                                 size_t indices);

private:
  std::map<std::vector<const void *>, std::shared_ptr<NestCount>> nests;
};

/// What one end of a stream moves: instructions of tasks, or feeds.
class StreamEnd {
public:
  void addInstruction(pe::VectorOp op, const Region &region, NestCounts &nests);
  void addFeed(pe::FeedOp feed, NestCounts &nests);

  bool empty() const { return parts.empty(); }
  const Region &getRegion() const { return region; }
  mlir::Location getLoc() const { return parts.front().location; }
  /// An instruction or feed that covers `pe`.
  mlir::Location getLocAt(Point pe) const;
  bool dependsOn(unsigned dim) const;
  /// Elements that `pe` moves in a launch; nullopt if they cannot be counted.
  std::optional<uint64_t> countAt(Point pe, int64_t launch);
  /// First and last coordinates of the rectangles that meet `area`, in each of
  /// which the covering instructions are the same.
  void addBorders(const StridedRect &area, std::set<int64_t> &xs,
                  std::set<int64_t> &ys);
  /// The columns among them for one row.
  void addBordersOfRow(int64_t y, std::set<int64_t> &xs);
  /// A value in [begin, end) for each set of instructions that cover PEs of row
  /// `at`, or of column `at`, there.
  void addOneOfEach(bool isRow, int64_t at, int64_t begin, int64_t end,
                    std::set<int64_t> &values);

private:
  struct Part {
    mlir::Location location;
    Region region;
    std::shared_ptr<NestCount> count;
  };
  /// PEs that the same parts cover.
  struct Cell {
    llvm::SmallVector<StridedRect, 4> rects;
    llvm::SmallVector<unsigned, 4> parts;
  };
  /// A stretch of a row or column that belongs to a cell.
  struct Stretch {
    StridedRange range;
    unsigned cell;
  };
  using Lines = std::map<int64_t, std::vector<Stretch>>;

  void addPart(mlir::Location location, const Region &region,
               std::shared_ptr<NestCount> count);
  const std::vector<Cell> &getCells();
  const std::vector<Stretch> &getLine(bool isRow, int64_t at);

  std::vector<Part> parts;
  std::vector<Cell> cells; // of the parts so far, or none
  Lines rows, columns;
  Region region;
};

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_ELEMENTCOUNTS_H
