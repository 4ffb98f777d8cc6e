//===- Passes.td - down the ladder from any phase -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PIPELINE_PASSES_TD
#define WAFER_PIPELINE_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerToPhase : Pass<"wafer-lower-to-phase", "::mlir::ModuleOp"> {
  let summary = "runs the passes between a module's phase and a later one";
  let description = [{
    The phase of the module is read off its ops, so that text dumped after any phase and edited by hand goes on from there. Up
    to phase `graph` a module is only normalised. A module that is in the target phase already is left as it is; one that is
    behind it is an error. The pipelines `wafer-to-graph`, `wafer-to-sharded`, `wafer-to-placed`, `wafer-to-streamed`,
    `wafer-to-routed`, `wafer-to-allocated` and `wafer-to-pe` are this pass with that target.
  }];
  let options = [
    Option<"target", "target", "std::string", "\"pe\"", "graph, sharded, placed, streamed, routed, allocated or pe">,
    Option<"machine", "machine", "std::string", "\"\"",
           "Target machine, for modules in phase graph: wse2, wse3, mesh<WxH> or a machine file">,
    Option<"reduce", "reduce", "std::string", "\"chain\"",
           "How the partial sums of products meet: chain or ring">,
    Option<"folder", "folder", "std::string", "\"\"",
           "Where relative paths of constants in files start (default: the working directory)">,
    Option<"verifyPhases", "verify", "bool", "true", "Run the verifier of each phase boundary">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect", "::wafer::graph::GraphDialect", "::wafer::machine::MachineDialect",
                           "::wafer::mesh::WaferDialect", "::wafer::pe::PEDialect"];
}

#endif
