//===- Constants.cpp - Constant, Range, masks and other ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include "wafer/Support/OnnxTensor.h"
#include <random>

using namespace mlir;

namespace wafer::importer {
static FailureOr<TypedAttr> importTensor(Node &node,
                                         const onnx::TensorProto &tensor) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    return node.error() << "external data is supported for initializers only";
  auto bytes = decodeOnnxTensor(tensor);
  if (!bytes)
    return node.error() << "attribute \"value\": "
                        << llvm::toString(bytes.takeError());
  auto type = RankedTensorType::get(
      SmallVector<int64_t>(tensor.dims().begin(), tensor.dims().end()),
      getElementType(tensor.data_type(), node.builder.getContext()));
  return TypedAttr(createDense(type, *bytes));
}

static FailureOr<TypedAttr> importValue(Node &node) {
  MLIRContext *context = node.builder.getContext();
  if (const onnx::TensorProto *tensor = node.getTensor("value"))
    return importTensor(node, *tensor);
  Type i64 = IntegerType::get(context, 64), f32 = Float32Type::get(context);
  if (node.hasAttribute("value_int")) {
    int64_t value = node.getInt("value_int", 0);
    return TypedAttr(
        DenseElementsAttr::get(RankedTensorType::get({}, i64), value));
  }
  if (node.hasAttribute("value_float")) {
    float value = node.getFloat("value_float", 0);
    return TypedAttr(
        DenseElementsAttr::get(RankedTensorType::get({}, f32), value));
  }
  if (auto values = node.getInts("value_ints")) {
    auto type =
        RankedTensorType::get({static_cast<int64_t>(values->size())}, i64);
    return TypedAttr(DenseElementsAttr::get(type, ArrayRef<int64_t>(*values)));
  }
  if (auto values = node.getFloats("value_floats")) {
    auto type =
        RankedTensorType::get({static_cast<int64_t>(values->size())}, f32);
    return TypedAttr(DenseElementsAttr::get(type, ArrayRef<float>(*values)));
  }
  if (node.hasErrors())
    return failure();
  return node.error()
         << "has none of the attributes value, value_int, value_float, "
            "value_ints, value_floats";
}

static Imported importConstant(Node &node) {
  FailureOr<TypedAttr> value = importValue(node);
  if (failed(value))
    return failure();
  return Outputs{node.ops.constant(*value, getNodeName(node.proto))};
}

static Imported importConstantOfShape(Node &node) {
  FailureOr<SmallVector<int64_t>> shape = node.getConstantInts(0);
  if (failed(shape))
    return failure();
  if (!graph::countElements(*shape))
    return node.error() << "its shape overflows or has a negative dimension";
  Value value = node.ops.scalar(node.builder.getF32Type(), 0);
  if (const onnx::TensorProto *tensor = node.getTensor("value")) {
    FailureOr<TypedAttr> attr = importTensor(node, *tensor);
    if (failed(attr))
      return failure();
    value = node.ops.reshape(node.ops.constant(*attr), {});
  }
  return Outputs{node.ops.expand(value, *shape)};
}

/// start + delta·(0, 1, …) with ceil((limit - start)/delta) elements.
static Imported importRange(Node &node) {
  node.ignore({"stash_type"}); // elements are computed exactly and rounded once
  auto start = node.getConstantNumber(0), limit = node.getConstantNumber(1),
       delta = node.getConstantNumber(2);
  if (!start || !limit || !delta)
    return failure();
  double count = std::ceil((*limit - *start) / *delta);
  if (!(count <= 1e12))
    return node.error() << "has no end";
  Type type = elementOf(node.getInput(0));
  return Outputs{
      node.ops.range(std::max<int64_t>(count, 0), type, *start, *delta)};
}

/// True where column - row compares with k.
static Value createBand(Node &node, int64_t rows, int64_t columns, int64_t k,
                        bool isEqual) {
  Type i64 = node.builder.getI64Type();
  Value row = node.ops.unsqueeze(node.ops.range(rows, i64, k), 1);
  Value column = node.ops.range(columns, i64);
  return isEqual ? node.ops.equal(column, row)
                 : node.ops.lessOrEqual(column, row);
}

static Imported importEyeLike(Node &node) {
  Value x = node.getInput(0);
  if (rankOf(x) != 2)
    return node.error() << "needs a matrix, found " << x.getType();
  Type type = elementOf(x);
  if (node.hasAttribute("dtype")) {
    type = getElementType(node.getInt("dtype", 0), node.builder.getContext());
    if (!type)
      return node.error() << "element type is not supported";
  }
  Value band = createBand(node, shapeOf(x)[0], shapeOf(x)[1],
                          node.getInt("k", 0), /*isEqual=*/true);
  return Outputs{node.ops.cast(band, type)};
}

/// The lower triangle is column ≤ row + k, the upper one column ≥ row + k.
static Imported importTrilu(Node &node) {
  Value x = node.getInput(0);
  bool isUpper = node.getInt("upper", 1);
  int64_t k = 0;
  if (node.getInput(1)) {
    FailureOr<SmallVector<int64_t>> values = node.getConstantInts(1);
    if (failed(values) || values->size() != 1)
      return failure();
    k = std::clamp<int64_t>((*values)[0], -(int64_t(1) << 40),
                            int64_t(1) << 40);
  }
  if (rankOf(x) < 2)
    return node.error() << "needs matrices, found " << x.getType();
  Dims matrix = shapeOf(x).take_back(2);
  Value lower = createBand(node, matrix[0], matrix[1], isUpper ? k - 1 : k,
                           /*isEqual=*/false);
  Value zero = node.ops.scalarLike(x, 0);
  return Outputs{isUpper ? node.ops.where(lower, zero, x)
                         : node.ops.where(lower, x, zero)};
}

/// Negative indices count from the end.
static Imported importOneHot(Node &node) {
  Value indices = node.getInput(0), values = node.getInput(2);
  std::optional<double> depth = node.getConstantNumber(1);
  if (!depth)
    return failure();
  int64_t rank = rankOf(indices) + 1;
  int64_t axis = node.normalizeAxis(node.getInt("axis", -1), rank);
  if (*depth < 0 || *depth > 1e12 || shapeOf(values) != Dims{2})
    return node.error() << "needs a depth and two values";
  Type i64 = node.builder.getI64Type();
  auto size = static_cast<int64_t>(*depth);
  Value index = node.ops.cast(indices, i64);
  index = node.ops.where(node.ops.isNegative(index), node.ops.add(index, size),
                         index);
  SmallVector<int64_t> shape(rank, 1);
  shape[axis] = size;
  Value classes = node.ops.reshape(node.ops.range(size, i64), shape);
  Value isHot = node.ops.equal(node.ops.unsqueeze(index, axis), classes);
  Value off = node.ops.reshape(node.ops.slice(values, 0, 0, 1), {});
  Value on = node.ops.reshape(node.ops.slice(values, 0, 1, 1), {});
  return Outputs{node.ops.where(isHot, on, off)};
}

/// Elements that training keeps: uniform numbers in [0, 1) that are `ratio` or
/// more, from the generator of numpy's RandomState(seed), with which ONNX's
/// reference computes them. Two outputs of a Mersenne twister give 53 bits.
static DenseElementsAttr createKept(RankedTensorType type, uint32_t seed,
                                    double ratio) {
  std::mt19937 generator(seed);
  SmallVector<bool> kept;
  for (int64_t i = 0, e = type.getNumElements(); i < e; ++i) {
    uint32_t high = generator() >> 5, low = generator() >> 6;
    double uniform = (high * 67108864.0 + low) / 9007199254740992.0;
    kept.push_back(uniform >= ratio);
  }
  return DenseElementsAttr::get(type, kept);
}

/// x·mask/(1 - ratio). Which elements are dropped is decided here: a run of the
/// graph is deterministic.
static Imported importTrainingDropout(Node &node, double ratio, int64_t seed) {
  Value x = node.getInput(0);
  if (!(ratio >= 0 && ratio < 1))
    return node.error() << "ratio is " << std::to_string(ratio);
  if (typeOf(x).getNumElements() > *node.maskElementsLeft)
    return node.error() << "drops elements of " << x.getType()
                        << ", masks of this model may draw "
                        << *node.maskElementsLeft << " more";
  *node.maskElementsLeft -= typeOf(x).getNumElements();
  auto maskType = RankedTensorType::get(shapeOf(x), node.builder.getI1Type());
  Value mask = node.ops.constant(
      createKept(maskType, static_cast<uint32_t>(seed), ratio));
  Value scaled = node.ops.mul(x, 1 / (1 - ratio));
  return Outputs{node.ops.where(mask, scaled, node.ops.scalarLike(x, 0)), mask};
}

/// Inference: the operand itself and a mask that keeps everything.
static Imported importDropout(Node &node) {
  node.ignore({"consumed_inputs", "is_test"});
  int64_t seed = node.getInt("seed", 0);
  double ratio = node.getFloat("ratio", 0.5f);
  std::optional<double> isTraining = 0;
  if (node.getInput(2))
    isTraining = node.getConstantNumber(2);
  if (!isTraining)
    return failure();
  if (*isTraining != 0 && node.getInput(1)) {
    std::optional<double> given = node.getConstantNumber(1);
    if (!given)
      return failure();
    ratio = *given;
  }
  if (*isTraining != 0 && ratio != 0)
    return importTrainingDropout(node, ratio, seed);
  Value x = node.getInput(0);
  Type maskType = node.opset < 10 ? elementOf(x) : node.builder.getI1Type();
  Outputs results = {x};
  if (node.wantsOutput(1))
    results.push_back(node.ops.filled(shapeOf(x), maskType, 1));
  return results;
}

void addConstantOperators(OperatorTable &table) {
  table.add("Constant", {0, 0, importConstant});
  table.add("ConstantOfShape", {1, 1, importConstantOfShape});
  table.add("Range", {3, 3, importRange});
  table.add("EyeLike", {1, 1, importEyeLike});
  table.add("Trilu", {1, 2, importTrilu});
  table.add("OneHot", {3, 3, importOneHot});
  table.add("Dropout", {1, 3, importDropout});
}

} // namespace wafer::importer
