// Round trip of every op and attribute of the wafer dialect, and the examples of their descriptions.
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt | FileCheck %s
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt | wafer-opt | FileCheck %s
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -mlir-print-op-generic | wafer-opt | FileCheck %s
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -emit-bytecode | wafer-opt | FileCheck %s

// CHECK-LABEL: module @attributes attributes
// CHECK-SAME: wafer.attention = #wafer.attention<segments = 14, blocks = 5>
// CHECK-SAME: wafer.axis = #wafer.axis<[d0, d1.2] block pad 64>
// CHECK-SAME: wafer.factored = #wafer.layout<factors [d1 = 64 x 2 x 48], rows [d0] block, columns [d1.0, d1.2, d1.1] cyclic pad 6400>
// CHECK-SAME: wafer.layout = #wafer.layout<rows [d0] block, columns [d1] block>
// CHECK-SAME: wafer.map = #wafer.map
// CHECK-SAME: wafer.normalization = #wafer.normalization
// CHECK-SAME: wafer.product = #wafer.product<form = forward, reduce = chain, weights = streamed, pieces = 4>
// CHECK-SAME: wafer.rect = #wafer.rect<0 : 4, 0 : 8>
// CHECK-SAME: wafer.reshard = #wafer.reshard
// CHECK-SAME: wafer.ring = #wafer.product<form = weight_gradient, reduce = ring, weights = resident>
// CHECK-SAME: wafer.several = #wafer.layout<factors [d0 = 2 x 3, d2 = 5], rows [] cyclic, columns [d2.0, d1] block>
module @attributes attributes {
  wafer.axis = #wafer.axis<[d0, d1.2] block pad 64>,
  wafer.layout = #wafer.layout<rows [d0] block, columns [d1] block>,
  wafer.factored = #wafer.layout<factors [d1 = 64 x 2 x 48], rows [d0] block, columns [d1.0, d1.2, d1.1] cyclic pad 6400>,
  wafer.several = #wafer.layout<factors [d0 = 2 x 3, d2 = 5], rows [] cyclic, columns [d2.0, d1] block>,
  wafer.rect = #wafer.rect<0:4, 0:8>,
  wafer.product = #wafer.product<form = forward, reduce = chain, weights = streamed, pieces = 4>,
  wafer.ring = #wafer.product<form = weight_gradient, reduce = ring, weights = resident>,
  wafer.map = #wafer.map,
  wafer.attention = #wafer.attention<segments = 14, blocks = 5>,
  wafer.normalization = #wafer.normalization,
  wafer.reshard = #wafer.reshard
} {}

pe.host @images : tensor<8x64xf32> input
pe.host @w : tensor<64x24xf32> constant value(dense<1.0> : tensor<64x24xf32>)
pe.host @logits : tensor<8x4x6xf32> output

#t = #wafer.layout<rows [d0] block, columns [d1] block>

// Sharded and placed.
// CHECK-LABEL: wafer.program @placed machine(#mesh4x4) launches(2) {
wafer.program @placed machine(#mesh4x4) launches(2) {
  // CHECK: %[[X:.*]] = wafer.input @images : tensor<8x64xf32>
  %x = wafer.input @images : tensor<8x64xf32>
  // CHECK: %[[W:.*]] = wafer.input @w
  %w = wafer.input @w : tensor<64x24xf32>
  // CHECK: %[[Y:.*]] = wafer.kernel @fc1(%[[X]], %[[W]])
  // CHECK-SAME: dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>) at <0 : 2, 0 : 4> to <2 : 4, 0 : 4>
  // CHECK-SAME: -> tensor<8x24xf32, #wafer.layout<rows [d0] block, columns [d1] block>>
  %y = wafer.kernel @fc1(%x, %w) dataflow(#wafer.product<form = forward, reduce = chain, weights = resident>)
      at <0:2, 0:4> to <2:4, 0:4> : (tensor<8x64xf32>, tensor<64x24xf32>) -> tensor<8x24xf32, #t> {
  ^bb0(%a: tensor<8x64xf32>, %b: tensor<64x24xf32>):
    %r = graph.matmul %a, %b : (tensor<8x64xf32>, tensor<64x24xf32>) -> tensor<8x24xf32>
    // CHECK: wafer.yield %{{.*}} : tensor<8x24xf32>
    wafer.yield %r : tensor<8x24xf32>
  }
  // CHECK: wafer.kernel @undecided(%[[Y]]) :
  %z = wafer.kernel @undecided(%y) : (tensor<8x24xf32, #t>) -> tensor<8x24xf32, #t> {
  ^bb0(%a: tensor<8x24xf32>):
    wafer.yield %a : tensor<8x24xf32>
  }
  // CHECK: wafer.kernel @silent() dataflow(#wafer.map) : () -> ()
  wafer.kernel @silent() dataflow(#wafer.map) : () -> () {
  }
  // CHECK: wafer.output %{{.*}} to @logits : tensor<8x24xf32, #wafer.layout<rows [d0] block, columns [d1] block>>
  wafer.output %z to @logits : tensor<8x24xf32, #t>
}

// Streamed, routed, allocated.
// CHECK-LABEL: wafer.program @streamed
wafer.program @streamed machine(#mesh4x4) launches(1) {
  wafer.kernel @fc1() : () -> () {
  }
  // CHECK: pe.buffer @fc1.acc : f32 x 12 on [0:4, 0:4]
  pe.buffer @fc1.acc : f32 x 12 on [0:4, 0:4]
  // CHECK: pe.load @fc1.acc[0 : 1] from @images[i0] over [12] on [0:4, 0:4] once
  pe.load @fc1.acc[0 : 1] from @images[i0] over [12] on [0:4, 0:4] once
  // CHECK: wafer.stream @fc1.part : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1 : i0 + 2, i1 : i1 + 1]
  wafer.stream @fc1.part : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]
  // CHECK: wafer.stream @fc1.w : i32 for () from "west" (0, 1) to [0 : 4, 0 : 4]
  wafer.stream @fc1.w : i32 for () from "west" (0, 1) to [0:4, 0:4]
  // CHECK: pe.feed "west" on [0, 1] stream(@fc1.w) from @images[i0] over [12]
  pe.feed "west" on [0, 1] stream(@fc1.w) from @images[i0] over [12]
  // CHECK: wafer.task "first" of @fc1 on [0, 0:4] {
  wafer.task "first" of @fc1 on [0, 0:4] {
    // CHECK: pe.move f32 over [12] stream(@fc1.part) = @fc1.acc[0 : 1]
    pe.move f32 over [12] stream(@fc1.part) = @fc1.acc[0 : 1]
    // CHECK: pe.control stream(@fc1.part) [advance]
    pe.control stream(@fc1.part) [advance]
  }
  // CHECK: wafer.task "others" of @fc1 on [1:4, 0:4] {
  wafer.task "others" of @fc1 on [1:4, 0:4] {
    pe.async 0 {
      pe.loop 3 {
        pe.add f32 over [4 - i0] @fc1.acc[i0 * 4 : 1] = @fc1.acc[i0 * 4 : 1], stream(@fc1.part)
      }
    }
    pe.await 0
  }
  // CHECK: wafer.barrier epoch 1
  wafer.barrier epoch 1
  // CHECK: wafer.route @fc1.w colour 3 epoch 0 on [0:4, 0:3] : north -> ramp, south
  wafer.route @fc1.w colour 3 epoch 0 on [0:4, 0:3] : north -> ramp, south
  // CHECK: wafer.route @fc1.part colour 4 epoch 1 on [0, 0:4] : ramp -> east | west -> east wrap
  wafer.route @fc1.part colour 4 epoch 1 on [0, 0:4] : ramp -> east | west -> east wrap
  // CHECK: wafer.queue in(0) colour 3 epoch 0
  wafer.queue in(0) colour 3 epoch 0
}
