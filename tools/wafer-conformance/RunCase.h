//===- RunCase.h - one test case, run and judged -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_CONFORMANCE_RUNCASE_H
#define WAFER_TOOLS_WAFER_CONFORMANCE_RUNCASE_H

#include "Cases.h"
#include "Options.h"

namespace wafer::conformance {

enum class Status {
  Pass,
  Fail,        ///< Wrong or no answer, a crash, out of time or memory.
  Unsupported, ///< Refused by the importer or, compiled, by a phase.
  Skipped,     ///< No stored outputs: nothing to compare with.
};
inline constexpr Status kStatuses[] = {Status::Pass, Status::Fail,
                                       Status::Unsupported, Status::Skipped};
/// "pass", "fail", "unsupported", "skipped".
llvm::StringRef stringifyStatus(Status status);

struct CaseResult {
  Status status = Status::Fail;
  /// One line; empty if there is nothing to say.
  std::string reason;
  /// As OnnxModelInfo has them; empty for MLIR files.
  std::vector<std::string> operators;
  /// Of the worst output.
  double maxAbsError = 0, relativeRms = 0;
  /// An f16 output passed by --rms-f16, not element by element.
  bool isJudgedByRms = false;
  /// Stored values of inputs were constants of the import: shapes depend on
  /// them, so the model was compiled for this data set alone.
  bool hasBoundInputs = false;
  double seconds = 0;
};

/// Tells the operators of a case as soon as they are known, so that they are
/// known of one that crashes.
using OperatorListener =
    llvm::function_ref<void(const std::vector<std::string> &)>;

/// Runs `test` in this process. Symbolic dimensions take their sizes from the
/// stored inputs. Messages of the compiler become the reason.
CaseResult runCase(const Case &test, const RunOptions &options,
                   OperatorListener onOperators);

} // namespace wafer::conformance

#endif // WAFER_TOOLS_WAFER_CONFORMANCE_RUNCASE_H
