// RUN: sed -e 's/#portless/#mesh4x4/' -e 's/#product/#wafer.product<form = forward, reduce = chain, weights = resident>/' %s > %t.named
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %t.named > %t.all
// RUN: sed '/^wafer.program @portless/ s/ports = .*>]>/ports = []>/' %t.all | wafer-opt --wafer-expand-kernels -split-input-file -verify-diagnostics
// What makes a kernel's form wrong is tested in test/Kernels/kernels-errors.mlir.

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @undecided machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op has no dataflow: partition the graph first}}
  %y = wafer.kernel @relu(%x) at <0:4, 0:4> to <0:4, 0:4> : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    wafer.yield %a : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @unplaced machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op has no rectangle: place kernels first}}
  %y = wafer.kernel @relu(%x) dataflow(#wafer.map) : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    wafer.yield %a : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
// expected-error@+1 {{'wafer.program' op is expanded already}}
wafer.program @expanded machine(#mesh4x4) launches(1) {
  pe.buffer @b : f32 x 4 on [0, 0]
  wafer.kernel @nothing() dataflow(#wafer.map) : () -> () {
  }
  wafer.task "t" of @nothing on [0, 0] {
    pe.move f32 over [4] @b[0 : 1] = imm(0.0 : f32)
  }
}

// -----

pe.host @x : tensor<8x16xf32> input
pe.host @y : tensor<8x16xf32> output
wafer.program @output machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.output' op stores a value that no kernel computes}}
  wafer.output %x to @y : tensor<8x16xf32>
}

// -----

// A reader on another rectangle than the writer's: a #wafer.reshard is needed between them.
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @elsewhere machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %h = wafer.kernel @first(%x) dataflow(#wafer.map) at <0:4, 0:4> to <0:4, 0:4> : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
  %y = wafer.kernel @second(%h) dataflow(#wafer.map) at <0:2, 0:4> to <0:2, 0:4> : (tensor<8x16xf32, #t>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    // expected-error@+1 {{'graph.relu' op reads a tensor that does not lie on the kernel's rectangle #wafer.rect<0 : 2, 0 : 4>}}
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x16xf32> input
wafer.program @product_elsewhere machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  %h = wafer.kernel @first(%x) dataflow(#wafer.map) at <0:4, 0:4> to <0:4, 0:4> : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
  %y = wafer.kernel @second(%h, %w) dataflow(#product) at <0:2, 0:4> to <0:4, 0:4> : (tensor<8x16xf32, #t>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    // expected-error@+1 {{'graph.matmul' op reads a tensor that does not lie on the kernel's rectangle #wafer.rect<0 : 2, 0 : 4>}}
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @reshard_elsewhere machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %h = wafer.kernel @first(%x) dataflow(#wafer.map) at <0:2, 0:4> to <0:2, 0:4> : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
  // expected-error@+1 {{'wafer.kernel' op reads a tensor that does not lie on its rectangle #wafer.rect<0 : 3, 0 : 4>}}
  %y = wafer.kernel @move(%h) dataflow(#wafer.reshard) at <0:3, 0:4> to <3:4, 0:4> : (tensor<8x16xf32, #t>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    wafer.yield %a : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @reshard_inside machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %h = wafer.kernel @first(%x) dataflow(#wafer.map) at <0:2, 0:4> to <0:2, 0:4> : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
  // expected-error@+1 {{'wafer.kernel' op requires the last column of #wafer.rect<0 : 2, 0 : 4> outside the new rectangle #wafer.rect<0 : 4, 0 : 4>}}
  %y = wafer.kernel @move(%h) dataflow(#wafer.reshard) at <0:2, 0:4> to <0:4, 0:4> : (tensor<8x16xf32, #t>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    wafer.yield %a : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x16xf32> input
wafer.program @yield machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  // expected-error@+1 {{'wafer.kernel' op yields a value that it does not compute}}
  %y = wafer.kernel @fc(%x, %w) dataflow(#product) at <0:2, 0:4> to <0:4, 0:4> : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %a : tensor<8x16xf32>
  }
}

// -----

// A transposed view of what lies on the mesh.
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<16x16xf32> input
wafer.program @view machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<16x16xf32>
  %h = wafer.kernel @first(%x) dataflow(#wafer.map) at <0:4, 0:4> to <0:4, 0:4> : (tensor<16x16xf32>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>):
    %r = graph.relu %a : tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
  %y = wafer.kernel @fc(%x, %h) dataflow(#product) at <0:4, 0:4> to <0:4, 0:4> : (tensor<16x16xf32>, tensor<16x16xf32, #t>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>, %b: tensor<16x16xf32>):
    %r = graph.matmul %a, %a : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    %v = graph.transpose %b perm [1, 0] : (tensor<16x16xf32>) -> tensor<16x16xf32>
    // expected-error@+1 {{'graph.add' op has an operand that is neither on the mesh nor a view of a host tensor}}
    %s = graph.add %r, %v : (tensor<16x16xf32>, tensor<16x16xf32>) -> tensor<16x16xf32>
    wafer.yield %s : tensor<16x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<16x16xf32> input
wafer.program @mapped_view machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<16x16xf32>
  %h = wafer.kernel @first(%x) dataflow(#wafer.map) at <0:4, 0:4> to <0:4, 0:4> : (tensor<16x16xf32>) -> tensor<16x16xf32, #t> {
  ^bb0(%a: tensor<16x16xf32>):
    %r = graph.relu %a : tensor<16x16xf32>
    wafer.yield %r : tensor<16x16xf32>
  }
  %y = wafer.kernel @map(%h) dataflow(#wafer.map) at <0:4, 0:4> to <0:4, 0:4> : (tensor<16x16xf32, #t>) -> tensor<16x16xf32, #t> {
  ^bb0(%b: tensor<16x16xf32>):
    // expected-error@+1 {{'graph.transpose' op has no elementwise expansion}}
    %v = graph.transpose %b perm [1, 0] : (tensor<16x16xf32>) -> tensor<16x16xf32>
    wafer.yield %v : tensor<16x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x16xf32> input
wafer.program @portless machine(#portless) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x16xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#wafer.product<form = forward, reduce = chain, weights = streamed>) at <0:2, 0:4> to <0:4, 0:4> : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x16xf32>):
    // expected-error@+1 {{'graph.matmul' op cannot stream its weights: machine "mesh<4x4>" has no ports}}
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x16xf32>) -> tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
wafer.program @moving_map machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  // expected-error@+1 {{'wafer.kernel' op requires 'at' to be 'to', as nothing moves in #wafer.map, found #wafer.rect<0 : 2, 0 : 2> and #wafer.rect<2 : 4, 0 : 2>}}
  %y = wafer.kernel @relu(%x) dataflow(#wafer.map) at <0:2, 0:2> to <2:4, 0:2> : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// -----

// What PEs hold is not spread to other columns by an elementwise op.
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x1xf32> input
wafer.program @broadcast machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x1xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#product) at <0:2, 0:2> to <0:2, 0:2> : (tensor<8x16xf32>, tensor<16x1xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %b: tensor<16x1xf32>):
    %r = graph.matmul %a, %b : (tensor<8x16xf32>, tensor<16x1xf32>) -> tensor<8x1xf32>
    // expected-error@+1 {{'graph.add' op broadcasts 'tensor<8x1xf32>', which lies on the mesh; only host tensors can be}}
    %s = graph.add %r, %a : (tensor<8x1xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
    wafer.yield %s : tensor<8x16xf32>
  }
}
