//===- Passes.td - from tasks to programs of PEs -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LOWERTOPE_PASSES_TD
#define WAFER_LOWERTOPE_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerToPE : Pass<"wafer-lower-to-pe", "::mlir::ModuleOp"> {
  let summary = "writes a program for each class of PEs";
  let description = [{
    PEs that run the same tasks, hold the same buffers, copy the same slices and use the same colours for each stream form
    a class. A class's program is its tasks in order, with queues in place of streams. Classes with equal programs become
    one: tasks on two sides of a mesh are often the same but for the names of their streams.
  }];
  let dependentDialects = ["::wafer::pe::PEDialect"];
}

#endif
