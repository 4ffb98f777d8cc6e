//===- ImportOnnxFuzzer.cpp - hostile ONNX files ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A libFuzzer target: imports its input as an ONNX file and brings the result
// to phase `graph`. Errors must be diagnostics; what was imported must stay
// valid through the passes. Symbolic dimensions of inputs get the size 2.
// Beside the file lies `weights.bin` (4 KiB), for external data.
//
// Half of the mutations change the model as a message (MutateModel), the others
// its bytes.
//
//===----------------------------------------------------------------------===//

#include "MutateModel.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Import/OnnxImport.h"
#include "wafer/Import/OnnxModelInfo.h"
#include "wafer/Pipeline/Phases.h"
#include "wafer/Pipeline/Registration.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace wafer;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

namespace {

[[noreturn]] void fail(const llvm::Twine &message) {
  llvm::errs() << "ImportOnnxFuzzer: " << message << "\n";
  std::abort();
}

/// Writes whole files into a folder that is gone when the program ends.
class Folder {
public:
  Folder() {
    if (llvm::sys::fs::createUniqueDirectory("import-onnx-fuzzer", path))
      fail("cannot create a folder");
    write("weights.bin", std::string(4096, '\x3f'));
  }
  ~Folder() { llvm::sys::fs::remove_directories(path); }

  std::string write(llvm::StringRef name, llvm::StringRef content) {
    std::string file = (path + "/" + name).str();
    std::error_code error;
    llvm::raw_fd_ostream stream(file, error);
    if (error)
      fail(file + ": " + error.message());
    stream << content;
    return file;
  }

private:
  llvm::SmallString<128> path;
};

/// Sizes for the dimensions that have none.
ImportOptions bindDimensions(const std::string &file) {
  ImportOptions options;
  llvm::Expected<OnnxModelInfo> info = readOnnxModelInfo(file);
  if (!info) {
    llvm::consumeError(info.takeError());
    return options;
  }
  for (const OnnxModelInfo::Input &input : info->inputs)
    if (input.shape)
      for (const OnnxModelInfo::Dim &dim : *input.shape)
        if (!dim.size)
          options.dims[dim.name] = 2;
  return options;
}

bool parse(const uint8_t *data, size_t size, onnx::ModelProto &model) {
  return model.ParsePartialFromArray(data, static_cast<int>(size));
}

/// `model` as bytes, if it fits.
size_t store(const onnx::ModelProto &model, uint8_t *data, size_t capacity) {
  std::string bytes;
  if (!model.SerializePartialToString(&bytes) || bytes.empty() ||
      bytes.size() > capacity)
    return 0;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t capacity, unsigned seed) {
  onnx::ModelProto model;
  if (seed % 8 == 0 || !parse(data, size, model))
    return LLVMFuzzerMutate(data, size, capacity);
  fuzz::rememberOperators(model);
  fuzz::ModelMutator(seed, LLVMFuzzerMutate).mutate(model);
  size_t stored = store(model, data, capacity);
  return stored ? stored : LLVMFuzzerMutate(data, size, capacity);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *first,
                                            size_t firstSize,
                                            const uint8_t *second,
                                            size_t secondSize, uint8_t *out,
                                            size_t capacity, unsigned seed) {
  onnx::ModelProto model, other;
  if (!parse(first, firstSize, model) || !parse(second, secondSize, other))
    return 0;
  fuzz::ModelMutator(seed, LLVMFuzzerMutate).cross(model, other);
  return store(model, out, capacity);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Folder folder;
  static DialectRegistry registry = [] {
    DialectRegistry dialects;
    registerAllDialects(dialects);
    return dialects;
  }();
  std::string file =
      folder.write("model.onnx", {reinterpret_cast<const char *>(data), size});
  // A new one each time: what was found must be found again.
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  bool hasErrors = false, hasWrongIndices = false;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    hasErrors |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
    hasWrongIndices |=
        llvm::StringRef(diagnostic.str()).contains("requires indices from");
    return success();
  });
  OwningOpRef<ModuleOp> module =
      importOnnx(file, bindDimensions(file), &context);
  if (!module) {
    if (!hasErrors)
      fail("the import failed without a word");
    return 0;
  }
  if (hasErrors)
    fail("an error was reported, and a module returned");
  PassManager passes(&context);
  buildPhase(passes, Phase::Graph, PipelineOptions());
  // graph-check-indices is the one pass that refuses models.
  if (failed(passes.run(*module)) && !hasWrongIndices)
    fail("the module was imported but cannot be normalised");
  return 0;
}
