//===- CheckIndices.cpp - inputs that pick rows -*- C++ -*--===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckIndices.h"

#include "Compare.h"

using namespace mlir;
using wafer::exec::Tensor;

namespace wafer::run {

/// `source` is what the indices pick from.
static llvm::Error checkInput(const Tensor &input, ArrayRef<int64_t> sizes,
                              const Twine &source) {
  Tensor wide = input.convertedTo(exec::ElementType::I64);
  for (auto [i, index] : llvm::enumerate(wide.getValues<int64_t>())) {
    int64_t size = sizes[i % sizes.size()];
    if (index < -size || index >= size)
      return llvm::createStringError(
          "input \"" + input.name + "\": index " + Twine(index) + " at " +
          formatIndex(i, input.shape) + " is not from " + Twine(-size) +
          " to " + Twine(size - 1) + ", the limits of " + source);
  }
  return llvm::Error::success();
}

/// The argument whose elements, in their order, `value` has.
static BlockArgument findArgument(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<graph::ReshapeOp, graph::CastOp>(op))
      return {};
    value = op->getOperand(0);
    if (!cast<RankedTensorType>(value.getType()).getElementType().isInteger())
      return {};
  }
  return cast<BlockArgument>(value);
}

/// A constant by its name, else the op that picks.
static std::string describeSource(Operation *op) {
  if (auto constant = op->getOperand(0).getDefiningOp<graph::ConstantOp>())
    if (constant.getName())
      return ("\"" + *constant.getName() + "\"").str();
  return ("'" + op->getName().getStringRef() + "'").str();
}

static llvm::Error checkGraph(func::FuncOp function, ArrayRef<Tensor> inputs) {
  for (Operation &op : function.getBody().getOps()) {
    std::optional<graph::GivenIndices> given = graph::getGivenIndices(&op);
    BlockArgument argument =
        given ? findArgument(given->indices) : BlockArgument();
    if (!argument || given->sizes.empty())
      continue;
    if (llvm::Error error = checkInput(inputs[argument.getArgNumber()],
                                       given->sizes, describeSource(&op)))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error checkIndices(const Model &model, bool ofGraph,
                         ArrayRef<Tensor> inputs) {
  if (ofGraph)
    return checkGraph(model.graph, inputs);
  for (pe::HostOp host : model.hosts) {
    auto gather =
        dyn_cast_or_null<pe::GatherAttr>(host.getValue().value_or(Attribute()));
    if (!gather)
      continue;
    auto table = SymbolTable::lookupNearestSymbolFrom<pe::HostOp>(
        host, gather.getTable());
    const Tensor *indices = llvm::find_if(inputs, [&](const Tensor &input) {
      return input.name == gather.getIndices().getValue();
    });
    if (!table || indices == inputs.end())
      continue;
    if (llvm::Error error =
            checkInput(*indices, table.getTensorType().getDimSize(0),
                       "\"" + table.getSymName() + "\""))
      return error;
  }
  return llvm::Error::success();
}

} // namespace wafer::run
