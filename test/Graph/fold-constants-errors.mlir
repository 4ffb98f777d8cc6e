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

// The order of a sum of floating-point numbers is the executor's choice.
// CHECK-LABEL: func.func @sum
// CHECK: graph.reduce_sum
// CHECK: graph.matmul
func.func @sum() -> (tensor<f32>, tensor<1x1xf32>) {
  %a = graph.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %0 = graph.reduce_sum %a axes [0, 1] : (tensor<1x2xf32>) -> tensor<f32>
  %1 = graph.matmul %a, %a {transpose_b} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<f32>, tensor<1x1xf32>
}

// The error is graph-check-indices' to give.
// CHECK-LABEL: func.func @index_out_of_range
// CHECK: graph.gather
func.func @index_out_of_range() -> tensor<1xi64> {
  %a = graph.constant dense<[1, 2]> : tensor<2xi64>
  %i = graph.constant dense<[7]> : tensor<1xi64>
  %0 = graph.gather %a, %i axis 0 : (tensor<2xi64>, tensor<1xi64>) -> tensor<1xi64>
  return %0 : tensor<1xi64>
}

// Nothing reads a resource that is not there.
// CHECK-LABEL: func.func @no_blob
// CHECK: graph.add
func.func @no_blob() -> tensor<2xi32> {
  %a = graph.constant dense_resource<nowhere> : tensor<2xi32>
  %0 = graph.add %a, %a : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}
