//===- Ports.h - where and how fast wavelets enter -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TARGET_PORTS_H
#define WAFER_TARGET_PORTS_H

#include "dialects/Machine/Machine.h"

namespace wafer {

/// One off-wafer port.
struct Port {
  /// West or East.
  Direction side;
  /// The PE whose router the port feeds: column 0 or the last one.
  Point pe;
  int64_t waveletsPerKilocycle;
};

/// All ports, in the order of the description: those of its first entry by
/// growing row, then the next entry's.
llvm::SmallVector<Port> getPorts(machine::DescAttr machine);
/// Those of one side.
llvm::SmallVector<Port> getPorts(machine::DescAttr machine, Direction side);

/// PEs with a port on `side`.
Region getPortRegion(machine::DescAttr machine, Direction side);

/// Wavelets that all ports carry in 1,000 cycles.
int64_t getWaveletsPerKilocycle(machine::DescAttr machine);

/// Cycles that `wavelets` take through all ports together, spread evenly,
/// rounded up; nullopt if there is no port or the number does not fit 64 bits.
/// Host copies are timed so (E5).
std::optional<int64_t> getPortCycles(machine::DescAttr machine,
                                     int64_t wavelets);

} // namespace wafer

#endif
