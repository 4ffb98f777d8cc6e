//===- CheckIndices.cpp - constant indices are in range ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region.
// Out: the same.
//
// Rejected: a gather or scatter by indices that depend on constants only, one
// of which is outside of its dimension: positions behind the end of their
// table, for a sequence that is too long. Such a model fails whatever its
// inputs are. Indices that are computed from inputs are the executors' to
// check. Cost: the elements of the indices.
//
//   graph.gather %table (64 rows), iota of 300  ->  error: index 64 at [64]
//
//===----------------------------------------------------------------------===//

#include "ConstantValues.h"
#include "wafer/Graph/Passes.h"

#define DEBUG_TYPE "graph-check-indices"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_CHECKINDICES
#include "wafer/Graph/Passes.h.inc"

namespace {

std::string formatPlace(int64_t place, ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t size : llvm::reverse(shape)) {
    text = std::to_string(place % size) + (text.empty() ? "" : ", ") + text;
    place /= size;
  }
  return "[" + text + "]";
}

LogicalResult checkIndices(Operation *op, const GivenIndices &given,
                           const exec::Tensor &indices) {
  exec::Tensor wide = indices.convertedTo(exec::ElementType::I64);
  for (auto [i, index] : llvm::enumerate(wide.getValues<int64_t>())) {
    int64_t size = given.sizes[i % given.sizes.size()];
    if (index < -size || index >= size)
      return op->emitError("'")
             << op->getName() << "' requires indices from " << -size << " to "
             << size - 1 << " into " << op->getOperand(0).getType()
             << ", found " << index << " at " << formatPlace(i, indices.shape);
  }
  return success();
}

struct CheckIndices : impl::CheckIndicesBase<CheckIndices> {
  using CheckIndicesBase::CheckIndicesBase;

  void runOnOperation() override {
    ConstantValues constants(getOperation(), folder);
    WalkResult walked = getOperation()->walk([&](Operation *op) {
      std::optional<GivenIndices> given = getGivenIndices(op);
      if (!given || given->sizes.empty())
        return WalkResult::advance();
      std::optional<exec::Tensor> indices = constants.get(given->indices);
      if (indices && failed(checkIndices(op, *given, *indices)))
        return WalkResult::interrupt();
      return WalkResult::advance();
    });
    if (walked.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
} // namespace wafer::graph
