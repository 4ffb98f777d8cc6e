//===- Options.cpp - the command line of wafer-conformance -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "wafer/Executor/File/ModuleFile.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <thread>

namespace cl = llvm::cl;

namespace wafer::conformance {

static constexpr const char *kOverview =
    R"(runs trees of ONNX test cases and counts what passes

  wafer-conformance corpora/onnx_node --json node.json
  wafer-conformance models -v --filter=gpt2
  wafer-conformance corpora/onnx_node --mode=functional --machine='mesh<16x16>'

Exit codes: 0 no case failed, 1 a case failed or there was none, 2 bad usage or machine.
)";

namespace {

/// The options as llvm::cl wants them.
struct CommandLine {
  cl::OptionCategory category{"wafer-conformance"};

  cl::list<std::string> folders{cl::Positional, cl::OneOrMore,
                                cl::desc("DIR..."), cl::cat(category)};
  cl::opt<run::Mode> mode{
      "mode", cl::desc("Executor (default: reference)"),
      cl::values(clEnumValN(run::Mode::Reference, "reference",
                            "the tensor graph, op by op"),
                 clEnumValN(run::Mode::Functional, "functional",
                            "compiled; every PE, unbounded channels"),
                 clEnumValN(run::Mode::Cycle, "cycle",
                            "compiled; every wavelet, cycle by cycle")),
      cl::init(run::Mode::Reference), cl::cat(category)};
  cl::opt<run::Evaluation> evaluation{
      "eval", cl::desc("Arithmetic of reference mode (default: typed)"),
      cl::values(clEnumValN(run::Evaluation::F64, "f64", "double precision"),
                 clEnumValN(run::Evaluation::F32, "f32", "single precision"),
                 clEnumValN(run::Evaluation::Typed, "typed",
                            "f64, every result rounded to its type")),
      cl::init(run::Evaluation::Typed), cl::cat(category)};
  cl::opt<std::string> machine{
      "machine", cl::init("mesh<16x16>"), cl::value_desc("MACHINE"),
      cl::desc("wse2, wse3, mesh<WxH> or a machine file (default: "
               "mesh<16x16>)"),
      cl::cat(category)};
  cl::opt<bool> normalise{
      "normalise", cl::cat(category),
      cl::desc("Bring graphs to phase graph before reference mode")};
  cl::list<std::string> filters{
      "filter", cl::value_desc("TEXT"), cl::cat(category),
      cl::desc("Only cases whose path holds TEXT; may be repeated")};
  cl::opt<std::string> json{"json", cl::value_desc("FILE"), cl::cat(category),
                            cl::desc("Write the results as JSON")};
  cl::opt<bool> verbose{
      "v", cl::cat(category),
      cl::desc("Print skipped cases too, with their reasons")};
  cl::opt<unsigned> jobs{
      "jobs", cl::value_desc("N"), cl::cat(category),
      cl::init(std::max(1u, std::thread::hardware_concurrency())),
      cl::desc("Cases at a time (default: one for each processor)")};
  cl::opt<double> rtol{"rtol", cl::init(1e-3), cl::value_desc("X"),
                       cl::cat(category),
                       cl::desc("Relative error of f32 (default: 1e-3)")};
  cl::opt<double> atol{"atol", cl::init(1e-5), cl::value_desc("X"),
                       cl::cat(category),
                       cl::desc("Absolute error added to it (default: 1e-5)")};
  cl::opt<double> rmsF16{
      "rms-f16", cl::init(2e-3), cl::value_desc("X"), cl::cat(category),
      cl::desc("Relative RMS error of f16 outputs of whole models (default: "
               "2e-3)")};
  cl::opt<double> timeLimit{"time-limit", cl::init(60), cl::value_desc("S"),
                            cl::cat(category),
                            cl::desc("Seconds for each case (default: 60)")};
  cl::opt<unsigned> memoryLimit{
      "memory-limit", cl::init(8192), cl::value_desc("MB"), cl::cat(category),
      cl::desc("Address space of each case, 0 for no limit (default: 8192)")};
};

} // namespace

static bool reportUsage(const llvm::Twine &message) {
  llvm::errs() << "wafer-conformance: error: " << message << "\n";
  return false;
}

static bool check(const CommandLine &line) {
  for (auto [name, value] : {std::pair<const char *, double>("rtol", line.rtol),
                             {"atol", line.atol},
                             {"rms-f16", line.rmsF16},
                             {"time-limit", line.timeLimit}})
    if (!(value >= 0) || !std::isfinite(value))
      return reportUsage(llvm::Twine("--") + name +
                         ": expected a finite number that is not negative");
  if (line.jobs == 0)
    return reportUsage("--jobs: expected at least 1");
  for (const std::string &folder : line.folders)
    if (!llvm::sys::fs::is_directory(folder))
      return reportUsage(folder + ": is no folder");
  return true;
}

std::optional<Options> parseOptions(int argc, char **argv) {
  // Libraries register options of their own, some under names of ours.
  cl::ResetCommandLineParser();
  CommandLine line;
  cl::SetVersionPrinter(
      [](llvm::raw_ostream &os) { os << exec::kProducer << "\n"; });
  cl::HideUnrelatedOptions(line.category);
  // With a stream for errors it returns instead of exiting with code 1.
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &llvm::errs()) ||
      !check(line))
    return std::nullopt;
  Options options;
  options.folders = line.folders;
  options.filters = line.filters;
  options.json = line.json;
  options.verbose = line.verbose;
  options.jobs = line.jobs;
  options.run.mode = line.mode;
  options.run.evaluation = line.evaluation;
  options.run.machine = line.machine;
  options.run.normalise = line.normalise;
  options.run.rtol = line.rtol;
  options.run.atol = line.atol;
  options.run.rmsF16 = line.rmsF16;
  options.run.timeLimitInSeconds = line.timeLimit;
  options.run.memoryLimitInMegabytes = line.memoryLimit;
  return options;
}

} // namespace wafer::conformance
