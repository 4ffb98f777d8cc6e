// Every phase, from the graph and from the phase before it, gives the same text.
// RUN: wafer-opt --wafer-to-sharded='machine=mesh<4x4>' %s -o %t.sharded
// RUN: wafer-opt --wafer-to-placed='machine=mesh<4x4>' %s -o %t.placed
// RUN: wafer-opt --wafer-to-placed %t.sharded | diff %t.placed -
// RUN: wafer-opt --wafer-to-streamed %t.sharded -o %t.streamed
// RUN: wafer-opt --wafer-to-streamed %t.placed | diff %t.streamed -
// RUN: wafer-opt --wafer-to-routed %t.placed -o %t.routed
// RUN: wafer-opt --wafer-to-routed %t.streamed | diff %t.routed -
// RUN: wafer-opt --wafer-to-allocated %t.streamed -o %t.allocated
// RUN: wafer-opt --wafer-to-allocated %t.routed | diff %t.allocated -
// RUN: wafer-opt --wafer-to-pe %t.routed -o %t.pe
// RUN: wafer-opt --wafer-to-pe='machine=mesh<4x4>' %s | diff %t.pe -
//
// In its target phase a module stays as it is.
// RUN: wafer-opt --wafer-to-placed %t.placed | diff %t.placed -
// RUN: wafer-opt --wafer-to-pe %t.pe | diff %t.pe -
//
// RUN: FileCheck %s --check-prefix=SHARDED --input-file=%t.sharded
// RUN: FileCheck %s --check-prefix=PLACED --input-file=%t.placed
// RUN: FileCheck %s --check-prefix=STREAMED --input-file=%t.streamed
// RUN: FileCheck %s --check-prefix=ROUTED --input-file=%t.routed
// RUN: FileCheck %s --check-prefix=ALLOCATED --input-file=%t.allocated
// RUN: FileCheck %s --check-prefix=PE --input-file=%t.pe
// RUN: wafer-opt --wafer-to-graph %s | FileCheck %s --check-prefix=GRAPH
//
// The passes inside are seen by the tools for passes; the pipelines are a pass like others; the verifiers can be left out.
// RUN: wafer-opt --wafer-to-streamed %t.sharded -o %t.other --mlir-timing 2>&1 | FileCheck %s --check-prefix=TIMING
// RUN: wafer-opt --pass-pipeline='builtin.module(wafer-lower-to-phase{target=placed})' %t.sharded | diff %t.placed -
// RUN: wafer-opt --wafer-to-pe='machine=mesh<4x4> verify=false' %s | diff %t.pe -
// RUN: wafer-opt --wafer-to-routed='machine=mesh<4x4>' --wafer-to-pe %s | diff %t.pe -

// Normalising folds the transposition of the weights into a constant.
// GRAPH-NOT: graph.transpose
// GRAPH: graph.constant dense<5.000000e-01> : tensor<16x24xf32>

// SHARDED: wafer.kernel @matmul
// SHARDED-NOT: at <
// PLACED: wafer.kernel @matmul{{.*}} at <0 : 4, 0 : 4>
// PLACED-NOT: wafer.task
// STREAMED: wafer.stream @matmul.part
// STREAMED: wafer.task "first" of @matmul
// STREAMED-NOT: wafer.route
// ROUTED: wafer.route @matmul.part colour 0
// ALLOCATED: pe.buffer @matmul.x : f32 x 8 on [0:4, 0:4] at {{[0-9]+}}
// ALLOCATED: wafer.queue
// PE: pe.module @p0
// PE-NOT: wafer.
// TIMING-DAG: PlaceKernels
// TIMING-DAG: ExpandKernels
func.func @main(%x: tensor<8x16xf32> {graph.name = "images"}) -> (tensor<8x24xf32> {graph.name = "logits"}) {
  %w = graph.constant @fc1.weight dense<0.5> : tensor<24x16xf32>
  %t = graph.transpose %w perm [1, 0] : (tensor<24x16xf32>) -> tensor<16x24xf32>
  %0 = graph.matmul %x, %t : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32>
  %1 = graph.relu %0 : tensor<8x24xf32>
  return %1 : tensor<8x24xf32>
}
