//===- Passes.td - rectangles for kernels -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PLACE_PASSES_TD
#define WAFER_PLACE_PASSES_TD

include "mlir/Pass/PassBase.td"

def PlaceKernels : Pass<"wafer-place-kernels", "::mlir::ModuleOp"> {
  let summary = "chooses launches, a rectangle for each kernel, and the block sizes of products, by cost";
  let description = [{
    Every choice compares modelled cycles under the SRAM limit (lib/Kernels/CostModel.h). What is written already stays:
    a kernel with `at` and `to`, a product with `pieces`, a program with more than one launch.
  }];
  let dependentDialects = ["::wafer::mesh::WaferDialect"];
}

#endif
