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
  if (waveletsPerKcycle > 1000) // C2
    return emitError() << "a port carries at most 1000 wavelets in 1000 "
                          "cycles, found "
                       << waveletsPerKcycle;
  if (count > kLargestSide || first > kLargestSide || step > kLargestSide) // C2
    return emitError() << "count, first and step of ports must be at most "
                       << kLargestSide;
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
  const StringRef operations[] = {"move", "add", "sub", "mul", "mac",
                                  "max",  "min", "neg", "abs", "convert"};
  for (NamedAttribute rate : rates) {
    StringRef name = rate.getName().getValue();
    auto value = dyn_cast<IntegerAttr>(rate.getValue());
    if (!value || !value.getType().isSignlessInteger(64) ||
        value.getInt() < 1 || value.getInt() > 1 << 16) // C1
      return emitError() << "rate of " << name
                         << " must be an integer of at least 1 and at most "
                         << (1 << 16);
    auto [operation, type] = name.split('.');
    bool known = llvm::is_contained(operations, operation) &&
                 (type == "f32" || type == "f16" || type == "i32");
    if (!known && name != "mac.mixed") // C6
      return emitError() << "rate of unknown operation '" << name << "'";
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
  // The largest values keep products of two fields inside 64 bits.
  constexpr int64_t most = int64_t(1) << 30, deepest = 1 << 16;
  const std::tuple<const char *, int64_t, int64_t, int64_t> fields[] = {
      {"width", width, 1, kLargestSide},
      {"height", height, 1, kLargestSide},
      {"sram_bytes", sramBytes, 1, most},
      {"reserved_bytes", reservedBytes, 0, most},
      {"colours", colours, 1, 64},
      {"reserved_colours", reservedColours, 0, 64},
      {"switch_positions", switchPositions, 1, 64},
      {"control_commands", controlCommands, 1, 64},
      {"microthreads", microthreads, 1, 64},
      {"clock_hz", clockHz, 1, int64_t(1) << 40},
      {"hop_cycles", hopCycles, 1, deepest},
      {"ramp_cycles", rampCycles, 1, deepest},
      {"link_buffer", linkBuffer, 1, deepest},
      {"setup_cycles", setupCycles, 0, most},
      {"async_cycles", asyncCycles, 0, most},
      {"completion_cycles", completionCycles, 0, most},
      {"loop_cycles", loopCycles, 0, most},
      {"barrier_cycles", barrierCycles, 0, most},
      {"sram_read_bytes", sramReadBytes, 1, most},
      {"sram_write_bytes", sramWriteBytes, 1, most}};
  for (auto [field, value, least, largest] : fields)
    if (value < least || value > largest) // C1
      return emitError() << field << " must be at least " << least
                         << " and at most " << largest << ", found " << value;
  if (reservedBytes >= sramBytes) // C2
    return emitError() << "reserved_bytes " << reservedBytes
                       << " leave nothing of sram_bytes " << sramBytes;
  if (reservedColours >= colours) // C3
    return emitError() << "reserved_colours " << reservedColours
                       << " leave nothing of colours " << colours;
  for (DenseI64ArrayAttr queues : {inQueues, outQueues})
    for (int64_t depth : queues.asArrayRef())
      if (depth < 1 || depth > deepest) // C5
        return emitError() << "queue depths must be at least 1 and at most "
                           << deepest << ", found " << depth;
  for (DenseI64ArrayAttr queues : {inQueues, outQueues})
    if (queues.empty() || queues.size() > 64) // C5
      return emitError() << "a PE has 1 to 64 input and output queues, found "
                         << queues.size();
  if (failed(verifyRates(emitError, rates)))
    return failure();
  return verifyPorts(emitError, ports, height);
}

int64_t DescAttr::getRate(StringRef operation, StringRef type) const {
  auto rate = getRates().getAs<IntegerAttr>((operation + "." + type).str());
  return rate ? rate.getInt() : 1;
}

int64_t DescAttr::getRate(StringRef operation, StringRef type,
                          StringRef sourceType) const {
  return getRate(operation,
                 operation == "mac" && type != sourceType ? "mixed" : type);
}
