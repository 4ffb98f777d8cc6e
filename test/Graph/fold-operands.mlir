// RUN: wafer-opt %s -graph-fold-operands | FileCheck %s
// RUN: wafer-opt %s -graph-fold-operands -o %t && wafer-opt %t -graph-fold-operands | diff %t -
// RUN: %python %S/Inputs/agree.py %s graph-fold-operands | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 7 functions, 7 changed

// Positions of two sequences, for a gather: what they are computed from goes away.
// CHECK-LABEL: func.func @indices
// CHECK-NEXT: %[[I:.*]] = graph.constant dense<{{\[\[}}1, 2, 3], [1, 2, 3]]> : tensor<2x3xi64>
// CHECK-NEXT: graph.gather %arg0, %[[I]]
// CHECK-NEXT: return
func.func @indices(%table: tensor<5x4xf32>) -> tensor<2x3x4xf32> {
  %i = graph.iota : tensor<3xi64>
  %one = graph.constant dense<1> : tensor<i64>
  %p = graph.add %i, %one : (tensor<3xi64>, tensor<i64>) -> tensor<3xi64>
  %e = graph.expand %p : tensor<3xi64> -> tensor<2x3xi64>
  %0 = graph.gather %table, %e axis 0 : (tensor<5x4xf32>, tensor<2x3xi64>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// A mask: the view stays, what it views is computed once for both.
// CHECK-LABEL: func.func @mask
// CHECK-NEXT: %[[M:.*]] = graph.constant dense<[0.000000e+00, -1.000000e+00, -2.000000e+00]> : tensor<3xf32>
// CHECK-NEXT: %[[E:.*]] = graph.expand %[[M]] : tensor<3xf32> -> tensor<2x3xf32>
// CHECK-NEXT: graph.add %arg0, %[[E]]
// CHECK-NEXT: graph.mul %{{.*}}, %[[M]]
// CHECK-NEXT: return
func.func @mask(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %i = graph.iota : tensor<3xi64>
  %f = graph.cast %i : tensor<3xi64> -> tensor<3xf32>
  %n = graph.neg %f : tensor<3xf32>
  %e = graph.expand %n : tensor<3xf32> -> tensor<2x3xf32>
  %0 = graph.add %x, %e : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = graph.mul %0, %n : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// Angles: positions times frequencies is a product of one term for each element.
// CHECK-LABEL: func.func @angles
// CHECK-NEXT: %[[C:.*]] = graph.constant dense<{{\[\[}}1.000000e+00, 1.000000e+00], [0.540302277, 0.877582{{[0-9]*}}]]> : tensor<2x2xf32>
// CHECK-NEXT: graph.mul %arg0, %[[C]]
func.func @angles(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %i = graph.iota : tensor<2xi64>
  %f = graph.cast %i : tensor<2xi64> -> tensor<2xf32>
  %t = graph.reshape %f : tensor<2xf32> -> tensor<2x1xf32>
  %w = graph.constant dense<[[1.0, 0.5]]> : tensor<1x2xf32>
  %a = graph.matmul %t, %w : (tensor<2x1xf32>, tensor<1x2xf32>) -> tensor<2x2xf32>
  %c = graph.cos %a : tensor<2x2xf32>
  %0 = graph.mul %x, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// An output that is constant; one that is computed from another one.
// CHECK-LABEL: func.func @outputs
// CHECK-DAG: %[[A:.*]] = graph.constant dense<[false, true]> : tensor<2xi1>
// CHECK-DAG: %[[B:.*]] = graph.constant dense<[0.000000e+00, 1.000000e+00]> : tensor<2xf32>
// CHECK: return %[[A]], %[[B]]
func.func @outputs() -> (tensor<2xi1>, tensor<2xf32>) {
  %i = graph.iota : tensor<2xi64>
  %b = graph.cast %i : tensor<2xi64> -> tensor<2xi1>
  %f = graph.cast %b : tensor<2xi1> -> tensor<2xf32>
  return %b, %f : tensor<2xi1>, tensor<2xf32>
}

// Rows of a constant are the host's to pick; their positions are computed.
// CHECK-LABEL: func.func @rows
// CHECK-DAG: %[[T:.*]] = graph.constant @table
// CHECK-DAG: %[[I:.*]] = graph.constant dense<[1, 2]> : tensor<2xi64>
// CHECK: %[[R:.*]] = graph.gather %[[T]], %[[I]]
// CHECK: graph.add %arg0, %[[R]]
func.func @rows(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %t = graph.constant @table dense<[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]> : tensor<3x2xf32>
  %i = graph.iota : tensor<2xi64>
  %one = graph.constant dense<1> : tensor<i64>
  %p = graph.add %i, %one : (tensor<2xi64>, tensor<i64>) -> tensor<2xi64>
  %r = graph.gather %t, %p axis 0 : (tensor<3x2xf32>, tensor<2xi64>) -> tensor<2x2xf32>
  %0 = graph.add %x, %r : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// A mask of bools is one of numbers: PEs add it. Each query sees itself and the token before.
// CHECK-LABEL: func.func @window
// CHECK-NEXT: %[[M:.*]] = graph.constant dense<{{\[\[}}0.000000e+00, 0xFF800000, 0xFF800000], [0.000000e+00, 0.000000e+00, 0xFF800000], [0xFF800000, 0.000000e+00, 0.000000e+00]]> : tensor<3x3xf32>
// CHECK-NEXT: graph.attention %arg0, %arg1, %arg2 mask %[[M]]
// CHECK-NEXT: return
func.func @window(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x3x4xf32>, %v: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %m = graph.constant dense<[[true, false, false], [true, true, false], [false, true, true]]> : tensor<3x3xi1>
  %0 = graph.attention %q, %k, %v mask %m scale 0.5 : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<3x3xi1>) -> tensor<1x2x3x4xf32>
  return %0 : tensor<1x2x3x4xf32>
}

// Angles that are constants to begin with: PEs have no cosine.
// CHECK-LABEL: func.func @cosines
// CHECK-NEXT: %[[C:.*]] = graph.constant dense<[1.000000e+00, 0.540302277]> : tensor<2xf32>
// CHECK-NEXT: %[[R:.*]] = graph.reshape %[[C]]
// CHECK-NEXT: graph.rotary_embedding %arg0, %[[R]]
func.func @cosines(%x: tensor<1x2x4xf32>, %sin: tensor<1x2x1xf32>) -> tensor<1x2x4xf32> {
  %a = graph.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %c = graph.cos %a : tensor<2xf32>
  %r = graph.reshape %c : tensor<2xf32> -> tensor<1x2x1xf32>
  %0 = graph.rotary_embedding %x, %r, %sin : (tensor<1x2x4xf32>, tensor<1x2x1xf32>, tensor<1x2x1xf32>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}
