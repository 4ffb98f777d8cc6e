// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-verify-routes -split-input-file -verify-diagnostics

// R3: a hop is missing at (2,0), so (3,0) has an entry that nothing reaches.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from (0, 0) to [1:4, 0:1]
  // expected-error @+2 {{at PE (2,0), colour 2: PE (1,0) sends here but no entry takes it from west, net "s" (epoch 0)}}
  // expected-error @+1 {{at PE (2,0), colour 2: does not get the stream of source (0,0) (and 1 more readers), net "s" (epoch 0)}}
  wafer.route @s colour 2 epoch 0 on [0, 0] : ramp -> east
  wafer.route @s colour 2 epoch 0 on [1, 0] : west -> ramp, east
  // expected-error @+1 {{at PE (3,0), colour 2: no wavelet reaches the entry from west, net "s" (epoch 0)}}
  wafer.route @s colour 2 epoch 0 on [3, 0] : west -> ramp
}

// -----

// R1: the machine has 24 colours, 3 of them reserved.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  // expected-error @+1 {{stream @s uses colour 21 at PE (0,0) but mesh<4x4> offers 0:21}}
  wafer.route @s colour 21 epoch 0 on [0, 0] : ramp -> east
  wafer.route @s colour 21 epoch 0 on [1, 0] : west -> ramp
}

// -----

// R1: the second stream enters (1,0) from the other side on the same colour.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @t : f32 for () from (2, 0) to [1:2, 0:1]
  wafer.route @s colour 3 epoch 0 on [0, 0] : ramp -> east
  // expected-error @+3 {{at PE (1,0), colour 3: two entries, from west and from east, nets "s", "t" (epoch 0)}}
  // expected-error @+2 {{at PE (1,0), colour 3: PE (2,0) sends here but no entry takes it from east, net "t" (epoch 0)}}
  // expected-error @+1 {{at PE (1,0), colour 3: does not get the stream of source (2,0), net "t" (epoch 0)}}
  wafer.route @s colour 3 epoch 0 on [1, 0] : west -> ramp
  wafer.route @t colour 3 epoch 0 on [2, 0] : ramp -> west
  wafer.route @t colour 3 epoch 0 on [1, 0] : east -> ramp
}

// -----

// R2: one source, two colours.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.route @s colour 3 epoch 0 on [0, 0] : ramp -> east
  wafer.route @s colour 3 epoch 0 on [1, 0] : west -> ramp
  // expected-error @+1 {{source PE (0,0) sends stream @s on colours 3 and 4 in epoch 0}}
  wafer.route @s colour 4 epoch 0 on [0, 0] : ramp -> east
  wafer.route @s colour 4 epoch 0 on [1, 0] : west -> ramp
}

// -----

// R3: a reader too many, and a source without a route.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from (0, 0) to [2:3, 0:1]
  wafer.route @s colour 3 epoch 0 on [0, 0] : ramp -> east
  // expected-error @+1 {{at PE (1,0), colour 3: gets a stream that it did not ask for of source (0,0), net "s" (epoch 0)}}
  wafer.route @s colour 3 epoch 0 on [1, 0] : west -> ramp, east
  wafer.route @s colour 3 epoch 0 on [2, 0] : west -> ramp
}

// -----

wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{source PE (1,0) of stream @s has no route that starts at its ramp in epoch 0}}
  wafer.stream @s : f32 for (0:2) from (i0, 0) to [i0:i0 + 1, 1:2]
  wafer.route @s colour 3 epoch 0 on [0, 0] : ramp -> south
  wafer.route @s colour 3 epoch 0 on [0, 1] : north -> ramp
}

// -----

wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{stream @s has no routes}}
  wafer.stream @s : f32 for () from (0, 0) to [2:3, 0:1]
}

// -----

// R3: a port's wavelets come from the west, not from the ramp.
wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{source PE (0,1) of stream @s has no route that starts at its west in epoch 0}}
  wafer.stream @s : f32 for () from "west" (0, 1) to [1:2, 1:2]
  wafer.route @s colour 3 epoch 0 on [0, 1] : ramp -> east
  wafer.route @s colour 3 epoch 0 on [1, 1] : west -> ramp
}

// -----

// R5: the task stands behind the barrier, the route before it.
wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.barrier epoch 1
  wafer.task "send" of @k on [0, 0] {
    // expected-error @+1 {{stream @s has no routes in epoch 1, in which it is used here}}
    pe.move f32 over [4] stream(@s) = imm(1.0 : f32)
  }
  wafer.route @s colour 3 epoch 0 on [0, 0] : ramp -> east
  wafer.route @s colour 3 epoch 0 on [1, 0] : west -> ramp
}

// -----

wafer.program @p machine(#mesh4x4) launches(1) {
  // expected-error @+1 {{epoch 2 follows epoch 0}}
  wafer.barrier epoch 2
}

// -----

wafer.program @p machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  // expected-error @+1 {{route of stream @s has 2 positions; what control wavelets do is not verified}}
  wafer.route @s colour 3 epoch 0 on [0, 0] : ramp -> east | ramp -> south
  wafer.route @s colour 3 epoch 0 on [1, 0] : west -> ramp
}
