//===- Output.cpp - the files that waferc writes -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Output.h"

#include "dialects/Graph/ExternalData.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "wafer/Executor/File/ModuleFile.h"
#include "wafer/Executor/TensorIO.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using wafer::exec::makeFileError;

namespace wafer::compiler {

static llvm::Error checkOutputs(StringRef path) {
  return path.empty() ? llvm::Error::success() : exec::checkWritable(path);
}

llvm::Error checkOutputs(const Options &options) {
  for (StringRef path :
       {StringRef(options.output), StringRef(options.json),
        StringRef(options.report ? StringRef(*options.report) : "")})
    if (llvm::Error error = checkOutputs(path))
      return error;
  if (options.dumpFolder.empty())
    return llvm::Error::success();
  if (std::error_code error = llvm::sys::fs::create_directories(
          options.dumpFolder,
          /*IgnoreExisting=*/true, llvm::sys::fs::all_all))
    return makeFileError(options.dumpFolder,
                         "cannot be created: " + error.message());
  // Any file of it will do.
  SmallString<128> file(options.dumpFolder);
  llvm::sys::path::append(file, "01-graph.mlir");
  return exec::checkWritable(file);
}

/// Writes with `print` to a file or, for "-", to standard output.
static llvm::Error writeTo(StringRef path,
                           function_ref<void(raw_ostream &)> print) {
  if (path != "-")
    return exec::writeFileAtomically(path, print);
  print(llvm::outs());
  llvm::outs().flush();
  std::error_code error = llvm::outs().error();
  llvm::outs().clear_error();
  if (error)
    return makeFileError("standard output",
                         "cannot be written: " + error.message());
  return llvm::Error::success();
}

static llvm::Error makePathError() {
  return makeFileError("the working directory", "is unknown");
}

/// The name of the ONNX node in a location, else an unknown location: lines of
/// the text that the IR was read from mean nothing in the text that is written.
static Location keepName(Location loc) {
  Location name = UnknownLoc::get(loc.getContext());
  loc->walk([&](Location part) {
    auto named = dyn_cast<NameLoc>(part);
    if (!named || named.getName().empty())
      return WalkResult::advance();
    name = NameLoc::get(named.getName());
    return WalkResult::interrupt();
  });
  return name;
}

static void keepNames(mlir::ModuleOp module) {
  module->walk([](Operation *op) {
    op->setLoc(keepName(op->getLoc()));
    for (mlir::Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        argument.setLoc(keepName(argument.getLoc()));
  });
}

/// Prints IR as text. The names of ONNX nodes are a part of graphs: kernels are
/// named after them. Later phases hold them in symbols.
static llvm::Error writeText(StringRef path, mlir::ModuleOp module,
                             const Options &options) {
  OpPrintingFlags flags;
  if (options.printLocations || detectPhase(module) == Phase::Graph) {
    keepNames(module);
    flags.enableDebugInfo();
  }
  return writeTo(path, [&](raw_ostream &os) { module->print(os, flags); });
}

llvm::Error dumpPhase(Compilation &compilation, Phase phase) {
  std::string name =
      llvm::formatv("{0,0+2}-{1}.mlir", static_cast<unsigned>(phase) + 1,
                    stringifyPhase(phase));
  SmallString<128> path(compilation.options.dumpFolder);
  llvm::sys::path::append(path, name);
  OwningOpRef<mlir::ModuleOp> copy = compilation.module->clone();
  if (failed(graph::rebaseExternalPaths(*copy, compilation.folder,
                                        compilation.options.dumpFolder)))
    return makePathError();
  return writeText(path, *copy, compilation.options);
}

static llvm::Error writeModule(Compilation &compilation) {
  const Options &options = compilation.options;
  if (failed(graph::rebaseExternalPaths(*compilation.module, compilation.folder,
                                        exec::getFolder(options.output))))
    return makePathError();
  if (options.emitProgram)
    return exec::writeWaferFile(options.output, *compilation.module);
  return writeText(options.output, *compilation.module, options);
}

static llvm::json::Object makeJSON(const Compilation &compilation) {
  llvm::json::Object object = compilation.report.toJSON();
  // Keys of JSON objects are sorted; the array keeps the order of the steps.
  llvm::json::Object phases;
  llvm::json::Array steps;
  for (const auto &[name, seconds] : compilation.seconds) {
    phases[name] = seconds;
    steps.push_back(name);
  }
  object["phases"] = std::move(phases);
  object["phase_order"] = std::move(steps);
  object["total_seconds"] = getElapsedSeconds();
  object["input"] = compilation.options.input;
  object["output"] = compilation.options.output;
  object["producer"] = exec::kProducer;
  return object;
}

static llvm::Error writeReport(const Compilation &compilation) {
  const Options &options = compilation.options;
  auto print = [&](raw_ostream &os) { compilation.report.print(os); };
  if (*options.report == "-" && options.output == "-") {
    print(llvm::errs());
    return llvm::Error::success();
  }
  return writeTo(*options.report, print);
}

llvm::Error writeOutputs(Compilation &compilation) {
  const Options &options = compilation.options;
  if (llvm::Error error = writeModule(compilation))
    return error;
  if (options.report)
    if (llvm::Error error = writeReport(compilation))
      return error;
  if (options.json.empty())
    return llvm::Error::success();
  llvm::json::Value value(makeJSON(compilation));
  return writeTo(options.json, [&](raw_ostream &os) {
    os << llvm::formatv("{0:2}\n", value);
  });
}

} // namespace wafer::compiler
