//===- BuildPhase.cpp - the passes of each phase -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Graph/Passes.h"
#include "wafer/Pipeline/Phases.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace wafer {

void buildPhase(OpPassManager &pm, Phase target,
                const PipelineOptions &options) {
  if (target != Phase::Graph)
    return;
  pm.addPass(graph::createFoldConstants());
  pm.addPass(graph::createSimplify());
}

} // namespace wafer
