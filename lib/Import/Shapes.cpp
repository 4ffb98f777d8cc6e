//===- Shapes.cpp - Reshape, Transpose, Expand and so on --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace wafer::importer {
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

/// The shape is an attribute before opset 5, then an input.
static Imported importReshape(Node &node) {
  bool allowZero = node.opset >= 14 && node.getInt("allowzero", 0);
  node.ignore({"consumed_inputs"});
  auto shape = node.getIntsOrInput("shape", 1);
  if (!shape && !node.hasErrors())
    return node.error() << "has no shape";
  if (!shape || failed(resolveShape(node, allowZero, *shape)))
    return failure();
  return Outputs{node.ops.reshape(node.getInput(0), *shape)};
}

static Imported importFlatten(Node &node) {
  RankedTensorType input = node.getInputType(0);
  int64_t rank = input.getRank(), axis = node.getInt("axis", 1);
  if (axis < -rank || axis > rank)
    return node.error() << "attribute \"axis\" is " << axis << ", " << input
                        << " allows " << -rank << " to " << rank;
  if (axis < 0)
    axis += rank;
  ArrayRef<int64_t> shape = input.getShape();
  return Outputs{node.ops.reshape(
      node.getInput(0), {*graph::countElements(shape.take_front(axis)),
                         *graph::countElements(shape.drop_front(axis))})};
}

static Imported importTranspose(Node &node) {
  int64_t rank = rankOf(node.getInput(0));
  SmallVector<int64_t> perm =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (auto given = node.getInts("perm"))
    perm = *given;
  if (static_cast<int64_t>(perm.size()) != rank || !isPermutationVector(perm))
    return node.error() << "attribute \"perm\" must hold every dimension of "
                        << node.getInputType(0) << " once";
  return Outputs{node.ops.transpose(node.getInput(0), perm)};
}

static Imported importSqueeze(Node &node) {
  Value x = node.getInput(0);
  auto given = node.getIntsOrInput("axes", 1);
  SmallVector<int64_t> axes, shape;
  if (given)
    axes = node.normalizeAxes(*given, rankOf(x));
  for (auto [d, size] : llvm::enumerate(shapeOf(x))) {
    bool isNamed = llvm::is_contained(axes, static_cast<int64_t>(d));
    if (isNamed && size != 1)
      return node.error() << "dimension " << d << " of " << x.getType()
                          << " is not 1";
    if (!isNamed && (given || size != 1))
      shape.push_back(size);
  }
  return Outputs{node.ops.reshape(x, shape)};
}

static Imported importUnsqueeze(Node &node) {
  Value x = node.getInput(0);
  auto given = node.getIntsOrInput("axes", 1);
  if (node.hasErrors())
    return failure();
  if (!given)
    return node.error() << "has no axes";
  SmallVector<int64_t> axes =
      node.normalizeAxes(*given, rankOf(x) + given->size());
  if (node.hasErrors())
    return failure();
  SmallVector<int64_t> shape(shapeOf(x));
  for (int64_t axis : axes)
    shape.insert(shape.begin() + axis, 1);
  return Outputs{node.ops.reshape(x, shape)};
}

/// The shapes broadcast both ways: a 1 in the wanted shape keeps the operand's.
static Imported importExpand(Node &node) {
  FailureOr<SmallVector<int64_t>> wanted = node.getConstantInts(1);
  if (failed(wanted))
    return failure();
  Value x = node.getInput(0);
  if (llvm::any_of(*wanted, [](int64_t dim) { return dim < 0; }))
    return node.error() << "shape " << describeShape(*wanted)
                        << " has a negative dimension";
  auto shape = graph::broadcastShapes(shapeOf(x), *wanted);
  if (!shape)
    return node.error() << x.getType() << " does not broadcast to "
                        << describeShape(*wanted);
  return Outputs{node.ops.expand(x, *shape)};
}

/// reshape to 1×d0×1×d1…, expand to r0×d0×r1×d1…, reshape to r0·d0×r1·d1….
static Value createTiled(Node &node, Value x, Dims repeats) {
  SmallVector<int64_t> split, repeated, merged;
  for (auto [size, count] : llvm::zip_equal(shapeOf(x), repeats)) {
    split.append({1, size});
    repeated.append({count, size});
    std::optional<int64_t> product = graph::countElements({count, size});
    if (!product) {
      node.error() << "the dimensions of the result overflow";
      return {};
    }
    merged.push_back(*product);
  }
  return node.ops.reshape(node.ops.expand(node.ops.reshape(x, split), repeated),
                          merged);
}

static Imported importTile(Node &node) {
  FailureOr<SmallVector<int64_t>> repeats = node.getConstantInts(1);
  if (failed(repeats))
    return failure();
  Value x = node.getInput(0);
  if (node.opset < 6 && node.getInput(2)) { // tiles and axis, one number each
    FailureOr<SmallVector<int64_t>> axis = node.getConstantInts(2);
    if (failed(axis) || axis->size() != 1 || repeats->size() != 1)
      return node.error() << "tiles and axis must be one number each";
    SmallVector<int64_t> all(rankOf(x), 1);
    int64_t repeated = node.normalizeAxis((*axis)[0], rankOf(x));
    if (node.hasErrors())
      return failure();
    all[repeated] = (*repeats)[0];
    repeats = all;
  }
  if (static_cast<int64_t>(repeats->size()) != rankOf(x) ||
      llvm::any_of(*repeats, [](int64_t n) { return n < 0; }))
    return node.error() << "repeats " << describeShape(*repeats)
                        << " do not fit " << x.getType();
  return Outputs{createTiled(node, x, *repeats)};
}

static Imported importShape(Node &node) {
  Dims shape = shapeOf(node.getInput(0));
  int64_t rank = shape.size();
  auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  int64_t start = clamp(node.getInt("start", 0)),
          end = clamp(node.getInt("end", rank));
  return Outputs{
      node.ops.integers(shape.slice(start, std::max<int64_t>(end - start, 0)))};
}

static Imported importSize(Node &node) {
  return Outputs{node.ops.reshape(
      node.ops.integers({*graph::countElements(shapeOf(node.getInput(0)))}),
      {})};
}

/// Blocks of b×b channels become b×b pixels, or the other way.
template <bool toSpace> static Imported importDepthSpace(Node &node) {
  Value x = node.getInput(0);
  int64_t b = node.getInt("blocksize", 0);
  std::string mode = "DCR";
  if (toSpace || node.opset >= 28)
    mode = node.getString("mode", mode);
  if (mode != "DCR" && mode != "CRD")
    return node.error() << "attribute \"mode\" is \"" << mode << "\"";
  bool isColumnFirst = mode == "CRD";
  if (rankOf(x) != 4 || b <= 0 || b > INT16_MAX)
    return node.error() << "needs a tensor of rank 4 and a block size, found "
                        << x.getType() << " and " << b;
  Dims s = shapeOf(x);
  bool fits = toSpace ? s[1] % (b * b) == 0 : s[2] % b == 0 && s[3] % b == 0;
  if (!fits)
    return node.error() << "block size " << b << " does not divide "
                        << x.getType();
  if (!toSpace) {
    Value split = node.ops.reshape(x, {s[0], s[1], s[2] / b, b, s[3] / b, b});
    Value moved = isColumnFirst ? node.ops.transpose(split, {0, 1, 3, 5, 2, 4})
                                : node.ops.transpose(split, {0, 3, 5, 1, 2, 4});
    return Outputs{
        node.ops.reshape(moved, {s[0], s[1] * b * b, s[2] / b, s[3] / b})};
  }
  int64_t depth = s[1] / (b * b);
  Value moved = isColumnFirst
                    ? node.ops.transpose(
                          node.ops.reshape(x, {s[0], depth, b, b, s[2], s[3]}),
                          {0, 1, 4, 2, 5, 3})
                    : node.ops.transpose(
                          node.ops.reshape(x, {s[0], b, b, depth, s[2], s[3]}),
                          {0, 3, 4, 1, 5, 2});
  return Outputs{node.ops.reshape(moved, {s[0], depth, s[2] * b, s[3] * b})};
}

void addShapeOperators(OperatorTable &table) {
  table.add("Reshape", {1, 2, importReshape});
  table.add("Flatten", {1, 1, importFlatten});
  table.add("Transpose", {1, 1, importTranspose});
  table.add("Squeeze", {1, 2, importSqueeze});
  table.add("Unsqueeze", {1, 2, importUnsqueeze});
  table.add("Expand", {2, 2, importExpand});
  table.add("Tile", {2, 3, importTile});
  table.add("Shape", {1, 1, importShape});
  table.add("Size", {1, 1, importSize});
  table.add("DepthToSpace", {1, 1, importDepthSpace<true>});
  table.add("SpaceToDepth", {1, 1, importDepthSpace<false>});
}

} // namespace wafer::importer
