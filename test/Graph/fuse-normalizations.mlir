// RUN: wafer-opt %s -graph-fuse-normalizations | FileCheck %s
// RUN: wafer-opt %s -graph-fuse-normalizations -o %t && wafer-opt %t -graph-fuse-normalizations | diff %t -
// RUN: %python %S/Inputs/agree.py %s graph-fuse-normalizations | FileCheck %s --check-prefix=AGREE
// AGREE: agree: 19 functions, 19 changed

// As PyTorch's exporter decomposes it.
// CHECK-LABEL: func.func @layer_norm
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @layer_norm(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %two = graph.constant dense<2.0> : tensor<f32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.pow %d, %two : (tensor<2x4x6xf32>, tensor<f32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %n = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %ng = graph.mul %n, %g : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  %y = graph.add %ng, %b : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Without keepdims; scale first; sums the other way round.
// CHECK-LABEL: func.func @reordered
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @reordered(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<1x1x1xf32>
  %m = graph.reduce_mean %x axes [2] : (tensor<2x4x6xf32>) -> tensor<2x4xf32>
  %mk = graph.reshape %m : tensor<2x4xf32> -> tensor<2x4x1xf32>
  %nm = graph.neg %mk : tensor<2x4x1xf32>
  %d = graph.add %nm, %x : (tensor<2x4x1xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] : (tensor<2x4x6xf32>) -> tensor<2x4xf32>
  %vk = graph.reshape %v : tensor<2x4xf32> -> tensor<2x4x1xf32>
  %ve = graph.add %eps, %vk : (tensor<1x1x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %i = graph.reciprocal %r : tensor<2x4x1xf32>
  %ig = graph.mul %i, %g : (tensor<2x4x1xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  %n = graph.mul %ig, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %y = graph.add %b, %n : (tensor<6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Means as sums; the root as a power.
// CHECK-LABEL: func.func @by_sums
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @by_sums(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %n6 = graph.constant dense<6.0> : tensor<f32>
  %r6 = graph.constant dense<0.166666672> : tensor<f32>
  %h = graph.constant dense<-0.5> : tensor<f32>
  %s = graph.reduce_sum %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %m = graph.div %s, %n6 : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %t = graph.reduce_sum %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %v = graph.mul %r6, %t : (tensor<f32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.pow %ve, %h : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %n = graph.mul %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %ng = graph.mul %g, %n : (tensor<6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %y = graph.add %ng, %b : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// The variance as mean(x²) - mean(x)².
// CHECK-LABEL: func.func @mean_of_squares
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @mean_of_squares(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %mq = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %mm = graph.mul %m, %m : (tensor<2x4x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %v = graph.sub %mq, %mm : (tensor<2x4x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %n = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %ng = graph.mul %n, %g : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  %y = graph.add %ng, %b : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// x·(r·g) + (b - mean·r·g), as batch normalisation is written.
// CHECK-LABEL: func.func @folded_into_factors
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @folded_into_factors(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %mq = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %mm = graph.mul %m, %m : (tensor<2x4x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %v = graph.sub %mq, %mm : (tensor<2x4x1xf32>, tensor<2x4x1xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %i = graph.reciprocal %r : tensor<2x4x1xf32>
  %ig = graph.mul %i, %g : (tensor<2x4x1xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  %mig = graph.mul %m, %ig : (tensor<2x4x1xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %c = graph.sub %b, %mig : (tensor<6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %xig = graph.mul %x, %ig : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %y = graph.add %xig, %c : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// The variance in f64, the mean in f32, as torch-mlir lowers it.
// CHECK-LABEL: func.func @wide_variance
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @wide_variance(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %n6 = graph.constant dense<6.0> : tensor<f64>
  %n6f = graph.constant dense<6.0> : tensor<f32>
  %w = graph.cast %x : tensor<2x4x6xf32> -> tensor<2x4x6xf64>
  %s = graph.reduce_sum %w axes [2] {keepdims} : (tensor<2x4x6xf64>) -> tensor<2x4x1xf64>
  %m = graph.div %s, %n6 : (tensor<2x4x1xf64>, tensor<f64>) -> tensor<2x4x1xf64>
  %d = graph.sub %w, %m : (tensor<2x4x6xf64>, tensor<2x4x1xf64>) -> tensor<2x4x6xf64>
  %q = graph.mul %d, %d : (tensor<2x4x6xf64>, tensor<2x4x6xf64>) -> tensor<2x4x6xf64>
  %u = graph.reduce_sum %q axes [2] {keepdims} : (tensor<2x4x6xf64>) -> tensor<2x4x1xf64>
  %v = graph.div %u, %n6 : (tensor<2x4x1xf64>, tensor<f64>) -> tensor<2x4x1xf64>
  %vn = graph.cast %v : tensor<2x4x1xf64> -> tensor<2x4x1xf32>
  %ve = graph.add %vn, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %i = graph.reciprocal %r : tensor<2x4x1xf32>
  %sf = graph.reduce_sum %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %mf = graph.div %sf, %n6f : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %df = graph.sub %x, %mf : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %n = graph.mul %df, %i : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %ng = graph.mul %n, %g : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  %y = graph.add %ng, %b : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Computed in f32 between casts.
// CHECK-LABEL: func.func @f16
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 1 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @f16(%x: tensor<4x6xf16>, %g: tensor<6xf16>, %b: tensor<6xf16>) -> tensor<4x6xf16> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %w = graph.cast %x : tensor<4x6xf16> -> tensor<4x6xf32>
  %m = graph.reduce_mean %w axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %d = graph.sub %w, %m : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %q = graph.mul %d, %d : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %v = graph.reduce_mean %q axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %ve = graph.add %v, %eps : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %r = graph.sqrt %ve : tensor<4x1xf32>
  %n = graph.div %d, %r : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %nh = graph.cast %n : tensor<4x6xf32> -> tensor<4x6xf16>
  %ng = graph.mul %nh, %g : (tensor<4x6xf16>, tensor<6xf16>) -> tensor<4x6xf16>
  %y = graph.add %ng, %b : (tensor<4x6xf16>, tensor<6xf16>) -> tensor<4x6xf16>
  return %y : tensor<4x6xf16>
}

// CHECK-LABEL: func.func @no_scale
// CHECK-NEXT: %[[ONE:.*]] = graph.constant dense<1.0
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %[[ONE]] axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @no_scale(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @no_bias
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @no_bias(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %n = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %y = graph.mul %g, %n : (tensor<6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Over the last two dimensions; a bias that repeats.
// CHECK-LABEL: func.func @two_dimensions
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 1 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @two_dimensions(%x: tensor<2x4x6xf32>, %g: tensor<4x6xf32>, %b: tensor<4x1xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %m = graph.reduce_mean %x axes [1, 2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x1x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x1x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [1, 2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x1x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x1x1xf32>, tensor<f32>) -> tensor<2x1x1xf32>
  %r = graph.sqrt %ve : tensor<2x1x1xf32>
  %n = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x1x1xf32>) -> tensor<2x4x6xf32>
  %ng = graph.mul %n, %g : (tensor<2x4x6xf32>, tensor<4x6xf32>) -> tensor<2x4x6xf32>
  %y = graph.add %ng, %b : (tensor<2x4x6xf32>, tensor<4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// 5 degrees of freedom: var/5·6 + ε = 6/5·(var/6 + 5/6·ε); √(5/6) = 0.91287.
// CHECK-LABEL: func.func @unbiased
// CHECK-NEXT: %[[S:.*]] = graph.constant dense<0.91287
// CHECK-NEXT: graph.layer_normalization %arg0, %[[S]] axis 2 epsilon 8.333
// CHECK-NEXT: return
func.func @unbiased(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %n6 = graph.constant dense<6.0> : tensor<f32>
  %n5 = graph.constant dense<5.0> : tensor<f32>
  %s = graph.reduce_sum %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %m = graph.div %s, %n6 : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %u = graph.reduce_sum %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %v = graph.div %u, %n5 : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %y = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Neither is part of it.
// CHECK-LABEL: func.func @residual_before_and_after
// CHECK-NEXT: %[[X:.*]] = graph.add %arg0, %arg1
// CHECK-NEXT: %[[Y:.*]] = graph.layer_normalization %[[X]], %arg2, %arg3 axis 1
// CHECK-NEXT: graph.add %[[Y]], %[[X]]
// CHECK-NEXT: return
func.func @residual_before_and_after(%a: tensor<4x6xf32>, %c: tensor<4x6xf32>, %g: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %x = graph.add %a, %c : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %m = graph.reduce_mean %x axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %d = graph.sub %x, %m : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %q = graph.mul %d, %d : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %v = graph.reduce_mean %q axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %ve = graph.add %v, %eps : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %r = graph.sqrt %ve : tensor<4x1xf32>
  %n = graph.div %d, %r : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %ng = graph.mul %n, %g : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %y = graph.add %ng, %b : (tensor<4x6xf32>, tensor<6xf32>) -> tensor<4x6xf32>
  %z = graph.add %y, %x : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  return %z : tensor<4x6xf32>
}

// One mean and variance, two normalisations.
// CHECK-LABEL: func.func @two_scales
// CHECK-DAG: %[[Y:.*]] = graph.layer_normalization %arg0, %arg1, %arg2 axis 2
// CHECK-DAG: %[[Z:.*]] = graph.layer_normalization %arg0, %arg3, %arg1 axis 2
// CHECK: return %[[Y]], %[[Z]]
func.func @two_scales(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>, %b: tensor<6xf32>, %h: tensor<6xf32>) -> (tensor<2x4x6xf32>, tensor<2x4x6xf32>) {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %m = graph.reduce_mean %x axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %d = graph.sub %x, %m : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %q = graph.mul %d, %d : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %n = graph.div %d, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %ng = graph.mul %n, %g : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  %y = graph.add %ng, %b : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  %nh = graph.mul %n, %h : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  %z = graph.add %nh, %g : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %y, %z : tensor<2x4x6xf32>, tensor<2x4x6xf32>
}

// CHECK-LABEL: func.func @rms_norm
// CHECK-NEXT: %[[Y:.*]] = graph.rms_normalization %arg0, %arg1 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @rms_norm(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %two = graph.constant dense<2.0> : tensor<f32>
  %q = graph.pow %x, %two : (tensor<2x4x6xf32>, tensor<f32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %i = graph.reciprocal %r : tensor<2x4x1xf32>
  %n = graph.mul %x, %i : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %y = graph.mul %g, %n : (tensor<6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// As PyTorch exports Llama's in f16.
// CHECK-LABEL: func.func @rms_norm_f16
// CHECK-NEXT: %[[Y:.*]] = graph.rms_normalization %arg0, %arg1 axis 1 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @rms_norm_f16(%x: tensor<4x6xf16>, %g: tensor<6xf16>) -> tensor<4x6xf16> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %w = graph.cast %x : tensor<4x6xf16> -> tensor<4x6xf32>
  %q = graph.mul %w, %w : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>
  %v = graph.reduce_mean %q axes [1] {keepdims} : (tensor<4x6xf32>) -> tensor<4x1xf32>
  %ve = graph.add %v, %eps : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
  %r = graph.sqrt %ve : tensor<4x1xf32>
  %n = graph.div %w, %r : (tensor<4x6xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  %nh = graph.cast %n : tensor<4x6xf32> -> tensor<4x6xf16>
  %y = graph.mul %g, %nh : (tensor<6xf16>, tensor<4x6xf16>) -> tensor<4x6xf16>
  return %y : tensor<4x6xf16>
}

// CHECK-LABEL: func.func @rms_norm_by_sum
// CHECK-NEXT: %[[Y:.*]] = graph.rms_normalization %arg0, %arg1 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @rms_norm_by_sum(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %r6 = graph.constant dense<0.166666672> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %s = graph.reduce_sum %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %v = graph.mul %s, %r6 : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %i = graph.reciprocal %r : tensor<2x4x1xf32>
  %n = graph.mul %x, %i : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %y = graph.mul %n, %g : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// √6·x/√(Σx² + 6·ε).
// CHECK-LABEL: func.func @rms_norm_of_sum
// CHECK-NEXT: %[[Y:.*]] = graph.rms_normalization %arg0, %arg1 axis 2 epsilon {{9.99999|1.00000}}
// CHECK-NEXT: return %[[Y]]
func.func @rms_norm_of_sum(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<6.0e-5> : tensor<f32>
  %n = graph.constant dense<2.44948983> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %s = graph.reduce_sum %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %se = graph.add %s, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %se : tensor<2x4x1xf32>
  %d = graph.div %x, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %dn = graph.mul %d, %n : (tensor<2x4x6xf32>, tensor<f32>) -> tensor<2x4x6xf32>
  %y = graph.mul %dn, %g : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// x/√Σx² = x/√(6·mean(x²)); 1/√6 = 0.408248.
// CHECK-LABEL: func.func @l2_norm
// CHECK-NEXT: %[[S:.*]] = graph.constant dense<0.408248
// CHECK-NEXT: graph.rms_normalization %arg0, %[[S]] axis 2 epsilon 0.000000e+00
// CHECK-NEXT: return
func.func @l2_norm(%x: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %s = graph.reduce_sum %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %s : tensor<2x4x1xf32>
  %y = graph.div %x, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}

// Gemma's 1 + g is a scale as any other.
// CHECK-LABEL: func.func @shifted_scale
// CHECK: %[[G:.*]] = graph.add %arg1
// CHECK-NEXT: graph.rms_normalization %arg0, %[[G]] axis 2
// CHECK-NEXT: return
func.func @shifted_scale(%x: tensor<2x4x6xf32>, %g: tensor<6xf32>) -> tensor<2x4x6xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %q = graph.mul %x, %x : (tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %v = graph.reduce_mean %q axes [2] {keepdims} : (tensor<2x4x6xf32>) -> tensor<2x4x1xf32>
  %ve = graph.add %v, %eps : (tensor<2x4x1xf32>, tensor<f32>) -> tensor<2x4x1xf32>
  %r = graph.sqrt %ve : tensor<2x4x1xf32>
  %n = graph.div %x, %r : (tensor<2x4x6xf32>, tensor<2x4x1xf32>) -> tensor<2x4x6xf32>
  %g1 = graph.add %g, %one : (tensor<6xf32>, tensor<f32>) -> tensor<6xf32>
  %y = graph.mul %n, %g1 : (tensor<2x4x6xf32>, tensor<6xf32>) -> tensor<2x4x6xf32>
  return %y : tensor<2x4x6xf32>
}
