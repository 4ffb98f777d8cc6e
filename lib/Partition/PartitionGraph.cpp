//===- PartitionGraph.cpp - cut a graph into programs -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  one function of graph ops.
// Out: the same function, host tensors (pe.host) for its arguments, results,
//      constants and for what passes from program to program, and the
//      wafer.programs: kernels with layouts and dataflows.
//
// 1. GraphCut deals ops to kernels and kernels to programs.
// 2. ProgramWriter writes each program's inputs, kernels and outputs.
// 3. Products get the dataflow {forward, chain}; the Planner says whose weights
//    fit in SRAM and whose are streamed.
//
// Rejected here: ops without a kernel, types that PEs do not carry, an unknown
// machine. Cost: the number of ops.
//
//   %0 = graph.matmul %x, %w          wafer.program @p0 … {
//   %1 = graph.relu %0          ->      %y = wafer.kernel @MatMul(%x, %w)
//                                           dataflow(#wafer.product<…>) …
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Planner.h"
#include "wafer/Partition/Passes.h"
#include "wafer/Partition/ProgramWriter.h"
#include "wafer/Target/LoadMachine.h"

#define DEBUG_TYPE "wafer-partition-graph"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_PARTITIONGRAPH
#include "wafer/Partition/Passes.h.inc"

namespace {

/// Where the planner finds no place for weights in SRAM, they are streamed.
LogicalResult chooseDataflows(mesh::ProgramOp program, mesh::Reduce reduce) {
  for (auto kernel : program.getBody().getOps<mesh::KernelOp>())
    if (auto flow = dyn_cast<mesh::ProductAttr>(*kernel.getDataflow()))
      kernel.setDataflowAttr(
          mesh::ProductAttr::get(flow.getContext(), flow.getForm(), reduce,
                                 flow.getWeights(), flow.getPieces()));
  FailureOr<Planner::Plan> plan = Planner(program).solve();
  if (failed(plan))
    return failure();
  for (auto [kernel, choice] :
       llvm::zip(program.getBody().getOps<mesh::KernelOp>(), plan->kernels))
    if (auto flow = dyn_cast<mesh::ProductAttr>(*kernel.getDataflow()))
      kernel.setDataflowAttr(mesh::ProductAttr::get(
          flow.getContext(), flow.getForm(), flow.getReduce(), choice.weights,
          /*pieces=*/0));
  return success();
}

struct PartitionGraph : impl::PartitionGraphBase<PartitionGraph> {
  using PartitionGraphBase::PartitionGraphBase;

  void runOnOperation() override {
    mlir::ModuleOp module = getOperation();
    auto functions = llvm::to_vector(module.getOps<func::FuncOp>());
    // Not module.emitError, which would print the module.
    if (!module.getOps<mesh::ProgramOp>().empty() ||
        !module.getOps<pe::ModuleOp>().empty()) {
      emitError(module.getLoc()) << "the module is partitioned already";
      return signalPassFailure();
    }
    if (functions.size() != 1) {
      emitError(module.getLoc())
          << "partitioning requires one graph function, found "
          << functions.size();
      return signalPassFailure();
    }
    if (functions[0].isExternal() ||
        !llvm::hasSingleElement(functions[0].getBody())) {
      emitError(functions[0].getLoc())
          << "partitioning requires a function of one block";
      return signalPassFailure();
    }
    if (machine.empty()) {
      emitError(module.getLoc()) << "partitioning requires a machine: wse2, "
                                    "wse3, mesh<WxH> or a machine file";
      return signalPassFailure();
    }
    std::optional<mesh::Reduce> meet = mesh::symbolizeReduce(reduce);
    if (!meet) {
      emitError(module.getLoc())
          << "reduce = " << reduce << " is unknown, expected chain or ring";
      return signalPassFailure();
    }
    auto description = loadMachine(
        machine, &getContext(), [&]() { return emitError(module.getLoc()); });
    if (failed(description))
      return signalPassFailure();
    GraphCut cut(functions[0]);
    if (failed(cut.run()))
      return signalPassFailure();
    ProgramWriter writer(functions[0], cut, *description);
    for (mesh::ProgramOp program : writer.write())
      if (failed(chooseDataflows(program, *meet)))
        return signalPassFailure();
  }
};

} // namespace
} // namespace wafer
