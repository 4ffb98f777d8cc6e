//===- wafer-conformance.cpp - runs trees of test cases -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Isolate.h"
#include "Summary.h"

#include "wafer/Executor/File/ModuleFile.h"
#include "wafer/Executor/TensorIO.h"
#include "wafer/Executor/TensorProtoIO.h"
#include "wafer/Target/LoadMachine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

using namespace llvm;
using namespace wafer;
using namespace wafer::conformance;

static int reportError(const Twine &message) {
  errs() << "wafer-conformance: error: " << message << "\n";
  return kBadUsage;
}

/// A machine that cannot be loaded would make every case unsupported.
static Error checkMachine(StringRef spec) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string reason;
  mlir::ScopedDiagnosticHandler handler(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          reason = diagnostic.str();
                                          return mlir::success();
                                        });
  if (mlir::succeeded(loadMachine(spec, &context, [&] {
        return mlir::emitError(mlir::UnknownLoc::get(&context));
      })))
    return Error::success();
  return createStringError("--machine: " + reason);
}

static std::vector<Case> findAllCases(const Options &options) {
  std::vector<Case> cases;
  for (const std::string &folder : options.folders)
    for (Case &found : findCases(folder)) {
      bool isAsked = options.filters.empty() ||
                     any_of(options.filters, [&](const std::string &text) {
                       return StringRef(found.name).contains(text);
                     });
      if (isAsked)
        cases.push_back(std::move(found));
    }
  return cases;
}

static Error writeJSON(const Options &options, json::Value results) {
  auto print = [&](raw_ostream &os) { os << formatv("{0:2}\n", results); };
  if (options.json != "-")
    return exec::writeFileAtomically(options.json, print);
  print(outs());
  return Error::success();
}

namespace {

/// Says what did not pass, in the order of the cases, and how far the run is.
class Reporter {
public:
  Reporter(ArrayRef<Case> cases, bool isVerbose, raw_ostream &os)
      : cases(cases), isVerbose(isVerbose), os(os), messages(cases.size()),
        isTerminal(sys::Process::StandardErrIsDisplayed()) {}

  void add(size_t index, const CaseResult &result) {
    ++numDone;
    bool isShown = result.status == Status::Fail ||
                   result.status == Status::Unsupported ||
                   (isVerbose && result.status == Status::Skipped);
    messages[index] = isShown
                          ? (stringifyStatus(result.status) + ": " +
                             cases[index].name + ": " + result.reason + "\n")
                                .str()
                          : "";
    if (isTerminal)
      errs() << "\r\033[K";
    for (; numShown < messages.size() && messages[numShown]; ++numShown)
      os << *messages[numShown];
    showProgress();
  }

private:
  using Clock = std::chrono::steady_clock;
  ArrayRef<Case> cases;
  bool isVerbose;
  raw_ostream &os;
  std::vector<std::optional<std::string>> messages;
  size_t numDone = 0, numShown = 0;
  bool isTerminal;
  Clock::time_point lastLine = Clock::now();

  /// One line that changes; in a file a line every half minute.
  void showProgress() {
    constexpr std::chrono::seconds kPeriod(30);
    bool isLast = numDone == cases.size();
    if (isTerminal && !isLast) {
      errs() << numDone << " of " << cases.size() << " cases";
    } else if (!isTerminal && Clock::now() - lastLine >= kPeriod) {
      errs() << numDone << " of " << cases.size() << " cases\n";
      lastLine = Clock::now();
    }
  }
};

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  std::optional<Options> options = parseOptions(argc, argv);
  if (!options)
    return kBadUsage;
  if (Error error = checkMachine(options->run.machine))
    return reportError(toString(std::move(error)));
  if (!options->json.empty())
    if (Error error = exec::checkWritable(options->json))
      return reportError(toString(std::move(error)));
  exec::registerTensorProtoIO();
  std::vector<Case> cases = findAllCases(*options);
  if (cases.empty()) {
    reportError("no case found: expected folders that hold model.onnx");
    return kFailures;
  }
  // The JSON may have standard output for itself.
  raw_ostream &os = options->json == "-" ? errs() : outs();
  Reporter reporter(cases, options->verbose, os);
  std::vector<CaseResult> results =
      runIsolated(cases, *options, [&](size_t i, const CaseResult &result) {
        reporter.add(i, result);
      });
  printTable(results, os);
  if (!options->json.empty())
    if (Error error = writeJSON(*options, toJSON(cases, results, *options)))
      return reportError(toString(std::move(error)));
  return countCases(results)[Status::Fail] ? kFailures : kSuccess;
}
