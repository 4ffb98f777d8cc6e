//===- ElementCounts.cpp - what tasks move on a stream ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementCounts.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;

//===----------------------------------------------------------------------===//
// NestCount
//===----------------------------------------------------------------------===//

NestCount::NestCount(ArrayRef<AffineExpr> counts, size_t indices) {
  auto collect = [](AffineExpr expr, std::set<unsigned> &dims) {
    for (unsigned dim : {machine::kX, machine::kY, machine::kLaunch})
      if (expr.isFunctionOfDim(dim))
        dims.insert(dim);
  };
  for (auto [n, expr] : llvm::enumerate(counts)) {
    Factor factor{CompiledExpr(expr), 0};
    for (unsigned k = 0; k < machine::kMaxIndices; ++k)
      if (expr.isFunctionOfDim(machine::kIndex0 + k))
        factor.indices |= 1u << k;
    bool isInside = n < indices || factor.indices;
    (n < indices ? loops : factor.indices ? inner : outer).push_back(factor);
    collect(expr, used);
    if (isInside)
      collect(expr, usedInside);
  }
}

/// Iterations that are looked at for one sum.
static constexpr int64_t kMaxIterations = int64_t(1) << 24;

/// Counts below 0 mean that nothing is done (E2). Sums of huge ones wrap: equal
/// ones stay equal.
static uint64_t atLeastZero(int64_t value) {
  return std::max<int64_t>(value, 0);
}

uint64_t NestCount::sum(size_t k, MutableArrayRef<int64_t> values,
                        int64_t &budget) const {
  if (--budget < 0)
    return 0;
  if (k == loops.size()) {
    uint64_t product = 1;
    for (const Factor &factor : inner)
      product *= atLeastZero(factor.expr.evaluate(values));
    return product;
  }
  int64_t count = atLeastZero(loops[k].expr.evaluate(values));
  auto uses = [&](const Factor &factor) { return factor.indices >> k & 1; };
  if (llvm::none_of(ArrayRef(loops).drop_front(k + 1), uses) &&
      llvm::none_of(inner, uses))
    return count * sum(k + 1, values, budget);
  uint64_t total = 0;
  int64_t &index = values[machine::kIndex0 + k];
  for (index = 0; index < count && budget >= 0; ++index)
    total += sum(k + 1, values, budget);
  return total;
}

std::optional<uint64_t> NestCount::at(Point pe, int64_t launch) {
  SmallVector<int64_t, 8> values = {pe.x, pe.y, launch};
  values.resize(machine::kIndex0 + loops.size());
  uint64_t result = 1;
  for (const Factor &factor : outer)
    result *= atLeastZero(factor.expr.evaluate(values));
  if (result == 0 || (loops.empty() && inner.empty()))
    return result;
  std::array<int64_t, 3> key = {};
  for (unsigned dim : usedInside)
    key[dim] = values[dim];
  auto [it, isNew] = sums.try_emplace(key);
  if (isNew) {
    int64_t budget = kMaxIterations;
    uint64_t total = sum(0, values, budget);
    if (budget >= 0)
      it->second = total;
  }
  if (!it->second)
    return std::nullopt;
  return result * *it->second;
}

//===----------------------------------------------------------------------===//
// StreamEnd
//===----------------------------------------------------------------------===//

void StreamEnd::addPart(Location location, const wafer::Region &on,
                        NestCount count) {
  parts.push_back({location, on, std::move(count)});
  region = region.unite(on);
}

void StreamEnd::addInstruction(pe::VectorOp op, const wafer::Region &on) {
  SmallVector<AffineExpr> counts;
  for (auto loop = op->getParentOfType<pe::LoopOp>(); loop;
       loop = loop->getParentOfType<pe::LoopOp>())
    counts.insert(counts.begin(), loop.getCount().getValue());
  size_t indices = counts.size();
  for (Attribute extent : op.getExtentsAttr())
    counts.push_back(cast<machine::ExprAttr>(extent).getValue());
  addPart(op.getLoc(), on, NestCount(counts, indices));
}

void StreamEnd::addFeed(pe::FeedOp feed) {
  SmallVector<AffineExpr> counts;
  for (Attribute extent : feed.getExtents())
    counts.push_back(cast<machine::ExprAttr>(extent).getValue());
  addPart(feed.getLoc(), feed.getOn().getRegion(),
          NestCount(counts, counts.size()));
}

Location StreamEnd::getLocAt(Point pe) const {
  for (const Part &part : parts)
    if (part.region.contains(pe))
      return part.location;
  return getLoc();
}

bool StreamEnd::dependsOn(unsigned dim) const {
  return llvm::any_of(
      parts, [&](const Part &part) { return part.count.dependsOn(dim); });
}

const std::vector<StreamEnd::Stretch> &StreamEnd::getRow(int64_t y) {
  auto [it, isNew] = rows.try_emplace(y);
  if (!isNew)
    return it->second;
  for (auto [index, part] : llvm::enumerate(parts)) {
    SmallVector<StridedRange> ranges;
    for (const StridedRect &rect : part.region.getRects())
      if (rect.y.contains(y))
        ranges.push_back(rect.x);
    mergeRanges(ranges);
    for (const StridedRange &range : ranges)
      it->second.push_back({range, unsigned(index)});
  }
  return it->second;
}

std::optional<uint64_t> StreamEnd::countAt(Point pe, int64_t launch) {
  uint64_t total = 0;
  for (const Stretch &stretch : getRow(pe.y)) {
    Part &part = parts[stretch.part];
    if (!stretch.x.contains(pe.x) ||
        llvm::is_contained(part.region.getHoles(), pe))
      continue;
    std::optional<uint64_t> count = part.count.at(pe, launch);
    if (!count)
      return std::nullopt;
    total += *count;
  }
  return total;
}

void StreamEnd::addBorders(const StridedRect &area, std::set<int64_t> &xs,
                           std::set<int64_t> &ys) const {
  auto meets = [](const StridedRange &a, const StridedRange &b) {
    return a.begin < b.end && b.begin < a.end;
  };
  for (const Part &part : parts)
    for (const StridedRect &rect : part.region.getRects()) {
      if (!meets(rect.x, area.x) || !meets(rect.y, area.y))
        continue;
      xs.insert({rect.x.begin, rect.x.last()});
      ys.insert({rect.y.begin, rect.y.last()});
    }
}

void StreamEnd::addBordersOfColumn(int64_t x, std::set<int64_t> &ys) const {
  for (const Part &part : parts)
    for (const StridedRect &rect : part.region.getRects())
      if (rect.x.contains(x))
        ys.insert({rect.y.begin, rect.y.last()});
}

void StreamEnd::addBordersOfRow(int64_t y, std::set<int64_t> &xs) {
  for (const Stretch &stretch : getRow(y))
    xs.insert({stretch.x.begin, stretch.x.last()});
}
