//===- Judge.h - tolerances of conformance cases -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_CONFORMANCE_JUDGE_H
#define WAFER_TOOLS_WAFER_CONFORMANCE_JUDGE_H

#include "RunCase.h"
#include "wafer/Executor/Tensor.h"

namespace wafer::conformance {

/// A graph of at least so many nodes is a whole model: the roundings of its f16
/// values add up.
inline constexpr int64_t kWholeModelNodes = 50;

/// Judges output `name` by the tolerances of its element type and updates
/// `result`: status and reason if it is wrong, the worst errors always.
/// `numNodes` are the nodes of the model.
void judgeOutput(llvm::StringRef name, const exec::Tensor &got,
                 const exec::Tensor &expected, int64_t numNodes,
                 const RunOptions &options, CaseResult &result);

} // namespace wafer::conformance

#endif // WAFER_TOOLS_WAFER_CONFORMANCE_JUDGE_H
