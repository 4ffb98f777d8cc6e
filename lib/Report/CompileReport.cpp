//===- CompileReport.cpp - what the compiler decided -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Report/CompileReport.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace wafer::report {

/// Buffers that a class's line names.
static constexpr size_t kLargestBuffers = 3;

std::string groupDigits(int64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3;
       at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(at, ",");
  return digits;
}

static std::string join(const std::set<int64_t> &numbers) {
  std::string text;
  for (int64_t number : numbers)
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

static void printKernel(raw_ostream &os, const KernelFacts &kernel) {
  os << "  kernel @" << kernel.name << " (" << kernel.ops << ")";
  if (!kernel.dataflow.empty())
    os << ": " << kernel.dataflow;
  os << "\n";
  if (!kernel.at.empty()) {
    os << "    at " << kernel.at << ", " << groupDigits(kernel.pes) << " PEs";
    if (!kernel.to.empty() && kernel.to != kernel.at)
      os << ", results at " << kernel.to;
    if (kernel.modelledCycles > 0)
      os << ", " << groupDigits(kernel.modelledCycles)
         << " modelled cycles a launch";
    os << "\n";
  }
  if (kernel.tasks > 0)
    os << "    " << kernel.tasks << " tasks, " << groupDigits(kernel.busyCycles)
       << " busy cycles a launch in the busiest PE\n";
}

static void printProgram(raw_ostream &os, StringRef name,
                         const ProgramFacts &program) {
  os << "program @" << name << ": " << program.kernels.size() << " kernels, "
     << program.launches << (program.launches == 1 ? " launch" : " launches")
     << "\n";
  for (const KernelFacts &kernel : program.kernels)
    printKernel(os, kernel);
  for (const StreamFacts &stream : program.streams) {
    os << "  stream @" << stream.name << ": " << groupDigits(stream.channels)
       << (stream.channels == 1 ? " channel" : " channels");
    if (!stream.colours.empty())
      os << ", colour " << join(stream.colours);
    os << "\n";
  }
  for (const BufferFacts &buffer : program.buffers) {
    os << "  buffer @" << buffer.name << ": " << groupDigits(buffer.sizeInBytes)
       << " B";
    if (buffer.offset)
      os << " at " << *buffer.offset;
    os << "\n";
  }
  if (program.queues > 0)
    os << "  " << program.queues << " queue bindings\n";
}

/// Relays lie on hundreds of rectangles, which the IR and the JSON report name.
static std::string shortenRegion(StringRef region) {
  constexpr size_t kMostRects = 4;
  SmallVector<StringRef> rects;
  region.split(rects, " + ");
  if (rects.size() <= kMostRects)
    return region.str();
  size_t rest = rects.size() - kMostRects;
  return llvm::join(ArrayRef(rects).take_front(kMostRects), " + ") + " + " +
         std::to_string(rest) + " more rectangle" + (rest == 1 ? "" : "s");
}

static void printClass(raw_ostream &os, const ClassFacts &facts,
                       machine::DescAttr machine) {
  os << "  class @" << facts.name << " on " << shortenRegion(facts.region)
     << ": " << groupDigits(facts.pes) << (facts.pes == 1 ? " PE, " : " PEs, ")
     << groupDigits(facts.sramBytes) << " of "
     << groupDigits(machine.getUsableBytes()) << " B, " << facts.instructions
     << " instructions\n";
  std::vector<BufferFacts> buffers = facts.buffers;
  llvm::sort(buffers, [](const BufferFacts &a, const BufferFacts &b) {
    return std::tie(b.sizeInBytes, a.name) < std::tie(a.sizeInBytes, b.name);
  });
  buffers.resize(std::min(buffers.size(), kLargestBuffers));
  if (buffers.empty())
    return;
  os << "    largest buffers: ";
  interleaveComma(buffers, os, [&](const BufferFacts &buffer) {
    os << "@" << buffer.name << " " << groupDigits(buffer.sizeInBytes) << " B";
  });
  os << "\n";
}

static void printModule(raw_ostream &os, StringRef name,
                        const PEModuleFacts &module,
                        machine::DescAttr machine) {
  os << "pe module @" << name << ": " << module.classes.size() << " classes on "
     << groupDigits(module.pes) << " PEs, " << module.colours.size() << " of "
     << machine.getUsableColours() << " colours, " << module.routes
     << " routes in " << module.epochs
     << (module.epochs == 1 ? " epoch, " : " epochs, ") << module.feeds
     << " feeds\n";
  for (const ClassFacts &facts : module.classes)
    printClass(os, facts, machine);
}

void CompileReport::print(raw_ostream &os) const {
  if (!machine) {
    os << "no machine yet: nothing is decided in phase graph\n";
    return;
  }
  os << "machine " << machine.getName().getValue() << ": " << machine.getWidth()
     << "x" << machine.getHeight() << " PEs, "
     << groupDigits(machine.getUsableBytes()) << " usable B of SRAM, "
     << machine.getUsableColours() << " usable colours\n";
  for (const auto &[name, program] : programs)
    printProgram(os, name, program);
  for (const auto &[name, module] : modules)
    printModule(os, name, module, machine);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

template <typename Facts, typename Fn>
static json::Array mapToArray(const std::vector<Facts> &facts, Fn &&toObject) {
  json::Array array;
  for (const Facts &each : facts)
    array.push_back(toObject(each));
  return array;
}

static json::Object toObject(const BufferFacts &buffer) {
  json::Object object{{"name", buffer.name}, {"bytes", buffer.sizeInBytes}};
  if (buffer.offset)
    object["offset"] = *buffer.offset;
  return object;
}

static json::Object toObject(const KernelFacts &kernel) {
  return json::Object{{"name", kernel.name},
                      {"ops", kernel.ops},
                      {"dataflow", kernel.dataflow},
                      {"weights", kernel.weights},
                      {"pieces", kernel.pieces},
                      {"at", kernel.at},
                      {"to", kernel.to},
                      {"pes", kernel.pes},
                      {"tasks", kernel.tasks},
                      {"busy_cycles", kernel.busyCycles},
                      {"modelled_cycles", kernel.modelledCycles}};
}

static json::Object toObject(const StreamFacts &stream) {
  return json::Object{{"name", stream.name},
                      {"channels", stream.channels},
                      {"colours", json::Array(stream.colours)}};
}

static json::Object toObject(const ClassFacts &facts) {
  return json::Object{
      {"name", facts.name},
      {"region", facts.region},
      {"pes", facts.pes},
      {"sram_bytes", facts.sramBytes},
      {"instructions", facts.instructions},
      {"buffers", mapToArray(facts.buffers, [](const BufferFacts &buffer) {
         return toObject(buffer);
       })}};
}

static json::Object toObject(StringRef name, const ProgramFacts &program) {
  auto convert = [](const auto &facts) { return toObject(facts); };
  return json::Object{{"name", name},
                      {"launches", program.launches},
                      {"kernels", mapToArray(program.kernels, convert)},
                      {"streams", mapToArray(program.streams, convert)},
                      {"buffers", mapToArray(program.buffers, convert)},
                      {"queues", program.queues}};
}

static json::Object toObject(StringRef name, const PEModuleFacts &module) {
  auto convert = [](const auto &facts) { return toObject(facts); };
  return json::Object{{"name", name},
                      {"launches", module.launches},
                      {"routes", module.routes},
                      {"epochs", module.epochs},
                      {"feeds", module.feeds},
                      {"pes", module.pes},
                      {"colours", json::Array(module.colours)},
                      {"classes", mapToArray(module.classes, convert)}};
}

json::Object CompileReport::toJSON() const {
  json::Object object;
  if (machine)
    object["machine"] =
        json::Object{{"name", machine.getName().getValue()},
                     {"width", machine.getWidth()},
                     {"height", machine.getHeight()},
                     {"sram_bytes_usable", machine.getUsableBytes()},
                     {"colours_usable", machine.getUsableColours()}};
  json::Array programArray, moduleArray;
  int64_t modelledCycles = 0;
  for (const auto &[name, program] : programs) {
    programArray.push_back(toObject(name, program));
    for (const KernelFacts &kernel : program.kernels)
      modelledCycles += kernel.modelledCycles * program.launches;
  }
  int64_t classes = 0, colours = 0, pes = 0, sramBytes = 0;
  for (const auto &[name, module] : modules) {
    moduleArray.push_back(toObject(name, module));
    classes += module.classes.size();
    colours = std::max<int64_t>(colours, module.colours.size());
    pes = std::max(pes, module.pes);
    for (const ClassFacts &facts : module.classes)
      sramBytes = std::max(sramBytes, facts.sramBytes);
  }
  object["programs"] = std::move(programArray);
  object["modules"] = std::move(moduleArray);
  object["modelled_cycles"] = modelledCycles;
  object["pe_classes"] = classes;
  object["colours_used"] = colours;
  object["pes_used"] = pes;
  object["sram_bytes_max"] = sramBytes;
  return object;
}

} // namespace wafer::report
