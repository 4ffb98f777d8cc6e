//===- Convolutions.cpp - Conv and its kin ----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

using namespace mlir;

namespace wafer::importer {

/// The bias is one number a channel.
static Value addBias(Node &node, Value result, Value bias) {
  if (!result || !bias)
    return result;
  SmallVector<int64_t> shape(rankOf(result) - 1, 1);
  shape[0] = *graph::countElements(shapeOf(bias));
  return node.ops.add(result, node.ops.reshape(bias, shape));
}

static Imported importConv(Node &node) {
  Value x = node.getInput(0), filters = node.getInput(1);
  if (rankOf(filters) < 3)
    return node.error() << "filters are " << filters.getType();
  FailureOr<Window> window = getWindow(node, shapeOf(filters).drop_front(2));
  if (failed(window))
    return failure();
  if (Dims(window->kernel) != shapeOf(filters).drop_front(2))
    return node.error() << "kernel_shape contradicts filters "
                        << filters.getType();
  SmallVector<NamedAttribute> attributes = getAttributes(node, *window);
  attributes.push_back(node.ops.attr("groups", node.getInt("group", 1)));
  Value result = node.ops.create<graph::ConvOp>({x, filters}, attributes);
  return Outputs{addBias(node, result, node.getInput(2))};
}

//===----------------------------------------------------------------------===//
// ConvTranspose
//===----------------------------------------------------------------------===//

/// Zeros between neighbours in every spatial dimension, so that they are
/// `strides` apart.
static Value spread(Node &node, Value x, Dims strides) {
  for (auto [d, stride] : llvm::enumerate(strides)) {
    if (stride == 1 || !x)
      continue;
    int64_t axis = 2 + d, size = shapeOf(x)[axis];
    SmallVector<int64_t> shape(shapeOf(x)), low(rankOf(x) + 1, 0),
        high(rankOf(x) + 1, 0);
    high[axis + 1] = stride - 1;
    shape[axis] = size * stride;
    Value apart = node.ops.pad(node.ops.unsqueeze(x, axis + 1), low, high,
                               node.ops.scalarLike(x, 0));
    x = node.ops.slice(node.ops.reshape(apart, shape), axis, 0,
                       (size - 1) * stride + 1);
  }
  return x;
}

/// Filters C×(M/groups)×taps as M×(C/groups)×taps, every tap mirrored.
static Value mirrorFilters(Node &node, Value filters, int64_t groups) {
  SmallVector<int64_t> shape(shapeOf(filters));
  int64_t channels = shape[0] / groups, rank = shape.size();
  SmallVector<int64_t> split = {groups, channels};
  llvm::append_range(split, Dims(shape).drop_front());
  SmallVector<int64_t> perm = dimsFrom(0, rank + 1);
  std::swap(perm[1], perm[2]);
  Value swapped = node.ops.transpose(node.ops.reshape(filters, split), perm);
  shape[0] = groups * shape[1];
  shape[1] = channels;
  Value result = node.ops.reshape(swapped, shape);
  SmallVector<int64_t> starts(rank, 0), steps(rank, 1);
  for (int64_t d = 2; d < rank; ++d) {
    starts[d] = shape[d] - 1;
    steps[d] = shape[d] > 1 ? -1 : 1;
  }
  return node.ops.slice(result, starts, shape, steps);
}

/// How much of the full result is cut off at both ends of each dimension;
/// negative where zeros are added. The pads are given, or follow from the
/// size that the result is to have.
static LogicalResult getCuts(Node &node, Dims input, Window &window) {
  size_t rank = input.size();
  SmallVector<int64_t> extra =
      node.getInts("output_padding").value_or(SmallVector<int64_t>(rank, 0));
  auto wanted = node.getInts("output_shape");
  std::string automatic = node.getString("auto_pad", "NOTSET");
  bool isSame = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  if (extra.size() != rank || (wanted && wanted->size() != rank))
    return node.error() << "output_padding and output_shape do not have the "
                        << rank << " spatial dimensions of the input";
  for (Dims values : {input, Dims(extra), Dims(window.low), Dims(window.high),
                      wanted ? Dims(*wanted) : Dims()})
    for (int64_t value : values)
      if (value < 0 || value > INT32_MAX)
        return node.error() << "sizes and pads must be between 0 and 2^31 - 1, "
                               "found "
                            << value;
  for (size_t d = 0; d < rank; ++d) {
    int64_t stride = window.strides[d];
    if (wanted || isSame) {
      int64_t size = wanted ? (*wanted)[d] : input[d] * stride;
      int64_t total = std::max<int64_t>(
          stride * (input[d] - 1) + extra[d] + window.getReach(d) - size, 0);
      window.low[d] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
      // What the full result lacks is added behind.
      extra[d] = size + total - stride * (input[d] - 1) - window.getReach(d);
      window.high[d] = total - window.low[d];
    }
    window.high[d] -= extra[d];
  }
  return success();
}

/// A convolution of the spread tensor with mirrored filters, in steps of 1.
static Imported importConvTranspose(Node &node) {
  Value x = node.getInput(0), filters = node.getInput(1);
  int64_t groups = node.getInt("group", 1);
  if (rankOf(filters) < 3 || rankOf(filters) != rankOf(x) || groups <= 0 ||
      shapeOf(filters)[0] != shapeOf(x)[1] || shapeOf(x)[1] % groups != 0)
    return node.error() << "filters " << filters.getType() << " in " << groups
                        << " groups do not fit " << x.getType();
  FailureOr<Window> window = getWindow(node, shapeOf(filters).drop_front(2));
  if (failed(window))
    return failure();
  if (Dims(window->kernel) != shapeOf(filters).drop_front(2))
    return node.error() << "kernel_shape contradicts filters "
                        << filters.getType();
  // In dimension d: input, spread, padded or cut, then convolved.
  Dims input = shapeOf(x).drop_front(2);
  if (llvm::is_contained(input, 0))
    return node.error() << "has nothing to convolve in " << x.getType();
  if (failed(getCuts(node, input, *window)) || node.hasErrors())
    return failure();
  Value wide = spread(node, x, window->strides);
  if (!wide)
    return failure();
  // Zeros around, or elements away, so that the ends come out as asked for.
  SmallVector<int64_t> low(rankOf(x), 0), high(low), starts(low),
      sizes(shapeOf(wide));
  for (size_t d = 0; d < input.size(); ++d) {
    int64_t before = window->getReach(d) - 1 - window->low[d],
            after = window->getReach(d) - 1 - window->high[d];
    low[2 + d] = std::max<int64_t>(before, 0);
    high[2 + d] = std::max<int64_t>(after, 0);
    starts[2 + d] = std::max<int64_t>(-before, 0);
    sizes[2 + d] += std::min<int64_t>(before, 0) + std::min<int64_t>(after, 0);
  }
  wide =
      node.ops.slice(wide, starts, sizes, SmallVector<int64_t>(rankOf(x), 1));
  wide = node.ops.pad(wide, low, high, node.ops.scalarLike(x, 0));
  window->strides.assign(input.size(), 1);
  window->low = window->high = SmallVector<int64_t>(input.size(), 0);
  SmallVector<NamedAttribute> attributes = getAttributes(node, *window);
  attributes.push_back(node.ops.attr("groups", groups));
  Value result = node.ops.create<graph::ConvOp>(
      {wide, mirrorFilters(node, filters, groups)}, attributes);
  return Outputs{addBias(node, result, node.getInput(2))};
}

//===----------------------------------------------------------------------===//
// CausalConvWithState
//===----------------------------------------------------------------------===//

/// Each channel of B×C×L with a filter of its own that sees the past; the last
/// elements are the state of the next step.
static Imported importCausalConv(Node &node) {
  Value x = node.getInput(0), filters = node.getInput(1);
  std::string activation = node.getString("activation", "none");
  bool isSilu = activation == "silu" || activation == "swish";
  if (!isSilu && activation != "none")
    return node.error() << "attribute \"activation\" is \"" << activation
                        << "\"";
  if (rankOf(x) != 3 || rankOf(filters) != 3 || shapeOf(filters)[2] == 0)
    return node.error() << "input and weight must have rank 3, found "
                        << x.getType() << " and " << filters.getType();
  int64_t batch = shapeOf(x)[0], channels = shapeOf(x)[1],
          reach = shapeOf(filters)[2] - 1;
  Value past = node.getInput(3);
  if (past && shapeOf(past) != Dims{batch, channels, reach})
    return node.error() << "the past state is " << past.getType();
  if (!past)
    past = node.ops.filled({batch, channels, reach}, elementOf(x), 0);
  Value seen = node.ops.concat({past, x}, 2);
  if (!seen)
    return failure();
  Window window = {{reach + 1}, {1}, {0}, {0}, {1}};
  SmallVector<NamedAttribute> attributes = getAttributes(node, window);
  attributes.push_back(node.ops.attr("groups", channels));
  Type type = elementOf(x);
  Value result = node.ops.create<graph::ConvOp>(
      {node.ops.widened(seen), node.ops.widened(filters)}, attributes);
  result = addBias(node, result, node.ops.widened(node.getInput(2)));
  if (isSilu)
    result = node.ops.create<graph::SiluOp>({result});
  return Outputs{node.ops.cast(result, type),
                 node.ops.slice(seen, 2, shapeOf(x)[2], reach)};
}

void addConvolutionOperators(OperatorTable &table) {
  table.add("Conv", {2, 3, importConv});
  table.add("ConvTranspose", {2, 3, importConvTranspose});
  table.add("CausalConvWithState", {2, 4, importCausalConv});
}

} // namespace wafer::importer
