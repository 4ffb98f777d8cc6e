//===- Summary.h - what a run did, as text and as JSON -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_RUN_SUMMARY_H
#define WAFER_TOOLS_WAFER_RUN_SUMMARY_H

#include "Compare.h"
#include "Model.h"
#include "Options.h"
#include "wafer/Executor/Machine/Run.h"
#include "llvm/Support/JSON.h"

namespace wafer::run {

/// An output that was compared.
struct Comparison {
  std::string name, path;
  llvm::SmallVector<int64_t> shape;
  Difference difference;
};

struct Summary {
  Mode mode = Mode::Functional;
  /// Null if the file names no machine.
  machine::DescAttr machine;
  std::optional<exec::RunResult> machineRun;
  llvm::SmallVector<Comparison> comparisons;
  std::optional<double> accuracy;
  unsigned repeats = 1;
  /// Wall-clock seconds: reading the file and the inputs, all runs, comparing.
  double readSeconds = 0, runSeconds = 0, compareSeconds = 0;

  bool matches() const;
  void print(llvm::raw_ostream &os) const;
  llvm::json::Object toJSON() const;
};

} // namespace wafer::run

#endif // WAFER_TOOLS_WAFER_RUN_SUMMARY_H
