//===- wafer-translate.cpp - other formats into MLIR -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/ExternalData.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "wafer/Import/OnnxImport.h"
#include "wafer/Import/TensorImport.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
namespace cl = llvm::cl;

static cl::OptionCategory category("wafer-translate");
static cl::opt<std::string> inputFile(cl::Positional, cl::Required,
                                      cl::desc("<model.onnx or tensors.mlir>"),
                                      cl::cat(category));
static cl::opt<std::string> outputFile("o", cl::desc("Output file"),
                                       cl::init("-"), cl::value_desc("file"),
                                       cl::cat(category));
static cl::opt<bool>
    importOnnxFlag("import-onnx",
                   cl::desc("Import an ONNX model into the graph dialect"),
                   cl::cat(category));
static cl::alias onnxToGraph("onnx-to-graph",
                             cl::desc("Alias of --import-onnx"),
                             cl::aliasopt(importOnnxFlag), cl::cat(category));
static cl::opt<bool>
    importTensorsFlag("import-tensors",
                      cl::desc("Import a function of TOSA or of linalg on "
                               "tensors into the graph dialect"),
                      cl::cat(category));
static cl::list<std::string> dims("dim",
                                  cl::desc("Size of a symbolic dimension"),
                                  cl::value_desc("NAME=N"), cl::cat(category));
static cl::opt<bool>
    printLocations("mlir-print-debuginfo",
                   cl::desc("Print locations: the names of ONNX nodes"),
                   cl::cat(category));

/// Exit codes of all tools: 2 for wrong usage or input.
static constexpr int kBadInput = 2;

static bool parseDims(wafer::ImportOptions &options) {
  for (const std::string &text : dims)
    if (llvm::Error error = wafer::addDim(text, options)) {
      llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
      return false;
    }
  return true;
}

/// Messages of ONNX files name file and node in the text, those of MLIR files
/// have a position.
static LogicalResult printDiagnostic(Diagnostic &diagnostic) {
  bool isWarning = diagnostic.getSeverity() == DiagnosticSeverity::Warning;
  if (auto place = dyn_cast<FileLineColLoc>(diagnostic.getLocation()))
    llvm::errs() << place.getFilename().getValue() << ":" << place.getLine()
                 << ":" << place.getColumn() << ": ";
  llvm::errs() << (isWarning ? "warning: " : "error: ") << diagnostic << "\n";
  for (Diagnostic &note : diagnostic.getNotes())
    llvm::errs() << "note: " << note << "\n";
  return success();
}

/// Reads the input as the flags say. Null after errors, which are printed.
static OwningOpRef<ModuleOp> importInput(const wafer::ImportOptions &options,
                                         MLIRContext &context) {
  if (importOnnxFlag)
    return wafer::importOnnx(inputFile, options, &context);
  OwningOpRef<ModuleOp> source =
      parseSourceFile<ModuleOp>(inputFile, ParserConfig(&context));
  return source ? wafer::importTensors(*source) : OwningOpRef<ModuleOp>();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "wafer-mlir translator\n");
  if (importOnnxFlag == importTensorsFlag) {
    llvm::errs() << "error: "
                 << (importOnnxFlag ? "two translations are"
                                    : "no translation is")
                 << " asked for, expected --import-onnx or --import-tensors\n";
    return kBadInput;
  }
  wafer::ImportOptions options;
  if (!parseDims(options))
    return kBadInput;
  DialectRegistry registry;
  wafer::registerTensorDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  context.getDiagEngine().registerHandler(printDiagnostic);
  OwningOpRef<ModuleOp> module = importInput(options, context);
  if (!module)
    return kBadInput;
  StringRef folder =
      outputFile == "-" ? "" : llvm::sys::path::parent_path(outputFile);
  if (failed(wafer::graph::rebaseExternalPaths(*module, "", folder)))
    return kBadInput;
  std::error_code error;
  llvm::ToolOutputFile output(outputFile, error, llvm::sys::fs::OF_None);
  if (error) {
    llvm::errs() << "error: " << outputFile << ": " << error.message() << "\n";
    return kBadInput;
  }
  OpPrintingFlags flags;
  if (printLocations)
    flags.enableDebugInfo();
  module->print(output.os(), flags);
  output.keep();
  return 0;
}
