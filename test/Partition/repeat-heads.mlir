// RUN: wafer-opt --wafer-repeat-heads %s | FileCheck %s
// RUN: wafer-opt --wafer-repeat-heads %s -o %t && wafer-opt --wafer-repeat-heads %t | diff %t -

// Two heads of keys serve four of queries: they are repeated before they are turned, so that the product in front can repeat its
// weights.
// CHECK-LABEL: func.func @shared
// CHECK: graph.expand {{.*}} -> tensor<1x2x2x3x4xf32>
// CHECK: %[[K:.*]] = graph.reshape {{.*}} -> tensor<1x4x3x4xf32>
// CHECK: %[[KR:.*]] = graph.rotary_embedding %[[K]]
// CHECK: graph.attention %{{.*}}, %[[KR]], %{{.*}} : (tensor<1x4x3x4xf32>, tensor<1x4x3x4xf32>, tensor<1x4x3x4xf32>)
// CHECK-NEXT: graph.transpose
// CHECK-NEXT: graph.reshape
// CHECK-NEXT: return
func.func @shared(%x: tensor<3x8xf32>, %w: tensor<8x16xf32>, %wk: tensor<8x8xf32>, %c: tensor<3x2xf32>) -> tensor<3x16xf32> {
  %q = graph.matmul %x, %w : (tensor<3x8xf32>, tensor<8x16xf32>) -> tensor<3x16xf32>
  %k = graph.matmul %x, %wk : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
  %q4 = graph.reshape %q : tensor<3x16xf32> -> tensor<1x3x4x4xf32>
  %k4 = graph.reshape %k : tensor<3x8xf32> -> tensor<1x3x2x4xf32>
  %qt = graph.transpose %q4 perm [0, 2, 1, 3] : (tensor<1x3x4x4xf32>) -> tensor<1x4x3x4xf32>
  %kt = graph.transpose %k4 perm [0, 2, 1, 3] : (tensor<1x3x2x4xf32>) -> tensor<1x2x3x4xf32>
  %qr = graph.rotary_embedding %qt, %c, %c : (tensor<1x4x3x4xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<1x4x3x4xf32>
  %kr = graph.rotary_embedding %kt, %c, %c : (tensor<1x2x3x4xf32>, tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<1x2x3x4xf32>
  %a = graph.attention %qr, %kr, %kt scale 0.5 : (tensor<1x4x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x4x3x4xf32>
  %at = graph.transpose %a perm [0, 2, 1, 3] : (tensor<1x4x3x4xf32>) -> tensor<1x3x4x4xf32>
  %y = graph.reshape %at : tensor<1x3x4x4xf32> -> tensor<3x16xf32>
  return %y : tensor<3x16xf32>
}
