// RUN: wafer-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: func.func @reshape_of_reshape
// CHECK-NEXT: return %arg0
func.func @reshape_of_reshape(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = graph.reshape %x : tensor<2x3xf32> -> tensor<6xf32>
  %1 = graph.reshape %0 : tensor<6xf32> -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// A constant in a file is not read: only its type changes.
// CHECK-LABEL: func.func @reshape_of_file
// CHECK-NEXT: graph.constant #graph.external<"w.bin", offset = 8, size = 24, hash = "0123456789abcdef"> : tensor<6xf32>
func.func @reshape_of_file() -> tensor<6xf32> {
  %0 = graph.constant @w #graph.external<"w.bin", offset = 8, size = 24, hash = "0123456789abcdef"> : tensor<2x3xf32>
  %1 = graph.reshape %0 : tensor<2x3xf32> -> tensor<6xf32>
  return %1 : tensor<6xf32>
}

// CHECK-LABEL: func.func @reshape_of_seed
// CHECK-NEXT: graph.constant #graph.seeded<normal, seed = 7, base = 3, scale = 2.000000e-02 : f32, mean = 1.000000e+00 : f32> : tensor<6xf32>
func.func @reshape_of_seed() -> tensor<6xf32> {
  %0 = graph.constant @w #graph.seeded<normal, seed = 7, base = 3, scale = 0.02 : f32, mean = 1.0 : f32> : tensor<2x3xf32>
  %1 = graph.reshape %0 : tensor<2x3xf32> -> tensor<6xf32>
  return %1 : tensor<6xf32>
}

// CHECK-LABEL: func.func @transposes_cancel
// CHECK-NEXT: return %arg0
func.func @transposes_cancel(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = graph.transpose %x perm [2, 0, 1] : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %1 = graph.transpose %0 perm [1, 2, 0] : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @product_absorbs_transpose
// CHECK-NEXT: graph.matmul %arg0, %arg1 {transpose_b} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
func.func @product_absorbs_transpose(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %0 = graph.transpose %w perm [1, 0] : (tensor<4x3xf32>) -> tensor<3x4xf32>
  %1 = graph.matmul %x, %0 : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// A cast through a narrower type loses bits and stays.
// CHECK-LABEL: func.func @casts
// CHECK: %[[NARROW:.*]] = graph.cast %arg0 : tensor<2xf32> -> tensor<2xf16>
// CHECK: %[[BACK:.*]] = graph.cast %[[NARROW]]
// CHECK: return %[[BACK]], %arg1
func.func @casts(%x: tensor<2xf32>, %y: tensor<2xf16>) -> (tensor<2xf32>, tensor<2xf16>) {
  %0 = graph.cast %x : tensor<2xf32> -> tensor<2xf16>
  %1 = graph.cast %0 : tensor<2xf16> -> tensor<2xf32>
  %2 = graph.cast %y : tensor<2xf16> -> tensor<2xf64>
  %3 = graph.cast %2 : tensor<2xf64> -> tensor<2xf16>
  return %1, %3 : tensor<2xf32>, tensor<2xf16>
}

// x + 0.0 turns -0.0 into +0.0 and stays; x + -0.0, x - 0.0, x * 1.0 are x.
// CHECK-LABEL: func.func @neutral_elements
// CHECK: %[[SUM:.*]] = graph.add
// CHECK: return %[[SUM]], %arg0, %arg0, %arg0
func.func @neutral_elements(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %minus = graph.constant dense<-0.0> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<2xf32>
  %0 = graph.add %x, %zero : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = graph.add %x, %minus : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %2 = graph.sub %x, %zero : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %3 = graph.mul %one, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0, %1, %2, %3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
