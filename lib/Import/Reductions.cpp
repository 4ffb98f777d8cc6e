//===- Reductions.cpp - Reduce*, ArgMax, ArgMin, CumSum, TopK ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

namespace {
struct Reduction {
  Value input;
  SmallVector<int64_t> axes;
  bool keepdims = true;
};
} // namespace

/// Axes are an attribute, later an input; none means all of them, or with
/// `noop_with_empty_axes` none.
static FailureOr<Reduction> getReduction(Node &node) {
  Reduction reduction;
  reduction.input = node.getInput(0);
  reduction.keepdims = node.getInt("keepdims", 1);
  bool isNoop = node.getInt("noop_with_empty_axes", 0);
  int64_t rank = rankOf(reduction.input);
  auto axes = node.getIntsOrInput("axes", 1);
  if (axes && !axes->empty())
    reduction.axes = node.normalizeAxes(*axes, rank);
  else if (!isNoop)
    reduction.axes = dimsFrom(0, rank);
  if (node.hasErrors())
    return failure();
  return reduction;
}

template <typename OpT>
static Value reduce(Node &node, const Reduction &r, Value input) {
  return node.ops.reduce<OpT>(input, r.axes, r.keepdims);
}

/// Bools are reduced as bytes.
template <typename OpT> static Imported importReduce(Node &node) {
  FailureOr<Reduction> r = getReduction(node);
  if (failed(r))
    return failure();
  Type type = elementOf(r->input);
  Value input = r->input;
  if (type.isInteger(1))
    input = node.ops.cast(input, node.builder.getIntegerType(8, false));
  return Outputs{node.ops.cast(reduce<OpT>(node, *r, input), type)};
}

static Imported importReduceL1(Node &node) {
  FailureOr<Reduction> r = getReduction(node);
  if (failed(r))
    return failure();
  return Outputs{reduce<graph::ReduceSumOp>(node, *r, node.ops.abs(r->input))};
}

static Imported importReduceSumSquare(Node &node) {
  FailureOr<Reduction> r = getReduction(node);
  if (failed(r))
    return failure();
  return Outputs{
      reduce<graph::ReduceSumOp>(node, *r, node.ops.square(r->input))};
}

/// Integers go through f32, narrow floats too: squares overflow f16.
static Imported importReduceL2(Node &node) {
  FailureOr<Reduction> r = getReduction(node);
  if (failed(r))
    return failure();
  Type type = elementOf(r->input);
  Value x = node.ops.widened(r->input);
  if (!isa<FloatType>(type))
    x = node.ops.cast(x, node.builder.getF64Type());
  Value sum = reduce<graph::ReduceSumOp>(node, *r, node.ops.square(x));
  return Outputs{node.ops.cast(node.ops.sqrt(sum), type)};
}

static Imported importReduceLogSum(Node &node) {
  FailureOr<Reduction> r = getReduction(node);
  if (failed(r))
    return failure();
  Type type = elementOf(r->input);
  Value sum = reduce<graph::ReduceSumOp>(node, *r, r->input);
  if (!isa<FloatType>(type))
    sum = node.ops.cast(sum, node.builder.getF64Type());
  return Outputs{node.ops.cast(node.ops.log(sum), type)};
}

/// max + log(sum(exp(x - max))), where an infinite max counts as 0.
static Imported importReduceLogSumExp(Node &node) {
  FailureOr<Reduction> r = getReduction(node);
  if (failed(r))
    return failure();
  Type type = elementOf(r->input);
  Value x = r->input;
  if (!isa<FloatType>(type))
    x = node.ops.cast(x, node.builder.getF64Type());
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Value largest = node.ops.reduceMax(x, r->axes, /*keepdims=*/true);
  Value isFinite = node.ops.less(node.ops.abs(largest),
                                 node.ops.scalarLike(largest, kInfinity));
  Value shift =
      node.ops.where(isFinite, largest, node.ops.scalarLike(largest, 0));
  Value sum = node.ops.reduceSum(node.ops.exp(node.ops.sub(x, shift)), r->axes,
                                 /*keepdims=*/true);
  Value result = node.ops.add(node.ops.log(sum), shift);
  if (!r->keepdims && result) {
    SmallVector<int64_t> shape;
    for (int64_t d = 0; d < rankOf(result); ++d)
      if (!llvm::is_contained(r->axes, d))
        shape.push_back(shapeOf(result)[d]);
    result = node.ops.reshape(result, shape);
  }
  return Outputs{node.ops.cast(result, type)};
}

template <typename OpT> static Imported importArg(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), rankOf(x));
  SmallVector<NamedAttribute> attributes = {node.ops.attr("axis", axis)};
  if (node.getInt("keepdims", 1))
    attributes.push_back(node.ops.unit("keepdims"));
  if (node.getInt("select_last_index", 0))
    attributes.push_back(node.ops.unit("last"));
  return Outputs{node.ops.create<OpT>({x}, attributes)};
}

template <typename OpT> static Imported importScan(Node &node) {
  FailureOr<SmallVector<int64_t>> axes = node.getConstantInts(1);
  if (failed(axes))
    return failure();
  if (axes->size() != 1)
    return node.error() << "the axis must be one number";
  Value x = node.getInput(0);
  SmallVector<NamedAttribute> attributes = {
      node.ops.attr("axis", node.normalizeAxis((*axes)[0], rankOf(x)))};
  if (node.getInt("exclusive", 0))
    attributes.push_back(node.ops.unit("exclusive"));
  if (node.getInt("reverse", 0))
    attributes.push_back(node.ops.unit("reverse"));
  return Outputs{node.ops.create<OpT>({x}, attributes)};
}

/// k is an attribute before opset 10, then an input.
static Imported importTopK(Node &node) {
  Value x = node.getInput(0);
  int64_t k = node.getInt("k", 0);
  if (node.getInput(1)) {
    FailureOr<SmallVector<int64_t>> values = node.getConstantInts(1);
    if (failed(values))
      return failure();
    if (values->size() != 1)
      return node.error() << "k must be one number";
    k = (*values)[0];
  }
  node.ignore({"sorted"}); // sorted is one of the orders of unsorted
  SmallVector<NamedAttribute> attributes = {
      node.ops.attr("axis",
                    node.normalizeAxis(node.getInt("axis", -1), rankOf(x))),
      node.ops.attr("k", k)};
  if (!node.getInt("largest", 1))
    attributes.push_back(node.ops.unit("smallest"));
  return node.ops.createAll<graph::TopKOp>({x}, attributes);
}

void addReductionOperators(OperatorTable &table) {
  using namespace graph;
  table.add("ReduceSum", {1, 2, importReduce<ReduceSumOp>});
  table.add("ReduceMean", {1, 2, importReduce<ReduceMeanOp>});
  table.add("ReduceMax", {1, 2, importReduce<ReduceMaxOp>});
  table.add("ReduceMin", {1, 2, importReduce<ReduceMinOp>});
  table.add("ReduceProd", {1, 2, importReduce<ReduceProdOp>});
  table.add("ReduceL1", {1, 2, importReduceL1});
  table.add("ReduceL2", {1, 2, importReduceL2});
  table.add("ReduceSumSquare", {1, 2, importReduceSumSquare});
  table.add("ReduceLogSum", {1, 2, importReduceLogSum});
  table.add("ReduceLogSumExp", {1, 2, importReduceLogSumExp});
  table.add("ArgMax", {1, 1, importArg<ArgMaxOp>});
  table.add("ArgMin", {1, 1, importArg<ArgMinOp>});
  table.add("CumSum", {2, 2, importScan<CumSumOp>});
  table.add("CumProd", {2, 2, importScan<CumProdOp>});
  table.add("TopK", {1, 2, importTopK});
}

} // namespace wafer::importer
