// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-allocate-memory | FileCheck %s
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-allocate-memory -o %t.once
// RUN: wafer-opt --wafer-allocate-memory %t.once | diff %t.once -

pe.host @in : tensor<16xf32> input
pe.host @out : tensor<16xf32> output

// The larger buffer comes first, behind the 6144 reserved bytes; PEs that have only one of two buffers let them share bytes.
// CHECK-LABEL: wafer.program @regions
// CHECK: pe.buffer @small : f32 x 4 on [0:2, 0:4] at 6176
// CHECK: pe.buffer @large : f32 x 8 on [0:4, 0:4] at 6144
// CHECK: pe.buffer @east : f32 x 4 on [2:4, 0:4] at 6176
wafer.program @regions machine(#mesh4x4) launches(1) {
  pe.buffer @small : f32 x 4 on [0:2, 0:4]
  pe.buffer @large : f32 x 8 on [0:4, 0:4]
  pe.buffer @east : f32 x 4 on [2:4, 0:4]
}

// @a lives until the first kernel (it is loaded), @b in the first and second, @c in the second, and @d to the end (stored).
// CHECK-LABEL: wafer.program @lives
// CHECK: pe.buffer @a : f32 x 16 on [0, 0] at 6144
// CHECK: pe.buffer @b : f32 x 8 on [0, 0] at 6208
// CHECK: pe.buffer @c : f32 x 16 on [0, 0] at 6144
// CHECK: pe.buffer @d : f32 x 4 on [0, 0] at 6240
wafer.program @lives machine(#mesh4x4) launches(2) {
  wafer.kernel @first() : () -> () {
  }
  wafer.kernel @second() : () -> () {
  }
  pe.buffer @a : f32 x 16 on [0, 0]
  pe.buffer @b : f32 x 8 on [0, 0]
  pe.buffer @c : f32 x 16 on [0, 0]
  pe.buffer @d : f32 x 4 on [0, 0]
  pe.load @a[0 : 1] from @in[i0] over [16] on [0, 0]
  pe.store @d[0 : 1] to @out[i0] over [4] on [0, 0]
  wafer.task "t" of @first on [0, 0] {
    pe.move f32 over [8] @b[0 : 1] = @a[0 : 1]
  }
  wafer.task "t" of @second on [0, 0] {
    pe.move f32 over [8] @c[0 : 1] = @b[0 : 1]
    pe.move f32 over [4] @d[0 : 1] = @c[0 : 1]
  }
}

// What is loaded once has to last for all launches.
// CHECK-LABEL: wafer.program @once
// CHECK: pe.buffer @a : f32 x 16 on [0, 0] at 6144
// CHECK: pe.buffer @c : f32 x 16 on [0, 0] at 6208
wafer.program @once machine(#mesh4x4) launches(2) {
  wafer.kernel @first() : () -> () {
  }
  pe.buffer @a : f32 x 16 on [0, 0]
  pe.buffer @c : f32 x 16 on [0, 0]
  pe.load @a[0 : 1] from @in[i0] over [16] on [0, 0] once
  wafer.task "t" of @first on [0, 0] {
    pe.move f32 over [8] @c[0 : 1] = imm(0.0 : f32)
  }
}

// Offsets written by hand are kept; f16 buffers start at a word.
// CHECK-LABEL: wafer.program @fixed
// CHECK: pe.buffer @a : f16 x 3 on [0, 0] at 6160
// CHECK: pe.buffer @b : f16 x 3 on [0, 0] at 6144
// CHECK: pe.buffer @c : f16 x 3 on [0, 0] at 6152
// CHECK: pe.buffer @d : f16 x 3 on [0, 0] at 6168
wafer.program @fixed machine(#mesh4x4) launches(1) {
  pe.buffer @a : f16 x 3 on [0, 0] at 6160
  pe.buffer @b : f16 x 3 on [0, 0]
  pe.buffer @c : f16 x 3 on [0, 0]
  pe.buffer @d : f16 x 3 on [0, 0]
}
