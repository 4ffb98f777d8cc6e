//===- LaneNames.cpp - lanes named by their origin --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"

using namespace mlir;

namespace wafer::graph {

unsigned LaneNames::getId(StringRef key) {
  return ids.try_emplace(key, ids.size()).first->second;
}

ArrayRef<SignedLane> LaneNames::get(LaneTensor tensor) {
  std::pair key(tensor.value, tensor.laneDims);
  if (auto it = known.find(key); it != known.end())
    return it->second;
  Lanes lanes = compute(tensor);
  return known.try_emplace(key, std::move(lanes)).first->second;
}

static std::string printRows(ArrayRef<int64_t> rows) {
  // Leading dimensions of 1 mean nothing to broadcasting.
  rows = rows.drop_while([](int64_t size) { return size == 1; });
  std::string text;
  for (int64_t size : rows)
    text += std::to_string(size) + "x";
  return text;
}

LaneNames::Lanes LaneNames::readConstant(LaneTensor tensor,
                                         const exec::Tensor &elements) {
  int64_t count = tensor.countLanes(), rows = elements.getNumElements() / count;
  std::string prefix = "constant " + printRows(tensor.getRows()) + " ";
  Lanes lanes;
  for (int64_t lane = 0; lane < count; ++lane) {
    std::string key = prefix;
    std::optional<bool> isNegative; // the sign of the first number but 0
    for (int64_t row = 0; row < rows; ++row) {
      double element = elements.getAsDouble(row * count + lane);
      if (!isNegative && element != 0)
        isNegative = element < 0;
      element = isNegative.value_or(false) ? -element : element;
      element = element == 0 ? 0 : element; // of one sign
      key.append(reinterpret_cast<const char *>(&element), sizeof(element));
    }
    lanes.push_back({getId(key), isNegative.value_or(false)});
  }
  return lanes;
}

/// A map of elements, named by its op and attributes.
LaneNames::Lanes LaneNames::applyMap(LaneTensor tensor, Operation *op) {
  std::string prefix;
  llvm::raw_string_ostream stream(prefix);
  stream << op->getName() << op->getAttrDictionary() << tensor.getType() << " "
         << printRows(tensor.getRows());
  int64_t count = tensor.countLanes();
  SmallVector<std::string> keys(count, prefix);
  SmallVector<bool> signs(count, false);
  bool takesSigns = isa<MulOp, DivOp, NegOp>(op);
  for (Value operand : op->getOperands()) {
    OperandLanes from = getOperandLanes(tensor, operand);
    Lanes names(get(from.tensor));
    for (int64_t lane = 0; lane < count; ++lane) {
      SignedLane name = names[from.lanes[lane]];
      keys[lane] += " " + std::to_string(name.id);
      if (takesSigns)
        signs[lane] = signs[lane] != name.isNegative;
      else if (name.isNegative)
        keys[lane] += "-";
    }
  }
  Lanes lanes;
  for (int64_t lane = 0; lane < count; ++lane)
    lanes.push_back({getId(keys[lane]), signs[lane]});
  return lanes;
}

LaneNames::Lanes LaneNames::compute(LaneTensor tensor) {
  if (std::optional<exec::Tensor> elements = constants.get(tensor.value);
      elements && elements->getNumElements() > 0)
    return readConstant(tensor, *elements);
  Operation *op = tensor.value.getDefiningOp();
  if (auto negation = dyn_cast_or_null<NegOp>(op)) {
    Lanes lanes(get({negation.getInput(), tensor.laneDims}));
    for (SignedLane &lane : lanes)
      lane.isNegative = !lane.isNegative;
    return lanes;
  }
  if (std::optional<LaneMap> laneMap = mapLanes(tensor, constants)) {
    Lanes lanes;
    std::string rows = printRows(tensor.getRows());
    for (LaneMap::Source source : laneMap->sources) {
      LaneTensor operand = laneMap->operands[source.operand];
      SignedLane lane = get(operand)[source.lane];
      if (std::string from = printRows(operand.getRows()); from != rows)
        lane.id = getId("rows " + from + " as " + rows + " " +
                        std::to_string(lane.id));
      lanes.push_back(lane);
    }
    return lanes;
  }
  if (op && isa<CastOp, SinOp, CosOp, MulOp, DivOp, AddOp, SubOp>(op))
    return applyMap(tensor, op);
  Lanes lanes;
  for (int64_t lane = 0, e = tensor.countLanes(); lane < e; ++lane)
    lanes.push_back({getId("value " +
                           std::to_string(reinterpret_cast<uintptr_t>(
                               tensor.value.getAsOpaquePointer())) +
                           " " + std::to_string(tensor.laneDims) + " " +
                           std::to_string(lane))});
  return lanes;
}

} // namespace wafer::graph
