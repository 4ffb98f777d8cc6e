// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-streams | FileCheck %s

pe.host @w : tensor<64xf32> input

// Uneven counts that are equal at both ends: a chain along the rows, rows of different length, two launches.
// CHECK-LABEL: wafer.program @chain
wafer.program @chain machine(#mesh4x4) launches(2) {
  wafer.kernel @k() : () -> () {
  }
  pe.buffer @acc : f32 x 8 on [0:4, 0:4]
  wafer.stream @part : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]
  wafer.task "first" of @k on [0, 0:4] {
    pe.loop 3 {
      pe.move f32 over [(i0 + 1) * 7 floordiv 3 - i0 * 7 floordiv 3, (launch * 4 + y + 1) * 9 floordiv 8 - (launch * 4 + y) * 9 floordiv 8] stream(@part) = @acc[0 : 1, 0]
    }
  }
  // 7 = 3 + 4, whatever the blocks.
  wafer.task "middle" of @k on [1:3, 0:4] {
    pe.loop (launch * 4 + y + 1) * 9 floordiv 8 - (launch * 4 + y) * 9 floordiv 8 {
      pe.add f32 over [3] stream(@part) = stream(@part), @acc[0 : 1]
      pe.add f32 over [4] stream(@part) = stream(@part), @acc[0 : 1]
    }
  }
  wafer.task "last" of @k on [3, 0:4] {
    pe.move f32 over [7, (launch * 4 + y + 1) * 9 floordiv 8 - (launch * 4 + y) * 9 floordiv 8] discard = stream(@part)
  }
}

// Each reader takes its part of a row and forgets the rest; the source does not read.
// CHECK-LABEL: wafer.program @scatter
wafer.program @scatter machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @out : f32 for (0:4) from (3, i0) to [0:4, i0:i0 + 1]
  wafer.task "send" of @k on [3, 0:4] {
    pe.move f32 over [10] stream(@out) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [0:3, 0:4] {
    pe.move f32 over [x * 10 floordiv 4] discard = stream(@out)
    pe.move f32 over [(x + 1) * 10 floordiv 4 - x * 10 floordiv 4] discard = stream(@out)
    pe.move f32 over [10 - (x + 1) * 10 floordiv 4] discard = stream(@out)
  }
}

// Ports feed as much as the readers take.
// CHECK-LABEL: wafer.program @fed
wafer.program @fed machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @trunk : f32 for (0:2) from "west" (0, i0 * 2 + 1) to [0:4, i0 * 2 + 1:i0 * 2 + 2]
  pe.feed "west" on [0, 1:4:2] stream(@trunk) from @w[i0 * 4 + i1] over [3, y - i0]
  wafer.task "receive" of @k on [0:4, 1:4:2] {
    // y = 1: 1; y = 3: 3 + 2 + 1.
    pe.loop y {
      pe.move f32 over [y - i0] discard = stream(@trunk)
    }
  }
}

// Columns 0 and 1 are sent from row 0, columns 2 and 3 from row 2; the sources do not read.
// CHECK-LABEL: wafer.program @staircase
wafer.program @staircase machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @w : f32 for (0:4) from (i0, 2 * (i0 floordiv 2)) to [i0:i0 + 1, 0:4]
  wafer.task "send" of @k on [0:2, 0] + [2:4, 2] {
    pe.move f32 over [x + 1] stream(@w) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [0:2, 1:4] + [2:4, 0:2] + [2:4, 3] {
    pe.move f32 over [x + 1] discard = stream(@w)
  }
}

// A ring along x: channels of the two indices are told apart.
// CHECK-LABEL: wafer.program @ring
wafer.program @ring machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @r : f32 for (0:4, 0:4) from (i0, i1) to [(i0 + 1) mod 4:(i0 + 1) mod 4 + 1, i1:i1 + 1]
  wafer.task "both" of @k on [0:4, 0:4] {
    pe.async 1 {
      pe.move f32 over [y] stream(@r) = imm(1.0 : f32)
    }
    pe.move f32 over [y] discard = stream(@r)
  }
}
