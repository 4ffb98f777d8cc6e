// RUN: wafer-opt %s -graph-fuse-rotary | FileCheck %s
// RUN: wafer-opt %s -graph-fuse-rotary -o %t && wafer-opt %t -graph-fuse-rotary | diff %t -
// RUN: %python %S/Inputs/agree.py %s graph-fuse-rotary | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 19 functions, 19 changed

// rotate_half by slices, tables of two equal halves.
// CHECK-LABEL: func.func @halves
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 : (tensor<2x3x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @halves(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// rotate_half by a split in two along a dimension of its own.
// CHECK-LABEL: func.func @split_dimension
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 : (tensor<2x3x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @split_dimension(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %p = graph.reshape %x : tensor<2x3x5x8xf32> -> tensor<2x3x5x2x4xf32>
  %a5 = graph.slice %p starts [0, 0, 0, 0, 0] sizes [2, 3, 5, 1, 4] steps [1, 1, 1, 1, 1] : (tensor<2x3x5x2x4xf32>) -> tensor<2x3x5x1x4xf32>
  %b5 = graph.slice %p starts [0, 0, 0, 1, 0] sizes [2, 3, 5, 1, 4] steps [1, 1, 1, 1, 1] : (tensor<2x3x5x2x4xf32>) -> tensor<2x3x5x1x4xf32>
  %a = graph.reshape %a5 : tensor<2x3x5x1x4xf32> -> tensor<2x3x5x4xf32>
  %b = graph.reshape %b5 : tensor<2x3x5x1x4xf32> -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// By a permutation and signs.
// CHECK-LABEL: func.func @permutation
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 : (tensor<2x3x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @permutation(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %i = graph.constant dense<[4, 5, 6, 7, 0, 1, 2, 3]> : tensor<8xi64>
  %g = graph.constant dense<[-1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0]> : tensor<8xf32>
  %p = graph.gather %x, %i axis 3 : (tensor<2x3x5x8xf32>, tensor<8xi64>) -> tensor<2x3x5x8xf32>
  %h = graph.mul %p, %g : (tensor<2x3x5x8xf32>, tensor<8xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// Halves swapped without a sign, which the table has.
// CHECK-LABEL: func.func @signed_table
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 : (tensor<2x3x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @signed_table(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %h = graph.concat %b, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %m = graph.neg %sin : tensor<5x4xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %m, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// The complex product, half by half.
// CHECK-LABEL: func.func @complex_product
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 : (tensor<2x3x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @complex_product(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %ac = graph.mul %a, %cos : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %bs = graph.mul %sin, %b : (tensor<5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  %bc = graph.mul %b, %cos : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %as = graph.mul %a, %sin : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %u = graph.sub %ac, %bs : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  %v = graph.add %as, %bc : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  %2 = graph.concat %u, %v axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// GPT-J: neighbours by strides, stacked again; tables with every element twice.
// CHECK-LABEL: func.func @neighbours
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 {interleaved} : (tensor<2x3x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @neighbours(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 2] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 1] sizes [2, 3, 5, 4] steps [1, 1, 1, 2] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %u1 = graph.reshape %n : tensor<2x3x5x4xf32> -> tensor<2x3x5x4x1xf32>
  %v1 = graph.reshape %a : tensor<2x3x5x4xf32> -> tensor<2x3x5x4x1xf32>
  %st = graph.concat %u1, %v1 axis 4 : (tensor<2x3x5x4x1xf32>, tensor<2x3x5x4x1xf32>) -> tensor<2x3x5x4x2xf32>
  %h = graph.reshape %st : tensor<2x3x5x4x2xf32> -> tensor<2x3x5x8xf32>
  %c1 = graph.reshape %cos : tensor<5x4xf32> -> tensor<5x4x1xf32>
  %c2 = graph.expand %c1 : tensor<5x4x1xf32> -> tensor<5x4x2xf32>
  %c = graph.reshape %c2 : tensor<5x4x2xf32> -> tensor<5x8xf32>
  %s1 = graph.reshape %sin : tensor<5x4xf32> -> tensor<5x4x1xf32>
  %s2 = graph.expand %s1 : tensor<5x4x1xf32> -> tensor<5x4x2xf32>
  %s = graph.reshape %s2 : tensor<5x4x2xf32> -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// Pairs as a dimension, the complex product, stacked again.
// CHECK-LABEL: func.func @pairs
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 {interleaved} : (tensor<2x3x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @pairs(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %p = graph.reshape %x : tensor<2x3x5x8xf32> -> tensor<2x3x5x4x2xf32>
  %i0 = graph.constant dense<0> : tensor<i64>
  %i1 = graph.constant dense<-1> : tensor<i64>
  %a = graph.gather %p, %i0 axis 4 : (tensor<2x3x5x4x2xf32>, tensor<i64>) -> tensor<2x3x5x4xf32>
  %b = graph.gather %p, %i1 axis 4 : (tensor<2x3x5x4x2xf32>, tensor<i64>) -> tensor<2x3x5x4xf32>
  %ac = graph.mul %a, %cos : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %bs = graph.mul %b, %sin : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %bc = graph.mul %b, %cos : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %as = graph.mul %a, %sin : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %u = graph.sub %ac, %bs : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  %v = graph.add %as, %bc : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  %u1 = graph.reshape %u : tensor<2x3x5x4xf32> -> tensor<2x3x5x4x1xf32>
  %v1 = graph.reshape %v : tensor<2x3x5x4xf32> -> tensor<2x3x5x4x1xf32>
  %st = graph.concat %u1, %v1 axis 4 : (tensor<2x3x5x4x1xf32>, tensor<2x3x5x4x1xf32>) -> tensor<2x3x5x4x2xf32>
  %2 = graph.reshape %st : tensor<2x3x5x4x2xf32> -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// GPT-NeoX: only the first elements turn.
// CHECK-LABEL: func.func @partial
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 : (tensor<2x3x5x8xf32>, tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<2x3x5x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @partial(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x2xf32>, %sin: tensor<5x2xf32>) -> tensor<2x3x5x8xf32> {
  %t = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %rest = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %a = graph.slice %t starts [0, 0, 0, 0] sizes [2, 3, 5, 2] steps [1, 1, 1, 1] : (tensor<2x3x5x4xf32>) -> tensor<2x3x5x2xf32>
  %b = graph.slice %t starts [0, 0, 0, 2] sizes [2, 3, 5, 2] steps [1, 1, 1, 1] : (tensor<2x3x5x4xf32>) -> tensor<2x3x5x2xf32>
  %n = graph.neg %b : tensor<2x3x5x2xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x2xf32>, tensor<2x3x5x2xf32>) -> tensor<2x3x5x4xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x4xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x4xf32>
  %0 = graph.mul %t, %c : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  %y = graph.concat %2, %rest axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  return %y : tensor<2x3x5x8xf32>
}

// The keys of a fused projection: the slice of them is the operand.
// CHECK-LABEL: func.func @fused_projection
// CHECK-NEXT: %[[K:.*]] = graph.slice %arg0 starts [0, 0, 0, 8] sizes [2, 3, 5, 8]
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %[[K]], %arg1, %arg2
// CHECK-NEXT: return %[[R]]
func.func @fused_projection(%w: tensor<2x3x5x24xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %k = graph.slice %w starts [0, 0, 0, 8] sizes [2, 3, 5, 8] steps [1, 1, 1, 1] : (tensor<2x3x5x24xf32>) -> tensor<2x3x5x8xf32>
  %a = graph.slice %k starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %k starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %k, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// Before the transposes: tokens, then heads.
// CHECK-LABEL: func.func @tokens_first
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 : (tensor<2x5x3x8xf32>, tensor<5x1x4xf32>, tensor<5x1x4xf32>) -> tensor<2x5x3x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @tokens_first(%x: tensor<2x5x3x8xf32>, %cos: tensor<5x1x4xf32>, %sin: tensor<5x1x4xf32>) -> tensor<2x5x3x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 5, 3, 4] steps [1, 1, 1, 1] : (tensor<2x5x3x8xf32>) -> tensor<2x5x3x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 5, 3, 4] steps [1, 1, 1, 1] : (tensor<2x5x3x8xf32>) -> tensor<2x5x3x4xf32>
  %n = graph.neg %b : tensor<2x5x3x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x5x3x4xf32>, tensor<2x5x3x4xf32>) -> tensor<2x5x3x8xf32>
  %c = graph.concat %cos, %cos axis 2 : (tensor<5x1x4xf32>, tensor<5x1x4xf32>) -> tensor<5x1x8xf32>
  %s = graph.concat %sin, %sin axis 2 : (tensor<5x1x4xf32>, tensor<5x1x4xf32>) -> tensor<5x1x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x5x3x8xf32>, tensor<5x1x8xf32>) -> tensor<2x5x3x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x5x3x8xf32>, tensor<5x1x8xf32>) -> tensor<2x5x3x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x5x3x8xf32>, tensor<2x5x3x8xf32>) -> tensor<2x5x3x8xf32>
  return %2 : tensor<2x5x3x8xf32>
}

// Angles computed from positions, scaled: the tables are those of one half.
// CHECK-LABEL: func.func @computed_angles
// CHECK-DAG: %[[F:.*]] = graph.mul %arg1, %arg2 : (tensor<2x5x1xf32>, tensor<1x1x4xf32>) -> tensor<2x5x4xf32>
// CHECK-DAG: %[[C:.*]] = graph.cos %[[F]] : tensor<2x5x4xf32>
// CHECK-DAG: %[[S:.*]] = graph.sin %[[F]] : tensor<2x5x4xf32>
// CHECK-NOT: graph.concat
// CHECK: graph.rotary_embedding %arg0, %{{.*}}, %{{.*}} : (tensor<2x3x5x8xf32>, tensor<2x1x5x4xf32>, tensor<2x1x5x4xf32>)
func.func @computed_angles(%x: tensor<2x3x5x8xf32>, %positions: tensor<2x5x1xf32>, %freq: tensor<1x1x4xf32>) -> tensor<2x3x5x8xf32> {
  %f = graph.mul %positions, %freq : (tensor<2x5x1xf32>, tensor<1x1x4xf32>) -> tensor<2x5x4xf32>
  %ff = graph.concat %f, %f axis 2 : (tensor<2x5x4xf32>, tensor<2x5x4xf32>) -> tensor<2x5x8xf32>
  %cc = graph.cos %ff : tensor<2x5x8xf32>
  %ss = graph.sin %ff : tensor<2x5x8xf32>
  %scale = graph.constant dense<1.25> : tensor<f32>
  %cm = graph.mul %cc, %scale : (tensor<2x5x8xf32>, tensor<f32>) -> tensor<2x5x8xf32>
  %sm = graph.mul %scale, %ss : (tensor<f32>, tensor<2x5x8xf32>) -> tensor<2x5x8xf32>
  %c = graph.reshape %cm : tensor<2x5x8xf32> -> tensor<2x1x5x8xf32>
  %s = graph.reshape %sm : tensor<2x5x8xf32> -> tensor<2x1x5x8xf32>
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<2x1x5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<2x1x5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// Constant positions: constant tables.
// CHECK-LABEL: func.func @constant_angles
// CHECK-DAG: %[[C:.*]] = graph.constant dense<{{.*}}> : tensor<5x4xf32>
// CHECK-DAG: %[[S:.*]] = graph.constant dense<{{.*}}> : tensor<5x4xf32>
// CHECK: graph.rotary_embedding %arg0, %[[C]], %[[S]]
// CHECK-NEXT: return
func.func @constant_angles(%x: tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32> {
  %i = graph.iota : tensor<5xf32>
  %p = graph.reshape %i : tensor<5xf32> -> tensor<5x1xf32>
  %freq = graph.constant dense<[[1.0, 0.5, 0.25, 0.125]]> : tensor<1x4xf32>
  %f = graph.mul %p, %freq : (tensor<5x1xf32>, tensor<1x4xf32>) -> tensor<5x4xf32>
  %ff = graph.concat %f, %f axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %c = graph.cos %ff : tensor<5x8xf32>
  %s = graph.sin %ff : tensor<5x8xf32>
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// Turned backwards, as in a gradient.
// CHECK-LABEL: func.func @backwards
// CHECK-NEXT: %[[M:.*]] = graph.neg %arg2 : tensor<5x4xf32>
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %[[M]]
// CHECK-NEXT: return %[[R]]
func.func @backwards(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.sub %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// cos and sin with different shapes.
// CHECK-LABEL: func.func @different_shapes
// CHECK: graph.expand %arg2
// CHECK: graph.rotary_embedding %arg0, %{{.*}}, %{{.*}} : (tensor<2x3x5x8xf32>, tensor<3x5x4xf32>, tensor<3x5x4xf32>)
func.func @different_shapes(%x: tensor<2x3x5x8xf32>, %cos: tensor<3x5x8xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %c4 = graph.slice %cos starts [0, 0, 0] sizes [3, 5, 4] steps [1, 1, 1] : (tensor<3x5x8xf32>) -> tensor<3x5x4xf32>
  %c = graph.concat %c4, %c4 axis 2 : (tensor<3x5x4xf32>, tensor<3x5x4xf32>) -> tensor<3x5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<3x5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// Heads that repeat are turned once.
// CHECK-LABEL: func.func @repeated_heads
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %arg0, %arg1, %arg2 : (tensor<2x1x5x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x1x5x8xf32>
// CHECK: graph.expand
func.func @repeated_heads(%k: tensor<2x1x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %x = graph.expand %k : tensor<2x1x5x8xf32> -> tensor<2x3x5x8xf32>
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// The first token alone: all cosines are 1 and have been dropped, all sines one number. Heads before tokens, which is a matter of
// dimensions of 1.
// CHECK-LABEL: func.func @first_token
// CHECK-DAG: %[[C:.*]] = graph.constant dense<1.000000e+00> : tensor<4xf32>
// CHECK-DAG: %[[S:.*]] = graph.constant dense<0.000000e+00> : tensor<4xf32>
// CHECK-DAG: %[[X:.*]] = graph.reshape %arg0 : tensor<2x1x3x8xf32> -> tensor<2x3x1x8xf32>
// CHECK: graph.rotary_embedding %[[X]], %[[C]], %[[S]] : (tensor<2x3x1x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x3x1x8xf32>
func.func @first_token(%x: tensor<2x1x3x8xf32>) -> tensor<2x3x1x8xf32> {
  %sin = graph.constant dense<0.0> : tensor<f32>
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 1, 3, 4] steps [1, 1, 1, 1] : (tensor<2x1x3x8xf32>) -> tensor<2x1x3x4xf32>
  %at = graph.reshape %a : tensor<2x1x3x4xf32> -> tensor<2x3x1x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 1, 3, 4] steps [1, 1, 1, 1] : (tensor<2x1x3x8xf32>) -> tensor<2x1x3x4xf32>
  %n = graph.neg %b : tensor<2x1x3x4xf32>
  %nt = graph.reshape %n : tensor<2x1x3x4xf32> -> tensor<2x3x1x4xf32>
  %h = graph.concat %nt, %at axis 3 : (tensor<2x3x1x4xf32>, tensor<2x3x1x4xf32>) -> tensor<2x3x1x8xf32>
  %xt = graph.reshape %x : tensor<2x1x3x8xf32> -> tensor<2x3x1x8xf32>
  %1 = graph.mul %h, %sin : (tensor<2x3x1x8xf32>, tensor<f32>) -> tensor<2x3x1x8xf32>
  %2 = graph.add %xt, %1 : (tensor<2x3x1x8xf32>, tensor<2x3x1x8xf32>) -> tensor<2x3x1x8xf32>
  return %2 : tensor<2x3x1x8xf32>
}

// Likewise, and the sum was taken where heads lie side by side, before the reshape that cuts them.
// CHECK-LABEL: func.func @heads_side_by_side
// CHECK: graph.rotary_embedding %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x3x1x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x3x1x8xf32>
// CHECK-NEXT: return
func.func @heads_side_by_side(%x: tensor<2x24xf32>) -> tensor<2x3x1x8xf32> {
  %sin = graph.constant dense<0.0> : tensor<f32>
  %x4 = graph.reshape %x : tensor<2x24xf32> -> tensor<2x1x3x8xf32>
  %a = graph.slice %x4 starts [0, 0, 0, 0] sizes [2, 1, 3, 4] steps [1, 1, 1, 1] : (tensor<2x1x3x8xf32>) -> tensor<2x1x3x4xf32>
  %at = graph.reshape %a : tensor<2x1x3x4xf32> -> tensor<2x3x1x4xf32>
  %b = graph.slice %x4 starts [0, 0, 0, 4] sizes [2, 1, 3, 4] steps [1, 1, 1, 1] : (tensor<2x1x3x8xf32>) -> tensor<2x1x3x4xf32>
  %n = graph.neg %b : tensor<2x1x3x4xf32>
  %nt = graph.reshape %n : tensor<2x1x3x4xf32> -> tensor<2x3x1x4xf32>
  %h = graph.concat %nt, %at axis 3 : (tensor<2x3x1x4xf32>, tensor<2x3x1x4xf32>) -> tensor<2x3x1x8xf32>
  %1 = graph.mul %h, %sin : (tensor<2x3x1x8xf32>, tensor<f32>) -> tensor<2x3x1x8xf32>
  %r = graph.reshape %1 : tensor<2x3x1x8xf32> -> tensor<2x24xf32>
  %2 = graph.add %x, %r : (tensor<2x24xf32>, tensor<2x24xf32>) -> tensor<2x24xf32>
  %3 = graph.reshape %2 : tensor<2x24xf32> -> tensor<2x3x1x8xf32>
  return %3 : tensor<2x3x1x8xf32>
}

// A table of one lane that is no constant is that for every pair. A product before and one behind the dimensions of 1 moved.
// CHECK-LABEL: func.func @one_angle
// CHECK-DAG: %[[S:.*]] = graph.expand %{{.*}} -> tensor<4xf32>
// CHECK: graph.rotary_embedding %{{.*}}, %arg1, %[[S]] : (tensor<2x1x3x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x1x3x8xf32>
func.func @one_angle(%x: tensor<2x1x3x8xf32>, %cos: tensor<4xf32>, %sin: tensor<1xf32>) -> tensor<2x1x3x8xf32> {
  %c = graph.concat %cos, %cos axis 0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  %xt = graph.reshape %x : tensor<2x1x3x8xf32> -> tensor<2x3x1x8xf32>
  %a = graph.slice %xt starts [0, 0, 0, 0] sizes [2, 3, 1, 4] steps [1, 1, 1, 1] : (tensor<2x3x1x8xf32>) -> tensor<2x3x1x4xf32>
  %b = graph.slice %xt starts [0, 0, 0, 4] sizes [2, 3, 1, 4] steps [1, 1, 1, 1] : (tensor<2x3x1x8xf32>) -> tensor<2x3x1x4xf32>
  %n = graph.neg %b : tensor<2x3x1x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x1x4xf32>, tensor<2x3x1x4xf32>) -> tensor<2x3x1x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x1x3x8xf32>, tensor<8xf32>) -> tensor<2x1x3x8xf32>
  %1 = graph.mul %h, %sin : (tensor<2x3x1x8xf32>, tensor<1xf32>) -> tensor<2x3x1x8xf32>
  %t = graph.reshape %1 : tensor<2x3x1x8xf32> -> tensor<2x1x3x8xf32>
  %2 = graph.add %0, %t : (tensor<2x1x3x8xf32>, tensor<2x1x3x8xf32>) -> tensor<2x1x3x8xf32>
  return %2 : tensor<2x1x3x8xf32>
}

// A factor of one lane for the cosines only; sines of 1 have been dropped.
// CHECK-LABEL: func.func @no_sines
// CHECK: graph.rotary_embedding %arg0, %arg1, %{{.*}} : (tensor<3x2xf32>
func.func @no_sines(%x: tensor<3x2xf32>, %cos: tensor<3x1xf32>) -> tensor<3x2xf32> {
  %a = graph.slice %x starts [0, 0] sizes [3, 1] steps [1, 1] : (tensor<3x2xf32>) -> tensor<3x1xf32>
  %b = graph.slice %x starts [0, 1] sizes [3, 1] steps [1, 1] : (tensor<3x2xf32>) -> tensor<3x1xf32>
  %n = graph.neg %b : tensor<3x1xf32>
  %h = graph.concat %n, %a axis 1 : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  %0 = graph.mul %x, %cos : (tensor<3x2xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  %1 = graph.add %0, %h : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}
