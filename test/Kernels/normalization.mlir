// A normalisation on three of four columns by hand: one chain, one multicast, the streams of a product.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-expand-kernels | FileCheck %s

#t = #wafer.layout<rows [d0] block, columns [d1] block>
pe.host @x : tensor<8x6xf32> input
pe.host @s : tensor<6xf32> input
pe.host @b : tensor<6xf32> input

// CHECK-LABEL: wafer.program @layer
wafer.program @layer machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x6xf32>
  %s = wafer.input @s : tensor<6xf32>
  %b = wafer.input @b : tensor<6xf32>
  // CHECK: pe.buffer @norm.sums : f32 x 6 on [0:3, 0:4]
  // CHECK: wafer.stream @norm.part : f32 for (0:2, 0:4) from (i0, i1) to [i0 + 1 : i0 + 2, i1 : i1 + 1]
  // CHECK: wafer.stream @norm.out : f32 for (0:4) from (2, i0) to [0 : 3, i0 : i0 + 1]
  // The first column sends its sums, and gets the mean; then it sends the sums of deviations and of their squares.
  // CHECK: wafer.task "first" of @norm on [0, 0:4]
  // CHECK:   pe.add f32 over [2, 2] @norm.sums[0 : 0, 1] = @norm.sums[0 : 0, 1], @norm.x[0 : 2, 1]
  // CHECK:   pe.move f32 over [1, 2] stream(@norm.part) = @norm.sums[0 : 2, 1]
  // CHECK:   pe.move f32 over [1, 2] @norm.sums[0 : 2, 1] = stream(@norm.out)
  // CHECK:   pe.sub f32 over [2, 2] @norm.y[0 : 2, 1] = @norm.x[0 : 2, 1], @norm.sums[0 : 0, 1]
  // CHECK:   pe.mac f32 over [2, 2] @norm.sums[2 : 0, 1] = @norm.y[0 : 2, 1], @norm.y[0 : 2, 1]
  // CHECK:   pe.move f32 over [2, 2] stream(@norm.part) = @norm.sums[0 : 2, 1]
  // CHECK: wafer.task "middle" of @norm on [1, 0:4]
  // CHECK:   pe.add f32 over [1, 2] stream(@norm.part) = stream(@norm.part), @norm.sums[0 : 2, 1]
  // CHECK: wafer.task "last" of @norm on [2, 0:4]
  // CHECK:   pe.add f32 over [1, 2] @norm.sums[0 : 2, 1] = stream(@norm.part), @norm.sums[0 : 2, 1]
  // CHECK:   pe.mul f32 over [2] @norm.sums[0 : 1] = @norm.sums[0 : 1], imm(0.166666672 : f32)
  // CHECK:   pe.move f32 over [1, 2] stream(@norm.out) = @norm.sums[0 : 2, 1]
  // CHECK: wafer.task "finish" of @norm on [0:3, 0:4]
  // CHECK-NEXT: pe.sub
  // CHECK-NEXT: pe.mul f32 over [2, 2] @norm.y[0 : 2, 1] = @norm.y[0 : 2, 1], @norm.sums[2 : 0, 1]
  // CHECK-NEXT: pe.mul f32 over [2, 2] @norm.y[0 : 2, 1] = @norm.y[0 : 2, 1], @norm.operand[0 : 1, 0]
  // CHECK-NEXT: pe.add f32 over [2, 2] @norm.y[0 : 2, 1] = @norm.y[0 : 2, 1], @norm.operand.1[0 : 1, 0]
  // CHECK-NEXT: pe.max f32 over [2, 2] @norm.y[0 : 2, 1] = @norm.y[0 : 2, 1], imm(0.000000e+00 : f32)
  %y = wafer.kernel @norm(%x, %s, %b) dataflow(#wafer.normalization) at <0:3, 0:4> to <0:3, 0:4> : (tensor<8x6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<8x6xf32, #t> {
  ^bb0(%a: tensor<8x6xf32>, %scale: tensor<6xf32>, %bias: tensor<6xf32>):
    %n = graph.layer_normalization %a, %scale, %bias axis 1 epsilon 1.0e-5 : (tensor<8x6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<8x6xf32>
    %r = graph.relu %n : tensor<8x6xf32>
    wafer.yield %r : tensor<8x6xf32>
  }
}

// One column has nobody to send to.
// CHECK-LABEL: wafer.program @rms
wafer.program @rms machine(#mesh4x4) launches(1) {
  %x = wafer.input @x : tensor<8x6xf32>
  %s = wafer.input @s : tensor<6xf32>
  // CHECK-NOT: wafer.stream
  // CHECK: wafer.task "only" of @norm on [0, 0:4]
  // CHECK-NEXT: pe.move f32 over [2] @norm.sums[2 : 1] = imm(0.000000e+00 : f32)
  // CHECK-NEXT: pe.mac f32 over [6, 2] @norm.sums[2 : 0, 1] = @norm.x[0 : 2, 1], @norm.x[0 : 2, 1]
  %y = wafer.kernel @norm(%x, %s) dataflow(#wafer.normalization) at <0:1, 0:4> to <0:1, 0:4> : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8x6xf32, #t> {
  ^bb0(%a: tensor<8x6xf32>, %scale: tensor<6xf32>):
    %n = graph.rms_normalization %a, %scale axis 1 epsilon 1.0e-5 : (tensor<8x6xf32>, tensor<6xf32>) -> tensor<8x6xf32>
    wafer.yield %n : tensor<8x6xf32>
  }
}
