// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-memory 2>&1 | FileCheck %s --implicit-check-not=warning

pe.host @in : tensor<8x16xf32> input
pe.host @out : tensor<8x16xf32> output

// Double buffers, uneven parts, a guarded access to the next block, negative strides.
// CHECK-LABEL: wafer.program @fits
wafer.program @fits machine(#mesh4x4) launches(2) {
  wafer.kernel @k() : () -> () {
  }
  // 4 columns own 16 features; 8 tokens over 4 rows and 2 launches.
  pe.buffer @x : f32 x 4 on [0:4, 0:4] at 6144
  pe.buffer @halves : f32 x 6 on [0:4, 0:4] at 6160
  pe.load @x[0 : 1, 4] from @in[(launch * 4 + y) * 16 + x * 4 + i0] over [4, 1] on [0:4, 0:4]
  pe.store @x[3 : -1] to @out[(launch * 4 + y) * 16 + x * 4 + i0] over [4] on [0:4, 0:4]
  wafer.task "t" of @k on [0:4, 0:4] {
    pe.loop 5 {
      // 3 elements at most: 7 * 2 / 5 blocks are of 1 or 2, plus y / 3.
      pe.move f32 over [(i0 + 1) * 7 floordiv 5 - i0 * 7 floordiv 5 + y floordiv 3] @halves[(i0 mod 2) * 3 : 1] = imm(0.0 : f32)
      pe.move f32 over [3] @halves[(i0 mod 2) * 3 + 2 : -1] = imm(0.0 : f32)
      // Only where there is a next block.
      pe.loop (8 - i0) floordiv 5 {
        pe.move f32 over [1] @halves[i0 + 1 : 1] = @x[i0 : 1]
      }
      // No elements at x = 0.
      pe.move f32 over [x] @x[x - 1 : 0] = imm(0.0 : f32)
    }
  }
}

// Buffers share bytes where no PE has both, or where they do not live together.
// CHECK-LABEL: wafer.program @shares
wafer.program @shares machine(#mesh4x4) launches(1) {
  wafer.kernel @first() : () -> () {
  }
  wafer.kernel @second() : () -> () {
  }
  pe.buffer @a : f32 x 16 on [0:2, 0] at 6144
  pe.buffer @b : f32 x 16 on [2:4, 0] at 6144
  pe.buffer @c : f32 x 16 on [0:2, 0] at 6144
  wafer.task "t" of @first on [0:4, 0] {
    pe.move f32 over [16] @b[0 : 1] = imm(0.0 : f32)
  }
  wafer.task "t" of @first on [0:2, 0] {
    pe.move f32 over [16] @a[0 : 1] = imm(0.0 : f32)
  }
  wafer.task "t" of @second on [0:2, 0] {
    pe.move f32 over [16] @c[0 : 1] = imm(0.0 : f32)
  }
}

// The features of 64 heads of 96 in the order of a rotary embedding of 12 pairs,
// the keys of which stand between queries and values, for all tokens of a
// wafer: proved without looking at the combinations, and exact to the element.
pe.host @keys : tensor<2048x18432xf32> input

// CHECK-LABEL: wafer.program @paired
wafer.program @paired machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from "west" (0, 3) to [0:1, 3:4]
  pe.feed "west" on [0, 3] stream(@s) from @keys[(i0 * 2048 floordiv 994 + i2) * 18432 + (((i1 * 3072) floordiv 704 + i3 floordiv 2) floordiv 48 * 96 + (((i1 * 3072) floordiv 704 + i3 floordiv 2) mod 4 * 2 + i3 mod 2) * 12 + ((i1 * 3072) floordiv 704 + i3 floordiv 2) floordiv 4 mod 12) floordiv 96 * 288 + (((i1 * 3072) floordiv 704 + i3 floordiv 2) floordiv 48 * 96 + (((i1 * 3072) floordiv 704 + i3 floordiv 2) mod 4 * 2 + i3 mod 2) * 12 + ((i1 * 3072) floordiv 704 + i3 floordiv 2) floordiv 4 mod 12) mod 96 + 192] over [994, 704, (i0 + 1) * 2048 floordiv 994 - i0 * 2048 floordiv 994, ((i1 + 1) * 3072 floordiv 704) * 2 - (i1 * 3072 floordiv 704) * 2]
}

// CHECK-LABEL: pe.module @lowered
pe.module @lowered machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0] {
    pe.buffer @x : f32 x 4 at 6144
    pe.load @x[0 : 1] from @in[x * 4 + i0] over [4]
    pe.loop 4 {
      pe.move f32 over [4 - i0] @x[i0 : 1] = imm(0.0 : f32)
    }
  }
}
