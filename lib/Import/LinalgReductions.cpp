//===- LinalgReductions.cpp - results with reduction loops -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A result is combine(out, term), with one of the ops that graph reduces by:
//   1. a sum of products of two operands is graph.conv if one of them is read
//      through windows, else graph.matmul if the loops allow it;
//   2. a reduction of one operand read through windows is a pool;
//   3. any other term becomes graph ops, and then a graph reduction;
//   4. what `out` was before is combined with it, if that changes anything.
// select(term > best, index, out) beside a maximum of `term` is graph.arg_max.
//
//===----------------------------------------------------------------------===//

#include "LinalgGeneric.h"
#include "LinalgWindows.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace wafer::importer {

/// The value that `init` is filled with; `init` itself, maybe a constant, if it
/// is not filled.
static Value getFill(Value init) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  return fill ? fill.getInputs().front() : init;
}

/// True if `init` holds the element that changes nothing.
static bool isNeutral(Value init, Operation *combine) {
  Value value = getFill(init);
  if (isa<arith::AddFOp, arith::AddIOp, arith::OrIOp, math::FmaOp>(combine))
    return matchPattern(value, m_AnyZeroFloat()) ||
           matchPattern(value, m_Zero());
  if (isa<arith::MulFOp, arith::MulIOp>(combine))
    return matchPattern(value, m_OneFloat()) || matchPattern(value, m_One());
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(combine))
    return matchPattern(value, m_NegInfFloat());
  if (isa<arith::MinimumFOp, arith::MinNumFOp>(combine))
    return matchPattern(value, m_PosInfFloat());
  APInt number;
  if (!matchPattern(value, m_ConstantInt(&number)))
    return false;
  if (isa<arith::AndIOp>(combine))
    return number.isAllOnes();
  if (isa<arith::MaxSIOp>(combine))
    return number.isMinSignedValue();
  return isa<arith::MinSIOp>(combine) && number.isMaxSignedValue();
}

static bool isBool(Value value) {
  return getTensorType(value).getElementType().isInteger(1);
}

OpOperand *GenericImporter::getOperand(Value source) {
  while (auto extension = source.getDefiningOp<arith::ExtFOp>())
    source = extension.getIn();
  auto argument = dyn_cast<BlockArgument>(source);
  if (!argument || argument.getOwner() != op.getBody())
    return nullptr;
  OpOperand *operand = op.getMatchingOpOperand(argument);
  return op.isDpsInput(operand) ? operand : nullptr;
}

Value GenericImporter::emitProductSum(ValueRange factors) {
  SmallVector<WindowOperand> operands;
  for (Value factor : factors) {
    OpOperand *operand = getOperand(factor);
    Value value = operand ? importer.lookup(operand->get()) : Value();
    if (!value)
      break;
    operands.push_back({emit.cast(value, factor.getType()),
                        op.getMatchingIndexingMap(operand)});
  }
  if (operands.size() == 2)
    if (Value result = emitConvolution(emit, space, reductionLoops, operands))
      return result;
  FailureOr<Value> lhs = get(factors[0]), rhs = get(factors[1]);
  if (failed(lhs) || failed(rhs))
    return {};
  return space.contract(emit, *lhs, *rhs, reductionLoops);
}

Value GenericImporter::emitPool(Operation *combine, Value term) {
  OpOperand *operand = getOperand(term);
  Value value = operand ? importer.lookup(operand->get()) : Value();
  if (!value)
    return {};
  WindowOperand window = {emit.cast(value, term.getType()),
                          op.getMatchingIndexingMap(operand)};
  return importer::emitPool(emit, space, reductionLoops, window, *combine);
}

FailureOr<Value> GenericImporter::reduce(Operation *combine, Value term) {
  bool isSum = isa<arith::AddFOp, arith::AddIOp>(combine);
  Operation *product = term.getDefiningOp();
  bool isInside = product && product->getBlock() == op.getBody();
  if (isSum && isInside && isa<arith::MulFOp, arith::MulIOp>(product))
    if (Value result = emitProductSum(product->getOperands()))
      return result;
  if (Value result = emitPool(combine, term))
    return result;
  FailureOr<Value> value = get(term);
  if (failed(value))
    return failure();
  // A term that does not depend on a loop counts as often as it runs.
  SmallVector<int64_t> shape(space.extents.size(), 1);
  if (getTensorType(*value).getRank() > 0)
    shape.assign(getShape(*value).begin(), getShape(*value).end());
  for (int64_t loop : reductionLoops)
    shape[loop] = space.extents[loop];
  Value full = emit.expand(*value, shape);
  if (isa<arith::AndIOp, arith::OrIOp>(combine) && isBool(full))
    return emit.reduceBools(full, reductionLoops,
                            /*isAnd=*/isa<arith::AndIOp>(combine));
  if (isBool(full))
    return Value();
  if (isSum)
    return emit.reduce<graph::ReduceSumOp>(full, reductionLoops);
  if (isa<arith::MulFOp, arith::MulIOp>(combine))
    return emit.reduce<graph::ReduceProdOp>(full, reductionLoops);
  if (isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp>(combine))
    return emit.reduce<graph::ReduceMaxOp>(full, reductionLoops);
  if (isa<arith::MinimumFOp, arith::MinNumFOp, arith::MinSIOp>(combine))
    return emit.reduce<graph::ReduceMinOp>(full, reductionLoops);
  return Value();
}

FailureOr<Value>
GenericImporter::emitReduction(unsigned index, Operation *combine, Value term) {
  FailureOr<Value> reduced = failure();
  if (isa<math::FmaOp>(combine))
    reduced = emitProductSum(combine->getOperands().take_front(2));
  else
    reduced = reduce(combine, term);
  if (failed(reduced))
    return failure();
  if (!*reduced)
    return combine->emitOpError("is not a reduction that graph has");
  OpOperand *init = op.getDpsInitOperand(index);
  if (isNeutral(init->get(), combine))
    return reduced;
  FailureOr<Value> before = get(op.getMatchingBlockArgument(init));
  if (failed(before))
    return failure();
  Value result = isa<math::FmaOp>(combine)
                     ? emit.binary<graph::AddOp>(*before, *reduced)
                     : emitScalarOp(emit, *combine, {*before, *reduced});
  if (!result)
    return combine->emitOpError("cannot take an initial value");
  return result;
}

bool GenericImporter::isRunningMax(Value best, Value term) {
  auto argument = dyn_cast<BlockArgument>(best);
  if (!argument || argument.getOwner() != op.getBody())
    return false;
  OpOperand *init = op.getMatchingOpOperand(argument);
  if (!op.isDpsInit(init))
    return false;
  unsigned index = init->getOperandNumber() - op.getNumDpsInputs();
  Operation *next =
      op.getBody()->getTerminator()->getOperand(index).getDefiningOp();
  bool isMax =
      isa_and_present<arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp>(
          next) &&
      llvm::is_contained(next->getOperands(), best) &&
      llvm::is_contained(next->getOperands(), term);
  auto select = dyn_cast_if_present<arith::SelectOp>(next);
  bool isSelected =
      select && select.getTrueValue() == term && select.getFalseValue() == best;
  // From another start the place of the start would be kept.
  Value start = getFill(init->get());
  APInt number;
  bool isLowest = matchPattern(start, m_NegInfFloat()) ||
                  (matchPattern(start, m_ConstantInt(&number)) &&
                   number.isMinSignedValue());
  return (isMax || isSelected) && isLowest;
}

/// select(term > best, index, out): the place of the largest term so far.
FailureOr<Value> GenericImporter::emitArgMax(unsigned index,
                                             arith::SelectOp select) {
  Operation *compare = select.getCondition().getDefiningOp();
  std::optional<int64_t> loop = getLoopOfIndex(select.getTrueValue());
  OpOperand *init = op.getDpsInitOperand(index);
  BlockArgument before = op.getMatchingBlockArgument(init);
  auto floats = dyn_cast_if_present<arith::CmpFOp>(compare);
  auto integers = dyn_cast_if_present<arith::CmpIOp>(compare);
  bool isGreater =
      (floats && (floats.getPredicate() == arith::CmpFPredicate::OGT ||
                  floats.getPredicate() == arith::CmpFPredicate::UGT)) ||
      (integers && integers.getPredicate() == arith::CmpIPredicate::sgt);
  if (!isGreater || !loop || reductionLoops != ArrayRef(*loop) ||
      select.getFalseValue() != before ||
      !matchPattern(getFill(init->get()), m_Zero()) ||
      !isRunningMax(compare->getOperand(1), compare->getOperand(0)))
    return select.emitOpError("is not a reduction that graph has");
  FailureOr<Value> term = get(compare->getOperand(0));
  if (failed(term))
    return failure();
  SmallVector<int64_t> shape(getShape(*term));
  shape[*loop] = 1;
  Value place = graph::ArgMaxOp::create(
      emit.builder, emit.loc,
      RankedTensorType::get(shape, emit.builder.getI64Type()), *term, *loop,
      /*keepdims=*/true, /*last=*/false);
  return emit.cast(place, getGraphElementType(before.getType()));
}

FailureOr<Value> GenericImporter::emitReducedResult(unsigned index) {
  Value yielded = op.getBody()->getTerminator()->getOperand(index);
  BlockArgument before =
      op.getMatchingBlockArgument(op.getDpsInitOperand(index));
  Operation *combine = yielded.getDefiningOp();
  if (auto select = dyn_cast_if_present<arith::SelectOp>(combine))
    return emitArgMax(index, select);
  auto isBefore = [&](unsigned i) { return combine->getOperand(i) == before; };
  if (combine && combine->getNumOperands() == 2 && (isBefore(0) || isBefore(1)))
    return emitReduction(index, combine,
                         combine->getOperand(isBefore(0) ? 1 : 0));
  if (isa_and_present<math::FmaOp>(combine) && isBefore(2))
    return emitReduction(index, combine, Value());
  return op.emitOpError("result #")
         << index << " is not reduced by one op with its output";
}

} // namespace wafer::importer
