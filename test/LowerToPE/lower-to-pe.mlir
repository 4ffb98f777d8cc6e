// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s | wafer-opt --wafer-lower-to-pe -o %t.pe
// RUN: FileCheck %s --input-file=%t.pe
// RUN: FileCheck %s --input-file=%t.pe --check-prefix=FIRST
// RUN: FileCheck %s --input-file=%t.pe --check-prefix=MIDDLE
// RUN: FileCheck %s --input-file=%t.pe --check-prefix=LAST
// RUN: FileCheck %s --input-file=%t.pe --check-prefix=OTHERS
// RUN: FileCheck %s --input-file=%t.pe --check-prefix=COUNT
// RUN: FileCheck %s --input-file=%t.pe --check-prefix=SIDES
// A module without wafer programs stays as it is.
// RUN: wafer-opt --wafer-lower-to-pe %t.pe | diff %t.pe -

pe.host @in : tensor<16xf32> input
pe.host @out : tensor<16xf32> output

// Classes follow tasks, copies and colours. A chain (0, 0) -> (1, 0) -> (2, 0) on two colours, each PE adding what it loaded:
// the middle one reads colour 0 and sends colour 1. Row 1 only keeps what it loaded; rows 2 and 3 do nothing and get no program.
// Queues take the place of streams, with the machine's queue for the colour.
// CHECK-LABEL: pe.module @chain machine(#mesh4x4) launches(3)
// CHECK-DAG: pe.route colour 0 epoch 0 on [0, 0] : ramp -> east
// CHECK-DAG: pe.route colour 0 epoch 0 on [1, 0] : west -> ramp
// CHECK-DAG: pe.route colour 1 epoch 0 on [1, 0] : ramp -> east
// CHECK-DAG: pe.route colour 1 epoch 0 on [2, 0] : west -> ramp
// FIRST-LABEL: pe.program @c{{[0-9]}} on [0, 0] {
// FIRST-NEXT: pe.buffer @a : f32 x 4 at 6144
// FIRST-NEXT: pe.load @a[0 : 1] from @in[x * 4 + i0] over [4] once
// FIRST-NEXT: pe.section "sum"
// FIRST-NEXT: pe.bind out(0) colour 0
// FIRST-NEXT: pe.move f32 over [4] out(0) = @a[0 : 1]
// FIRST-NEXT: }
// MIDDLE-LABEL: pe.program @c{{[0-9]}} on [1, 0] {
// MIDDLE: pe.bind in(0) colour 0
// MIDDLE-NEXT: pe.bind out(1) colour 1
// MIDDLE-NEXT: pe.loop 1 {
// MIDDLE-NEXT: pe.async 1 {
// MIDDLE-NEXT: pe.add f32 over [4] out(1) = in(0), @a[0 : 1]
// MIDDLE: pe.await 1
// LAST-LABEL: pe.program @c{{[0-9]}} on [2, 0] {
// LAST: pe.store @a[0 : 1] to @out[i0] over [4]
// LAST-NEXT: pe.section "sum"
// LAST-NEXT: pe.bind in(1) colour 1
// LAST-NEXT: pe.add f32 over [4] @a[0 : 1] = in(1), @a[0 : 1]
// OTHERS-LABEL: pe.module @chain
// OTHERS: pe.program @c{{[0-9]}} on {{\[0:3, (1\]|0:2\] less \(0, 0\), \(1, 0\), \(2, 0\))}} {
// OTHERS-NEXT: pe.buffer
// OTHERS-NEXT: pe.load
// OTHERS-NEXT: }
// COUNT-LABEL: pe.module @chain
// COUNT-COUNT-4: pe.program
// COUNT-NOT: pe.program
// COUNT: pe.module @port
wafer.program @chain machine(#mesh4x4) launches(3) {
  wafer.kernel @sum() : () -> () {
  }
  pe.buffer @a : f32 x 4 on [0:3, 0:2] at 6144
  pe.load @a[0 : 1] from @in[x * 4 + i0] over [4] on [0:3, 0:2] once
  pe.store @a[0 : 1] to @out[i0] over [4] on [2, 0]
  wafer.stream @part : f32 for (0:2) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
  wafer.route @part colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @part colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.route @part colour 1 epoch 0 on [1, 0] : ramp -> east
  wafer.route @part colour 1 epoch 0 on [2, 0] : west -> ramp
  wafer.queue in(0) colour 0 epoch 0
  wafer.queue out(0) colour 0 epoch 0
  wafer.queue in(1) colour 1 epoch 0
  wafer.queue out(1) colour 1 epoch 0
  wafer.task "first" of @sum on [0, 0] {
    pe.move f32 over [4] stream(@part) = @a[0 : 1]
  }
  wafer.task "middle" of @sum on [1, 0] {
    pe.loop 1 {
      pe.async 1 {
        pe.add f32 over [4] stream(@part) = stream(@part), @a[0 : 1]
      }
    }
    pe.await 1
  }
  wafer.task "last" of @sum on [2, 0] {
    pe.add f32 over [4] @a[0 : 1] = stream(@part), @a[0 : 1]
  }
}

// A feed takes the colour of the route that leads its side's wavelets in.
// CHECK-LABEL: pe.module @port
// CHECK: pe.feed "west" on [0, 1:4:2] colour 5 from @in[i0] over [16]
// CHECK: pe.program @c0 on [0, 1:4:2]
// CHECK: pe.bind in(2) colour 5
wafer.program @port machine(#mesh4x4) launches(1) {
  wafer.kernel @take() : () -> () {
  }
  pe.buffer @a : f32 x 16 on [0, 1:4:2] at 6144
  wafer.stream @trunk : f32 for (0:2) from "west" (0, i0 * 2 + 1) to [0:1, i0 * 2 + 1:i0 * 2 + 2]
  pe.feed "west" on [0, 1:4:2] stream(@trunk) from @in[i0] over [16]
  wafer.route @trunk colour 5 epoch 0 on [0, 1:4:2] : west -> ramp
  wafer.queue in(2) colour 5 epoch 0
  wafer.task "take" of @take on [0, 1:4:2] {
    pe.move f32 over [16] @a[0 : 1] = stream(@trunk)
  }
}

// Equal routes of streams that share a channel are one; barriers stand in every program, and queues are tied anew behind them.
// CHECK-LABEL: pe.module @epochs
// CHECK: pe.route colour 0 epoch 0 on [0, 0:2] : ramp -> east
// CHECK: pe.route colour 0 epoch 1 on [1, 0] : ramp -> west
// CHECK-LABEL: pe.program @c{{[0-9]}} on [0, 0] {
// CHECK: pe.bind out(0) colour 0
// CHECK: pe.move f32 over [4] out(0) = imm
// CHECK: pe.barrier epoch 1
// CHECK: pe.bind in(1) colour 0
// CHECK: pe.move f32 over [4] discard = in(1)
// CHECK-LABEL: pe.program @c{{[0-9]}} on [1, 1] {
// CHECK: pe.barrier epoch 1
wafer.program @epochs machine(#mesh4x4) launches(1) {
  wafer.kernel @one() : () -> () {
  }
  wafer.kernel @two() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @b : f32 for () from (0, 1) to [1:2, 1:2]
  wafer.stream @back : f32 for () from (1, 0) to [0:1, 0:1]
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.route @b colour 0 epoch 0 on [0, 1] : ramp -> east
  wafer.route @b colour 0 epoch 0 on [1, 1] : west -> ramp
  wafer.route @back colour 0 epoch 1 on [1, 0] : ramp -> west
  wafer.route @back colour 0 epoch 1 on [0, 0] : east -> ramp
  wafer.queue in(0) colour 0 epoch 0
  wafer.queue out(0) colour 0 epoch 0
  wafer.queue in(1) colour 0 epoch 1
  wafer.queue out(1) colour 0 epoch 1
  wafer.task "a" of @one on [0, 0] {
    pe.move f32 over [4] stream(@a) = imm(0.0 : f32)
  }
  wafer.task "b" of @one on [0, 1] {
    pe.move f32 over [4] stream(@b) = imm(0.0 : f32)
  }
  wafer.task "a" of @one on [1, 0] {
    pe.move f32 over [4] discard = stream(@a)
  }
  wafer.task "b" of @one on [1, 1] {
    pe.move f32 over [4] discard = stream(@b)
  }
  wafer.barrier epoch 1
  wafer.task "back" of @two on [1, 0] {
    pe.move f32 over [4] stream(@back) = imm(0.0 : f32)
  }
  wafer.task "back" of @two on [0, 0] {
    pe.move f32 over [4] discard = stream(@back)
  }
}

// Control wavelets go to the queue of their stream's colour too.
// CHECK-LABEL: pe.module @control
// CHECK: pe.control out(0) [advance]
wafer.program @control machine(#mesh4x4) launches(1) {
  wafer.kernel @switch() : () -> () {
  }
  wafer.stream @a : f32 for () from (0, 0) to [1:3, 0:1]
  wafer.route @a colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @a colour 0 epoch 0 on [1, 0] : west -> ramp | west -> east wrap
  wafer.route @a colour 0 epoch 0 on [2, 0] : west -> ramp
  wafer.queue out(0) colour 0 epoch 0
  wafer.task "send" of @switch on [0, 0] {
    pe.control stream(@a) [advance]
  }
}

// Classes whose programs differ in nothing but the names of streams become one: each of the two western columns sends to its
// right neighbour, on a stream of its own; so do the two eastern ones, on another stream with the same colour and queue. Row 1
// sends other elements.
// CHECK-LABEL: pe.module @sides
// CHECK-COUNT-4: pe.program
// CHECK-NOT: pe.program
// SIDES-LABEL: pe.module @sides
// SIDES-DAG: pe.program @c{{[0-9]}} on [0:3:2, 0] {
// SIDES-DAG: pe.program @c{{[0-9]}} on [1:4:2, 0] {
// SIDES-DAG: pe.program @c{{[0-9]}} on [0, 1] {
// SIDES-DAG: pe.program @c{{[0-9]}} on [1, 1] {
wafer.program @sides machine(#mesh4x4) launches(1) {
  wafer.kernel @k() : () -> () {
  }
  wafer.stream @west : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @east : f32 for () from (2, 0) to [3:4, 0:1]
  wafer.stream @other : f32 for () from (0, 1) to [1:2, 1:2]
  wafer.route @west colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @west colour 0 epoch 0 on [1, 0] : west -> ramp
  wafer.route @east colour 0 epoch 0 on [2, 0] : ramp -> east
  wafer.route @east colour 0 epoch 0 on [3, 0] : west -> ramp
  wafer.route @other colour 0 epoch 0 on [0, 1] : ramp -> east
  wafer.route @other colour 0 epoch 0 on [1, 1] : west -> ramp
  wafer.queue in(0) colour 0 epoch 0
  wafer.queue out(0) colour 0 epoch 0
  wafer.task "send" of @k on [0, 0] {
    pe.move f32 over [4] stream(@west) = imm(0.0 : f32)
  }
  wafer.task "receive" of @k on [1, 0] {
    pe.move f32 over [4] discard = stream(@west)
  }
  wafer.task "send" of @k on [2, 0] {
    pe.move f32 over [4] stream(@east) = imm(0.0 : f32)
  }
  wafer.task "receive" of @k on [3, 0] {
    pe.move f32 over [4] discard = stream(@east)
  }
  wafer.task "send" of @k on [0, 1] {
    pe.move f32 over [5] stream(@other) = imm(0.0 : f32)
  }
  wafer.task "receive" of @k on [1, 1] {
    pe.move f32 over [5] discard = stream(@other)
  }
}
