//===- ElementCounts.cpp - what tasks move on a stream ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementCounts.h"

#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;

//===----------------------------------------------------------------------===//
// NestCount
//===----------------------------------------------------------------------===//

NestCount::NestCount(ArrayRef<AffineExpr> counts, size_t indices)
    : numIndices(indices) {
  auto collect = [](AffineExpr expr, std::set<unsigned> &dims) {
    for (unsigned dim : {machine::kX, machine::kY, machine::kLaunch})
      if (expr.isFunctionOfDim(dim))
        dims.insert(dim);
  };
  llvm::IntEqClasses classes(indices);
  SmallVector<unsigned> indicesOf;
  for (auto [n, expr] : llvm::enumerate(counts)) {
    collect(expr, used);
    unsigned mask = n < indices ? 1u << n : 0;
    for (unsigned k = 0; k < indices; ++k)
      if (expr.isFunctionOfDim(machine::kIndex0 + k))
        mask |= 1u << k;
    indicesOf.push_back(mask);
    for (unsigned k = 0; k < indices; ++k)
      if (mask >> k & 1)
        classes.join(llvm::countr_zero(mask), k);
  }
  classes.compress();
  groups.resize(classes.getNumClasses());
  for (auto [n, expr] : llvm::enumerate(counts)) {
    Factor factor{CompiledExpr(expr), indicesOf[n]};
    if (factor.indices == 0) {
      factors.push_back(std::move(factor));
      continue;
    }
    Group &group = groups[classes[llvm::countr_zero(factor.indices)]];
    collect(expr, group.used);
    if (n < indices)
      group.loops.push_back({unsigned(n), std::move(factor)});
    else
      group.factors.push_back(std::move(factor));
  }
}

/// Iterations that are looked at for one sum.
static constexpr int64_t kMaxIterations = int64_t(1) << 24;

/// Counts below 0 mean that nothing is done (E2). Sums of huge ones wrap: equal
/// ones stay equal.
static uint64_t atLeastZero(int64_t value) {
  return std::max<int64_t>(value, 0);
}

/// The points of the loops from the k-th on, with their factors.
uint64_t NestCount::sum(const Group &group, size_t k,
                        MutableArrayRef<int64_t> values, int64_t &budget) {
  if (--budget < 0)
    return 0;
  if (k == group.loops.size()) {
    uint64_t product = 1;
    for (const Factor &factor : group.factors)
      product *= atLeastZero(factor.expr.evaluate(values));
    return product;
  }
  const Loop &loop = group.loops[k];
  int64_t count = atLeastZero(loop.count.expr.evaluate(values));
  auto uses = [&](const Factor &factor) {
    return factor.indices >> loop.index & 1;
  };
  bool isUsed = llvm::any_of(group.factors, uses);
  for (const Loop &inner : ArrayRef(group.loops).drop_front(k + 1))
    isUsed |= uses(inner.count);
  if (!isUsed)
    return count * sum(group, k + 1, values, budget);
  uint64_t total = 0;
  int64_t &index = values[machine::kIndex0 + loop.index];
  for (index = 0; index < count && budget >= 0; ++index)
    total += sum(group, k + 1, values, budget);
  return total;
}

std::optional<uint64_t> NestCount::at(Point pe, int64_t launch) {
  SmallVector<int64_t, 16> values = {pe.x, pe.y, launch};
  values.resize(machine::kIndex0 + numIndices);
  uint64_t result = 1;
  for (const Factor &factor : factors)
    result *= atLeastZero(factor.expr.evaluate(values));
  for (Group &group : groups) {
    if (result == 0)
      return result;
    std::array<int64_t, 3> key = {};
    for (unsigned dim : group.used)
      key[dim] = values[dim];
    auto [it, isNew] = group.sums.try_emplace(key);
    if (isNew) {
      int64_t budget = kMaxIterations;
      uint64_t total = sum(group, 0, values, budget);
      if (budget >= 0)
        it->second = total;
    }
    if (!it->second)
      return std::nullopt;
    result *= *it->second;
  }
  return result;
}

std::shared_ptr<NestCount> NestCounts::get(ArrayRef<AffineExpr> counts,
                                           size_t indices) {
  std::vector<const void *> key;
  for (auto [n, count] : llvm::enumerate(counts)) {
    if (n == indices)
      key.push_back(nullptr);
    key.push_back(count.getAsOpaquePointer());
  }
  std::shared_ptr<NestCount> &nest = nests[key];
  if (!nest)
    nest = std::make_shared<NestCount>(counts, indices);
  return nest;
}

//===----------------------------------------------------------------------===//
// StreamEnd
//===----------------------------------------------------------------------===//

void StreamEnd::addPart(Location location, const wafer::Region &on,
                        std::shared_ptr<NestCount> count) {
  parts.push_back({location, on, std::move(count)});
  region = region.unite(on);
  cells.clear();
}

void StreamEnd::addInstruction(pe::VectorOp op, const wafer::Region &on,
                               NestCounts &nests) {
  SmallVector<AffineExpr> counts;
  for (auto loop = op->getParentOfType<pe::LoopOp>(); loop;
       loop = loop->getParentOfType<pe::LoopOp>())
    counts.insert(counts.begin(), loop.getCount().getValue());
  size_t indices = counts.size();
  for (Attribute extent : op.getExtentsAttr())
    counts.push_back(cast<machine::ExprAttr>(extent).getValue());
  addPart(op.getLoc(), on, nests.get(counts, indices));
}

void StreamEnd::addFeed(pe::FeedOp feed, NestCounts &nests) {
  SmallVector<AffineExpr> counts;
  for (Attribute extent : feed.getExtents())
    counts.push_back(cast<machine::ExprAttr>(extent).getValue());
  addPart(feed.getLoc(), feed.getOn().getRegion(),
          nests.get(counts, counts.size()));
}

Location StreamEnd::getLocAt(Point pe) const {
  for (const Part &part : parts)
    if (part.region.contains(pe))
      return part.location;
  return getLoc();
}

bool StreamEnd::dependsOn(unsigned dim) const {
  return llvm::any_of(
      parts, [&](const Part &part) { return part.count->dependsOn(dim); });
}

const std::vector<StreamEnd::Cell> &StreamEnd::getCells() {
  if (!cells.empty())
    return cells;
  SmallVector<wafer::Region> regions;
  for (const Part &part : parts)
    regions.push_back(part.region);
  for (Partition::Cell &cell : overlay(regions).cells)
    cells.push_back({cell.region.splitAtHoles(), std::move(cell.cover)});
  return cells;
}

const std::vector<StreamEnd::Stretch> &StreamEnd::getLine(bool isRow,
                                                          int64_t at) {
  auto [it, isNew] = (isRow ? rows : columns).try_emplace(at);
  if (!isNew)
    return it->second;
  for (auto [index, cell] : llvm::enumerate(getCells()))
    for (const StridedRect &rect : cell.rects)
      if ((isRow ? rect.y : rect.x).contains(at))
        it->second.push_back({isRow ? rect.x : rect.y, unsigned(index)});
  return it->second;
}

std::optional<uint64_t> StreamEnd::countAt(Point pe, int64_t launch) {
  for (const Stretch &stretch : getLine(/*isRow=*/true, pe.y)) {
    if (!stretch.range.contains(pe.x))
      continue;
    uint64_t total = 0;
    for (unsigned part : cells[stretch.cell].parts) {
      std::optional<uint64_t> count = parts[part].count->at(pe, launch);
      if (!count)
        return std::nullopt;
      total += *count;
    }
    return total;
  }
  return 0;
}

void StreamEnd::addBorders(const StridedRect &area, std::set<int64_t> &xs,
                           std::set<int64_t> &ys) {
  auto meets = [](const StridedRange &a, const StridedRange &b) {
    return a.begin < b.end && b.begin < a.end;
  };
  for (const Cell &cell : getCells())
    for (const StridedRect &rect : cell.rects) {
      if (!meets(rect.x, area.x) || !meets(rect.y, area.y))
        continue;
      xs.insert({rect.x.begin, rect.x.last()});
      ys.insert({rect.y.begin, rect.y.last()});
    }
}

void StreamEnd::addBordersOfRow(int64_t y, std::set<int64_t> &xs) {
  for (const Stretch &stretch : getLine(/*isRow=*/true, y))
    xs.insert({stretch.range.begin, stretch.range.last()});
}

void StreamEnd::addOneOfEach(bool isRow, int64_t at, int64_t begin, int64_t end,
                             std::set<int64_t> &values) {
  llvm::SmallBitVector isFound(getCells().size());
  for (const Stretch &stretch : getLine(isRow, at)) {
    if (isFound.test(stretch.cell))
      continue;
    StridedRange here = stretch.range.clamp(begin, end);
    if (here.empty())
      continue;
    isFound.set(stretch.cell);
    values.insert(here.begin);
  }
}
