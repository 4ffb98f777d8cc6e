// RUN: wafer-opt %s | FileCheck %s
// RUN: wafer-opt %s | wafer-opt | FileCheck %s
// RUN: wafer-opt --mlir-print-op-generic %s | wafer-opt | FileCheck %s

// CHECK-LABEL: func.func @unary
func.func @unary(%x: tensor<8x24xf32>, %n: tensor<3xui8>, %b: tensor<2xi1>) {
  // CHECK: graph.abs %{{.*}} : tensor<8x24xf32>
  %0 = graph.abs %x : tensor<8x24xf32>
  // CHECK: graph.neg %{{.*}} : tensor<8x24xf32>
  %1 = graph.neg %x : tensor<8x24xf32>
  // CHECK: graph.sign %{{.*}} : tensor<8x24xf32>
  %2 = graph.sign %x : tensor<8x24xf32>
  // CHECK: graph.ceil %{{.*}} : tensor<8x24xf32>
  %3 = graph.ceil %x : tensor<8x24xf32>
  // CHECK: graph.floor %{{.*}} : tensor<8x24xf32>
  %4 = graph.floor %x : tensor<8x24xf32>
  // CHECK: graph.round %{{.*}} : tensor<8x24xf32>
  %5 = graph.round %x : tensor<8x24xf32>
  // CHECK: graph.sqrt %{{.*}} : tensor<8x24xf32>
  %6 = graph.sqrt %x : tensor<8x24xf32>
  // CHECK: graph.reciprocal %{{.*}} : tensor<8x24xf32>
  %7 = graph.reciprocal %x : tensor<8x24xf32>
  // CHECK: graph.exp %{{.*}} : tensor<8x24xf32>
  %8 = graph.exp %x : tensor<8x24xf32>
  // CHECK: graph.log %{{.*}} : tensor<8x24xf32>
  %9 = graph.log %x : tensor<8x24xf32>
  // CHECK: graph.sin %{{.*}} : tensor<8x24xf32>
  %10 = graph.sin %x : tensor<8x24xf32>
  // CHECK: graph.cos %{{.*}} : tensor<8x24xf32>
  %11 = graph.cos %x : tensor<8x24xf32>
  // CHECK: graph.tan %{{.*}} : tensor<8x24xf32>
  %12 = graph.tan %x : tensor<8x24xf32>
  // CHECK: graph.asin %{{.*}} : tensor<8x24xf32>
  %13 = graph.asin %x : tensor<8x24xf32>
  // CHECK: graph.acos %{{.*}} : tensor<8x24xf32>
  %14 = graph.acos %x : tensor<8x24xf32>
  // CHECK: graph.atan %{{.*}} : tensor<8x24xf32>
  %15 = graph.atan %x : tensor<8x24xf32>
  // CHECK: graph.sinh %{{.*}} : tensor<8x24xf32>
  %16 = graph.sinh %x : tensor<8x24xf32>
  // CHECK: graph.cosh %{{.*}} : tensor<8x24xf32>
  %17 = graph.cosh %x : tensor<8x24xf32>
  // CHECK: graph.tanh %{{.*}} : tensor<8x24xf32>
  %18 = graph.tanh %x : tensor<8x24xf32>
  // CHECK: graph.asinh %{{.*}} : tensor<8x24xf32>
  %19 = graph.asinh %x : tensor<8x24xf32>
  // CHECK: graph.acosh %{{.*}} : tensor<8x24xf32>
  %20 = graph.acosh %x : tensor<8x24xf32>
  // CHECK: graph.atanh %{{.*}} : tensor<8x24xf32>
  %21 = graph.atanh %x : tensor<8x24xf32>
  // CHECK: graph.erf %{{.*}} : tensor<8x24xf32>
  %22 = graph.erf %x : tensor<8x24xf32>
  // CHECK: graph.sigmoid %{{.*}} : tensor<8x24xf32>
  %23 = graph.sigmoid %x : tensor<8x24xf32>
  // CHECK: graph.silu %{{.*}} : tensor<8x24xf32>
  %24 = graph.silu %x : tensor<8x24xf32>
  // CHECK: graph.gelu %{{.*}} : tensor<8x24xf32>
  %25 = graph.gelu %x : tensor<8x24xf32>
  // CHECK: graph.neg %{{.*}} : tensor<3xui8>
  %26 = graph.neg %n : tensor<3xui8>
  // CHECK: graph.not %{{.*}} : tensor<3xui8>
  %27 = graph.not %n : tensor<3xui8>
  // CHECK: graph.not %{{.*}} : tensor<2xi1>
  %28 = graph.not %b : tensor<2xi1>
  // CHECK: graph.gelu %{{.*}} {tanh} : tensor<8x24xf32>
  %29 = graph.gelu %x {tanh} : tensor<8x24xf32>
  return
}

// CHECK-LABEL: func.func @binary
func.func @binary(%x: tensor<8x24xf32>, %r: tensor<24xf32>, %i: tensor<4x1xi64>, %j: tensor<3xi64>, %b: tensor<2xi1>) {
  // CHECK: graph.div %{{.*}} : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %0 = graph.div %x, %r : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.pow %{{.*}} : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %1 = graph.pow %x, %r : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.min %{{.*}} : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %2 = graph.min %x, %r : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.max %{{.*}} : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %3 = graph.max %x, %r : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.mod %{{.*}} : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %4 = graph.mod %x, %r : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.and %{{.*}} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  %5 = graph.and %i, %j : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  // CHECK: graph.or %{{.*}} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  %6 = graph.or %i, %j : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  // CHECK: graph.xor %{{.*}} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  %7 = graph.xor %i, %j : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  // CHECK: graph.shift_left %{{.*}} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  %8 = graph.shift_left %i, %j : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  // CHECK: graph.shift_right %{{.*}} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  %9 = graph.shift_right %i, %j : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  // CHECK: graph.less %{{.*}} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi1>
  %10 = graph.less %i, %j : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi1>
  // CHECK: graph.less_or_equal %{{.*}} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi1>
  %11 = graph.less_or_equal %i, %j : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi1>
  // CHECK: graph.equal %{{.*}} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi1>
  %12 = graph.equal %i, %j : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi1>
  // CHECK: graph.equal %{{.*}} : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  %13 = graph.equal %b, %b : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  // CHECK: graph.and %{{.*}} : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  %14 = graph.and %b, %b : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  // CHECK: graph.mod %{{.*}} {fmod} :
  %15 = graph.mod %i, %j {fmod} : (tensor<4x1xi64>, tensor<3xi64>) -> tensor<4x3xi64>
  // CHECK: graph.where %{{.*}} : (tensor<2xi1>, tensor<4x1xi64>, tensor<4x1xi64>) -> tensor<4x2xi64>
  %16 = graph.where %b, %i, %i : (tensor<2xi1>, tensor<4x1xi64>, tensor<4x1xi64>) -> tensor<4x2xi64>
  // CHECK: graph.iota : tensor<8xi64>
  %17 = graph.iota : tensor<8xi64>
  return
}

// CHECK-LABEL: func.func @reductions
func.func @reductions(%x: tensor<8x24xf32>) {
  // CHECK: graph.reduce_sum %{{.*}} axes [0, 1] : (tensor<8x24xf32>) -> tensor<f32>
  %0 = graph.reduce_sum %x axes [0, 1] : (tensor<8x24xf32>) -> tensor<f32>
  // CHECK: graph.reduce_mean %{{.*}} axes [1] {keepdims} : (tensor<8x24xf32>) -> tensor<8x1xf32>
  %1 = graph.reduce_mean %x axes [1] {keepdims} : (tensor<8x24xf32>) -> tensor<8x1xf32>
  // CHECK: graph.reduce_max %{{.*}} axes [] : (tensor<8x24xf32>) -> tensor<8x24xf32>
  %2 = graph.reduce_max %x axes [] : (tensor<8x24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.reduce_min %{{.*}} axes [0] : (tensor<8x24xf32>) -> tensor<24xf32>
  %3 = graph.reduce_min %x axes [0] : (tensor<8x24xf32>) -> tensor<24xf32>
  // CHECK: graph.reduce_prod %{{.*}} axes [1] : (tensor<8x24xf32>) -> tensor<8xf32>
  %4 = graph.reduce_prod %x axes [1] : (tensor<8x24xf32>) -> tensor<8xf32>
  // CHECK: graph.arg_max %{{.*}} axis 1 : (tensor<8x24xf32>) -> tensor<8xi64>
  %5 = graph.arg_max %x axis 1 : (tensor<8x24xf32>) -> tensor<8xi64>
  // CHECK: graph.arg_min %{{.*}} axis 0 {keepdims, last} : (tensor<8x24xf32>) -> tensor<1x24xi64>
  %6 = graph.arg_min %x axis 0 {keepdims, last} : (tensor<8x24xf32>) -> tensor<1x24xi64>
  // CHECK: graph.cum_sum %{{.*}} axis 1 {exclusive, reverse} : (tensor<8x24xf32>) -> tensor<8x24xf32>
  %7 = graph.cum_sum %x axis 1 {exclusive, reverse} : (tensor<8x24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.cum_prod %{{.*}} axis 0 : (tensor<8x24xf32>) -> tensor<8x24xf32>
  %8 = graph.cum_prod %x axis 0 : (tensor<8x24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.top_k %{{.*}} axis 1 k 3 {smallest} : (tensor<8x24xf32>) -> (tensor<8x3xf32>, tensor<8x3xi64>)
  %9:2 = graph.top_k %x axis 1 k 3 {smallest} : (tensor<8x24xf32>) -> (tensor<8x3xf32>, tensor<8x3xi64>)
  return
}

// CHECK-LABEL: func.func @moves
func.func @moves(%x: tensor<8x24xf32>, %y: tensor<8x2xf32>, %v: tensor<f32>) {
  // CHECK: graph.expand %{{.*}} : tensor<8x2xf32> -> tensor<3x8x2xf32>
  %0 = graph.expand %y : tensor<8x2xf32> -> tensor<3x8x2xf32>
  // CHECK: graph.concat %{{.*}}, %{{.*}} axis 1 : (tensor<8x24xf32>, tensor<8x2xf32>) -> tensor<8x26xf32>
  %1 = graph.concat %x, %y axis 1 : (tensor<8x24xf32>, tensor<8x2xf32>) -> tensor<8x26xf32>
  // CHECK: graph.slice %{{.*}} starts [0, 23] sizes [8, 12] steps [1, -2] : (tensor<8x24xf32>) -> tensor<8x12xf32>
  %2 = graph.slice %x starts [0, 23] sizes [8, 12] steps [1, -2] : (tensor<8x24xf32>) -> tensor<8x12xf32>
  // CHECK: graph.pad %{{.*}}, %{{.*}} reflect low [0, 1] high [0, 2] : (tensor<8x24xf32>, tensor<f32>) -> tensor<8x27xf32>
  %3 = graph.pad %x, %v reflect low [0, 1] high [0, 2] : (tensor<8x24xf32>, tensor<f32>) -> tensor<8x27xf32>
  return
}

// CHECK-LABEL: func.func @indexing
func.func @indexing(%x: tensor<8x24xf32>, %i: tensor<2x7xi64>, %e: tensor<8x2xi32>, %u: tensor<8x2xf32>, %t: tensor<5x1xi64>, %s: tensor<5x24xf32>) {
  // CHECK: graph.gather %{{.*}}, %{{.*}} axis 0 : (tensor<8x24xf32>, tensor<2x7xi64>) -> tensor<2x7x24xf32>
  %0 = graph.gather %x, %i axis 0 : (tensor<8x24xf32>, tensor<2x7xi64>) -> tensor<2x7x24xf32>
  // CHECK: graph.gather_elements %{{.*}}, %{{.*}} axis 1 : (tensor<8x24xf32>, tensor<8x2xi32>) -> tensor<8x2xf32>
  %1 = graph.gather_elements %x, %e axis 1 : (tensor<8x24xf32>, tensor<8x2xi32>) -> tensor<8x2xf32>
  // CHECK: graph.gather_nd %{{.*}}, %{{.*}} batch_dims 0 : (tensor<8x24xf32>, tensor<5x1xi64>) -> tensor<5x24xf32>
  %2 = graph.gather_nd %x, %t batch_dims 0 : (tensor<8x24xf32>, tensor<5x1xi64>) -> tensor<5x24xf32>
  // CHECK: graph.scatter_elements %{{.*}}, %{{.*}}, %{{.*}} add axis 1 : (tensor<8x24xf32>, tensor<8x2xi32>, tensor<8x2xf32>) -> tensor<8x24xf32>
  %3 = graph.scatter_elements %x, %e, %u add axis 1 : (tensor<8x24xf32>, tensor<8x2xi32>, tensor<8x2xf32>) -> tensor<8x24xf32>
  // CHECK: graph.scatter_nd %{{.*}}, %{{.*}}, %{{.*}} none : (tensor<8x24xf32>, tensor<5x1xi64>, tensor<5x24xf32>) -> tensor<8x24xf32>
  %4 = graph.scatter_nd %x, %t, %s none : (tensor<8x24xf32>, tensor<5x1xi64>, tensor<5x24xf32>) -> tensor<8x24xf32>
  return
}

// CHECK-LABEL: func.func @normalizations
func.func @normalizations(%x: tensor<8x24xf32>, %s: tensor<24xf32>) {
  // CHECK: graph.softmax %{{.*}} axis 1 : (tensor<8x24xf32>) -> tensor<8x24xf32>
  %0 = graph.softmax %x axis 1 : (tensor<8x24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.log_softmax %{{.*}} axis 0 : (tensor<8x24xf32>) -> tensor<8x24xf32>
  %1 = graph.log_softmax %x axis 0 : (tensor<8x24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.layer_normalization %{{.*}}, %{{.*}}, %{{.*}} axis 1 epsilon 1.000000e-05 : (tensor<8x24xf32>, tensor<24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %2 = graph.layer_normalization %x, %s, %s axis 1 epsilon 1.000000e-05 : (tensor<8x24xf32>, tensor<24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.layer_normalization %{{.*}}, %{{.*}} axis 0 epsilon 0.000000e+00 : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %3 = graph.layer_normalization %x, %s axis 0 epsilon 0.000000e+00 : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  // CHECK: graph.rms_normalization %{{.*}}, %{{.*}} axis 1 epsilon 1.000000e-05 : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  %4 = graph.rms_normalization %x, %s axis 1 epsilon 1.000000e-05 : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
  return
}

// CHECK-LABEL: func.func @windows
func.func @windows(%x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>) {
  // CHECK: graph.max_pool %{{.*}} kernel [2, 2] strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] {ceil} : (tensor<1x4x8x8xf32>) -> tensor<1x4x5x4xf32>
  %0 = graph.max_pool %x kernel [2, 2] strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] {ceil} : (tensor<1x4x8x8xf32>) -> tensor<1x4x5x4xf32>
  // CHECK: graph.arg_max_pool %{{.*}} kernel [3, 3] strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xi64>
  %1 = graph.arg_max_pool %x kernel [3, 3] strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xi64>
  // CHECK: graph.average_pool %{{.*}} kernel [3, 3] strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] {count_padding} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  %2 = graph.average_pool %x kernel [3, 3] strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] {count_padding} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: graph.conv %{{.*}}, %{{.*}} strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] groups 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x4x4xf32>
  %3 = graph.conv %x, %w strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] groups 2 : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x4x4xf32>
  return
}

// CHECK-LABEL: func.func @attention
func.func @attention(%q: tensor<2x4x7x4xf32>, %k: tensor<2x2x9x4xf32>, %v: tensor<2x2x9x6xf32>, %m: tensor<7x9xi1>, %s: tensor<2x2x4x6xf32>, %l: tensor<2x4x9x4xf32>, %g: tensor<2x2x9x1xf32>, %c: tensor<7x1xf32>, %one: tensor<f32>) {
  // CHECK: graph.attention %{{.*}}, %{{.*}}, %{{.*}} scale 5.000000e-01 {causal = 2 : i64, softcap = 2.000000e+00 : f64} : (tensor<2x4x7x4xf32>, tensor<2x2x9x4xf32>, tensor<2x2x9x6xf32>) -> tensor<2x4x7x6xf32>
  %0 = graph.attention %q, %k, %v scale 5.000000e-01 {causal = 2 : i64, softcap = 2.000000e+00 : f64} : (tensor<2x4x7x4xf32>, tensor<2x2x9x4xf32>, tensor<2x2x9x6xf32>) -> tensor<2x4x7x6xf32>
  // CHECK: graph.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} scale 1.000000e+00 : (tensor<2x4x7x4xf32>, tensor<2x2x9x4xf32>, tensor<2x2x9x6xf32>, tensor<7x9xi1>) -> tensor<2x4x7x6xf32>
  %1 = graph.attention %q, %k, %v mask %m scale 1.000000e+00 : (tensor<2x4x7x4xf32>, tensor<2x2x9x4xf32>, tensor<2x2x9x6xf32>, tensor<7x9xi1>) -> tensor<2x4x7x6xf32>
  // CHECK: graph.rotary_embedding %{{.*}}, %{{.*}}, %{{.*}} {interleaved} : (tensor<2x4x7x4xf32>, tensor<7x1xf32>, tensor<7x1xf32>) -> tensor<2x4x7x4xf32>
  %2 = graph.rotary_embedding %q, %c, %c {interleaved} : (tensor<2x4x7x4xf32>, tensor<7x1xf32>, tensor<7x1xf32>) -> tensor<2x4x7x4xf32>
  // CHECK: graph.linear_attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} scale 5.000000e-01 {delta} : (tensor<2x4x9x4xf32>, tensor<2x2x9x4xf32>, tensor<2x2x9x6xf32>, tensor<2x2x4x6xf32>, tensor<2x2x9x1xf32>, tensor<f32>) -> (tensor<2x4x9x6xf32>, tensor<2x2x4x6xf32>)
  %3:2 = graph.linear_attention %l, %k, %v, %s, %g, %one scale 5.000000e-01 {delta} : (tensor<2x4x9x4xf32>, tensor<2x2x9x4xf32>, tensor<2x2x9x6xf32>, tensor<2x2x4x6xf32>, tensor<2x2x9x1xf32>, tensor<f32>) -> (tensor<2x4x9x6xf32>, tensor<2x2x4x6xf32>)
  return
}
