// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -split-input-file -verify-diagnostics

// axis C1
// expected-error @+1 {{an axis names d0 twice}}
module attributes {wafer.a = #wafer.axis<[d0, d0] block>} {}

// -----

// axis C1
// expected-error @+1 {{an axis names d1 twice}}
module attributes {wafer.a = #wafer.axis<[d1.0, d1] block>} {}

// -----

// axis C2
// expected-error @+1 {{pad must not be negative, found -3}}
module attributes {wafer.a = #wafer.axis<[d0] block pad -3>} {}

// -----

// axis as text
// expected-error @+1 {{expected a dimension such as d0 or a factor such as d1.2, found 'x0'}}
module attributes {wafer.a = #wafer.axis<[x0] block>} {}

// -----

// axis as text
// expected-error @+1 {{expected a dimension such as d0 or a factor such as d1.2, found 'd0.x'}}
module attributes {wafer.a = #wafer.axis<[d0.x] block>} {}

// -----

// axis as text
// expected-error @+1 {{expected 'block'}}
module attributes {wafer.a = #wafer.axis<[d0] dealt>} {}

// -----

// layout C1
// expected-error @+1 {{d0 is dealt to rows and columns}}
module attributes {wafer.a = #wafer.layout<rows [d0] block, columns [d0] block>} {}

// -----

// layout C1
// expected-error @+1 {{d0 is dealt to rows and columns}}
module attributes {wafer.a = #wafer.layout<factors [d0 = 2 x 3], rows [d0.1] block, columns [d0] block>} {}

// -----

// layout C2
// expected-error @+1 {{d1.0 is no factor of d1}}
module attributes {wafer.a = #wafer.layout<rows [d0] block, columns [d1.0] block>} {}

// -----

// layout C2
// expected-error @+1 {{d1.2 is no factor of d1}}
module attributes {wafer.a = #wafer.layout<factors [d1 = 2 x 3], rows [d0] block, columns [d1.2] block>} {}

// -----

// layout as text
// expected-error @+1 {{factors require a whole dimension and positive sizes}}
module attributes {wafer.a = #wafer.layout<factors [d1 = 2 x 0], rows [d0] block, columns [d1] block>} {}

// -----

// layout C3
// expected-error @+1 {{layout does not fit the tensor: factors of d1 make 4 x 2 but its size is 9}}
func.func private @f(tensor<8x9xf32, #wafer.layout<factors [d1 = 4 x 2], rows [d0] block, columns [d1.1] block>>)

// -----

// layout C3
// expected-error @+1 {{layout does not fit the tensor: columns name d1, which does not exist}}
func.func private @f(tensor<8xf32, #wafer.layout<rows [d0] block, columns [d1] block>>)

// -----

// layout C3
// expected-error @+1 {{layout does not fit the tensor: columns have 9 elements, more than their pad of 8}}
func.func private @f(tensor<8x9xf32, #wafer.layout<rows [d0] block, columns [d1] block pad 8>>)

// -----

// layout C3
// expected-error @+1 {{a tensor on the mesh requires a static shape}}
func.func private @f(tensor<8x?xf32, #wafer.layout<rows [d0] block, columns [d1] block>>)

// -----

// rect C1
// expected-error @+1 {{a rectangle requires 0 <= begin < end, found 0:0, 0:1}}
module attributes {wafer.a = #wafer.rect<0:0, 0:1>} {}

// -----

// rect C1
// expected-error @+1 {{a rectangle requires 0 <= begin < end, found 0:1, -1:1}}
module attributes {wafer.a = #wafer.rect<0:1, -1:1>} {}

// -----

// product C1
// expected-error @+1 {{pieces must not be negative, found -1}}
module attributes {wafer.a = #wafer.product<form = forward, reduce = chain, weights = resident, pieces = -1>} {}

// -----

// attention C1
// expected-error @+1 {{segments and blocks must not be negative, found 2 and -1}}
module attributes {wafer.a = #wafer.attention<segments = 2, blocks = -1>} {}

// -----

// product
// expected-error @+2 {{expected one of [forward, input_gradient, weight_gradient]}}
// expected-error @+1 {{failed to parse Wafer_ProductAttr parameter}}
module attributes {wafer.a = #wafer.product<form = backward, reduce = chain, weights = resident>} {}

// -----

// program C1
// expected-error @+1 {{launches must be at least 1}}
wafer.program @p machine(#mesh4x4) launches(0) {

}

// -----

// program C2
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{covers PE (4,0) outside the 4x4 mesh of "mesh<4x4>"}}
  wafer.kernel @k() at <0:5, 0:1> to <0:1, 0:1> : () -> () {
  }
}

// -----

// program C2
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{covers PE (4,0) outside}}
  wafer.kernel @k() at <0:1, 0:1> to <4:5, 0:1> : () -> () {
  }
}

// -----

// program C3
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  // expected-error @+1 {{covers PE (0,4) outside}}
  wafer.task "t" of @k on [0, 0:5] {}
}

// -----

// program C3
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for (0:3) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
  // expected-error @+1 {{covers PE (4,0) outside}}
  wafer.route @s colour 0 epoch 0 on [2:5, 0] : ramp -> east
}

// -----

// program C4
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [0, 0] {
    // expected-error @+1 {{names no stream @s}}
    pe.move f32 over [1] discard = stream(@s)
  }
}

// -----

// program C4
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [0, 0] {
    // expected-error @+1 {{names no stream @s}}
    pe.control stream(@s) [nop]
  }
}

// -----

// program C4
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [0, 0] {
    // expected-error @+1 {{names no buffer @b}}
    pe.neg f32 over [1] discard = @b[0 : 1]
  }
}

// -----

// program C4
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{names no stream @s}}
  wafer.route @s colour 0 epoch 0 on [0, 0] : ramp -> east
}

// -----

// program C4
pe.host @h : tensor<8x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{names no stream @s}}
  pe.feed "west" on [0, 1] stream(@s) from @h[0] over []
}

// -----

// kernels share the symbol table
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-note @+1 {{see existing symbol definition here}}
  wafer.kernel @k() : () -> () {
  }
  // expected-error @+1 {{redefinition of symbol named 'k'}}
  wafer.kernel @k() : () -> () {
  }
}

// -----

// program C5
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{must not stand in a wafer.program}}
  pe.await 1
}

// -----

// input C1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{names no host tensor @h}}
  %x = wafer.input @h : tensor<8x4xf32>
}

// -----

// input C1
pe.host @h : tensor<8x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{has type 'tensor<4x8xf32>' but @h has 'tensor<8x4xf32>'}}
  %x = wafer.input @h : tensor<4x8xf32>
}

// -----

// input
// expected-error @+1 {{expects parent op 'wafer.program'}}
%x = wafer.input @h : tensor<8x4xf32>

// -----

// output C1
pe.host @h : tensor<8x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @h : tensor<8x4xf32>
  // expected-error @+1 {{names no host tensor @o}}
  wafer.output %x to @o : tensor<8x4xf32>
}

// -----

// output C1
pe.host @h : tensor<8x4xf32> input
pe.host @o : tensor<8x5xf32> output
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @h : tensor<8x4xf32>
  // expected-error @+1 {{writes 'tensor<8x4xf32>' to @o of type 'tensor<8x5xf32>'}}
  wafer.output %x to @o : tensor<8x4xf32>
}

// -----

// output C1
pe.host @h : tensor<8x4xf32> input
pe.host @o : tensor<8x4xi32> output
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @h : tensor<8x4xf32>
  // expected-error @+1 {{writes 'tensor<8x4xf32>' to @o of type 'tensor<8x4xi32>'}}
  wafer.output %x to @o : tensor<8x4xf32>
}

// -----

// kernel C1
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @h : tensor<8x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @h : tensor<8x4xf32>
  // expected-error @+1 {{has 1 operands but its body has 2 arguments}}
  %y = wafer.kernel @k(%x) : (tensor<8x4xf32>) -> tensor<8x4xf32, #t> {
  ^bb0(%a: tensor<8x4xf32>, %b: tensor<8x4xf32>):
    wafer.yield %a : tensor<8x4xf32>
  }
}

// -----

// kernel C1
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @h : tensor<8x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @h : tensor<8x4xf32>
  // expected-error @+1 {{passes 'tensor<8x4xf32>' to a body argument of type 'tensor<8x5xf32>'}}
  %y = wafer.kernel @k(%x) : (tensor<8x4xf32>) -> tensor<8x4xf32, #t> {
  ^bb0(%a: tensor<8x5xf32>):
    %r = graph.constant dense<0.0> : tensor<8x4xf32>
    wafer.yield %r : tensor<8x4xf32>
  }
}

// -----

// kernel C2
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @h : tensor<8x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @h : tensor<8x4xf32>
  // expected-error @+1 {{has 1 results but its body yields 0}}
  %y = wafer.kernel @k(%x) : (tensor<8x4xf32>) -> tensor<8x4xf32, #t> {
  ^bb0(%a: tensor<8x4xf32>):
    wafer.yield
  }
}

// -----

// kernel C2
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @h : tensor<8x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @h : tensor<8x4xf32>
  // expected-error @+1 {{yields 'tensor<8x4xf32>' as 'tensor<4x8xf32, #wafer.layout<rows [d0] block, columns [d1] block>>'}}
  %y = wafer.kernel @k(%x) : (tensor<8x4xf32>) -> tensor<4x8xf32, #t> {
  ^bb0(%a: tensor<8x4xf32>):
    wafer.yield %a : tensor<8x4xf32>
  }
}

// -----

// kernel C3
#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @h : tensor<8x4xf32> input
wafer.program @p machine(#mesh4x4) launches(1) {
  %x = wafer.input @h : tensor<8x4xf32>
  // expected-error @+1 {{result requires a layout, found 'tensor<8x4xf32>'}}
  %y = wafer.kernel @k(%x) : (tensor<8x4xf32>) -> tensor<8x4xf32> {
  ^bb0(%a: tensor<8x4xf32>):
    wafer.yield %a : tensor<8x4xf32>
  }
}

// -----

// kernel C4
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{dataflow must be #wafer.product, #wafer.map, #wafer.normalization, #wafer.attention or #wafer.reshard, found 3 : i64}}
  wafer.kernel @k() dataflow(3) : () -> () {
  }
}

// -----

// kernel C5
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{requires both 'at' and 'to', or none}}
  wafer.kernel @k() at <0:1, 0:1> : () -> () {
  }
}

// -----

// kernel C5
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{requires the same rows in 'at' and 'to'}}
  wafer.kernel @k() at <0:1, 0:1> to <0:1, 0:2> : () -> () {
  }
}

// -----

// kernel
// expected-error @+1 {{expects parent op 'wafer.program'}}
wafer.kernel @k() : () -> () {
}

// -----

// stream C1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{requires at most 2 ranges}}
  wafer.stream @s : f32 for (0:1, 0:1, 0:1) from (0, 0) to [1:2, 0:1]
}

// -----

// stream C1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{range must not be empty, found 2:2}}
  wafer.stream @s : f32 for (2:2) from (0, 0) to [1:2, 0:1]
}

// -----

// stream C2
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{names index i1 but has 1 range(s)}}
  wafer.stream @s : f32 for (0:3) from (i0, i1) to [1:2, 0:1]
}

// -----

// stream C2
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{names index i0 but has 0 range(s)}}
  wafer.stream @s : f32 for () from (0, 0) to [1:2, i0:1]
}

// -----

// stream C3
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{requires 32-bit elements, found 'f16'}}
  wafer.stream @s : f16 for () from (0, 0) to [1:2, 0:1]
}

// -----

// stream C4
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{side is west or east, found 'north'}}
  wafer.stream @s : f32 for () from "north" (0, 0) to [1:2, 0:1]
}

// -----

// task C1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{names no kernel @k}}
  wafer.task "t" of @k on [0, 0] {}
}

// -----

// task C2
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [0, 0] {
    // expected-error @+1 {{must not stand in a task}}
    pe.bind in(0) colour 3
  }
}

// -----

// task C3
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [0, 0] {
    // expected-error @+1 {{requires streams, not queues, inside a task}}
    pe.move f32 over [1] discard = in(0)
  }
}

// -----

// task C3
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [0, 0] {
    // expected-error @+1 {{requires streams, not queues, inside a task}}
    pe.control out(0) [nop]
  }
}

// -----

// task C4
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [0, 0] {
    // expected-error @+1 {{names index i0 but only 0 are defined here}}
    pe.move f32 over [i0] discard = imm(0.0 : f32)
  }
}

// -----

// task C4
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [0, 0] {
    pe.loop 2 {
      // expected-error @+1 {{names index i1 but only 1 are defined here}}
      pe.loop i1 {}
    }
  }
}

// -----

// route C1
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for (0:3) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
  // expected-error @+1 {{colour and epoch must not be negative}}
  wafer.route @s colour -1 epoch 0 on [0, 0] : ramp -> east
}

// -----

// route C2
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for (0:3) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
  // expected-error @+1 {{requires a position}}
  "wafer.route"() {stream = @s, colour = 0, epoch = 0, on = #machine.region<[0, 0]>, positions = []} : () -> ()
}

// -----

// queue C1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{colour and epoch must not be negative}}
  wafer.queue in(0) colour 3 epoch -1
}

// -----

// queue C2
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{requires in(n) or out(n)}}
  wafer.queue discard colour 3 epoch 0
}

// -----

// barrier C1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{epoch must be at least 1}}
  wafer.barrier epoch 0
}
