// RUN: not wafer-opt --pass-pipeline='builtin.module(wafer-lower-to-phase{target=wafer})' %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not wafer-opt --wafer-to-placed %s 2>&1 | FileCheck %s --check-prefix=MACHINE
// RUN: wafer-opt --wafer-to-streamed='machine=mesh<4x4>' %s -o %t.streamed
// RUN: not wafer-opt --wafer-to-placed %t.streamed 2>&1 | FileCheck %s --check-prefix=BEHIND
//
// What a pass on the way rejects ends the pipeline.
// RUN: not wafer-opt --wafer-to-pe='machine=mesh<0x4>' %s 2>&1 | FileCheck %s --check-prefix=SIZE

// UNKNOWN: error: target "wafer" is no phase: expected graph, sharded, placed, streamed, routed, allocated or pe
// MACHINE: error: partitioning requires a machine: wse2, wse3, mesh<WxH> or a machine file
// BEHIND: error: module is in phase streamed, which is behind placed
// SIZE: error: {{.*}}mesh<0x4>
func.func @main(%x: tensor<8x16xf32>) -> tensor<8x16xf32> {
  %0 = graph.relu %x : tensor<8x16xf32>
  return %0 : tensor<8x16xf32>
}
