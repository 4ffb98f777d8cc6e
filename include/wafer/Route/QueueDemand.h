//===- QueueDemand.h - queues that routed nets ask for ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A PE needs an input queue for every colour that its router delivers and an
// output queue for every colour that it sends, as long as any net of that
// colour is in use. Colours whose times do not overlap may share a queue.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ROUTE_QUEUEDEMAND_H
#define WAFER_ROUTE_QUEUEDEMAND_H

#include "wafer/Route/Router.h"

namespace wafer {

/// The most queues that any PE needs at a time.
struct QueueDemand {
  unsigned inputs = 0;
  unsigned outputs = 0;
};

/// The demand of an answer's nets; net i is in use at time `times[i]`, and a
/// colour from the first to the last time of its nets.
QueueDemand getQueueDemand(const RouteAnswer &answer,
                           llvm::ArrayRef<unsigned> times);

} // namespace wafer

#endif // WAFER_ROUTE_QUEUEDEMAND_H
