// Forms that have no simpler one stay as they are, and that is no error.
// RUN: wafer-opt %s -graph-simplify | FileCheck %s

// Both sides are stacks of matrices.
// CHECK-LABEL: func.func @batched
// CHECK-NEXT: graph.matmul %arg0, %arg1 : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
// CHECK-NEXT: return
func.func @batched(%x: tensor<2x3x4xf32>, %w: tensor<2x4x5xf32>) -> tensor<2x3x5xf32> {
  %0 = graph.matmul %x, %w : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// The rows of a transposed stack do not lie one after another.
// CHECK-LABEL: func.func @transposed_stack
// CHECK-NEXT: graph.matmul %arg0, %arg1 {transpose_a} : (tensor<2x4x3xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
// CHECK-NEXT: return
func.func @transposed_stack(%x: tensor<2x4x3xf32>, %w: tensor<4x5xf32>) -> tensor<2x3x5xf32> {
  %0 = graph.matmul %x, %w {transpose_a} : (tensor<2x4x3xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// The bias is as long as the last dimension, which the reshape changes.
// CHECK-LABEL: func.func @bias_after_reshape
// CHECK-NEXT: graph.reshape
// CHECK-NEXT: graph.add
// CHECK-NEXT: return
func.func @bias_after_reshape(%x: tensor<2x6xf32>, %b: tensor<4xf32>) -> tensor<3x4xf32> {
  %0 = graph.reshape %x : tensor<2x6xf32> -> tensor<3x4xf32>
  %1 = graph.add %0, %b : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}
