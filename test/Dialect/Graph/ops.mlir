// RUN: wafer-opt %s | FileCheck %s
// RUN: wafer-opt %s | wafer-opt | FileCheck %s
// RUN: wafer-opt --mlir-print-op-generic %s | wafer-opt | FileCheck %s
// RUN: wafer-opt --emit-bytecode %s | wafer-opt | FileCheck %s

// CHECK-LABEL: func.func @constants
func.func @constants() -> (tensor<2xf32>, tensor<2x2xf32>, tensor<3xi64>, tensor<i1>, tensor<6144x6144xf16>) {
  // CHECK: %fc1.bias = graph.constant @fc1.bias dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
  %0 = graph.constant @fc1.bias dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: graph.constant @"fc1/weight" #graph.external<"fc1.bin", offset = 64, size = 16, hash = "0123456789abcdef"> : tensor<2x2xf32>
  %1 = graph.constant @"fc1/weight" #graph.external<"fc1.bin", offset = 64, size = 16, hash = "0123456789abcdef"> : tensor<2x2xf32>
  // CHECK: %cst = graph.constant dense_resource<shape> : tensor<3xi64>
  %2 = graph.constant dense_resource<shape> : tensor<3xi64>
  // CHECK: graph.constant dense<true> : tensor<i1>
  %3 = graph.constant dense<true> : tensor<i1>
  // CHECK: %fc2.weight = graph.constant @fc2.weight #graph.seeded<uniform, seed = 9223372036854775807, base = 12, scale = 2.000000e-02 : f32, mean = -1.000000e+00 : f32> : tensor<6144x6144xf16>
  %4 = graph.constant @fc2.weight #graph.seeded<uniform, seed = 9223372036854775807, base = 12, scale = 0.02 : f32, mean = -1.0 : f32> : tensor<6144x6144xf16>
  return %0, %1, %2, %3, %4 : tensor<2xf32>, tensor<2x2xf32>, tensor<3xi64>, tensor<i1>, tensor<6144x6144xf16>
}

// CHECK-LABEL: func.func @maps
// CHECK-SAME: %[[X:.*]]: tensor<8x24xf32> {graph.name = "images"}
// CHECK-SAME: -> (tensor<8x24xf16> {graph.name = "logits"})
func.func @maps(%x: tensor<8x24xf32> {graph.name = "images"}, %row: tensor<24xf32>, %column: tensor<8x1xf32>)
    -> (tensor<8x24xf16> {graph.name = "logits"}) {
  // CHECK: graph.add %[[X]], %{{.*}} : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %0 = graph.add %x, %row : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.sub %{{.*}} : (tensor<24xf32>, tensor<8x1xf32>) -> tensor<8x24xf32>
  %1 = graph.sub %row, %column : (tensor<24xf32>, tensor<8x1xf32>) -> tensor<8x24xf32>
  // CHECK: graph.mul
  %2 = graph.mul %0, %1 : (tensor<8x24xf32>, tensor<8x24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.relu %{{.*}} : tensor<8x24xf32>
  %3 = graph.relu %2 : tensor<8x24xf32>
  // CHECK: graph.cast %{{.*}} : tensor<8x24xf32> -> tensor<8x24xf16>
  %4 = graph.cast %3 : tensor<8x24xf32> -> tensor<8x24xf16>
  return %4 : tensor<8x24xf16>
}

// CHECK-LABEL: func.func @products
func.func @products(%a: tensor<5x1x3x4xf32>, %b: tensor<2x7x4xf32>, %v: tensor<4xf32>, %n: tensor<2x3xui8>) {
  // CHECK: graph.matmul %{{.*}}, %{{.*}} {transpose_b} : (tensor<5x1x3x4xf32>, tensor<2x7x4xf32>) -> tensor<5x2x3x7xf32>
  %0 = graph.matmul %a, %b {transpose_b} : (tensor<5x1x3x4xf32>, tensor<2x7x4xf32>) -> tensor<5x2x3x7xf32>
  // CHECK: graph.matmul %{{.*}}, %{{.*}} : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  %1 = graph.matmul %v, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>
  // CHECK: graph.matmul %{{.*}}, %{{.*}} : (tensor<5x1x3x4xf32>, tensor<4xf32>) -> tensor<5x1x3xf32>
  %2 = graph.matmul %a, %v : (tensor<5x1x3x4xf32>, tensor<4xf32>) -> tensor<5x1x3xf32>
  // CHECK: graph.matmul %{{.*}}, %{{.*}} {transpose_a} : (tensor<2x3xui8>, tensor<2x3xui8>) -> tensor<3x3xui8>
  %3 = graph.matmul %n, %n {transpose_a} : (tensor<2x3xui8>, tensor<2x3xui8>) -> tensor<3x3xui8>
  return
}

// CHECK-LABEL: func.func @shapes
func.func @shapes(%x: tensor<2x3x4xbf16>, %empty: tensor<0x3xi8>) {
  // CHECK: graph.reshape %{{.*}} : tensor<2x3x4xbf16> -> tensor<24xbf16>
  %0 = graph.reshape %x : tensor<2x3x4xbf16> -> tensor<24xbf16>
  // CHECK: graph.transpose %{{.*}} perm [2, 0, 1] : (tensor<2x3x4xbf16>) -> tensor<4x2x3xbf16>
  %1 = graph.transpose %x perm [2, 0, 1] : (tensor<2x3x4xbf16>) -> tensor<4x2x3xbf16>
  // CHECK: graph.reshape %{{.*}} : tensor<0x3xi8> -> tensor<5x0xi8>
  %2 = graph.reshape %empty : tensor<0x3xi8> -> tensor<5x0xi8>
  return
}

{-#
  dialect_resources: {
    builtin: {
      shape: "0x08000000010000000000000002000000000000000300000000000000"
    }
  }
#-}
