//===- LowerToPhase.cpp - down the ladder from any phase -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  a module in any phase.
// Out: the module in the phase `target`.
//
// 1. Read the phase off the module's ops (detectPhase).
// 2. Build the passes of every phase behind it, up to the target, and run them
//    as one pipeline, so that --mlir-print-ir-after-all and --mlir-timing see
//    each of them. Graphs are normalised first, wherever they come from.
//
// Rejected here: an unknown target, and a module behind its target. What is
// rejected on the way is said by the pass that finds it.
//
//===----------------------------------------------------------------------===//

#include "wafer/Pipeline/Passes.h"
#include "wafer/Pipeline/Phases.h"

#include "mlir/Pass/PassManager.h"

#define DEBUG_TYPE "wafer-lower-to-phase"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_LOWERTOPHASE
#include "wafer/Pipeline/Passes.h.inc"

namespace {

struct LowerToPhase : impl::LowerToPhaseBase<LowerToPhase> {
  using LowerToPhaseBase::LowerToPhaseBase;

  void runOnOperation() override {
    mlir::ModuleOp module = getOperation();
    std::optional<Phase> last = symbolizePhase(target);
    if (!last) {
      // Not module.emitError, which would print the module.
      emitError(module.getLoc()) << "target \"" << target
                                 << "\" is no phase: expected graph, sharded, "
                                    "placed, streamed, routed, allocated or pe";
      return signalPassFailure();
    }
    Phase reached = detectPhase(module);
    if (reached > *last) {
      emitError(module.getLoc())
          << "module is in phase " << stringifyPhase(reached)
          << ", which is behind " << stringifyPhase(*last);
      return signalPassFailure();
    }
    PipelineOptions options;
    options.machine = machine;
    options.reduce = reduce;
    options.folder = folder;
    options.verify = verifyPhases;
    OpPassManager pipeline(mlir::ModuleOp::getOperationName());
    if (verifyPhases)
      buildPhaseVerifier(pipeline, reached);
    for (Phase phase : kPhases)
      if (phase <= *last &&
          (phase > reached || (phase == reached && phase == Phase::Graph)))
        buildPhase(pipeline, phase, options);
    if (failed(runPipeline(pipeline, module)))
      signalPassFailure();
  }
};

} // namespace
} // namespace wafer
