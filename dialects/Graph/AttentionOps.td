//===- AttentionOps.td - attention and rotary embedding ----*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_ATTENTIONOPS_TD
#define WAFER_DIALECTS_GRAPH_ATTENTIONOPS_TD

include "dialects/Graph/GraphBase.td"

def Graph_AttentionOp : Graph_InferredOp<"attention",
    "inferAttention(loc, adaptor.getQuery(), adaptor.getKey(), adaptor.getValue(), adaptor.getMask(), types)"> {
  let summary = "scaled dot-product attention of several heads";
  let description = [{
    query B×H×S×D, key B×G×T×D, value B×G×T×E give B×H×S×E; head h uses group
    h·G/H of keys and values (G = H: multi-head, G = 1: multi-query).

    scores = query·key^T·scale, then softcap·tanh(scores/softcap) if `softcap`
    is given, then masked: a bool `mask` keeps where it is true, a number is
    added; with `causal` query i sees keys up to i + causal. The result is
    softmax(scores)·value; a query that sees no key gives 0. Everything is computed in at least
    f32 and rounded once.

    Constraints
    - (C1) query, key and value have rank 4 and the same element type.
    - (C2) B, T and D agree, and G divides H.
    - (C3) the mask is bool or of the query's type and broadcasts to B×H×S×T.

    ```mlir
    %0 = graph.attention %q, %k, %v scale 0.5 {causal = 0 : i64}
       : (tensor<2x4x7x4xf32>, tensor<2x2x7x4xf32>, tensor<2x2x7x6xf32>) -> tensor<2x4x7x6xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$query, Graph_FloatTensor:$key, Graph_FloatTensor:$value,
                       Optional<Graph_Tensor>:$mask, F64Attr:$scale, OptionalAttr<F64Attr>:$softcap,
                       OptionalAttr<I64Attr>:$causal);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? `scale` $scale attr-dict `:` functional-type(operands, results)
  }];
}

def Graph_RotaryEmbeddingOp : Graph_InferredOp<"rotary_embedding",
    "inferRotary(loc, adaptor.getInput(), adaptor.getCos(), adaptor.getSin(), types)"> {
  let summary = "pairs of elements turned by an angle";
  let description = [{
    The first R elements of the last dimension are R/2 pairs (a, b), R being twice the last dimension of `cos`: element i
    and i + R/2, with `interleaved` elements 2i and 2i + 1. Each becomes
    (a·cos - b·sin, a·sin + b·cos). The rest stays.

    Constraints
    - (C1) all operands have the same element type, cos and sin the same shape.
    - (C2) cos and sin have rank 1 or more, their last dimension is half of the operand's or less, the others broadcast
      to the operand's.

    ```mlir
    %0 = graph.rotary_embedding %x, %cos, %sin : (tensor<2x4x7x8xf32>, tensor<7x4xf32>, tensor<7x4xf32>) -> tensor<2x4x7x8xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$cos, Graph_FloatTensor:$sin, UnitAttr:$interleaved);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_LinearAttentionOp : Graph_InferredOp<"linear_attention",
    "inferLinearAttention(loc, adaptor.getOperands(), types)"> {
  let summary = "attention as a recurrence over tokens";
  let description = [{
    query B×H×T×D, key and value B×G×T×D and B×G×T×E, decay and beta that broadcast to B×G×T×D and
    B×G×T×1; head h uses group h·G/H. With S the state of a group, D×E, for every token t in order:

      S = exp(decay[t])·S (a factor for each row of S)
      S = S + beta[t]·key[t] ⊗ (value[t] - correction), correction = S^T·key[t] with `delta`, else 0
      result[t] = scale·S^T·query[t]

    `present` is the last S.

    Constraints
    - (C1) query, key, value and state have rank 4, decay and beta broadcast; all have the same element type.
    - (C2) B, T, D and E agree, and G divides H.

    ```mlir
    %y, %s1 = graph.linear_attention %q, %k, %v, %s0, %g, %b scale 0.5 {delta}
       : (tensor<2x4x7x4xf32>, tensor<2x2x7x4xf32>, tensor<2x2x7x6xf32>, tensor<2x2x4x6xf32>, tensor<2x2x7x1xf32>,
          tensor<f32>) -> (tensor<2x4x7x6xf32>, tensor<2x2x4x6xf32>)
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$query, Graph_FloatTensor:$key, Graph_FloatTensor:$value,
                       Graph_FloatTensor:$state, Graph_FloatTensor:$decay, Graph_FloatTensor:$beta,
                       F64Attr:$scale, UnitAttr:$delta);
  let results = (outs Graph_FloatTensor:$result, Graph_FloatTensor:$present);
  let assemblyFormat = "operands `scale` $scale attr-dict `:` functional-type(operands, results)";
}

#endif // WAFER_DIALECTS_GRAPH_ATTENTIONOPS_TD
