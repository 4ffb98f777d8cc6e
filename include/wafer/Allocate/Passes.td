//===- Passes.td - SRAM offsets and queues ------------------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ALLOCATE_PASSES_TD
#define WAFER_ALLOCATE_PASSES_TD

include "mlir/Pass/PassBase.td"

def AllocateMemory : Pass<"wafer-allocate-memory", "::mlir::ModuleOp"> {
  let summary = "gives every buffer an offset in SRAM";
  let description = [{
    A buffer has one offset on all its PEs. Two buffers may share bytes if no PE
    has both or if they are never live together. Time is counted in kernels: a
    buffer is live from the first to the last kernel whose tasks use it, from the
    start if it is loaded, to the end if it is stored, always if it is loaded once
    for several launches. Offsets written by hand are kept.

    ```mlir
    pe.buffer @x : f32 x 96 on [0:4, 0:4]
    ```
    becomes
    ```mlir
    pe.buffer @x : f32 x 96 on [0:4, 0:4] at 6144
    ```
  }];
  let dependentDialects = ["::wafer::mesh::WaferDialect"];
}

def AllocateQueues : Pass<"wafer-allocate-queues", "::mlir::ModuleOp"> {
  let summary = "gives every colour an input and an output queue";
  let description = [{
    Writes `wafer.queue` ops: one for each colour and epoch in which a PE reads
    it, and one if a PE sends it. Colours that meet at a PE get different queues,
    unless all kernels that use one come before those that use the other; the
    deepest queues go to the colours with most elements; a colour keeps its queue
    from epoch to epoch where it can. Queues written by hand are kept. Checks
    that the microthreads of the tasks exist.

    ```mlir
    wafer.route @s colour 0 epoch 0 on [0, 0] : ramp -> east
    wafer.route @s colour 0 epoch 0 on [1, 0] : west -> ramp
    ```
    gets
    ```mlir
    wafer.queue in(0) colour 0 epoch 0
    wafer.queue out(2) colour 0 epoch 0
    ```
  }];
  let dependentDialects = ["::wafer::mesh::WaferDialect"];
}

#endif // WAFER_ALLOCATE_PASSES_TD
