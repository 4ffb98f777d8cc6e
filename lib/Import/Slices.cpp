//===- Slices.cpp - Slice, Split, Concat, Pad -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;

namespace wafer::importer {

namespace {
/// What is taken of one dimension.
struct Range {
  int64_t start, size, step;
};
} // namespace

/// ONNX's start, end and step clamped to a dimension of `size`.
static Range clampRange(int64_t start, int64_t end, int64_t step,
                        int64_t size) {
  // Ends may be INT64_MIN or INT64_MAX: nothing is added to them unclamped.
  auto clamp = [&](int64_t place, int64_t low, int64_t high) {
    if (place < 0)
      place = place < -size ? -1 : place + size;
    return std::clamp(place, low, high);
  };
  int64_t count;
  if (step > 0) {
    start = clamp(start, 0, size);
    end = clamp(end, 0, size);
    count = end > start ? (end - start - 1) / step + 1 : 0;
  } else {
    start = clamp(start, 0, size - 1);
    end = clamp(end, -1, size - 1);
    count = start > end && size > 0 ? (end + 1 - start) / step + 1 : 0;
  }
  return {count ? start : 0, count, step};
}

static Imported importSlice(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  auto starts = node.getIntsOrInput("starts", 1),
       ends = node.getIntsOrInput("ends", 2),
       axes = node.getIntsOrInput("axes", 3);
  std::optional<SmallVector<int64_t>> steps;
  if (node.getInput(4))
    steps = node.getIntsOrInput("", 4);
  if (node.hasErrors())
    return failure();
  if (!starts || !ends || starts->size() != ends->size() ||
      (axes && axes->size() != starts->size()) ||
      (steps && steps->size() != starts->size()))
    return node.error() << "starts, ends, axes and steps differ in length";
  SmallVector<int64_t> first(rank, 0), sizes(shapeOf(x)), strides(rank, 1);
  for (size_t i = 0; i < starts->size(); ++i) {
    int64_t axis = node.normalizeAxis(axes ? (*axes)[i] : i, rank);
    int64_t step = steps ? (*steps)[i] : 1;
    if (node.hasErrors())
      return failure();
    if (step == 0 || step == INT64_MIN)
      return node.error() << "step " << i << " is " << step;
    Range range = clampRange((*starts)[i], (*ends)[i], step, shapeOf(x)[axis]);
    first[axis] = range.start;
    sizes[axis] = range.size;
    strides[axis] = range.size > 1 ? step : 1;
  }
  return Outputs{node.ops.slice(x, first, sizes, strides)};
}

/// Sizes are an attribute, later an input; without them the parts are equal,
/// and since opset 18 the last one may be smaller.
static Imported importSplit(Node &node) {
  Value x = node.getInput(0);
  int64_t axis = node.normalizeAxis(node.getInt("axis", 0), rankOf(x));
  auto sizes = node.getIntsOrInput("split", 1);
  int64_t count = node.getInt("num_outputs", node.proto.output_size());
  if (node.hasErrors())
    return failure();
  if (rankOf(x) == 0 || count <= 0 || count != node.proto.output_size())
    return node.error() << count << " parts of " << x.getType() << " for "
                        << node.proto.output_size() << " outputs";
  int64_t total = shapeOf(x)[axis];
  if (!sizes) {
    int64_t part = (total + count - 1) / count;
    sizes.emplace();
    for (int64_t i = 0, left = total; i < count; ++i, left -= part)
      sizes->push_back(std::clamp<int64_t>(left, 0, part));
  }
  Outputs results;
  int64_t start = 0;
  for (int64_t size : *sizes) {
    if (size < 0 || size > total - start)
      return node.error() << "the parts exceed dimension " << axis << " of "
                          << x.getType();
    results.push_back(node.ops.slice(x, axis, size == 0 ? 0 : start, size));
    start += size;
  }
  if (start != total)
    return node.error() << "the parts do not fill dimension " << axis << " of "
                        << x.getType();
  return results;
}

static Imported importConcat(Node &node) {
  SmallVector<Value> values;
  for (size_t i = 0; i < node.getNumInputs(); ++i)
    values.push_back(node.getInput(i));
  // Exporters join an empty list with others of another rank.
  int64_t axis = node.getInt("axis", node.opset < 4 ? 1 : 0);
  axis = node.normalizeAxis(axis, rankOf(values[0]));
  if (node.hasErrors())
    return failure();
  return Outputs{node.ops.concat(values, axis)};
}

static FailureOr<graph::PadMode> getPadMode(Node &node) {
  std::string mode = node.getString("mode", "constant");
  if (auto known = graph::symbolizePadMode(mode))
    return *known;
  return node.error() << "attribute \"mode\" is \"" << mode << "\"";
}

/// Pads and value are attributes before opset 11, then inputs.
static Imported importPad(Node &node) {
  Value x = node.getInput(0);
  int64_t rank = rankOf(x);
  FailureOr<graph::PadMode> mode = getPadMode(node);
  auto pads = node.getIntsOrInput(
      node.hasAttribute("paddings") ? "paddings" : "pads", 1);
  if (failed(mode) || node.hasErrors())
    return failure();
  SmallVector<int64_t> axes = dimsFrom(0, rank);
  if (node.getInput(3)) {
    FailureOr<SmallVector<int64_t>> given = node.getConstantInts(3);
    if (failed(given))
      return failure();
    for (int64_t &axis : *given)
      axis = node.normalizeAxis(axis, rank);
    if (node.hasErrors())
      return failure();
    axes = *given;
  }
  if (!pads || pads->size() != 2 * axes.size())
    return node.error() << "needs two pads for each axis";
  Value value = node.getInput(2);
  value = value ? node.ops.reshape(value, {})
                : node.ops.scalarLike(x, node.getFloat("value", 0));
  // A negative pad takes elements away.
  SmallVector<int64_t> low(rank, 0), high(rank, 0), starts(rank, 0),
      sizes(shapeOf(x));
  for (auto [i, axis] : llvm::enumerate(axes)) {
    int64_t before = (*pads)[i], after = (*pads)[i + axes.size()];
    low[axis] = std::max<int64_t>(before, 0);
    high[axis] = std::max<int64_t>(after, 0);
    starts[axis] = before < 0 ? -before : 0;
    sizes[axis] += std::min<int64_t>(before, 0) + std::min<int64_t>(after, 0);
  }
  Value kept = node.ops.slice(x, starts, sizes, SmallVector<int64_t>(rank, 1));
  return Outputs{node.ops.pad(kept, low, high, value, *mode)};
}

void addSliceOperators(OperatorTable &table) {
  table.add("Slice", {1, 5, importSlice});
  table.add("Split", {1, 2, importSplit});
  table.add("Concat", {1, kAnyNumber, importConcat});
  table.add("Pad", {1, 4, importPad});
}

} // namespace wafer::importer
