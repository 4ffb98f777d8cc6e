//===- LaneSums.cpp - lanes as sums of lanes --------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaneSums.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace wafer::graph {

/// More terms than this are no rotation.
static constexpr size_t kMaxTerms = 4;

SmallVector<int64_t> dropOnes(ArrayRef<int64_t> shape) {
  return llvm::to_vector(
      llvm::make_filter_range(shape, [](int64_t size) { return size != 1; }));
}

std::optional<LaneSums::Sums> LaneSums::get(LaneTensor tensor) {
  std::pair key(tensor.value, tensor.laneDims);
  if (auto it = known.find(key); it != known.end())
    return it->second;
  std::optional<Sums> sums = compute(tensor);
  known[key] = sums;
  return sums;
}

std::optional<LaneSums::Sums> LaneSums::compute(LaneTensor tensor) {
  if (tensor.value == x) {
    if (tensor.laneDims != 1)
      return std::nullopt;
    Sums sums;
    for (int64_t lane = 0, e = tensor.countLanes(); lane < e; ++lane) {
      LaneTerm term;
      term.lane = lane;
      sums.push_back({term});
    }
    return sums;
  }
  Operation *op = tensor.value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (std::optional<LaneMap> laneMap = mapLanes(tensor, constants)) {
    SmallVector<Sums> operands;
    for (LaneTensor operand : laneMap->operands) {
      std::optional<Sums> sums = get(operand);
      if (!sums)
        return std::nullopt;
      operands.push_back(std::move(*sums));
    }
    Sums sums;
    for (LaneMap::Source source : laneMap->sources)
      sums.push_back(operands[source.operand][source.lane]);
    return sums;
  }
  if (isa<ReshapeOp>(op) && tensor.laneDims == 1)
    return getReshaped(op->getOperand(0), tensor.getType());
  if (isa<AddOp, SubOp>(op))
    return add(tensor, op);
  if (auto negation = dyn_cast<NegOp>(op)) {
    std::optional<Sums> sums = get({negation.getInput(), tensor.laneDims});
    if (sums)
      for (LaneSum &sum : *sums)
        for (LaneTerm &term : sum)
          term.isNegative = !term.isNegative;
    return sums;
  }
  if (auto product = dyn_cast<MulOp>(op)) {
    std::optional<Sums> sums =
        multiply(tensor, product.getLhs(), product.getRhs());
    return sums ? sums : multiply(tensor, product.getRhs(), product.getLhs());
  }
  return std::nullopt;
}

std::optional<LaneSums::Sums> LaneSums::add(LaneTensor tensor, Operation *op) {
  if (op->getOperand(0).getType() != op->getOperand(1).getType())
    return std::nullopt;
  std::optional<Sums> lhs = get({op->getOperand(0), tensor.laneDims});
  return lhs ? add(std::move(lhs), get({op->getOperand(1), tensor.laneDims}),
                   isa<SubOp>(op))
             : std::nullopt;
}

/// The lanes of a reshape that cuts the last dimension of `value`: of a sum
/// whose operands have been brought to that form from `to`'s.
std::optional<LaneSums::Sums> LaneSums::getReshaped(Value value,
                                                    RankedTensorType to) {
  auto isLike = [&](Value other) {
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(other.getType()).getShape();
    return !shape.empty() && shape.back() == to.getShape().back() &&
           dropOnes(shape) == dropOnes(to.getShape());
  };
  if (auto origin = x.getDefiningOp<ReshapeOp>();
      origin && origin.getInput() == value && isLike(x))
    return get({x, 1});
  Operation *op = value.getDefiningOp();
  if (auto reshape = dyn_cast_or_null<ReshapeOp>(op))
    return isLike(reshape.getInput()) ? get({reshape.getInput(), 1})
                                      : std::nullopt;
  if (!op || !isa<AddOp, SubOp>(op) ||
      op->getOperand(0).getType() != op->getOperand(1).getType())
    return std::nullopt;
  std::optional<Sums> lhs = getReshaped(op->getOperand(0), to);
  return lhs ? add(std::move(lhs), getReshaped(op->getOperand(1), to),
                   isa<SubOp>(op))
             : std::nullopt;
}

std::optional<LaneSums::Sums> LaneSums::add(std::optional<Sums> lhs,
                                            std::optional<Sums> rhs,
                                            bool isDifference) {
  if (!lhs || !rhs)
    return std::nullopt;
  for (auto [sum, other] : llvm::zip_equal(*lhs, *rhs))
    for (LaneTerm term : other) {
      term.isNegative = term.isNegative != isDifference;
      sum.push_back(term);
      if (sum.size() > kMaxTerms)
        return std::nullopt;
    }
  return lhs;
}

/// Sums times a table, which has `rows` or repeats in them. A constant of ±1 is
/// a sign.
std::optional<LaneSums::Sums> LaneSums::multiply(LaneTensor tensor,
                                                 Value factor, Value table) {
  if (factor.getType() != tensor.value.getType())
    return std::nullopt;
  OperandLanes from = getOperandLanes(tensor, table);
  // Of one row only, it does not matter where other rows have their ones.
  bool isOneRow =
      from.tensor.countLanes() == from.tensor.getType().getNumElements() &&
      from.tensor.getRows().size() <= rows.size();
  if (tensor.getRows() != rows && !isOneRow)
    return std::nullopt;
  std::optional<Sums> sums = get({factor, tensor.laneDims});
  if (!sums)
    return std::nullopt;
  std::optional<exec::Tensor> signs;
  if (from.tensor.countLanes() == from.tensor.getType().getNumElements())
    signs = constants.get(table);
  auto isSign = [&](int64_t lane) {
    return std::abs(signs->getAsDouble(lane)) == 1;
  };
  bool areSigns = signs && llvm::all_of(from.lanes, isSign);
  for (auto [sum, lane] : llvm::zip_equal(*sums, from.lanes))
    for (LaneTerm &term : sum) {
      if (areSigns) {
        term.isNegative = term.isNegative != (signs->getAsDouble(lane) < 0);
        continue;
      }
      if (term.table.value)
        return std::nullopt;
      term.table = from.tensor;
      term.tableLane = lane;
    }
  return sums;
}

} // namespace wafer::graph
