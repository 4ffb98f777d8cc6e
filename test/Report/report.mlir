// The report of a streamed program; busy cycles and channels are counted by hand.
// RUN: sed -f %S/../Dialect/Inputs/machine.sed %s > %t.mlir
// RUN: waferc %t.mlir --emit=streamed --no-verify --report -o %t.out | FileCheck %s
// RUN: waferc %t.mlir --emit=streamed --no-verify --json - -o %t.out | FileCheck %s --check-prefix=JSON

// CHECK: machine mesh<4x4>: 4x4 PEs, 43,008 usable B of SRAM, 21 usable colours
// CHECK-NEXT: program @p0: 1 kernels, 2 launches
// CHECK-NEXT: kernel @act (relu): map
// One relu of 4 features / 2 columns and 8 tokens / (2 launches * 1 row): set-up 15 and 2 * 4 / rate(max.f32 = 1).
// CHECK-NEXT: at [0:2, 0:1], 2 PEs, 23 modelled cycles a launch
// Adds: 5 loops of 3 * ceil(3 / 2) beats, and for i = 0, 1, 2 another i beats of a fabric operand: 30 + 3.
// CHECK-NEXT: 2 tasks, 33 busy cycles a launch in the busiest PE
// CHECK-NEXT: stream @s: 6 channels
// CHECK-NEXT: buffer @act.a: 64 B
// JSON: "modelled_cycles": 46,
// JSON: "busy_cycles": 33,

pe.host @x : tensor<8x4xf32> input
wafer.program @p0 machine(#mesh4x4) launches(2) {
  %x = wafer.input @x : tensor<8x4xf32>
  %z = wafer.kernel @act(%x) dataflow(#wafer.map) at <0:2, 0:1> to <0:2, 0:1> : (tensor<8x4xf32>)
      -> tensor<8x4xf32, #wafer.layout<rows [d0] block, columns [d1] block>> {
  ^bb0(%a: tensor<8x4xf32>):
    %0 = graph.relu %a : tensor<8x4xf32>
    wafer.yield %0 : tensor<8x4xf32>
  }
  pe.buffer @act.a : f32 x 16 on [0:2, 0]
  wafer.stream @s : f32 for (0:2, 0:3) from (i0, i1) to [i0 + 1:i0 + 2, i1:i1 + 1]
  wafer.task "idle" of @act on [1, 0] {
    pe.move f32 over [1] @act.a[0 : 1] = imm(0.0 : f32)
  }
  wafer.task "busy" of @act on [0, 0] {
    pe.loop 5 {
      pe.add f32 over [3, 3] @act.a[0 : 3, 1] = @act.a[0 : 3, 1], @act.a[0 : 3, 1]
    }
    pe.async 1 {
      pe.loop 3 {
        pe.add f32 over [i0] stream(@s) = @act.a[0 : 1], @act.a[0 : 1]
      }
    }
  }
}
