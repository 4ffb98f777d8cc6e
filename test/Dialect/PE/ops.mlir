// Round trip of every op of the pe dialect, and the examples of their descriptions.
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt | FileCheck %s
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt | wafer-opt | FileCheck %s
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -mlir-print-op-generic | wafer-opt | FileCheck %s
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -emit-bytecode | wafer-opt | FileCheck %s

// CHECK: pe.host @images : tensor<8x64xf32> input
pe.host @images : tensor<8x64xf32> input
// CHECK: pe.host @w : tensor<2xi32> constant value(dense<[1, 2]> : tensor<2xi32>)
pe.host @w : tensor<2xi32> constant value(dense<[1, 2]> : tensor<2xi32>)
// CHECK: pe.host @between : tensor<4xf16> temporary
pe.host @between : tensor<4xf16> temporary
// CHECK: pe.host @logits : tensor<4x4xf32> output
pe.host @logits : tensor<4x4xf32> output

// Before allocation a buffer and a copy have a region.
// CHECK: pe.buffer @early : f16 x 4 on [0:4, 0] less (1, 0)
pe.buffer @early : f16 x 4 on [0:4, 0] less (1, 0)
// CHECK: pe.store @early[0 : 1] to @between[i0] over [4] on [2, 0]
pe.store @early[0 : 1] to @between[i0] over [4] on [2, 0]
// CHECK: pe.feed "east" on [3, 1] stream(@s) from @images[i0] over [64]
pe.feed "east" on [3, 1] stream(@s) from @images[i0] over [64]

// CHECK-LABEL: pe.module @p0 machine(#mesh4x4) launches(2) {
pe.module @p0 machine(#mesh4x4) launches(2) {
  // CHECK: pe.route colour 3 epoch 0 on [0:4, 0] : west -> ramp | west -> east wrap
  pe.route colour 3 epoch 0 on [0:4, 0] : west -> ramp | west -> east wrap
  // CHECK: pe.route colour 3 epoch 1 on [0, 1:4:2] : west -> ramp, north, east
  pe.route colour 3 epoch 1 on [0, 1:4:2] : west -> east, ramp, north
  // CHECK: pe.feed "west" on [0, 1:4:2] colour 5 from @images[i0 * 64 + i1] over [8, 64]
  pe.feed "west" on [0, 1:4:2] colour 5 from @images[i0 * 64 + i1] over [8, 64]
  // CHECK: pe.program @c0 on [0:4, 0:4] {
  pe.program @c0 on [0:4, 0:4] {
    // CHECK: pe.buffer @x : f32 x 96 at 6144
    pe.buffer @x : f32 x 96 at 6144
    // CHECK: pe.buffer @acc : f32 x 12 at 6528
    pe.buffer @acc : f32 x 12 at 6528
    pe.buffer @h : f16 x 8 at 6576
    pe.buffer @n : i32 x 8 at 6592
    // CHECK: pe.load @x[0 : 8, 1] from @images[(y * 8 + i0) * 64 + x * 4 + i1] over [8, 4] once
    pe.load @x[0 : 8, 1] from @images[(y * 8 + i0) * 64 + x * 4 + i1] over [8, 4] once
    // CHECK: pe.load @x[x : 8, 1] from @images[i1] over [2, i0 + 1]
    pe.load @x[x : 8, 1] from @images[i1] over [2, i0 + 1]
    // CHECK: pe.store @acc[0 : ] to @logits[y * 4 + x + launch] over []
    pe.store @acc[0 : ] to @logits[y * 4 + x + launch] over []
    // CHECK: pe.bind in(0) colour 3
    pe.bind in(0) colour 3
    // CHECK: pe.bind out(1) colour 20
    pe.bind out(1) colour 20
    // CHECK: pe.add f32 over [6, 2] out(0) = in(0), @acc[0 : 2, 1]
    pe.add f32 over [6, 2] out(0) = in(0), @acc[0 : 2, 1]
    // CHECK: pe.loop ((x + 1) * 6) floordiv 4 - ((x * 6) floordiv 4) {
    pe.loop (x + 1) * 6 floordiv 4 - x * 6 floordiv 4 {
      // CHECK: pe.async 1 {
      pe.async 1 {
        pe.loop 2 {
          // CHECK: pe.move f32 over [i0, 4 - i1, 2, 1] discard = in(1)
          pe.move f32 over [i0, 4 - i1, 2, 1] discard = in(1)
        }
        // CHECK: pe.control out(0) [advance, nop, reset]
        pe.control out(0) [advance, nop, reset]
      }
      // CHECK: pe.mac f32 over [2, 3] @acc[(i0 mod 2) * 3 : 1, 0] = @x[0 : 4, -1], imm(1.500000e+00 : f32)
      pe.mac f32 over [2, 3] @acc[(i0 mod 2) * 3 : 1, 0] = @x[0 : 4, -1], imm(1.5 : f32)
    }
    // CHECK: pe.await 1, 2
    pe.await 1, 2
    // CHECK: pe.mac f32 from f16 over [8] @acc[0 : 0] = @h[0 : 1], @h[0 : 1]
    pe.mac f32 from f16 over [8] @acc[0 : 0] = @h[0 : 1], @h[0 : 1]
    // CHECK: pe.sub f16 over [8] @h[0 : 1] = @h[0 : 1], imm(1.000000e+00 : f16)
    pe.sub f16 over [8] @h[0 : 1] = @h[0 : 1], imm(1.0 : f16)
    // CHECK: pe.mul i32 over [8] @n[0 : 1] = @n[0 : 1], imm(-3 : i32)
    pe.mul i32 over [8] @n[0 : 1] = @n[0 : 1], imm(-3 : i32)
    // CHECK: pe.max f32 over [1] @acc[0 : 1] = @acc[1 : 1], imm(0xFF800000 : f32)
    pe.max f32 over [1] @acc[0 : 1] = @acc[1 : 1], imm(0xFF800000 : f32)
    // CHECK: pe.min i32 over [] discard = in(0), imm(0 : i32)
    pe.min i32 over [] discard = in(0), imm(0 : i32)
    // CHECK: pe.neg f32 over [2] @acc[0 : 1] = in(2)
    pe.neg f32 over [2] @acc[0 : 1] = in(2)
    // CHECK: pe.abs f16 over [2] @h[y : 1] = @h[launch : 1]
    pe.abs f16 over [2] @h[y : 1] = @h[launch : 1]
    // CHECK: pe.convert f16 from f32 over [8] @h[0 : 1] = @x[0 : 1]
    pe.convert f16 from f32 over [8] @h[0 : 1] = @x[0 : 1]
    // CHECK: pe.convert i32 from f32 over [8] @n[0 : 1] = in(0)
    pe.convert i32 from f32 over [8] @n[0 : 1] = in(0)
    // CHECK: pe.move i32 from f32 over [8] @n[0 : 1] = @x[0 : 1]
    pe.move i32 from f32 over [8] @n[0 : 1] = @x[0 : 1]
    // CHECK: pe.move f32 from i32 over [8] @x[0 : 1] = imm(1065353216 : i32)
    pe.move f32 from i32 over [8] @x[0 : 1] = imm(1065353216 : i32)
    // CHECK: pe.barrier epoch 1
    pe.barrier epoch 1
  }
}

// Operands as attributes.
// CHECK-LABEL: module @operands attributes
// CHECK-SAME: pe.discard = #pe.discard<discard>
// CHECK-SAME: pe.imm = #pe.imm<imm(0.000000e+00 : f32)>
// CHECK-SAME: pe.in = #pe.queue<in(0)>
// CHECK-SAME: pe.mem = #pe.mem<@b[x + 1 : 2, 1]>
// CHECK-SAME: pe.stream = #pe.stream<stream(@name)>
module @operands attributes {
  pe.mem = #pe.mem<@b[x + 1 : 2, 1]>, pe.in = #pe.queue<in(0)>, pe.stream = #pe.stream<stream(@name)>,
  pe.imm = #pe.imm<imm(0.0 : f32)>, pe.discard = #pe.discard<discard>
} {}
