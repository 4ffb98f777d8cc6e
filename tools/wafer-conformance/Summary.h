//===- Summary.h - what passed, as a table and as JSON -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_CONFORMANCE_SUMMARY_H
#define WAFER_TOOLS_WAFER_CONFORMANCE_SUMMARY_H

#include "RunCase.h"
#include "llvm/Support/JSON.h"
#include <array>

namespace wafer::conformance {

/// Cases by status.
struct Totals {
  std::array<int64_t, std::size(kStatuses)> counts{};
  int64_t &operator[](Status status) {
    return counts[static_cast<size_t>(status)];
  }
  int64_t operator[](Status status) const {
    return counts[static_cast<size_t>(status)];
  }
};

Totals countCases(llvm::ArrayRef<CaseResult> results);

/// A line for each operator with the cases that use it, then the totals, then
/// how many outputs were judged by relative RMS.
void printTable(llvm::ArrayRef<CaseResult> results, llvm::raw_ostream &os);

/// {"cases": [{"case", "status", "reason", "operators", ...}], "totals": ...}
llvm::json::Object toJSON(llvm::ArrayRef<Case> cases,
                          llvm::ArrayRef<CaseResult> results,
                          const Options &options);

} // namespace wafer::conformance

#endif // WAFER_TOOLS_WAFER_CONFORMANCE_SUMMARY_H
