// Near misses stay as they are, and that is no error.
// RUN: wafer-opt %s -graph-fuse-normalizations | FileCheck %s
// RUN: %python %S/Inputs/agree.py %s graph-fuse-normalizations | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 13 functions, 0 changed

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

// A long chain, each link of which uses the one before twice: as long to look at as it is.
// CHECK-LABEL: func.func @doubled
// CHECK: graph.sqrt
func.func @doubled(%a0: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %a1 = graph.add %a0, %a0 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s1 = graph.sigmoid %a1 : tensor<2x4xf32>
  %b1 = graph.mul %a1, %s1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a2 = graph.add %b1, %b1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s2 = graph.sigmoid %a2 : tensor<2x4xf32>
  %b2 = graph.mul %a2, %s2 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a3 = graph.add %b2, %b2 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s3 = graph.sigmoid %a3 : tensor<2x4xf32>
  %b3 = graph.mul %a3, %s3 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a4 = graph.add %b3, %b3 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s4 = graph.sigmoid %a4 : tensor<2x4xf32>
  %b4 = graph.mul %a4, %s4 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a5 = graph.add %b4, %b4 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s5 = graph.sigmoid %a5 : tensor<2x4xf32>
  %b5 = graph.mul %a5, %s5 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a6 = graph.add %b5, %b5 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s6 = graph.sigmoid %a6 : tensor<2x4xf32>
  %b6 = graph.mul %a6, %s6 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a7 = graph.add %b6, %b6 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s7 = graph.sigmoid %a7 : tensor<2x4xf32>
  %b7 = graph.mul %a7, %s7 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a8 = graph.add %b7, %b7 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s8 = graph.sigmoid %a8 : tensor<2x4xf32>
  %b8 = graph.mul %a8, %s8 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a9 = graph.add %b8, %b8 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s9 = graph.sigmoid %a9 : tensor<2x4xf32>
  %b9 = graph.mul %a9, %s9 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a10 = graph.add %b9, %b9 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s10 = graph.sigmoid %a10 : tensor<2x4xf32>
  %b10 = graph.mul %a10, %s10 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a11 = graph.add %b10, %b10 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s11 = graph.sigmoid %a11 : tensor<2x4xf32>
  %b11 = graph.mul %a11, %s11 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a12 = graph.add %b11, %b11 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s12 = graph.sigmoid %a12 : tensor<2x4xf32>
  %b12 = graph.mul %a12, %s12 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a13 = graph.add %b12, %b12 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s13 = graph.sigmoid %a13 : tensor<2x4xf32>
  %b13 = graph.mul %a13, %s13 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a14 = graph.add %b13, %b13 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s14 = graph.sigmoid %a14 : tensor<2x4xf32>
  %b14 = graph.mul %a14, %s14 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a15 = graph.add %b14, %b14 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s15 = graph.sigmoid %a15 : tensor<2x4xf32>
  %b15 = graph.mul %a15, %s15 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a16 = graph.add %b15, %b15 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s16 = graph.sigmoid %a16 : tensor<2x4xf32>
  %b16 = graph.mul %a16, %s16 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a17 = graph.add %b16, %b16 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s17 = graph.sigmoid %a17 : tensor<2x4xf32>
  %b17 = graph.mul %a17, %s17 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a18 = graph.add %b17, %b17 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s18 = graph.sigmoid %a18 : tensor<2x4xf32>
  %b18 = graph.mul %a18, %s18 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a19 = graph.add %b18, %b18 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s19 = graph.sigmoid %a19 : tensor<2x4xf32>
  %b19 = graph.mul %a19, %s19 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a20 = graph.add %b19, %b19 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s20 = graph.sigmoid %a20 : tensor<2x4xf32>
  %b20 = graph.mul %a20, %s20 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a21 = graph.add %b20, %b20 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s21 = graph.sigmoid %a21 : tensor<2x4xf32>
  %b21 = graph.mul %a21, %s21 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a22 = graph.add %b21, %b21 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s22 = graph.sigmoid %a22 : tensor<2x4xf32>
  %b22 = graph.mul %a22, %s22 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a23 = graph.add %b22, %b22 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s23 = graph.sigmoid %a23 : tensor<2x4xf32>
  %b23 = graph.mul %a23, %s23 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %a24 = graph.add %b23, %b23 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %s24 = graph.sigmoid %a24 : tensor<2x4xf32>
  %b24 = graph.mul %a24, %s24 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %q = graph.mul %b24, %b24 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %m = graph.reduce_mean %q axes [1] {keepdims} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %r = graph.sqrt %m : tensor<2x1xf32>
  %y = graph.mul %q, %r : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
