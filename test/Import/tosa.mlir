// TOSA becomes graph ops: shapes and zero points are attributes or nothing.
// RUN: wafer-translate --import-tensors %s | FileCheck %s
// RUN: wafer-translate --import-tensors %s -o %t.mlir && wafer-run %t.mlir --mode=reference --random-inputs --output %t.npy
// The tools import such a file themselves.
// RUN: wafer-run %s --mode=reference --random-inputs --expect %t.npy --atol=0 --rtol=0

// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[IDS:.*]]: tensor<1x4xi64>, %[[X:.*]]: tensor<1x4x6xf32>
func.func @forward(%ids: tensor<1x4xi64>, %x: tensor<1x4x6xf32>) -> tensor<1x4x3xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %table = "tosa.const"() <{values = dense<0.5> : tensor<1x7x6xf32>}> : () -> tensor<1x7x6xf32>
  %w = "tosa.const"() <{values = dense<2.0> : tensor<1x6x3xf32>}> : () -> tensor<1x6x3xf32>
  // CHECK: %[[I:.*]] = graph.cast %[[IDS]] : tensor<1x4xi64> -> tensor<1x4xi32>
  // CHECK: %[[FLAT:.*]] = graph.reshape %[[I]] : tensor<1x4xi32> -> tensor<4xi32>
  // CHECK: graph.gather %{{.*}}, %[[FLAT]] axis 0 : (tensor<7x6xf32>, tensor<4xi32>) -> tensor<4x6xf32>
  %i = tosa.cast %ids : (tensor<1x4xi64>) -> tensor<1x4xi32>
  %rows = tosa.gather %table, %i : (tensor<1x7x6xf32>, tensor<1x4xi32>) -> tensor<1x4x6xf32>
  // CHECK: %[[SUM:.*]] = graph.add
  %sum = tosa.add %rows, %x : (tensor<1x4x6xf32>, tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  // CHECK: %[[MAX:.*]] = graph.reduce_max %[[SUM]] axes [2] {keepdims}
  // CHECK: %[[DIFF:.*]] = graph.sub %[[SUM]], %[[MAX]]
  %max = tosa.reduce_max %sum {axis = 2 : i32} : (tensor<1x4x6xf32>) -> tensor<1x4x1xf32>
  %diff = tosa.sub %sum, %max : (tensor<1x4x6xf32>, tensor<1x4x1xf32>) -> tensor<1x4x6xf32>
  // CHECK: %[[MUL:.*]] = graph.mul %[[DIFF]], %[[SUM]]
  %mul = tosa.mul %diff, %sum, %shift : (tensor<1x4x6xf32>, tensor<1x4x6xf32>, tensor<1xi8>) -> tensor<1x4x6xf32>
  // CHECK: graph.less %[[MAX]], %[[MUL]] : (tensor<1x4x1xf32>, tensor<1x4x6xf32>) -> tensor<1x4x6xi1>
  // CHECK: graph.where
  %more = tosa.greater %mul, %max : (tensor<1x4x6xf32>, tensor<1x4x1xf32>) -> tensor<1x4x6xi1>
  %picked = tosa.select %more, %mul, %diff : (tensor<1x4x6xi1>, tensor<1x4x6xf32>, tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  // CHECK: graph.matmul %{{.*}}, %{{.*}} : (tensor<1x4x6xf32>, tensor<6x3xf32>) -> tensor<1x4x3xf32>
  %y = tosa.matmul %picked, %w, %zp, %zp : (tensor<1x4x6xf32>, tensor<1x6x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x3xf32>
  // CHECK: return
  return %y : tensor<1x4x3xf32>
}
