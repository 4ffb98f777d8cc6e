// Near misses stay as they are, and that is no error.
// RUN: wafer-opt %s -graph-fuse-rotary | FileCheck %s
// RUN: %python %S/Inputs/agree.py %s graph-fuse-rotary | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 9 functions, 1 changed

// Halves turn, the tables are those of neighbours.
// CHECK-LABEL: func.func @mixed_orders
// CHECK-NOT: graph.rotary_embedding
// CHECK: return
func.func @mixed_orders(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
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

// Neighbours turn, the tables are those of halves.
// CHECK-LABEL: func.func @mixed_orders_again
// CHECK-NOT: graph.rotary_embedding
// CHECK: return
func.func @mixed_orders_again(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 2] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 1] sizes [2, 3, 5, 4] steps [1, 1, 1, 2] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %u1 = graph.reshape %n : tensor<2x3x5x4xf32> -> tensor<2x3x5x4x1xf32>
  %v1 = graph.reshape %a : tensor<2x3x5x4xf32> -> tensor<2x3x5x4x1xf32>
  %st = graph.concat %u1, %v1 axis 4 : (tensor<2x3x5x4x1xf32>, tensor<2x3x5x4x1xf32>) -> tensor<2x3x5x4x2xf32>
  %h = graph.reshape %st : tensor<2x3x5x4x2xf32> -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// Nothing says that the halves of the tables are equal.
// CHECK-LABEL: func.func @unknown_tables
// CHECK-NOT: graph.rotary_embedding
// CHECK: return
func.func @unknown_tables(%x: tensor<2x3x5x8xf32>, %c: tensor<5x8xf32>, %s: tensor<5x8xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// No sign: not a rotation.
// CHECK-LABEL: func.func @no_sign
// CHECK-NOT: graph.rotary_embedding
// CHECK: return
func.func @no_sign(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %x starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %h = graph.concat %b, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// The other half is that of another tensor.
// CHECK-LABEL: func.func @two_tensors
// CHECK-NOT: graph.rotary_embedding
// CHECK: return
func.func @two_tensors(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>, %z: tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %z starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %b = graph.slice %z starts [0, 0, 0, 4] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %n = graph.neg %b : tensor<2x3x5x4xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// A third of the elements, not a half.
// CHECK-LABEL: func.func @uneven_cut
// CHECK-NOT: graph.rotary_embedding
// CHECK: return
func.func @uneven_cut(%x: tensor<2x3x5x8xf32>, %cos: tensor<5x4xf32>, %sin: tensor<5x4xf32>) -> tensor<2x3x5x8xf32> {
  %a = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 3] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x3xf32>
  %b = graph.slice %x starts [0, 0, 0, 3] sizes [2, 3, 5, 5] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x5xf32>
  %n = graph.neg %b : tensor<2x3x5x5xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x5xf32>, tensor<2x3x5x3xf32>) -> tensor<2x3x5x8xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %0 = graph.mul %x, %c : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5x8xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x8xf32>, tensor<2x3x5x8xf32>) -> tensor<2x3x5x8xf32>
  return %2 : tensor<2x3x5x8xf32>
}

// One element of the second half differs: 0.9 and not 0.8.
// CHECK-LABEL: func.func @one_element
// CHECK-NOT: graph.rotary_embedding
// CHECK: return
func.func @one_element(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %c = graph.constant dense<[[1.0, 0.5, 1.0, 0.5], [0.7, 0.8, 0.7, 0.9], [0.1, 0.2, 0.1, 0.2]]> : tensor<3x4xf32>
  %s = graph.constant dense<[[0.1, 0.5, 0.1, 0.5], [0.7, 0.6, 0.7, 0.6], [0.1, 0.2, 0.1, 0.2]]> : tensor<3x4xf32>
  %a = graph.slice %x starts [0, 0] sizes [3, 2] steps [1, 1] : (tensor<3x4xf32>) -> tensor<3x2xf32>
  %b = graph.slice %x starts [0, 2] sizes [3, 2] steps [1, 1] : (tensor<3x4xf32>) -> tensor<3x2xf32>
  %n = graph.neg %b : tensor<3x2xf32>
  %h = graph.concat %n, %a axis 1 : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  %0 = graph.mul %x, %c : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %1 = graph.mul %h, %s : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %2 = graph.add %0, %1 : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %2 : tensor<3x4xf32>
}

// What stays is not what follows in the operand: only the part that turns is raised.
// CHECK-LABEL: func.func @other_rest
// CHECK: %[[T:.*]] = graph.slice %arg0 starts [0, 0, 0, 0] sizes [2, 3, 5, 4]
// CHECK-NEXT: %[[R:.*]] = graph.rotary_embedding %[[T]], %arg2, %arg3 : (tensor<2x3x5x4xf32>, tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<2x3x5x4xf32>
// CHECK-NEXT: graph.concat %[[R]], %arg1
func.func @other_rest(%x: tensor<2x3x5x8xf32>, %z: tensor<2x3x5x4xf32>, %cos: tensor<5x2xf32>, %sin: tensor<5x2xf32>) -> tensor<2x3x5x8xf32> {
  %t = graph.slice %x starts [0, 0, 0, 0] sizes [2, 3, 5, 4] steps [1, 1, 1, 1] : (tensor<2x3x5x8xf32>) -> tensor<2x3x5x4xf32>
  %a = graph.slice %t starts [0, 0, 0, 0] sizes [2, 3, 5, 2] steps [1, 1, 1, 1] : (tensor<2x3x5x4xf32>) -> tensor<2x3x5x2xf32>
  %b = graph.slice %t starts [0, 0, 0, 2] sizes [2, 3, 5, 2] steps [1, 1, 1, 1] : (tensor<2x3x5x4xf32>) -> tensor<2x3x5x2xf32>
  %n = graph.neg %b : tensor<2x3x5x2xf32>
  %h = graph.concat %n, %a axis 3 : (tensor<2x3x5x2xf32>, tensor<2x3x5x2xf32>) -> tensor<2x3x5x4xf32>
  %c = graph.concat %cos, %cos axis 1 : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x4xf32>
  %s = graph.concat %sin, %sin axis 1 : (tensor<5x2xf32>, tensor<5x2xf32>) -> tensor<5x4xf32>
  %0 = graph.mul %t, %c : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %1 = graph.mul %h, %s : (tensor<2x3x5x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5x4xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  %y = graph.concat %2, %z axis 3 : (tensor<2x3x5x4xf32>, tensor<2x3x5x4xf32>) -> tensor<2x3x5x8xf32>
  return %y : tensor<2x3x5x8xf32>
}

// Sum and difference of halves without any angle: both factors are numbers.
// CHECK-LABEL: func.func @butterfly
// CHECK-NOT: graph.rotary_embedding
// CHECK: return
func.func @butterfly(%x: tensor<5x8xf32>, %s: tensor<8xf32>) -> (tensor<5x8xf32>, tensor<5x8xf32>) {
  %a = graph.slice %x starts [0, 0] sizes [5, 4] steps [1, 1] : (tensor<5x8xf32>) -> tensor<5x4xf32>
  %b = graph.slice %x starts [0, 4] sizes [5, 4] steps [1, 1] : (tensor<5x8xf32>) -> tensor<5x4xf32>
  %u = graph.sub %a, %b : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x4xf32>
  %v = graph.add %a, %b : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x4xf32>
  %y = graph.concat %u, %v axis 1 : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x8xf32>
  %one = graph.constant dense<[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0]> : tensor<8xf32>
  %z = graph.mul %y, %one : (tensor<5x8xf32>, tensor<8xf32>) -> tensor<5x8xf32>
  return %y, %z : tensor<5x8xf32>, tensor<5x8xf32>
}
