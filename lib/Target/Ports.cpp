//===- Ports.cpp - where and how fast wavelets enter -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Target/Ports.h"
#include "llvm/Support/MathExtras.h"

using namespace wafer;
using machine::DescAttr;
using machine::PortsAttr;

static Direction sideOf(PortsAttr ports) {
  return ports.getSide().getValue() == "west" ? Direction::West
                                              : Direction::East;
}

static int64_t columnOf(DescAttr machine, Direction side) {
  return side == Direction::West ? 0 : machine.getWidth() - 1;
}

llvm::SmallVector<Port> wafer::getPorts(DescAttr machine) {
  llvm::SmallVector<Port> list;
  for (auto ports : machine.getPorts().getAsRange<PortsAttr>()) {
    Direction side = sideOf(ports);
    for (int64_t p = 0; p < ports.getCount(); ++p)
      list.push_back(
          {side,
           {columnOf(machine, side), ports.getFirst() + p * ports.getStep()},
           ports.getWaveletsPerKcycle()});
  }
  return list;
}

llvm::SmallVector<Port> wafer::getPorts(DescAttr machine, Direction side) {
  llvm::SmallVector<Port> list = getPorts(machine);
  llvm::erase_if(list, [&](const Port &port) { return port.side != side; });
  return list;
}

Region wafer::getPortRegion(DescAttr machine, Direction side) {
  Region region;
  for (auto ports : machine.getPorts().getAsRange<PortsAttr>()) {
    if (sideOf(ports) != side)
      continue;
    int64_t end =
        ports.getFirst() + (ports.getCount() - 1) * ports.getStep() + 1;
    region = region.unite(
        Region(StridedRange::single(columnOf(machine, side)),
               StridedRange(ports.getFirst(), end, ports.getStep())));
  }
  return region;
}

int64_t wafer::getWaveletsPerKilocycle(DescAttr machine) {
  int64_t sum = 0;
  for (auto ports : machine.getPorts().getAsRange<PortsAttr>())
    sum += ports.getCount() * ports.getWaveletsPerKcycle();
  return sum;
}

std::optional<int64_t> wafer::getPortCycles(DescAttr machine,
                                            int64_t wavelets) {
  int64_t rate = getWaveletsPerKilocycle(machine), scaled;
  if (rate <= 0 || llvm::MulOverflow<int64_t>(wavelets, 1000, scaled))
    return std::nullopt;
  return llvm::divideCeilSigned(scaled, rate);
}
