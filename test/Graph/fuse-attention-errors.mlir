// Near misses stay as they are, and that is no error.
// RUN: wafer-opt %s -graph-fuse-attention | FileCheck %s
// RUN: %python %S/Inputs/agree.py %s graph-fuse-attention | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 15 functions, 0 changed

// The softmax runs over queries.
// CHECK-LABEL: func.func @wrong_axis
// CHECK-NOT: graph.attention
// CHECK: return
func.func @wrong_axis(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 2 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A scale for each head is not one number.
// CHECK-LABEL: func.func @scale_per_head
// CHECK-NOT: graph.attention
// CHECK: return
func.func @scale_per_head(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %scales = graph.constant dense<[[[0.5]], [[0.25]], [[0.5]], [[0.5]]]> : tensor<4x1x1xf32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %scales : (tensor<2x4x5x7xf32>, tensor<4x1x1xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A scale of the model's input is not known.
// CHECK-LABEL: func.func @scale_unknown
// CHECK-NOT: graph.attention
// CHECK: return
func.func @scale_unknown(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %scale: tensor<f32>) -> tensor<2x4x5x6xf32> {
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %scale : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A finite number in place of scores: a query without keys would be the mean of the values.
// CHECK-LABEL: func.func @filled_by_finite
// CHECK-NOT: graph.attention
// CHECK: return
func.func @filled_by_finite(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %keep: tensor<2x1x5x7xi1>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %low = graph.constant dense<-3.40282347E+38> : tensor<f32>
  %a = graph.where %keep, %m, %low : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// 0 in place of scores hides nothing.
// CHECK-LABEL: func.func @filled_by_zero
// CHECK-NOT: graph.attention
// CHECK: return
func.func @filled_by_zero(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<0> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %a = graph.where %keep, %m, %zero : (tensor<5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Causal by a finite number in place of scores; the padding mask may hide what is left.
// CHECK-LABEL: func.func @finite_in_place_and_padding
// CHECK-NOT: graph.attention
// CHECK: return
func.func @finite_in_place_and_padding(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %pad: tensor<2x1x1x7xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<0> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %low = graph.constant dense<-1.0e9> : tensor<f32>
  %b = graph.where %keep, %m, %low : (tensor<5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %a = graph.add %b, %pad : (tensor<2x4x5x7xf32>, tensor<2x1x1x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Weights are cleared by another condition than scores.
// CHECK-LABEL: func.func @other_condition
// CHECK-NOT: graph.attention
// CHECK: return
func.func @other_condition(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %keep: tensor<2x1x5x7xi1>, %other: tensor<2x1x5x7xi1>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %inf = graph.constant dense<0xFF800000> : tensor<f32>
  %a = graph.where %keep, %m, %inf : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %g = graph.where %other, %w, %zero : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %g, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Weights are cleared, but another mask may have hidden all that was kept.
// CHECK-LABEL: func.func @cleared_and_padding
// CHECK-NOT: graph.attention
// CHECK: return
func.func @cleared_and_padding(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %keep: tensor<2x1x5x7xi1>, %pad: tensor<2x1x1x7xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %low = graph.constant dense<-3.40282347E+38> : tensor<f32>
  %b = graph.add %m, %pad : (tensor<2x4x5x7xf32>, tensor<2x1x1x7xf32>) -> tensor<2x4x5x7xf32>
  %a = graph.where %keep, %b, %low : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %g = graph.where %keep, %w, %zero : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %g, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A mask within the cap.
// CHECK-LABEL: func.func @mask_in_cap
// CHECK-NOT: graph.attention
// CHECK: return
func.func @mask_in_cap(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %mask: tensor<5x7xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %t = graph.tanh %a : tensor<2x4x5x7xf32>
  %w = graph.softmax %t axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A mask that has more batches than the scores.
// CHECK-LABEL: func.func @larger_mask
// CHECK-NOT: graph.attention
// CHECK: return
func.func @larger_mask(%q: tensor<1x4x5x8xf32>, %k: tensor<1x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %mask: tensor<2x1x5x7xf32>) -> tensor<2x4x5x6xf32> {
  %m = graph.matmul %q, %k {transpose_b} : (tensor<1x4x5x8xf32>, tensor<1x4x7x8xf32>) -> tensor<1x4x5x7xf32>
  %a = graph.add %m, %mask : (tensor<1x4x5x7xf32>, tensor<2x1x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Values have more batches than the weights.
// CHECK-LABEL: func.func @more_values
// CHECK-NOT: graph.attention
// CHECK: return
func.func @more_values(%q: tensor<1x4x5x8xf32>, %k: tensor<1x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %m = graph.matmul %q, %k {transpose_b} : (tensor<1x4x5x8xf32>, tensor<1x4x7x8xf32>) -> tensor<1x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<1x4x5x7xf32>) -> tensor<1x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<1x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A constant key is a linear layer.
// CHECK-LABEL: func.func @constant_key
// CHECK-NOT: graph.attention
// CHECK: return
func.func @constant_key(%q: tensor<5x8xf32>, %v: tensor<7x6xf32>) -> tensor<5x6xf32> {
  %k = graph.constant dense<0.5> : tensor<8x7xf32>
  %m = graph.matmul %q, %k : (tensor<5x8xf32>, tensor<8x7xf32>) -> tensor<5x7xf32>
  %w = graph.softmax %m axis 1 : (tensor<5x7xf32>) -> tensor<5x7xf32>
  %r = graph.matmul %w, %v : (tensor<5x7xf32>, tensor<7x6xf32>) -> tensor<5x6xf32>
  return %r : tensor<5x6xf32>
}

// The weights' columns, not their rows, go with the values.
// CHECK-LABEL: func.func @weights_transposed
// CHECK-NOT: graph.attention
// CHECK: return
func.func @weights_transposed(%q: tensor<2x4x7x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x7x6xf32> {
  %m = graph.matmul %q, %k {transpose_b} : (tensor<2x4x7x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x7x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x7x7xf32>) -> tensor<2x4x7x7xf32>
  %r = graph.matmul %w, %v {transpose_a} : (tensor<2x4x7x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x7x6xf32>
  return %r : tensor<2x4x7x6xf32>
}

// An operator whose mask hides nearly what a causal one does: the last query does not see the first key.
// CHECK-LABEL: func.func @operator_one_element_off
// CHECK: graph.attention {{.*}} mask %{{.*}} scale 5.000000e-01 :
// CHECK-NEXT: return
func.func @operator_one_element_off(%q: tensor<2x4x5x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x2x5x6xf32>) -> tensor<2x4x5x6xf32> {
  %m = graph.constant dense<[[true, false, false, false, false], [true, true, false, false, false], [true, true, true, false, false], [true, true, true, true, false], [false, true, true, true, true]]> : tensor<5x5xi1>
  %r = graph.attention %q, %k, %v mask %m scale 0.5 : (tensor<2x4x5x8xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x6xf32>, tensor<5x5xi1>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// The first two queries see no key to begin with, and each of the numbers is finite: they stay added.
// CHECK-LABEL: func.func @operator_without_keys
// CHECK: graph.attention {{.*}} mask %{{.*}} scale 5.000000e-01 {causal = -2 : i64}
// CHECK-NEXT: return
func.func @operator_without_keys(%q: tensor<2x4x5x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x2x5x6xf32>) -> tensor<2x4x5x6xf32> {
  %m = graph.constant dense<[[0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, -1.0e9], [0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<5x5xf32>
  %r = graph.attention %q, %k, %v mask %m scale 0.5 {causal = -2 : i64} : (tensor<2x4x5x8xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x6xf32>, tensor<5x5xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}
