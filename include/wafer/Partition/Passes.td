//===- Passes.td - from a tensor graph to kernels -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PARTITION_PASSES_TD
#define WAFER_PARTITION_PASSES_TD

include "mlir/Pass/PassBase.td"

def LegalizeAttention : Pass<"wafer-legalize-attention", "::mlir::ModuleOp"> {
  let summary = "gives attention operands the form in which they lie on a mesh";
  let description = [{
    The kernel of attention reads queries, keys and values as tokens by features, a head's features side by side. Operands that the
    host has, or that lie in another order, are copied to the mesh first; a result that is read in another order is copied behind.

    ```mlir
    %0 = graph.attention %q, %k, %v scale 0.5 : (tensor<2x4x7x8xf32>, tensor<2x4x7x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x7x8xf32>
    ```
    reads, where `%q` is an argument, a view of
    ```mlir
    %1 = graph.transpose %q perm [0, 2, 1, 3] : (tensor<2x4x7x8xf32>) -> tensor<2x7x4x8xf32>
    %2 = graph.reshape %1 : tensor<2x7x4x8xf32> -> tensor<2x7x32xf32>
    %3 = graph.cast %2 : tensor<2x7x32xf32> -> tensor<2x7x32xf32>
    ```
  }];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def LegalizeProducts : Pass<"wafer-legalize-products", "::mlir::ModuleOp"> {
  let summary = "makes parts of products products of parts of weights";
  let description = [{
    A slice or repetition of a product's features becomes a product of its own, with the same slice of the weights and of the
    bias: on the mesh, features that move cost streams, and views of host tensors nothing.

    ```mlir
    %0 = graph.matmul %x, %w : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32>
    %1 = graph.slice %0 starts [0, 8] sizes [8, 8] steps [1, 1] : (tensor<8x24xf32>) -> tensor<8x8xf32>
    ```
    becomes a product of `%x` and columns 8 to 16 of `%w`.
  }];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def PartitionGraph : Pass<"wafer-partition-graph", "::mlir::ModuleOp"> {
  let summary = "cuts a graph into wafer programs of kernels with layouts and dataflows";
  let description = [{
    Each matrix product with the elementwise ops behind it becomes a kernel; so do runs of other elementwise ops. Tensors
    lie with tokens over rows and features over columns. Where an op needs a tensor in another form (transposed, reshaped
    across features, as a right operand), the model is cut: the tensor goes to host memory, and a later program reads it.
    The graph function stays, as the reference.
  }];
  let options = [
    Option<"machine", "machine", "std::string", "\"\"", "Target: wse2, wse3, mesh<WxH> or a machine file">,
    Option<"reduce", "reduce", "std::string", "\"chain\"", "How the partial sums of products meet: chain or ring">
  ];
  let dependentDialects = ["::wafer::mesh::WaferDialect", "::wafer::pe::PEDialect", "::wafer::machine::MachineDialect"];
}

def RepeatHeads : Pass<"wafer-repeat-heads", "::mlir::ModuleOp"> {
  let summary = "gives attention as many heads of keys and values as of queries";
  let description = [{
    Heads that several heads of queries share are repeated, before the rotary embedding behind which they stand, so that
    `wafer-legalize-products` can repeat the weights of the product in front instead.

    ```mlir
    %0 = graph.attention %q, %k, %v scale 0.5 : (tensor<2x4x7x8xf32>, tensor<2x2x7x8xf32>, tensor<2x2x7x8xf32>) -> tensor<2x4x7x8xf32>
    ```
    becomes, for `%k` and `%v`, one of heads 0, 0, 1, 1:
    ```mlir
    %1 = graph.reshape %k : tensor<2x2x7x8xf32> -> tensor<2x2x1x7x8xf32>
    %2 = graph.expand %1 : tensor<2x2x1x7x8xf32> -> tensor<2x2x2x7x8xf32>
    %3 = graph.reshape %2 : tensor<2x2x2x7x8xf32> -> tensor<2x4x7x8xf32>
    ```
  }];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

#endif
