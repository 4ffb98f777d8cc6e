//===- ModelledCycles.cpp - what kernels should cost -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/CostModel.h"
#include "wafer/Kernels/HostAccess.h"
#include "wafer/Kernels/MapOps.h"
#include "wafer/Kernels/NormalizationKernel.h"
#include "wafer/Kernels/ProductKernel.h"
#include "wafer/Report/CompileReport.h"

using namespace mlir;

namespace wafer::report {

/// The product's part, as Planner has it (include/wafer/Kernels/Planner.h).
static int64_t modelProduct(mesh::KernelOp kernel, mesh::ProductAttr product,
                            int64_t tokenBlocks, machine::DescAttr machine) {
  graph::MatmulOp matmul = getProduct(kernel);
  if (!matmul)
    return 0;
  FailureOr<ProductShape> shape = getProductShape(matmul);
  if (failed(shape))
    return 0;
  ProductCostInput input;
  input.columns = kernel.getAtAttr().getWidth();
  input.ownerColumns = kernel.getToAttr().getWidth();
  input.inputs = llvm::divideCeil(shape->inputs, input.columns);
  input.tokens = llvm::divideCeil(shape->tokens, tokenBlocks);
  input.outputs = shape->outputs;
  input.totalInputs = shape->inputs;
  input.blocks = std::max<int64_t>(product.getPieces(), 1) * input.ownerColumns;
  input.streamed = product.getWeights() == mesh::Weights::Streamed;
  input.ring = product.getReduce() == mesh::Reduce::Ring;
  return getProductCycles(machine, input);
}

int64_t modelCycles(mesh::KernelOp kernel, int64_t launches,
                    machine::DescAttr machine) {
  mesh::RectAttr at = kernel.getAtAttr(), to = kernel.getToAttr();
  if (!at || !to || kernel.getNumResults() == 0)
    return 0;
  TokenShape shape = getTokenShape(kernel.getResult(0).getType());
  int64_t tokenBlocks = launches * at.getHeight();
  int64_t tokens = llvm::divideCeil(shape.tokens, tokenBlocks);
  int64_t features = llvm::divideCeil(shape.features, to.getWidth());
  int64_t cycles = 0;
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (!isView(&op) && !isa<graph::MatmulOp, graph::AttentionOp>(op))
      cycles += getMapCycles(machine, &op, features, tokens);
  if (Operation *norm = getNormalization(kernel))
    cycles +=
        getNormalizationCycles(machine, norm, features, tokens, at.getWidth());
  if (auto product =
          dyn_cast_or_null<mesh::ProductAttr>(kernel.getDataflowAttr()))
    cycles += modelProduct(kernel, product, tokenBlocks, machine);
  return cycles;
}

} // namespace wafer::report
