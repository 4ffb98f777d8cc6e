// Near misses stay as they are, and that is no error.
// RUN: wafer-opt %s -graph-fuse-activations | FileCheck %s
// RUN: %python %S/Inputs/agree.py %s graph-fuse-activations | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 11 functions, 0 changed

// 0.7 is not 1/√2.
// CHECK-LABEL: func.func @wrong_root
// CHECK-NOT: graph.{{gelu|silu}}
// CHECK: return
func.func @wrong_root(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %r = graph.constant dense<0.7> : tensor<f32>
  %a = graph.mul %x, %r : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %p = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %m = graph.mul %x, %p : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %m, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// 0.0447 is not 0.044715.
// CHECK-LABEL: func.func @wrong_cube
// CHECK-NOT: graph.{{gelu|silu}}
// CHECK: return
func.func @wrong_cube(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %c = graph.constant dense<0.0447> : tensor<f32>
  %s = graph.constant dense<0.797884583> : tensor<f32>
  %three = graph.constant dense<3.0> : tensor<f32>
  %q = graph.pow %x, %three : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %cq = graph.mul %q, %c : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %i = graph.add %x, %cq : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = graph.mul %i, %s : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %th = graph.tanh %a : tensor<4x6xf32>
  %p = graph.add %th, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %hx = graph.mul %x, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.mul %hx, %p : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @square_in_place_of_cube
// CHECK-NOT: graph.{{gelu|silu}}
// CHECK: return
func.func @square_in_place_of_cube(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %c = graph.constant dense<0.044715> : tensor<f32>
  %s = graph.constant dense<0.797884583> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %cq = graph.mul %q, %c : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %i = graph.add %x, %cq : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = graph.mul %i, %s : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %th = graph.tanh %a : tensor<4x6xf32>
  %p = graph.add %th, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %hx = graph.mul %x, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.mul %hx, %p : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// Twice a gelu.
// CHECK-LABEL: func.func @no_half
// CHECK-NOT: graph.{{gelu|silu}}
// CHECK: return
func.func @no_half(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %one = graph.constant dense<1.0> : tensor<f32>
  %r = graph.constant dense<1.41421354> : tensor<f32>
  %a = graph.div %x, %r : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %p = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.mul %x, %p : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @other_x
// CHECK-NOT: graph.{{gelu|silu}}
// CHECK: return
func.func @other_x(%x: tensor<4x6xf32>, %z: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %r = graph.constant dense<1.41421354> : tensor<f32>
  %a = graph.div %z, %r : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %p = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %m = graph.mul %x, %p : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %m, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// Elements of other places.
// CHECK-LABEL: func.func @other_place
// CHECK-NOT: graph.{{gelu|silu}}
// CHECK: return
func.func @other_place(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %xt = graph.transpose %x perm [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %g = graph.sigmoid %xt : tensor<4x4xf32>
  %y = graph.mul %g, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// z·silu(x), but no value is silu(x).
// CHECK-LABEL: func.func @broadcast
// CHECK-NOT: graph.{{gelu|silu}}
// CHECK: return
func.func @broadcast(%x: tensor<6xf32>, %z: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %g = graph.sigmoid %x : tensor<6xf32>
  %zg = graph.mul %z, %g : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %zg, %x : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// x·sigmoid(1.702·x) is a function of its own.
// CHECK-LABEL: func.func @quick_gelu
// CHECK-NEXT: graph.constant
// CHECK-NEXT: graph.mul
// CHECK-NEXT: graph.sigmoid
// CHECK-NEXT: graph.mul
// CHECK-NEXT: return
func.func @quick_gelu(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %c = graph.constant dense<1.702> : tensor<f32>
  %a = graph.mul %x, %c : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %g = graph.sigmoid %a : tensor<4x6xf32>
  %y = graph.mul %x, %g : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @minus_x
// CHECK-NOT: graph.{{gelu|silu}}
// CHECK: return
func.func @minus_x(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %n = graph.neg %x : tensor<4x6xf32>
  %g = graph.sigmoid %n : tensor<4x6xf32>
  %y = graph.mul %x, %g : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @two_and_exp
// CHECK-NOT: graph.{{silu|sigmoid}}
// CHECK: return
func.func @two_and_exp(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %two = graph.constant dense<2.0> : tensor<f32>
  %n = graph.neg %x : tensor<4x6xf32>
  %e = graph.exp %n : tensor<4x6xf32>
  %d = graph.add %e, %two : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.div %x, %d : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @integers
// CHECK: graph.mul
func.func @integers(%x: tensor<4x6xi32>) -> tensor<4x6xi32> {
  %y = graph.mul %x, %x : (tensor<4x6xi32>, tensor<4x6xi32>) -> tensor<4x6xi32>
  return %y : tensor<4x6xi32>
}
