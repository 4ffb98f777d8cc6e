// Near misses stay as they are, and that is no error.
// RUN: wafer-opt %s -graph-fuse-normalizations | FileCheck %s
// RUN: %python %S/Inputs/agree.py %s graph-fuse-normalizations | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 12 functions, 0 changed

// √variance + ε.
// CHECK-LABEL: func.func @epsilon_outside
// CHECK-NOT: _normalization
// CHECK: return
func.func @epsilon_outside(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %v : tensor<2x4x1xf32>
  %re = graph.add %r, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %y = graph.div %d, %re : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// ε is no number.
// CHECK-LABEL: func.func @epsilon_of_a_row
// CHECK-NOT: _normalization
// CHECK: return
func.func @epsilon_of_a_row(%x: tensor<2x4x6xf32>, %e: tensor<4x1xf32>) -> tensor<2x4x6xf32> {
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %e : (tensor<2x4x1xf32>, tensor<4x1xf32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// max(variance, ε).
// CHECK-LABEL: func.func @bounded_variance
// CHECK-NOT: _normalization
// CHECK: return
func.func @bounded_variance(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.max %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Not over the last dimensions.
// CHECK-LABEL: func.func @first_dimension
// CHECK-NOT: _normalization
// CHECK: return
func.func @first_dimension(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [0] {keepdims} : (tensor<2x4x6xf32>) -> tensor<1x4x6xf32>
  %ve = graph.add %v, %eps : (tensor<1x4x6xf32>, tensor<f32>) -> tensor<1x4x6xf32>
  %r = graph.sqrt %ve : tensor<1x4x6xf32>
  %y = graph.div %x, %r : (tensor<2x4x6xf32>, tensor<1x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @middle_dimension
// CHECK-NOT: _normalization
// CHECK: return
func.func @middle_dimension(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %m = graph.reduce_mean %x axes [1] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x1x6xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x1x6xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [1] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x1x6xf32>
  %ve = graph.add %v, %eps : (tensor<2x1x6xf32>, tensor<f32>) -> tensor<2x1x6xf32>
  %r = graph.sqrt %ve : tensor<2x1x6xf32>
  %y = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x1x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// The mean square of another tensor.
// CHECK-LABEL: func.func @two_tensors
// CHECK-NOT: _normalization
// CHECK: return
func.func @two_tensors(%x: tensor<2x4x6xf32>, %z: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %q = graph.mul %z, %z : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %x, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @product
// CHECK-NOT: _normalization
// CHECK: return
func.func @product(%x: tensor<2x4x6xf32>, %z: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %q = graph.mul %x, %z : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %x, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Mean and variance of different dimensions.
// CHECK-LABEL: func.func @other_axes
// CHECK-NOT: _normalization
// CHECK: return
func.func @other_axes(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %mq = graph.reduce_mean %q axes [1, 2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x1x1xf32>
  %mm = graph.mul %m, %m : (tensor<2x4x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %v = graph.sub %mq, %mm : (tensor<2x1x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @half_the_mean
// CHECK-NOT: _normalization
// CHECK: return
func.func @half_the_mean(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %h = graph.constant dense<0.5> : tensor<f32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %hm = graph.mul %m, %h : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %hm : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %md = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %md, %md : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// The fourth root.
// CHECK-LABEL: func.func @wrong_root
// CHECK-NOT: _normalization
// CHECK: return
func.func @wrong_root(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %t = graph.constant dense<-0.25> : tensor<f32>
  %r = graph.pow %ve, %t : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %y = graph.mul %x, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @cube
// CHECK-NOT: _normalization
// CHECK: return
func.func @cube(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %c = graph.mul %q, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %c axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %x, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// x·r²·g.
// CHECK-LABEL: func.func @scale_of_rows
// CHECK-NOT: _normalization
// CHECK: return
func.func @scale_of_rows(%x: tensor<2x4x6xf32>, %g: tensor<4x1xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %gr = graph.mul %g, %r : (tensor<4x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %gx = graph.mul %gr, %x : (tensor<2x4x1xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %y = graph.mul %gx, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}
