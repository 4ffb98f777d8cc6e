// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-route-streams | FileCheck %s
// Routing again changes nothing: routes that are there are kept.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-route-streams -o %t.once
// RUN: wafer-opt --wafer-route-streams %t.once | diff %t.once -

pe.host @w : tensor<16xf32> input

// A chain along the rows: a PE that reads from the west and sends east needs two colours.
// CHECK-LABEL: wafer.program @chain
// CHECK-DAG: wafer.route @part colour [[A:[01]]] epoch 0 on [0:3:2, 0:4] : ramp -> east
// CHECK-DAG: wafer.route @part colour [[A]] epoch 0 on [1:4:2, 0:4] : west -> ramp
// CHECK-DAG: wafer.route @part colour [[B:[01]]] epoch 0 on [1, 0:4] : ramp -> east
// CHECK-DAG: wafer.route @part colour [[B]] epoch 0 on [2, 0:4] : west -> ramp
wafer.program @chain machine(#mesh4x4) launches(1) {
  wafer.stream @part : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]
}

// The last column gives every row's result to the row; it does not send to itself.
// CHECK-LABEL: wafer.program @multicast
// CHECK-DAG: wafer.route @out colour 0 epoch 0 on [3, 0:4] : ramp -> west
// CHECK-DAG: wafer.route @out colour 0 epoch 0 on [1:3, 0:4] : east -> ramp, west
// CHECK-DAG: wafer.route @out colour 0 epoch 0 on [0, 0:4] : east -> ramp
wafer.program @multicast machine(#mesh4x4) launches(1) {
  wafer.stream @out : f32 for (0:4) from (3, i0) to [0:4, i0:i0 + 1]
}

// A port's PE is a reader like any other.
// CHECK-LABEL: wafer.program @port
// CHECK-DAG: wafer.route @trunk colour 0 epoch 0 on [0:3, 1:4:2] : west -> ramp, east
// CHECK-DAG: wafer.route @trunk colour 0 epoch 0 on [3, 1:4:2] : west -> ramp
wafer.program @port machine(#mesh4x4) launches(1) {
  wafer.stream @trunk : f32 for (0:2) from "west" (0, i0 * 2 + 1) to [0:4, i0 * 2 + 1:i0 * 2 + 2]
  pe.feed "west" on [0, 1:4:2] stream(@trunk) from @w[i0] over [16]
}

// A channel that only leads back to its source needs no route.
// CHECK-LABEL: wafer.program @lonely
// CHECK-NOT: wafer.route
// CHECK: wafer.route @most colour 0 epoch 0 on [0, 1:4] : east -> ramp
// CHECK-NOT: wafer.route @{{.*}} [{{.*}}, 0]
// CHECK-LABEL: wafer.program @staircase
wafer.program @lonely machine(#mesh4x4) launches(1) {
  wafer.stream @self : f32 for (0:4, 0:4) from (i0, i1) to [i0:i0 + 1, i1:i1 + 1]
  wafer.stream @most : f32 for (0:3) from (1, i0 + 1) to [0:1, i0 + 1:i0 + 2]
}

// A quasi-affine row: columns 0 and 1 send from row 0, columns 2 and 3 from row 2, to their whole column.
// CHECK-DAG: wafer.route @weights colour 0 epoch 0 on [0:2, 0] : ramp -> south
// CHECK-DAG: wafer.route @weights colour 0 epoch 0 on [2:4, 2] : ramp -> north, south
wafer.program @staircase machine(#mesh4x4) launches(1) {
  wafer.stream @weights : f32 for (0:4) from (i0, 2 * (i0 floordiv 2)) to [i0:i0 + 1, 0:4]
}

// Two kernels of one rectangle share a channel; two streams of one kernel do not.
// CHECK-LABEL: wafer.program @groups
// CHECK: wafer.route @first.a colour [[A:[0-9]+]]
// CHECK: wafer.route @first.b colour [[B:[0-9]+]]
// CHECK: wafer.route @second.a colour [[A]]
wafer.program @groups machine(#mesh4x4) launches(1) {
  wafer.kernel @first() : () -> () {
  }
  wafer.kernel @second() : () -> () {
  }
  wafer.stream @first.a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @first.b : f32 for () from (0, 0) to [1:3, 0:1]
  wafer.stream @second.a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.task "send" of @first on [0, 0] {
    pe.move f32 over [4] stream(@first.a) = imm(0.0 : f32)
    pe.move f32 over [4] stream(@first.b) = imm(0.0 : f32)
  }
  wafer.task "send" of @second on [0, 0] {
    pe.move f32 over [4] stream(@second.a) = imm(0.0 : f32)
  }
}

// Barriers written by hand fix the epochs.
// CHECK-LABEL: wafer.program @given
// CHECK: wafer.barrier epoch 1
// CHECK-NOT: wafer.barrier
// CHECK: wafer.route @a colour 0 epoch 0
// CHECK: wafer.route @b colour 0 epoch 1
wafer.program @given machine(#mesh4x4) launches(1) {
  wafer.kernel @first() : () -> () {
  }
  wafer.kernel @second() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @b : f32 for () from (0, 0) to [0:1, 1:2]
  wafer.task "send" of @first on [0, 0] {
    pe.move f32 over [4] stream(@a) = imm(0.0 : f32)
  }
  wafer.barrier epoch 1
  wafer.task "send" of @second on [0, 0] {
    pe.move f32 over [4] stream(@b) = imm(0.0 : f32)
  }
}
