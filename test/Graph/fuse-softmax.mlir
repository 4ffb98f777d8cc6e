// RUN: wafer-opt %s -graph-fuse-softmax | FileCheck %s
// RUN: wafer-opt %s -graph-fuse-softmax -o %t && wafer-opt %t -graph-fuse-softmax | diff %t -
// RUN: %python %S/Inputs/agree.py %s graph-fuse-softmax | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 14 functions, 14 changed

// CHECK-LABEL: func.func @shifted
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %arg0 axis 2 : (tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @shifted(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %m = graph.reduce_max %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %e = graph.exp %d : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %y = graph.div %e, %s : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Reductions without keepdims, a negated maximum, a reciprocal.
// CHECK-LABEL: func.func @by_reciprocal
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %arg0 axis 2 : (tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @by_reciprocal(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %m = graph.reduce_max %x axes [2] : (tensor<2x4x6xf32>) -> tensor<2x4xf32>
  %mk = graph.reshape %m : tensor<2x4xf32> -> tensor<2x4x1xf32>
  %n = graph.neg %mk : tensor<2x4x1xf32>
  %d = graph.add %n, %x : (tensor<2x4x1xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %e = graph.exp %d : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] : (tensor<2x4x6xf32>) -> tensor<2x4xf32>
  %sk = graph.reshape %s : tensor<2x4xf32> -> tensor<2x4x1xf32>
  %r = graph.reciprocal %sk : tensor<2x4x1xf32>
  %y = graph.mul %r, %e : (tensor<2x4x1xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Broadcasting written out.
// CHECK-LABEL: func.func @expanded
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %arg0 axis 2 : (tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @expanded(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %m = graph.reduce_max %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %mx = graph.expand %m : tensor<2x4x1xf32> -> tensor<2x4x6xf32>
  %d = graph.sub %x, %mx : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %e = graph.exp %d : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %sx = graph.expand %s : tensor<2x4x1xf32> -> tensor<2x4x6xf32>
  %y = graph.div %e, %sx : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Another axis; the sum is 4 times the mean.
// CHECK-LABEL: func.func @by_mean
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %arg0 axis 1 : (tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @by_mean(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %m = graph.reduce_max %x axes [1] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x1x6xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x1x6xf32>) -> tensor<2x4x6xf32>
  %e = graph.exp %d : tensor<2x4x6xf32>
  %s = graph.reduce_mean %e axes [1] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x1x6xf32>
  %n = graph.constant dense<4.0> : tensor<f32>
  %c = graph.mul %s, %n : (tensor<2x1x6xf32>, tensor<f32>) -> tensor<2x1x6xf32>
  %y = graph.div %e, %c : (tensor<2x4x6xf32>, tensor<2x1x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @unshifted
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %arg0 axis 0 : (tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @unshifted(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %e = graph.exp %x : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [0] {keepdims} : (tensor<2x4x6xf32>) -> tensor<1x4x6xf32>
  %y = graph.div %e, %s : (tensor<2x4x6xf32>, tensor<1x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @upcast
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %arg0 axis 1 : (tensor<4x6xf16>) -> tensor<4x6xf16>
// CHECK-NEXT: return %[[Y]]
func.func @upcast(%x: tensor<4x6xf16>) -> tensor<4x6xf16> {
  %w = graph.cast %x : tensor<4x6xf16> -> tensor<4x6xf32>
  %m = graph.reduce_max %w axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %d = graph.sub %w, %m : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %e = graph.exp %d : tensor<4x6xf32>
  %s = graph.reduce_sum %e axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %q = graph.div %e, %s : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %y = graph.cast %q : tensor<4x6xf32> -> tensor<4x6xf16>
  return %y : tensor<4x6xf16>
}

// The axis is the one of the value without the unit dimension.
// CHECK-LABEL: func.func @unit_dimension
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %arg0 axis 1 : (tensor<4x6xf32>) -> tensor<4x6xf32>
// CHECK-NEXT: %[[R:.*]] = graph.reshape %[[Y]]
// CHECK: return
func.func @unit_dimension(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %r = graph.reshape %x : tensor<4x6xf32> -> tensor<1x4x6xf32>
  %m = graph.reduce_max %r axes [2] {keepdims} : (tensor<1x4x6xf32>) -> tensor<1x4x1xf32>
  %d = graph.sub %r, %m : (tensor<1x4x6xf32>, tensor<1x4x1xf32>) -> tensor<1x4x6xf32>
  %e = graph.exp %d : tensor<1x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<1x4x6xf32>) -> tensor<1x4x1xf32>
  %q = graph.div %e, %s : (tensor<1x4x6xf32>, tensor<1x4x1xf32>) -> tensor<1x4x6xf32>
  %y = graph.reshape %q : tensor<1x4x6xf32> -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// What was added before is no part of it.
// CHECK-LABEL: func.func @masked_scores
// CHECK: %[[A:.*]] = graph.mul %arg0
// CHECK-NEXT: %[[X:.*]] = graph.add %[[A]], %arg1
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %[[X]] axis 1
// CHECK-NEXT: return %[[Y]]
func.func @masked_scores(%q: tensor<4x6xf32>, %mask: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %c = graph.constant dense<0.25> : tensor<f32>
  %a = graph.mul %q, %c : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %x = graph.add %a, %mask : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %m = graph.reduce_max %x axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %d = graph.sub %x, %m : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %e = graph.exp %d : tensor<4x6xf32>
  %s = graph.reduce_sum %e axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %y = graph.div %e, %s : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// It may be infinite, so it stays.
// CHECK-LABEL: func.func @shift_from_outside
// CHECK-NEXT: %[[D:.*]] = graph.sub %arg0, %arg1
// CHECK-NEXT: graph.softmax %[[D]] axis 1
// CHECK-NEXT: return
func.func @shift_from_outside(%x: tensor<4x6xf32>, %m: tensor<4x1xf32>) -> tensor<4x6xf32> {
  %d = graph.sub %x, %m : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %e = graph.exp %d : tensor<4x6xf32>
  %s = graph.reduce_sum %e axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %y = graph.div %e, %s : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// The sum is an output too.
// CHECK-LABEL: func.func @other_users
// CHECK: %[[S:.*]] = graph.reduce_sum
// CHECK-NEXT: %[[Y:.*]] = graph.softmax %arg0 axis 1
// CHECK-NEXT: return %[[Y]], %[[S]]
func.func @other_users(%x: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x1xf32>) {
  %m = graph.reduce_max %x axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %d = graph.sub %x, %m : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %e = graph.exp %d : tensor<4x6xf32>
  %s = graph.reduce_sum %e axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %y = graph.div %e, %s : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  return %y, %s : tensor<4x6xf32>, tensor<4x1xf32>
}

// CHECK-LABEL: func.func @log_softmax
// CHECK-NEXT: %[[Y:.*]] = graph.log_softmax %arg0 axis 2
// CHECK-NEXT: return %[[Y]]
func.func @log_softmax(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %m = graph.reduce_max %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %e = graph.exp %d : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %l = graph.log %s : tensor<2x4x1xf32>
  %y = graph.sub %d, %l : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @log_softmax_of_logsumexp
// CHECK-NEXT: %[[Y:.*]] = graph.log_softmax %arg0 axis 2
// CHECK-NEXT: return %[[Y]]
func.func @log_softmax_of_logsumexp(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %m = graph.reduce_max %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %e = graph.exp %d : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %l = graph.log %s : tensor<2x4x1xf32>
  %z = graph.add %l, %m : (tensor<2x4x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %y = graph.sub %x, %z : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @log_of_decomposed
// CHECK-NEXT: %[[Y:.*]] = graph.log_softmax %arg0 axis 2
// CHECK-NEXT: return %[[Y]]
func.func @log_of_decomposed(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %m = graph.reduce_max %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %e = graph.exp %d : tensor<2x4x6xf32>
  %s = graph.reduce_sum %e axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %q = graph.div %e, %s : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %y = graph.log %q : tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @log_of_softmax
// CHECK-NEXT: %[[Y:.*]] = graph.log_softmax %arg0 axis 2
// CHECK-NEXT: return %[[Y]]
func.func @log_of_softmax(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %q = graph.softmax %x axis 2 : (tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %y = graph.log %q : tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}
