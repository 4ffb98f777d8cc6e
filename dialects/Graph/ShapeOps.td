//===- ShapeOps.td - ops that move elements ----------------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_SHAPEOPS_TD
#define WAFER_DIALECTS_GRAPH_SHAPEOPS_TD

include "dialects/Graph/GraphBase.td"

def Graph_ReshapeOp : Graph_Op<"reshape"> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    Constraints
    - (C1) operand and result have the same element type.
    - (C2) operand and result have the same number of elements.

    ```mlir
    %0 = graph.reshape %x : tensor<8x4x6xf32> -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_TransposeOp : Graph_InferredOp<"transpose",
    "inferTranspose(loc, adaptor.getInput(), adaptor.getPerm(), types)"> {
  let summary = "dimensions in another order";
  let description = [{
    Dimension `i` of the result is dimension `perm[i]` of the operand.

    Constraints
    - (C1) `perm` holds every dimension of the operand once.

    ```mlir
    %0 = graph.transpose %x perm [1, 0] : (tensor<8x24xf32>) -> tensor<24x8xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$perm);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `perm` $perm attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}


def Graph_ExpandOp : Graph_Op<"expand"> {
  let summary = "elements repeated along dimensions of 1 and new leading dimensions";
  let description = [{
    Constraints
    - (C1) operand and result have the same element type.
    - (C2) the operand's shape broadcasts to the result's.

    ```mlir
    %0 = graph.expand %x : tensor<4x1xf32> -> tensor<8x4x6xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_ConcatOp : Graph_InferredOp<"concat",
    "inferConcat(loc, adaptor.getInputs(), adaptor.getAxis(), types)"> {
  let summary = "tensors one after the other along an axis";
  let description = [{
    Constraints
    - (C1) there is an operand, and all have the same element type and rank.
    - (C2) `axis` is a dimension.
    - (C3) the other dimensions are equal.

    ```mlir
    %0 = graph.concat %x, %y axis 1 : (tensor<8x4xf32>, tensor<8x2xf32>) -> tensor<8x6xf32>
    ```
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def Graph_SliceOp : Graph_InferredOp<"slice",
    "inferSlice(loc, adaptor.getInput(), adaptor.getStarts(), adaptor.getSizes(), adaptor.getSteps(), types)"> {
  let summary = "every step-th element from a start, in each dimension";
  let description = [{
    Element `i` of a dimension of the result is element `start + i·step` of the
    operand's. Steps may be negative.

    Constraints
    - (C1) `starts`, `sizes` and `steps` have an entry for each dimension.
    - (C2) no step is 0 and no size negative.
    - (C3) the first and last elements taken are in the operand.

    ```mlir
    %0 = graph.slice %x starts [0, 23] sizes [8, 12] steps [1, -2] : (tensor<8x24xf32>) -> tensor<8x12xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$starts,
                       DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `starts` $starts `sizes` $sizes `steps` $steps attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

def Graph_PadMode : I32EnumAttr<"PadMode", "what surrounds a padded tensor", [
    I32EnumAttrCase<"Constant", 0, "constant">, I32EnumAttrCase<"Reflect", 1, "reflect">,
    I32EnumAttrCase<"Edge", 2, "edge">, I32EnumAttrCase<"Wrap", 3, "wrap">]> {
  let cppNamespace = "::wafer::graph";
  let genSpecializedAttr = 0;
}
def Graph_PadModeAttr : EnumAttr<Graph_Dialect, Graph_PadMode, "pad_mode">;

def Graph_PadOp : Graph_InferredOp<"pad",
    "inferPad(loc, adaptor.getInput(), adaptor.getValue(), adaptor.getMode(), adaptor.getLow(), adaptor.getHigh(), types)"> {
  let summary = "a tensor with a border";
  let description = [{
    `low` elements before and `high` after, in each dimension. `constant`: all
    are `value`. `reflect`: the mirror image that does not repeat the outermost element,
    `edge`: the outermost element, `wrap`: the opposite side.

    Constraints
    - (C1) `low` and `high` have an entry for each dimension, none negative.
    - (C2) `value` has rank 0 and the operand's element type.
    - (C3) modes other than `constant` have elements to repeat.

    ```mlir
    %0 = graph.pad %x, %v constant low [0, 1] high [0, 2] : (tensor<8x24xf32>, tensor<f32>) -> tensor<8x27xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$value, Graph_PadModeAttr:$mode,
                       DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $value $mode `low` $low `high` $high attr-dict `:` functional-type(operands, results)
  }];
}

#endif // WAFER_DIALECTS_GRAPH_SHAPEOPS_TD
