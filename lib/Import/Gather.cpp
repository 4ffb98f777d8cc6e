//===- Gather.cpp - Gather*, Scatter*, TensorScatter ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

static Imported importGather(Node &node) {
  Value data = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), rankOf(data));
  return Outputs{node.ops.gather(data, node.getInput(1), axis)};
}

static Imported importGatherElements(Node &node) {
  Value data = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), rankOf(data));
  return Outputs{node.ops.gatherElements(data, node.getInput(1), axis)};
}

static Imported importGatherND(Node &node) {
  return Outputs{node.ops.create<graph::GatherNDOp>(
      {node.getInput(0), node.getInput(1)},
      {node.ops.attr("batch_dims", node.getInt("batch_dims", 0))})};
}

static FailureOr<NamedAttribute> getMode(Node &node) {
  std::string reduction = node.getString("reduction", "none");
  auto mode = graph::symbolizeScatterMode(reduction);
  if (!mode)
    return node.error() << "attribute \"reduction\" is \"" << reduction << "\"";
  return node.ops.attr(
      "mode", graph::ScatterModeAttr::get(node.builder.getContext(), *mode));
}

static Imported importScatterElements(Node &node) {
  Value data = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), rankOf(data));
  FailureOr<NamedAttribute> mode = getMode(node);
  if (failed(mode))
    return failure();
  return Outputs{node.ops.create<graph::ScatterElementsOp>(
      {data, node.getInput(1), node.getInput(2)},
      {*mode, node.ops.attr("axis", axis)})};
}

static Imported importScatterND(Node &node) {
  FailureOr<NamedAttribute> mode = getMode(node);
  if (failed(mode))
    return failure();
  return Outputs{node.ops.create<graph::ScatterNDOp>(
      {node.getInput(0), node.getInput(1), node.getInput(2)}, {*mode})};
}

/// A cache with a row of updates written at an index of each batch: elements
/// scattered along `axis` at index + (0, 1, …), which wraps around if circular.
static Imported importTensorScatter(Node &node) {
  Value cache = node.getInput(0), update = node.getInput(1);
  int64_t rank = rankOf(cache);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -2), rank);
  std::string mode = node.getString("mode", "linear");
  if (mode != "linear" && mode != "circular")
    return node.error() << "attribute \"mode\" is \"" << mode << "\"";
  if (node.hasErrors() || rankOf(update) != rank)
    return node.error() << "cache and update must have the same rank";
  Type i64 = node.builder.getI64Type();
  SmallVector<int64_t> alongAxis(rank, 1), alongBatch(rank, 1);
  alongAxis[axis] = shapeOf(update)[axis];
  alongBatch[0] = shapeOf(cache)[0];
  Value places =
      node.ops.reshape(node.ops.range(alongAxis[axis], i64), alongAxis);
  if (Value first = node.getInput(2)) {
    if (shapeOf(first) != Dims{alongBatch[0]})
      return node.error() << "write indices must be one for each batch";
    places = node.ops.add(
        places, node.ops.reshape(node.ops.cast(first, i64), alongBatch));
  }
  if (mode == "circular" && places)
    places = node.ops.create<graph::ModOp>(
        {places, node.ops.scalarLike(places, shapeOf(cache)[axis])});
  Value indices = node.ops.expand(places, shapeOf(update));
  auto none = graph::ScatterModeAttr::get(node.builder.getContext(),
                                          graph::ScatterMode::None);
  return Outputs{node.ops.create<graph::ScatterElementsOp>(
      {cache, indices, update},
      {node.ops.attr("mode", none), node.ops.attr("axis", axis)})};
}

void addGatherOperators(OperatorTable &table) {
  table.add("Gather", {2, 2, importGather});
  table.add("GatherElements", {2, 2, importGatherElements});
  table.add("GatherND", {2, 2, importGatherND});
  table.add("Scatter", {3, 3, importScatterElements});
  table.add("ScatterElements", {3, 3, importScatterElements});
  table.add("ScatterND", {3, 3, importScatterND});
  table.add("TensorScatter", {2, 3, importTensorScatter});
}

} // namespace wafer::importer
