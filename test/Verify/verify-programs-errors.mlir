// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-programs -split-input-file -verify-diagnostics

// E12: without halves, the next block overwrites the one on its way.
pe.module @m machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0:4] : ramp -> east
  pe.program @c on [0, 0:4] {
    pe.buffer @acc : f32 x 16 at 6144
    pe.bind out(0) colour 0
    pe.loop 5 {
      // expected-error @+1 {{writes bytes of @acc that are read at the same time, at PE (0,0), i0 = 1}}
      pe.move f32 over [8] @acc[0 : 1] = imm(0.0 : f32)
      pe.await 1
      pe.async 1 {
        // expected-note @+1 {{by this instruction, which may be in flight}}
        pe.move f32 over [8] out(0) = @acc[0 : 1]
      }
    }
    pe.await 1
  }
}

// -----

// E12: halves that overlap by one element, in the rows with 9 elements only.
pe.module @m machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0:4] : ramp -> east
  pe.program @c on [0, 0:4] {
    pe.buffer @acc : f32 x 17 at 6144
    pe.bind out(0) colour 0
    pe.loop 5 {
      // expected-error @+1 {{writes bytes of @acc that are read at the same time, at PE (0,3), i0 = 1}}
      pe.move f32 over [8 + y floordiv 3] @acc[(i0 mod 2) * 8 : 1] = imm(0.0 : f32)
      pe.await 1
      pe.async 1 {
        // expected-note @+1 {{by this instruction, which may be in flight}}
        pe.move f32 over [8 + y floordiv 3] out(0) = @acc[(i0 mod 2) * 8 : 1]
      }
    }
    pe.await 1
  }
}

// -----

// E12: the second loop begins with the half that is still on its way from the first one (5 blocks: the last one is half 0).
pe.module @m machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0:4] : ramp -> east
  pe.program @c on [0, 0:4] {
    pe.buffer @acc : f32 x 16 at 6144
    pe.bind out(0) colour 0
    pe.loop 5 {
      pe.move f32 over [8] @acc[(i0 mod 2) * 8 : 1] = imm(0.0 : f32)
      pe.await 1
      pe.async 1 {
        // expected-note @+1 {{by this instruction, which may be in flight}}
        pe.move f32 over [8] out(0) = @acc[(i0 mod 2) * 8 : 1]
      }
    }
    pe.loop 3 {
      // expected-error @+1 {{writes bytes of @acc that are read at the same time, at PE (0,0), i0 = 0}}
      pe.move f32 over [8] @acc[(i0 mod 2) * 8 : 1] = imm(0.0 : f32)
      pe.await 1
      pe.async 1 {
        pe.move f32 over [8] out(0) = @acc[(i0 mod 2) * 8 : 1]
      }
    }
  }
}

// -----

// E12: two microthreads; buffers that share bytes.
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0, 0:4] {
    pe.buffer @a : f32 x 8 at 6144
    pe.buffer @b : f32 x 8 at 6172
    pe.async 1 {
      // expected-note @+1 {{by this instruction, which may be in flight}}
      pe.move f32 over [8] @a[0 : 1] = imm(0.0 : f32)
    }
    pe.async 2 {
      pe.move f32 over [7] @b[1 : 1] = imm(0.0 : f32)
      // expected-error @+1 {{writes bytes of @b that are written at the same time, at PE (0,0)}}
      pe.move f32 over [8] @b[7 : -1] = imm(0.0 : f32)
    }
  }
}

// -----

// E12: started in the last iteration of a loop that some iterations of another one skip, awaited by nobody.
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0, 0:4] {
    pe.buffer @a : f32 x 8 at 6144
    pe.loop 4 {
      pe.loop i0 {
        pe.async 1 {
          // expected-note @+1 {{by this instruction, which may be in flight}}
          pe.move f32 over [8] @a[0 : 1] = imm(0.0 : f32)
        }
      }
    }
    // expected-error @+1 {{reads bytes of @a that are written at the same time}}
    pe.add f32 over [8] discard = @a[0 : 1], imm(0.0 : f32)
  }
}

// -----

// E13: one queue, two readers.
pe.module @m machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0:4] : west -> ramp
  pe.program @c on [0, 0:4] {
    pe.bind in(1) colour 0
    pe.async 1 {
      // expected-note @+1 {{the other one is here}}
      pe.move f32 over [8] discard = in(1)
    }
    // No elements: nothing happens.
    pe.move f32 over [y - 4] discard = in(1)
    // expected-error @+1 {{uses queue in(1) while another instruction in flight uses it, at PE (0,3)}}
    pe.move f32 over [y - 2] discard = in(1)
  }
}

// -----

// E13: a queue is tied to another colour under its user.
pe.module @m machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0:4] : ramp -> east
  pe.program @c on [0, 0:4] {
    pe.bind out(1) colour 0
    pe.async 1 {
      // expected-note @+1 {{it is used here}}
      pe.move f32 over [8] out(1) = imm(0.0 : f32)
    }
    // expected-error @+1 {{ties queue out(1) to colour 1 while microthread 1 may use it}}
    pe.bind out(1) colour 1
  }
}

// -----

// Q1, Q2
pe.module @m machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0:3] : ramp -> east
  pe.program @unbound on [0, 0:3] {
    pe.bind in(0) colour 0
    // expected-error @+1 {{uses queue out(0), which is tied to no colour}}
    pe.move f32 over [8] out(0) = imm(0.0 : f32)
  }
  pe.program @unrouted on [0, 3] + [1, 0] {
    pe.bind out(0) colour 0
    // expected-error @+1 {{uses queue out(0) of colour 0 but PE (1,0) has no route from its ramp for that colour in epoch 0}}
    pe.move f32 over [8] out(0) = imm(0.0 : f32)
  }
}

// -----

// Q2: the route of epoch 0 is no route in epoch 1.
pe.module @m machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0] : west -> ramp
  pe.program @c on [0, 0] {
    pe.bind in(0) colour 0
    pe.move f32 over [8] discard = in(0)
    pe.barrier epoch 1
    pe.bind in(0) colour 0
    // expected-error @+1 {{uses queue in(0) of colour 0 but PE (0,0) has no route to its ramp for that colour in epoch 1}}
    pe.move f32 over [8] discard = in(0)
  }
}

// -----

// Q3
pe.module @m machine(#mesh4x4) launches(1) {
  pe.program @c on [0, 0] {
    pe.bind in(0) colour 0
    // expected-error @+1 {{ties colour 0 to input queue 1 while it is tied to input queue 0}}
    pe.bind in(1) colour 0
  }
}
