//===- Passes.td - from kernels to tasks and streams -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXPAND_PASSES_TD
#define WAFER_EXPAND_PASSES_TD

include "mlir/Pass/PassBase.td"

def ExpandKernels : Pass<"wafer-expand-kernels", "::mlir::ModuleOp"> {
  let summary = "writes out each kernel's buffers, host copies, streams and tasks";
  let description = [{
    Every placed kernel is expanded by the entry of the kernel library that its dataflow names, in program order; then
    each `wafer.output` becomes a `pe.store`. The kernels stay: they are what the tasks mean.
  }];
  let dependentDialects = ["::wafer::mesh::WaferDialect", "::wafer::pe::PEDialect"];
}

#endif
