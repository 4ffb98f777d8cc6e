//===- PlaceKernels.cpp - choose rectangles by cost -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// In:  wafer.programs whose kernels have a dataflow.
// Out: the same with `launches`, and on every kernel `at`, `to` and, for
//      products, where weights are and how many pieces an owner's outputs have.
//
// One Planner for each program (include/wafer/Kernels/Planner.h) compares
// modelled cycles; what is written already is taken as given.
//
// Rejected here: a program that does not fit in SRAM with any choice, with the
// kernel, the bytes and the shortfall.
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Planner.h"
#include "wafer/Place/Passes.h"

#define DEBUG_TYPE "wafer-place-kernels"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_PLACEKERNELS
#include "wafer/Place/Passes.h.inc"

namespace {

void writePlan(mesh::KernelOp kernel, const Planner::KernelPlan &plan) {
  if (!kernel.getAt()) {
    kernel.setAtAttr(plan.at);
    kernel.setToAttr(plan.to);
  }
  if (auto flow = dyn_cast<mesh::ProductAttr>(*kernel.getDataflow()))
    kernel.setDataflowAttr(
        mesh::ProductAttr::get(kernel.getContext(), flow.getForm(),
                               flow.getReduce(), plan.weights, plan.pieces));
}

void writeSegments(mesh::KernelOp kernel, const Planner::KernelPlan &plan) {
  if (isa<mesh::AttentionAttr>(*kernel.getDataflow()))
    kernel.setDataflowAttr(mesh::AttentionAttr::get(
        kernel.getContext(), plan.segments, plan.blocks));
}

LogicalResult checkKernel(mesh::KernelOp kernel) {
  if (!kernel.getDataflow())
    return kernel.emitOpError("has no dataflow: partition the graph first");
  if (kernel.getNumResults() == 0)
    return kernel.emitOpError("has no results, so nothing of it can be placed");
  // The dialect's verifier admits the dataflows of the library only.
  return findKernel(*kernel.getDataflow())->verify(kernel);
}

struct PlaceKernels : impl::PlaceKernelsBase<PlaceKernels> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<mesh::ProgramOp>()) {
      auto kernels =
          llvm::to_vector(program.getBody().getOps<mesh::KernelOp>());
      for (mesh::KernelOp kernel : kernels)
        if (failed(checkKernel(kernel)))
          return signalPassFailure();
      FailureOr<Planner::Plan> plan = Planner(program).solve();
      if (failed(plan))
        return signalPassFailure();
      program.setLaunches(plan->launches);
      for (auto [kernel, kernelPlan] : llvm::zip(kernels, plan->kernels))
        writePlan(kernel, kernelPlan), writeSegments(kernel, kernelPlan);
    }
  }
};

} // namespace
} // namespace wafer
