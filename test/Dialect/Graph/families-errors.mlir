// RUN: wafer-opt %s -split-input-file -verify-diagnostics

func.func @where_c1(%c: tensor<2xi1>, %x: tensor<2xf32>, %y: tensor<2xf16>) {
  // expected-error@+2 {{operands must have the same element type, found 'f32' and 'f16'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.where %c, %x, %y : (tensor<2xi1>, tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  return
}

// -----

func.func @where_c2(%c: tensor<3xi1>, %x: tensor<2xf32>) {
  // expected-error@+2 {{shapes do not broadcast: 'tensor<2xf32>' and 'tensor<3xi1>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.where %c, %x, %x : (tensor<3xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @iota_c1() {
  // expected-error@+1 {{result must have rank 1}}
  %0 = graph.iota : tensor<2x2xi64>
  return
}

// -----

func.func @reduce_c1(%x: tensor<2x3xf32>) {
  // expected-error@+2 {{axis 2 is not a dimension of 'tensor<2x3xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.reduce_sum %x axes [2] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reduce_c1_order(%x: tensor<2x3xf32>) {
  // expected-error@+2 {{axes must be in rising order}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.reduce_sum %x axes [1, 0] : (tensor<2x3xf32>) -> tensor<f32>
  return
}

// -----

func.func @arg_c1(%x: tensor<2x0xf32>) {
  // expected-error@+2 {{axis 1 of 'tensor<2x0xf32>' is empty}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.arg_max %x axis 1 : (tensor<2x0xf32>) -> tensor<2xi64>
  return
}

// -----

func.func @scan_c1(%x: tensor<2xf32>) {
  // expected-error@+2 {{axis 1 is not a dimension of 'tensor<2xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.cum_sum %x axis 1 : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @top_k_c2(%x: tensor<2xf32>) {
  // expected-error@+2 {{k is 3, axis 0 of 'tensor<2xf32>' allows 0 to 2}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:2 = graph.top_k %x axis 0 k 3 : (tensor<2xf32>) -> (tensor<3xf32>, tensor<3xi64>)
  return
}

// -----

func.func @expand_c1(%x: tensor<2xf32>) {
  // expected-error@+1 {{operand and result must have the same element type, found 'f32' and 'f16'}}
  %0 = graph.expand %x : tensor<2xf32> -> tensor<2xf16>
  return
}

// -----

func.func @expand_c2(%x: tensor<2xf32>) {
  // expected-error@+1 {{'tensor<2xf32>' does not broadcast to 'tensor<2x3xf32>'}}
  %0 = graph.expand %x : tensor<2xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_c1(%x: tensor<2xf32>, %y: tensor<2xi8>) {
  // expected-error@+2 {{operands must have the same element type}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %y axis 0 : (tensor<2xf32>, tensor<2xi8>) -> tensor<4xf32>
  return
}

// -----

func.func @concat_c2(%x: tensor<2xf32>) {
  // expected-error@+2 {{axis 1 is not a dimension}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %x axis 1 : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @concat_c3(%x: tensor<2x2xf32>, %y: tensor<2x3xf32>) {
  // expected-error@+2 {{differ in more than dimension 0}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.concat %x, %y axis 0 : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @slice_c1(%x: tensor<2x2xf32>) {
  // expected-error@+2 {{starts, sizes and steps need an entry for each dimension}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.slice %x starts [0] sizes [1] steps [1] : (tensor<2x2xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @slice_c2(%x: tensor<2xf32>) {
  // expected-error@+2 {{dimension 0 has step 0 and size 1}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.slice %x starts [0] sizes [1] steps [0] : (tensor<2xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @slice_c3(%x: tensor<8xf32>) {
  // expected-error@+2 {{dimension 0 of 'tensor<8xf32>' has no 5 elements from 1 on in steps of 2}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.slice %x starts [1] sizes [5] steps [2] : (tensor<8xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @pad_c1(%x: tensor<2xf32>, %v: tensor<f32>) {
  // expected-error@+2 {{padding must not be negative}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.pad %x, %v edge low [-1] high [0] : (tensor<2xf32>, tensor<f32>) -> tensor<1xf32>
  return
}

// -----

func.func @pad_c2(%x: tensor<2xf32>, %v: tensor<1xf32>) {
  // expected-error@+2 {{the value must be a scalar}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.pad %x, %v edge low [1] high [0] : (tensor<2xf32>, tensor<1xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @pad_c3(%x: tensor<0xf32>, %v: tensor<f32>) {
  // expected-error@+2 {{has no element to repeat}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.pad %x, %v edge low [1] high [0] : (tensor<0xf32>, tensor<f32>) -> tensor<1xf32>
  return
}

// -----

func.func @gather_c1(%x: tensor<2xf32>, %i: tensor<i64>) {
  // expected-error@+2 {{axis 1 is not a dimension}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.gather %x, %i axis 1 : (tensor<2xf32>, tensor<i64>) -> tensor<2xf32>
  return
}

// -----

func.func @gather_elements_c2(%x: tensor<2x2xf32>, %i: tensor<3x1xi64>) {
  // expected-error@+2 {{do not fit in 'tensor<2x2xf32>' outside dimension 1}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.gather_elements %x, %i axis 1 : (tensor<2x2xf32>, tensor<3x1xi64>) -> tensor<3x1xf32>
  return
}

// -----

func.func @gather_nd_c1(%x: tensor<2x2xf32>, %i: tensor<3x1xi64>) {
  // expected-error@+2 {{do not share 1 leading dimensions}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.gather_nd %x, %i batch_dims 1 : (tensor<2x2xf32>, tensor<3x1xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_nd_c2(%x: tensor<2x2xf32>, %i: tensor<3x3xi64>) {
  // expected-error@+2 {{tuples of 3 indices are too long}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.gather_nd %x, %i batch_dims 0 : (tensor<2x2xf32>, tensor<3x3xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @scatter_elements_c3(%x: tensor<2xf32>, %i: tensor<1xi64>) {
  // expected-error@+2 {{updates must be 'tensor<1xf32>', found 'tensor<2xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.scatter_elements %x, %i, %x none axis 0 : (tensor<2xf32>, tensor<1xi64>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @scatter_nd_c3(%x: tensor<2x3xf32>, %i: tensor<1x1xi64>) {
  // expected-error@+2 {{updates must be 'tensor<1x3xf32>', found 'tensor<2x3xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.scatter_nd %x, %i, %x none : (tensor<2x3xf32>, tensor<1x1xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @normalization_c2(%x: tensor<2x3xf32>, %s: tensor<2xf32>) {
  // expected-error@+2 {{'tensor<2xf32>' does not broadcast to 'tensor<2x3xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.rms_normalization %x, %s axis 1 epsilon 0.0 : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @normalization_c3(%x: tensor<2x3xf32>, %s: tensor<3xf16>) {
  // expected-error@+2 {{operands must have the same element type}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.layer_normalization %x, %s axis 1 epsilon 0.0 : (tensor<2x3xf32>, tensor<3xf16>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pool_c1(%x: tensor<1x1x4x4xf32>) {
  // expected-error@+2 {{needs entries for its spatial dimensions}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.max_pool %x kernel [2] strides [1] low [0] high [0] dilations [1] : (tensor<1x1x4x4xf32>) -> tensor<1x1x3x3xf32>
  return
}

// -----

func.func @pool_c2(%x: tensor<1x1x4xf32>) {
  // expected-error@+2 {{spatial dimension 0 of size 4 has kernel 2, stride 0}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.max_pool %x kernel [2] strides [0] low [0] high [0] dilations [1] : (tensor<1x1x4xf32>) -> tensor<1x1x3xf32>
  return
}

// -----

func.func @pool_c3(%x: tensor<1x1x4xf32>) {
  // expected-error@+2 {{has no room for a window of 6}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.average_pool %x kernel [6] strides [1] low [0] high [1] dilations [1] : (tensor<1x1x4xf32>) -> tensor<1x1x3xf32>
  return
}

// -----

func.func @conv_c3(%x: tensor<1x3x4xf32>, %w: tensor<4x2x1xf32>) {
  // expected-error@+2 {{2 groups do not divide 'tensor<1x3x4xf32>' and filters 'tensor<4x2x1xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.conv %x, %w strides [1] low [0] high [0] dilations [1] groups 2 : (tensor<1x3x4xf32>, tensor<4x2x1xf32>) -> tensor<1x4x4xf32>
  return
}

// -----

func.func @attention_c1(%x: tensor<2x3x4xf32>) {
  // expected-error@+2 {{query, key and value must have rank 4}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.attention %x, %x, %x scale 1.0 : (tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @attention_c2(%q: tensor<1x3x4x2xf32>, %k: tensor<1x2x4x2xf32>) {
  // expected-error@+2 {{do not belong together}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %k, %k scale 1.0 : (tensor<1x3x4x2xf32>, tensor<1x2x4x2xf32>, tensor<1x2x4x2xf32>) -> tensor<1x3x4x2xf32>
  return
}

// -----

func.func @attention_c3(%q: tensor<1x1x4x2xf32>, %m: tensor<4x3xi1>) {
  // expected-error@+2 {{does not broadcast to 'tensor<1x1x4x4xi1>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.attention %q, %q, %q mask %m scale 1.0 : (tensor<1x1x4x2xf32>, tensor<1x1x4x2xf32>, tensor<1x1x4x2xf32>, tensor<4x3xi1>) -> tensor<1x1x4x2xf32>
  return
}

// -----

func.func @rotary_c1(%x: tensor<2x4xf32>, %c: tensor<2xf32>, %s: tensor<1xf32>) {
  // expected-error@+2 {{cos and sin must have the same type}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.rotary_embedding %x, %c, %s : (tensor<2x4xf32>, tensor<2xf32>, tensor<1xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @rotary_c2(%x: tensor<2x4xf32>, %c: tensor<3xf32>) {
  // expected-error@+2 {{angles 'tensor<3xf32>' are too many for 'tensor<2x4xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = graph.rotary_embedding %x, %c, %c : (tensor<2x4xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @linear_attention_c2(%x: tensor<1x1x2x2xf32>, %o: tensor<f32>) {
  // expected-error@+2 {{the state must be 'tensor<1x1x2x2xf32>', found 'tensor<f32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:2 = graph.linear_attention %x, %x, %x, %o, %o, %o scale 1.0 : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>)
  return
}
