//===- WindowOps.td - convolutions and pools ---------------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_WINDOWOPS_TD
#define WAFER_DIALECTS_GRAPH_WINDOWOPS_TD

include "dialects/Graph/GraphBase.td"

// Tensors are N×C×D1×…: a batch, channels, and the spatial dimensions, over
// which a window of `kernel` places, `dilations` apart, moves by `strides`, after
// `low` and `high` places were added around them.

class Graph_PoolOp<string mnemonic, string text, string resultType, TypeConstraint resultTensor, string resultElements>
    : Graph_InferredOp<mnemonic,
        "inferPool(loc, adaptor.getInput(), adaptor.getKernel(), {adaptor.getStrides(), adaptor.getLow(), "
        "adaptor.getHigh(), adaptor.getDilations()}, adaptor.getCeil(), " # resultType # ", types)"> {
  let summary = text;
  let description = [{
    With `ceil` a window that begins inside the padded tensor but ends outside it
    counts too; places outside hold nothing.

    Constraints
    - (C1) the operand has rank 3 or more, and every attribute an entry for each spatial dimension.
    - (C2) kernel, strides and dilations are positive, low and high not negative.
    - (C3) a window fits in the padded tensor.

    ```mlir
    %0 = graph.}] # mnemonic # [{ %x kernel [2, 2] strides [2, 2] low [0, 0] high [0, 0] dilations [1, 1]
       : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4x}] # resultElements # [{>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high, DenseI64ArrayAttr:$dilations,
                       UnitAttr:$ceil);
  let results = (outs resultTensor:$result);
  let assemblyFormat = [{
    $input `kernel` $kernel `strides` $strides `low` $low `high` $high `dilations` $dilations attr-dict
    `:` functional-type(operands, results)
  }];
}

def Graph_MaxPoolOp : Graph_PoolOp<"max_pool", "the largest element in each window", "/*indices=*/false", Graph_NumberTensor, "f32">;
def Graph_ArgMaxPoolOp : Graph_PoolOp<"arg_max_pool",
    "the place of the largest element in each window, counted in row-major order over the operand",
    "/*indices=*/true", Graph_IndexTensor, "i64">;
def Graph_AveragePoolOp : Graph_PoolOp<"average_pool",
    "the mean of the elements in each window (count_padding: added places count as zeros)",
    "/*indices=*/false", Graph_NumberTensor, "f32"> {
  let arguments = (ins Graph_NumberTensor:$input, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high, DenseI64ArrayAttr:$dilations,
                       UnitAttr:$ceil, UnitAttr:$count_padding);
}

def Graph_ConvOp : Graph_InferredOp<"conv",
    "inferConv(loc, adaptor.getInput(), adaptor.getFilters(), {adaptor.getStrides(), adaptor.getLow(), adaptor.getHigh(), adaptor.getDilations()}, adaptor.getGroups(), types)"> {
  let summary = "the convolution of a tensor with filters";
  let description = [{
    Channels and filters fall into `groups` equal groups; a filter sees the
    channels of its group. Added places are zeros. Sums as in graph.matmul.

    Constraints
    - (C1) operands have the same element type and rank, 3 or more; every attribute has an entry for each spatial dimension.
    - (C2) strides and dilations are positive, low and high not negative.
    - (C3) `groups` divides channels and filters, and a filter has the channels of a group.
    - (C4) a filter fits in the padded tensor.

    ```mlir
    %0 = graph.conv %x, %w strides [1, 1] low [0, 0] high [0, 0] dilations [1, 1] groups 1
       : (tensor<1x3x8x8xf32>, tensor<5x3x3x3xf32>) -> tensor<1x5x6x6xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, Graph_NumberTensor:$filters, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high, DenseI64ArrayAttr:$dilations,
                       I64Attr:$groups);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    $input `,` $filters `strides` $strides `low` $low `high` $high `dilations` $dilations `groups` $groups
    attr-dict `:` functional-type(operands, results)
  }];
}

#endif // WAFER_DIALECTS_GRAPH_WINDOWOPS_TD
