// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-allocate-queues | FileCheck %s
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-allocate-queues -o %t.once
// RUN: wafer-opt --wafer-allocate-queues %t.once | diff %t.once -

// The machine's input queues hold 6, 6 and 4 words. @heavy moves most and gets the first one; @light meets it at (1,0). The
// chain's two colours never meet at one end, so that they share a queue.
// CHECK-LABEL: wafer.program @depths
// CHECK-DAG: wafer.queue in(0) colour 1 epoch 0
// CHECK-DAG: wafer.queue in(1) colour 0 epoch 0
// CHECK-DAG: wafer.queue out(0) colour 0 epoch 0
// CHECK-DAG: wafer.queue out(0) colour 1 epoch 0
wafer.program @depths machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @light : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @heavy : f32 for () from (1, 1) to [1:2, 0:1]
  wafer.task "t" of @k on [1, 0] {
    pe.move f32 over [4] discard = stream(@light)
    pe.loop 9 {
      pe.move f32 over [2, 3] discard = stream(@heavy)
    }
  }
  wafer.route @light colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @light colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.route @heavy colour 1 epoch 0 on [1, 1] : ramp -> north
  wafer.route @heavy colour 1 epoch 0 on [1, 0] : south -> ramp
}

// A colour keeps its queue in the next epoch, though it could have a better one.
// CHECK-LABEL: wafer.program @epochs
// CHECK-DAG: wafer.queue in(0) colour 0 epoch 0
// CHECK-DAG: wafer.queue in(1) colour 1 epoch 0
// CHECK-DAG: wafer.queue in(1) colour 1 epoch 1
wafer.program @epochs machine(#mesh4x4) launches(1) {
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @b : f32 for () from (1, 1) to [1:2, 0:1]
  wafer.stream @c : f32 for () from (1, 1) to [1:2, 0:1]
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.route @b colour 1 epoch 0 on [1, 1] : ramp -> north
  wafer.route @b colour 1 epoch 0 on [1, 0] : south -> ramp
  wafer.route @c colour 1 epoch 1 on [1, 1] : ramp -> north
  wafer.route @c colour 1 epoch 1 on [1, 0] : south -> ramp
}

// Queues written by hand are kept, and nobody else gets them.
// CHECK-LABEL: wafer.program @given
// CHECK: wafer.queue in(0) colour 1 epoch 0
// CHECK-DAG: wafer.queue in(1) colour 0 epoch 0
// CHECK-NOT: wafer.queue in
wafer.program @given machine(#mesh4x4) launches(1) {
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @b : f32 for () from (1, 1) to [1:2, 0:1]
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.route @b colour 1 epoch 0 on [1, 1] : ramp -> north
  wafer.route @b colour 1 epoch 0 on [1, 0] : south -> ramp
  wafer.queue in(0) colour 1 epoch 0
}

// Three kernels that send to the same PE, one after another: the streams of the first two meet in the second kernel, the third
// one comes later and takes the deepest queue again.
// CHECK-LABEL: wafer.program @sequence
// CHECK-DAG: wafer.queue in(0) colour 0 epoch 0
// CHECK-DAG: wafer.queue in(1) colour 1 epoch 0
// CHECK-DAG: wafer.queue in(0) colour 2 epoch 0
wafer.program @sequence machine(#mesh4x4) launches(1) {
  wafer.kernel @first() : () -> () {
  }
  wafer.kernel @second() : () -> () {
  }
  wafer.kernel @third() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @b : f32 for () from (1, 1) to [1:2, 0:1]
  wafer.stream @c : f32 for () from (2, 0) to [1:2, 0:1]
  wafer.task "t" of @first on [1, 0] {
    pe.move f32 over [8] discard = stream(@a)
  }
  wafer.task "t" of @second on [1, 0] {
    pe.move f32 over [8] discard = stream(@a)
    pe.move f32 over [4] discard = stream(@b)
  }
  wafer.task "t" of @third on [1, 0] {
    pe.move f32 over [2] discard = stream(@c)
  }
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.route @b colour 1 epoch 0 on [1, 1] : ramp -> north
  wafer.route @b colour 1 epoch 0 on [1, 0] : south -> ramp
  wafer.route @c colour 2 epoch 0 on [2, 0] : ramp -> west
  wafer.route @c colour 2 epoch 0 on [1, 0] : east -> ramp
}
