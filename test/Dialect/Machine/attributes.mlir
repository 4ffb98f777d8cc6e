// Round trip of every attribute of the machine dialect, and the examples of their descriptions.
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -allow-unregistered-dialect | FileCheck %s
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -allow-unregistered-dialect | wafer-opt -allow-unregistered-dialect | FileCheck %s
// RUN: sed -f %S/../Inputs/machine.sed %s | wafer-opt -allow-unregistered-dialect -emit-bytecode | wafer-opt -allow-unregistered-dialect | FileCheck %s

// The alias is made from the machine's name.
// CHECK: #mesh4x4 = #machine.desc<name = "mesh<4x4>", width = 4, height = 4, {{.*}}in_queues = [6, 6, 4], out_queues = [2, 2],
// CHECK-SAME: rates = {add.f32 = 2 : i64, mac.mixed = 2 : i64}, ports = [#machine.ports<side = "west", count = 2, first = 1, step = 2, wavelets_per_kcycle = 284>]>

// CHECK: test.desc
// CHECK-SAME: #mesh4x4
"test.desc"() {a = #mesh4x4} : () -> ()

// CHECK: test.region
// CHECK-SAME: example = #machine.region<[0:16:2, 0:4] + [15, 0:4] less (3, 2)>
// CHECK-SAME: point = #machine.region<[3, 2]>
// CHECK-SAME: steps = #machine.region<[0:10:3, 1:8:2] less (3, 1), (6, 3)>
"test.region"() {
  example = #machine.region<[0:16:2, 0:4] + [15, 0:4] less (3, 2)>,
  point = #machine.region<[3:4, 2:3:1]>,
  steps = #machine.region<[0:10:3, 1:8:2] less (3, 1), (6, 3)>
} : () -> ()

// CHECK: test.expr
// CHECK-SAME: ceil = #machine.expr<(y - 3) ceildiv 4>
// CHECK-SAME: example = #machine.expr<((x + 1) * 6144) floordiv 750 - ((x * 6144) floordiv 750)>
// CHECK-SAME: indices = #machine.expr<(i0 mod 2) * 12 + i7 - launch>
// CHECK-SAME: negative = #machine.expr<x * -3 - 5>
// CHECK-SAME: nested = #machine.expr<x - (y - launch)>
"test.expr"() {
  ceil = #machine.expr<(y - 3) ceildiv 4>,
  example = #machine.expr<(x + 1) * 6144 floordiv 750 - x * 6144 floordiv 750>,
  indices = #machine.expr<(i0 mod 2) * 12 + i7 - launch>,
  negative = #machine.expr<-3 * x - 5>,
  nested = #machine.expr<x - (y - launch)>
} : () -> ()

// CHECK: test.hop
// CHECK-SAME: all = #machine.hop<ramp -> north, south, east, west>
// CHECK-SAME: example = #machine.hop<west -> ramp, east>
"test.hop"() {
  all = #machine.hop<ramp -> west, north, east, south>,
  example = #machine.hop<west -> ramp, east>
} : () -> ()

// CHECK: test.ports
// CHECK-SAME: #machine.ports<side = "west", count = 60, first = 8, step = 16, wavelets_per_kcycle = 284>
"test.ports"() {a = #machine.ports<side = "west", count = 60, first = 8, step = 16, wavelets_per_kcycle = 284>} : () -> ()
