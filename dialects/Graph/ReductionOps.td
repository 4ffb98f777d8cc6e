//===- ReductionOps.td - ops along axes: sums, extremes, scans, ranks -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_REDUCTIONOPS_TD
#define WAFER_DIALECTS_GRAPH_REDUCTIONOPS_TD

include "dialects/Graph/GraphBase.td"

class Graph_ReduceOp<string mnemonic, string text>
    : Graph_InferredOp<mnemonic, "inferReduce(loc, adaptor.getInput(), adaptor.getAxes(), adaptor.getKeepdims(), types)"> {
  let summary = text # " along axes";
  let description = [{
    The reduced dimensions become 1 with `keepdims`, else they disappear.
    Sums and means are accumulated in at least f32 and rounded once.

    Constraints
    - (C1) `axes` are dimensions of the operand in rising order.

    ```mlir
    %0 = graph.}] # mnemonic # [{ %x axes [1] {keepdims} : (tensor<8x24xf32>) -> tensor<8x1xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keepdims);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$input `axes` $axes attr-dict `:` functional-type(operands, results)";
}

def Graph_ReduceSumOp : Graph_ReduceOp<"reduce_sum", "the sum (of nothing: 0)">;
def Graph_ReduceMeanOp : Graph_ReduceOp<"reduce_mean", "the mean">;
def Graph_ReduceMaxOp : Graph_ReduceOp<"reduce_max", "the largest element (of nothing: the least number)">;
def Graph_ReduceMinOp : Graph_ReduceOp<"reduce_min", "the smallest element (of nothing: the greatest number)">;
def Graph_ReduceProdOp : Graph_ReduceOp<"reduce_prod", "the product (of nothing: 1)">;

class Graph_ArgOp<string mnemonic, string text>
    : Graph_InferredOp<mnemonic, "inferArg(loc, adaptor.getInput(), adaptor.getAxis(), adaptor.getKeepdims(), types)"> {
  let summary = "the index of the " # text # " element along an axis";
  let description = [{
    The first of equals, with `last` the last one.

    Constraints
    - (C1) `axis` is a dimension of the operand and not empty.

    ```mlir
    %0 = graph.}] # mnemonic # [{ %x axis 1 : (tensor<8x24xf32>) -> tensor<8xi64>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis, UnitAttr:$keepdims, UnitAttr:$last);
  let results = (outs Graph_IndexTensor:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def Graph_ArgMaxOp : Graph_ArgOp<"arg_max", "largest">;
def Graph_ArgMinOp : Graph_ArgOp<"arg_min", "smallest">;

class Graph_ScanOp<string mnemonic, string text>
    : Graph_InferredOp<mnemonic, "inferSameWithAxis(loc, adaptor.getInput(), adaptor.getAxis(), types)"> {
  let summary = text # " of an element and those before it on an axis";
  let description = [{
    With `exclusive` without the element itself, with `reverse` of the element
    and those after it.

    Constraints
    - (C1) `axis` is a dimension of the operand.

    ```mlir
    %0 = graph.}] # mnemonic # [{ %x axis 1 {exclusive} : (tensor<8x24xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis, UnitAttr:$exclusive, UnitAttr:$reverse);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def Graph_CumSumOp : Graph_ScanOp<"cum_sum", "the sum">;
def Graph_CumProdOp : Graph_ScanOp<"cum_prod", "the product">;

def Graph_TopKOp : Graph_InferredOp<"top_k",
    "inferTopK(loc, adaptor.getInput(), adaptor.getAxis(), adaptor.getK(), types)"> {
  let summary = "the k largest elements along an axis and their indices";
  let description = [{
    In falling order, of equals the first ones first; with `smallest` the k
    smallest in rising order.

    Constraints
    - (C1) `axis` is a dimension of the operand.
    - (C2) `k` is 0 to the size of that dimension.

    ```mlir
    %values, %indices = graph.top_k %x axis 1 k 3 : (tensor<8x24xf32>) -> (tensor<8x3xf32>, tensor<8x3xi64>)
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis, I64Attr:$k, UnitAttr:$smallest);
  let results = (outs Graph_NumberTensor:$values, Graph_IndexTensor:$indices);
  let assemblyFormat = "$input `axis` $axis `k` $k attr-dict `:` functional-type(operands, results)";
}

#endif // WAFER_DIALECTS_GRAPH_REDUCTIONOPS_TD
