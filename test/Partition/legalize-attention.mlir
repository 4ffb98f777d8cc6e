// RUN: wafer-opt --wafer-legalize-attention %s | FileCheck %s

// Operands that the host has are copied as tokens by features, and so is a result that nobody reads in that form.
// CHECK-LABEL: func.func @host
// CHECK: graph.transpose %arg0 perm [0, 2, 1, 3]
// CHECK: graph.cast {{.*}} : tensor<2x3x20xf32> -> tensor<2x3x20xf32>
// CHECK: graph.attention
// CHECK: graph.cast {{.*}} : tensor<2x3x20xf32> -> tensor<2x3x20xf32>
// CHECK: graph.transpose
// CHECK: return
func.func @host(%q: tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32> {
  %a = graph.attention %q, %q, %q scale 0.5 : (tensor<2x4x3x5xf32>, tensor<2x4x3x5xf32>, tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  return %a : tensor<2x4x3x5xf32>
}

// With one token, heads of a tensor of several dimensions lie one behind the other just as well, but not as features of a token: they
// are copied. What is only written with other dimensions of 1 lies well, turned or not.
// CHECK-LABEL: func.func @one_token
// CHECK: %[[Q:.*]] = graph.relu %arg0
// CHECK: graph.transpose %[[Q]] perm [0, 2, 1, 3]
// CHECK: %[[C:.*]] = graph.cast {{.*}} : tensor<2x1x24xf32> -> tensor<2x1x24xf32>
// CHECK: %[[QC:.*]] = graph.transpose
// CHECK-NOT: graph.cast
// CHECK: graph.attention %[[QC]], %{{.*}}, %{{.*}}
func.func @one_token(%q: tensor<2x4x1x6xf32>, %k: tensor<2x24xf32>, %c: tensor<1x1xf32>) -> tensor<2x24xf32> {
  %q4 = graph.relu %q : tensor<2x4x1x6xf32>
  %k2 = graph.relu %k : tensor<2x24xf32>
  %k5 = graph.reshape %k2 : tensor<2x24xf32> -> tensor<2x1x4x1x6xf32>
  %k4 = graph.reshape %k5 : tensor<2x1x4x1x6xf32> -> tensor<2x4x1x6xf32>
  %kr = graph.rotary_embedding %k4, %c, %c : (tensor<2x4x1x6xf32>, tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<2x4x1x6xf32>
  %a = graph.attention %q4, %kr, %k4 scale 0.5 : (tensor<2x4x1x6xf32>, tensor<2x4x1x6xf32>, tensor<2x4x1x6xf32>) -> tensor<2x4x1x6xf32>
  %y = graph.reshape %a : tensor<2x4x1x6xf32> -> tensor<2x24xf32>
  return %y : tensor<2x24xf32>
}
