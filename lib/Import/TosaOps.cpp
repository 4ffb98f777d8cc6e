//===- TosaOps.cpp - what importers of TOSA ops share ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace wafer::importer {

TosaOperands::TosaOperands(TensorImporter &importer, Operation &op,
                           unsigned firstZero) {
  for (auto [index, source] : llvm::enumerate(op.getOperands())) {
    if (index >= firstZero) {
      if (!matchPattern(source, m_Zero()) &&
          !matchPattern(source, m_AnyZeroFloat())) {
        op.emitOpError("operand #") << index << " must be a constant 0";
        return;
      }
      continue;
    }
    values.push_back(importer.lookup(source));
    if (!values.back()) {
      op.emitOpError("operand #") << index << " has no elements that are known";
      return;
    }
  }
  areValid = true;
}

LogicalResult defineResult(TensorImporter &importer, Operation &op,
                           Value result) {
  if (!result)
    return op.emitOpError("is not supported with these operands");
  if (getShape(result) != getResultType(op).getShape())
    return op.emitOpError("has a result of ")
           << getResultType(op) << " where its operands give "
           << result.getType();
  importer.define(op.getResult(0), result);
  return success();
}

using Dims = SmallVector<int64_t>;

/// A value of one op on shapes, for one dimension.
static std::optional<int64_t> evaluate(Operation &op, int64_t a, int64_t b) {
  StringRef name = op.getName().stripDialect();
  bool isDivision = name == "div_ceil_shape" || name == "div_floor_shape" ||
                    name == "mod_shape";
  if (isDivision && b <= 0)
    return std::nullopt;
  if (name == "add_shape")
    return llvm::checkedAdd(a, b);
  if (name == "sub_shape")
    return llvm::checkedSub(a, b);
  if (name == "mul_shape")
    return llvm::checkedMul(a, b);
  if (name == "max_shape")
    return std::max(a, b);
  if (name == "min_shape")
    return std::min(a, b);
  if (name == "div_ceil_shape")
    return llvm::divideCeilSigned(a, b);
  if (name == "div_floor_shape")
    return llvm::divideFloorSigned(a, b);
  if (name == "mod_shape")
    return a % b;
  return std::nullopt;
}

/// Shapes come from constants, from dimensions, and from arithmetic on those.
static std::optional<Dims> getShapeValue(Value value, unsigned depth) {
  constexpr unsigned kMaxDepth = 1000;
  Operation *op = value.getDefiningOp();
  if (!op || depth > kMaxDepth)
    return std::nullopt;
  if (auto constant = dyn_cast<tosa::ConstShapeOp>(op))
    return llvm::to_vector(constant.getValues().getValues<int64_t>());
  if (auto dim = dyn_cast<tosa::DimOp>(op)) {
    auto type = dyn_cast<RankedTensorType>(dim.getInput1().getType());
    if (!type || !type.hasStaticShape() || dim.getAxis() >= type.getRank())
      return std::nullopt;
    return Dims{type.getDimSize(dim.getAxis())};
  }
  Dims result;
  if (isa<tosa::ConcatShapeOp>(op)) {
    for (Value part : op->getOperands()) {
      std::optional<Dims> dims = getShapeValue(part, depth + 1);
      if (!dims)
        return std::nullopt;
      llvm::append_range(result, *dims);
    }
    return result;
  }
  if (op->getNumOperands() != 2)
    return std::nullopt;
  std::optional<Dims> lhs = getShapeValue(op->getOperand(0), depth + 1);
  std::optional<Dims> rhs = getShapeValue(op->getOperand(1), depth + 1);
  if (!lhs || !rhs || lhs->size() != rhs->size())
    return std::nullopt;
  for (auto [a, b] : llvm::zip_equal(*lhs, *rhs)) {
    std::optional<int64_t> dim = evaluate(*op, a, b);
    if (!dim)
      return std::nullopt;
    result.push_back(*dim);
  }
  return result;
}

FailureOr<SmallVector<int64_t>> getShapeOperand(Operation &op, unsigned index) {
  std::optional<Dims> dims = getShapeValue(op.getOperand(index), 0);
  if (!dims)
    return op.emitOpError("operand #") << index << " is not a constant shape";
  return *dims;
}

} // namespace wafer::importer
