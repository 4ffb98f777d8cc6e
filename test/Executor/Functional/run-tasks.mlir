// From phase streamed on, functional mode runs what tasks and streams say: the kernel's body here says something else.
// RUN: rm -rf %t && split-file %s %t && mkdir -p %t/out
// RUN: sed -i -f %S/../../Dialect/Inputs/machine.sed %t/sums.mlir %t/swapped.mlir %t/lost.mlir
// RUN: %python %S/../../Tools/Inputs/tensor.py %t/x.npy '<f4' 16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
// RUN: %python %S/../../Tools/Inputs/tensor.py %t/w.npy '<f4' 2 100 1000
// The sum of each row; rows 1 and 3 get 100 and 1000 from their ports.
// RUN: %python %S/../../Tools/Inputs/tensor.py %t/y.npy '<f4' 4 6 122 38 1054

// RUN: wafer-run %t/sums.mlir --input x=%t/x.npy --input w=%t/w.npy --expect %t/y.npy --rtol=0 --atol=0 --json %t/sums.json --repeat 2 \
// RUN:   | FileCheck %s --check-prefix=STREAMED
// RUN: FileCheck %s --check-prefix=JSON --input-file=%t/sums.json
// STREAMED: cycles {{ *[1-9]}}
// STREAMED-NOT: colours
// 12 from west to east, 2 from the ports.
// STREAMED: traffic         14 wavelets without routes
// STREAMED: equal within tolerance
// JSON: "traffic": {
// JSON-NOT: "wavelet_hops"
// JSON: "wavelets": 14

// RUN: wafer-opt --wafer-route-streams %t/sums.mlir -o %t/routed.mlir
// RUN: wafer-run %t/routed.mlir --input x=%t/x.npy --input w=%t/w.npy --expect %t/y.npy --rtol=0 --atol=0 \
// RUN:   | FileCheck %s --check-prefix=ROUTED
// RUN: wafer-opt --wafer-allocate-memory --wafer-allocate-queues %t/routed.mlir -o %t/allocated.mlir
// RUN: wafer-run %t/allocated.mlir --input x=%t/x.npy --input w=%t/w.npy --expect %t/y.npy --rtol=0 --atol=0 \
// RUN:   | FileCheck %s --check-prefix=ROUTED
// A link for each wavelet.
// ROUTED: traffic         14 wavelets, 14 hops
// ROUTED: equal within tolerance

// Only PE modules have a cycle-by-cycle meaning.
// RUN: bash %S/../../Tools/Inputs/exits.sh 2 wafer-run %t/allocated.mlir --mode=cycle --input x=%t/x.npy --input w=%t/w.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=CYCLE
// CYCLE: wafer-run: error: {{.*}}allocated.mlir: its programs are not in phase pe, which --mode=cycle runs: compile it with waferc, or use --mode=functional

// A stream's wrong routes bring other data, or fail by name.
// RUN: bash %S/../../Tools/Inputs/exits.sh 1 wafer-run %t/swapped.mlir --input %t/w.npy --expect %t/w.npy | FileCheck %s --check-prefix=SWAPPED
// SWAPPED: DIFFERENT
// SWAPPED: 2 of 2 elements differ, first at [0]: got 1000, expected 100
// RUN: bash %S/../../Tools/Inputs/exits.sh 3 wafer-run %t/lost.mlir --input %t/w.npy 2>&1 | FileCheck %s --check-prefix=LOST
// LOST: wafer-run: error: the run failed in program @lost, launch 1 of 1, cycle {{[0-9]+}}: bad route
// LOST: a wavelet of colour 0 at PE (1,0) leaves to the east and PE (2,0) has no route for it, sent by PE (0,0) of program @lost

//--- sums.mlir
pe.host @x : tensor<16xf32> input
pe.host @w : tensor<2xf32> input
pe.host @y : tensor<4xf32> output
wafer.program @sums machine(#mesh4x4) launches(1) {
  wafer.kernel @sum() : () -> () {
  }
  pe.buffer @a : f32 x 1 on [0:4, 0:4]
  pe.buffer @b : f32 x 1 on [0:4, 0:4]
  pe.load @a[0 : 1] from @x[y * 4 + x + i0] over [1] on [0:4, 0:4]
  pe.store @b[0 : 1] to @y[y + i0] over [1] on [3, 0:4]
  wafer.stream @part : f32 for (0:3, 0:4) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]
  wafer.stream @first : f32 for (0:2) from "west" (0, i0 * 2 + 1) to [0:1, i0 * 2 + 1:i0 * 2 + 2]
  pe.feed "west" on [0, 1:4:2] stream(@first) from @w[y floordiv 2 + i0] over [1]
  wafer.task "plus" of @sum on [0, 1:4:2] {
    pe.add f32 over [1] @a[0 : 1] = stream(@first), @a[0 : 1]
  }
  wafer.task "first" of @sum on [0, 0:4] {
    pe.move f32 over [1] stream(@part) = @a[0 : 1]
  }
  wafer.task "middle" of @sum on [1:3, 0:4] {
    pe.add f32 over [1] stream(@part) = stream(@part), @a[0 : 1]
  }
  wafer.task "last" of @sum on [3, 0:4] {
    pe.add f32 over [1] @b[0 : 1] = stream(@part), @a[0 : 1]
  }
}

//--- swapped.mlir
pe.host @w : tensor<2xf32> input
pe.host @y : tensor<2xf32> output
wafer.program @swapped machine(#mesh4x4) launches(1) {
  wafer.kernel @copy() : () -> () {
  }
  pe.buffer @a : f32 x 1 on [0:2, 0:2]
  pe.load @a[0 : 1] from @w[y + i0] over [1] on [0, 0:2]
  pe.store @a[0 : 1] to @y[y + i0] over [1] on [1, 0:2]
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.stream @t : f32 for () from (0, 1) to [1:2, 1:2]
  wafer.task "send" of @copy on [0, 0] {
    pe.move f32 over [1] stream(@s) = @a[0 : 1]
  }
  wafer.task "send" of @copy on [0, 1] {
    pe.move f32 over [1] stream(@t) = @a[0 : 1]
  }
  wafer.task "take" of @copy on [1, 0] {
    pe.move f32 over [1] @a[0 : 1] = stream(@s)
  }
  wafer.task "take" of @copy on [1, 1] {
    pe.move f32 over [1] @a[0 : 1] = stream(@t)
  }
  wafer.route @s colour 0 epoch 0 on [0, 0] : ramp -> south
  wafer.route @t colour 0 epoch 0 on [0, 1] : north -> east
  wafer.route @t colour 0 epoch 0 on [1, 1] : west -> ramp
  wafer.route @t colour 1 epoch 0 on [0, 1] : ramp -> north
  wafer.route @s colour 1 epoch 0 on [0, 0] : south -> east
  wafer.route @s colour 1 epoch 0 on [1, 0] : west -> ramp
}

//--- lost.mlir
pe.host @w : tensor<2xf32> input
wafer.program @lost machine(#mesh4x4) launches(1) {
  wafer.kernel @copy() : () -> () {
  }
  pe.buffer @a : f32 x 2 on [0:2, 0]
  pe.load @a[0 : 1] from @w[i0] over [2] on [0, 0]
  wafer.stream @s : f32 for () from (0, 0) to [1:2, 0:1]
  wafer.task "send" of @copy on [0, 0] {
    pe.move f32 over [2] stream(@s) = @a[0 : 1]
  }
  wafer.task "take" of @copy on [1, 0] {
    pe.move f32 over [2] @a[0 : 1] = stream(@s)
  }
  wafer.route @s colour 0 epoch 0 on [0, 0] : ramp -> east
  wafer.route @s colour 0 epoch 0 on [1, 0] : west -> ramp, east
}
