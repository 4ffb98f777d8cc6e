// RUN: sed -e 's/#product/#wafer.product<form = forward, reduce = chain, weights = resident, pieces = 1>/' -e 's/#stream/#wafer.product<form = forward, reduce = chain, weights = streamed, pieces = 2>/' %s > %t.named
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %t.named | wafer-opt --wafer-expand-kernels | FileCheck %s

#t = #wafer.layout<rows [d0] block, columns [d1] block>
#t3 = #wafer.layout<rows [d0, d1] block, columns [d2] block>

pe.host @x : tensor<8x16xf32> input
pe.host @w : tensor<16x24xf32> input
pe.host @b : tensor<24xf32> input
pe.host @y : tensor<8x24xf32> output
pe.host @x7 : tensor<7x5xf32> input
pe.host @y7 : tensor<7x5xf32> output
pe.host @perToken : tensor<2x1x1xf32> input
pe.host @x3 : tensor<2x4x6xf32> input
pe.host @one : tensor<f32> constant value(dense<1.0> : tensor<f32>)

// The chain: 16 inputs on 4 columns are 4 a PE, 8 tokens on 4 rows are 2 a PE. The sums go to three owners of 8 outputs, in
// blocks of 8 outputs, double-buffered: 2 * 8 * 2 sums. X[t, k] is at element 16 t + k of its host tensor, W[k, n] at 24 k + n.
// CHECK-LABEL: wafer.program @chain
// CHECK: pe.buffer @fc.x : f32 x 8 on [0:4, 0:4]
// CHECK: pe.load @fc.x[0 : 2, 1] from @x[x * 4 + y * 32 + i0 + i1 * 16] over [4, 2] on [0:4, 0:4] once
// CHECK: pe.buffer @fc.w : f32 x 96 on [0:4, 0:4]
// CHECK: pe.load @fc.w[0 : 4, 1] from @w[x * 96 + i0 + i1 * 24] over [24, 4] on [0:4, 0:4] once
// CHECK: pe.buffer @fc.acc : f32 x 32 on [0:4, 0:4]
// CHECK: pe.buffer @fc.y : f32 x 16 on [0:3, 0:4]
// CHECK: wafer.stream @fc.part : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1 : i0 + 2, i1 : i1 + 1]
// CHECK: wafer.stream @fc.out : f32 for (0:4) from (3, i0) to [0 : 3, i0 : i0 + 1]
// An owner forgets the 8 outputs of each owner before it, keeps its own, and forgets the rest: 24 - 8 (x + 1).
// CHECK: wafer.task "receive" of @fc on [0:3, 0:4]
// CHECK-NEXT: pe.async 3
// CHECK-NEXT: pe.move f32 over [x * 8, 2] discard = stream(@fc.out)
// CHECK-NEXT: pe.move f32 over [8, 2] @fc.y[0 : 2, 1] = stream(@fc.out)
// CHECK-NEXT: pe.move f32 over [x * -8 + 16, 2] discard = stream(@fc.out)
// CHECK: wafer.task "first" of @fc on [0, 0:4]
// CHECK-NEXT: pe.loop 3
// CHECK-NEXT: pe.move f32 over [8, 2] @fc.acc[(i0 mod 2) * 16 : 2, 1] = imm(0.000000e+00 : f32)
// CHECK-NEXT: pe.mac f32 over [8, 4, 2] @fc.acc[(i0 mod 2) * 16 : 2, 0, 1] = @fc.w[i0 * 32 : 4, 1, 0], @fc.x[0 : 0, 2, 1]
// CHECK-NEXT: pe.await 2
// CHECK-NEXT: pe.async 2
// CHECK-NEXT: pe.move f32 over [8, 2] stream(@fc.part) = @fc.acc
// CHECK: wafer.task "middle" of @fc on [1:3, 0:4]
// CHECK: pe.add f32 over [8, 2] stream(@fc.part) = stream(@fc.part), @fc.acc
// CHECK: wafer.task "last" of @fc on [3, 0:4]
// CHECK: pe.add f32 over [8, 2] stream(@fc.out) = stream(@fc.part), @fc.acc
// CHECK: wafer.task "finish" of @fc on [0:3, 0:4]
// CHECK-NEXT: pe.await 2, 3
// CHECK-NEXT: pe.add f32 over [8, 2] @fc.y[0 : 2, 1] = @fc.y[0 : 2, 1], @fc.operand[0 : 1, 0]
// CHECK-NEXT: pe.max f32 over [8, 2] @fc.y[0 : 2, 1] = @fc.y[0 : 2, 1], imm(0.000000e+00 : f32)
// CHECK: pe.store @fc.y[0 : 2, 1] to @y[x * 8 + y * 48 + i0 + i1 * 24] over [8, 2] on [0:3, 0:4]
wafer.program @chain machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x24xf32>
  %b = wafer.input @b : tensor<24xf32>
  %y = wafer.kernel @fc(%x, %w, %b) dataflow(#product) at <0:4, 0:4> to <0:3, 0:4>
      : (tensor<8x16xf32>, tensor<16x24xf32>, tensor<24xf32>) -> tensor<8x24xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %m: tensor<16x24xf32>, %bias: tensor<24xf32>):
    %0 = graph.matmul %a, %m : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32>
    %1 = graph.add %0, %bias : (tensor<8x24xf32>, tensor<24xf32>) -> tensor<8x24xf32>
    %2 = graph.relu %1 : tensor<8x24xf32>
    wafer.yield %2 : tensor<8x24xf32>
  }
  wafer.output %y to @y : tensor<8x24xf32, #t>
}

// The last column owns outputs itself: block 3 of 4 goes to its own memory, blocks 0 to 2 on the stream. The others do not see
// what it keeps: 18 outputs are on the stream, not 24.
// CHECK-LABEL: wafer.program @owner
// CHECK: wafer.stream @fc.out : f32 for (0:4) from (3, i0) to [0 : 4, i0 : i0 + 1]
// CHECK: wafer.task "receive west" of @fc on [0:3, 0:4]
// CHECK: pe.move f32 over [x * -6 + 12, 2] discard
// CHECK-NOT: "receive east"
// CHECK: wafer.task "last" of @fc on [3, 0:4]
// CHECK: pe.loop 3
// CHECK: pe.add f32 over [6, 2] stream(@fc.out) = stream(@fc.part)
// CHECK: pe.loop 1
// CHECK: pe.add f32 over [6, 2] @fc.y[{{.*}}] = stream(@fc.part)
wafer.program @owner machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x24xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#product) at <0:4, 0:4> to <0:4, 0:4>
      : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %m: tensor<16x24xf32>):
    %0 = graph.matmul %a, %m : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32>
    wafer.yield %0 : tensor<8x24xf32>
  }
  wafer.output %y to @y : tensor<8x24xf32, #t>
}

// One column is no chain, and an owner that is that column needs no delivery: no streams at all.
// CHECK-LABEL: wafer.program @column
// CHECK-NOT: wafer.stream
// CHECK: wafer.task "only" of @fc on [2, 0:4]
// CHECK-NOT: wafer.stream
// CHECK-LABEL: wafer.program @streamed
wafer.program @column machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x24xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#product) at <2:3, 0:4> to <2:3, 0:4>
      : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %m: tensor<16x24xf32>):
    %0 = graph.matmul %a, %m : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32>
    wafer.yield %0 : tensor<8x24xf32>
  }
}

// Streamed weights: the machine has two ports on its west side, in rows 1 and 3. They serve columns 0:2 and 2:4. A relay is the
// PE where a column crosses its port's row: (0:2, 1) and (2:4, 3). The second one is outside of a rectangle of two rows.
// Outputs come in 3 * 2 blocks of 4; the port sends for each block, each of its 2 columns and each output 4 inputs.
// CHECK: pe.buffer @fc.w : f32 x 32 on [0:4, 0:2]
// CHECK: wafer.stream @fc.trunk.west : f32 for (0:2) from "west" (0, i0 * 2 + 1) to [i0 * 2 : i0 * 2 + 2, i0 * 2 + 1 : i0 * 2 + 2]
// CHECK: pe.feed "west" on [0, 1:4:2] stream(@fc.trunk.west) from @w[{{.*}}] over [6, 2, 4, 4]
// CHECK: wafer.stream @fc.branch.west : f32 for (0:4) from (i0, {{.*}}) to [i0 : i0 + 1, 0 : 2]
// CHECK: wafer.task "first relay west" of @fc on [0, 1]
// A relay forgets the blocks of the columns before its own, keeps its own, and forgets those behind: 4 * (x mod 2) inputs.
// CHECK: pe.move f32 over [{{.*}}, 4] discard = stream(@fc.trunk.west)
// CHECK: pe.move f32 over [4, 4] @fc.w[0 : 4, 1] = stream(@fc.trunk.west)
// CHECK: wafer.task "first west" of @fc on [0, 0]
// CHECK: pe.move f32 over [4, 4] @fc.w[0 : 4, 1] = stream(@fc.branch.west)
// The relays outside of the rectangle need no second half of the buffer: they compute nothing meanwhile.
// CHECK: pe.buffer @fc.relay : f32 x 16 on [2:4, 3]
// CHECK: wafer.task "relay west" of @fc on [2:4, 3]
// CHECK: pe.loop 6
wafer.program @streamed machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %w = wafer.input @w : tensor<16x24xf32>
  %y = wafer.kernel @fc(%x, %w) dataflow(#stream) at <0:4, 0:2> to <0:3, 0:2>
      : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>, %m: tensor<16x24xf32>):
    %0 = graph.matmul %a, %m : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32>
    wafer.yield %0 : tensor<8x24xf32>
  }
}

// Uneven sizes are balanced blocks: row y has tokens floor(7 y / 4) to floor(7 (y + 1) / 4), the largest part 2; column x has
// features floor(5 x / 2) to floor(5 (x + 1) / 2), the largest part 3. Buffers have room for the largest part on every PE.
// CHECK-LABEL: wafer.program @uneven
// CHECK: pe.load @relu.operand[0 : 2, 1] from @x7[{{.*}}] over [((x + 1) * 5) floordiv 2 - ((x * 5) floordiv 2), ((y + 1) * 7) floordiv 4 - ((y * 7) floordiv 4)]
// CHECK: pe.buffer @relu.result : f32 x 6 on [0:2, 0:4]
wafer.program @uneven machine(#mesh4x4) launches(1) {
  %x = wafer.input @x7 : tensor<7x5xf32>
  %y = wafer.kernel @relu(%x) dataflow(#wafer.map) at <0:2, 0:4> to <0:2, 0:4> : (tensor<7x5xf32>) -> tensor<7x5xf32, #t> {
  ^bb0(%a: tensor<7x5xf32>):
    %r = graph.relu %a : tensor<7x5xf32>
    wafer.yield %r : tensor<7x5xf32>
  }
  wafer.output %y to @y7 : tensor<7x5xf32, #t>
}

// Launches deal tokens too: with two of them and four rows, PE row y does token block 4 * launch + y, and host operands that
// depend on the token are loaded before each launch, not once.
// CHECK-LABEL: wafer.program @launches
// CHECK: pe.load @relu.operand[0 : 1, 1] from @x[x * 4 + y * 16 + launch * 64 + i0 + i1 * 16] over [4, 1] on [0:4, 0:4]{{$}}
wafer.program @launches machine(#mesh4x4) launches(2) {
  %x = wafer.input @x : tensor<8x16xf32>
  %y = wafer.kernel @relu(%x) dataflow(#wafer.map) at <0:4, 0:4> to <0:4, 0:4> : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
}

// Broadcasts: an operand by token only is loaded as one row with stride 0 along the features, a splat constant is an
// immediate; the second op overwrites the first one's result, which nothing else reads.
// CHECK-LABEL: wafer.program @broadcast
// CHECK: pe.buffer @map.operand.1 : f32 x 2 on [0:3, 0:4]
// CHECK: pe.load @map.operand.1[0 : 2, 1] from @perToken[{{.*}}] over [1, 2]
// CHECK: pe.mul f32 over [2, 2] @map.result[0 : 2, 1] = @map.operand[0 : 2, 1], @map.operand.1[0 : 0, 1]
// CHECK: pe.add f32 over [2, 2] @map.result[0 : 2, 1] = @map.result[0 : 2, 1], imm(1.000000e+00 : f32)
wafer.program @broadcast machine(#mesh4x4) launches(1) {
  %x = wafer.input @x3 : tensor<2x4x6xf32>
  %c = wafer.input @perToken : tensor<2x1x1xf32>
  %o = wafer.input @one : tensor<f32>
  %y = wafer.kernel @map(%x, %c, %o) dataflow(#wafer.map) at <0:3, 0:4> to <0:3, 0:4>
      : (tensor<2x4x6xf32>, tensor<2x1x1xf32>, tensor<f32>) -> tensor<2x4x6xf32, #t3> {
  ^bb0(%a: tensor<2x4x6xf32>, %b: tensor<2x1x1xf32>, %one: tensor<f32>):
    %0 = graph.mul %a, %b : (tensor<2x4x6xf32>, tensor<2x1x1xf32>) -> tensor<2x4x6xf32>
    %1 = graph.add %0, %one : (tensor<2x4x6xf32>, tensor<f32>) -> tensor<2x4x6xf32>
    wafer.yield %1 : tensor<2x4x6xf32>
  }
}

// A reshard: 16 features from two columns of 8 to one of 16. Column 1 passes the 8 from the west on, then sends its own.
// CHECK-LABEL: wafer.program @reshard
// CHECK: wafer.stream @move.chain : f32 for (0:1, 0:4) from (i0, i1) to [i0 + 1 : i0 + 2, i1 : i1 + 1]
// CHECK: wafer.stream @move.out : f32 for (0:4) from (1, i0) to [3 : 4, i0 : i0 + 1]
// CHECK: wafer.task "receive" of @move on [3, 0:4]
// CHECK: pe.move f32 over [16, 2] @move.y[0 : 2, 1] = stream(@move.out)
// CHECK: wafer.task "first" of @move on [0, 0:4]
// CHECK: pe.move f32 over [8, 2] stream(@move.chain) = @relu.result[0 : 2, 1]
// CHECK: wafer.task "last" of @move on [1, 0:4]
// CHECK: pe.move f32 over [x * 8, 2] stream(@move.out) = stream(@move.chain)
// CHECK: pe.move f32 over [8, 2] stream(@move.out) = @relu.result[0 : 2, 1]
// CHECK: wafer.task "finish" of @move on [3, 0:4]
// CHECK: pe.await 1
wafer.program @reshard machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x16xf32>
  %h = wafer.kernel @relu(%x) dataflow(#wafer.map) at <0:2, 0:4> to <0:2, 0:4> : (tensor<8x16xf32>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    %r = graph.relu %a : tensor<8x16xf32>
    wafer.yield %r : tensor<8x16xf32>
  }
  %y = wafer.kernel @move(%h) dataflow(#wafer.reshard) at <0:2, 0:4> to <3:4, 0:4> : (tensor<8x16xf32, #t>) -> tensor<8x16xf32, #t> {
  ^bb0(%a: tensor<8x16xf32>):
    wafer.yield %a : tensor<8x16xf32>
  }
}
