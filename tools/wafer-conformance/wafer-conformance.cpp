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
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace wafer;
using namespace wafer::conformance;

static int reportError(const Twine &message) {
  errs() << "wafer-conformance: error: " << message << "\n";
  return kBadUsage;
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

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  std::optional<Options> options = parseOptions(argc, argv);
  if (!options)
    return kBadUsage;
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
  bool isTerminal = sys::Process::StandardErrIsDisplayed();
  size_t numDone = 0;
  std::vector<CaseResult> results =
      runIsolated(cases, *options, [&](size_t i, const CaseResult &result) {
        ++numDone;
        if (isTerminal)
          errs() << "\r\033[K";
        if (options->verbose && result.status != Status::Pass)
          os << stringifyStatus(result.status) << ": " << cases[i].name << ": "
             << result.reason << "\n";
        if (isTerminal)
          errs() << numDone << " of " << cases.size() << " cases";
      });
  if (isTerminal)
    errs() << "\r\033[K";
  printTable(results, os);
  if (!options->json.empty())
    if (Error error = writeJSON(*options, toJSON(cases, results, *options)))
      return reportError(toString(std::move(error)));
  return countCases(results)[Status::Fail] ? kFailures : kSuccess;
}
