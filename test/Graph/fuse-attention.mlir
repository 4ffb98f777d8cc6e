// RUN: wafer-opt %s -graph-fuse-attention | FileCheck %s
// RUN: wafer-opt %s -graph-fuse-attention -o %t && wafer-opt %t -graph-fuse-attention | diff %t -
// RUN: %python %S/Inputs/agree.py %s graph-fuse-attention | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 45 functions, 45 changed

// CHECK-LABEL: func.func @scores_scaled
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @scores_scaled(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Scaled before the product, by a division.
// CHECK-LABEL: func.func @query_scaled
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @query_scaled(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %two = graph.constant dense<2.0> : tensor<f32>
  %q2 = graph.div %q, %two : (tensor<2x4x5x8xf32>, tensor<f32>) -> tensor<2x4x5x8xf32>
  %m = graph.matmul %q2, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Both operands scaled by the root, the key after its transpose.
// CHECK-LABEL: func.func @both_scaled
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 2.500000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @both_scaled(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %four = graph.constant dense<0.25> : tensor<f32>
  %root = graph.sqrt %four : tensor<f32>
  %q2 = graph.mul %q, %root : (tensor<2x4x5x8xf32>, tensor<f32>) -> tensor<2x4x5x8xf32>
  %kt = graph.transpose %k perm [0, 1, 3, 2] : (tensor<2x4x7x8xf32>) -> tensor<2x4x8x7xf32>
  %k2 = graph.mul %kt, %root : (tensor<2x4x8x7xf32>, tensor<f32>) -> tensor<2x4x8x7xf32>
  %m = graph.matmul %q2, %k2 : (tensor<2x4x5x8xf32>, tensor<2x4x8x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Keys lie as tokens, heads; one transpose makes heads, elements, tokens of them.
// CHECK-LABEL: func.func @key_transposed
// CHECK: %[[K:.*]] = graph.transpose %arg1 perm [0, 2, 1, 3] : (tensor<2x7x4x8xf32>) -> tensor<2x4x7x8xf32>
// CHECK: %[[R:.*]] = graph.attention %arg0, %[[K]], %arg2 scale 1.000000e+00 :
// CHECK-NEXT: return %[[R]]
func.func @key_transposed(%q: tensor<2x4x5x8xf32>, %k: tensor<2x7x4x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %kt = graph.transpose %k perm [0, 2, 3, 1] : (tensor<2x7x4x8xf32>) -> tensor<2x4x8x7xf32>
  %m = graph.matmul %q, %kt : (tensor<2x4x5x8xf32>, tensor<2x4x8x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// An added mask of the model's input stays one.
// CHECK-LABEL: func.func @added_mask
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %arg3 scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @added_mask(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %mask: tensor<2x1x1x7xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %a = graph.add %mask, %m : (tensor<2x1x1x7xf32>, tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Added before the scale: scaled too. Subtracted: negated.
// CHECK-LABEL: func.func @scaled_mask
// CHECK: %[[F:.*]] = graph.constant dense<-5.000000e-01> : tensor<f32>
// CHECK: %[[M:.*]] = graph.mul %{{.*}}, %[[F]] : (tensor<1x1x5x7xf32>, tensor<f32>)
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %[[M]] scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @scaled_mask(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %mask: tensor<5x7xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %a = graph.sub %s, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %a, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// -infinity where a condition does not hold.
// CHECK-LABEL: func.func @kept
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %arg3 scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @kept(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %keep: tensor<2x1x5x7xi1>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %inf = graph.constant dense<0xFF800000> : tensor<f32>
  %a = graph.where %keep, %m, %inf : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// masked_fill, with a guard against rows without keys.
// CHECK-LABEL: func.func @filled
// CHECK: %[[M:.*]] = graph.not %arg3 : tensor<2x1x5x7xi1>
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %[[M]] scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @filled(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %hide: tensor<2x1x5x7xi1>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %inf = graph.constant dense<0xFF800000> : tensor<f32>
  %a = graph.where %hide, %inf, %m : (tensor<2x1x5x7xi1>, tensor<f32>, tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %same = graph.equal %w, %w : (tensor<2x4x5x7xf32>, tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xi1>
  %nan = graph.not %same : tensor<2x4x5x7xi1>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %g = graph.where %nan, %zero, %w : (tensor<2x4x5x7xi1>, tensor<f32>, tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %g, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A guard that asks whether all scores are -infinity.
// CHECK-LABEL: func.func @empty_rows
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %arg3 scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @empty_rows(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %keep: tensor<2x1x5x7xi1>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %inf = graph.constant dense<0xFF800000> : tensor<f32>
  %a = graph.where %keep, %m, %inf : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %most = graph.reduce_max %a axes [3] {keepdims} : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x1xf32>
  %some = graph.less %inf, %most : (tensor<f32>, tensor<2x4x5x1xf32>) -> tensor<2x4x5x1xi1>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %g = graph.where %some, %w, %zero : (tensor<2x4x5x1xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %g, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Scores and weights outside of a condition are out, whatever the number was.
// CHECK-LABEL: func.func @weights_cleared
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %arg3 scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @weights_cleared(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %keep: tensor<2x1x5x7xi1>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %low = graph.constant dense<-3.40282347E+38> : tensor<f32>
  %a = graph.where %keep, %m, %low : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %g = graph.where %keep, %w, %zero : (tensor<2x1x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %g, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A causal mask as a comparison; two keys are from before.
// CHECK-LABEL: func.func @causal_by_iota
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 2 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @causal_by_iota(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<2> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %low = graph.constant dense<-3.40282347E+38> : tensor<f32>
  %mask = graph.where %keep, %zero, %low : (tensor<5x7xi1>, tensor<f32>, tensor<f32>) -> tensor<5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// As a constant.
// CHECK-LABEL: func.func @causal_constant
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @causal_constant(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %mask = graph.constant dense<[[0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9]]> : tensor<5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// As a slice of a larger constant.
// CHECK-LABEL: func.func @causal_slice
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 2 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @causal_slice(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %all = graph.constant dense<[[0.0, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, 0.0, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e4, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0e4], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<9x9xf32>
  %c = graph.slice %all starts [2, 0] sizes [5, 7] steps [1, 1] : (tensor<9x9xf32>) -> tensor<5x7xf32>
  %mask = graph.reshape %c : tensor<5x7xf32> -> tensor<1x1x5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<1x1x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// As (1 - tril)·-10000, subtracted from nothing: GPT-1.
// CHECK-LABEL: func.func @causal_by_triangle
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @causal_by_triangle(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<0> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %tril = graph.cast %keep : tensor<5x7xi1> -> tensor<5x7xf32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %many = graph.constant dense<-10000.0> : tensor<f32>
  %inv = graph.sub %one, %tril : (tensor<f32>, tensor<5x7xf32>) -> tensor<5x7xf32>
  %mask = graph.mul %inv, %many : (tensor<5x7xf32>, tensor<f32>) -> tensor<5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// In place of scores, with -1e4: every query keeps key 0.
// CHECK-LABEL: func.func @causal_in_place
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @causal_in_place(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<0> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %many = graph.constant dense<-10000.0> : tensor<f32>
  %a = graph.where %keep, %m, %many : (tensor<5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// The first two queries see no key; with -infinity that is 0.
// CHECK-LABEL: func.func @causal_without_keys
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = -2 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @causal_without_keys(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<-2> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %inf = graph.constant dense<0xFF800000> : tensor<f32>
  %a = graph.where %keep, %m, %inf : (tensor<5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %same = graph.equal %w, %w : (tensor<2x4x5x7xf32>, tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xi1>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %g = graph.where %same, %w, %zero : (tensor<2x4x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %g, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Causal and a padding mask of ones.
// CHECK-LABEL: func.func @causal_and_ones
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @causal_and_ones(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
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
  %low = graph.constant dense<-3.40282347E+38> : tensor<f32>
  %ones = graph.constant dense<1> : tensor<2x7xi64>
  %bools = graph.cast %ones : tensor<2x7xi64> -> tensor<2x7xi1>
  %pad = graph.reshape %bools : tensor<2x7xi1> -> tensor<2x1x1x7xi1>
  %both = graph.and %keep, %pad : (tensor<5x7xi1>, tensor<2x1x1x7xi1>) -> tensor<2x1x5x7xi1>
  %mask = graph.where %both, %zero, %low : (tensor<2x1x5x7xi1>, tensor<f32>, tensor<f32>) -> tensor<2x1x5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<2x1x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Nothing is masked.
// CHECK-LABEL: func.func @all_kept
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @all_kept(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %mask = graph.constant dense<0.0> : tensor<5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Two masks: both causal, the stricter one counts.
// CHECK-LABEL: func.func @two_causal
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @two_causal(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<1> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %inf = graph.constant dense<0xFF800000> : tensor<f32>
  %b = graph.where %keep, %m, %inf : (tensor<5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %mask = graph.constant dense<[[0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9]]> : tensor<5x7xf32>
  %a = graph.add %b, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// -infinity above the diagonal, and a padding mask of the input.
// CHECK-LABEL: func.func @causal_and_padding
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %arg3 scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @causal_and_padding(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %pad: tensor<2x1x1x7xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<0> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %inf = graph.constant dense<0xFF800000> : tensor<f32>
  %b = graph.where %keep, %m, %inf : (tensor<5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %a = graph.add %b, %pad : (tensor<2x4x5x7xf32>, tensor<2x1x1x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// ALiBi: small constants are added, the causal mask is finite.
// CHECK-LABEL: func.func @bias_and_causal
// CHECK: %[[M:.*]] = graph.reshape %{{.*}} : tensor<4x1x7xf32> -> tensor<1x4x1x7xf32>
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %[[M]] scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @bias_and_causal(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %slopes = graph.constant dense<[[[0.5]], [[0.25]], [[0.125]], [[0.0625]]]> : tensor<4x1x1xf32>
  %j = graph.iota : tensor<7xf32>
  %bias = graph.mul %slopes, %j : (tensor<4x1x1xf32>, tensor<7xf32>) -> tensor<4x1x7xf32>
  %b = graph.add %bias, %m : (tensor<4x1x7xf32>, tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %mask = graph.constant dense<[[0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9]]> : tensor<5x7xf32>
  %a = graph.add %b, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// A window of three keys, in place of scores: every query keeps one.
// CHECK-LABEL: func.func @window
// CHECK: %[[M:.*]] = graph.reshape %{{.*}} : tensor<5x7xi1> -> tensor<1x1x5x7xi1>
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %[[M]] scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @window(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<0> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %three = graph.constant dense<3> : tensor<i64>
  %first = graph.sub %row, %three : (tensor<5x1xi64>, tensor<i64>) -> tensor<5x1xi64>
  %near = graph.less %first, %j : (tensor<5x1xi64>, tensor<7xi64>) -> tensor<5x7xi1>
  %both = graph.and %keep, %near : (tensor<5x7xi1>, tensor<5x7xi1>) -> tensor<5x7xi1>
  %low = graph.constant dense<-3.40282347E+38> : tensor<f32>
  %a = graph.where %both, %m, %low : (tensor<5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// The scores of another product are a mask: relative positions.
// CHECK-LABEL: func.func @other_scores
// CHECK: %[[T:.*]] = graph.matmul %arg0, %arg3
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %[[T]] scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @other_scores(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %p: tensor<2x4x7x8xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %t = graph.matmul %q, %p {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %a = graph.add %m, %t : (tensor<2x4x5x7xf32>, tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Gemma: a cap between scale and mask.
// CHECK-LABEL: func.func @softcap
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 0 : i64, softcap = 4.000000e+00 : f64} :
// CHECK-NEXT: return %[[R]]
func.func @softcap(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %eighth = graph.constant dense<0.125> : tensor<f32>
  %four = graph.constant dense<4.0> : tensor<f32>
  %x = graph.mul %s, %eighth : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %t = graph.tanh %x : tensor<2x4x5x7xf32>
  %m = graph.mul %t, %four : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %mask = graph.constant dense<[[0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9]]> : tensor<5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// -infinity outside of a causal mask and a padding mask of the input: each gets its place.
// CHECK-LABEL: func.func @both_conditions
// CHECK: %[[P:.*]] = graph.reshape %arg3 : tensor<2x7xi1> -> tensor<2x1x1x7xi1>
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %{{.*}} scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @both_conditions(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %pad: tensor<2x7xi1>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %i = graph.iota : tensor<5xi64>
  %j = graph.iota : tensor<7xi64>
  %o = graph.constant dense<0> : tensor<i64>
  %i1 = graph.add %i, %o : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %row = graph.reshape %i1 : tensor<5xi64> -> tensor<5x1xi64>
  %keep = graph.less_or_equal %j, %row : (tensor<7xi64>, tensor<5x1xi64>) -> tensor<5x7xi1>
  %inf = graph.constant dense<0xFF800000> : tensor<f32>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %p4 = graph.reshape %pad : tensor<2x7xi1> -> tensor<2x1x1x7xi1>
  %p = graph.expand %p4 : tensor<2x1x1x7xi1> -> tensor<2x1x5x7xi1>
  %both = graph.and %keep, %p : (tensor<5x7xi1>, tensor<2x1x5x7xi1>) -> tensor<2x1x5x7xi1>
  %mask = graph.where %both, %zero, %inf : (tensor<2x1x5x7xi1>, tensor<f32>, tensor<f32>) -> tensor<2x1x5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<2x1x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %same = graph.equal %w, %w : (tensor<2x4x5x7xf32>, tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xi1>
  %g = graph.where %same, %w, %zero : (tensor<2x4x5x7xi1>, tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %g, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// The sum of a causal mask of -infinity and a bias of the input.
// CHECK-LABEL: func.func @sum_of_masks
// CHECK: %[[M:.*]] = graph.reshape %arg3
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %[[M]] scale 5.000000e-01 {causal = 0 : i64} :
// CHECK-NEXT: return %[[R]]
func.func @sum_of_masks(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %bias: tensor<4x5x7xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %c = graph.constant dense<[[0.0, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0.0, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0.0, 0.0, 0xFF800000, 0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0.0, 0.0, 0.0, 0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0.0, 0.0, 0.0, 0.0, 0xFF800000, 0xFF800000]]> : tensor<5x7xf32>
  %mask = graph.add %c, %bias : (tensor<5x7xf32>, tensor<4x5x7xf32>) -> tensor<4x5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Grouped heads: repeat_kv.
// CHECK-LABEL: func.func @groups_expanded
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 : (tensor<2x4x5x8xf32>, tensor<2x2x7x8xf32>, tensor<2x2x7x6xf32>) -> tensor<2x4x5x6xf32>
// CHECK-NEXT: return %[[R]]
func.func @groups_expanded(%q: tensor<2x4x5x8xf32>, %kg: tensor<2x2x7x8xf32>, %vg: tensor<2x2x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %k1 = graph.reshape %kg : tensor<2x2x7x8xf32> -> tensor<2x2x1x7x8xf32>
  %k2 = graph.expand %k1 : tensor<2x2x1x7x8xf32> -> tensor<2x2x2x7x8xf32>
  %k = graph.reshape %k2 : tensor<2x2x2x7x8xf32> -> tensor<2x4x7x8xf32>
  %v1 = graph.reshape %vg : tensor<2x2x7x6xf32> -> tensor<2x2x1x7x6xf32>
  %v2 = graph.expand %v1 : tensor<2x2x1x7x6xf32> -> tensor<2x2x2x7x6xf32>
  %v = graph.reshape %v2 : tensor<2x2x2x7x6xf32> -> tensor<2x4x7x6xf32>
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// By a gather of heads, and as concatenated slices.
// CHECK-LABEL: func.func @groups_gathered
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 : (tensor<2x4x5x8xf32>, tensor<2x2x7x8xf32>, tensor<2x2x7x6xf32>) -> tensor<2x4x5x6xf32>
// CHECK-NEXT: return %[[R]]
func.func @groups_gathered(%q: tensor<2x4x5x8xf32>, %kg: tensor<2x2x7x8xf32>, %vg: tensor<2x2x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %h = graph.constant dense<[0, 0, 1, 1]> : tensor<4xi64>
  %k = graph.gather %kg, %h axis 1 : (tensor<2x2x7x8xf32>, tensor<4xi64>) -> tensor<2x4x7x8xf32>
  %v0 = graph.slice %vg starts [0, 0, 0, 0] sizes [2, 1, 7, 6] steps [1, 1, 1, 1] : (tensor<2x2x7x6xf32>) -> tensor<2x1x7x6xf32>
  %v1 = graph.slice %vg starts [0, 1, 0, 0] sizes [2, 1, 7, 6] steps [1, 1, 1, 1] : (tensor<2x2x7x6xf32>) -> tensor<2x1x7x6xf32>
  %v = graph.concat %v0, %v0, %v1, %v1 axis 1 : (tensor<2x1x7x6xf32>, tensor<2x1x7x6xf32>, tensor<2x1x7x6xf32>, tensor<2x1x7x6xf32>) -> tensor<2x4x7x6xf32>
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// One key and value for all heads, by broadcasting.
// CHECK-LABEL: func.func @one_group
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 1.000000e+00 : (tensor<2x4x5x8xf32>, tensor<2x1x7x8xf32>, tensor<2x1x7x6xf32>) -> tensor<2x4x5x6xf32>
// CHECK-NEXT: return %[[R]]
func.func @one_group(%q: tensor<2x4x5x8xf32>, %k: tensor<2x1x7x8xf32>, %v: tensor<2x1x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %m = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x1x7x8xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x1x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Groups as a dimension of their own.
// CHECK-LABEL: func.func @groups_apart
// CHECK: graph.attention {{.*}} : (tensor<2x4x5x8xf32>, tensor<2x2x7x8xf32>, tensor<2x2x7x6xf32>) -> tensor<2x4x5x6xf32>
// CHECK-NEXT: graph.reshape
func.func @groups_apart(%q: tensor<2x2x2x5x8xf32>, %k: tensor<2x2x1x7x8xf32>, %v: tensor<2x2x1x7x6xf32>) -> tensor<2x2x2x5x6xf32> {
  %m = graph.matmul %q, %k {transpose_b} : (tensor<2x2x2x5x8xf32>, tensor<2x2x1x7x8xf32>) -> tensor<2x2x2x5x7xf32>
  %w = graph.softmax %m axis 4 : (tensor<2x2x2x5x7xf32>) -> tensor<2x2x2x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x2x2x5x7xf32>, tensor<2x2x1x7x6xf32>) -> tensor<2x2x2x5x6xf32>
  return %r : tensor<2x2x2x5x6xf32>
}

// Heads folded into the batch, the mask added to B×H: how B and H were is in the query.
// CHECK-LABEL: func.func @folded
// CHECK: graph.attention {{.*}} mask %arg3 scale 1.000000e+00 : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>, tensor<2x4x7x6xf32>, tensor<2x1x5x7xf32>) -> tensor<2x4x5x6xf32>
// CHECK-NEXT: graph.reshape
func.func @folded(%q4: tensor<2x5x4x8xf32>, %k: tensor<8x7x8xf32>, %v: tensor<8x7x6xf32>, %mask: tensor<2x1x5x7xf32>) -> tensor<8x5x6xf32> {
  %qt = graph.transpose %q4 perm [0, 2, 1, 3] : (tensor<2x5x4x8xf32>) -> tensor<2x4x5x8xf32>
  %q = graph.reshape %qt : tensor<2x4x5x8xf32> -> tensor<8x5x8xf32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<8x5x8xf32>, tensor<8x7x8xf32>) -> tensor<8x5x7xf32>
  %m = graph.reshape %s : tensor<8x5x7xf32> -> tensor<2x4x5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<2x1x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w3 = graph.reshape %w : tensor<2x4x5x7xf32> -> tensor<8x5x7xf32>
  %r = graph.matmul %w3, %v : (tensor<8x5x7xf32>, tensor<8x7x6xf32>) -> tensor<8x5x6xf32>
  return %r : tensor<8x5x6xf32>
}

// One head, no batch.
// CHECK-LABEL: func.func @one_head
// CHECK: graph.attention
// CHECK-SAME: -> tensor<1x1x5x6xf32>
func.func @one_head(%q: tensor<5x8xf32>, %k: tensor<7x8xf32>, %v: tensor<7x6xf32>) -> tensor<5x6xf32> {
  %m = graph.matmul %q, %k {transpose_b} : (tensor<5x8xf32>, tensor<7x8xf32>) -> tensor<5x7xf32>
  %w = graph.softmax %m axis 1 : (tensor<5x7xf32>) -> tensor<5x7xf32>
  %r = graph.matmul %w, %v : (tensor<5x7xf32>, tensor<7x6xf32>) -> tensor<5x6xf32>
  return %r : tensor<5x6xf32>
}

// f16 with a softmax in f32.
// CHECK-LABEL: func.func @softmax_in_f32
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 scale 1.000000e+00 :
// CHECK-NEXT: return %[[R]]
func.func @softmax_in_f32(%q: tensor<2x4x5x8xf16>, %k: tensor<2x4x7x8xf16>, %v: tensor<2x4x7x6xf16>) -> tensor<2x4x5x6xf16> {
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf16>, tensor<2x4x7x8xf16>) -> tensor<2x4x5x7xf16>
  %c = graph.cast %s : tensor<2x4x5x7xf16> -> tensor<2x4x5x7xf32>
  %w = graph.softmax %c axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %p = graph.cast %w : tensor<2x4x5x7xf32> -> tensor<2x4x5x7xf16>
  %r = graph.matmul %p, %v : (tensor<2x4x5x7xf16>, tensor<2x4x7x6xf16>) -> tensor<2x4x5x6xf16>
  return %r : tensor<2x4x5x6xf16>
}

// f16, and a mask of f32 that f16 cannot hold: attention is f32.
// CHECK-LABEL: func.func @mask_in_f32
// CHECK: graph.attention {{.*}} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>, tensor<2x4x7x6xf32>, tensor<1x1x5x7xf32>) -> tensor<2x4x5x6xf32>
// CHECK-NEXT: graph.cast %{{.*}} : tensor<2x4x5x6xf32> -> tensor<2x4x5x6xf16>
func.func @mask_in_f32(%q: tensor<2x4x5x8xf16>, %k: tensor<2x4x7x8xf16>, %v: tensor<2x4x7x6xf16>, %mask: tensor<5x7xf32>) -> tensor<2x4x5x6xf16> {
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf16>, tensor<2x4x7x8xf16>) -> tensor<2x4x5x7xf16>
  %c = graph.cast %s : tensor<2x4x5x7xf16> -> tensor<2x4x5x7xf32>
  %a = graph.add %c, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %p = graph.cast %w : tensor<2x4x5x7xf32> -> tensor<2x4x5x7xf16>
  %r = graph.matmul %p, %v : (tensor<2x4x5x7xf16>, tensor<2x4x7x6xf16>) -> tensor<2x4x5x6xf16>
  return %r : tensor<2x4x5x6xf16>
}

// The first query keeps no key, and the number is finite: added, it stays added.
// CHECK-LABEL: func.func @finite_empty_row
// CHECK: graph.attention {{.*}} mask %{{.*}} scale 5.000000e-01 :
// CHECK-NEXT: return
func.func @finite_empty_row(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %mask = graph.constant dense<[[-1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, -1.0e4, -1.0e4, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, -1.0e4, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, 0.0, -1.0e4, -1.0e4, -1.0e4], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e4, -1.0e4]]> : tensor<5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Finite and causal, with a padding mask of the input that may hide the rest: both stay added.
// CHECK-LABEL: func.func @finite_causal_and_padding
// CHECK: %[[M:.*]] = graph.add
// CHECK: %[[R:.*]] = graph.attention %arg0, %arg1, %arg2 mask %[[M]] scale 5.000000e-01 :
// CHECK-NEXT: return %[[R]]
func.func @finite_causal_and_padding(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>, %pad: tensor<2x1x1x7xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %c = graph.constant dense<[[0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9]]> : tensor<5x7xf32>
  %mask = graph.add %c, %pad : (tensor<5x7xf32>, tensor<2x1x1x7xf32>) -> tensor<2x1x5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<2x1x5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// One element is off: no causal mask, but a mask.
// CHECK-LABEL: func.func @one_element_off
// CHECK: graph.attention {{.*}} mask %{{.*}} scale 5.000000e-01 :
// CHECK-NEXT: return
func.func @one_element_off(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %mask = graph.constant dense<[[0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9, -1.0e9], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e9, -1.0e9]]> : tensor<5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// -1000 does not hide for certain.
// CHECK-LABEL: func.func @too_small
// CHECK: graph.attention {{.*}} mask %{{.*}} scale 5.000000e-01 :
// CHECK-NEXT: return
func.func @too_small(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x7x8xf32>, %v: tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %mask = graph.constant dense<[[0.0, -1.0e3, -1.0e3, -1.0e3, -1.0e3, -1.0e3, -1.0e3], [0.0, 0.0, -1.0e3, -1.0e3, -1.0e3, -1.0e3, -1.0e3], [0.0, 0.0, 0.0, -1.0e3, -1.0e3, -1.0e3, -1.0e3], [0.0, 0.0, 0.0, 0.0, -1.0e3, -1.0e3, -1.0e3], [0.0, 0.0, 0.0, 0.0, 0.0, -1.0e3, -1.0e3]]> : tensor<5x7xf32>
  %a = graph.add %m, %mask : (tensor<2x4x5x7xf32>, tensor<5x7xf32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %a axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Heads in the order 0 1 0 1 are no groups.
// CHECK-LABEL: func.func @heads_tiled
// CHECK: graph.attention {{.*}} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
func.func @heads_tiled(%q: tensor<2x4x5x8xf32>, %kg: tensor<2x2x7x8xf32>, %vg: tensor<2x2x7x6xf32>) -> tensor<2x4x5x6xf32> {
  %h = graph.constant dense<[0, 1, 0, 1]> : tensor<4xi64>
  %k = graph.gather %kg, %h axis 1 : (tensor<2x2x7x8xf32>, tensor<4xi64>) -> tensor<2x4x7x8xf32>
  %v = graph.gather %vg, %h axis 1 : (tensor<2x2x7x6xf32>, tensor<4xi64>) -> tensor<2x4x7x6xf32>
  %half = graph.constant dense<0.5> : tensor<f32>
  %s = graph.matmul %q, %k {transpose_b} : (tensor<2x4x5x8xf32>, tensor<2x4x7x8xf32>) -> tensor<2x4x5x7xf32>
  %m = graph.mul %s, %half : (tensor<2x4x5x7xf32>, tensor<f32>) -> tensor<2x4x5x7xf32>
  %w = graph.softmax %m axis 3 : (tensor<2x4x5x7xf32>) -> tensor<2x4x5x7xf32>
  %r = graph.matmul %w, %v : (tensor<2x4x5x7xf32>, tensor<2x4x7x6xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// An attention from the start, as ONNX's operator is: its constant mask of bools is causal.
// CHECK-LABEL: func.func @operator_causal
// CHECK-NEXT: graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 0 : i64}
func.func @operator_causal(%q: tensor<2x4x5x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x2x5x6xf32>) -> tensor<2x4x5x6xf32> {
  %m = graph.constant dense<[[true, false, false, false, false], [true, true, false, false, false], [true, true, true, false, false], [true, true, true, true, false], [true, true, true, true, true]]> : tensor<5x5xi1>
  %r = graph.attention %q, %k, %v mask %m scale 0.5 : (tensor<2x4x5x8xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x6xf32>, tensor<5x5xi1>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// The same as a comparison of positions and a condition of the input: that one stays.
// CHECK-LABEL: func.func @operator_causal_and_padding
// CHECK: graph.attention %arg0, %arg1, %arg2 mask %arg3 scale 5.000000e-01 {causal = 0 : i64}
func.func @operator_causal_and_padding(%q: tensor<2x4x5x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x2x5x6xf32>, %pad: tensor<2x1x1x5xi1>) -> tensor<2x4x5x6xf32> {
  %i = graph.iota : tensor<5xi64>
  %rows = graph.reshape %i : tensor<5xi64> -> tensor<5x1xi64>
  %c = graph.less_or_equal %i, %rows : (tensor<5xi64>, tensor<5x1xi64>) -> tensor<5x5xi1>
  %m = graph.and %c, %pad : (tensor<5x5xi1>, tensor<2x1x1x5xi1>) -> tensor<2x1x5x5xi1>
  %r = graph.attention %q, %k, %v mask %m scale 0.5 : (tensor<2x4x5x8xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x6xf32>, tensor<2x1x5x5xi1>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Nothing is hidden.
// CHECK-LABEL: func.func @operator_nothing
// CHECK-NEXT: graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 1 : i64}
func.func @operator_nothing(%q: tensor<2x4x5x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x2x5x6xf32>) -> tensor<2x4x5x6xf32> {
  %m = graph.constant dense<0.0> : tensor<2x1x1x5xf32>
  %r = graph.attention %q, %k, %v mask %m scale 0.5 {causal = 1 : i64} : (tensor<2x4x5x8xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x6xf32>, tensor<2x1x1x5xf32>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Two causal masks: the narrower one.
// CHECK-LABEL: func.func @operator_twice
// CHECK-NEXT: graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 {causal = 0 : i64}
func.func @operator_twice(%q: tensor<2x4x5x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x2x5x6xf32>) -> tensor<2x4x5x6xf32> {
  %m = graph.constant dense<[[true, false, false, false, false], [true, true, false, false, false], [true, true, true, false, false], [true, true, true, true, false], [true, true, true, true, true]]> : tensor<5x5xi1>
  %r = graph.attention %q, %k, %v mask %m scale 0.5 {causal = 2 : i64} : (tensor<2x4x5x8xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x6xf32>, tensor<5x5xi1>) -> tensor<2x4x5x6xf32>
  return %r : tensor<2x4x5x6xf32>
}

// Keys and values of an operator that repeat for four heads each, once read.
// CHECK-LABEL: func.func @operator_groups
// CHECK-NEXT: graph.attention %arg0, %arg1, %arg2 scale 5.000000e-01 : (tensor<2x8x5x8xf32>, tensor<2x2x5x8xf32>, tensor<2x2x5x6xf32>) -> tensor<2x8x5x6xf32>
// CHECK-NEXT: return
func.func @operator_groups(%q: tensor<2x8x5x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x2x5x6xf32>) -> tensor<2x8x5x6xf32> {
  %k1 = graph.reshape %k : tensor<2x2x5x8xf32> -> tensor<2x2x1x5x8xf32>
  %k2 = graph.expand %k1 : tensor<2x2x1x5x8xf32> -> tensor<2x2x4x5x8xf32>
  %k3 = graph.reshape %k2 : tensor<2x2x4x5x8xf32> -> tensor<2x8x5x8xf32>
  %v1 = graph.reshape %v : tensor<2x2x5x6xf32> -> tensor<2x2x1x5x6xf32>
  %v2 = graph.expand %v1 : tensor<2x2x1x5x6xf32> -> tensor<2x2x4x5x6xf32>
  %v3 = graph.reshape %v2 : tensor<2x2x4x5x6xf32> -> tensor<2x8x5x6xf32>
  %r = graph.attention %q, %k3, %v3 scale 0.5 : (tensor<2x8x5x8xf32>, tensor<2x8x5x8xf32>, tensor<2x8x5x6xf32>) -> tensor<2x8x5x6xf32>
  return %r : tensor<2x8x5x6xf32>
}

// Keys repeat for four heads, values for two: groups of two.
// CHECK-LABEL: func.func @operator_unequal_groups
// CHECK: %[[K:.*]] = graph.reshape %{{.*}} -> tensor<2x4x5x8xf32>
// CHECK: graph.attention %arg0, %[[K]], %arg2 scale 5.000000e-01 : (tensor<2x8x5x8xf32>, tensor<2x4x5x8xf32>, tensor<2x4x5x6xf32>) -> tensor<2x8x5x6xf32>
func.func @operator_unequal_groups(%q: tensor<2x8x5x8xf32>, %k: tensor<2x2x5x8xf32>, %v: tensor<2x4x5x6xf32>) -> tensor<2x8x5x6xf32> {
  %k1 = graph.reshape %k : tensor<2x2x5x8xf32> -> tensor<2x2x1x5x8xf32>
  %k2 = graph.expand %k1 : tensor<2x2x1x5x8xf32> -> tensor<2x2x4x5x8xf32>
  %k3 = graph.reshape %k2 : tensor<2x2x4x5x8xf32> -> tensor<2x8x5x8xf32>
  %v1 = graph.reshape %v : tensor<2x4x5x6xf32> -> tensor<2x4x1x5x6xf32>
  %v2 = graph.expand %v1 : tensor<2x4x1x5x6xf32> -> tensor<2x4x2x5x6xf32>
  %v3 = graph.reshape %v2 : tensor<2x4x2x5x6xf32> -> tensor<2x8x5x6xf32>
  %r = graph.attention %q, %k3, %v3 scale 0.5 : (tensor<2x8x5x8xf32>, tensor<2x8x5x8xf32>, tensor<2x8x5x6xf32>) -> tensor<2x8x5x6xf32>
  return %r : tensor<2x8x5x6xf32>
}
