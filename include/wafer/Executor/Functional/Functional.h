//===- Functional.h - the functional executor -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_FUNCTIONAL_FUNCTIONAL_H
#define WAFER_EXECUTOR_FUNCTIONAL_FUNCTIONAL_H

#include "wafer/Executor/Machine/HostMemory.h"
#include "wafer/Executor/Machine/Run.h"

namespace wafer::exec {

/// Runs a verified module with unbounded channels: the same bits as the cycle
/// executor (E60) where that one finishes, and an estimate of its cycles. PEs
/// that do the same on different data run as lanes of one instruction. `memory`
/// receives the outputs.
RunResult runFunctional(pe::ModuleOp module, HostMemory &memory,
                        const RunOptions &options = {});

/// Runs the tasks of a program in phase streamed, routed or allocated
/// (loadProgram): the bits are those of the pe.module that it is lowered to.
/// From `routed` on wavelets follow the routes. Before, they go from source to
/// readers by themselves: the cycles take the shortest way, and
/// RunResult::hasRoutes says that nobody counted hops.
RunResult runFunctional(mesh::ProgramOp program, HostMemory &memory,
                        const RunOptions &options = {});

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_FUNCTIONAL_FUNCTIONAL_H
