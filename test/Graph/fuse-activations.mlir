// RUN: wafer-opt %s -graph-fuse-activations | FileCheck %s
// RUN: wafer-opt %s -graph-fuse-activations -o %t && wafer-opt %t -graph-fuse-activations | diff %t -
// RUN: %python %S/Inputs/agree.py %s graph-fuse-activations | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 19 functions, 19 changed

// x·(1 + erf(x/√2))·0.5, as PyTorch's exporter writes it.
// CHECK-LABEL: func.func @gelu
// CHECK-NEXT: %[[Y:.*]] = graph.gelu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %r = graph.constant dense<1.41421354> : tensor<f32>
  %a = graph.div %x, %r : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %p = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %m = graph.mul %x, %p : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %m, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// 0.5·x first, operands the other way round, constants of other shapes.
// CHECK-LABEL: func.func @gelu_half_first
// CHECK-NEXT: %[[Y:.*]] = graph.gelu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu_half_first(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<1x1xf32>
  %one = graph.constant dense<1.0> : tensor<1xf32>
  %r = graph.constant dense<0.707106769> : tensor<1x1xf32>
  %hx = graph.mul %h, %x : (tensor<1x1xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = graph.mul %r, %x : (tensor<1x1xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %p = graph.add %one, %e : (tensor<1xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %p, %hx : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// x·(0.5 + 0.5·erf(x·0.7071)).
// CHECK-LABEL: func.func @gelu_distributed
// CHECK-NEXT: %[[Y:.*]] = graph.gelu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu_distributed(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %r = graph.constant dense<0.7071> : tensor<f32>
  %a = graph.mul %x, %r : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %he = graph.mul %e, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %p = graph.add %he, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.mul %p, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// Multiplied out.
// CHECK-LABEL: func.func @gelu_expanded_sum
// CHECK-NEXT: %[[Y:.*]] = graph.gelu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu_expanded_sum(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %r = graph.constant dense<1.41421354> : tensor<f32>
  %a = graph.div %x, %r : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %hx = graph.mul %x, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %hxe = graph.mul %hx, %e : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.add %hx, %hxe : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// The constant is √2 as f16 has it.
// CHECK-LABEL: func.func @gelu_f16
// CHECK-NEXT: graph.gelu %arg0 : tensor<4x6xf16>
// CHECK-NEXT: return
func.func @gelu_f16(%x: tensor<4x6xf16>) -> tensor<4x6xf16> {
  %h = graph.constant dense<0.5> : tensor<f16>
  %one = graph.constant dense<1.0> : tensor<f16>
  %r = graph.constant dense<1.41421354> : tensor<f16>
  %a = graph.div %x, %r : (tensor<4x6xf16>, tensor<f16>) -> tensor<4x6xf16>
  %e = graph.erf %a : tensor<4x6xf16>
  %p = graph.add %e, %one : (tensor<4x6xf16>, tensor<f16>) -> tensor<4x6xf16>
  %m = graph.mul %x, %p : (tensor<4x6xf16>, tensor<4x6xf16>) -> tensor<4x6xf16>
  %y = graph.mul %m, %h : (tensor<4x6xf16>, tensor<f16>) -> tensor<4x6xf16>
  return %y : tensor<4x6xf16>
}

// Computed in f32 between casts.
// CHECK-LABEL: func.func @gelu_upcast
// CHECK-NEXT: graph.gelu %arg0 : tensor<4x6xf16>
// CHECK-NEXT: return
func.func @gelu_upcast(%x: tensor<4x6xf16>) -> tensor<4x6xf16> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %r = graph.constant dense<1.41421354> : tensor<f32>
  %w = graph.cast %x : tensor<4x6xf16> -> tensor<4x6xf32>
  %a = graph.div %w, %r : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %p = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %m = graph.mul %w, %p : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %v = graph.mul %m, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.cast %v : tensor<4x6xf32> -> tensor<4x6xf16>
  return %y : tensor<4x6xf16>
}

// x^3 by pow.
// CHECK-LABEL: func.func @gelu_tanh_pow
// CHECK-NEXT: %[[Y:.*]] = graph.gelu %arg0 {tanh} : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu_tanh_pow(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %c = graph.constant dense<0.044715> : tensor<f32>
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

// √(2/π)·x·(1 + 0.044715·x²).
// CHECK-LABEL: func.func @gelu_tanh_factored
// CHECK-NEXT: %[[Y:.*]] = graph.gelu %arg0 {tanh} : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu_tanh_factored(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %c = graph.constant dense<0.044715> : tensor<f32>
  %s = graph.constant dense<0.797884583> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %cq = graph.mul %q, %c : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %i = graph.add %one, %cq : (tensor<f32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %sx = graph.mul %s, %x : (tensor<f32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = graph.mul %sx, %i : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %th = graph.tanh %a : tensor<4x6xf32>
  %p = graph.add %one, %th : (tensor<f32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %hp = graph.mul %p, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.mul %hp, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// (1 + tanh(u))/2 is sigmoid(2u).
// CHECK-LABEL: func.func @gelu_tanh_as_sigmoid
// CHECK-NEXT: %[[Y:.*]] = graph.gelu %arg0 {tanh} : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @gelu_tanh_as_sigmoid(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %c = graph.constant dense<0.0713548139> : tensor<f32>
  %s = graph.constant dense<1.59576917> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %qx = graph.mul %x, %q : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %cq = graph.mul %qx, %c : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %sx = graph.mul %s, %x : (tensor<f32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %a = graph.add %sx, %cq : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %g = graph.sigmoid %a : tensor<4x6xf32>
  %y = graph.mul %x, %g : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @silu
// CHECK-NEXT: %[[Y:.*]] = graph.silu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @silu(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %g = graph.sigmoid %x : tensor<4x6xf32>
  %y = graph.mul %g, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// x/(1 + exp(-x)).
// CHECK-LABEL: func.func @silu_of_exp
// CHECK-NEXT: %[[Y:.*]] = graph.silu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @silu_of_exp(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %one = graph.constant dense<1.0> : tensor<f32>
  %n = graph.neg %x : tensor<4x6xf32>
  %e = graph.exp %n : tensor<4x6xf32>
  %d = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.div %x, %d : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @silu_of_reciprocal
// CHECK-NEXT: %[[Y:.*]] = graph.silu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @silu_of_reciprocal(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %one = graph.constant dense<1.0> : tensor<f32>
  %m = graph.constant dense<-1.0> : tensor<f32>
  %n = graph.mul %x, %m : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.exp %n : tensor<4x6xf32>
  %d = graph.add %one, %e : (tensor<f32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %r = graph.reciprocal %d : tensor<4x6xf32>
  %y = graph.mul %r, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// exp(x)/(1 + exp(x)) is the same sigmoid.
// CHECK-LABEL: func.func @silu_of_positive_exp
// CHECK-NEXT: %[[Y:.*]] = graph.silu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @silu_of_positive_exp(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %one = graph.constant dense<1.0> : tensor<f32>
  %e = graph.exp %x : tensor<4x6xf32>
  %d = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %g = graph.div %e, %d : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %g, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// sigmoid(x) = 0.5 + 0.5·tanh(x/2).
// CHECK-LABEL: func.func @silu_of_tanh
// CHECK-NEXT: %[[Y:.*]] = graph.silu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @silu_of_tanh(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %h = graph.constant dense<0.5> : tensor<f32>
  %a = graph.mul %x, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %th = graph.tanh %a : tensor<4x6xf32>
  %hth = graph.mul %th, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %g = graph.add %hth, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.mul %g, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// Dimensions of 1 in between.
// CHECK-LABEL: func.func @silu_reshaped
// CHECK-NEXT: %[[Y:.*]] = graph.silu %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @silu_reshaped(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %r = graph.reshape %x : tensor<4x6xf32> -> tensor<1x4x6xf32>
  %g = graph.sigmoid %r : tensor<1x4x6xf32>
  %b = graph.reshape %g : tensor<1x4x6xf32> -> tensor<4x6xf32>
  %y = graph.mul %b, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// What follows stays.
// CHECK-LABEL: func.func @silu_gated
// CHECK-NEXT: %[[S:.*]] = graph.silu %arg0
// CHECK-NEXT: graph.mul %[[S]], %arg1
// CHECK-NEXT: return
func.func @silu_gated(%x: tensor<4x6xf32>, %up: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %g = graph.sigmoid %x : tensor<4x6xf32>
  %s = graph.mul %x, %g : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %s, %up : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @sigmoid
// CHECK-NEXT: %[[Y:.*]] = graph.sigmoid %arg0 : tensor<4x6xf32>
// CHECK-NEXT: return %[[Y]]
func.func @sigmoid(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %one = graph.constant dense<1.0> : tensor<f32>
  %n = graph.neg %x : tensor<4x6xf32>
  %e = graph.exp %n : tensor<4x6xf32>
  %d = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %y = graph.div %one, %d : (tensor<f32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// The error function is an output too: it stays for that.
// CHECK-LABEL: func.func @other_users
// CHECK: %[[E:.*]] = graph.erf
// CHECK-NEXT: %[[Y:.*]] = graph.gelu %arg0
// CHECK-NEXT: return %[[Y]], %[[E]]
func.func @other_users(%x: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
  %h = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %r = graph.constant dense<1.41421354> : tensor<f32>
  %a = graph.div %x, %r : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %e = graph.erf %a : tensor<4x6xf32>
  %p = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %m = graph.mul %x, %p : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %m, %h : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  return %y, %e : tensor<4x6xf32>, tensor<4x6xf32>
}

// Two functions share an exponential.
// CHECK-LABEL: func.func @two_results
// CHECK-DAG: %[[S:.*]] = graph.silu %arg0
// CHECK-DAG: %[[G:.*]] = graph.sigmoid %arg0
// CHECK: %[[Z:.*]] = graph.mul %[[S]], %[[S]]
// CHECK-NEXT: return %[[S]], %[[G]], %[[Z]]
func.func @two_results(%x: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>) {
  %one = graph.constant dense<1.0> : tensor<f32>
  %n = graph.neg %x : tensor<4x6xf32>
  %e = graph.exp %n : tensor<4x6xf32>
  %d = graph.add %e, %one : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xf32>
  %g = graph.div %one, %d : (tensor<f32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = graph.mul %g, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %z = graph.mul %y, %y : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %y, %g, %z : tensor<4x6xf32>, tensor<4x6xf32>, tensor<4x6xf32>
}
