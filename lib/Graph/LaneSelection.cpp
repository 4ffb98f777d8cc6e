//===- LaneSelection.cpp - ops for some lanes -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaneSelection.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace wafer::graph {

std::optional<LaneSelection> selectLanes(LaneTensor tensor,
                                         ArrayRef<int64_t> lanes) {
  LaneSelection selection = {tensor, lanes.front(), 1,
                             static_cast<int64_t>(lanes.size())};
  if (lanes.size() > 1)
    selection.step = lanes[1] - lanes[0];
  for (auto [i, lane] : llvm::enumerate(lanes))
    if (lane != selection.first + static_cast<int64_t>(i) * selection.step)
      return std::nullopt;
  return selection;
}

/// 1 MiB of f32: cos and sin of 4096 tokens and 128 elements a head.
static constexpr int64_t kMaxFolded = int64_t(1) << 18;

namespace {

class LaneCreator {
public:
  LaneCreator(OpBuilder &builder, Location loc, ConstantValues &constants)
      : builder(builder), loc(loc), constants(constants) {}

  /// Null if it takes a slice to get the lanes.
  Value find(const LaneSelection &selection);
  Value slice(const LaneSelection &selection);
  Value foldConstant(const LaneSelection &selection);

private:
  OpBuilder &builder;
  Location loc;
  ConstantValues &constants;

  Value findBehindMap(const LaneSelection &selection, Operation *op);
  Value reshape(Value value, ArrayRef<int64_t> shape);
};

} // namespace

Value LaneCreator::reshape(Value value, ArrayRef<int64_t> shape) {
  while (auto inner = value.getDefiningOp<ReshapeOp>())
    value = inner.getInput();
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return ReshapeOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), value);
}

static SmallVector<int64_t> getShape(const LaneSelection &selection) {
  SmallVector<int64_t> shape(selection.tensor.getRows());
  shape.push_back(selection.count);
  return shape;
}

Value LaneCreator::find(const LaneSelection &selection) {
  LaneTensor tensor = selection.tensor;
  if (selection.count == tensor.countLanes() && selection.first == 0 &&
      selection.step == 1)
    return reshape(tensor.value, getShape(selection));
  if (std::optional<LaneMap> laneMap = mapLanes(tensor, constants)) {
    SmallVector<int64_t> lanes;
    unsigned operand = laneMap->sources[selection.first].operand;
    for (int64_t i = 0; i < selection.count; ++i) {
      LaneMap::Source source =
          laneMap->sources[selection.first + i * selection.step];
      if (source.operand != operand)
        return {};
      lanes.push_back(source.lane);
    }
    LaneTensor from = laneMap->operands[operand];
    // Rows that repeat in the result repeat in what it is used for.
    std::optional<LaneSelection> inner = selectLanes(from, lanes);
    bool canReshape =
        *countElements(from.getRows()) == *countElements(tensor.getRows());
    Value value = inner && canReshape ? find(*inner) : Value();
    return value ? reshape(value, getShape(selection)) : value;
  }
  Operation *op = tensor.value.getDefiningOp();
  if (op && isa<CastOp, NegOp, SinOp, CosOp, MulOp, DivOp>(op))
    return findBehindMap(selection, op);
  return {};
}

/// A map of one operand, and perhaps a number.
Value LaneCreator::findBehindMap(const LaneSelection &selection,
                                 Operation *op) {
  unsigned at = 0; // the operand with the lanes
  if (op->getNumOperands() == 2) {
    auto isNumber = [&](unsigned index) {
      auto type = cast<RankedTensorType>(op->getOperand(index).getType());
      return type.getNumElements() == 1;
    };
    at = isNumber(0) ? 1 : 0;
    if (!isNumber(1 - at))
      return {};
  }
  LaneTensor from = {op->getOperand(at), selection.tensor.laneDims};
  if (from.getType().getShape() != selection.tensor.getType().getShape())
    return {};
  Value value = find({from, selection.first, selection.step, selection.count});
  if (!value)
    return {};
  IRMapping mapping;
  mapping.map(op->getOperand(at), value);
  if (op->getNumOperands() == 2)
    mapping.map(op->getOperand(1 - at), reshape(op->getOperand(1 - at), {}));
  Operation *clone = builder.clone(*op, mapping);
  clone->getResult(0).setType(
      selection.tensor.getType().clone(getShape(selection)));
  return clone->getResult(0);
}

/// Tables that depend on constants only become one.
Value LaneCreator::foldConstant(const LaneSelection &selection) {
  SmallVector<int64_t> shape = getShape(selection);
  int64_t lanes = selection.tensor.countLanes();
  if (!constants.isConstant(selection.tensor.value) ||
      *countElements(shape) > kMaxFolded)
    return {};
  std::optional<exec::Tensor> all = constants.get(selection.tensor.value);
  if (!all)
    return {};
  size_t size = exec::getSizeInBytes(all->elementType);
  std::vector<char> bytes;
  for (int64_t row = 0; row < all->getNumElements() / lanes; ++row)
    for (int64_t i = 0; i < selection.count; ++i) {
      int64_t at = row * lanes + selection.first + i * selection.step;
      ArrayRef<uint8_t> element = all->getBytes().slice(at * size, size);
      bytes.insert(bytes.end(), element.begin(), element.end());
    }
  return ConstantOp::create(
      builder, loc,
      DenseElementsAttr::getFromRawBuffer(
          selection.tensor.getType().clone(shape), bytes));
}

Value LaneCreator::slice(const LaneSelection &selection) {
  LaneTensor tensor = selection.tensor;
  SmallVector<int64_t> flat(tensor.getRows());
  flat.push_back(tensor.countLanes());
  SmallVector<int64_t> starts(flat.size(), 0), steps(flat.size(), 1);
  SmallVector<int64_t> sizes = getShape(selection);
  starts.back() = selection.first;
  if (selection.step == 0)
    sizes.back() = 1;
  else
    steps.back() = selection.step;
  Value lanes = SliceOp::create(builder, loc, reshape(tensor.value, flat),
                                starts, sizes, steps);
  if (selection.step != 0)
    return lanes;
  return ExpandOp::create(builder, loc,
                          tensor.getType().clone(getShape(selection)), lanes);
}

Value createLanes(OpBuilder &builder, Location loc,
                  const LaneSelection &selection, ConstantValues &constants) {
  LaneCreator creator(builder, loc, constants);
  if (Value value = creator.foldConstant(selection))
    return value;
  if (Value value = creator.find(selection))
    return value;
  return creator.slice(selection);
}

} // namespace wafer::graph
