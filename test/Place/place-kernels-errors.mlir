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
  // expected-note@+2 {{the largest buffers of that PE: weights of @fc 262144 bytes, result of @fc 16384 bytes, input of @fc 64 bytes, two blocks of sums of @fc 8 bytes}}
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
  // expected-note@+2 {{the largest buffers of that PE: operands of elementwise ops of @relu 204800 bytes}}
  // expected-error@+1 {{'wafer.kernel' op does not fit}}
  %y = wafer.kernel @relu(%x) dataflow(#wafer.map) at <0:1, 0:1> to <0:1, 0:1>
      : (tensor<6400x16xf32>) -> tensor<6400x16xf32, #t> {
  ^bb0(%a: tensor<6400x16xf32>):
    %r = graph.relu %a : tensor<6400x16xf32>
    wafer.yield %r : tensor<6400x16xf32>
  }
}

// -----

// Of two attentions on the same 4 rows, 4 segments by hand divide the 4 rows of the first one's sequence, but not the 2 rows of each of
// the second one's.
#t3 = #wafer.layout<rows [d0, d1] block, columns [d2] block>
#t4 = #wafer.layout<rows [d0, d1, d2] block, columns [d3] block>

pe.host @q : tensor<1x4x4xf32> input
pe.host @r : tensor<2x2x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %q = wafer.input @q : tensor<1x4x4xf32>
  %r = wafer.input @r : tensor<2x2x4xf32>
  %qm = wafer.kernel @q(%q) dataflow(#wafer.map) : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32, #t3> {
  ^bb0(%x: tensor<1x4x4xf32>):
    %y = graph.relu %x : tensor<1x4x4xf32>
    wafer.yield %y : tensor<1x4x4xf32>
  }
  %a = wafer.kernel @a(%qm) dataflow(#wafer.attention<segments = 4, blocks = 0>) : (tensor<1x4x4xf32, #t3>) -> tensor<1x1x4x4xf32, #t4> {
  ^bb0(%x: tensor<1x4x4xf32>):
    %x4 = graph.reshape %x : tensor<1x4x4xf32> -> tensor<1x1x4x4xf32>
    %y = graph.attention %x4, %x4, %x4 scale 0.5 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
    wafer.yield %y : tensor<1x1x4x4xf32>
  }
  %rm = wafer.kernel @r(%r) dataflow(#wafer.map) : (tensor<2x2x4xf32>) -> tensor<2x2x4xf32, #t3> {
  ^bb0(%x: tensor<2x2x4xf32>):
    %y = graph.relu %x : tensor<2x2x4xf32>
    wafer.yield %y : tensor<2x2x4xf32>
  }
  %b = wafer.kernel @b(%rm) dataflow(#wafer.attention<segments = 4, blocks = 0>) : (tensor<2x2x4xf32, #t3>) -> tensor<2x1x2x4xf32, #t4> {
  ^bb0(%x: tensor<2x2x4xf32>):
    %x4 = graph.reshape %x : tensor<2x2x4xf32> -> tensor<2x1x2x4xf32>
    // expected-error@+1 {{'graph.attention' op cannot be dealt to columns and rows of "mesh<4x4>": 4 segments do not divide the 2 rows of a sequence}}
    %y = graph.attention %x4, %x4, %x4 scale 0.5 : (tensor<2x1x2x4xf32>, tensor<2x1x2x4xf32>, tensor<2x1x2x4xf32>) -> tensor<2x1x2x4xf32>
    wafer.yield %y : tensor<2x1x2x4xf32>
  }
}
