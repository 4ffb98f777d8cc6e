//===- ConstantValues.cpp - what depends on constants -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantValues.h"
#include "mlir/IR/Diagnostics.h"
#include "wafer/Executor/Reference/Reference.h"

using namespace mlir;

namespace wafer::graph {

/// True if `op` is worth evaluating: small, and of one result.
static bool isCheap(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumRegions() != 0 ||
      !isa<GraphDialect>(op->getDialect()))
    return false;
  auto isSmall = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.getNumElements() <= ConstantValues::kMaxElements;
  };
  if (!llvm::all_of(op->getOperandTypes(), isSmall) ||
      !llvm::all_of(op->getResultTypes(), isSmall))
    return false;
  auto product = dyn_cast<MatmulOp>(op);
  if (!product)
    return !isa<AttentionOp, LinearAttentionOp, ConvOp>(op);
  RankedTensorType lhs = product.getLhs().getType();
  int64_t rank = lhs.getRank();
  int64_t inner =
      lhs.getDimSize(rank > 1 && product.getTransposeA() ? rank - 2 : rank - 1);
  return inner * product.getType().getNumElements() <=
         ConstantValues::kMaxProducts;
}

ConstantValues::ConstantValues(Operation *root, StringRef folder)
    : reader(folder) {
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    auto isKnown = [&](Value operand) { return constants.contains(operand); };
    if (llvm::all_of(op->getOperands(), isKnown) && isCheap(op))
      constants.insert(op->getResult(0));
  });
}

std::optional<exec::Tensor> ConstantValues::evaluate(Operation *op) {
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    // What cannot be read is unknown here; whoever needs its bytes reports it.
    llvm::Expected<exec::Tensor> tensor = reader.read(constant.getValue());
    if (!tensor) {
      llvm::consumeError(tensor.takeError());
      return std::nullopt;
    }
    return std::move(*tensor);
  }
  SmallVector<exec::Tensor> operands, results;
  for (Value operand : op->getOperands()) {
    std::optional<exec::Tensor> tensor = get(operand);
    if (!tensor)
      return std::nullopt;
    operands.push_back(std::move(*tensor));
  }
  // An index out of range is an error when the model runs, not here.
  ScopedDiagnosticHandler ignore(op->getContext(),
                                 [](Diagnostic &) { return success(); });
  if (failed(exec::evaluateOp(op, operands, results)))
    return std::nullopt;
  return std::move(results.front());
}

std::optional<exec::Tensor> ConstantValues::get(Value value) {
  if (!isConstant(value))
    return std::nullopt;
  if (auto it = known.find(value); it != known.end())
    return it->second;
  std::optional<exec::Tensor> tensor = evaluate(value.getDefiningOp());
  known[value] = tensor;
  return tensor;
}

std::optional<double> ConstantValues::getSplat(Value value) {
  if (!isConstant(value))
    return std::nullopt;
  int64_t count = cast<RankedTensorType>(value.getType()).getNumElements();
  if (count == 0 || count > kMaxSplat)
    return std::nullopt;
  std::optional<exec::Tensor> tensor = get(value);
  if (!tensor)
    return std::nullopt;
  double first = tensor->getAsDouble(0);
  for (int64_t i = 1; i < count; ++i)
    if (tensor->getAsDouble(i) != first)
      return std::nullopt;
  return first;
}

} // namespace wafer::graph
