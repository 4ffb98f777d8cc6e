//===- Isolate.h - cases in processes of their own -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_CONFORMANCE_ISOLATE_H
#define WAFER_TOOLS_WAFER_CONFORMANCE_ISOLATE_H

#include "RunCase.h"

namespace wafer::conformance {

/// Called with the index of a case when its result is there, in any order.
using ResultListener =
    llvm::function_ref<void(size_t index, const CaseResult &result)>;

/// Runs each case in a forked process with the limits of `options.run`,
/// `options.jobs` at a time. A crash, a hang or want of memory fails the case
/// and no other. The caller must be single-threaded.
std::vector<CaseResult> runIsolated(llvm::ArrayRef<Case> cases,
                                    const Options &options,
                                    ResultListener onResult);

} // namespace wafer::conformance

#endif // WAFER_TOOLS_WAFER_CONFORMANCE_ISOLATE_H
