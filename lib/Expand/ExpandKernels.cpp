//===- ExpandKernels.cpp - from kernels to tasks and streams -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  wafer.programs whose kernels have a dataflow and a place.
// Out: the same, with pe.buffer, pe.load, pe.store, pe.feed, wafer.stream and
//      wafer.task behind the kernels. No colours, offsets or queues yet.
//
// 1. Check each kernel's form with its entry of the kernel library.
// 2. Expand kernels in program order; each says where its results lie.
// 3. Store what wafer.output names from where it lies.
//
// Rejected here: kernels without dataflow or place, operands that lie
// elsewhere than the kernel reads them. Cost: the number of kernels.
//
//===----------------------------------------------------------------------===//

#include "wafer/Expand/Passes.h"
#include "wafer/Kernels/HostAccess.h"
#include "wafer/Kernels/Kernel.h"

#define DEBUG_TYPE "wafer-expand-kernels"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_EXPANDKERNELS
#include "wafer/Expand/Passes.h.inc"

namespace {

LogicalResult expandKernel(mesh::KernelOp kernel, ExpandState &state) {
  if (!kernel.getDataflow())
    return kernel.emitOpError("has no dataflow: partition the graph first");
  if (!kernel.getAt())
    return kernel.emitOpError("has no rectangle: place kernels first");
  const Kernel *entry = findKernel(*kernel.getDataflow());
  if (!entry)
    return kernel.emitOpError("has no expansion for ") << *kernel.getDataflow();
  if (failed(entry->verify(kernel)))
    return failure();
  return entry->expand(kernel, state);
}

/// Every PE of the value's rectangle stores its part.
LogicalResult storeOutput(mesh::OutputOp output, ExpandState &state) {
  auto placed = state.values.find(output.getValue());
  if (placed == state.values.end())
    return output.emitOpError("stores a value that no kernel computes");
  auto type = cast<RankedTensorType>(output.getValue().getType());
  Emitter emitter(state.program,
                  output.getValue().getDefiningOp<mesh::KernelOp>());
  Sharding sharding(placed->second.rect, state.getLaunches(),
                    getTokenShape(type), getFeatureOrder(type));
  AffineExpr token = sharding.tokenStart() + emitter.index(1);
  AffineExpr feature = sharding.featureAt(emitter.index(0));
  emitter.store(placed->second.buffer, {sharding.tokens.largest(), 1},
                output.getHost(), token * sharding.features.size + feature,
                {sharding.featureExtent(), sharding.tokenExtent()},
                placed->second.rect.getRegion());
  return success();
}

struct ExpandKernels : impl::ExpandKernelsBase<ExpandKernels> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<mesh::ProgramOp>())
      if (failed(expandProgram(program)))
        return signalPassFailure();
  }

  LogicalResult expandProgram(mesh::ProgramOp program) {
    if (!program.getBody().getOps<mesh::TaskOp>().empty())
      return program.emitOpError("is expanded already");
    ExpandState state;
    state.program = program;
    for (auto kernel :
         llvm::to_vector(program.getBody().getOps<mesh::KernelOp>()))
      if (failed(expandKernel(kernel, state)))
        return failure();
    for (auto output :
         llvm::to_vector(program.getBody().getOps<mesh::OutputOp>()))
      if (failed(storeOutput(output, state)))
        return failure();
    return success();
  }
};

} // namespace
} // namespace wafer
