// RUN: wafer-opt --wafer-legalize-products -split-input-file %s | FileCheck %s
// RUN: wafer-opt --wafer-legalize-products --wafer-legalize-products -split-input-file %s | FileCheck %s

// A fused projection of 2 heads of 3 features each for queries and keys: a product for each part, with the same cut of weights
// and bias. The whole product goes.
// CHECK-LABEL: func.func @fused
// CHECK-DAG: graph.constant
// CHECK-DAG: %[[KW:.*]] = graph.slice %{{.*}} starts [0, 0, 3] sizes [4, 2, 3] steps [1, 1, 1] : (tensor<4x2x6xf32>) -> tensor<4x2x3xf32>
// CHECK-DAG: %[[KF:.*]] = graph.reshape %[[KW]] : tensor<4x2x3xf32> -> tensor<4x6xf32>
// CHECK-DAG: graph.matmul %arg0, %[[KF]] : (tensor<5x4xf32>, tensor<4x6xf32>) -> tensor<5x6xf32>
// CHECK-DAG: %[[QW:.*]] = graph.slice %{{.*}} starts [0, 0, 0] sizes [4, 2, 3] steps [1, 1, 1] : (tensor<4x2x6xf32>) -> tensor<4x2x3xf32>
// CHECK-DAG: %[[QF:.*]] = graph.reshape %[[QW]] : tensor<4x2x3xf32> -> tensor<4x6xf32>
// CHECK-DAG: graph.matmul %arg0, %[[QF]] : (tensor<5x4xf32>, tensor<4x6xf32>) -> tensor<5x6xf32>
// CHECK-DAG: graph.slice %{{.*}} starts [0, 3] sizes [2, 3]
// CHECK-NOT: tensor<5x12xf32>
// CHECK: return
func.func @fused(%x: tensor<5x4xf32>, %w: tensor<4x12xf32>) -> (tensor<5x2x3xf32>, tensor<5x2x3xf32>) {
  %b = graph.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]> : tensor<12xf32>
  %0 = graph.matmul %x, %w : (tensor<5x4xf32>, tensor<4x12xf32>) -> tensor<5x12xf32>
  %1 = graph.add %0, %b : (tensor<5x12xf32>, tensor<12xf32>) -> tensor<5x12xf32>
  %2 = graph.reshape %1 : tensor<5x12xf32> -> tensor<5x2x6xf32>
  %q = graph.slice %2 starts [0, 0, 0] sizes [5, 2, 3] steps [1, 1, 1] : (tensor<5x2x6xf32>) -> tensor<5x2x3xf32>
  %k = graph.slice %2 starts [0, 0, 3] sizes [5, 2, 3] steps [1, 1, 1] : (tensor<5x2x6xf32>) -> tensor<5x2x3xf32>
  %3 = graph.relu %q : tensor<5x2x3xf32>
  %4 = graph.relu %k : tensor<5x2x3xf32>
  return %3, %4 : tensor<5x2x3xf32>, tensor<5x2x3xf32>
}

// -----

// Weights stored as outputs by inputs are cut along their first dimension; a repeated head repeats weights.
// CHECK-LABEL: func.func @repeated
// CHECK: graph.reshape %arg1 : tensor<6x4xf32> -> tensor<2x1x3x4xf32>
// CHECK: graph.expand {{.*}} -> tensor<2x2x3x4xf32>
// CHECK: graph.matmul %arg0, %{{.*}} {transpose_b} : (tensor<5x4xf32>, tensor<12x4xf32>) -> tensor<5x12xf32>
func.func @repeated(%x: tensor<5x4xf32>, %w: tensor<6x4xf32>) -> tensor<5x2x2x3xf32> {
  %0 = graph.matmul %x, %w {transpose_b} : (tensor<5x4xf32>, tensor<6x4xf32>) -> tensor<5x6xf32>
  %1 = graph.reshape %0 : tensor<5x6xf32> -> tensor<5x2x1x3xf32>
  %2 = graph.expand %1 : tensor<5x2x1x3xf32> -> tensor<5x2x2x3xf32>
  %3 = graph.relu %2 : tensor<5x2x2x3xf32>
  return %3 : tensor<5x2x2x3xf32>
}

// -----

// A view that has every feature once leaves the product whole, and so does a tail that adds something of each token.
// CHECK-LABEL: func.func @whole
// CHECK: graph.matmul %arg0, %arg1 : (tensor<5x4xf32>, tensor<4x6xf32>) -> tensor<5x6xf32>
// CHECK: graph.add
// CHECK: graph.slice
// CHECK: graph.transpose
func.func @whole(%x: tensor<5x4xf32>, %w: tensor<4x6xf32>, %r: tensor<5x6xf32>) -> (tensor<5x3xf32>, tensor<2x5x3xf32>) {
  %0 = graph.matmul %x, %w : (tensor<5x4xf32>, tensor<4x6xf32>) -> tensor<5x6xf32>
  %1 = graph.add %0, %r : (tensor<5x6xf32>, tensor<5x6xf32>) -> tensor<5x6xf32>
  %2 = graph.slice %1 starts [0, 3] sizes [5, 3] steps [1, 1] : (tensor<5x6xf32>) -> tensor<5x3xf32>
  %3 = graph.relu %2 : tensor<5x3xf32>
  %4 = graph.reshape %0 : tensor<5x6xf32> -> tensor<5x2x3xf32>
  %5 = graph.transpose %4 perm [1, 0, 2] : (tensor<5x2x3xf32>) -> tensor<2x5x3xf32>
  %6 = graph.relu %5 : tensor<2x5x3xf32>
  return %3, %6 : tensor<5x3xf32>, tensor<2x5x3xf32>
}
