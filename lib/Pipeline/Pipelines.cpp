//===- Pipelines.cpp - a named pipeline for each phase -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Pipeline/Passes.h"
#include "wafer/Pipeline/Phases.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace {
struct PhasePipelineOptions : PassPipelineOptions<PhasePipelineOptions> {
  Option<std::string> machine{
      *this, "machine",
      llvm::cl::desc("Target machine, for modules in phase graph: wse2, wse3, "
                     "mesh<WxH> or a machine file"),
      llvm::cl::init("")};
  Option<std::string> reduce{
      *this, "reduce",
      llvm::cl::desc("How the partial sums of products meet: chain or ring"),
      llvm::cl::init("chain")};
  Option<std::string> folder{
      *this, "folder",
      llvm::cl::desc("Where relative paths of constants in files start"),
      llvm::cl::init("")};
  Option<bool> verify{*this, "verify",
                      llvm::cl::desc("Run the verifier of each phase boundary"),
                      llvm::cl::init(true)};
};
} // namespace

void wafer::registerPhasePipelines() {
  for (Phase phase : kPhases) {
    std::string name = stringifyPhase(phase).str();
    PassPipelineRegistration<PhasePipelineOptions>(
        "wafer-to-" + name, "from any earlier phase to phase " + name,
        [name](OpPassManager &pm, const PhasePipelineOptions &options) {
          LowerToPhaseOptions passOptions;
          passOptions.target = name;
          passOptions.machine = options.machine;
          passOptions.reduce = options.reduce;
          passOptions.folder = options.folder;
          passOptions.verifyPhases = options.verify;
          pm.addPass(createLowerToPhase(passOptions));
        });
  }
}
