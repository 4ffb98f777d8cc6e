//===- Passes.td - normalisation of tensor graphs -----------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_PASSES_TD
#define WAFER_GRAPH_PASSES_TD

include "mlir/Pass/PassBase.td"

def FoldConstants : Pass<"graph-fold-constants"> {
  let summary = "computes what depends on small constants only";
  let description = [{
    Replaces ops whose operands are all constants in the IR, or graph.iota, by
    what the reference executor computes, if operands and results have at most
    4096 elements each, or 65536 where all are integers or bools. Every op rounds
    to its type. Products and sums of
    floating-point numbers stay: their order is the executor's choice. Constants
    in files are not read; a reshape of any constant is only a change of its type.

    ```mlir
    %0 = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %1 = graph.cast %0 : tensor<2xf32> -> tensor<2xf16>
    ```
    becomes
    ```mlir
    %1 = graph.constant dense<[1.0, 2.0]> : tensor<2xf16>
    ```
  }];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def CheckIndices : Pass<"graph-check-indices"> {
  let summary = "refuses constant indices that are out of range";
  let description = [{
    A gather or scatter whose indices depend on constants only fails for every
    input if one of them is outside of its dimension, as positions are behind
    the end of their table when a sequence is too long. Changes nothing.

    ```mlir
    %i = graph.constant dense<[1, 2]> : tensor<2xi64>
    %0 = graph.gather %x, %i axis 0 : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
    ```
    is refused: `'graph.gather' requires indices from -2 to 1 into 'tensor<2x3xf32>', found 2 at [1]`.
  }];
  let options = [Option<"folder", "folder", "std::string", "\"\"",
      "Where relative paths of constants in files start (default: the working directory)">];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def FoldOperands : Pass<"graph-fold-operands"> {
  let summary = "computes operands that PEs could not";
  let description = [{
    Positions, masks and angles are computed from constants by way of integers,
    bools, sines and cosines, which PEs do not compute. Where an operand of something that
    is not constant is such a value, of up to 2^22 elements (2^24 for all), it
    becomes a constant. Runs when everything is raised: a causal mask is gone by
    then. Another constant mask of bools becomes one of 0 and -infinity.

    ```mlir
    %i = graph.iota : tensor<5000xi64>
    %0 = graph.gather %x, %i axis 0 : (tensor<6000x3xf32>, tensor<5000xi64>) -> tensor<5000x3xf32>
    ```
    gets a constant of 5000 indices for `%i`.
  }];
  let options = [Option<"folder", "folder", "std::string", "\"\"",
      "Where relative paths of constants in files start (default: the working directory)">];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def Simplify : Pass<"graph-simplify"> {
  let summary = "brings graphs into the few forms that later stages know";
  let description = [{
    Applies the folds and canonical forms of the dialect and makes matrix
    products of stacked rows products of matrices: a product of an operand of
    rank 3 or more with one matrix works on a reshape to rank 2, and maps,
    reductions, softmax and normalisations that follow move in front of the reshape
    back. Rows are gathered from a list of indices. Operands of maps lose
    expansions and dimensions of 1 that broadcasting does not need. Dead ops
    disappear.

    ```mlir
    %0 = graph.matmul %x, %w
       : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
    %1 = graph.relu %0 : tensor<2x3x5xf32>
    ```
    becomes
    ```mlir
    %0 = graph.reshape %x : tensor<2x3x4xf32> -> tensor<6x4xf32>
    %1 = graph.matmul %0, %w
       : (tensor<6x4xf32>, tensor<4x5xf32>) -> tensor<6x5xf32>
    %2 = graph.relu %1 : tensor<6x5xf32>
    %3 = graph.reshape %2 : tensor<6x5xf32> -> tensor<2x3x5xf32>
    ```
  }];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def FuseActivations : Pass<"graph-fuse-activations"> {
  let summary = "makes gelu, silu and sigmoid of maps that compute them";
  let description = [{
    Recognises the functions by their formula, in whatever way it is written.

    ```mlir
    %half = graph.constant dense<5.0e-1> : tensor<f32>
    %one = graph.constant dense<1.0> : tensor<f32>
    %root = graph.constant dense<1.41421354> : tensor<f32>
    %0 = graph.div %x, %root : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
    %1 = graph.erf %0 : tensor<4x6xf32>
    %2 = graph.add %1, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
    %3 = graph.mul %x, %2 : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %4 = graph.mul %3, %half : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
    ```
    becomes
    ```mlir
    %4 = graph.gelu %x : tensor<4x6xf32>
    ```
  }];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def FuseSoftmax : Pass<"graph-fuse-softmax"> {
  let summary = "makes softmax and log_softmax of maps and reductions";
  let description = [{
    With or without the subtraction of a maximum.

    ```mlir
    %0 = graph.exp %x : tensor<4x6xf32>
    %1 = graph.reduce_sum %0 axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
    %2 = graph.div %0, %1 : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
    ```
    becomes
    ```mlir
    %2 = graph.softmax %x axis 1 : (tensor<4x6xf32>) -> tensor<4x6xf32>
    ```
  }];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def FuseNormalizations : Pass<"graph-fuse-normalizations"> {
  let summary = "makes layer and RMS normalisations of maps and reductions";
  let description = [{
    Recognises them by their formula, in whatever way it is written, with scale and bias.

    ```mlir
    %eps = graph.constant dense<1.0e-5> : tensor<f32>
    %0 = graph.mul %x, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
    %1 = graph.reduce_mean %0 axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
    %2 = graph.add %1, %eps : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
    %3 = graph.sqrt %2 : tensor<4x1xf32>
    %4 = graph.div %x, %3 : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
    %5 = graph.mul %4, %scale : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
    ```
    becomes
    ```mlir
    %5 = graph.rms_normalization %x, %scale axis 1 epsilon 9.9999997473787516E-6
       : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
    ```
  }];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def FuseRotary : Pass<"graph-fuse-rotary"> {
  let summary = "raises rotary embedding to one op";
  let description = [{
    Finds values whose last dimension is pairs of elements of another value
    turned by angles, however slices, concatenations, permutations and
    negations spell it, and makes them graph.rotary_embedding.

    ```mlir
    %a = graph.slice %x starts [0, 0] sizes [6, 2] steps [1, 1] : (tensor<6x4xf32>) -> tensor<6x2xf32>
    %b = graph.slice %x starts [0, 2] sizes [6, 2] steps [1, 1] : (tensor<6x4xf32>) -> tensor<6x2xf32>
    %n = graph.neg %b : tensor<6x2xf32>
    %h = graph.concat %n, %a axis 1 : (tensor<6x2xf32>, tensor<6x2xf32>) -> tensor<6x4xf32>
    %c = graph.concat %cos, %cos axis 1 : (tensor<6x2xf32>, tensor<6x2xf32>) -> tensor<6x4xf32>
    %s = graph.concat %sin, %sin axis 1 : (tensor<6x2xf32>, tensor<6x2xf32>) -> tensor<6x4xf32>
    %0 = graph.mul %x, %c : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %1 = graph.mul %h, %s : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    %2 = graph.add %0, %1 : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
    ```
    becomes
    ```mlir
    %2 = graph.rotary_embedding %x, %cos, %sin
       : (tensor<6x4xf32>, tensor<6x2xf32>, tensor<6x2xf32>) -> tensor<6x4xf32>
    ```
  }];
  let options = [Option<"folder", "folder", "std::string", "\"\"",
      "Where relative paths of constants in files start (default: the working directory)">];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

def FuseAttention : Pass<"graph-fuse-attention"> {
  let summary = "raises scaled dot-product attention to one op";
  let description = [{
    Finds softmax(query·key^T, scaled and masked)·value and makes it
    graph.attention: heads of keys and values that repeat become groups, a mask
    that is causal becomes `causal`, other masks the mask operand. lib/Graph/FuseAttention.cpp
    says when a mask with finite numbers is the same.

    ```mlir
    %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x7x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x7x7xf32>
    %m = graph.mul %s, %half : (tensor<2x4x7x7xf32>, tensor<f32>) -> tensor<2x4x7x7xf32>
    %a = graph.add %m, %mask : (tensor<2x4x7x7xf32>, tensor<2x1x7x7xf32>) -> tensor<2x4x7x7xf32>
    %w = graph.softmax %a axis 3 : (tensor<2x4x7x7xf32>) -> tensor<2x4x7x7xf32>
    %r = graph.matmul %w, %v : (tensor<2x4x7x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x7x6xf32>
    ```
    becomes
    ```mlir
    %r = graph.attention %q, %k, %v mask %mask scale 5.0e-01
       : (tensor<2x4x7x8xf32>, tensor<2x4x7x8xf32>, tensor<2x4x7x6xf32>, tensor<2x1x7x7xf32>) -> tensor<2x4x7x6xf32>
    ```
  }];
  let options = [Option<"folder", "folder", "std::string", "\"\"",
      "Where relative paths of constants in files start (default: the working directory)">];
  let dependentDialects = ["::wafer::graph::GraphDialect"];
}

#endif // WAFER_GRAPH_PASSES_TD
