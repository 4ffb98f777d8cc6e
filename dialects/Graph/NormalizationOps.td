//===- NormalizationOps.td - softmax and normalisations ----*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_NORMALIZATIONOPS_TD
#define WAFER_DIALECTS_GRAPH_NORMALIZATIONOPS_TD

include "dialects/Graph/GraphBase.td"

class Graph_SoftmaxLikeOp<string mnemonic, string text>
    : Graph_InferredOp<mnemonic, "inferSameWithAxis(loc, adaptor.getInput(), adaptor.getAxis(), types)"> {
  let summary = text;
  let description = [{
    Evaluated after the largest element on the axis was subtracted, in at least f32.

    Constraints
    - (C1) `axis` is a dimension of the operand.

    ```mlir
    %0 = graph.}] # mnemonic # [{ %x axis 1 : (tensor<8x24xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, I64Attr:$axis);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def Graph_SoftmaxOp : Graph_SoftmaxLikeOp<"softmax", "exp(x) divided by its sum along an axis">;
def Graph_LogSoftmaxOp : Graph_SoftmaxLikeOp<"log_softmax", "the logarithm of the softmax along an axis">;

def Graph_LayerNormalizationOp
    : Graph_InferredOp<"layer_normalization", "inferNormalization(loc, adaptor.getOperands(), adaptor.getAxis(), types)"> {
  let summary = "x with mean 0 and variance 1 over the last dimensions, scaled and shifted";
  let description = [{
    (x - mean)/sqrt(variance + epsilon)·scale + bias, over the dimensions from
    `axis` on, computed in at least f32 and rounded once.

    Constraints
    - (C1) `axis` is a dimension of the operand.
    - (C2) scale and bias broadcast to the operand.
    - (C3) all operands have the same element type.

    ```mlir
    %0 = graph.layer_normalization %x, %s, %b axis 1 epsilon 1.0e-5
       : (tensor<8x24xf32>, tensor<24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$scale,
                       Optional<Graph_FloatTensor>:$bias, I64Attr:$axis, F64Attr:$epsilon);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "operands `axis` $axis `epsilon` $epsilon attr-dict `:` functional-type(operands, results)";
}

def Graph_RMSNormalizationOp
    : Graph_InferredOp<"rms_normalization", "inferNormalization(loc, adaptor.getOperands(), adaptor.getAxis(), types)"> {
  let summary = "x with root mean square 1 over the last dimensions, scaled";
  let description = [{
    x/sqrt(mean(x^2) + epsilon)·scale, over the dimensions from `axis` on,
    computed in at least f32 and rounded once.

    Constraints as for graph.layer_normalization.

    ```mlir
    %0 = graph.rms_normalization %x, %s axis 1 epsilon 1.0e-5 : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$scale, I64Attr:$axis, F64Attr:$epsilon);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "operands `axis` $axis `epsilon` $epsilon attr-dict `:` functional-type(operands, results)";
}

#endif // WAFER_DIALECTS_GRAPH_NORMALIZATIONOPS_TD
