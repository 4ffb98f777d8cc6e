// Convolutions and pools of linalg, whatever their layout, are graph.conv and graph's pools: as LLVM's loops compute them.
// RUN: %python %S/Inputs/compare-with-runner.py %s %t | FileCheck %s --check-prefix=SAME
// SAME: all 11 programs agree
// RUN: wafer-translate --import-tensors %t/nchw/model.mlir | FileCheck %s
// RUN: wafer-translate --import-tensors %t/pools/model.mlir | FileCheck %s --check-prefix=POOLS
// RUN: wafer-translate --import-tensors %t/generic/model.mlir | FileCheck %s --check-prefix=GENERIC
// RUN: wafer-translate --import-tensors %t/diagonal/model.mlir | FileCheck %s --check-prefix=GATHER

//--- nchw
// Zeros around the image are the window's; strides, dilations, a bias as initial value.
// CHECK-NOT: graph.pad
// CHECK: graph.conv %{{.*}} strides [2, 1] low [1, 0] high [1, 2] dilations [1, 2] groups 1 : (tensor<2x3x7x6xf32>, tensor<4x3x3x2xf32>) -> tensor<2x4x4x6xf32>
// CHECK: graph.add
func.func @forward(%x: tensor<2x3x7x6xf32>, %w: tensor<4x3x3x2xf32>, %b: tensor<4xf32>) -> tensor<2x4x4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %padded = tensor.pad %x low[0, 0, 1, 0] high[0, 0, 1, 2] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<2x3x7x6xf32> to tensor<2x3x9x8xf32>
  %e = tensor.empty() : tensor<2x4x4x6xf32>
  %init = linalg.broadcast ins(%b : tensor<4xf32>) outs(%e : tensor<2x4x4x6xf32>) dimensions = [0, 2, 3]
  %y = linalg.conv_2d_nchw_fchw {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<[1, 2]> : tensor<2xi64>} ins(%padded, %w : tensor<2x3x9x8xf32>, tensor<4x3x3x2xf32>) outs(%init : tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
  return %y : tensor<2x4x4x6xf32>
}
//--- nhwc
func.func @forward(%x: tensor<2x7x6x3xf32>, %w: tensor<3x2x3x4xf32>) -> tensor<2x3x5x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3x5x4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%x, %w : tensor<2x7x6x3xf32>, tensor<3x2x3x4xf32>) outs(%init : tensor<2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  return %y : tensor<2x3x5x4xf32>
}
//--- depthwise
func.func @forward(%x: tensor<2x7x6x3xf32>, %w: tensor<3x2x3x2xf32>, %v: tensor<2x2x3xf32>) -> (tensor<2x5x5x3x2xf32>, tensor<2x6x5x3xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x5x5x3x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<2x5x5x3x2xf32>) -> tensor<2x5x5x3x2xf32>
  %y = linalg.depthwise_conv_2d_nhwc_hwcm {strides = dense<1> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%x, %w : tensor<2x7x6x3xf32>, tensor<3x2x3x2xf32>) outs(%init : tensor<2x5x5x3x2xf32>) -> tensor<2x5x5x3x2xf32>
  %e2 = tensor.empty() : tensor<2x6x5x3xf32>
  %init2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<2x6x5x3xf32>) -> tensor<2x6x5x3xf32>
  %z = linalg.depthwise_conv_2d_nhwc_hwc {strides = dense<1> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%x, %v : tensor<2x7x6x3xf32>, tensor<2x2x3xf32>) outs(%init2 : tensor<2x6x5x3xf32>) -> tensor<2x6x5x3xf32>
  return %y, %z : tensor<2x5x5x3x2xf32>, tensor<2x6x5x3xf32>
}
//--- depthwise-nchw
func.func @forward(%x: tensor<2x3x7x6xf32>, %w: tensor<3x3x2xf32>) -> tensor<2x3x3x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3x3x5xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x3x5xf32>) -> tensor<2x3x3x5xf32>
  %y = linalg.depthwise_conv_2d_nchw_chw {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%x, %w : tensor<2x3x7x6xf32>, tensor<3x3x2xf32>) outs(%init : tensor<2x3x3x5xf32>) -> tensor<2x3x3x5xf32>
  return %y : tensor<2x3x3x5xf32>
}
//--- grouped
func.func @forward(%x: tensor<2x2x3x5x6xf32>, %w: tensor<2x4x3x2x3xf32>) -> tensor<2x2x4x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x2x4x4x4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<2x2x4x4x4xf32>) -> tensor<2x2x4x4x4xf32>
  %y = linalg.conv_2d_ngchw_gfchw {strides = dense<1> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%x, %w : tensor<2x2x3x5x6xf32>, tensor<2x4x3x2x3xf32>) outs(%init : tensor<2x2x4x4x4xf32>) -> tensor<2x2x4x4x4xf32>
  return %y : tensor<2x2x4x4x4xf32>
}
//--- one-and-three
func.func @forward(%x: tensor<2x3x9xf32>, %w: tensor<4x3x3xf32>, %u: tensor<1x4x5x4x2xf32>, %v: tensor<2x2x3x2x3xf32>, %p: tensor<9xf32>, %q: tensor<4xf32>) -> (tensor<2x4x4xf32>, tensor<1x3x4x2x3xf32>, tensor<6xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4x4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %y = linalg.conv_1d_ncw_fcw {strides = dense<2> : tensor<1xi64>, dilations = dense<1> : tensor<1xi64>} ins(%x, %w : tensor<2x3x9xf32>, tensor<4x3x3xf32>) outs(%init : tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %e3 = tensor.empty() : tensor<1x3x4x2x3xf32>
  %init3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<1x3x4x2x3xf32>) -> tensor<1x3x4x2x3xf32>
  %z = linalg.conv_3d_ndhwc_dhwcf {strides = dense<1> : tensor<3xi64>, dilations = dense<1> : tensor<3xi64>} ins(%u, %v : tensor<1x4x5x4x2xf32>, tensor<2x2x3x2x3xf32>) outs(%init3 : tensor<1x3x4x2x3xf32>) -> tensor<1x3x4x2x3xf32>
  %e1 = tensor.empty() : tensor<6xf32>
  %init1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<6xf32>) -> tensor<6xf32>
  %s = linalg.conv_1d ins(%p, %q : tensor<9xf32>, tensor<4xf32>) outs(%init1 : tensor<6xf32>) -> tensor<6xf32>
  return %y, %z, %s : tensor<2x4x4xf32>, tensor<1x3x4x2x3xf32>, tensor<6xf32>
}
//--- pools
// POOLS: graph.average_pool %{{.*}} kernel [3, 2] strides [2, 1] low [1, 0] high [1, 0] dilations [1, 1] {count_padding}
// POOLS: graph.max_pool %{{.*}} kernel [3, 2] strides [2, 1] low [1, 0] high [1, 0] dilations [1, 1]
func.func @forward(%x: tensor<2x3x7x6xf32>) -> (tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %window = tensor.empty() : tensor<3x2xf32>
  %e = tensor.empty() : tensor<2x3x4x5xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32>
  %least = linalg.fill ins(%lowest : f32) outs(%e : tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32>
  %with_zeros = tensor.pad %x low[0, 0, 1, 0] high[0, 0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<2x3x7x6xf32> to tensor<2x3x9x6xf32>
  %with_least = tensor.pad %x low[0, 0, 1, 0] high[0, 0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %lowest : f32
  } : tensor<2x3x7x6xf32> to tensor<2x3x9x6xf32>
  %sum = linalg.pooling_nchw_sum {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%with_zeros, %window : tensor<2x3x9x6xf32>, tensor<3x2xf32>) outs(%zeros : tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32>
  %max = linalg.pooling_nchw_max {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%with_least, %window : tensor<2x3x9x6xf32>, tensor<3x2xf32>) outs(%least : tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32>
  return %sum, %max : tensor<2x3x4x5xf32>, tensor<2x3x4x5xf32>
}
//--- more-pools
// Not of neutral starts: the start counts too. Rows that no window reaches are cut off.
func.func @forward(%x: tensor<1x8x6x3xf32>, %w: tensor<1x9x3xf32>, %n: tensor<1x6x6x2xi32>) -> (tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x3x3xf32>, tensor<1x3x3x2xi32>, tensor<1x3x3x2xi32>) {
  %start = arith.constant 1.5 : f32
  %one = arith.constant 1 : i32
  %window = tensor.empty() : tensor<2x2xf32>
  %window1 = tensor.empty() : tensor<3xf32>
  %windowi = tensor.empty() : tensor<2x2xi32>
  %e = tensor.empty() : tensor<1x3x3x3xf32>
  %init = linalg.fill ins(%start : f32) outs(%e : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  %e1 = tensor.empty() : tensor<1x3x3xf32>
  %init1 = linalg.fill ins(%start : f32) outs(%e1 : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %ei = tensor.empty() : tensor<1x3x3x2xi32>
  %initi = linalg.fill ins(%one : i32) outs(%ei : tensor<1x3x3x2xi32>) -> tensor<1x3x3x2xi32>
  %min = linalg.pooling_nhwc_min {strides = dense<[2, 2]> : tensor<2xi64>, dilations = dense<[2, 1]> : tensor<2xi64>} ins(%x, %window : tensor<1x8x6x3xf32>, tensor<2x2xf32>) outs(%init : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  %max = linalg.pooling_nhwc_max {strides = dense<[2, 2]> : tensor<2xi64>, dilations = dense<[2, 1]> : tensor<2xi64>} ins(%x, %window : tensor<1x8x6x3xf32>, tensor<2x2xf32>) outs(%init : tensor<1x3x3x3xf32>) -> tensor<1x3x3x3xf32>
  %sum = linalg.pooling_nwc_sum {strides = dense<3> : tensor<1xi64>, dilations = dense<1> : tensor<1xi64>} ins(%w, %window1 : tensor<1x9x3xf32>, tensor<3xf32>) outs(%init1 : tensor<1x3x3xf32>) -> tensor<1x3x3xf32>
  %sumi = linalg.pooling_nhwc_sum {strides = dense<[2, 2]> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%n, %windowi : tensor<1x6x6x2xi32>, tensor<2x2xi32>) outs(%initi : tensor<1x3x3x2xi32>) -> tensor<1x3x3x2xi32>
  %maxi = linalg.pooling_nhwc_max {strides = dense<[2, 2]> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%n, %windowi : tensor<1x6x6x2xi32>, tensor<2x2xi32>) outs(%initi : tensor<1x3x3x2xi32>) -> tensor<1x3x3x2xi32>
  return %min, %max, %sum, %sumi, %maxi : tensor<1x3x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x3x3xf32>, tensor<1x3x3x2xi32>, tensor<1x3x3x2xi32>
}
//--- generic
// GENERIC: graph.conv
// A convolution by its maps alone: filters first, channels in two loops, the image transposed.
#image = affine_map<(n, h, w, f, c0, c1, kh, kw) -> (h * 2 + kh, c1, n, w + kw * 2, c0)>
#filters = affine_map<(n, h, w, f, c0, c1, kh, kw) -> (kw, c0, f, kh, c1)>
#result = affine_map<(n, h, w, f, c0, c1, kh, kw) -> (f, n, w, h)>
func.func @forward(%w: tensor<2x2x3x3x2xf32>, %x: tensor<7x2x2x6x2xf32>) -> tensor<3x2x4x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x2x4x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<3x2x4x3xf32>) -> tensor<3x2x4x3xf32>
  %y = linalg.generic {indexing_maps = [#filters, #image, #result], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction", "reduction"]} ins(%w, %x : tensor<2x2x3x3x2xf32>, tensor<7x2x2x6x2xf32>) outs(%init : tensor<3x2x4x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %p, %out : f32
    linalg.yield %s : f32
  } -> tensor<3x2x4x3xf32>
  return %y : tensor<3x2x4x3xf32>
}
//--- other-windows
// Windows of other terms than one operand: sums of squares, of absolute differences.
func.func @forward(%x: tensor<9xf32>, %w: tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %y:2 = linalg.generic {indexing_maps = [affine_map<(i, k) -> (i * 2 + k)>, affine_map<(i, k) -> (k)>, affine_map<(i, k) -> (i)>, affine_map<(i, k) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%x, %w : tensor<9xf32>, tensor<3xf32>) outs(%init, %init : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%a: f32, %b: f32, %o0: f32, %o1: f32):
    %q = arith.mulf %a, %a : f32
    %s0 = arith.addf %o0, %q : f32
    %d = arith.subf %a, %b : f32
    %m = math.absf %d : f32
    %s1 = arith.addf %m, %o1 : f32
    linalg.yield %s0, %s1 : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  return %y#0, %y#1 : tensor<4xf32>, tensor<4xf32>
}
//--- diagonal
// Any affine subscripts: a diagonal, places that are divided, a constant one.
// GATHER: graph.gather_nd
func.func @forward(%x: tensor<4x4x3xf32>) -> (tensor<4x3xf32>, tensor<8x3xf32>) {
  %e = tensor.empty() : tensor<4x3xf32>
  %d = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x4x3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  } -> tensor<4x3xf32>
  %e8 = tensor.empty() : tensor<8x3xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i floordiv 2, 2, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x4x3xf32>) outs(%e8 : tensor<8x3xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  } -> tensor<8x3xf32>
  return %d, %r : tensor<4x3xf32>, tensor<8x3xf32>
}
