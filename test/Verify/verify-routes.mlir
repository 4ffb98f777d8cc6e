// What the router writes passes, on one epoch and on two.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-route-streams --wafer-verify-routes | FileCheck %s
// RUN: sed -f %S/../Dialect/Inputs/machine.sed -e 's/colours = 24, reserved_colours = 3/colours = 5, reserved_colours = 3/' %s \
// RUN:   | wafer-opt --wafer-route-streams --wafer-verify-routes | FileCheck %s --check-prefixes=CHECK,TWO

// CHECK-LABEL: wafer.program @crossing
// TWO: wafer.barrier epoch 1
// CHECK: wafer.route @x
// CHECK: wafer.route @y
wafer.program @crossing machine(#mesh4x4) launches(1) {
  wafer.kernel @rows() : () -> () {
  }
  wafer.kernel @columns() : () -> () {
  }
  wafer.stream @x : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]
  wafer.stream @y : f32 for (0:4, 0:3) from (i0, i1) to [i0:i0 + 1, i1 + 1:i1 + 2]
  wafer.task "first" of @rows on [0:3, 0:4] {
    pe.move f32 over [4] stream(@x) = imm(0.0 : f32)
  }
  wafer.task "first" of @columns on [0:4, 0:3] {
    pe.move f32 over [4] stream(@y) = imm(0.0 : f32)
  }
}

// Written by hand: a detour over the second row.
// CHECK-LABEL: wafer.program @detour
wafer.program @detour machine(#mesh4x4) launches(1) {
  wafer.stream @s : f32 for () from (0, 0) to [2:3, 0:1]
  wafer.route @s colour 1 epoch 0 on [0, 0] : ramp -> south
  wafer.route @s colour 1 epoch 0 on [0, 1] : north -> east
  wafer.route @s colour 1 epoch 0 on [1, 1] : west -> east
  wafer.route @s colour 1 epoch 0 on [2, 1] : west -> north
  wafer.route @s colour 1 epoch 0 on [2, 0] : south -> ramp
}
