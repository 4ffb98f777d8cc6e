//===- QueueDemand.cpp - queues that routed nets ask for --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Route/QueueDemand.h"

#include <map>

using namespace wafer;

namespace {
/// Where and when a colour needs a queue of one direction.
struct ColourUse {
  Region region;
  unsigned first = ~0u, last = 0;
};
} // namespace

static unsigned countMost(const std::map<unsigned, ColourUse> &uses) {
  std::vector<Region> regions;
  std::vector<const ColourUse *> of;
  for (const auto &[colour, use] : uses) {
    regions.push_back(use.region);
    of.push_back(&use);
  }
  unsigned most = 0;
  for (const Partition::Cell &cell : overlay(regions).cells)
    for (unsigned start : cell.cover) {
      // Most colours meet when one of them begins.
      unsigned time = of[start]->first, count = 0;
      for (unsigned index : cell.cover)
        count += of[index]->first <= time && time <= of[index]->last;
      most = std::max(most, count);
    }
  return most;
}

QueueDemand wafer::getQueueDemand(const RouteAnswer &answer,
                                  llvm::ArrayRef<unsigned> times) {
  std::map<unsigned, ColourUse> taken, sent;
  for (auto [routes, time] : llvm::zip(answer.nets, times))
    for (const RouteEntry &entry : routes.entries) {
      auto use = [&](std::map<unsigned, ColourUse> &uses) {
        ColourUse &colour = uses[entry.colour];
        colour.region = colour.region.unite(entry.region);
        colour.first = std::min(colour.first, time);
        colour.last = std::max(colour.last, time);
      };
      if (entry.outputs.contains(Direction::Ramp))
        use(taken);
      if (entry.input == Direction::Ramp)
        use(sent);
    }
  return {countMost(taken), countMost(sent)};
}
