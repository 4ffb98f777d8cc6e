//===- InferProducts.cpp - result types of products, windows ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Infer.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;

namespace wafer::graph {

LogicalResult inferMatmul(MaybeLoc loc, Value lhs, Value rhs, bool transposeA,
                          bool transposeB, Types &types) {
  if (!checkTensors(loc, {lhs, rhs}) ||
      !checkSameElements(loc, getTensor(lhs), getTensor(rhs))) // C1
    return failure();
  auto shape = getMatmulShape(
      getTensor(lhs).getShape(), getTensor(rhs).getShape(), transposeA,
      transposeB, [&](const Twine &message) {
        (void)emitOptionalError(loc, message, ": ", lhs.getType(), " and ",
                                rhs.getType());
      });
  if (failed(shape))
    return failure();
  types.push_back(getTensor(lhs).clone(shape->result));
  return success();
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// Places of a window of `kernel` along dimension `d` of `size`; reports what
/// is wrong with it.
static std::optional<int64_t> countWindows(MaybeLoc loc, size_t d, int64_t size,
                                           int64_t kernel, WindowSteps steps,
                                           bool ceil) {
  constexpr int64_t kLimit = int64_t(1) << 40; // sums below do not overflow
  int64_t low = steps.low[d], high = steps.high[d];
  int64_t stride = steps.strides[d], dilation = steps.dilations[d];
  if (kernel <= 0 || stride <= 0 || dilation <= 0 || low < 0 || high < 0 ||
      std::max({kernel, stride, dilation, low, high}) > INT32_MAX ||
      size > kLimit) { // C2
    (void)emitOptionalError(loc, "spatial dimension ", d, " of size ", size,
                            " has kernel ", kernel, ", stride ", stride,
                            ", dilation ", dilation, ", padding ", low, ", ",
                            high);
    return std::nullopt;
  }
  int64_t room = size + low + high - ((kernel - 1) * dilation + 1);
  if (room < 0) { // C3
    (void)emitOptionalError(loc, "spatial dimension ", d, " of size ", size,
                            " has no room for a window of ", kernel,
                            " with dilation ", dilation, ", padding ", low,
                            ", ", high);
    return std::nullopt;
  }
  int64_t count = (room + (ceil ? stride - 1 : 0)) / stride + 1;
  // A window must begin before the padding behind the tensor.
  if (ceil && (count - 1) * stride >= size + low)
    --count;
  return count;
}

static bool checkEntries(MaybeLoc loc, RankedTensorType type, size_t kernelRank,
                         WindowSteps steps) {
  size_t rank = type.getRank() - 2;
  if (type.getRank() >= 3 && kernelRank == rank &&
      steps.strides.size() == rank && steps.low.size() == rank &&
      steps.high.size() == rank && steps.dilations.size() == rank)
    return true;
  (void)emitOptionalError(loc, "a window over ", type,
                          " needs entries for its spatial dimensions");
  return false;
}

LogicalResult inferPool(MaybeLoc loc, Value input, Dims kernel,
                        WindowSteps steps, bool ceil, bool indices,
                        Types &types) {
  if (!checkTensors(loc, input) ||
      !checkEntries(loc, getTensor(input), kernel.size(), steps)) // C1
    return failure();
  RankedTensorType type = getTensor(input);
  SmallVector<int64_t> shape(type.getShape());
  for (size_t d = 0; d < kernel.size(); ++d) {
    auto count = countWindows(loc, d, shape[d + 2], kernel[d], steps, ceil);
    if (!count)
      return failure();
    shape[d + 2] = *count;
  }
  types.push_back(indices ? RankedTensorType::get(
                                shape, IntegerType::get(input.getContext(), 64))
                          : type.clone(shape));
  return success();
}

LogicalResult inferConv(MaybeLoc loc, Value input, Value filters,
                        WindowSteps steps, int64_t groups, Types &types) {
  if (!checkTensors(loc, {input, filters}))
    return failure();
  RankedTensorType type = getTensor(input), weights = getTensor(filters);
  if (!checkSameElements(loc, type, weights) ||
      !checkEntries(loc, type, weights.getRank() - 2, steps)) // C1
    return failure();
  if (groups <= 0 || type.getDimSize(1) != weights.getDimSize(1) * groups ||
      weights.getDimSize(0) % groups != 0) // C3
    return emitOptionalError(loc, groups, " groups do not divide ", type,
                             " and filters ", weights);
  SmallVector<int64_t> shape = {type.getDimSize(0), weights.getDimSize(0)};
  for (int64_t d = 0; d < type.getRank() - 2; ++d) {
    auto count = countWindows(loc, d, type.getDimSize(d + 2), // C2, C4
                              weights.getDimSize(d + 2), steps, false);
    if (!count)
      return failure();
    shape.push_back(*count);
  }
  types.push_back(type.clone(shape));
  return success();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Checks that query B×H×S×D, key B×G×T×D and value B×G×T×E belong together.
static LogicalResult checkHeads(MaybeLoc loc, RankedTensorType query,
                                RankedTensorType key, RankedTensorType value) {
  if (query.getRank() != 4 || key.getRank() != 4 || value.getRank() != 4) // C1
    return emitOptionalError(loc, "query, key and value must have rank 4");
  if (!checkSameElements(loc, query, key) ||
      !checkSameElements(loc, query, value))
    return failure();
  Dims q = query.getShape(), k = key.getShape(), v = value.getShape();
  bool agree = q[0] == k[0] && k[0] == v[0] && k[1] == v[1] && k[2] == v[2] &&
               q[3] == k[3];
  if (!agree || k[1] == 0 || q[1] % k[1] != 0) // C2
    return emitOptionalError(loc, "query ", query, ", key ", key, " and value ",
                             value, " do not belong together");
  return success();
}

LogicalResult inferAttention(MaybeLoc loc, Value query, Value key, Value value,
                             Value mask, Types &types) {
  if (!checkTensors(loc, {query, key, value}) ||
      failed(
          checkHeads(loc, getTensor(query), getTensor(key), getTensor(value))))
    return failure();
  Dims q = getTensor(query).getShape(), k = getTensor(key).getShape();
  if (mask) {
    if (!checkTensors(loc, mask) ||
        !checkBroadcastsTo(loc, getTensor(mask), {q[0], q[1], q[2], k[2]}))
      return failure(); // C3
    if (!getTensor(mask).getElementType().isInteger(1) &&
        !checkSameElements(loc, getTensor(query), getTensor(mask)))
      return failure();
  }
  types.push_back(getTensor(query).clone(
      {q[0], q[1], q[2], getTensor(value).getDimSize(3)}));
  return success();
}

LogicalResult inferRotary(MaybeLoc loc, Value input, Value cos, Value sin,
                          Types &types) {
  if (!checkTensors(loc, {input, cos, sin}))
    return failure();
  RankedTensorType type = getTensor(input), angles = getTensor(cos);
  if (!checkSameElements(loc, type, angles)) // C1
    return failure();
  if (cos.getType() != sin.getType())
    return emitOptionalError(loc, "cos and sin must have the same type, found ",
                             cos.getType(), " and ", sin.getType());
  if (angles.getRank() == 0 || type.getRank() == 0 ||
      angles.getShape().back() > type.getShape().back() / 2) // C2
    return emitOptionalError(loc, "angles ", angles, " are too many for ",
                             type);
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = angles.getShape().back();
  if (!checkBroadcastsTo(loc, angles, shape)) // C2
    return failure();
  types.push_back(type);
  return success();
}

LogicalResult inferLinearAttention(MaybeLoc loc, ValueRange operands,
                                   Types &types) {
  if (!checkTensors(loc, operands))
    return failure();
  RankedTensorType query = getTensor(operands[0]), key = getTensor(operands[1]),
                   value = getTensor(operands[2]);
  if (failed(checkHeads(loc, query, key, value))) // C1, C2
    return failure();
  for (Value operand : operands.drop_front(3))
    if (!checkSameElements(loc, query, getTensor(operand))) // C1
      return failure();
  Dims k = key.getShape();
  RankedTensorType state = query.clone({k[0], k[1], k[3], value.getDimSize(3)});
  if (state != operands[3].getType()) // C2
    return emitOptionalError(loc, "the state must be ", state, ", found ",
                             operands[3].getType());
  if (!checkBroadcastsTo(loc, getTensor(operands[4]), k) || // C1
      !checkBroadcastsTo(loc, getTensor(operands[5]), {k[0], k[1], k[2], 1}))
    return failure();
  SmallVector<int64_t> shape(query.getShape());
  shape.back() = value.getDimSize(3);
  types.push_back(query.clone(shape));
  types.push_back(state);
  return success();
}

} // namespace wafer::graph
