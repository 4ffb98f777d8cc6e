// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-streams -split-input-file -verify-diagnostics

pe.host @w : tensor<64xf32> input

// S1: a source that does not send.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  // expected-error @+1 {{stream @s: no task sends on it at its source PE (2,0)}}
  wafer.stream @s : f32 for (0:3) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
  wafer.task "send" of @k on [0:2, 0] {
    pe.move f32 over [4] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [1:4, 0] {
    pe.move f32 over [4] discard = stream(@s)
  }
}

// -----

// S1: a sender without readers.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for (0:3) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
  wafer.task "send" of @k on [0:4, 0] {
    // expected-error @+1 {{stream @s: PE (3,0) sends on it but is not the source of a channel with readers}}
    pe.move f32 over [4] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [1:4, 0] {
    pe.move f32 over [4] discard = stream(@s)
  }
}

// -----

// S2: nobody reads at (0,1); the hole is noticed, too.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  // expected-error @+1 {{stream @s: no task reads it at PE (2,1)}}
  wafer.stream @s : f32 for (0:4) from (3, i0) to [0:4, i0:i0 + 1]
  wafer.task "send" of @k on [3, 0:4] {
    pe.move f32 over [4] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [0:3, 0:4] less (2, 1) {
    pe.move f32 over [4] discard = stream(@s)
  }
}

// -----

// S2: the source is not a reader of its own channel.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for (0:4) from (3, i0) to [0:4, i0:i0 + 1]
  wafer.task "send" of @k on [3, 0:4] {
    pe.move f32 over [4] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [0:4, 0:4] {
    // expected-error @+1 {{stream @s: PE (3,0) reads it but no channel leads there}}
    pe.move f32 over [4] discard = stream(@s)
  }
}

// -----

// S3: both channels are read by (2,0).
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  // expected-error @+1 {{stream @s: some PE reads several of its channels: 1 PEs are the readers of 2}}
  wafer.stream @s : f32 for (0:2) from (i0, 0) to [2:3, 0:1]
  wafer.task "send" of @k on [0:2, 0] {
    pe.move f32 over [4] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [2, 0] {
    pe.move f32 over [4] discard = stream(@s)
  }
}

// -----

// S3: two channels of one source.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  // expected-error @+1 {{stream @s: some PE is the source of several of its channels: 2 channels start at 1 PEs}}
  wafer.stream @s : f32 for (0:2) from (0, 0) to [i0 + 1:i0 + 2, 0:1]
  wafer.task "send" of @k on [0, 0] {
    pe.move f32 over [4] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [1:3, 0] {
    pe.move f32 over [4] discard = stream(@s)
  }
}

// -----

// S4: the second row of the second launch takes one element less.
wafer.program @p machine(#mesh4x4) launches(3) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for (0:4) from (0, i0) to [1:4, i0:i0 + 1]
  wafer.task "send" of @k on [0, 0:4] {
    // expected-note @+1 {{they are sent here}}
    pe.move f32 over [4] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [1:4, 0:4] {
    // expected-error @+1 {{stream @s: PE (1,1) takes 3 elements in launch 1 but its source, PE (0,1), sends 4}}
    pe.move f32 over [4 - (launch * 4 + y) floordiv 5] discard = stream(@s)
  }
}

// -----

// S4: only column 2 is wrong.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for (0:4) from (3, i0) to [0:4, i0:i0 + 1]
  wafer.task "send" of @k on [3, 0:4] {
    // expected-note @+1 {{they are sent here}}
    pe.move f32 over [10] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [0:3, 0:4] {
    // expected-error @+1 {{stream @s: PE (2,0) takes 9 elements in launch 0 but its source, PE (3,0), sends 10}}
    pe.move f32 over [x * 10 floordiv 4] discard = stream(@s)
    pe.move f32 over [10 - (x * 10 floordiv 4) - x floordiv 2] discard = stream(@s)
  }
}

// -----

pe.host @w : tensor<64xf32> input

// A port's channel: senders, feeds and counts.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for () from "west" (0, 1) to [0:4, 1:2]
  // expected-note @+1 {{they are sent here}}
  pe.feed "west" on [0, 1] stream(@s) from @w[i0] over [12]
  wafer.task "receive" of @k on [0:4, 1] {
    // expected-error @+1 {{stream @s: PE (0,1) takes 11 elements in launch 0 but its source, the port at PE (0,1), sends 12}}
    pe.move f32 over [11] discard = stream(@s)
  }
  // expected-error @+1 {{stream @t: no feed enters at PE (0,3)}}
  wafer.stream @t : f32 for () from "west" (0, 3) to [0:4, 3:4]
  wafer.stream @u : f32 for () from (0, 3) to [1:4, 3:4]
  // expected-error @+1 {{stream @u: a port feeds it at PE (0,3), but it starts at PEs}}
  pe.feed "west" on [0, 3] stream(@u) from @w[i0] over [12]
}

// -----

wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{stream @s leaves the mesh along x: source 3, readers 4:5 of 4}}
  wafer.stream @s : f32 for (0:4) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
  // expected-error @+1 {{stream @t has too many channels to verify}}
  wafer.stream @t : f32 for (0:1000000000000) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
}

// -----

wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.task "send" of @k on [0, 0] {
    pe.loop 1000000000 {
      // expected-error @+1 {{stream @s: too many iterations to count the elements at PE (0,0)}}
      pe.move f32 over [i0 mod 3] stream(@s) = imm(1.0 : f32)
    }
  }
  wafer.task "receive" of @k on [1, 0] {
    pe.move f32 over [1000000000] discard = stream(@s)
  }
}

// -----

// S4: in a column of readers of one channel, each set of tasks is looked at: the
// third row takes one more by a task of its own.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for (0:3) from (i0, 0) to [i0:i0 + 1, 0:4]
  wafer.task "send" of @k on [0:3, 0] {
    // expected-note @+1 {{they are sent here}}
    pe.move f32 over [x + 2] stream(@s) = imm(1.0 : f32)
  }
  wafer.task "receive" of @k on [0:3, 1:4] {
    // expected-error @+1 {{stream @s: PE (1,2) takes 4 elements in launch 0 but its source, PE (1,0), sends 3}}
    pe.move f32 over [x + 2] discard = stream(@s)
  }
  wafer.task "more" of @k on [1, 2] {
    pe.move f32 over [x] discard = stream(@s)
  }
}

// -----

// S4: loops that have nothing to do with each other are counted apart: a
// thousand million of iterations of two loops, of which one is uneven.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.task "send" of @k on [0, 0] {
    pe.loop 30000 {
      pe.loop 30000 {
        // expected-note @+1 {{they are sent here}}
        pe.move f32 over [i0 mod 2, i1 mod 3] stream(@s) = imm(1.0 : f32)
      }
    }
  }
  wafer.task "receive" of @k on [1, 0] {
    // expected-error @+1 {{stream @s: PE (1,0) takes 449999999 elements in launch 0 but its source, PE (0,0), sends 450000000}}
    pe.move f32 over [449999999] discard = stream(@s)
  }
}
