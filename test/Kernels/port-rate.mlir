// A port's rate holds in the long run, whether or not it divides 1000: 4096 wavelets at 284 in 1000 cycles take 4096 * 1000 / 284 =
// 14,423 cycles. Rounding the pause after each wavelet up to 4 whole cycles made it 16,384.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s > %t.mlir
// RUN: wafer-run %t.mlir --mode=cycle --random-inputs | FileCheck %s
// RUN: wafer-run %t.mlir --mode=functional --random-inputs | FileCheck %s
// CHECK: cycles 14,4

pe.host @in : tensor<4096xf32> input
pe.host @out : tensor<4096xf32> output

pe.module @take machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 1] : west -> ramp
  pe.feed "west" on [0, 1] colour 0 from @in[i0] over [4096]
  pe.program @reader on [0, 1] {
    pe.buffer @a : f32 x 4096 at 6144
    pe.store @a[0 : 1] to @out[i0] over [4096]
    pe.bind in(0) colour 0
    pe.move f32 over [4096] @a[0 : 1] = in(0)
  }
}
