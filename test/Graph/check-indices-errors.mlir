// RUN: wafer-opt %s -graph-check-indices -split-input-file -verify-diagnostics

// Positions of a sequence that is too long, however they are computed.
func.func @positions(%table: tensor<64x4xf32>) -> tensor<1x300x4xf32> {
  %i = graph.iota : tensor<300xi64>
  %one = graph.constant dense<1> : tensor<i64>
  %p = graph.add %i, %one : (tensor<300xi64>, tensor<i64>) -> tensor<300xi64>
  %r = graph.reshape %p : tensor<300xi64> -> tensor<1x300xi64>
  // expected-error@+1 {{'graph.gather' requires indices from -64 to 63 into 'tensor<64x4xf32>', found 64 at [0, 63]}}
  %0 = graph.gather %table, %r axis 0 : (tensor<64x4xf32>, tensor<1x300xi64>) -> tensor<1x300x4xf32>
  return %0 : tensor<1x300x4xf32>
}

// -----

func.func @elements(%x: tensor<3x4xf32>) -> tensor<1x2xf32> {
  %i = graph.constant dense<[[3, -5]]> : tensor<1x2xi32>
  // expected-error@+1 {{'graph.gather_elements' requires indices from -4 to 3 into 'tensor<3x4xf32>', found -5 at [0, 1]}}
  %0 = graph.gather_elements %x, %i axis 1 : (tensor<3x4xf32>, tensor<1x2xi32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// The second of a tuple is of the second dimension behind the batch.
func.func @tuples(%x: tensor<2x3x4xf32>) -> tensor<2x1xf32> {
  %i = graph.constant dense<[[[2, 3]], [[1, 4]]]> : tensor<2x1x2xi64>
  // expected-error@+1 {{'graph.gather_nd' requires indices from -4 to 3 into 'tensor<2x3x4xf32>', found 4 at [1, 0, 1]}}
  %0 = graph.gather_nd %x, %i batch_dims 1 : (tensor<2x3x4xf32>, tensor<2x1x2xi64>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// -----

func.func @scattered(%x: tensor<8x24xf32>, %u: tensor<1x24xf32>) -> tensor<8x24xf32> {
  %i = graph.constant dense<8> : tensor<1x1xi64>
  // expected-error@+1 {{'graph.scatter_nd' requires indices from -8 to 7 into 'tensor<8x24xf32>', found 8 at [0, 0]}}
  %0 = graph.scatter_nd %x, %i, %u none : (tensor<8x24xf32>, tensor<1x1xi64>, tensor<1x24xf32>) -> tensor<8x24xf32>
  return %0 : tensor<8x24xf32>
}

// -----

func.func @scattered_elements(%x: tensor<8x24xf32>, %u: tensor<1x1xf32>) -> tensor<8x24xf32> {
  %i = graph.constant dense<24> : tensor<1x1xi64>
  // expected-error@+1 {{'graph.scatter_elements' requires indices from -24 to 23 into 'tensor<8x24xf32>', found 24 at [0, 0]}}
  %0 = graph.scatter_elements %x, %i, %u add axis 1 : (tensor<8x24xf32>, tensor<1x1xi64>, tensor<1x1xf32>) -> tensor<8x24xf32>
  return %0 : tensor<8x24xf32>
}
