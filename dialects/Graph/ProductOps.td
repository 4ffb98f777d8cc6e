//===- ProductOps.td - matrix products and convolutions ----*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_PRODUCTOPS_TD
#define WAFER_DIALECTS_GRAPH_PRODUCTOPS_TD

include "dialects/Graph/GraphBase.td"

def Graph_MatmulOp : Graph_InferredOp<"matmul",
    "inferMatmul(loc, adaptor.getLhs(), adaptor.getRhs(), adaptor.getTransposeA(), adaptor.getTransposeB(), types)"> {
  let summary = "matrix product, batched as numpy's matmul";
  let description = [{
    The last two dimensions are matrices, those before them broadcast. An
    operand of rank 1 is a row on the left, a column on the right, and its
    extra dimension is absent from the result. `transpose_a` and `transpose_b`
    exchange the last two dimensions of an operand before the product, so that
    weights stored either way need no copy. The sum over the inner dimension is
    taken in at least f32 (integers: modulo their width), in an order that
    the implementation chooses; the result is rounded once.

    Constraints
    - (C1) both operands have the same element type.
    - (C2) both operands have rank 1 or more.
    - (C3) a transposed operand has rank 2 or more.
    - (C4) the inner dimensions are equal.
    - (C5) the dimensions before the matrices broadcast.

    ```mlir
    %0 = graph.matmul %x, %w {transpose_b} : (tensor<8x16xf32>, tensor<24x16xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs,
                       UnitAttr:$transpose_a, UnitAttr:$transpose_b);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}

#endif // WAFER_DIALECTS_GRAPH_PRODUCTOPS_TD
