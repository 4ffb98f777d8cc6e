// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-allocate-queues -split-input-file -verify-diagnostics

// PE (1,1) sends three streams but has two output queues.
// expected-error @+1 {{cannot give every colour an output queue in epoch 0: requires 3 queues at PE (1,1) but a PE has 2}}
wafer.program @crowded machine(#mesh4x4) launches(1) {
  wafer.stream @a : f32 for () from (1, 1) to [1:2, 0:1]
  wafer.stream @b : f32 for () from (1, 1) to [2:3, 1:2]
  wafer.stream @c : f32 for () from (1, 1) to [0:1, 1:2]
  // expected-note @+1 {{stream @a uses colour 0}}
  wafer.route @a colour 0 epoch 0 on [1, 1] : ramp -> north
  wafer.route @a colour 0 epoch 0 on [1, 0] : south -> ramp
  // expected-note @+1 {{stream @b uses colour 1}}
  wafer.route @b colour 1 epoch 0 on [1, 1] : ramp -> east
  wafer.route @b colour 1 epoch 0 on [2, 1] : west -> ramp
  // expected-note @+1 {{stream @c uses colour 2}}
  wafer.route @c colour 2 epoch 0 on [1, 1] : ramp -> west
  wafer.route @c colour 2 epoch 0 on [0, 1] : east -> ramp
}

// -----

wafer.program @thread machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.task "t" of @k on [1, 0] {
    // expected-error @+1 {{uses microthread 8 but a PE of mesh<4x4> has 8}}
    pe.async 8 {
    }
  }
}

// -----

wafer.program @queue machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{uses output queue 2 but a PE of mesh<4x4> has 2}}
  wafer.queue out(2) colour 0 epoch 0
}

// -----

// Two hand-written queues that are the same at PE (1,0).
// expected-error @+1 {{cannot give every colour an input queue in epoch 0: requires at least 4 queues around PE (1,0) but a PE has 3}}
wafer.program @same machine(#mesh4x4) launches(1) {
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @b : f32 for () from (1, 1) to [1:2, 0:1]
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  // expected-note @+1 {{stream @a uses colour 0}}
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.route @b colour 1 epoch 0 on [1, 1] : ramp -> north
  // expected-note @+1 {{stream @b uses colour 1}}
  wafer.route @b colour 1 epoch 0 on [1, 0] : south -> ramp
  wafer.queue in(0) colour 0 epoch 0
  wafer.queue in(0) colour 1 epoch 0
}
