//===- LoadMachine.cpp - presets, meshes and machine files -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Target/LoadMachine.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Threading.h"

using namespace mlir;
using namespace wafer;
using machine::DescAttr;
using machine::PortsAttr;

using EmitError = function_ref<InFlightDiagnostic()>;

namespace {
struct Preset {
  StringRef name;
  StringRef text;
};
} // namespace

/// The machines/*.machine files, by name.
static const Preset kPresets[] = {
#include "Presets.inc"
};

/// The largest mesh that a description may have on an axis; DescAttr's own
/// limit.
static constexpr int64_t kLargestSide = 1 << 20;

/// A machine file is a page of text; something larger was named by mistake.
static constexpr uint64_t kLargestFileInBytes = 1 << 20;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// Bytes of blanks and comments before the first token.
static size_t getPrefixSize(StringRef text) {
  StringRef rest = text.ltrim();
  while (rest.starts_with("//"))
    rest = rest.drop_until([](char c) { return c == '\n'; }).ltrim();
  return text.size() - rest.size();
}

/// Parses one #machine.desc; faults are reported at `name`:line:column.
static FailureOr<DescAttr> parseMachine(StringRef text, StringRef name,
                                        MLIRContext *context,
                                        EmitError emitError) {
  context->getOrLoadDialect<machine::MachineDialect>();
  std::string message;
  unsigned line = 0, column = 0;
  Attribute attr;
  {
    // The parser knows no file name, and other threads may report on other
    // things meanwhile.
    uint64_t thread = llvm::get_threadid();
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      if (llvm::get_threadid() != thread)
        return failure();
      if (message.empty()) {
        message = diagnostic.str();
        if (auto loc = dyn_cast<FileLineColLoc>(diagnostic.getLocation())) {
          line = loc.getLine();
          column = loc.getColumn();
        }
      }
      return success();
    });
    // Counts from the first token to the end or to what is left over; without
    // it, leading comments are refused.
    size_t numRead = 0;
    attr = parseAttribute(text, context, Type(), &numRead);
    size_t end = getPrefixSize(text) + numRead;
    if (attr && end != text.size()) {
      attr = {};
      message = "expected the end of the file behind the machine";
      line = text.take_front(end).count('\n') + 1;
      column = end - (text.take_front(end).rfind('\n') + 1) + 1;
    }
  }
  if (!attr) {
    // A text without any token is reported at a place that does not exist.
    return emitError() << name << ":" << std::max(line, 1u) << ":"
                       << std::max(column, 1u) << ": "
                       << (message.empty() ? "expected #machine.desc<...>"
                                           : message);
  }
  auto desc = dyn_cast<DescAttr>(attr);
  if (!desc)
    return emitError() << name << ": expected #machine.desc<...>, found "
                       << attr;
  return desc;
}

static FailureOr<DescAttr> loadFile(StringRef path, MLIRContext *context,
                                    EmitError emitError) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return emitError() << "cannot read machine file '" << path
                       << "': " << buffer.getError().message();
  if ((*buffer)->getBufferSize() > kLargestFileInBytes)
    return emitError() << "machine file '" << path << "' has "
                       << (*buffer)->getBufferSize() << " bytes, more than "
                       << kLargestFileInBytes;
  return parseMachine((*buffer)->getBuffer(), path, context, emitError);
}

//===----------------------------------------------------------------------===//
// Presets and meshes
//===----------------------------------------------------------------------===//

SmallVector<StringRef> wafer::getPresetNames() {
  return llvm::map_to_vector(kPresets,
                             [](const Preset &preset) { return preset.name; });
}

static FailureOr<DescAttr> loadPreset(StringRef spec, MLIRContext *context,
                                      EmitError emitError) {
  for (const Preset &preset : kPresets)
    if (preset.name == spec)
      return parseMachine(preset.text, (preset.name + ".machine").str(),
                          context, emitError);
  return emitError() << "unknown machine '" << spec << "', known are "
                     << llvm::join(getPresetNames(), ", ")
                     << ", mesh<WxH> and the path of a machine file";
}

/// Ports on a mesh of `height` rows: one in the middle of each whole pitch of
/// rows, at least one, each with its usual rate.
static PortsAttr fitPorts(PortsAttr ports, int64_t height) {
  int64_t pitch = ports.getStep();
  int64_t count = std::max<int64_t>(1, height / pitch);
  int64_t first = std::min(pitch, height) / 2;
  return PortsAttr::get(ports.getContext(), ports.getSide(), count, first,
                        pitch, ports.getWaveletsPerKcycle());
}

/// The wse2's PEs and fabric on `width` x `height` PEs.
static FailureOr<DescAttr> makeMesh(int64_t width, int64_t height,
                                    MLIRContext *context, EmitError emitError) {
  FailureOr<DescAttr> base = loadPreset("wse2", context, emitError);
  if (failed(base))
    return failure();
  SmallVector<Attribute> ports;
  for (auto entry : base->getPorts().getAsRange<PortsAttr>())
    ports.push_back(fitPorts(entry, height));
  std::string name = ("mesh<" + Twine(width) + "x" + Twine(height) + ">").str();
  return DescAttr::get(
      context, StringAttr::get(context, name), width, height,
      base->getSramBytes(), base->getReservedBytes(), base->getColours(),
      base->getReservedColours(), base->getSwitchPositions(),
      base->getControlCommands(), base->getInQueues(), base->getOutQueues(),
      base->getMicrothreads(), base->getClockHz(), base->getHopCycles(),
      base->getRampCycles(), base->getLinkBuffer(), base->getSetupCycles(),
      base->getAsyncCycles(), base->getCompletionCycles(),
      base->getLoopCycles(), base->getBarrierCycles(), base->getSramReadBytes(),
      base->getSramWriteBytes(), base->getRates(),
      ArrayAttr::get(context, ports));
}

/// `rest` is what follows `mesh`.
static FailureOr<DescAttr> loadMesh(StringRef spec, StringRef rest,
                                    MLIRContext *context, EmitError emitError) {
  StringRef sizes = rest;
  if (!sizes.consume_front("<") || !sizes.consume_back(">") ||
      !sizes.contains('x'))
    return emitError() << "expected mesh<WxH> such as mesh<16x16>, found '"
                       << spec << "'";
  auto [widthText, heightText] = sizes.split('x');
  int64_t side[2];
  for (auto [text, value, what] :
       {std::make_tuple(widthText, &side[0], "width"),
        std::make_tuple(heightText, &side[1], "height")})
    if (text.getAsInteger(10, *value) || *value < 1 || *value > kLargestSide)
      return emitError() << what << " of '" << spec
                         << "' must be in 1:" << kLargestSide + 1 << ", found '"
                         << text << "'";
  return makeMesh(side[0], side[1], context, emitError);
}

FailureOr<DescAttr> wafer::loadMachine(StringRef spec, MLIRContext *context,
                                       EmitError emitError) {
  StringRef rest = spec;
  if (spec.contains('/') || (spec.contains('.') && !spec.starts_with("mesh<")))
    return loadFile(spec, context, emitError);
  if (rest.consume_front("mesh"))
    return loadMesh(spec, rest, context, emitError);
  return loadPreset(spec, context, emitError);
}
