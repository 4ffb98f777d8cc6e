// Structured ops become graph ops on whole tensors: maps, reductions, gathers, products.
// RUN: wafer-translate --import-tensors %s | FileCheck %s
// RUN: wafer-translate --import-tensors %s -o %t.mlir && wafer-run %t.mlir --mode=reference --random-inputs --output %t.npy
// RUN: wafer-run %s --mode=reference --random-inputs --expect %t.npy --atol=0 --rtol=0

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i, 0)>
#column = affine_map<(i, j) -> (j)>
#i = affine_map<(i, j) -> (i)>
#swap = affine_map<(i, j) -> (j, i)>

// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[X:.*]]: tensor<4x6xf32>, %[[IDS:.*]]: tensor<4xi64>
func.func @forward(%x: tensor<4x6xf32>, %ids: tensor<4xi64>) -> tensor<3x4xf32> {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %bias = arith.constant dense<1.0> : tensor<6xf32>
  %w = arith.constant dense<2.0> : tensor<3x6xf32>
  %table = arith.constant dense<3.0> : tensor<7x6xf32>
  %empty = tensor.empty() : tensor<4x6xf32>
  // CHECK: %[[ROWS:.*]] = graph.gather %{{.*}}, %[[IDS]] axis 0 : (tensor<7x6xf32>, tensor<4xi64>) -> tensor<4x6xf32>
  %rows = linalg.generic {indexing_maps = [#i, #id], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<4xi64>) outs(%empty : tensor<4x6xf32>) {
  ^bb0(%in: i64, %out: f32):
    %a = arith.index_cast %in : i64 to index
    %b = linalg.index 1 : index
    %e = tensor.extract %table[%a, %b] : tensor<7x6xf32>
    linalg.yield %e : f32
  } -> tensor<4x6xf32>
  // CHECK: %[[SUM:.*]] = graph.add %[[ROWS]], %[[X]]
  // CHECK: %[[HALF:.*]] = graph.mul %[[SUM]], %{{.*}} : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %half_sum = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%rows, %x : tensor<4x6xf32>, tensor<4x6xf32>) outs(%empty : tensor<4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    %h = arith.mulf %s, %half : f32
    linalg.yield %h : f32
  } -> tensor<4x6xf32>
  %sums = tensor.empty() : tensor<4x1xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%sums : tensor<4x1xf32>) -> tensor<4x1xf32>
  // CHECK: %[[RED:.*]] = graph.reduce_sum %[[HALF]] axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %reduced = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%half_sum : tensor<4x6xf32>) outs(%zeros : tensor<4x1xf32>) {
  ^bb0(%in: f32, %out: f32):
    %s = arith.addf %in, %out : f32
    linalg.yield %s : f32
  } -> tensor<4x1xf32>
  // CHECK: %[[DIV:.*]] = graph.div %[[HALF]], %[[RED]]
  // CHECK: %[[BIAS:.*]] = graph.reshape %{{.*}} : tensor<6xf32> -> tensor<1x6xf32>
  // CHECK: %[[BIASED:.*]] = graph.add %[[DIV]], %[[BIAS]]
  %biased = linalg.generic {indexing_maps = [#id, #row, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%half_sum, %reduced, %bias : tensor<4x6xf32>, tensor<4x1xf32>, tensor<6xf32>) outs(%empty : tensor<4x6xf32>) {
  ^bb0(%a: f32, %r: f32, %b: f32, %out: f32):
    %d = arith.divf %a, %r : f32
    %s = arith.addf %d, %b : f32
    linalg.yield %s : f32
  } -> tensor<4x6xf32>
  %t_empty = tensor.empty() : tensor<6x3xf32>
  // CHECK: %[[WT:.*]] = graph.transpose %{{.*}} perm [1, 0] : (tensor<3x6xf32>) -> tensor<6x3xf32>
  %wt = linalg.transpose ins(%w : tensor<3x6xf32>) outs(%t_empty : tensor<6x3xf32>) permutation = [1, 0]
  %y_empty = tensor.empty() : tensor<4x3xf32>
  %y_zeros = linalg.fill ins(%zero : f32) outs(%y_empty : tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: %[[Y:.*]] = graph.matmul %[[BIASED]], %[[WT]] : (tensor<4x6xf32>, tensor<6x3xf32>) -> tensor<4x3xf32>
  %y = linalg.matmul ins(%biased, %wt : tensor<4x6xf32>, tensor<6x3xf32>) outs(%y_zeros : tensor<4x3xf32>) -> tensor<4x3xf32>
  %swapped = tensor.empty() : tensor<3x4xf32>
  // CHECK: %[[R:.*]] = graph.transpose %[[Y]] perm [1, 0]
  // CHECK: return %[[R]]
  %result = linalg.generic {indexing_maps = [#id, #swap], iterator_types = ["parallel", "parallel"]} ins(%y : tensor<4x3xf32>) outs(%swapped : tensor<3x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<3x4xf32>
  return %result : tensor<3x4xf32>
}
