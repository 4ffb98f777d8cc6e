// Stock mlir-opt loads our dialects and passes.
// REQUIRES: plugin
// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin --pass-pipeline='builtin.module(graph-fold-constants)' %s | FileCheck %s
// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin --help | FileCheck %s --check-prefix=HELP

// HELP: --graph-fold-constants

// CHECK-LABEL: func.func @relu
// CHECK: graph.relu
func.func @relu(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = graph.relu %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
