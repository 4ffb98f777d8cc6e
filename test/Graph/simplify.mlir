// RUN: wafer-opt %s -graph-simplify | FileCheck %s
// RUN: wafer-opt %s -graph-simplify -o %t && wafer-opt %t -graph-simplify | diff %t -

// Two layers on stacked rows: one reshape before, one after.
// CHECK-LABEL: func.func @layers
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[W:.*]]: tensor<5x4xf32>, %[[B:.*]]: tensor<5xf32>, %[[V:.*]]: tensor<5x6xf32>
// CHECK-NEXT: %[[ROWS:.*]] = graph.reshape %[[X]] : tensor<2x3x4xf32> -> tensor<6x4xf32>
// CHECK-NEXT: %[[P:.*]] = graph.matmul %[[ROWS]], %[[W]] {transpose_b} : (tensor<6x4xf32>, tensor<5x4xf32>) -> tensor<6x5xf32>
// CHECK-NEXT: %[[S:.*]] = graph.add %[[P]], %[[B]] : (tensor<6x5xf32>, tensor<5xf32>) -> tensor<6x5xf32>
// CHECK-NEXT: %[[R:.*]] = graph.relu %[[S]] : tensor<6x5xf32>
// CHECK-NEXT: %[[Q:.*]] = graph.matmul %[[R]], %[[V]] : (tensor<6x5xf32>, tensor<5x6xf32>) -> tensor<6x6xf32>
// CHECK-NEXT: %[[Y:.*]] = graph.reshape %[[Q]] : tensor<6x6xf32> -> tensor<2x3x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @layers(%x: tensor<2x3x4xf32>, %w: tensor<5x4xf32>, %b: tensor<5xf32>, %v: tensor<5x6xf32>) -> tensor<2x3x6xf32> {
  %0 = graph.matmul %x, %w {transpose_b} : (tensor<2x3x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5xf32>
  %1 = graph.add %0, %b : (tensor<2x3x5xf32>, tensor<5xf32>) -> tensor<2x3x5xf32>
  %2 = graph.relu %1 : tensor<2x3x5xf32>
  %3 = graph.matmul %2, %v : (tensor<2x3x5xf32>, tensor<5x6xf32>) -> tensor<2x3x6xf32>
  return %3 : tensor<2x3x6xf32>
}

// CHECK-LABEL: func.func @vectors
// CHECK: graph.matmul %{{.*}} : (tensor<1x4xf32>, tensor<4x1xf32>) -> tensor<1x1xf32>
// CHECK: graph.reshape %{{.*}} : tensor<1x1xf32> -> tensor<f32>
func.func @vectors(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<f32> {
  %0 = graph.matmul %a, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// The residual is added in the shape of the product, whichever side it is on.
// CHECK-LABEL: func.func @residual
// CHECK: %[[ROWS:.*]] = graph.reshape %arg0 : tensor<2x3x4xf32> -> tensor<6x4xf32>
// CHECK: %[[P:.*]] = graph.matmul %[[ROWS]], %arg1
// CHECK: graph.sub %[[ROWS]], %[[P]] : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
func.func @residual(%x: tensor<2x3x4xf32>, %w: tensor<4x4xf32>) -> tensor<6x4xf32> {
  %r = graph.reshape %x : tensor<2x3x4xf32> -> tensor<6x4xf32>
  %s = graph.reshape %r : tensor<6x4xf32> -> tensor<2x3x4xf32>
  %0 = graph.matmul %s, %w : (tensor<2x3x4xf32>, tensor<4x4xf32>) -> tensor<2x3x4xf32>
  %1 = graph.reshape %0 : tensor<2x3x4xf32> -> tensor<6x4xf32>
  %2 = graph.sub %r, %1 : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
  return %2 : tensor<6x4xf32>
}

// A residual that is an input is added in the shape of the product.
// CHECK-LABEL: func.func @residual_input
// CHECK-NEXT: %[[ROWS:.*]] = graph.reshape %arg0 : tensor<2x3x4xf32> -> tensor<6x4xf32>
// CHECK-NEXT: %[[P:.*]] = graph.matmul %[[ROWS]], %arg1
// CHECK-NEXT: %{{.*}} = graph.reshape %arg0
// CHECK-NEXT: %[[S:.*]] = graph.add %{{.*}} : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
// CHECK-NEXT: graph.reshape %[[S]] : tensor<6x4xf32> -> tensor<2x3x4xf32>
func.func @residual_input(%x: tensor<2x3x4xf32>, %w: tensor<4x4xf32>) -> tensor<2x3x4xf32> {
  %0 = graph.matmul %x, %w : (tensor<2x3x4xf32>, tensor<4x4xf32>) -> tensor<2x3x4xf32>
  %1 = graph.add %x, %0 : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// Dead ops go.
// CHECK-LABEL: func.func @dead
// CHECK-NEXT: return
func.func @dead(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = graph.relu %x : tensor<2xf32>
  return %x : tensor<2xf32>
}
