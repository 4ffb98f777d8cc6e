//===- Summary.cpp - what passed, as a table and as JSON -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Summary.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace llvm;

namespace wafer::conformance {

Totals countCases(ArrayRef<CaseResult> results) {
  Totals totals;
  for (const CaseResult &result : results)
    ++totals[result.status];
  return totals;
}

static void printRow(StringRef name, const Totals &row, raw_ostream &os) {
  os << left_justify(name, 40);
  for (Status status : kStatuses)
    os << format("%12lld", static_cast<long long>(row[status]));
  os << "\n";
}

void printTable(ArrayRef<CaseResult> results, raw_ostream &os) {
  std::map<std::string, Totals> byOperator;
  int64_t numByRms = 0, numBound = 0;
  for (const CaseResult &result : results) {
    numByRms += result.status == Status::Pass && result.isJudgedByRms;
    numBound += result.status == Status::Pass && result.hasBoundInputs;
    for (const std::string &name : result.operators)
      ++byOperator[name][result.status];
  }
  os << left_justify("operator (cases that use it)", 40);
  for (Status status : kStatuses)
    os << right_justify(stringifyStatus(status), 12);
  os << "\n";
  for (const auto &[name, row] : byOperator)
    printRow(name, row, os);
  printRow("all cases", countCases(results), os);
  if (numByRms)
    os << numByRms
       << " of the passed cases: f16 outputs of whole models, judged by "
          "relative RMS (--rms-f16), not element by element\n";
  if (numBound)
    os << numBound
       << " of the passed cases: imported with the stored values of inputs on "
          "which shapes or attributes depend\n";
}

json::Object toJSON(ArrayRef<Case> cases, ArrayRef<CaseResult> results,
                    const Options &options) {
  json::Array list;
  for (auto [test, result] : llvm::zip_equal(cases, results)) {
    json::Object entry{{"case", json::fixUTF8(test.name)},
                       {"status", stringifyStatus(result.status)},
                       {"reason", json::fixUTF8(result.reason)},
                       {"operators", json::Array(result.operators)},
                       {"model", json::fixUTF8(test.model)},
                       {"seconds", result.seconds}};
    if (result.status == Status::Pass || result.maxAbsError > 0) {
      entry["maxAbsError"] = result.maxAbsError;
      entry["relativeRms"] = result.relativeRms;
    }
    if (result.isJudgedByRms)
      entry["judgedBy"] = "rms-f16";
    if (result.hasBoundInputs)
      entry["boundInputs"] = true;
    list.push_back(std::move(entry));
  }
  json::Object totals;
  Totals counts = countCases(results);
  for (Status status : kStatuses)
    totals[stringifyStatus(status)] = counts[status];
  totals["cases"] = static_cast<int64_t>(cases.size());
  json::Object object{{"mode", run::stringifyMode(options.run.mode)},
                      {"cases", std::move(list)},
                      {"totals", std::move(totals)}};
  if (options.run.mode != run::Mode::Reference)
    object["machine"] = options.run.machine;
  return object;
}

} // namespace wafer::conformance
