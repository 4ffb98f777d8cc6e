//===- MachineDesc.cpp - checks and questions of a machine -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Machine/Machine.h"

using namespace mlir;
using namespace wafer::machine;

LogicalResult PortsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                StringAttr side, int64_t count, int64_t first,
                                int64_t step, int64_t waveletsPerKcycle) {
  if (side.getValue() != "west" && side.getValue() != "east") // C1
    return emitError() << "a port's side is west or east, found " << side;
  if (count < 1 || first < 0 || step < 1 || waveletsPerKcycle < 1) // C2
    return emitError() << "ports require count, step and wavelets_per_kcycle "
                          "of at least 1 and first of at least 0";
  return success();
}

static LogicalResult verifyPorts(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayAttr ports, int64_t height) {
  for (Attribute attr : ports) {
    auto port = dyn_cast<PortsAttr>(attr);
    if (!port)
      return emitError() << "ports must be a list of #machine.ports, found "
                         << attr;
    int64_t last = port.getFirst() + (port.getCount() - 1) * port.getStep();
    if (last >= height) // C4
      return emitError() << "the last port on the " << port.getSide().getValue()
                         << " side is at row " << last << " but the mesh has "
                         << height << " rows";
  }
  return success();
}

static LogicalResult verifyRates(function_ref<InFlightDiagnostic()> emitError,
                                 DictionaryAttr rates) {
  for (NamedAttribute rate : rates) {
    auto value = dyn_cast<IntegerAttr>(rate.getValue());
    if (!value || value.getInt() < 1) // C1
      return emitError() << "rate of " << rate.getName()
                         << " must be an integer of at least 1";
  }
  return success();
}

LogicalResult DescAttr::verify(
    function_ref<InFlightDiagnostic()> emitError, StringAttr, int64_t width,
    int64_t height, int64_t sramBytes, int64_t reservedBytes, int64_t colours,
    int64_t reservedColours, int64_t switchPositions, int64_t controlCommands,
    DenseI64ArrayAttr inQueues, DenseI64ArrayAttr outQueues,
    int64_t microthreads, int64_t clockHz, int64_t hopCycles,
    int64_t rampCycles, int64_t linkBuffer, int64_t setupCycles,
    int64_t asyncCycles, int64_t completionCycles, int64_t loopCycles,
    int64_t barrierCycles, int64_t sramReadBytes, int64_t sramWriteBytes,
    DictionaryAttr rates, ArrayAttr ports) {
  const std::pair<const char *, int64_t> positive[] = {
      {"width", width},
      {"height", height},
      {"sram_bytes", sramBytes},
      {"colours", colours},
      {"switch_positions", switchPositions},
      {"control_commands", controlCommands},
      {"microthreads", microthreads},
      {"clock_hz", clockHz},
      {"hop_cycles", hopCycles},
      {"ramp_cycles", rampCycles},
      {"link_buffer", linkBuffer},
      {"sram_read_bytes", sramReadBytes},
      {"sram_write_bytes", sramWriteBytes}};
  for (auto [name, value] : positive)
    if (value < 1) // C1
      return emitError() << name << " must be at least 1, found " << value;
  const std::pair<const char *, int64_t> natural[] = {
      {"reserved_bytes", reservedBytes},
      {"reserved_colours", reservedColours},
      {"setup_cycles", setupCycles},
      {"async_cycles", asyncCycles},
      {"completion_cycles", completionCycles},
      {"loop_cycles", loopCycles},
      {"barrier_cycles", barrierCycles}};
  for (auto [name, value] : natural)
    if (value < 0) // C1
      return emitError() << name << " must not be negative, found " << value;
  if (width > 1 << 20 || height > 1 << 20) // C1
    return emitError() << "width and height must be at most " << (1 << 20);
  if (reservedBytes >= sramBytes) // C2
    return emitError() << "reserved_bytes " << reservedBytes
                       << " leave nothing of sram_bytes " << sramBytes;
  if (reservedColours >= colours || colours > 64) // C3
    return emitError()
           << "colours must be at most 64 and more than reserved_colours "
           << reservedColours << ", found " << colours;
  for (DenseI64ArrayAttr queues : {inQueues, outQueues})
    for (int64_t depth : queues.asArrayRef())
      if (depth < 1) // C5
        return emitError() << "queue depths must be at least 1, found "
                           << depth;
  if (inQueues.empty() || outQueues.empty()) // C5
    return emitError()
           << "a PE requires at least one input and one output queue";
  if (failed(verifyRates(emitError, rates)))
    return failure();
  return verifyPorts(emitError, ports, height);
}

int64_t DescAttr::getRate(StringRef operation, StringRef type) const {
  auto rate = getRates().getAs<IntegerAttr>((operation + "." + type).str());
  return rate ? rate.getInt() : 1;
}
