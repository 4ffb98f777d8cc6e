//===- Passes.td - from a tensor graph to kernels -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PARTITION_PASSES_TD
#define WAFER_PARTITION_PASSES_TD

include "mlir/Pass/PassBase.td"

def PartitionGraph : Pass<"wafer-partition-graph", "::mlir::ModuleOp"> {
  let summary = "cuts a graph into wafer programs of kernels with layouts and dataflows";
  let description = [{
    Each matrix product with the elementwise ops behind it becomes a kernel; so do runs of other elementwise ops. Tensors
    lie with tokens over rows and features over columns. Where an op needs a tensor in another form (transposed, reshaped
    across features, as a right operand), the model is cut: the tensor goes to host memory, and a later program reads it.
    The graph function stays, as the reference.
  }];
  let options = [
    Option<"machine", "machine", "std::string", "\"\"", "Target: wse2, wse3, mesh<WxH> or a machine file">
  ];
  let dependentDialects = ["::wafer::mesh::WaferDialect", "::wafer::pe::PEDialect", "::wafer::machine::MachineDialect"];
}

#endif
