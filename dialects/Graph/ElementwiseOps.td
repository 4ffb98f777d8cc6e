//===- ElementwiseOps.td - maps of elements ----------------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_ELEMENTWISEOPS_TD
#define WAFER_DIALECTS_GRAPH_ELEMENTWISEOPS_TD

include "dialects/Graph/GraphBase.td"

//===----------------------------------------------------------------------===//
// Maps of one operand
//===----------------------------------------------------------------------===//

class Graph_UnaryOp<string mnemonic, string text, TypeConstraint tensor = Graph_FloatTensor,
                    string elements = "f32", list<Trait> traits = []>
    : Graph_Op<mnemonic, !listconcat([SameOperandsAndResultType], traits)> {
  let summary = text # " of every element";
  let description = [{
    Floating-point results are rounded once to the element type.

    ```mlir
    %0 = graph.}] # mnemonic # [{ %x : tensor<8x24x}] # elements # [{>
    ```
  }];
  let arguments = (ins tensor:$input);
  let results = (outs tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}

def Graph_AbsOp : Graph_UnaryOp<"abs", "the magnitude", Graph_NumberTensor>;
def Graph_NegOp : Graph_UnaryOp<"neg", "the negative (integers wrap around)", Graph_NumberTensor>;
def Graph_SignOp : Graph_UnaryOp<"sign", "-1, 0 or 1 after the sign", Graph_NumberTensor>;
def Graph_CeilOp : Graph_UnaryOp<"ceil", "the next integer above">;
def Graph_FloorOp : Graph_UnaryOp<"floor", "the next integer below">;
def Graph_RoundOp : Graph_UnaryOp<"round", "the nearest integer, ties to even,">;
def Graph_SqrtOp : Graph_UnaryOp<"sqrt", "the square root">;
def Graph_ReciprocalOp : Graph_UnaryOp<"reciprocal", "1/x">;
def Graph_ExpOp : Graph_UnaryOp<"exp", "e to the power">;
def Graph_LogOp : Graph_UnaryOp<"log", "the natural logarithm">;
def Graph_SinOp : Graph_UnaryOp<"sin", "the sine">;
def Graph_CosOp : Graph_UnaryOp<"cos", "the cosine">;
def Graph_TanOp : Graph_UnaryOp<"tan", "the tangent">;
def Graph_AsinOp : Graph_UnaryOp<"asin", "the arc sine">;
def Graph_AcosOp : Graph_UnaryOp<"acos", "the arc cosine">;
def Graph_AtanOp : Graph_UnaryOp<"atan", "the arc tangent">;
def Graph_SinhOp : Graph_UnaryOp<"sinh", "the hyperbolic sine">;
def Graph_CoshOp : Graph_UnaryOp<"cosh", "the hyperbolic cosine">;
def Graph_TanhOp : Graph_UnaryOp<"tanh", "the hyperbolic tangent">;
def Graph_AsinhOp : Graph_UnaryOp<"asinh", "the inverse hyperbolic sine">;
def Graph_AcoshOp : Graph_UnaryOp<"acosh", "the inverse hyperbolic cosine">;
def Graph_AtanhOp : Graph_UnaryOp<"atanh", "the inverse hyperbolic tangent">;
def Graph_ErfOp : Graph_UnaryOp<"erf", "the error function">;
def Graph_SigmoidOp : Graph_UnaryOp<"sigmoid", "1/(1 + exp(-x))">;
def Graph_SiluOp : Graph_UnaryOp<"silu", "x·sigmoid(x)">;
def Graph_NotOp : Graph_UnaryOp<"not", "the complement of the bits", Graph_BitsTensor, "i1">;

def Graph_GeluOp : Graph_Op<"gelu", [SameOperandsAndResultType]> {
  let summary = "the Gaussian error linear unit of every element";
  let description = [{
    x·(1 + erf(x/sqrt(2)))/2, or with `tanh` its approximation
    x·(1 + tanh(sqrt(2/pi)·(x + 0.044715·x^3)))/2.

    ```mlir
    %0 = graph.gelu %x {tanh} : tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, UnitAttr:$tanh);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
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


//===----------------------------------------------------------------------===//
// Maps of two operands
//===----------------------------------------------------------------------===//

class Graph_BroadcastOp<string mnemonic, string text, TypeConstraint tensor,
                        string elements, string infer, TypeConstraint resultTensor,
                        string resultElements, list<Trait> traits>
    : Graph_InferredOp<mnemonic, infer, traits> {
  let summary = text # " with numpy broadcasting";
  let description = [{
    Shapes are aligned at their last dimension; a dimension of 1, or one that
    is missing in front, repeats. Floating-point results are rounded once to
    the element type (nearest, ties to even), integers wrap around.

    Constraints
    - (C1) both operands have the same element type.
    - (C2) aligned dimensions are equal, or one of them is 1.

    ```mlir
    %0 = graph.}] # mnemonic # [{ %x, %b : (tensor<8x24x}] # elements
       # [{>, tensor<24x}] # elements # [{>) -> tensor<8x24x}] # resultElements # [{>
    ```
  }];
  let arguments = (ins tensor:$lhs, tensor:$rhs);
  let results = (outs resultTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

class Graph_BinaryOp<string mnemonic, string text, list<Trait> traits = []>
    : Graph_BroadcastOp<mnemonic, text, Graph_NumberTensor, "f32", "inferBinary(loc, adaptor.getLhs(), adaptor.getRhs(), types)",
                        Graph_NumberTensor, "f32", traits>;
class Graph_BitsOp<string mnemonic, string text, TypeConstraint tensor = Graph_BitsTensor,
                   list<Trait> traits = []>
    : Graph_BroadcastOp<mnemonic, text, tensor, "i64", "inferBinary(loc, adaptor.getLhs(), adaptor.getRhs(), types)", tensor, "i64", traits>;
class Graph_CompareOp<string mnemonic, string text, TypeConstraint tensor = Graph_NumberTensor,
                      list<Trait> traits = []>
    : Graph_BroadcastOp<mnemonic, text, tensor, "f32", "inferCompare(loc, adaptor.getLhs(), adaptor.getRhs(), types)", Graph_BoolTensor, "i1", traits>;

def Graph_AddOp : Graph_BinaryOp<"add", "the sum", [Commutative]> {
  let hasFolder = 1;
}
def Graph_SubOp : Graph_BinaryOp<"sub", "the difference"> {
  let hasFolder = 1;
}
def Graph_MulOp : Graph_BinaryOp<"mul", "the product of elements", [Commutative]> {
  let hasFolder = 1;
}
// Integers: towards zero; a division by zero gives 0.
def Graph_DivOp : Graph_BinaryOp<"div", "the quotient (of integers towards zero, of a division by 0: 0)">;
def Graph_PowOp : Graph_BinaryOp<"pow", "lhs to the power rhs">;
def Graph_MinOp : Graph_BinaryOp<"min", "the smaller one (NaN if one is NaN)", [Commutative]>;
def Graph_MaxOp : Graph_BinaryOp<"max", "the larger one (NaN if one is NaN)", [Commutative]>;
// Sign of the divisor; with `fmod` that of the dividend, as C's fmod and %.
def Graph_ModOp : Graph_BinaryOp<"mod", "the remainder with the divisor's sign (fmod: the dividend's)"> {
  let arguments = (ins Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs, UnitAttr:$fmod);
}

def Graph_AndOp : Graph_BitsOp<"and", "bits that both have", Graph_BitsTensor, [Commutative]>;
def Graph_OrOp : Graph_BitsOp<"or", "bits that one or both have", Graph_BitsTensor, [Commutative]>;
def Graph_XorOp : Graph_BitsOp<"xor", "bits that just one has", Graph_BitsTensor, [Commutative]>;
def Graph_ShiftLeftOp : Graph_BitsOp<"shift_left", "lhs·2^rhs", Graph_IntegerTensor>;
def Graph_ShiftRightOp : Graph_BitsOp<"shift_right", "lhs/2^rhs, rounded down,", Graph_IntegerTensor>;

def Graph_EqualOp : Graph_CompareOp<"equal", "lhs = rhs", Graph_Tensor, [Commutative]>;
def Graph_LessOp : Graph_CompareOp<"less", "lhs < rhs">;
def Graph_LessOrEqualOp : Graph_CompareOp<"less_or_equal", "lhs ≤ rhs">;

//===----------------------------------------------------------------------===//
// Selection and conversion
//===----------------------------------------------------------------------===//

def Graph_WhereOp : Graph_InferredOp<"where",
    "inferWhere(loc, adaptor.getCondition(), adaptor.getLhs(), adaptor.getRhs(), types)"> {
  let summary = "elements of one tensor where a condition holds, else of another";
  let description = [{
    All three broadcast as in graph.add.

    Constraints
    - (C1) `lhs` and `rhs` have the same element type.
    - (C2) the shapes broadcast.

    ```mlir
    %0 = graph.where %mask, %x, %z : (tensor<8x24xi1>, tensor<8x24xf32>, tensor<f32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Graph_BoolTensor:$condition, Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let results = (outs Graph_Tensor:$result);
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

#endif // WAFER_DIALECTS_GRAPH_ELEMENTWISEOPS_TD
