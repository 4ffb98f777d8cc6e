//===- Options.cpp - the command line of waferc -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "wafer/Executor/File/ModuleFile.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;

namespace wafer::compiler {

static constexpr const char *kOverview =
    R"(compiles an ONNX model, or the IR of any phase, for a wafer mesh

  waferc model.onnx --machine=wse2 --dim batch=1797 -o model.wafer
  waferc model.onnx --emit=graph
  waferc model.onnx --machine='mesh<40x24>' --dump-dir=dumps --report
  waferc dumps/03-placed.mlir --emit=routed
  waferc dumps/07-pe.mlir -o model.wafer

Exit codes: 0 fine, 1 --verify-each found steps that differ, 2 bad usage or
input, 3 cannot compile.
)";

int reportError(const llvm::Twine &message, ExitCode code) {
  llvm::errs() << "waferc: error: " << message << "\n";
  return code;
}

int reportError(llvm::Error error, ExitCode code) {
  return reportError(llvm::toString(std::move(error)), code);
}

namespace {

/// The options as llvm::cl wants them.
struct CommandLine {
  cl::OptionCategory compileCategory{"waferc: what to compile"};
  cl::OptionCategory verifyCategory{"waferc: what to check"};
  cl::OptionCategory outputCategory{"waferc: what to write"};

  cl::opt<std::string> input{
      cl::Positional, cl::Required, cl::cat(compileCategory),
      cl::desc("<model.onnx, model.textproto, MLIR of any phase, or ->")};
  cl::opt<std::string> machine{
      "machine", cl::value_desc("NAME|FILE"), cl::cat(compileCategory),
      cl::desc("Target: wse2, wse3, mesh<WxH> or a machine file; needed from "
               "phase sharded on, unless the IR holds its machine")};
  cl::opt<std::string> reduce{
      "reduce", cl::init("chain"), cl::value_desc("KIND"),
      cl::cat(compileCategory),
      cl::desc("How the partial sums of products meet: chain, in the last "
               "column of a row, which sends them to their owners (default), "
               "or ring, at their owners, from both sides; later IR than phase "
               "graph holds the choice itself")};
  cl::list<std::string> dims{
      "dim", cl::value_desc("NAME=N"), cl::cat(compileCategory),
      cl::desc("Size of a symbolic dimension of the model")};
  cl::opt<std::string> precision{
      "precision", cl::init("model"), cl::value_desc("KIND"),
      cl::cat(compileCategory),
      cl::desc("model: the types that the model itself has (default)")};

  cl::opt<bool> noVerify{
      "no-verify", cl::cat(verifyCategory),
      cl::desc("Leave out the verifiers of the phase boundaries")};
  cl::opt<bool> verifyEach{
      "verify-each", cl::cat(verifyCategory),
      cl::desc("After every pass run the IR on the same inputs, compare with "
               "the model and name the first op that differs")};
  cl::list<std::string> inputs{
      "input", cl::value_desc("[NAME=]FILE"), cl::cat(verifyCategory),
      cl::desc("Input of --verify-each (.npy, .pb); without NAME by order, "
               ".pb by its own name; inputs without a file are random")};
  cl::opt<uint64_t> seed{"seed", cl::init(0), cl::value_desc("N"),
                         cl::desc("Seed of random inputs (default: 0)"),
                         cl::cat(verifyCategory)};

  cl::opt<std::string> output{
      "o", cl::value_desc("FILE"), cl::cat(outputCategory),
      cl::desc("Output; default: standard output for IR, the input's name "
               "with .wafer in the working directory for a program")};
  cl::opt<std::string> emit{
      "emit", cl::init("program"), cl::value_desc("PHASE"),
      cl::cat(outputCategory),
      cl::desc("graph, sharded, placed, streamed, routed, allocated, pe: IR as "
               "text; program: a .wafer file (default)")};
  cl::opt<std::string> report{
      "report", cl::ValueOptional, cl::value_desc("FILE"),
      cl::cat(outputCategory),
      cl::desc("Write what was decided as text (default: standard output, or "
               "standard error if the IR goes there)")};
  cl::opt<std::string> json{"json", cl::value_desc("FILE"),
                            cl::desc("Write the report as JSON"),
                            cl::cat(outputCategory)};
  cl::opt<std::string> dumpFolder{
      "dump-dir", cl::value_desc("DIR"), cl::cat(outputCategory),
      cl::desc("Write the IR after each phase as DIR/NN-PHASE.mlir")};
  cl::opt<bool> printTiming{"print-timing", cl::cat(outputCategory),
                            cl::desc("Print the time of each phase and pass")};
  cl::opt<bool> printLocations{
      "print-locations", cl::cat(outputCategory),
      cl::desc("Print locations, the names of ONNX nodes, in IR of every "
               "phase, not in graphs only")};
};

} // namespace

static bool parseDims(const cl::list<std::string> &dims,
                      ImportOptions &options) {
  for (const std::string &text : dims)
    if (llvm::Error error = addDim(text, options)) {
      reportError(std::move(error));
      return false;
    }
  return true;
}

static bool parseTarget(llvm::StringRef name, Options &options) {
  if (name == "program")
    return true;
  options.emitProgram = false;
  std::optional<Phase> phase = symbolizePhase(name);
  if (phase) {
    options.target = *phase;
    return true;
  }
  reportError("--emit=" + name +
              ": expected graph, sharded, placed, "
              "streamed, routed, allocated, pe or program");
  return false;
}

/// Fills in the default output. False if there is none.
static bool chooseOutput(Options &options) {
  if (options.output.empty() && !options.emitProgram)
    options.output = "-";
  if (!options.output.empty() &&
      !(options.output == "-" && options.emitProgram))
    return true;
  if (options.input == "-" || options.output == "-") {
    reportError("a program needs a file to go to: give -o FILE");
    return false;
  }
  options.output = llvm::sys::path::stem(options.input).str() + ".wafer";
  return true;
}

std::optional<Options> parseOptions(int argc, char **argv) {
  // Libraries register options of their own, some under names of ours.
  cl::ResetCommandLineParser();
  CommandLine line;
  cl::SetVersionPrinter(
      [](llvm::raw_ostream &os) { os << exec::kProducer << "\n"; });
  cl::HideUnrelatedOptions(
      {&line.compileCategory, &line.verifyCategory, &line.outputCategory});
  // With a stream for errors it returns instead of exiting with code 1.
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &llvm::errs()))
    return std::nullopt;
  Options options;
  options.input = line.input;
  options.output = line.output;
  options.machine = line.machine;
  options.reduce = line.reduce;
  options.isReduceGiven = line.reduce.getNumOccurrences() > 0;
  options.json = line.json;
  options.dumpFolder = line.dumpFolder;
  options.printTiming = line.printTiming;
  options.printLocations = line.printLocations;
  options.verify = !line.noVerify;
  options.verifyEach = line.verifyEach;
  options.inputs = line.inputs;
  options.seed = line.seed;
  if (line.report.getNumOccurrences())
    options.report = line.report.empty() ? "-" : line.report.getValue();
  if (line.precision != "model") {
    reportError("--precision=" + line.precision.getValue() +
                ": not supported, expected model");
    return std::nullopt;
  }
  if (options.reduce != "chain" && options.reduce != "ring") {
    reportError("--reduce=" + options.reduce + ": expected chain or ring");
    return std::nullopt;
  }
  if (!options.verifyEach &&
      (line.inputs.getNumOccurrences() || line.seed.getNumOccurrences())) {
    reportError("--input and --seed are for --verify-each");
    return std::nullopt;
  }
  if (!parseDims(line.dims, options.import) ||
      !parseTarget(line.emit, options) || !chooseOutput(options))
    return std::nullopt;
  return options;
}

} // namespace wafer::compiler
