// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-programs | FileCheck %s

// A product's pattern: while block i0 is passed on, block i0 + 1 is computed in the other half; a prologue before the loop, a
// second loop behind it that goes on with the other parity.
// CHECK-LABEL: pe.module @double_buffer
pe.module @double_buffer machine(#mesh4x4) launches(2) {
  pe.route colour 0 epoch 0 on [0, 0:4] : ramp -> east
  pe.route colour 0 epoch 0 on [1, 0:4] : west -> ramp
  pe.program @send on [0, 0:4] {
    pe.buffer @acc : f32 x 16 at 6144
    pe.bind out(0) colour 0
    pe.loop 5 {
      pe.move f32 over [8] @acc[(i0 mod 2) * 8 : 1] = imm(0.0 : f32)
      pe.await 1
      pe.async 1 {
        pe.move f32 over [8] out(0) = @acc[(i0 mod 2) * 8 : 1]
      }
    }
    pe.loop 3 {
      pe.move f32 over [8] @acc[((i0 + 5) mod 2) * 8 : 1] = imm(0.0 : f32)
      pe.await 1
      pe.async 1 {
        pe.move f32 over [8] out(0) = @acc[((i0 + 5) mod 2) * 8 : 1]
      }
    }
    pe.await 1
  }
  pe.program @receive on [1, 0:4] {
    pe.buffer @w : f32 x 16 at 6144
    pe.buffer @sum : f32 x 8 at 6208
    pe.bind in(0) colour 0
    pe.async 1 {
      pe.move f32 over [8] @w[0 : 1] = in(0)
    }
    pe.loop 8 {
      pe.await 1
      // Ask for the next block while there is one.
      pe.loop (14 - i0) floordiv 8 {
        pe.async 1 {
          pe.move f32 over [8] @w[((i0 + 1) mod 2) * 8 : 1] = in(0)
        }
      }
      pe.add f32 over [8] @sum[0 : 1] = @sum[0 : 1], @w[(i0 mod 2) * 8 : 1]
    }
  }
}

// Both only read; other rows; other iterations of a loop inside the block; a restart waits for the microthread.
// CHECK-LABEL: pe.module @apart
pe.module @apart machine(#mesh4x4) launches(1) {
  pe.program @c on [0:4, 0:4] {
    pe.buffer @a : f32 x 16 at 6144
    pe.buffer @b : f32 x 16 at 6208
    pe.async 1 {
      pe.move f32 over [4] @b[0 : 1] = @a[0 : 1]
    }
    pe.async 2 {
      pe.loop 4 {
        pe.move f32 over [2] @b[i0 * 2 + 4 : 1] = @a[0 : 1]
      }
    }
    pe.move f32 over [4] @b[12 : 1] = @a[0 : 1]
    // Behind what microthread 1 writes where y > 0, nothing at y = 0.
    pe.move f32 over [y * 2 - y] @b[12 : 1] = @a[0 : 1]
    pe.async 1 {
      pe.move f32 over [4] @b[0 : 1] = @a[0 : 1]
    }
    pe.await 1, 2
    pe.move f32 over [16] @b[0 : 1] = @a[0 : 1]
  }
}

// A barrier waits for the microthreads; queues may be tied anew behind it.
// CHECK-LABEL: pe.module @epochs
pe.module @epochs machine(#mesh4x4) launches(1) {
  pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
  pe.route colour 1 epoch 1 on [0, 0] : ramp -> south
  pe.route colour 0 epoch 0 on [1, 0] : west -> ramp
  pe.route colour 1 epoch 1 on [0, 1] : north -> ramp
  pe.program @c on [0, 0] {
    pe.bind out(0) colour 0
    pe.async 1 {
      pe.move f32 over [4] out(0) = imm(1.0 : f32)
    }
    pe.barrier epoch 1
    pe.bind out(0) colour 1
    pe.move f32 over [4] out(0) = imm(1.0 : f32)
  }
  pe.program @d on [1, 0] {
    pe.bind in(0) colour 0
    pe.move f32 over [4] discard = in(0)
    pe.barrier epoch 1
  }
  pe.program @e on [0, 1] {
    pe.bind in(0) colour 0
    pe.barrier epoch 1
    pe.bind in(0) colour 1
    pe.move f32 over [4] discard = in(0)
  }
}
