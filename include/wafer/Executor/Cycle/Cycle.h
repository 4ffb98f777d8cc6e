//===- Cycle.h - the cycle executor -----------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_CYCLE_CYCLE_H
#define WAFER_EXECUTOR_CYCLE_CYCLE_H

#include "wafer/Executor/Machine/HostMemory.h"
#include "wafer/Executor/Machine/Run.h"

namespace wafer::exec {

/// Runs a verified module cycle by cycle (E50 to E55): every wavelet passes
/// through queues, ramps, routers and links. The cost follows what moves; idle
/// PEs and blocked wavelets cost nothing. `memory` receives the outputs.
RunResult runCycle(pe::ModuleOp module, HostMemory &memory,
                   const RunOptions &options = {});

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_CYCLE_CYCLE_H
