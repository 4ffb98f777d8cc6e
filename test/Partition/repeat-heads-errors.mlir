// RUN: wafer-opt --wafer-repeat-heads %s | FileCheck %s

// Nothing is refused. Heads that are turned by angles of their own are repeated behind that.
// CHECK-LABEL: func.func @angles
// CHECK: %[[R:.*]] = graph.rotary_embedding
// CHECK: graph.reshape %[[R]]
// CHECK: graph.expand
// CHECK: %[[K:.*]] = graph.reshape
// CHECK: graph.attention %arg0, %[[K]]
func.func @angles(%q: tensor<1x4x3x4xf32>, %k: tensor<1x2x3x4xf32>, %c: tensor<2x3x2xf32>) -> tensor<1x4x3x4xf32> {
  %kr = graph.rotary_embedding %k, %c, %c : (tensor<1x2x3x4xf32>, tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %a = graph.attention %q, %kr, %k scale 0.5 : (tensor<1x4x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x4x3x4xf32>
  return %a : tensor<1x4x3x4xf32>
}
