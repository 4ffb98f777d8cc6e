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

static bool namesIndex(AffineExpr expr) {
  return machine::getNumIndicesUsed(expr) > 0;
}

NestCount::NestCount(ArrayRef<AffineExpr> counts, size_t indices)
    : loops(counts.take_front(indices)) {
  for (AffineExpr factor : counts.drop_front(indices))
    (namesIndex(factor) ? inner : outer).push_back(factor);
  auto collect = [](AffineExpr expr, std::set<unsigned> &dims) {
    for (unsigned dim : {machine::kX, machine::kY, machine::kLaunch})
      if (expr.isFunctionOfDim(dim))
        dims.insert(dim);
  };
  for (AffineExpr expr : counts)
    collect(expr, used);
  for (AffineExpr expr : loops)
    collect(expr, usedInside);
  for (AffineExpr expr : inner)
    collect(expr, usedInside);
}

int64_t NestCount::sum(size_t k, SmallVectorImpl<int64_t> &values) const {
  auto value = [&](AffineExpr expr) {
    return std::max<int64_t>(machine::evaluate(expr, values).value_or(0), 0);
  };
  if (k == loops.size()) {
    int64_t product = 1;
    for (AffineExpr factor : inner)
      product *= value(factor);
    return product;
  }
  int64_t count = value(loops[k]);
  unsigned dim = machine::kIndex0 + k;
  auto uses = [&](AffineExpr expr) { return expr.isFunctionOfDim(dim); };
  if (llvm::none_of(ArrayRef(loops).drop_front(k + 1), uses) &&
      llvm::none_of(inner, uses))
    return count * sum(k + 1, values);
  int64_t total = 0;
  for (values[dim] = 0; values[dim] < count; ++values[dim])
    total += sum(k + 1, values);
  return total;
}

int64_t NestCount::at(Point pe, int64_t launch) {
  SmallVector<int64_t> values = {pe.x, pe.y, launch};
  values.resize(machine::kIndex0 + loops.size());
  int64_t result = 1;
  for (AffineExpr factor : outer)
    result *=
        std::max<int64_t>(machine::evaluate(factor, values).value_or(0), 0);
  if (result == 0 || (loops.empty() && inner.empty()))
    return result;
  std::array<int64_t, 3> key = {};
  for (unsigned dim : usedInside)
    key[dim] = values[dim];
  auto [it, isNew] = sums.try_emplace(key, 0);
  if (isNew)
    it->second = sum(0, values);
  return result * it->second;
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

int64_t StreamEnd::countAt(Point pe, int64_t launch) {
  int64_t total = 0;
  for (Part &part : parts)
    if (part.region.contains(pe))
      total += part.count.at(pe, launch);
  return total;
}

void StreamEnd::addBorders(std::set<int64_t> &xs, std::set<int64_t> &ys) const {
  auto add = [](const StridedRange &range, std::set<int64_t> &values) {
    for (int64_t v : {range.begin - 1, range.begin, range.begin + 1,
                      range.last() - 1, range.last(), range.last() + 1})
      values.insert(v);
  };
  for (const Part &part : parts)
    for (const StridedRect &rect : part.region.getRects()) {
      add(rect.x, xs);
      add(rect.y, ys);
    }
}
