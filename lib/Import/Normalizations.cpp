//===- Normalizations.cpp - softmax and normalisations ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Normalizations.h"
#include "Node.h"

using namespace mlir;

namespace wafer::importer {

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Before opset 13 the dimensions from `axis` on are one.
template <typename OpT> static Imported importSoftmax(Node &node) {
  Value x = node.getInput(0);
  bool isOld = node.opset < 13;
  int64_t rank = rankOf(x);
  if (rank == 0)
    return Outputs{node.ops.reshape(
        node.ops.create<OpT>({node.ops.reshape(x, {1})},
                             {node.ops.attr("axis", int64_t(0))}),
        {})};
  int64_t axis = node.normalizeAxis(node.getInt("axis", isOld ? 1 : -1), rank);
  if (!isOld || axis == rank - 1)
    return Outputs{node.ops.create<OpT>({x}, {node.ops.attr("axis", axis)})};
  Dims shape = shapeOf(x);
  Value rows =
      node.ops.reshape(x, {*graph::countElements(shape.take_front(axis)),
                           *graph::countElements(shape.drop_front(axis))});
  Value result =
      node.ops.create<OpT>({rows}, {node.ops.attr("axis", int64_t(1))});
  return Outputs{node.ops.reshape(result, shape)};
}

/// 1 where the first largest element stands.
static Imported importHardmax(Node &node) {
  Value x = node.getInput(0);
  Dims shape = shapeOf(x);
  int64_t rank = rankOf(x);
  bool isOld = node.opset < 13;
  int64_t axis = node.normalizeAxis(node.getInt("axis", isOld ? 1 : -1), rank);
  if (isOld) {
    x = node.ops.reshape(x, {*graph::countElements(shape.take_front(axis)),
                             *graph::countElements(shape.drop_front(axis))});
    axis = 1;
  }
  Value largest = node.ops.create<graph::ArgMaxOp>(
      {x}, {node.ops.attr("axis", axis), node.ops.unit("keepdims")});
  if (!largest)
    return failure();
  SmallVector<int64_t> along(rankOf(x), 1);
  along[axis] = shapeOf(x)[axis];
  Value places = node.ops.reshape(
      node.ops.range(along[axis], node.builder.getI64Type()), along);
  Value result = node.ops.cast(node.ops.equal(largest, places), elementOf(x));
  return Outputs{node.ops.reshape(result, shape)};
}

//===----------------------------------------------------------------------===//
// Over the last dimensions
//===----------------------------------------------------------------------===//

Value createLayerNorm(Composer &ops, Value x, Value scale, Value bias,
                      int64_t axis, double epsilon) {
  if (!x || !scale)
    return {};
  Type type = elementOf(x);
  SmallVector<Value> operands = {x, ops.cast(scale, type)};
  if (bias)
    operands.push_back(ops.cast(bias, type));
  return ops.create<graph::LayerNormalizationOp>(
      operands, {ops.attr("axis", axis), ops.attr("epsilon", epsilon)});
}

Moments createMoments(Composer &ops, Value x, Dims axes, double epsilon) {
  Value mean = ops.reduceMean(x, axes, /*keepdims=*/true);
  Value variance =
      ops.reduceMean(ops.square(ops.sub(x, mean)), axes, /*keepdims=*/true);
  Value deviation = ops.sqrt(ops.add(variance, epsilon));
  return {mean, ops.create<graph::ReciprocalOp>({deviation})};
}

/// Mean and the inverse of the standard deviation are further outputs, of
/// stash_type.
static Imported importLayerNormalization(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rank);
  double epsilon = node.getFloat("epsilon", 1e-5f);
  Type stash =
      getElementType(node.getInt("stash_type", 1), node.builder.getContext());
  if (!stash || !isa<FloatType>(stash))
    return node.error() << "attribute \"stash_type\" is no floating-point type";
  Outputs results = {createLayerNorm(node.ops, x, node.getInput(1),
                                     node.getInput(2), axis, epsilon)};
  if (node.wantsOutput(1) || node.wantsOutput(2)) {
    Moments moments = createMoments(node.ops, node.ops.widened(x),
                                    dimsFrom(axis, rank - axis), epsilon);
    results.push_back(node.ops.cast(moments.mean, stash));
    results.push_back(node.ops.cast(moments.inverseDeviation, stash));
  }
  return results;
}

/// The result has the type of the scale.
static Imported importRMSNormalization(Node &node) {
  Value x = node.getInput(0), scale = node.getInput(1);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rankOf(x));
  node.ignore({"stash_type"});
  double epsilon =
      node.getFloat(node.hasAttribute("eps") ? "eps" : "epsilon", 1e-5f);
  Type type = elementOf(scale);
  bool isWider =
      type.getIntOrFloatBitWidth() > elementOf(x).getIntOrFloatBitWidth();
  if (isWider)
    x = node.ops.cast(x, type);
  Value result = node.ops.create<graph::RMSNormalizationOp>(
      {x, node.ops.cast(scale, elementOf(x))},
      {node.ops.attr("axis", axis), node.ops.attr("epsilon", epsilon)});
  return Outputs{node.ops.cast(result, type)};
}

//===----------------------------------------------------------------------===//
// Over batches and channels
//===----------------------------------------------------------------------===//

/// A tensor of one number a channel for a tensor of `rank`.
static Value perChannel(Node &node, Value value, int64_t rank) {
  if (!value || rankOf(value) != 1)
    return value;
  SmallVector<int64_t> shape(std::max<int64_t>(rank - 1, 1), 1);
  shape[0] = shapeOf(value)[0];
  return node.ops.reshape(value, shape);
}

/// (x - mean)·inverse deviation·scale + bias in the type of x, computed in f32
/// at least.
static Value createAffine(Node &node, Value x, Moments moments, Value scale,
                          Value bias) {
  Value wide = node.ops.widened(x);
  if (!wide || !scale || !bias)
    return {};
  Type type = elementOf(wide);
  Value factor =
      node.ops.mul(moments.inverseDeviation, node.ops.cast(scale, type));
  Value centred = node.ops.sub(wide, moments.mean);
  Value result =
      node.ops.add(node.ops.mul(centred, factor), node.ops.cast(bias, type));
  return node.ops.cast(result, elementOf(x));
}

/// running·momentum + now·(1 - momentum)
static Value createRunning(Node &node, Value running, Value now,
                           double momentum) {
  if (!running || !now)
    return {};
  now = node.ops.cast(node.ops.reshape(now, shapeOf(running)),
                      elementOf(running));
  return node.ops.add(node.ops.mul(running, momentum),
                      node.ops.mul(now, 1 - momentum));
}

static Imported importBatchNormalization(Node &node) {
  node.ignore({"is_test", "spatial", "consumed_inputs"});
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  double epsilon = node.getFloat("epsilon", 1e-5f),
         momentum = node.getFloat("momentum", 0.9f);
  Value scale = perChannel(node, node.getInput(1), rank),
        bias = perChannel(node, node.getInput(2), rank);
  if (node.getInt("training_mode", 0)) {
    SmallVector<int64_t> axes = {0};
    for (int64_t d = 2; d < rank; ++d)
      axes.push_back(d);
    Value wide = node.ops.widened(x);
    Moments moments = createMoments(node.ops, wide, axes, epsilon);
    Value variance = node.ops.reduceMean(
        node.ops.square(node.ops.sub(wide, moments.mean)), axes);
    return Outputs{
        createAffine(node, x, moments, scale, bias),
        createRunning(node, node.getInput(3), moments.mean, momentum),
        createRunning(node, node.getInput(4), variance, momentum)};
  }
  Type type = elementOf(node.ops.widened(x));
  Value mean = perChannel(node, node.getInput(3), rank);
  Value variance = perChannel(node, node.getInput(4), rank);
  Value deviation =
      node.ops.sqrt(node.ops.add(node.ops.cast(variance, type), epsilon));
  Moments moments = {node.ops.cast(mean, type),
                     node.ops.create<graph::ReciprocalOp>({deviation})};
  return Outputs{createAffine(node, x, moments, scale, bias)};
}

static Imported importInstanceNormalization(Node &node) {
  node.ignore({"consumed_inputs"});
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  if (rank < 3)
    return node.error() << "needs spatial dimensions, found " << x.getType();
  Moments moments =
      createMoments(node.ops, node.ops.widened(x), dimsFrom(2, rank - 2),
                    node.getFloat("epsilon", 1e-5f));
  return Outputs{createAffine(node, x, moments,
                              perChannel(node, node.getInput(1), rank),
                              perChannel(node, node.getInput(2), rank))};
}

/// Channels fall into groups that are normalised together; scale and bias are
/// one a channel, before opset 21 one a group.
static Imported importGroupNormalization(Node &node) {
  node.ignore({"stash_type"});
  Value x = node.getInput(0), scale = node.getInput(1), bias = node.getInput(2);
  int64_t groups = node.getInt("num_groups", 0), rank = rankOf(x);
  if (rank < 3 || groups <= 0 || shapeOf(x)[1] % groups != 0)
    return node.error() << groups << " groups do not divide " << x.getType();
  Dims shape = shapeOf(x);
  int64_t channels = shape[1];
  SmallVector<int64_t> split = {shape[0], groups, channels / groups};
  llvm::append_range(split, shape.drop_front(2));
  auto toGroups = [&](Value value) {
    bool isPerGroup = shapeOf(value) == Dims{groups} && node.opset < 21;
    SmallVector<int64_t> each(split.size() - 1, 1);
    each[0] = groups;
    each[1] = isPerGroup ? 1 : channels / groups;
    return node.ops.reshape(value, each);
  };
  Value grouped = node.ops.reshape(x, split);
  Moments moments =
      createMoments(node.ops, node.ops.widened(grouped), dimsFrom(2, rank - 1),
                    node.getFloat("epsilon", 1e-5f));
  Value result =
      createAffine(node, grouped, moments, toGroups(scale), toGroups(bias));
  return Outputs{node.ops.reshape(result, shape)};
}

static Imported importMeanVarianceNormalization(Node &node) {
  Value x = node.getInput(0);
  SmallVector<int64_t> axes = {0, 2, 3};
  if (auto given = node.getInts("axes"))
    axes = *given;
  axes = node.normalizeAxes(axes, rankOf(x));
  Value mean = node.ops.reduceMean(x, axes, /*keepdims=*/true);
  Value squares = node.ops.reduceMean(node.ops.square(x), axes,
                                      /*keepdims=*/true);
  Value variance = node.ops.sub(squares, node.ops.square(mean));
  Value deviation = node.ops.add(node.ops.sqrt(variance), 1e-9);
  return Outputs{node.ops.div(node.ops.sub(x, mean), deviation)};
}

static Imported importLpNormalization(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rankOf(x)),
          p = node.getInt("p", 2);
  if (p != 1 && p != 2)
    return node.error() << "attribute \"p\" is " << p;
  Value norm =
      p == 1 ? node.ops.reduceSum(node.ops.abs(x), axis, /*keepdims=*/true)
             : node.ops.sqrt(node.ops.reduceSum(node.ops.square(x), axis,
                                                /*keepdims=*/true));
  if (!norm)
    return failure();
  Value isZero = node.ops.equal(norm, node.ops.scalarLike(norm, 0));
  Value divisor = node.ops.where(isZero, node.ops.scalarLike(norm, 1), norm);
  return Outputs{node.ops.div(x, divisor)};
}

void addNormalizationOperators(OperatorTable &table) {
  table.add("Softmax", {1, 1, importSoftmax<graph::SoftmaxOp>});
  table.add("LogSoftmax", {1, 1, importSoftmax<graph::LogSoftmaxOp>});
  table.add("Hardmax", {1, 1, importHardmax});
  table.add("LayerNormalization", {2, 3, importLayerNormalization});
  table.add("RMSNormalization", {2, 2, importRMSNormalization});
  // Names under which fusing tools write RMSNormalization.
  table.add("RMSNorm", {2, 2, importRMSNormalization});
  table.add("SimplifiedLayerNormalization", {2, 2, importRMSNormalization});
  table.add("BatchNormalization", {5, 5, importBatchNormalization});
  table.add("InstanceNormalization", {3, 3, importInstanceNormalization});
  table.add("GroupNormalization", {3, 3, importGroupNormalization});
  table.add("MeanVarianceNormalization",
            {1, 1, importMeanVarianceNormalization});
  table.add("LpNormalization", {1, 1, importLpNormalization});
}

} // namespace wafer::importer
