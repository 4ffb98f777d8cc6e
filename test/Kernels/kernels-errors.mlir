// What the kernel library rejects, when kernels are placed and when they are expanded.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-place-kernels -split-input-file -verify-diagnostics
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | sed 's/) :/) at <0:2, 0:4> to <0:2, 0:4> :/' > %t.placed
// RUN: wafer-opt --wafer-expand-kernels -split-input-file -verify-diagnostics %t.placed

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x16xf32> input
wafer.program @form machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  // expected-error@+1 {{'wafer.kernel' op offers form = forward, found #wafer.product<form = weight_gradient, reduce = ring}}
  %y = wafer.kernel @fc(%x, %w) dataflow(#wafer.product<form = weight_gradient, reduce = ring, weights = resident>) : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x16xf32> input
wafer.program @gradient machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  // expected-error@+1 {{'wafer.kernel' op offers form = forward, found #wafer.product<form = input_gradient, reduce = chain}}
  %y = wafer.kernel @fc(%x, %w) dataflow(#wafer.product<form = input_gradient, reduce = chain, weights = resident>) : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @no_matmul machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op requires a graph.matmul in its body, as #wafer.product says}}
  %y = wafer.kernel @fc(%x) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<16x8xf32> input
pe.host @w : tensor<16x16xf32> input
wafer.program @transposed machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<16x8xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<16x8xf32>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<16x8xf32>, %b: tensor<16x16xf32>):
    // expected-error@+1 {{'graph.matmul' op cannot be a product on the mesh: its left operand is transposed}}
    %r = graph.matmul %a, %b {transpose_a} : (tensor<16x8xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0, d1] block, columns [d2] block>
pe.host @x : tensor<2x8x16xf32> input
pe.host @w : tensor<2x16x16xf32> input
wafer.program @batched machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<2x8x16xf32>
  %w = wafer.input @w : tensor<2x16x16xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<2x8x16xf32>, tensor<2x16x16xf32>) -> tensor<2x8x16xf32, #t> {
  ^bb0(%a: tensor<2x8x16xf32>, %b: tensor<2x16x16xf32>):
    // expected-error@+1 {{'graph.matmul' op cannot be a product on the mesh: its right operand is batched}}
    %r = graph.matmul %a, %b : (tensor<2x8x16xf32>, tensor<2x16x16xf32>) -> tensor<2x8x16xf32>
    wafer.yield %r : tensor<2x8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf16> input
pe.host @w : tensor<16x16xf16> input
wafer.program @type machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf16>
  %w = wafer.input @w : tensor<16x16xf16>
  %y = wafer.kernel @fc(%x, %w) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<8x16xf16>, tensor<16x16xf16>) -> tensor<8x16xf16, #t> {
  ^bb0(%a: tensor<8x16xf16>, %b: tensor<16x16xf16>):
    // expected-error@+1 {{'graph.matmul' op requires f32 elements as a product on the mesh, found 'tensor<8x16xf16>'}}
    %r = graph.matmul %a, %b : (tensor<8x16xf16>, tensor<16x16xf16>) -> tensor<8x16xf16>
    wafer.yield %r : tensor<8x16xf16>
  }
}

// -----

// A right operand on the mesh.
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<16x16xf32> input
wafer.program @right machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<16x16xf32>
  %h = wafer.kernel @relu(%x) dataflow(#wafer.map) : (tensor<16x16xf32>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>):
    %r = graph.relu %a : tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
  %y = wafer.kernel @fc(%x, %h) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<16x16xf32>, tensor<16x16xf32, #t>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>, %b: tensor<16x16xf32>):
    // expected-error@+1 {{'graph.matmul' op requires a host tensor, or a view of one, as its right operand}}
    %r = graph.matmul %a, %b : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<16x16xf32> input
wafer.program @left machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<16x16xf32>
  %y = wafer.kernel @fc(%x) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<16x16xf32>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>):
    %s = graph.relu %a : tensor<16x16xf32>
    // expected-error@+1 {{'graph.matmul' op requires an operand of the kernel, or a view of one, as its left operand}}
    %r = graph.matmul %s, %a : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<16x16xf32> input
wafer.program @second machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<16x16xf32>
  %y = wafer.kernel @fc(%x) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<16x16xf32>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>):
    %s = graph.matmul %a, %a : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    // expected-error@+1 {{'graph.matmul' op is not elementwise, as what follows a product must be}}
    %r = graph.matmul %s, %a : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<16x16xf32> input
wafer.program @map machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<16x16xf32>
  %y = wafer.kernel @map(%x) dataflow(#wafer.map) : (tensor<16x16xf32>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>):
    // expected-error@+1 {{'graph.matmul' op is not elementwise, as #wafer.map requires}}
    %r = graph.matmul %a, %a : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @reshard_of_host machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op requires one operand on the mesh, yielded as it is, as #wafer.reshard says}}
  %y = wafer.kernel @move(%x) dataflow(#wafer.reshard) : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    wafer.yield %a : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf16> input
wafer.program @reshard_of_halves machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf16>
  %h = wafer.kernel @relu(%x) dataflow(#wafer.map) : (tensor<8x16xf16>) -> tensor<8x16xf16, #t> {
  ^bb0(%a: tensor<8x16xf16>):
    %r = graph.relu %a : tensor<8x16xf16>
    wafer.yield %r : tensor<8x16xf16>
  }
  // expected-error@+1 {{'wafer.kernel' op requires 32-bit elements, found 'tensor<8x16xf16, #wafer.layout<rows [d0] block, columns [d1] block>>'}}
  %y = wafer.kernel @move(%h) dataflow(#wafer.reshard) : (tensor<8x16xf16, #t>) -> tensor<8x16xf16, #t> {
  ^bb0(%a: tensor<8x16xf16>):
    wafer.yield %a : tensor<8x16xf16>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<16x16xf32> input
wafer.program @left_view machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<16x16xf32>
  %h = wafer.kernel @relu(%x) dataflow(#wafer.map) : (tensor<16x16xf32>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>):
    %r = graph.relu %a : tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
  %y = wafer.kernel @fc(%h, %x) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<16x16xf32, #t>, tensor<16x16xf32>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>, %b: tensor<16x16xf32>):
    // expected-error@+1 {{'graph.transpose' op does not keep tokens and features of a tensor that lies on the mesh}}
    %s = graph.transpose %a perm [1, 0] : (tensor<16x16xf32>) -> tensor<16x16xf32>
    %r = graph.matmul %s, %b : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
}

// -----

// The library deals tokens to rows and features to columns, in blocks; other layouts wait for kernels that want them.
#features_over_rows = #wafer.layout<rows [d1] block, columns [d0] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @layout machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op offers 'tensor<8x16xf32, #wafer.layout<rows [d0] block, columns [d1] block>>', or features in pairs, found 'tensor<8x16xf32, #wafer.layout<rows [d1] block, columns [d0] block>>'}}
  %y = wafer.kernel @relu(%x) dataflow(#wafer.map) : (tensor<8x16xf32>) -> tensor<8x16xf32, #features_over_rows> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#cyclic = #wafer.layout<rows [d0] block, columns [d1] cyclic>
pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x16xf32> input
wafer.program @cyclic machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  // expected-error@+1 {{'wafer.kernel' op offers 'tensor<8x16xf32, #wafer.layout<rows [d0] block, columns [d1] block>>', or features in pairs, found}}
  %y = wafer.kernel @fc(%x, %w) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32, #cyclic> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}
