//===- GraphOps.td - the ops of the graph dialect -----------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_GRAPHOPS_TD
#define WAFER_DIALECTS_GRAPH_GRAPHOPS_TD

include "dialects/Graph/GraphBase.td"

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

def Graph_ConstantOp : Graph_Op<"constant",
    [ConstantLike, AllTypesMatch<["value", "result"]>,
     DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "a tensor known when the model was written";
  let description = [{
    The value is in the IR (`dense`, `dense_resource`) or, for all but small
    tensors, a range of bytes in a file, or what a seed stands for. The optional name is that of the ONNX
    initializer; it need not be unique and nothing refers to it.

    Constraints
    - (C1) `value` is `dense`, `dense_resource`, `#graph.external` or
      `#graph.seeded`.

    ```mlir
    %0 = graph.constant @fc1.bias dense<[1.0, 2.0]> : tensor<2xf32>
    %1 = graph.constant @fc1.weight #graph.external<"fc1.bin", offset = 0,
         size = 16, hash = "0123456789abcdef"> : tensor<2x2xf32>
    %2 = graph.constant @fc2.weight #graph.seeded<normal, seed = 7, base = 0,
         scale = 2.0e-02 : f32, mean = 0.0 : f32> : tensor<2x2xf32>
    ```
  }];
  let arguments = (ins OptionalAttr<SymbolNameAttr>:$name, TypedAttrInterface:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "($name^)? $value attr-dict";
  let builders = [
    OpBuilder<(ins "::mlir::TypedAttr":$value, CArg<"::llvm::StringRef", "{}">:$name)>
  ];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_IotaOp : Graph_Op<"iota"> {
  let summary = "0, 1, 2 and so on";
  let description = [{
    Constraints
    - (C1) the result has rank 1.

    ```mlir
    %0 = graph.iota : tensor<8xi64>
    ```
  }];
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

// One file for each family.
include "dialects/Graph/ElementwiseOps.td"
include "dialects/Graph/ReductionOps.td"
include "dialects/Graph/ShapeOps.td"
include "dialects/Graph/GatherOps.td"
include "dialects/Graph/NormalizationOps.td"
include "dialects/Graph/ProductOps.td"
include "dialects/Graph/WindowOps.td"
include "dialects/Graph/AttentionOps.td"

#endif // WAFER_DIALECTS_GRAPH_GRAPHOPS_TD
