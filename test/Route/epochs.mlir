// With two usable colours, a chain along x and one along y (two colours each) fit after one another only.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed -e 's/colours = 24, reserved_colours = 3/colours = 5, reserved_colours = 3/' %s \
// RUN:   | wafer-opt --wafer-route-streams | FileCheck %s

// CHECK-LABEL: wafer.program @two_epochs
// CHECK: wafer.task "first" of @rows
// CHECK-NOT: wafer.barrier
// CHECK: wafer.task "second" of @rows
// CHECK: wafer.barrier epoch 1
// CHECK-NEXT: wafer.task "first" of @columns
// CHECK-NOT: wafer.barrier
// CHECK-COUNT-4: wafer.route @x colour {{[01]}} epoch 0
// CHECK-COUNT-4: wafer.route @y colour {{[01]}} epoch 1
wafer.program @two_epochs machine(#mesh4x4) launches(1) {
  wafer.kernel @rows() : () -> () {
  }
  wafer.kernel @columns() : () -> () {
  }
  wafer.stream @x : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]
  wafer.stream @y : f32 for (0:4, 0:3) from (i0, i1) to [i0:i0 + 1, i1 + 1:i1 + 2]
  wafer.task "first" of @rows on [0:3, 0:4] {
    pe.move f32 over [4] stream(@x) = imm(0.0 : f32)
  }
  wafer.task "second" of @rows on [1:4, 0:4] {
    pe.move f32 over [4] discard = stream(@x)
  }
  wafer.task "first" of @columns on [0:4, 0:3] {
    pe.move f32 over [4] stream(@y) = imm(0.0 : f32)
  }
}
