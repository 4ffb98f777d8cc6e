//===- Passes.h - down the ladder from any phase -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PIPELINE_PASSES_H
#define WAFER_PIPELINE_PASSES_H

#include "dialects/Wafer/Wafer.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace wafer {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "wafer/Pipeline/Passes.h.inc"

/// The pipelines `wafer-to-graph` ... `wafer-to-pe`, one for each phase.
void registerPhasePipelines();

} // namespace wafer

#endif
