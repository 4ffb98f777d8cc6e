// RUN: wafer-opt --wafer-legalize-products %s | FileCheck %s

// Nothing is refused: what has no form as a part of weights stays as it is. Tokens are cut here, not features.
// CHECK-LABEL: func.func @tokens
// CHECK: graph.matmul
// CHECK-NEXT: graph.slice
func.func @tokens(%x: tensor<5x4xf32>, %w: tensor<4x6xf32>) -> tensor<2x6xf32> {
  %0 = graph.matmul %x, %w : (tensor<5x4xf32>, tensor<4x6xf32>) -> tensor<5x6xf32>
  %1 = graph.slice %0 starts [3, 0] sizes [2, 6] steps [1, 1] : (tensor<5x6xf32>) -> tensor<2x6xf32>
  %2 = graph.relu %1 : tensor<2x6xf32>
  return %2 : tensor<2x6xf32>
}
