//===- Overlay.cpp - Regions laid over each other -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Region.h"

#include "llvm/ADT/STLExtras.h"

using namespace wafer;

Partition wafer::overlay(llvm::ArrayRef<Region> regions) {
  Partition partition;
  for (auto [index, region] : llvm::enumerate(regions)) {
    Region rest = region;
    // Only cells of earlier regions are split; the covers stay distinct,
    // because those that hold `index` differ in what they held before.
    size_t existing = partition.cells.size();
    for (size_t i = 0; i < existing && !rest.empty(); ++i) {
      Partition::Cell &cell = partition.cells[i];
      if (cell.region.isDisjoint(rest))
        continue;
      Region common = cell.region.intersect(rest);
      Region outside = cell.region.subtract(rest);
      rest = rest.subtract(common);
      Partition::Cell split{std::move(common), cell.cover};
      split.cover.push_back(index);
      if (outside.empty()) {
        cell = std::move(split);
        continue;
      }
      cell.region = std::move(outside);
      partition.cells.push_back(std::move(split));
    }
    if (!rest.empty())
      partition.cells.push_back({std::move(rest), {unsigned(index)}});
  }
  llvm::sort(partition.cells,
             [](const Partition::Cell &a, const Partition::Cell &b) {
               return a.cover < b.cover;
             });
  return partition;
}
