//===- Options.cpp - the command line of wafer-run -*- C++ -*--===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "wafer/Executor/File/ModuleFile.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

namespace cl = llvm::cl;

namespace wafer::run {

llvm::StringRef stringifyMode(Mode mode) {
  switch (mode) {
  case Mode::Functional:
    return "functional";
  case Mode::Cycle:
    return "cycle";
  case Mode::Reference:
    return "reference";
  }
  llvm_unreachable("modes are listed above");
}

int reportError(const llvm::Twine &message, ExitCode code) {
  llvm::errs() << "wafer-run: error: " << message << "\n";
  return code;
}

static constexpr const char *kOverview =
    R"(runs a compiled program, the IR of any phase, or a model as it is

  wafer-run model.wafer --input images.npy --output logits.npy
  wafer-run model.wafer --input images.npy --expect logits.npy --mode=cycle
  wafer-run model.wafer --input x=a.npy --input y=b.npy --expect out=c.pb --rms=1e-3
  wafer-run graph.mlir --mode=reference --random-inputs --seed=7 --output out.npy
  wafer-run model.onnx --mode=reference --dim batch=2 --input ids.npy --output out.npy

Exit codes: 0 fine, 1 outputs differ from --expect, 2 bad usage or input,
3 the run failed (deadlock, not quiescent, ...), 130 interrupted.
)";

namespace {

/// The options as llvm::cl wants them.
struct CommandLine {
  cl::OptionCategory runCategory{"wafer-run: what to run"};
  cl::OptionCategory fileCategory{"wafer-run: tensor files (.npy, .pb)"};
  cl::OptionCategory compareCategory{"wafer-run: comparison"};

  cl::opt<std::string> file{cl::Positional, cl::Required,
                            cl::desc("<program.wafer, MLIR, or ONNX>"),
                            cl::cat(runCategory)};
  cl::opt<Mode> mode{
      "mode", cl::desc("Executor (default: functional)"),
      cl::values(
          clEnumValN(Mode::Functional, "functional",
                     "every PE's program, unbounded channels"),
          clEnumValN(Mode::Cycle, "cycle", "every wavelet, cycle by cycle"),
          clEnumValN(Mode::Reference, "reference",
                     "the tensor graph, op by op; before phase pe the "
                     "bodies of the kernels")),
      cl::init(Mode::Functional), cl::cat(runCategory)};
  cl::opt<Evaluation> evaluation{
      "eval", cl::desc("Arithmetic of reference mode (default: f64)"),
      cl::values(clEnumValN(Evaluation::F64, "f64", "double precision"),
                 clEnumValN(Evaluation::F32, "f32", "single precision"),
                 clEnumValN(Evaluation::Typed, "typed",
                            "f64, every result rounded to its type")),
      cl::init(Evaluation::F64), cl::cat(runCategory)};
  cl::list<std::string> dims{
      "dim", cl::value_desc("NAME=N"), cl::cat(runCategory),
      cl::desc("Size of a symbolic dimension of an ONNX model; may be "
               "repeated")};
  cl::opt<unsigned> repeat{
      "repeat", cl::init(1), cl::value_desc("N"), cl::cat(runCategory),
      cl::desc("Run N times in a row; all answers must have the same bits")};
  cl::opt<unsigned> threads{
      "threads", cl::init(1), cl::value_desc("N"), cl::cat(runCategory),
      cl::desc("Worker threads; results do not depend on it (default: 1)")};
  cl::opt<bool> noTiming{
      "no-timing", cl::cat(runCategory),
      cl::desc("Functional: do not find how many cycles a run takes")};
  cl::opt<exec::RunOptions::Sections> sections{
      "sections",
      cl::Hidden,
      cl::cat(runCategory),
      cl::desc("Functional: run kernel by kernel (default: on large meshes)"),
      cl::values(clEnumValN(exec::RunOptions::Sections::Auto, "auto", ""),
                 clEnumValN(exec::RunOptions::Sections::Always, "always", ""),
                 clEnumValN(exec::RunOptions::Sections::Never, "never", "")),
      cl::init(exec::RunOptions::Sections::Auto)};
  cl::opt<std::string> json{"json", cl::value_desc("FILE"),
                            cl::desc("Write the summary as JSON"),
                            cl::cat(runCategory)};

  cl::list<std::string> inputs{
      "input", cl::value_desc("[NAME=]FILE"), cl::cat(fileCategory),
      cl::desc("An input; without NAME by order, .pb by its own name")};
  cl::list<std::string> outputs{
      "output", cl::value_desc("[NAME=]FILE"), cl::cat(fileCategory),
      cl::desc("Write an output; without NAME by order")};
  cl::opt<bool> randomInputs{
      "random-inputs", cl::cat(fileCategory),
      cl::desc("Fill the inputs without a file: floats in [-1, 1), integers "
               "0 or 1")};
  cl::opt<uint64_t> seed{"seed", cl::init(0), cl::value_desc("N"),
                         cl::desc("Seed of --random-inputs (default: 0)"),
                         cl::cat(fileCategory)};

  cl::list<std::string> expected{
      "expect", cl::value_desc("[NAME=]FILE"), cl::cat(compareCategory),
      cl::desc("What an output should be; integers must be equal")};
  cl::opt<double> rtol{"rtol", cl::init(1e-3), cl::value_desc("X"),
                       cl::desc("Relative error allowed (default: 1e-3)"),
                       cl::cat(compareCategory)};
  cl::opt<double> atol{"atol", cl::init(1e-5), cl::value_desc("X"),
                       cl::desc("Absolute error added to it (default: 1e-5)"),
                       cl::cat(compareCategory)};
  cl::opt<double> rms{"rms", cl::value_desc("X"), cl::cat(compareCategory),
                      cl::desc("Relative RMS error allowed; replaces --rtol "
                               "and --atol")};
  cl::opt<std::string> labels{
      "labels", cl::value_desc("FILE"), cl::cat(compareCategory),
      cl::desc("Integer labels: report how often the largest element of the "
               "first output's last dimension is at the label")};
};

} // namespace

static bool isTolerance(llvm::StringRef name, double value) {
  if (value >= 0 && std::isfinite(value))
    return true;
  reportError("--" + name + ": expected a finite number that is not negative");
  return false;
}

std::optional<Options> parseOptions(int argc, char **argv) {
  // Libraries register options of their own, some under names of ours.
  cl::ResetCommandLineParser();
  CommandLine line;
  cl::SetVersionPrinter(
      [](llvm::raw_ostream &os) { os << exec::kProducer << "\n"; });
  cl::HideUnrelatedOptions(
      {&line.runCategory, &line.fileCategory, &line.compareCategory});
  // With a stream for errors it returns instead of exiting with code 1.
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &llvm::errs()))
    return std::nullopt;
  if (!isTolerance("rtol", line.rtol) || !isTolerance("atol", line.atol) ||
      !isTolerance("rms", line.rms))
    return std::nullopt;
  if (line.repeat == 0 || line.threads == 0) {
    reportError(llvm::Twine(line.repeat == 0 ? "--repeat" : "--threads") +
                ": expected at least 1");
    return std::nullopt;
  }
  Options options;
  options.file = line.file;
  options.mode = line.mode;
  options.evaluation = line.evaluation;
  options.dims = line.dims;
  options.inputs = line.inputs;
  options.outputs = line.outputs;
  options.expected = line.expected;
  options.labels = line.labels;
  options.json = line.json;
  options.rtol = line.rtol;
  options.atol = line.atol;
  if (line.rms.getNumOccurrences())
    options.rms = line.rms;
  options.randomInputs = line.randomInputs;
  options.seed = line.seed;
  options.repeat = line.repeat;
  options.threads = line.threads;
  options.timing = !line.noTiming;
  options.sections = line.sections;
  return options;
}

} // namespace wafer::run
