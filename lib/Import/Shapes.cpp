//===- Shapes.cpp - Reshape, Flatten, Transpose -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace wafer::importer {

static void createReshape(Node &node, ArrayRef<int64_t> shape,
                          SmallVectorImpl<Value> &results) {
  auto type =
      RankedTensorType::get(shape, node.getInputType(0).getElementType());
  results.push_back(
      graph::ReshapeOp::create(node.builder, node.loc, type, node.getInput(0)));
}

static std::string describeShape(ArrayRef<int64_t> shape) {
  return "[" +
         llvm::join(llvm::map_range(
                        shape, [](int64_t d) { return std::to_string(d); }),
                    ", ") +
         "]";
}

/// Fills in the 0 ("as the input has it", unless allowZero) and the one -1
/// ("what is left") of a requested shape.
static LogicalResult resolveShape(Node &node, bool allowZero,
                                  SmallVectorImpl<int64_t> &shape) {
  std::string requested = describeShape(shape);
  RankedTensorType input = node.getInputType(0);
  std::optional<size_t> inferred;
  for (auto [i, dim] : llvm::enumerate(shape)) {
    if (dim == 0 && !allowZero) {
      if (i >= static_cast<size_t>(input.getRank()))
        return node.error() << "shape " << requested << " copies dimension "
                            << i << ", which " << input << " does not have";
      dim = input.getDimSize(i);
    } else if (dim == -1) {
      if (inferred)
        return node.error() << "shape " << requested << " has more than one -1";
      inferred = i;
      dim = 1;
    } else if (dim < 0) {
      return node.error() << "shape " << requested
                          << " has a negative dimension";
    }
  }
  std::optional<int64_t> count = graph::countElements(shape);
  int64_t total = input.getNumElements();
  if (inferred && count && *count > 0 && total % *count == 0) {
    shape[*inferred] = total / *count;
    count = total;
  } else if (inferred) {
    count = std::nullopt;
  }
  if (!count || *count != total)
    return node.error() << "shape " << requested << " does not fit the "
                        << total << " elements of " << input;
  return success();
}

static LogicalResult importReshape(Node &node,
                                   SmallVectorImpl<Value> &results) {
  bool allowZero = node.opset >= 14 && node.getInt("allowzero", 0);
  FailureOr<SmallVector<int64_t>> shape = node.getConstantInts(1);
  if (failed(shape) || failed(resolveShape(node, allowZero, *shape)))
    return failure();
  createReshape(node, *shape, results);
  return success();
}

static LogicalResult importFlatten(Node &node,
                                   SmallVectorImpl<Value> &results) {
  RankedTensorType input = node.getInputType(0);
  int64_t rank = input.getRank(), axis = node.getInt("axis", 1);
  if (axis < -rank || axis > rank)
    return node.error() << "attribute \"axis\" is " << axis << ", " << input
                        << " allows " << -rank << " to " << rank;
  if (axis < 0)
    axis += rank;
  ArrayRef<int64_t> shape = input.getShape();
  createReshape(node,
                {*graph::countElements(shape.take_front(axis)),
                 *graph::countElements(shape.drop_front(axis))},
                results);
  return success();
}

static LogicalResult importTranspose(Node &node,
                                     SmallVectorImpl<Value> &results) {
  int64_t rank = node.getInputType(0).getRank();
  SmallVector<int64_t> perm =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (auto given = node.getInts("perm"))
    perm = *given;
  if (static_cast<int64_t>(perm.size()) != rank || !isPermutationVector(perm))
    return node.error() << "attribute \"perm\" must hold every dimension of "
                        << node.getInputType(0) << " once";
  results.push_back(graph::TransposeOp::create(node.builder, node.loc,
                                               node.getInput(0), perm));
  return success();
}

void addShapeOperators(OperatorTable &table) {
  table["Reshape"] = {2, 2, importReshape};
  table["Flatten"] = {1, 1, importFlatten};
  table["Transpose"] = {1, 1, importTranspose};
}

} // namespace wafer::importer
