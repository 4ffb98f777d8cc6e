// What is not small, not in the IR or not constant stays as it is, and that is no error.
// RUN: wafer-opt %s -graph-fold-constants | FileCheck %s

// CHECK-LABEL: func.func @large
// CHECK: graph.add
func.func @large() -> tensor<4097xf32> {
  %a = graph.constant dense<1.0> : tensor<4097xf32>
  %b = graph.constant dense<2.0> : tensor<f32>
  %0 = graph.add %a, %b : (tensor<4097xf32>, tensor<f32>) -> tensor<4097xf32>
  return %0 : tensor<4097xf32>
}

// Broadcasting makes a large result of small operands.
// CHECK-LABEL: func.func @outer_sum
// CHECK: graph.add
func.func @outer_sum() -> tensor<65x64xf32> {
  %a = graph.constant dense<1.0> : tensor<65x1xf32>
  %b = graph.constant dense<2.0> : tensor<64xf32>
  %0 = graph.add %a, %b : (tensor<65x1xf32>, tensor<64xf32>) -> tensor<65x64xf32>
  return %0 : tensor<65x64xf32>
}

// The file does not even exist.
// CHECK-LABEL: func.func @file
// CHECK: graph.transpose
func.func @file() -> tensor<3x2xf32> {
  %a = graph.constant #graph.external<"no-such-file", offset = 0, size = 24, hash = "0123456789abcdef"> : tensor<2x3xf32>
  %0 = graph.transpose %a perm [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}
