// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-lower-to-pe -split-input-file -verify-diagnostics

wafer.program @offset machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  // expected-error@+1 {{'pe.buffer' op has no offset: allocate memory first}}
  pe.buffer @a : f32 x 4 on [0, 0]
  wafer.task "t" of @k on [0, 0] {
    pe.move f32 over [4] @a[0 : 1] = imm(0.0 : f32)
  }
}

// -----

// expected-error@+1 {{colour 0 of stream @a has no output queue in epoch 0: allocate queues first}}
wafer.program @queue machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.task "t" of @k on [0, 0] {
    pe.move f32 over [4] stream(@a) = imm(0.0 : f32)
  }
}

// -----

// expected-error@+1 {{colour 0 of stream @a has no input queue in epoch 1: allocate queues first}}
wafer.program @later_queue machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.route @a colour 0 epoch 1 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 1 on [1, 0] : west -> ramp
  wafer.queue out(0) colour 0 epoch 1
  wafer.barrier epoch 1
  wafer.task "t" of @k on [0:2, 0] {
    pe.loop 1 - x {
      pe.move f32 over [4] stream(@a) = imm(0.0 : f32)
    }
  }
}

// -----

wafer.program @unread machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.queue in(0) colour 0 epoch 0
  wafer.queue out(0) colour 0 epoch 0
  wafer.task "t" of @k on [2, 3] {
    // expected-error@+1 {{'pe.move' op reads stream @a at PE (2,3), which no route of the stream reaches}}
    pe.move f32 over [4] discard = stream(@a)
  }
}

// -----

wafer.program @unsent machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.queue in(0) colour 0 epoch 0
  wafer.queue out(0) colour 0 epoch 0
  wafer.task "t" of @k on [1, 0] {
    // expected-error@+1 {{'pe.move' op sends on stream @a at PE (1,0), which no route of the stream leaves}}
    pe.move f32 over [4] stream(@a) = imm(0.0 : f32)
  }
}

// -----

wafer.program @uncontrolled machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.task "t" of @k on [1, 0] {
    // expected-error@+1 {{'pe.control' op sends on stream @a at PE (1,0), which no route of the stream leaves}}
    pe.control stream(@a) [advance]
  }
}

// -----

pe.host @in : tensor<16xf32> input
wafer.program @unfed machine(#mesh4x4) launches(1) {
  wafer.stream @trunk : f32 for (0:2) from "west" (0, i0 * 2 + 1) to [0:1, i0 * 2 + 1:i0 * 2 + 2]
  // expected-error@+1 {{'pe.feed' op has no route for stream @trunk at PE (0,3)}}
  pe.feed "west" on [0, 1:4:2] stream(@trunk) from @in[i0] over [16]
  wafer.route @trunk colour 5 epoch 0 on [0, 1] : west -> ramp
}
