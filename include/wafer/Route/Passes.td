//===- Passes.td - from streams to routes ------------------*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ROUTE_PASSES_TD
#define WAFER_ROUTE_PASSES_TD

include "mlir/Pass/PassBase.td"

def RouteStreams : Pass<"wafer-route-streams", "::mlir::ModuleOp"> {
  let summary = "gives every stream colours and a tree of hops";
  let description = [{
    Writes `wafer.route` ops for the streams of each `wafer.program`. All kernels
    share epoch 0 if the machine's colours suffice for them; else the kernels
    are cut into epochs, each as long as possible, with a `wafer.barrier` between
    the tasks of two epochs. Barriers that are there already fix the epochs.

    Routes written by hand are kept: a program in which every stream has routes
    is left alone. Routes for some of its streams only are an error.

    ```mlir
    wafer.stream @s : f32 for (0:3) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
    ```
    gets
    ```mlir
    wafer.route @s colour 0 epoch 0 on [1:4:2, 0] : west -> ramp
    wafer.route @s colour 0 epoch 0 on [0:3:2, 0] : ramp -> east
    wafer.route @s colour 1 epoch 0 on [2, 0] : west -> ramp
    wafer.route @s colour 1 epoch 0 on [1, 0] : ramp -> east
    ```
  }];
  let dependentDialects = ["::wafer::mesh::WaferDialect"];
}

#endif // WAFER_ROUTE_PASSES_TD
