// RUN: wafer-opt %s -graph-fold-operands | FileCheck %s
// What stays as it is, and that is no error.

// Floating-point numbers alone: PEs can compute them.
// CHECK-LABEL: func.func @floats
// CHECK: graph.exp
func.func @floats(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %e = graph.exp %c : tensor<2xf32>
  %0 = graph.add %x, %e : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// The order of a sum is the executor's choice, whatever else is computed with it.
// CHECK-LABEL: func.func @sum
// CHECK: graph.reduce_sum
// CHECK: graph.mul
func.func @sum(%x: tensor<2xf32>) -> tensor<2xf32> {
  %i = graph.iota : tensor<2xi64>
  %f = graph.cast %i : tensor<2xi64> -> tensor<2xf32>
  %c = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %s = graph.reduce_sum %c axes [0] : (tensor<2xf32>) -> tensor<f32>
  %p = graph.mul %f, %s : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %0 = graph.add %x, %p : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// 2^22 + 1 elements.
// CHECK-LABEL: func.func @large
// CHECK: graph.cast
func.func @large(%x: tensor<4194305xf32>) -> tensor<4194305xf32> {
  %i = graph.iota : tensor<4194305xi64>
  %f = graph.cast %i : tensor<4194305xi64> -> tensor<4194305xf32>
  %0 = graph.add %x, %f : (tensor<4194305xf32>, tensor<4194305xf32>) -> tensor<4194305xf32>
  return %0 : tensor<4194305xf32>
}

// A view of a constant is the host's; integers that an input is used with are not this pass's to judge.
// CHECK-LABEL: func.func @views
// CHECK: graph.transpose
func.func @views(%x: tensor<3x2xi64>) -> tensor<3x2xi64> {
  %c = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  %t = graph.transpose %c perm [1, 0] : (tensor<2x3xi64>) -> tensor<3x2xi64>
  %0 = graph.add %x, %t : (tensor<3x2xi64>, tensor<3x2xi64>) -> tensor<3x2xi64>
  return %0 : tensor<3x2xi64>
}
