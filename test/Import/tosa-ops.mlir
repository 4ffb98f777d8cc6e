// TOSA's maps, reductions and moves of elements: as LLVM's loops compute them.
// RUN: %python %S/Inputs/compare-with-runner.py %s %t | FileCheck %s
// CHECK: all 5 programs agree

//--- maps
func.func @forward(%x: tensor<3x8xf32>, %y: tensor<3x1xf32>) -> (tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %one = "tosa.const"() <{values = dense<1.25> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.sigmoid %x : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %1 = tosa.tanh %x : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %2 = tosa.erf %x : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %3 = tosa.clamp %x {min_val = -1.5 : f32, max_val = 2.25 : f32} : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %4 = tosa.abs %x : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %5 = tosa.add %4, %one : (tensor<3x8xf32>, tensor<1x1xf32>) -> tensor<3x8xf32>
  %6 = tosa.rsqrt %5 : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %7 = tosa.pow %5, %y : (tensor<3x8xf32>, tensor<3x1xf32>) -> tensor<3x8xf32>
  %8 = tosa.reciprocal %5 : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %9 = tosa.negate %x, %zp, %zp : (tensor<3x8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<3x8xf32>
  %10 = tosa.exp %9 : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %11 = tosa.ceil %10 : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %12 = tosa.floor %10 : (tensor<3x8xf32>) -> tensor<3x8xf32>
  %13 = tosa.mul %11, %12, %shift : (tensor<3x8xf32>, tensor<3x8xf32>, tensor<1xi8>) -> tensor<3x8xf32>
  %14 = tosa.maximum %x, %y : (tensor<3x8xf32>, tensor<3x1xf32>) -> tensor<3x8xf32>
  %15 = tosa.minimum %14, %one : (tensor<3x8xf32>, tensor<1x1xf32>) -> tensor<3x8xf32>
  %16 = tosa.greater_equal %x, %y : (tensor<3x8xf32>, tensor<3x1xf32>) -> tensor<3x8xi1>
  %17 = tosa.select %16, %15, %5 : (tensor<3x8xi1>, tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
  return %0, %1, %2, %3, %6, %7, %13, %17 : tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>
}
//--- integers
func.func @forward(%n: tensor<3x8xi32>, %m: tensor<3x8xi32>, %x: tensor<3x8xf32>) -> (tensor<3x8xi32>, tensor<3x8xi32>, tensor<3x8xi32>, tensor<3x8xi32>, tensor<3x8xi32>, tensor<3x8xi32>) {
  %minus = "tosa.const"() <{values = dense<-37> : tensor<1x1xi32>}> : () -> tensor<1x1xi32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %a = tosa.mul %n, %minus, %shift : (tensor<3x8xi32>, tensor<1x1xi32>, tensor<1xi8>) -> tensor<3x8xi32>
  %b = tosa.sub %a, %m : (tensor<3x8xi32>, tensor<3x8xi32>) -> tensor<3x8xi32>
  %0 = tosa.arithmetic_right_shift %b, %m {round = true} : (tensor<3x8xi32>, tensor<3x8xi32>) -> tensor<3x8xi32>
  %1 = tosa.logical_right_shift %b, %m : (tensor<3x8xi32>, tensor<3x8xi32>) -> tensor<3x8xi32>
  %2 = tosa.logical_left_shift %b, %m : (tensor<3x8xi32>, tensor<3x8xi32>) -> tensor<3x8xi32>
  %3 = tosa.bitwise_xor %b, %m : (tensor<3x8xi32>, tensor<3x8xi32>) -> tensor<3x8xi32>
  %4 = tosa.intdiv %b, %minus : (tensor<3x8xi32>, tensor<1x1xi32>) -> tensor<3x8xi32>
  %5 = tosa.cast %x : (tensor<3x8xf32>) -> tensor<3x8xi32>
  return %0, %1, %2, %3, %4, %5 : tensor<3x8xi32>, tensor<3x8xi32>, tensor<3x8xi32>, tensor<3x8xi32>, tensor<3x8xi32>, tensor<3x8xi32>
}
//--- reductions
func.func @forward(%x: tensor<3x8xf32>) -> (tensor<3x1xf32>, tensor<1x8xf32>, tensor<3x1xf32>, tensor<1x8xf32>, tensor<3xi32>, tensor<3x1xi32>) {
  %zero = "tosa.const"() <{values = dense<3.0> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.reduce_sum %x {axis = 1 : i32} : (tensor<3x8xf32>) -> tensor<3x1xf32>
  %1 = tosa.reduce_max %x {axis = 0 : i32} : (tensor<3x8xf32>) -> tensor<1x8xf32>
  %2 = tosa.reduce_min %x {axis = 1 : i32} : (tensor<3x8xf32>) -> tensor<3x1xf32>
  %3 = tosa.reduce_product %x {axis = 0 : i32} : (tensor<3x8xf32>) -> tensor<1x8xf32>
  %4 = tosa.argmax %x {axis = 1 : i32} : (tensor<3x8xf32>) -> tensor<3xi32>
  %5 = tosa.greater %x, %zero : (tensor<3x8xf32>, tensor<1x1xf32>) -> tensor<3x8xi1>
  %6 = tosa.reduce_any %5 {axis = 1 : i32} : (tensor<3x8xi1>) -> tensor<3x1xi1>
  %7 = tosa.cast %6 : (tensor<3x1xi1>) -> tensor<3x1xi32>
  return %0, %1, %2, %3, %4, %7 : tensor<3x1xf32>, tensor<1x8xf32>, tensor<3x1xf32>, tensor<1x8xf32>, tensor<3xi32>, tensor<3x1xi32>
}
//--- moves
func.func @forward(%x: tensor<2x3x4xf32>, %i: tensor<2x5xi32>) -> (tensor<2x5x4xf32>, tensor<2x3x4xf32>, tensor<4x9x4xf32>, tensor<2x5x6xf32>, tensor<4x2x3xf32>, tensor<2x2x2xf32>, tensor<2x6x4xf32>) {
  %two = "tosa.const"() <{values = dense<2.5> : tensor<1xf32>}> : () -> tensor<1xf32>
  %times = tosa.const_shape {values = dense<[2, 3, 1]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %around = tosa.const_shape {values = dense<[0, 0, 1, 1, 2, 0]> : tensor<6xindex>} : () -> !tosa.shape<6>
  %start = tosa.const_shape {values = dense<[0, 1, 1]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %size = tosa.const_shape {values = dense<[2, 2, 2]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %0 = tosa.gather %x, %i : (tensor<2x3x4xf32>, tensor<2x5xi32>) -> tensor<2x5x4xf32>
  %1 = tosa.reverse %x {axis = 1 : i32} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %2 = tosa.tile %x, %times : (tensor<2x3x4xf32>, !tosa.shape<3>) -> tensor<4x9x4xf32>
  %3 = tosa.pad %x, %around, %two : (tensor<2x3x4xf32>, !tosa.shape<6>, tensor<1xf32>) -> tensor<2x5x6xf32>
  %4 = tosa.transpose %x {perms = array<i32: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %5 = tosa.slice %x, %start, %size : (tensor<2x3x4xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<2x2x2xf32>
  %6 = tosa.concat %x, %1 {axis = 1 : i32} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x6x4xf32>
  return %0, %1, %2, %3, %4, %5, %6 : tensor<2x5x4xf32>, tensor<2x3x4xf32>, tensor<4x9x4xf32>, tensor<2x5x6xf32>, tensor<4x2x3xf32>, tensor<2x2x2xf32>, tensor<2x6x4xf32>
}
//--- scatter
func.func @forward(%x: tensor<2x4x2xf32>, %u: tensor<2x2x2xf32>) -> tensor<2x4x2xf32> {
  %i = "tosa.const"() <{values = dense<[[2, 0], [1, 3]]> : tensor<2x2xi32>}> : () -> tensor<2x2xi32>
  %y = tosa.scatter %x, %i, %u : (tensor<2x4x2xf32>, tensor<2x2xi32>, tensor<2x2x2xf32>) -> tensor<2x4x2xf32>
  return %y : tensor<2x4x2xf32>
}
//=== for LLVM
func.func @forward(%x: tensor<2x4x2xf32>, %u: tensor<2x2x2xf32>) -> tensor<2x4x2xf32> {
  %a = tensor.extract_slice %u[0, 0, 0] [1, 1, 2] [1, 1, 1] : tensor<2x2x2xf32> to tensor<1x1x2xf32>
  %b = tensor.extract_slice %u[0, 1, 0] [1, 1, 2] [1, 1, 1] : tensor<2x2x2xf32> to tensor<1x1x2xf32>
  %c = tensor.extract_slice %u[1, 0, 0] [1, 2, 2] [1, 1, 1] : tensor<2x2x2xf32> to tensor<1x2x2xf32>
  %0 = tensor.insert_slice %a into %x[0, 2, 0] [1, 1, 2] [1, 1, 1] : tensor<1x1x2xf32> into tensor<2x4x2xf32>
  %1 = tensor.insert_slice %b into %0[0, 0, 0] [1, 1, 2] [1, 1, 1] : tensor<1x1x2xf32> into tensor<2x4x2xf32>
  %2 = tensor.insert_slice %c into %1[1, 1, 0] [1, 2, 2] [1, 2, 1] : tensor<1x2x2xf32> into tensor<2x4x2xf32>
  return %2 : tensor<2x4x2xf32>
}
