//===- InferShapes.cpp - result types of ops that move elements -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Infer.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;

namespace wafer::graph {

LogicalResult inferTranspose(MaybeLoc loc, Value value, Dims perm,
                             Types &types) {
  if (!checkTensors(loc, value))
    return failure();
  RankedTensorType input = getTensor(value);
  if (static_cast<int64_t>(perm.size()) != input.getRank() ||
      !isPermutationVector(perm)) // C1
    return emitOptionalError(loc, "perm must hold every dimension of ", input,
                             " once");
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(input.getDimSize(dim));
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult inferConcat(MaybeLoc loc, ValueRange inputs, int64_t axis,
                          Types &types) {
  if (inputs.empty()) // C1
    return emitOptionalError(loc, "a concatenation needs an operand");
  if (!checkTensors(loc, inputs))
    return failure();
  RankedTensorType first = getTensor(inputs[0]);
  if (!checkAxis(loc, axis, first)) // C2
    return failure();
  SmallVector<int64_t> shape(first.getShape());
  shape[axis] = 0;
  for (Value input : inputs) {
    RankedTensorType type = getTensor(input);
    if (!checkSameElements(loc, first, type)) // C1
      return failure();
    bool agrees = type.getRank() == first.getRank();
    for (int64_t d = 0; agrees && d < type.getRank(); ++d)
      agrees = d == axis || type.getDimSize(d) == shape[d];
    if (!agrees) // C3
      return emitOptionalError(loc, first, " and ", type,
                               " differ in more than dimension ", axis);
    std::optional<int64_t> sum =
        llvm::checkedAdd(shape[axis], type.getDimSize(axis));
    if (!sum)
      return emitOptionalError(loc, "dimension ", axis, " overflows");
    shape[axis] = *sum;
  }
  types.push_back(first.clone(shape));
  return success();
}

LogicalResult inferSlice(MaybeLoc loc, Value input, Dims starts, Dims sizes,
                         Dims steps, Types &types) {
  if (!checkTensors(loc, input))
    return failure();
  RankedTensorType type = getTensor(input);
  size_t rank = type.getRank();
  if (starts.size() != rank || sizes.size() != rank || steps.size() != rank)
    return emitOptionalError(loc, // C1
                             "starts, sizes and steps need an entry for each "
                             "dimension of ",
                             type);
  for (size_t d = 0; d < rank; ++d) {
    if (steps[d] == 0 || sizes[d] < 0) // C2
      return emitOptionalError(loc, "dimension ", d, " has step ", steps[d],
                               " and size ", sizes[d]);
    if (sizes[d] == 0)
      continue;
    std::optional<int64_t> way = llvm::checkedMul(sizes[d] - 1, steps[d]);
    std::optional<int64_t> last =
        way ? llvm::checkedAdd(starts[d], *way) : std::nullopt;
    int64_t size = type.getDimSize(d);
    if (starts[d] < 0 || starts[d] >= size || !last || *last < 0 ||
        *last >= size) // C3
      return emitOptionalError(loc, "dimension ", d, " of ", type, " has no ",
                               sizes[d], " elements from ", starts[d],
                               " on in steps of ", steps[d]);
  }
  types.push_back(type.clone(sizes));
  return success();
}

LogicalResult inferPad(MaybeLoc loc, Value input, Value value, PadMode mode,
                       Dims low, Dims high, Types &types) {
  if (!checkTensors(loc, {input, value}))
    return failure();
  RankedTensorType type = getTensor(input);
  size_t rank = type.getRank();
  if (low.size() != rank || high.size() != rank) // C1
    return emitOptionalError(
        loc, "low and high need an entry for each dimension of ", type);
  if (getTensor(value).getRank() != 0 ||
      !checkSameElements(loc, type, getTensor(value))) // C2
    return emitOptionalError(loc, "the value must be a scalar");
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(type.getShape())) {
    if (low[d] < 0 || high[d] < 0) // C1
      return emitOptionalError(loc, "padding must not be negative");
    if (mode != PadMode::Constant && size == 0 && (low[d] || high[d])) // C3
      return emitOptionalError(loc, "dimension ", d, " of ", type,
                               " has no element to repeat");
    std::optional<int64_t> sum = llvm::checkedAdd(low[d], high[d]);
    sum = sum ? llvm::checkedAdd(*sum, size) : std::nullopt;
    if (!sum)
      return emitOptionalError(loc, "dimension ", d, " overflows");
    shape.push_back(*sum);
  }
  types.push_back(type.clone(shape));
  return success();
}

//===----------------------------------------------------------------------===//
// Indexing
//===----------------------------------------------------------------------===//

LogicalResult inferGather(MaybeLoc loc, Value data, Value indices, int64_t axis,
                          Types &types) {
  if (!checkTensors(loc, {data, indices}) ||
      !checkAxis(loc, axis, getTensor(data))) // C1
    return failure();
  Dims from = getTensor(data).getShape();
  SmallVector<int64_t> shape(from.take_front(axis));
  llvm::append_range(shape, getTensor(indices).getShape());
  llvm::append_range(shape, from.drop_front(axis + 1));
  types.push_back(getTensor(data).clone(shape));
  return success();
}

LogicalResult inferGatherElements(MaybeLoc loc, Value data, Value indices,
                                  int64_t axis, Types &types) {
  if (!checkTensors(loc, {data, indices}) ||
      !checkAxis(loc, axis, getTensor(data))) // C1
    return failure();
  RankedTensorType from = getTensor(data), at = getTensor(indices);
  bool fits = from.getRank() == at.getRank();
  for (int64_t d = 0; fits && d < from.getRank(); ++d)
    fits = d == axis || at.getDimSize(d) <= from.getDimSize(d);
  if (!fits) // C2
    return emitOptionalError(loc, "indices ", at, " do not fit in ", from,
                             " outside dimension ", axis);
  types.push_back(from.clone(at.getShape()));
  return success();
}

LogicalResult inferGatherND(MaybeLoc loc, Value data, Value indices,
                            int64_t batchDims, Types &types) {
  if (!checkTensors(loc, {data, indices}))
    return failure();
  RankedTensorType from = getTensor(data), at = getTensor(indices);
  if (batchDims < 0 || batchDims >= from.getRank() ||
      batchDims >= at.getRank() ||
      from.getShape().take_front(batchDims) !=
          at.getShape().take_front(batchDims)) // C1
    return emitOptionalError(loc, from, " and ", at, " do not share ",
                             batchDims, " leading dimensions");
  int64_t tuple = at.getShape().back();
  if (tuple > from.getRank() - batchDims) // C2
    return emitOptionalError(loc, "tuples of ", tuple,
                             " indices are too long for ", from);
  SmallVector<int64_t> shape(at.getShape().drop_back());
  llvm::append_range(shape, from.getShape().drop_front(batchDims + tuple));
  types.push_back(from.clone(shape));
  return success();
}

LogicalResult inferScatterElements(MaybeLoc loc, ValueRange operands,
                                   int64_t axis, Types &types) {
  if (failed(inferGatherElements(loc, operands[0], operands[1], axis, types)) ||
      !checkTensors(loc, operands[2]) ||
      !checkSameElements(loc, getTensor(operands[0]),
                         getTensor(operands[2]))) // C1 to C3
    return failure();
  if (types.back() != operands[2].getType()) // C3
    return emitOptionalError(loc, "updates must be ", types.back(), ", found ",
                             operands[2].getType());
  types.back() = operands[0].getType();
  return success();
}

LogicalResult inferScatterND(MaybeLoc loc, ValueRange operands, Types &types) {
  if (failed(inferGatherND(loc, operands[0], operands[1], 0, types)) ||
      !checkTensors(loc, operands[2]) ||
      !checkSameElements(loc, getTensor(operands[0]),
                         getTensor(operands[2]))) // C1, C2
    return failure();
  if (types.back() != operands[2].getType()) // C3
    return emitOptionalError(loc, "updates must be ", types.back(), ", found ",
                             operands[2].getType());
  types.back() = operands[0].getType();
  return success();
}

} // namespace wafer::graph
