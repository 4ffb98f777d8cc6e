// RUN: wafer-opt %s -graph-simplify | FileCheck %s
// RUN: wafer-opt %s -graph-simplify -o %t && wafer-opt %t -graph-simplify | diff %t -
// RUN: %python %S/Inputs/agree.py %s graph-simplify --rtol=1e-6 | FileCheck %s --check-prefix=AGREE
// AGREE: agree: {{[0-9]+}} functions, {{[0-9]+}} changed

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
// CHECK-DAG: %[[X:.*]] = graph.reshape %arg0 : tensor<2x3x4xf32> -> tensor<6x4xf32>
// CHECK-DAG: %[[P:.*]] = graph.matmul %{{.*}}, %arg1 : (tensor<6x4xf32>, tensor<4x4xf32>) -> tensor<6x4xf32>
// CHECK: graph.sub %{{.*}}, %[[P]] : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xf32>
// CHECK-NEXT: return
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

// Maps of any kind come before reshapes; what broadcasts is reshaped with them.
// CHECK-LABEL: func.func @maps_before_reshape
// CHECK-NEXT: %[[E:.*]] = graph.erf %arg0 : tensor<6x4xf32>
// CHECK-NEXT: %[[S:.*]] = graph.reshape %arg1 : tensor<2x3x1xf32> -> tensor<6x1xf32>
// CHECK-NEXT: %[[D:.*]] = graph.div %[[E]], %[[S]] : (tensor<6x4xf32>, tensor<6x1xf32>) -> tensor<6x4xf32>
// CHECK-NEXT: %[[L:.*]] = graph.less %[[D]], %arg0 : (tensor<6x4xf32>, tensor<6x4xf32>) -> tensor<6x4xi1>
// CHECK-NEXT: %[[W:.*]] = graph.where %[[L]], %[[D]], %arg2 : (tensor<6x4xi1>, tensor<6x4xf32>, tensor<4xf32>) -> tensor<6x4xf32>
// CHECK-NEXT: %[[Y:.*]] = graph.reshape %[[W]] : tensor<6x4xf32> -> tensor<2x3x4xf32>
// CHECK-NEXT: return %[[Y]]
func.func @maps_before_reshape(%x: tensor<6x4xf32>, %s: tensor<2x3x1xf32>, %b: tensor<4xf32>) -> tensor<2x3x4xf32> {
  %0 = graph.reshape %x : tensor<6x4xf32> -> tensor<2x3x4xf32>
  %1 = graph.erf %0 : tensor<2x3x4xf32>
  %2 = graph.div %1, %s : (tensor<2x3x4xf32>, tensor<2x3x1xf32>) -> tensor<2x3x4xf32>
  %3 = graph.less %2, %0 : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xi1>
  %4 = graph.where %3, %2, %b : (tensor<2x3x4xi1>, tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %4 : tensor<2x3x4xf32>
}

// The rows of one matrix in three share an element: no shape of two dimensions broadcasts so.
// CHECK-LABEL: func.func @half_a_group
// CHECK-NEXT: graph.reshape %arg0
// CHECK-NEXT: graph.add
// CHECK-NEXT: return
func.func @half_a_group(%x: tensor<6x4xf32>, %s: tensor<2x1x4xf32>) -> tensor<2x3x4xf32> {
  %0 = graph.reshape %x : tensor<6x4xf32> -> tensor<2x3x4xf32>
  %1 = graph.add %0, %s : (tensor<2x3x4xf32>, tensor<2x1x4xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @reductions_before_reshape
// CHECK: %[[R:.*]] = graph.reshape %arg0 : tensor<6x4xf32> -> tensor<2x3x4xf32>
// CHECK: %[[M:.*]] = graph.reduce_mean %arg0 axes [1] {keepdims} : (tensor<6x4xf32>) -> tensor<6x1xf32>
// CHECK: graph.reshape %[[M]] : tensor<6x1xf32> -> tensor<2x3xf32>
// CHECK: %[[N:.*]] = graph.reduce_max %arg0 axes [0] {keepdims} : (tensor<6x4xf32>) -> tensor<1x4xf32>
// CHECK: graph.reshape %[[N]] : tensor<1x4xf32> -> tensor<4xf32>
// CHECK: graph.reduce_sum %[[R]] axes [1]
func.func @reductions_before_reshape(%x: tensor<6x4xf32>) -> (tensor<2x3xf32>, tensor<4xf32>, tensor<2x4xf32>) {
  %0 = graph.reshape %x : tensor<6x4xf32> -> tensor<2x3x4xf32>
  %1 = graph.reduce_mean %0 axes [2] : (tensor<2x3x4xf32>) -> tensor<2x3xf32>
  %2 = graph.reduce_max %0 axes [0, 1] : (tensor<2x3x4xf32>) -> tensor<4xf32>
  %3 = graph.reduce_sum %0 axes [1] : (tensor<2x3x4xf32>) -> tensor<2x4xf32>
  return %1, %2, %3 : tensor<2x3xf32>, tensor<4xf32>, tensor<2x4xf32>
}

// CHECK-LABEL: func.func @normalizations_before_reshape
// CHECK-NEXT: %[[N:.*]] = graph.rms_normalization %arg0, %arg1 axis 1 epsilon 1.000000e-05 : (tensor<6x4xf32>, tensor<4xf32>) -> tensor<6x4xf32>
// CHECK-NEXT: %[[S:.*]] = graph.softmax %[[N]] axis 1 : (tensor<6x4xf32>) -> tensor<6x4xf32>
// CHECK-NEXT: %[[Y:.*]] = graph.reshape %[[S]]
// CHECK-NEXT: return %[[Y]]
func.func @normalizations_before_reshape(%x: tensor<6x4xf32>, %g: tensor<4xf32>) -> tensor<2x3x4xf32> {
  %0 = graph.reshape %x : tensor<6x4xf32> -> tensor<2x3x4xf32>
  %1 = graph.rms_normalization %0, %g axis 2 epsilon 1.0e-5 : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  %2 = graph.softmax %1 axis 2 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %2 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @softmax_of_half_a_group
// CHECK-NEXT: graph.reshape %arg0
// CHECK-NEXT: graph.softmax %{{.*}} axis 1
// CHECK-NEXT: return
func.func @softmax_of_half_a_group(%x: tensor<6x4xf32>) -> tensor<2x3x4xf32> {
  %0 = graph.reshape %x : tensor<6x4xf32> -> tensor<2x3x4xf32>
  %1 = graph.softmax %0 axis 1 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// Nor does a map with a reshaped operand that has half of a group (found by the fuzzer).
// CHECK-LABEL: func.func @scale_of_half_a_group
// CHECK-DAG: %[[W:.*]] = graph.reshape %arg1 : tensor<4xf32> -> tensor<1x4x1xf32>
// CHECK-DAG: %[[X:.*]] = graph.reshape %arg0 : tensor<3x2x8xf32> -> tensor<3x4x4xf32>
// CHECK: graph.mul %[[W]], %[[X]]
func.func @scale_of_half_a_group(%x: tensor<3x2x8xf32>, %w: tensor<4xf32>) -> tensor<3x4x4xf32> {
  %0 = graph.reshape %w : tensor<4xf32> -> tensor<1x4x1xf32>
  %1 = graph.reshape %x : tensor<3x2x8xf32> -> tensor<3x4x4xf32>
  %2 = graph.mul %0, %1 : (tensor<1x4x1xf32>, tensor<3x4x4xf32>) -> tensor<3x4x4xf32>
  return %2 : tensor<3x4x4xf32>
}

// Operands of maps need no expansion and no leading dimensions of 1; equal elements need no dimension.
// CHECK-LABEL: func.func @broadcast
// CHECK-DAG: %[[B:.*]] = graph.constant @bias dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[C:.*]] = graph.constant dense<3.000000e+00> : tensor<f32>
// CHECK: %[[S:.*]] = graph.add %arg0, %[[B]] : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
// CHECK-NEXT: %[[M:.*]] = graph.mul %[[S]], %[[C]] : (tensor<4x2xf32>, tensor<f32>) -> tensor<4x2xf32>
// CHECK-NEXT: %[[D:.*]] = graph.sub %[[M]], %arg1 : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32>
// CHECK-NEXT: return %[[D]]
func.func @broadcast(%x: tensor<4x2xf32>, %m: tensor<4x1xf32>) -> tensor<4x2xf32> {
  %b = graph.constant @bias dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %c = graph.constant dense<3.0> : tensor<4x2xf32>
  %e = graph.expand %m : tensor<4x1xf32> -> tensor<4x2xf32>
  %0 = graph.add %x, %b : (tensor<4x2xf32>, tensor<1x2xf32>) -> tensor<4x2xf32>
  %1 = graph.mul %c, %0 : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %2 = graph.sub %1, %e : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  return %2 : tensor<4x2xf32>
}

// Where the expansion gives the result its shape, it stays.
// CHECK-LABEL: func.func @needed_expansion
// CHECK-NEXT: graph.expand
// CHECK-NEXT: graph.add
func.func @needed_expansion(%x: tensor<4x1xf32>, %y: tensor<4x1xf32>) -> tensor<4x2xf32> {
  %e = graph.expand %x : tensor<4x1xf32> -> tensor<4x2xf32>
  %0 = graph.add %e, %y : (tensor<4x2xf32>, tensor<4x1xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// CHECK-LABEL: func.func @embedding
// CHECK-NEXT: %[[I:.*]] = graph.reshape %arg1 : tensor<2x3xi64> -> tensor<6xi64>
// CHECK-NEXT: %[[G:.*]] = graph.gather %arg0, %[[I]] axis 0 : (tensor<9x4xf32>, tensor<6xi64>) -> tensor<6x4xf32>
// CHECK-NEXT: %[[Y:.*]] = graph.reshape %[[G]] : tensor<6x4xf32> -> tensor<2x3x4xf32>
// CHECK-NEXT: return %[[Y]]
func.func @embedding(%table: tensor<9x4xf32>, %ids: tensor<2x3xi64>) -> tensor<2x3x4xf32> {
  %i = graph.cast %ids : tensor<2x3xi64> -> tensor<2x3xi32>
  %0 = graph.gather %table, %i axis 0 : (tensor<9x4xf32>, tensor<2x3xi32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @units
// CHECK-DAG: graph.reshape %arg0 : tensor<1x4x6xf32> -> tensor<4x1x6xf32>
// CHECK-DAG: graph.reshape %arg0 : tensor<1x4x6xf32> -> tensor<4x6xf32>
// CHECK: return
func.func @units(%x: tensor<1x4x6xf32>) -> (tensor<4x1x6xf32>, tensor<4x6xf32>) {
  %0 = graph.transpose %x perm [1, 0, 2] : (tensor<1x4x6xf32>) -> tensor<4x1x6xf32>
  %1 = graph.reduce_mean %x axes [0] : (tensor<1x4x6xf32>) -> tensor<4x6xf32>
  return %0, %1 : tensor<4x1x6xf32>, tensor<4x6xf32>
}

// CHECK-LABEL: func.func @neutral
// CHECK-NEXT: %[[R:.*]] = graph.relu %arg0
// CHECK-NEXT: return %arg0, %arg1, %[[R]], %arg0
func.func @neutral(%x: tensor<4xf32>, %m: tensor<4xi1>) -> (tensor<4xf32>, tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %true = graph.constant dense<true> : tensor<1xi1>
  %0 = graph.where %true, %x, %zero : (tensor<1xi1>, tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.and %true, %m : (tensor<1xi1>, tensor<4xi1>) -> tensor<4xi1>
  %2 = graph.max %zero, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.div %x, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = graph.concat %3 axis 0 : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2, %4 : tensor<4xf32>, tensor<4xi1>, tensor<4xf32>, tensor<4xf32>
}

// What is cut is a dimension of the reshape's operand.
// CHECK-LABEL: func.func @slice_before_reshape
// CHECK: %[[R:.*]] = graph.reshape %arg0
// CHECK: %[[S:.*]] = graph.slice %arg0 starts [0, 1] sizes [6, 2] steps [1, 2] : (tensor<6x4xf32>) -> tensor<6x2xf32>
// CHECK: graph.reshape %[[S]] : tensor<6x2xf32> -> tensor<2x3x2xf32>
// CHECK: graph.slice %[[R]] starts [0, 1, 0] sizes [2, 1, 4]
func.func @slice_before_reshape(%x: tensor<6x4xf32>) -> (tensor<2x3x2xf32>, tensor<2x1x4xf32>) {
  %0 = graph.reshape %x : tensor<6x4xf32> -> tensor<2x3x4xf32>
  %1 = graph.slice %0 starts [0, 0, 1] sizes [2, 3, 2] steps [1, 1, 2] : (tensor<2x3x4xf32>) -> tensor<2x3x2xf32>
  %2 = graph.slice %0 starts [0, 1, 0] sizes [2, 1, 4] steps [1, 1, 1] : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return %1, %2 : tensor<2x3x2xf32>, tensor<2x1x4xf32>
}

// CHECK-LABEL: func.func @slice_of_gather
// CHECK: %[[S:.*]] = graph.slice %arg0 starts [0, 3] sizes [6, 2] steps [1, -2]
// CHECK: %[[G:.*]] = graph.gather %arg0, %{{.*}} axis 1 : (tensor<6x4xf32>, tensor<3xi64>)
// CHECK: return %[[S]], %[[G]]
func.func @slice_of_gather(%x: tensor<6x4xf32>) -> (tensor<6x2xf32>, tensor<6x3xf32>) {
  %i = graph.constant dense<[-1, 1]> : tensor<2xi64>
  %j = graph.constant dense<[0, 1, 3]> : tensor<3xi64>
  %0 = graph.gather %x, %i axis 1 : (tensor<6x4xf32>, tensor<2xi64>) -> tensor<6x2xf32>
  %1 = graph.gather %x, %j axis 1 : (tensor<6x4xf32>, tensor<3xi64>) -> tensor<6x3xf32>
  return %0, %1 : tensor<6x2xf32>, tensor<6x3xf32>
}

// 1/4 is a number, 1/3 is not.
// CHECK-LABEL: func.func @exact_inverse
// CHECK-DAG: %[[Q:.*]] = graph.constant dense<2.500000e-01>
// CHECK-DAG: %[[T:.*]] = graph.constant dense<3.000000e+00>
// CHECK: graph.mul %arg0, %[[Q]]
// CHECK: graph.div %arg0, %[[T]]
func.func @exact_inverse(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %four = graph.constant dense<4.0> : tensor<f32>
  %three = graph.constant dense<3.0> : tensor<f32>
  %0 = graph.div %x, %four : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.div %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @mask_that_hides_nothing
// CHECK-NEXT: graph.softmax %arg0 axis 1
// CHECK-NEXT: return
func.func @mask_that_hides_nothing(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %zero = graph.constant dense<0.0> : tensor<4x4xf32>
  %0 = graph.add %x, %zero : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = graph.softmax %0 axis 1 : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %1 : tensor<4x4xf32>
}

// Positions of two sequences, stacked: row i of the table is added to rows i and i + 2. What was not gathered keeps its shape.
// CHECK-LABEL: func.func @positions
// CHECK-DAG: %[[P:.*]] = graph.constant @positions dense
// CHECK-DAG: %[[I:.*]] = graph.iota : tensor<4xi64>
// CHECK-DAG: %[[TWO:.*]] = graph.constant dense<2> : tensor<i64>
// CHECK-DAG: %[[X:.*]] = graph.gather %arg0, %arg1 axis 0
// CHECK-DAG: %[[ROWS:.*]] = graph.mod %[[I]], %[[TWO]]
// CHECK-DAG: %[[R:.*]] = graph.gather %[[P]], %[[ROWS]] axis 0 : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<4x3xf32>
// CHECK-DAG: %[[S:.*]] = graph.add %[[X]], %[[R]] : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
// CHECK-DAG: graph.reshape %[[S]] : tensor<4x3xf32> -> tensor<2x2x3xf32>
// CHECK-DAG: graph.add %{{.*}}, %[[P]] : (tensor<2x2x3xf32>, tensor<2x3xf32>) -> tensor<2x2x3xf32>
func.func @positions(%table: tensor<2x3xf32>, %i: tensor<4xi64>, %x: tensor<4x3xf32>) -> (tensor<2x2x3xf32>, tensor<2x2x3xf32>) {
  %p = graph.constant @positions dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf32>
  %0 = graph.gather %table, %i axis 0 : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<4x3xf32>
  %1 = graph.reshape %0 : tensor<4x3xf32> -> tensor<2x2x3xf32>
  %2 = graph.add %1, %p : (tensor<2x2x3xf32>, tensor<1x2x3xf32>) -> tensor<2x2x3xf32>
  %3 = graph.reshape %x : tensor<4x3xf32> -> tensor<2x2x3xf32>
  %4 = graph.add %3, %p : (tensor<2x2x3xf32>, tensor<1x2x3xf32>) -> tensor<2x2x3xf32>
  return %2, %4 : tensor<2x2x3xf32>, tensor<2x2x3xf32>
}

// A dimension of 1 elsewhere: the map and the reshape do not take turns.
// CHECK-LABEL: func.func @units_move
// CHECK-NEXT: %[[N:.*]] = graph.neg %arg0 : tensor<1x2x9xf32>
// CHECK-NEXT: %[[R:.*]] = graph.reshape %[[N]] : tensor<1x2x9xf32> -> tensor<2x1x9xf32>
// CHECK-NEXT: return %[[R]]
func.func @units_move(%x: tensor<1x2x9xf32>) -> tensor<2x1x9xf32> {
  %t = graph.transpose %x perm [1, 0, 2] : (tensor<1x2x9xf32>) -> tensor<2x1x9xf32>
  %n = graph.neg %t : tensor<2x1x9xf32>
  return %n : tensor<2x1x9xf32>
}

// Dimensions of 1 come and go before a rotary embedding, and its tables follow. A reshape that joins heads stays behind it.
// CHECK-LABEL: func.func @rotary
// CHECK-DAG: %[[X:.*]] = graph.reshape %arg0 : tensor<2x3x1x5x8xf32> -> tensor<2x3x5x8xf32>
// CHECK-DAG: %[[C:.*]] = graph.reshape %arg1 : tensor<3x1x1x4xf32> -> tensor<3x1x4xf32>
// CHECK-DAG: %[[S:.*]] = graph.reshape %arg2 : tensor<3x1x1x4xf32> -> tensor<3x1x4xf32>
// CHECK: %[[R:.*]] = graph.rotary_embedding %[[X]], %[[C]], %[[S]] : (tensor<2x3x5x8xf32>, tensor<3x1x4xf32>, tensor<3x1x4xf32>) -> tensor<2x3x5x8xf32>
// CHECK: %[[U:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2
// CHECK: %[[T:.*]] = graph.reshape %[[U]] : tensor<2x3x1x5x8xf32> -> tensor<6x5x8xf32>
// CHECK: return %[[R]], %[[T]]
func.func @rotary(%x: tensor<2x3x1x5x8xf32>, %c: tensor<3x1x1x4xf32>, %s: tensor<3x1x1x4xf32>) -> (tensor<2x3x5x8xf32>, tensor<6x5x8xf32>) {
  %0 = graph.rotary_embedding %x, %c, %s : (tensor<2x3x1x5x8xf32>, tensor<3x1x1x4xf32>, tensor<3x1x1x4xf32>) -> tensor<2x3x1x5x8xf32>
  %1 = graph.reshape %0 : tensor<2x3x1x5x8xf32> -> tensor<2x3x5x8xf32>
  %2 = graph.rotary_embedding %x, %c, %s : (tensor<2x3x1x5x8xf32>, tensor<3x1x1x4xf32>, tensor<3x1x1x4xf32>) -> tensor<2x3x1x5x8xf32>
  %3 = graph.reshape %2 : tensor<2x3x1x5x8xf32> -> tensor<6x5x8xf32>
  return %1, %3 : tensor<2x3x5x8xf32>, tensor<6x5x8xf32>
}
