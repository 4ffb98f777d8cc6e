//===- GatherOps.td - ops that index with tensors ----------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_GATHEROPS_TD
#define WAFER_DIALECTS_GRAPH_GATHEROPS_TD

include "dialects/Graph/GraphBase.td"

// In all of these a negative index counts from the end, and an index outside
// its dimension is an error when the op is evaluated.

def Graph_GatherOp : Graph_InferredOp<"gather",
    "inferGather(loc, adaptor.getData(), adaptor.getIndices(), adaptor.getAxis(), types)"> {
  let summary = "slices of a tensor at given places of an axis";
  let description = [{
    result[.., i.., ..] = data[.., indices[i..], ..]: the dimensions of `indices` stand for `axis`.

    Constraints
    - (C1) `axis` is a dimension of `data`.

    ```mlir
    %0 = graph.gather %table, %ids axis 0 : (tensor<193x48xf32>, tensor<2x7xi64>) -> tensor<2x7x48xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$data, Graph_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$data `,` $indices `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def Graph_GatherElementsOp : Graph_InferredOp<"gather_elements",
    "inferGatherElements(loc, adaptor.getData(), adaptor.getIndices(), adaptor.getAxis(), types)"> {
  let summary = "one element for each index along an axis";
  let description = [{
    result[a, b, c] = data[a, indices[a, b, c], c] for axis 1.

    Constraints
    - (C1) `axis` is a dimension of `data`.
    - (C2) `indices` has the rank of `data` and is no larger in the other dimensions.

    ```mlir
    %0 = graph.gather_elements %x, %i axis 1 : (tensor<8x24xf32>, tensor<8x2xi64>) -> tensor<8x2xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$data, Graph_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$data `,` $indices `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def Graph_GatherNDOp : Graph_InferredOp<"gather_nd",
    "inferGatherND(loc, adaptor.getData(), adaptor.getIndices(), adaptor.getBatchDims(), types)"> {
  let summary = "slices of a tensor at tuples of indices";
  let description = [{
    The last dimension of `indices` holds tuples that index the dimensions of
    `data` after the first `batch_dims`, which both share.

    Constraints
    - (C1) `batch_dims` is less than both ranks and the shared dimensions are equal.
    - (C2) the tuples are no longer than the dimensions that they index.

    ```mlir
    %0 = graph.gather_nd %x, %i batch_dims 0 : (tensor<8x24x3xf32>, tensor<5x2xi64>) -> tensor<5x3xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$data, Graph_IndexTensor:$indices, I64Attr:$batch_dims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$data `,` $indices `batch_dims` $batch_dims attr-dict `:` functional-type(operands, results)";
}

def Graph_ScatterMode : I32EnumAttr<"ScatterMode", "what happens to an element that is written", [
    I32EnumAttrCase<"None", 0, "none">, I32EnumAttrCase<"Add", 1, "add">,
    I32EnumAttrCase<"Mul", 2, "mul">, I32EnumAttrCase<"Min", 3, "min">,
    I32EnumAttrCase<"Max", 4, "max">]> {
  let cppNamespace = "::wafer::graph";
  let genSpecializedAttr = 0;
}
def Graph_ScatterModeAttr : EnumAttr<Graph_Dialect, Graph_ScatterMode, "scatter_mode">;

def Graph_ScatterElementsOp : Graph_InferredOp<"scatter_elements",
    "inferScatterElements(loc, adaptor.getOperands(), adaptor.getAxis(), types)"> {
  let summary = "a tensor with single elements replaced or added to";
  let description = [{
    result = data, then result[a, indices[a, b, c], c] OP= updates[a, b, c] for axis 1, in row-major order.

    Constraints
    - (C1) `data` and `updates` have the same element type.
    - (C2) `axis` is a dimension of `data`.
    - (C3) `indices` and `updates` have the same shape, the rank of `data`, and are no larger in the other dimensions.

    ```mlir
    %0 = graph.scatter_elements %x, %i, %u add axis 1 : (tensor<8x24xf32>, tensor<8x2xi64>, tensor<8x2xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$data, Graph_IndexTensor:$indices, Graph_Tensor:$updates,
                       Graph_ScatterModeAttr:$mode, I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $data `,` $indices `,` $updates $mode `axis` $axis attr-dict `:` functional-type(operands, results)
  }];
}

def Graph_ScatterNDOp : Graph_InferredOp<"scatter_nd",
    "inferScatterND(loc, adaptor.getOperands(), types)"> {
  let summary = "a tensor with slices at tuples of indices replaced or added to";
  let description = [{
    result = data, then result[indices[i..]] OP= updates[i..] in row-major order of i.

    Constraints
    - (C1) `data` and `updates` have the same element type.
    - (C2) the tuples in the last dimension of `indices` are no longer than the rank of `data`.
    - (C3) `updates` has the shape that graph.gather_nd of `data` and `indices` would have.

    ```mlir
    %0 = graph.scatter_nd %x, %i, %u none : (tensor<8x24xf32>, tensor<5x1xi64>, tensor<5x24xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$data, Graph_IndexTensor:$indices, Graph_Tensor:$updates,
                       Graph_ScatterModeAttr:$mode);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $data `,` $indices `,` $updates $mode attr-dict `:` functional-type(operands, results)
  }];
}

#endif // WAFER_DIALECTS_GRAPH_GATHEROPS_TD
