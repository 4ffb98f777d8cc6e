// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-place-kernels -split-input-file -verify-diagnostics
// What makes a kernel's form wrong is tested in test/Kernels/kernels-errors.mlir.

#t = #wafer.layout<rows [d0] block, columns [d1] block>

pe.host @x : tensor<8x16xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op has no dataflow: partition the graph first}}
  %y = wafer.kernel @relu(%x) : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

pe.host @x : tensor<8x16xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op has no results, so nothing of it can be placed}}
  wafer.kernel @relu(%x) dataflow(#wafer.map) : (tensor<8x16xf32>) -> () {
  ^bb0(%a: tensor<8x16xf32>):
  }
}

// -----

// Weights that a person wants resident on a place of his own do not become streamed. At one token a row at a time, a PE of the one
// column holds 16 * 4096 * 4 = 262,144 B of weights, 16 * 4 = 64 B of X, two blocks of one sum (8 B), and 4096 * 4 = 16,384 B of
// Y: 278,600 B.
#t = #wafer.layout<rows [d0] block, columns [d1] block>

pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x4096xf32> input
// expected-note@+1 {{with the widest rectangles, the smallest blocks}}
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x4096xf32>
  // expected-error@+1 {{'wafer.kernel' op does not fit: a PE needs 278600 bytes and "mesh<4x4>" has 43008, short by 235592 bytes}}
  %y = wafer.kernel @fc(%x, %w) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>)
      at <0:1, 0:2> to <0:1, 0:2> : (tensor<8x16xf32>, tensor<16x4096xf32>) -> tensor<8x4096xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x4096xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x4096xf32>) -> tensor<8x4096xf32>
    wafer.yield %r : tensor<8x4096xf32>
  }
}

// -----

// With two launches, written by hand, no others are tried: 6400 tokens in 2 launches on 1 row are 3200, each of 16 * 4 B.
#t = #wafer.layout<rows [d0] block, columns [d1] block>

pe.host @x : tensor<6400x16xf32> input
// expected-note@+1 {{with the widest rectangles, the smallest blocks}}
wafer.program @p machine(#mesh4x4) launches(2) {
  %x = wafer.input @x : tensor<6400x16xf32>
  // expected-error@+1 {{'wafer.kernel' op does not fit}}
  %y = wafer.kernel @relu(%x) dataflow(#wafer.map) at <0:1, 0:1> to <0:1, 0:1>
      : (tensor<6400x16xf32>) -> tensor<6400x16xf32, #t> {
  ^bb0(%a: tensor<6400x16xf32>):
    %r = graph.relu %a : tensor<6400x16xf32>
    wafer.yield %r : tensor<6400x16xf32>
  }
}
