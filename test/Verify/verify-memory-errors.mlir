// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-memory -split-input-file -verify-diagnostics

// M1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{buffer @a has no offset}}
  pe.buffer @a : f32 x 4 on [0:4, 0:4]
}

// -----

// M1
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{buffer @a takes bytes 49144:49160 at PE (0,0) but 6144:49152 are usable}}
  pe.buffer @a : f32 x 4 on [0:4, 0:4] at 49144
}

// -----

// M2: both are used in the second kernel.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @first() : () -> () {
  }
  wafer.kernel @second() : () -> () {
  }
  // expected-note @+1 {{the other buffer is here}}
  pe.buffer @a : f32 x 4 on [0:2, 0:4] at 6144
  // expected-error @+1 {{buffer @b shares bytes 6156:6160 with @a at PE (1,0), and both are live in kernel @second}}
  pe.buffer @b : f32 x 4 on [1:4, 0:4] at 6156
  wafer.task "t" of @first on [0:2, 0:4] {
    pe.move f32 over [4] @a[0 : 1] = imm(0.0 : f32)
  }
  wafer.task "t" of @second on [1, 0:4] {
    pe.move f32 over [4] @b[0 : 1] = @a[0 : 1]
  }
}

// -----

pe.host @in : tensor<4xf32> input

// M2: a load that is made once lasts for the second launch.
wafer.program @p machine(#mesh4x4) launches(2) {
  wafer.kernel @first() : () -> () {
  }
  // expected-note @+1 {{the other buffer is here}}
  pe.buffer @a : f32 x 4 on [0, 0] at 6144
  // expected-error @+1 {{buffer @b shares bytes 6144:6160 with @a at PE (0,0), and both are live in kernel @first}}
  pe.buffer @b : f32 x 4 on [0, 0] at 6144
  pe.load @a[0 : 1] from @in[i0] over [4] on [0, 0] once
  wafer.task "t" of @first on [0, 0] {
    pe.move f32 over [4] @b[0 : 1] = imm(0.0 : f32)
  }
}

// -----

// M3: only the last column, in the second launch, in the fifth iteration.
wafer.program @p machine(#mesh4x4) launches(2) {
  wafer.kernel @k() : () -> () {
  }
  pe.buffer @a : f32 x 7 on [0:4, 0:4] at 6144
  wafer.task "t" of @k on [0:4, 0:4] {
    pe.loop 5 {
      // expected-error @+1 {{reaches element 7 of buffer @a, which has 7, at PE (3,0), launch 1, i0 = 4}}
      pe.move f32 over [2] @a[x + launch + i0 floordiv 2 + i0 floordiv 4 : 0] = imm(0.0 : f32)
      pe.move f32 over [1] @a[x + launch + i0 floordiv 2 : 1] = imm(0.0 : f32)
    }
  }
}

// -----

// M3: below the first element, by a negative stride; the extent is uneven.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  pe.buffer @a : f32 x 8 on [0:4, 0:4] at 6144
  wafer.task "t" of @k on [0:4, 0:4] {
    // expected-error @+1 {{reaches element -1 of buffer @a, which has 8, at PE (0,1)}}
    pe.move f32 over [(y + 1) * 11 floordiv 4 - y * 11 floordiv 4] @a[1 : -1] = imm(0.0 : f32)
  }
}

// -----

// M3: one rectangle of a region; (3,3) itself is no PE of the task.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  pe.buffer @a : f32 x 6 on [0:4, 0:4] at 6144
  wafer.task "fine" of @k on [0:4, 0] + [0, 0:4] + [3, 1:3] {
    pe.move f32 over [1] @a[x + y : 0] = imm(0.0 : f32)
  }
  wafer.task "not" of @k on [0:4, 0] + [0, 0:4] + [3, 1:4] {
    // expected-error @+1 {{reaches element 6 of buffer @a, which has 6, at PE (3,3)}}
    pe.move f32 over [1] @a[x + y : 0] = imm(0.0 : f32)
  }
}

// -----

pe.host @in : tensor<4x4xf32> input

// M3 and M4 of host copies and feeds.
wafer.program @p machine(#mesh4x4) launches(1) {
  pe.buffer @a : f32 x 8 on [0:4, 0:4] at 6144
  // expected-error @+1 {{reaches element 8 of buffer @a, which has 8, at PE (0,0), i0 = 4}}
  pe.load @a[0 : 2] from @in[i0] over [5] on [0:4, 0:4]
  // expected-error @+1 {{reaches element 16 of host tensor @in, which has 16, at PE (3,3), i0 = 1}}
  pe.load @a[0 : 1] from @in[x * 4 + y + i0] over [2] on [0:4, 0:4]
  wafer.stream @s : f32 for () from "west" (0, 3) to [0:1, 3:4]
  // expected-error @+1 {{reaches element -1 of host tensor @in, which has 16, at PE (0,3), i0 = 0}}
  pe.feed "west" on [0, 3] stream(@s) from @in[i0 - 1] over [8]
}

// -----

pe.module @lowered machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0] {
    pe.buffer @x : f32 x 4 at 6144
    pe.loop 4 {
      // expected-error @+1 {{reaches element 4 of buffer @x, which has 4, at PE (0,0), i0 = 0}}
      pe.move f32 over [5 - i0] @x[i0 : 1] = imm(0.0 : f32)
    }
  }
}

// -----

// M3, M4: what cannot be proved is an error for a buffer. An index into a host
// tensor that is outside at a first or last value of its parts is found.
pe.host @in : tensor<16xf32> input

wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  pe.buffer @a : f32 x 8 on [0:4, 0:4] at 6144
  // expected-error @+1 {{reaches element 16 of host tensor @in, which has 16, at PE (0,0), i0 = 999999999}}
  pe.load @a[0 : 0] from @in[i0 mod 16 + i0 mod 2] over [1000000000] on [0:4, 0:4]
  wafer.task "t" of @k on [0:4, 0:4] {
    pe.loop 1000000000 {
      pe.move f32 over [1] @a[i0 mod 8 : 0] = imm(0.0 : f32)
      // expected-error @+1 {{too many combinations to prove that the access to buffer @a lies inside it}}
      pe.move f32 over [1] @a[i0 mod 9 : 0] = imm(0.0 : f32)
    }
  }
}

// -----

// M4: one warning for all indices that nothing is known of (they are 0 or 17).
pe.host @in : tensor<18xf32> input

wafer.program @p machine(#mesh4x4) launches(1) {
  pe.buffer @a : f32 x 8 on [0:4, 0:4] at 6144
  // expected-warning @+1 {{cannot prove that all indices into host tensor @in lie inside it, nor those of 2 other copies or feeds: run the program with wafer-run, which refuses an index outside}}
  pe.load @a[0 : 0] from @in[i0 mod 34 - i0 mod 17] over [1000000000] on [0:4, 0:4]
  pe.load @a[0 : 0] from @in[i0 mod 34 - i0 mod 17] over [1000000000] on [0, 0] + [1, 1]
  pe.load @a[0 : 0] from @in[i0 mod 18] over [1000000000] on [0:4, 0:4]
  pe.load @a[0 : 0] from @in[i0 mod 17 - i0 mod 34 + 17] over [1000000000] on [0:4, 0:4]
}

// -----

// M4: two heads of 8 features, in the order of a rotary embedding of 2 pairs:
// the last block of columns has one feature too many.
pe.host @bias : tensor<16xf32> input

wafer.program @p machine(#mesh4x4) launches(1) {
  pe.buffer @a : f32 x 8 on [0:4, 0:4] at 6144
  pe.load @a[0 : 1] from @bias[((x * 8) floordiv 3 + i0 floordiv 2) floordiv 4 * 8 + (((x * 8) floordiv 3 + i0 floordiv 2) mod 2 * 2 + i0 mod 2) * 2 + ((x * 8) floordiv 3 + i0 floordiv 2) floordiv 2 mod 2] over [(((x + 1) * 8) floordiv 3 - (x * 8) floordiv 3) * 2] on [0:3, 0:4]
  // expected-error @+1 {{reaches element 16 of host tensor @bias, which has 16, at PE (2,0), i0 = 6}}
  pe.load @a[0 : 1] from @bias[((x * 8) floordiv 3 + i0 floordiv 2) floordiv 4 * 8 + (((x * 8) floordiv 3 + i0 floordiv 2) mod 2 * 2 + i0 mod 2) * 2 + ((x * 8) floordiv 3 + i0 floordiv 2) floordiv 2 mod 2] over [(((x + 1) * 8) floordiv 3 - (x * 8) floordiv 3) * 2 + 1] on [0:3, 0:4]
}

// -----

// M4: the same of 64 heads of 96 features on a wafer, 24 of them turned, for
// all tokens: too many combinations to look at, but the last one is outside.
pe.host @keys : tensor<2048x6144xf32> input

wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from "west" (0, 3) to [0:1, 3:4]
  pe.feed "west" on [0, 3] stream(@s) from @keys[(i0 * 2048 floordiv 994 + i2) * 6144 + ((i1 * 3072) floordiv 704 + i3 floordiv 2) floordiv 48 * 96 + (((i1 * 3072) floordiv 704 + i3 floordiv 2) mod 4 * 2 + i3 mod 2) * 12 + ((i1 * 3072) floordiv 704 + i3 floordiv 2) floordiv 4 mod 12] over [994, 704, (i0 + 1) * 2048 floordiv 994 - i0 * 2048 floordiv 994, ((i1 + 1) * 3072 floordiv 704) * 2 - (i1 * 3072 floordiv 704) * 2]
  // expected-error @+1 {{reaches element 12582912 of host tensor @keys, which has 12582912, at PE (0,3), i0 = 993, i1 = 703, i2 = 2, i3 = 10}}
  pe.feed "west" on [0, 3] stream(@s) from @keys[(i0 * 2048 floordiv 994 + i2) * 6144 + ((i1 * 3072) floordiv 704 + i3 floordiv 2) floordiv 48 * 96 + (((i1 * 3072) floordiv 704 + i3 floordiv 2) mod 4 * 2 + i3 mod 2) * 12 + ((i1 * 3072) floordiv 704 + i3 floordiv 2) floordiv 4 mod 12] over [994, 704, (i0 + 1) * 2048 floordiv 994 - i0 * 2048 floordiv 994, ((i1 + 1) * 3072 floordiv 704) * 2 - (i1 * 3072 floordiv 704) * 2 + 1]
}
