//===- CostModel.cpp - modelled cycles and bytes of a kernel -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/CostModel.h"

#include "wafer/Target/Ports.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wafer;

static int64_t ceilDiv(int64_t a, int64_t b) {
  return llvm::divideCeilSigned(a, b);
}

int64_t wafer::getPartialBytes(const ProductCostInput &input) {
  return 2 * ceilDiv(input.outputs, input.blocks) * input.tokens * 4;
}

int64_t wafer::getWeightBytes(const ProductCostInput &input) {
  int64_t rows =
      input.streamed ? 2 * ceilDiv(input.outputs, input.blocks) : input.outputs;
  return rows * input.inputs * 4;
}

/// Beats that the weights of one output cost a relay: it takes what its port
/// sends to all its columns, keeps its own part and sends that on
/// (WeightStreams). A row is as slow as its slowest PE, so relays count for
/// all.
static int64_t getRelayBeats(machine::DescAttr machine,
                             const ProductCostInput &input) {
  int64_t ports = std::max<int64_t>(
      std::min<int64_t>(getPorts(machine).size(), input.columns), 1);
  return (ceilDiv(input.columns, ports) + 1) * input.inputs;
}

int64_t wafer::getProductCycles(machine::DescAttr machine,
                                const ProductCostInput &input) {
  // Beats for one output, and what every block costs besides.
  int64_t sums = input.tokens;
  int64_t clear = ceilDiv(input.tokens, machine.getRate("move", "f32"));
  int64_t multiply =
      input.inputs * ceilDiv(input.tokens, machine.getRate("mac", "f32"));
  bool chained = input.columns > 1,
       delivered = input.ownerColumns > 1 && !input.ring;
  int64_t perBlock = machine.getLoopCycles() * (input.streamed ? 2 : 1) +
                     2 * machine.getSetupCycles() +
                     machine.getAsyncCycles() * (input.streamed ? 2 : 1);
  int64_t mainThread =
      input.blocks * perBlock + input.outputs * (clear + multiply);
  int64_t datapath =
      input.outputs * (clear + multiply + sums + (delivered ? sums : 0) +
                       (input.streamed ? getRelayBeats(machine, input) : 0));
  int64_t partials = input.blocks * (machine.getAsyncCycles() +
                                     machine.getCompletionCycles()) +
                     input.outputs * sums;
  int64_t steady = std::max({mainThread, datapath, chained ? partials : 0});
  if (input.streamed) {
    int64_t rate = std::max<int64_t>(getWaveletsPerKilocycle(machine), 1);
    steady = std::max(steady,
                      ceilDiv(input.outputs * input.totalInputs * 1000, rate));
  }
  // A partial sum passes a ramp, a hop, a ramp and one beat at every column;
  // finished sums go back along the row.
  int64_t perColumn = 2 * machine.getRampCycles() + machine.getHopCycles() + 2;
  int64_t block = ceilDiv(input.outputs, input.blocks) * sums;
  // In a ring to the western end first, then to the eastern one.
  int64_t way =
      chained ? perColumn * input.columns * (input.ring ? 2 : 1) + block : 0;
  int64_t back = delivered
                     ? machine.getHopCycles() *
                               std::max(input.ownerColumns, input.columns) +
                           block
                     : 0;
  return steady + way + back + 2 * machine.getSetupCycles();
}
