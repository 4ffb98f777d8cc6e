// RUN: sed -f %S/../Dialect/Inputs/machine.sed -e 's/colours = 24, reserved_colours = 3/colours = 4, reserved_colours = 3/' %s \
// RUN:   | wafer-opt --wafer-route-streams -split-input-file -verify-diagnostics

// One usable colour: the two streams of one kernel meet at PE (1,0).
wafer.program @crowded machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  // expected-error @+1 {{cannot route stream @a: requires 2 colours at PE (1,0) but 1 is usable: "a", "b" cannot coexist}}
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  // expected-note @+1 {{stream @b has to coexist with it}}
  wafer.stream @b : f32 for () from (2, 0) to [1:2, 0:1]
  wafer.task "send" of @k on [0, 0] {
    pe.move f32 over [4] stream(@a) = imm(0.0 : f32)
  }
  wafer.task "send" of @k on [2, 0] {
    pe.move f32 over [4] stream(@b) = imm(0.0 : f32)
  }
}

// -----

wafer.program @outside machine(#mesh4x4) launches(1) {
  // expected-error @-1 {{cannot route the streams of @outside}}
  wafer.stream @a : f32 for (0:4) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
}

// -----

wafer.program @partial machine(#mesh4x4) launches(1) {
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  // expected-error @+1 {{stream @b has no routes, but others have: give routes to all streams or to none}}
  wafer.stream @b : f32 for () from (0, 1) to [1:2, 1:2]
  // expected-note @+1 {{stream @a has a route}}
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
}

// -----

// The second kernel's stream would have to be in epoch 1, but its port sends from the start.
wafer.program @fed_late machine(#mesh4x4) launches(1) {
  wafer.kernel @first() : () -> () {
  }
  wafer.kernel @second() : () -> () {
  }
  wafer.stream @a : f32 for () from (1, 1) to [0:1, 1:2]
  // expected-error @+1 {{stream @fed is fed from the start of a launch but the colours suffice for its kernel @second in epoch 1 only}}
  wafer.stream @fed : f32 for () from "west" (0, 1) to [1:2, 1:2]
  wafer.task "send" of @first on [1, 1] {
    pe.move f32 over [4] stream(@a) = imm(0.0 : f32)
  }
  wafer.task "receive" of @second on [1, 1] {
    pe.move f32 over [4] discard = stream(@fed)
  }
}

// -----

// Interleaved kernels leave no place for a barrier.
wafer.program @interleaved machine(#mesh4x4) launches(1) {
  wafer.kernel @first() : () -> () {
  }
  wafer.kernel @second() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @b : f32 for () from (2, 0) to [1:2, 0:1]
  wafer.task "send" of @first on [0, 0] {
    pe.move f32 over [4] stream(@a) = imm(0.0 : f32)
  }
  wafer.task "send" of @second on [2, 0] {
    pe.move f32 over [4] stream(@b) = imm(0.0 : f32)
  }
  // expected-error @+1 {{tasks of kernel @first surround those of @second, so no barrier can stand between their epochs of routes}}
  wafer.task "receive" of @first on [1, 0] {
    pe.move f32 over [4] discard = stream(@a)
  }
}

// -----

// Every channel goes to a PE of its own at another distance: too many pieces.
wafer.program @pieces machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{stream @a falls into more than 4096 pieces with a rectangle of sources each}}
  wafer.stream @a : f32 for (0:5000) from (i0, 0) to [0:1, i0:i0 + 1]
}

// -----

wafer.program @huge machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{stream @a falls into more than 4096 pieces}}
  wafer.stream @a : f32 for (0:1000000000000) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
}
