//===- GraphOps.td - the ops of the graph dialect -----------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_GRAPHOPS_TD
#define WAFER_DIALECTS_GRAPH_GRAPHOPS_TD

include "dialects/Graph/Graph.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Graph_Op<string mnemonic, list<Trait> traits = []>
    : Op<Graph_Dialect, mnemonic, !listconcat([Pure], traits)>;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

def Graph_ConstantOp : Graph_Op<"constant",
    [ConstantLike, AllTypesMatch<["value", "result"]>,
     DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "a tensor known when the model was written";
  let description = [{
    The value is in the IR (`dense`, `dense_resource`) or, for all but small
    tensors, a range of bytes in a file. The optional name is that of the ONNX
    initializer; it need not be unique and nothing refers to it.

    Constraints
    - (C1) `value` is `dense`, `dense_resource` or `#graph.external`.

    ```mlir
    %0 = graph.constant @fc1.bias dense<[1.0, 2.0]> : tensor<2xf32>
    %1 = graph.constant @fc1.weight #graph.external<"fc1.bin", offset = 0,
         size = 16, hash = "0123456789abcdef"> : tensor<2x2xf32>
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

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

class Graph_BinaryOp<string mnemonic, string verb, list<Trait> traits = []>
    : Graph_Op<mnemonic, !listconcat([InferTypeOpAdaptor], traits)> {
  let summary = verb # " with numpy broadcasting";
  let description = [{
    Shapes are aligned at their last dimension; a dimension of 1, or one that
    is missing in front, repeats. Floating-point results are rounded once to
    the element type (nearest, ties to even), integers wrap around.

    Constraints
    - (C1) both operands have the same element type.
    - (C2) aligned dimensions are equal, or one of them is 1.

    ```mlir
    %0 = graph.}] # mnemonic # [{ %x, %b : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def Graph_AddOp : Graph_BinaryOp<"add", "the sum", [Commutative]> {
  let hasFolder = 1;
}
def Graph_SubOp : Graph_BinaryOp<"sub", "the difference"> {
  let hasFolder = 1;
}
def Graph_MulOp : Graph_BinaryOp<"mul", "the product of elements", [Commutative]> {
  let hasFolder = 1;
}

def Graph_ReluOp : Graph_Op<"relu", [SameOperandsAndResultType, Idempotent]> {
  let summary = "max(x, 0) of every element";
  let description = [{
    NaN stays NaN; the result for -0.0 is a zero of either sign.

    ```mlir
    %0 = graph.relu %x : tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
  let hasFolder = 1;
}

def Graph_CastOp : Graph_Op<"cast"> {
  let summary = "every element converted to another type";
  let description = [{
    To a narrower floating-point type: nearest, ties to even, overflow to
    infinity. Floating point to integer: towards zero; a value that the integer
    type cannot hold is undefined in ONNX and saturates here, NaN gives 0. Integer to
    integer: the low bits. To bool: different from zero. From bool: 0 or 1.

    Constraints
    - (C1) operand and result have the same shape.

    ```mlir
    %0 = graph.cast %x : tensor<8x24xf32> -> tensor<8x24xf16>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

def Graph_MatmulOp : Graph_Op<"matmul", [InferTypeOpAdaptor]> {
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

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

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

def Graph_TransposeOp : Graph_Op<"transpose", [InferTypeOpAdaptor]> {
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

#endif // WAFER_DIALECTS_GRAPH_GRAPHOPS_TD
