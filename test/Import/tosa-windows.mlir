// TOSA's convolutions, pools and resizes: as LLVM's loops compute them.
// RUN: %python %S/Inputs/compare-with-runner.py %s %t | FileCheck %s
// CHECK: all 7 programs agree
// RUN: wafer-translate --import-tensors %t/conv/model.mlir | FileCheck %s --check-prefix=CONV
// CONV: graph.conv %{{.*}} strides [2, 1] low [1, 0] high [1, 2] dilations [1, 2] groups 1 : (tensor<2x3x7x6xf32>, tensor<4x3x3x2xf32>) -> tensor<2x4x4x6xf32>

//--- conv
func.func @forward(%x: tensor<2x7x6x3xf32>, %w: tensor<4x3x2x3xf32>, %b: tensor<4xf32>) -> tensor<2x4x6x4xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %y = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, pad = array<i64: 1, 1, 0, 2>, stride = array<i64: 2, 1>, dilation = array<i64: 1, 2>} : (tensor<2x7x6x3xf32>, tensor<4x3x2x3xf32>, tensor<4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x4x6x4xf32>
  return %y : tensor<2x4x6x4xf32>
}
//--- depthwise
func.func @forward(%x: tensor<2x7x6x3xf32>, %w: tensor<3x2x3x2xf32>, %b: tensor<6xf32>) -> tensor<2x4x6x6xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %y = tosa.depthwise_conv2d %x, %w, %b, %zp, %zp {acc_type = f32, pad = array<i64: 1, 1, 0, 1>, stride = array<i64: 2, 1>, dilation = array<i64: 1, 1>} : (tensor<2x7x6x3xf32>, tensor<3x2x3x2xf32>, tensor<6xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x4x6x6xf32>
  return %y : tensor<2x4x6x6xf32>
}
//--- conv3d
func.func @forward(%x: tensor<1x4x5x4x2xf32>, %w: tensor<3x2x2x3x2xf32>, %b: tensor<1xf32>) -> tensor<1x4x2x2x3xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %y = tosa.conv3d %x, %w, %b, %zp, %zp {acc_type = f32, pad = array<i64: 0, 1, 0, 0, 0, 0>, stride = array<i64: 1, 3, 1>, dilation = array<i64: 1, 1, 1>} : (tensor<1x4x5x4x2xf32>, tensor<3x2x2x3x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x2x2x3xf32>
  return %y : tensor<1x4x2x2x3xf32>
}
//--- transposed
func.func @forward(%x: tensor<1x4x3x2xf32>, %w: tensor<3x3x2x2xf32>, %b: tensor<3xf32>) -> tensor<1x9x7x3xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %y = tosa.transpose_conv2d %x, %w, %b, %zp, %zp {acc_type = f32, out_pad = array<i64: 0, 0, -1, 0>, stride = array<i64: 2, 3>} : (tensor<1x4x3x2xf32>, tensor<3x3x2x2xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x9x7x3xf32>
  return %y : tensor<1x9x7x3xf32>
}
//--- pools
// The mean is one of what is not padding.
func.func @forward(%x: tensor<2x7x6x3xf32>) -> (tensor<2x4x6x3xf32>, tensor<2x4x6x3xf32>) {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %a = tosa.avg_pool2d %x, %zp, %zp {acc_type = f32, kernel = array<i64: 3, 2>, stride = array<i64: 2, 1>, pad = array<i64: 1, 1, 0, 1>} : (tensor<2x7x6x3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x4x6x3xf32>
  %m = tosa.max_pool2d %x {kernel = array<i64: 3, 2>, stride = array<i64: 2, 1>, pad = array<i64: 1, 1, 0, 1>} : (tensor<2x7x6x3xf32>) -> tensor<2x4x6x3xf32>
  return %a, %m : tensor<2x4x6x3xf32>, tensor<2x4x6x3xf32>
}
//--- nearest
func.func @forward(%x: tensor<1x4x5x2xf32>) -> tensor<1x7x3x2xf32> {
  %scale = tosa.const_shape {values = dense<[4, 2, 2, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %offset = tosa.const_shape {values = dense<[0, 0]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %border = tosa.const_shape {values = dense<[0, 0]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %y = tosa.resize %x, %scale, %offset, %border {mode = NEAREST_NEIGHBOR} : (tensor<1x4x5x2xf32>, !tosa.shape<4>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x7x3x2xf32>
  return %y : tensor<1x7x3x2xf32>
}
//--- bilinear
// As align_corners = false scales by 2: offset -1, border 1.
func.func @forward(%x: tensor<1x4x5x2xf32>) -> tensor<1x8x10x2xf32> {
  %scale = tosa.const_shape {values = dense<[4, 2, 4, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %offset = tosa.const_shape {values = dense<[-1, -1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %border = tosa.const_shape {values = dense<[1, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %y = tosa.resize %x, %scale, %offset, %border {mode = BILINEAR} : (tensor<1x4x5x2xf32>, !tosa.shape<4>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x8x10x2xf32>
  return %y : tensor<1x8x10x2xf32>
}
