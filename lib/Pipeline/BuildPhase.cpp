//===- BuildPhase.cpp - the passes of each phase -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Allocate/Passes.h"
#include "wafer/Expand/Passes.h"
#include "wafer/Graph/Passes.h"
#include "wafer/LowerToPE/Passes.h"
#include "wafer/Partition/Passes.h"
#include "wafer/Pipeline/Phases.h"
#include "wafer/Place/Passes.h"
#include "wafer/Route/Passes.h"
#include "wafer/Verify/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace wafer {

/// The checks of what `phase` adds.
static void addBoundaryVerifier(OpPassManager &pm, Phase phase) {
  switch (phase) {
  case Phase::Graph:
  case Phase::Sharded:
    break; // The ops' own verifiers say all there is to say.
  case Phase::Placed:
    pm.addPass(createVerifyPlacement());
    break;
  case Phase::Streamed:
    pm.addPass(createVerifyStreams());
    break;
  case Phase::Routed:
    pm.addPass(createVerifyRoutes());
    break;
  case Phase::Allocated:
    pm.addPass(createVerifyMemory());
    break;
  case Phase::PE:
    pm.addPass(createVerifyPrograms());
    break;
  }
}

void buildPhaseVerifier(OpPassManager &pm, Phase phase) {
  if (phase == Phase::PE) // Lowering leaves nothing of the phases before.
    return addBoundaryVerifier(pm, phase);
  for (Phase earlier : kPhases)
    if (earlier <= phase)
      addBoundaryVerifier(pm, earlier);
}

/// Normalisation: exporters' plumbing goes first, so that equal values are one
/// value; then what they spelled out becomes the op that it was.
static void addGraphPasses(OpPassManager &pm, const PipelineOptions &options) {
  auto addSimplification = [&] {
    pm.addPass(graph::createFoldConstants());
    pm.addPass(graph::createSimplify());
    pm.addPass(createCSEPass());
  };
  addSimplification();
  pm.addPass(graph::createFuseActivations());
  pm.addPass(graph::createFuseSoftmax());
  pm.addPass(graph::createFuseNormalizations());
  addSimplification();
  // Ops made of these.
  pm.addPass(graph::createFuseRotary({options.folder}));
  pm.addPass(graph::createFuseAttention({options.folder}));
  addSimplification();
  pm.addPass(graph::createFoldOperands({options.folder}));
  pm.addPass(graph::createCheckIndices({options.folder}));
}

void buildPhase(OpPassManager &pm, Phase target,
                const PipelineOptions &options) {
  switch (target) {
  case Phase::Graph:
    addGraphPasses(pm, options);
    break;
  case Phase::Sharded: {
    pm.addPass(createRepeatHeads());
    pm.addPass(createLegalizeProducts());
    pm.addPass(createLegalizeAttention());
    PartitionGraphOptions partition;
    partition.machine = options.machine;
    partition.reduce = options.reduce;
    pm.addPass(createPartitionGraph(partition));
    break;
  }
  case Phase::Placed:
    pm.addPass(createPlaceKernels());
    break;
  case Phase::Streamed:
    pm.addPass(createExpandKernels());
    break;
  case Phase::Routed:
    pm.addPass(createRouteStreams());
    break;
  case Phase::Allocated:
    pm.addPass(createAllocateMemory());
    pm.addPass(createAllocateQueues());
    break;
  case Phase::PE:
    pm.addPass(createLowerToPE());
    break;
  }
  if (options.verify)
    addBoundaryVerifier(pm, target);
}

} // namespace wafer
