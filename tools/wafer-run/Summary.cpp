//===- Summary.cpp - what a run did, as text and as JSON -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Summary.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;

namespace wafer::run {

bool Summary::matches() const {
  return all_of(comparisons,
                [](const Comparison &c) { return c.difference.matches; });
}

/// 1234567 as "1,234,567".
static std::string group(uint64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(at, ",");
  return digits;
}

static raw_ostream &printLabel(raw_ostream &os, StringRef label) {
  return os << left_justify(label, 16);
}

/// SRAM of the fullest PE without the bytes that the machine reserves, which
/// are those below the first buffer.
static int64_t getProgramBytes(const exec::RunResult &run,
                               machine::DescAttr machine) {
  int64_t reserved = machine ? machine.getReservedBytes() : 0;
  return std::max<int64_t>(run.sramBytesMax - reserved, 0);
}

static void printMachineRun(raw_ostream &os, const exec::RunResult &run,
                            machine::DescAttr machine) {
  printLabel(os, "cycles") << (run.hasCycles ? group(run.cycles)
                                             : "not found (--no-timing)");
  if (run.cyclesPerLaunch.size() > 1)
    os << " in " << run.cyclesPerLaunch.size() << " launches";
  if (run.hasCycles && machine && machine.getClockHz() > 0)
    os << format(" (%.6g ms at %.6g MHz)",
                 1e3 * run.cycles / machine.getClockHz(),
                 machine.getClockHz() / 1e6);
  os << "\n";
  if (run.sections > 1)
    printLabel(os, "sections") << run.sections << "\n";
  printLabel(os, "PEs") << group(run.pesUsed) << " used";
  if (machine)
    os << " of " << group(machine.getWidth() * machine.getHeight());
  os << "\n";
  if (run.hasRoutes) {
    printLabel(os, "colours") << run.coloursUsed << " used";
    if (machine)
      os << " of " << machine.getUsableColours();
    os << "\n";
  }
  printLabel(os, "SRAM") << group(getProgramBytes(run, machine));
  if (machine)
    os << " of " << group(machine.getUsableBytes());
  os << " B in the fullest PE\n";
  printLabel(os, "traffic") << group(run.waveletsSent) << " wavelets";
  if (run.hasRoutes)
    os << ", " << group(run.waveletHops) << " hops\n";
  else
    os << " without routes\n";
  printLabel(os, "work") << group(run.instructions) << " instructions, "
                         << group(run.elements) << " elements\n";
  printLabel(os, "host copies") << group(run.hostCopyBytes) << " B, "
                                << group(run.hostCopyCycles) << " cycles\n";
}

static void printComparison(raw_ostream &os, const Comparison &comparison) {
  const Difference &d = comparison.difference;
  printLabel(os, "compared")
      << "\"" << comparison.name << "\" with " << comparison.path << ": "
      << (d.matches ? "equal within tolerance" : "DIFFERENT") << "\n";
  printLabel(os, "") << format("max abs error %.3g", d.maxAbsError);
  if (d.maxAbsError > 0)
    os << " at " << formatIndex(d.maxAbsIndex, comparison.shape);
  os << format(", relative RMS %.3g", d.relativeRms);
  if (d.numMismatches > 0)
    os << ", " << group(d.numMismatches) << " of " << group(d.numElements)
       << " elements differ, first at "
       << formatIndex(d.firstMismatch, comparison.shape)
       << format(": got %.9g, expected %.9g", d.firstGot, d.firstExpected);
  os << "\n";
}

void Summary::print(raw_ostream &os) const {
  printLabel(os, "mode") << stringifyMode(mode) << "\n";
  if (machine)
    printLabel(os, "machine")
        << machine.getName().getValue() << ", " << machine.getWidth() << "x"
        << machine.getHeight() << " PEs\n";
  if (machineRun)
    printMachineRun(os, *machineRun, machine);
  for (const Comparison &comparison : comparisons)
    printComparison(os, comparison);
  if (accuracy)
    printLabel(os, "accuracy") << format("%.2f %%\n", 100 * *accuracy);
  if (repeats > 1)
    printLabel(os, "repeated") << repeats << " runs, the same bits\n";
  printLabel(os, "time") << format(
      "%.3f s reading, %.3f s running, %.3f s comparing\n", readSeconds,
      runSeconds, compareSeconds);
}

/// JSON has no infinities and NaNs.
static json::Value toNumber(double value) {
  return std::isfinite(value) ? json::Value(value) : json::Value(nullptr);
}

static json::Object toObject(const Comparison &comparison) {
  const Difference &d = comparison.difference;
  json::Object object{
      {"name", comparison.name},
      {"file", comparison.path},
      {"shape", json::Array(comparison.shape)},
      {"matches", d.matches},
      {"max_abs_error", toNumber(d.maxAbsError)},
      {"max_abs_index", d.maxAbsIndex},
      {"relative_rms", toNumber(d.relativeRms)},
      {"elements", d.numElements},
      {"mismatches", d.numMismatches},
  };
  if (d.numMismatches > 0) {
    object["first_mismatch"] = d.firstMismatch;
    object["first_got"] = toNumber(d.firstGot);
    object["first_expected"] = toNumber(d.firstExpected);
  }
  return object;
}

static void addMachineRun(json::Object &object, const exec::RunResult &run,
                          machine::DescAttr machine) {
  if (run.hasCycles) {
    object["cycles"] = run.cycles;
    object["cycles_per_launch"] = json::Array(run.cyclesPerLaunch);
  }
  object["sections"] = run.sections;
  object["pes_used"] = run.pesUsed;
  json::Object traffic{{"wavelets", run.waveletsSent},
                       {"host_bytes", run.hostCopyBytes},
                       {"host_cycles", run.hostCopyCycles}};
  if (run.hasRoutes) {
    object["colours_used"] = run.coloursUsed;
    traffic["wavelet_hops"] = run.waveletHops;
  }
  object["traffic"] = std::move(traffic);
  object["work"] = json::Object{{"instructions", run.instructions},
                                {"elements", run.elements}};
  json::Object memory{{"sram_bytes_max", getProgramBytes(run, machine)}};
  if (machine)
    memory["sram_bytes_usable"] = machine.getUsableBytes();
  object["memory"] = std::move(memory);
}

json::Object Summary::toJSON() const {
  json::Object object{
      {"mode", stringifyMode(mode)},
      {"matches", matches()},
      {"repeats", static_cast<int64_t>(repeats)},
      {"seconds", json::Object{{"read", readSeconds},
                               {"run", runSeconds},
                               {"compare", compareSeconds}}},
  };
  if (machine)
    object["machine"] = json::Object{{"name", machine.getName().getValue()},
                                     {"width", machine.getWidth()},
                                     {"height", machine.getHeight()}};
  if (machineRun)
    addMachineRun(object, *machineRun, machine);
  if (accuracy)
    object["accuracy"] = *accuracy;
  if (comparisons.empty())
    return object;
  json::Array outputs;
  double maxAbsError = 0, relativeRms = 0;
  for (const Comparison &comparison : comparisons) {
    maxAbsError = std::max(maxAbsError, comparison.difference.maxAbsError);
    relativeRms = std::max(relativeRms, comparison.difference.relativeRms);
    outputs.push_back(toObject(comparison));
  }
  object["outputs"] = std::move(outputs);
  object["max_abs_error"] = toNumber(maxAbsError);
  object["relative_rms"] = toNumber(relativeRms);
  return object;
}

} // namespace wafer::run
