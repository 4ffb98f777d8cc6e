// Near misses stay as they are, and that is no error.
// RUN: wafer-opt %s -graph-fuse-softmax | FileCheck %s
// RUN: %python %S/Inputs/agree.py %s graph-fuse-softmax | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 8 functions, 0 changed

// The sum is over two dimensions.
// CHECK-LABEL: func.func @two_axes
// CHECK-NOT: softmax %
// CHECK: return
func.func @two_axes(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %e = graph.exp %x : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [1, 2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x1x1xf32>
  %y = graph.div %e, %s : (tensor<2x4x6xf32>, tensor<2x1x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @base_two
// CHECK-NOT: softmax %
// CHECK: return
func.func @base_two(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %b = graph.constant dense<2.0> : tensor<f32>
  %e = graph.pow %b, %x : (tensor<f32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %y = graph.div %e, %s : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// The sum of another tensor.
// CHECK-LABEL: func.func @other_sum
// CHECK-NOT: softmax %
// CHECK: return
func.func @other_sum(%x: tensor<2x4x6xf32>, %z: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %e = graph.exp %x : tensor<2x4x6xf32>
  %f = graph.exp %z : tensor<2x4x6xf32>
  %s = graph.reduce_sum %f axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %y = graph.div %e, %s : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Divided by the mean, it adds up to 6.
// CHECK-LABEL: func.func @mean
// CHECK-NOT: softmax %
// CHECK: return
func.func @mean(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %e = graph.exp %x : tensor<2x4x6xf32>
  %s = graph.reduce_mean %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %y = graph.div %e, %s : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// exp(x)/(1 + Σexp(x)).
// CHECK-LABEL: func.func @plus_one
// CHECK-NOT: softmax %
// CHECK: return
func.func @plus_one(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %one = graph.constant dense<1.0> : tensor<f32>
  %e = graph.exp %x : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %p = graph.add %s, %one : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %y = graph.div %e, %p : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Scaled below the line only.
// CHECK-LABEL: func.func @scaled
// CHECK-NOT: softmax %
// CHECK: return
func.func @scaled(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %c = graph.constant dense<0.5> : tensor<f32>
  %e = graph.exp %x : tensor<2x4x6xf32>
  %a = graph.mul %x, %c : (tensor<2x4x6xf32>, tensor<f32>) -> tensor<2x4x6xf32>
  %f = graph.exp %a : tensor<2x4x6xf32>
  %s = graph.reduce_sum %f axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %y = graph.div %e, %s : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Without keepdims the sums of rows divide columns.
// CHECK-LABEL: func.func @transposed_sum
// CHECK-NOT: softmax %
// CHECK: return
func.func @transposed_sum(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %e = graph.exp %x : tensor<4x4xf32>
  %s = graph.reduce_sum %e axes [1] : (tensor<4x4xf32>) -> tensor<4xf32>
  %y = graph.div %e, %s : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// A logsumexp alone.
// CHECK-LABEL: func.func @log_of_sum
// CHECK-NOT: softmax %
// CHECK: return
func.func @log_of_sum(%x: tensor<2x4x6xf32>) -> tensor<2x4x1xf32> {
  %e = graph.exp %x : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %y = graph.log %s : tensor<2x4x1xf32>
  return %y : tensor<2x4x1xf32>
}
