//===- LinalgImport.cpp - structured ops of linalg -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A structured op says what happens at one point of an iteration space. Here
// its body is emitted once for all points, on tensors with a dimension for each
// loop, of size 1 where a value does not depend on the loop:
//   1. a named op is turned into linalg.generic, so that matmul, transpose,
//      broadcast, reduce ... are one case;
//   2. operands are brought to loop order through their indexing maps, which
//      must be projected permutations (each subscript a loop or 0);
//   3. parallel loops only: the ops of the body become graph ops, and what it
//      yields is brought to the order of the output's map;
//   4. with reduction loops, a result must be `combine(out, term)`: the term
//      becomes graph ops, then a graph reduction; a sum of products of two
//      tensors becomes graph.matmul (emitContraction).
// %r = linalg.generic {maps = [(i, j) -> (i, j), (i, j) -> (i)], iterators =
//        ["parallel", "reduction"]} ins(%x) { %s = addf %in, %out }
//   ==> graph.reduce_sum %x axes [1], graph.reshape
//
//===----------------------------------------------------------------------===//

#include "LinalgLoops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace wafer::importer {

namespace {

/// The body of one linalg.generic on its way to graph ops.
class GenericImporter {
public:
  GenericImporter(TensorImporter &importer, linalg::GenericOp op)
      : importer(importer), emit(importer.emit), op(op) {}

  LogicalResult run();

private:
  TensorImporter &importer;
  TensorEmitter &emit;
  linalg::GenericOp op;
  LoopSpace space;
  SmallVector<int64_t> reductionLoops;
  /// Values of the body (in loop order) by what they were.
  DenseMap<Value, Value> values;

  LogicalResult readLoops();
  LogicalResult defineInputs();
  LogicalResult defineOutput(unsigned index);
  FailureOr<Value> get(Value source);
  LogicalResult emitOp(Operation &inner);
  FailureOr<Value> emitExtract(tensor::ExtractOp extract);
  LogicalResult importResult(unsigned index);
  FailureOr<Value> emitReduction(unsigned index, Operation *combine,
                                 Value term);
  FailureOr<Value> emitArgMax(unsigned index, arith::SelectOp select);
  Value emitProductSum(Value term);
  bool isNeutral(Value init, Operation *combine) const;
};

} // namespace

LogicalResult GenericImporter::readLoops() {
  // get() descends from the yielded values.
  constexpr size_t kMaxBodyOps = 1000;
  if (op.getBody()->getOperations().size() > kMaxBodyOps)
    return op.emitOpError("has a body of more than ") << kMaxBodyOps << " ops";
  for (int64_t extent : op.getStaticLoopRanges()) {
    if (ShapedType::isDynamic(extent))
      return op.emitOpError("has a loop of dynamic extent");
    space.extents.push_back(extent);
  }
  for (AffineMap map : op.getIndexingMapsArray())
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return op.emitOpError("indexing map ")
             << AffineMapAttr::get(map)
             << " is not a projected permutation of the loops";
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction)
      reductionLoops.push_back(loop);
  return success();
}

LogicalResult GenericImporter::defineInputs() {
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    if (argument.use_empty())
      continue;
    Value value = importer.lookup(operand->get());
    if (!value)
      return op.emitOpError("operand #") << operand->getOperandNumber()
                                         << " has no elements that are known";
    values[argument] =
        space.fromOperand(emit, value, op.getMatchingIndexingMap(operand));
  }
  return success();
}

/// The output's elements before the op, for bodies that read them.
LogicalResult GenericImporter::defineOutput(unsigned index) {
  OpOperand *operand = op.getDpsInitOperand(index);
  BlockArgument argument = op.getMatchingBlockArgument(operand);
  if (argument.use_empty() || values.count(argument))
    return success();
  Value value = importer.lookup(operand->get());
  if (!value)
    return op.emitOpError("reads output #") << index << ", which is empty";
  values[argument] =
      space.fromOperand(emit, value, op.getMatchingIndexingMap(operand));
  return success();
}

/// Emits what `source` depends on, in the body or around it.
FailureOr<Value> GenericImporter::get(Value source) {
  if (Value value = values.lookup(source))
    return value;
  Operation *inner = source.getDefiningOp();
  if (!inner || inner->getBlock() != op.getBody()) {
    Value value = importer.lookup(source);
    if (!value)
      return op.emitOpError("its body reads a value that is not known");
    return value;
  }
  if (failed(emitOp(*inner)))
    return failure();
  return values.lookup(source);
}

LogicalResult GenericImporter::emitOp(Operation &inner) {
  Value result;
  if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
    int64_t loop = index.getDim();
    result = emit.iota(space.extents[loop], loop, space.extents.size());
  } else if (auto extract = dyn_cast<tensor::ExtractOp>(inner)) {
    FailureOr<Value> element = emitExtract(extract);
    if (failed(element))
      return failure();
    result = *element;
  } else {
    SmallVector<Value> operands;
    for (Value operand : inner.getOperands()) {
      FailureOr<Value> value = get(operand);
      if (failed(value))
        return failure();
      operands.push_back(*value);
    }
    if (auto constant = dyn_cast<arith::ConstantOp>(inner))
      result = emit.constant(DenseElementsAttr::get(
          RankedTensorType::get({}, getGraphElementType(constant.getType())),
          constant.getValue()));
    else
      result = emitScalarOp(emit, inner, operands);
  }
  if (!result)
    return inner.emitOpError("is not supported in the body of ")
           << op->getName();
  values[inner.getResult(0)] = result;
  return success();
}

/// True for a subscript that is loop `loop` over all of a dimension.
static std::optional<int64_t> getLoop(Value subscript) {
  while (auto cast = subscript.getDefiningOp<arith::IndexCastOp>())
    subscript = cast.getIn();
  if (auto index = subscript.getDefiningOp<linalg::IndexOp>())
    return static_cast<int64_t>(index.getDim());
  return std::nullopt;
}

FailureOr<Value> GenericImporter::emitExtract(tensor::ExtractOp extract) {
  Value table = importer.lookup(extract.getTensor());
  if (!table)
    return op.emitOpError("its body reads a tensor that is not known");
  SmallVector<Subscript> subscripts;
  for (auto [dim, source] : llvm::enumerate(extract.getIndices())) {
    Subscript subscript;
    int64_t size = getShape(table)[dim];
    std::optional<int64_t> loop = getLoop(source);
    if (matchPattern(source, m_Zero()) && size == 1) {
      subscript.isOnly = true;
    } else if (loop && size == space.extents[*loop]) {
      subscript.loop = loop;
    } else {
      FailureOr<Value> value = get(source);
      if (failed(value))
        return failure();
      subscript.computed = *value;
    }
    subscripts.push_back(subscript);
  }
  return space.gather(emit, table, subscripts);
}

/// True if `init` is filled with the element that changes nothing.
bool GenericImporter::isNeutral(Value init, Operation *combine) const {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  if (!fill)
    return false;
  Value value = fill.getInputs().front();
  if (isa<arith::AddFOp, arith::AddIOp, arith::OrIOp>(combine))
    return matchPattern(value, m_AnyZeroFloat()) ||
           matchPattern(value, m_Zero());
  if (isa<arith::MulFOp, arith::MulIOp>(combine))
    return matchPattern(value, m_OneFloat()) || matchPattern(value, m_One());
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(combine))
    return matchPattern(value, m_NegInfFloat());
  if (isa<arith::MinimumFOp, arith::MinNumFOp>(combine))
    return matchPattern(value, m_PosInfFloat());
  return false;
}

/// A sum of products of two tensors as a matrix product; null if `term` is
/// another one.
Value GenericImporter::emitProductSum(Value term) {
  Operation *product = term.getDefiningOp();
  if (!product || product->getBlock() != op.getBody() ||
      !isa<arith::MulFOp, arith::MulIOp>(product))
    return {};
  FailureOr<Value> lhs = get(product->getOperand(0));
  FailureOr<Value> rhs = get(product->getOperand(1));
  if (failed(lhs) || failed(rhs))
    return {};
  return space.contract(emit, *lhs, *rhs, reductionLoops);
}

FailureOr<Value>
GenericImporter::emitReduction(unsigned index, Operation *combine, Value term) {
  bool isSum = isa<arith::AddFOp, arith::AddIOp>(combine);
  Value reduced = isSum ? emitProductSum(term) : Value();
  if (!reduced) {
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
    if (isSum)
      reduced = emit.reduce<graph::ReduceSumOp>(full, reductionLoops);
    else if (isa<arith::MulFOp, arith::MulIOp>(combine))
      reduced = emit.reduce<graph::ReduceProdOp>(full, reductionLoops);
    else if (isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp>(combine))
      reduced = emit.reduce<graph::ReduceMaxOp>(full, reductionLoops);
    else if (isa<arith::MinimumFOp, arith::MinNumFOp, arith::MinSIOp>(combine))
      reduced = emit.reduce<graph::ReduceMinOp>(full, reductionLoops);
    else if (isa<arith::AndIOp, arith::OrIOp>(combine) &&
             getTensorType(full).getElementType().isInteger(1))
      reduced = emit.reduceBools(full, reductionLoops,
                                 /*isAnd=*/isa<arith::AndIOp>(combine));
  }
  if (!reduced)
    return combine->emitOpError("is not a reduction that graph has");
  OpOperand *init = op.getDpsInitOperand(index);
  if (isNeutral(init->get(), combine))
    return reduced;
  if (failed(defineOutput(index)))
    return failure();
  Value before = values.lookup(op.getMatchingBlockArgument(init));
  Value result = emitScalarOp(emit, *combine, {before, reduced});
  if (!result)
    return combine->emitOpError("cannot take an initial value");
  return result;
}

/// select(x > best, index, out): the place of the largest x so far.
FailureOr<Value> GenericImporter::emitArgMax(unsigned index,
                                             arith::SelectOp select) {
  Operation *compare = select.getCondition().getDefiningOp();
  std::optional<int64_t> loop = getLoop(select.getTrueValue());
  BlockArgument before =
      op.getMatchingBlockArgument(op.getDpsInitOperand(index));
  auto floats = dyn_cast_if_present<arith::CmpFOp>(compare);
  auto integers = dyn_cast_if_present<arith::CmpIOp>(compare);
  bool isGreater =
      (floats && (floats.getPredicate() == arith::CmpFPredicate::OGT ||
                  floats.getPredicate() == arith::CmpFPredicate::UGT)) ||
      (integers && integers.getPredicate() == arith::CmpIPredicate::sgt);
  if (!isGreater || !loop || reductionLoops != ArrayRef(*loop) ||
      select.getFalseValue() != before)
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
  return emit.cast(place, before.getType());
}

LogicalResult GenericImporter::importResult(unsigned index) {
  OpOperand *init = op.getDpsInitOperand(index);
  BlockArgument before = op.getMatchingBlockArgument(init);
  Value result = op->getResult(index);
  Value yielded = op.getBody()->getTerminator()->getOperand(index);
  SmallVector<int64_t> shape(space.extents);
  FailureOr<Value> value = failure();
  if (reductionLoops.empty()) {
    value = get(yielded);
  } else {
    for (int64_t loop : reductionLoops)
      shape[loop] = 1;
    Operation *combine = yielded.getDefiningOp();
    auto isBefore = [&](unsigned i) {
      return combine->getOperand(i) == before;
    };
    if (auto select = dyn_cast_if_present<arith::SelectOp>(combine))
      value = emitArgMax(index, select);
    else if (combine && combine->getNumOperands() == 2 &&
             (isBefore(0) || isBefore(1)))
      value = emitReduction(index, combine,
                            combine->getOperand(isBefore(0) ? 1 : 0));
    else
      return op.emitOpError("result #")
             << index << " is not reduced by one op with its output";
  }
  if (failed(value))
    return failure();
  if (!*value)
    return op.emitOpError("is not supported");
  importer.define(
      result, space.toResult(emit, *value, op.getMatchingIndexingMap(init),
                             cast<RankedTensorType>(result.getType()), shape));
  return success();
}

LogicalResult GenericImporter::run() {
  if (failed(readLoops()) || failed(defineInputs()))
    return failure();
  for (unsigned i = 0; i < op.getNumDpsInits(); ++i)
    if (reductionLoops.empty() && failed(defineOutput(i)))
      return failure();
  for (unsigned i = 0; i < op->getNumResults(); ++i)
    if (!op->getResult(i).use_empty() && failed(importResult(i)))
      return failure();
  return success();
}

LogicalResult importLinalg(TensorImporter &importer, Operation &op) {
  TensorEmitter &emit = importer.emit;
  if (auto fill = dyn_cast<linalg::FillOp>(op)) {
    Value value = importer.lookup(fill.getInputs().front());
    auto type = dyn_cast<RankedTensorType>(op.getResult(0).getType());
    if (!value || !type)
      return op.emitOpError("fills with a value that is not known");
    importer.define(
        op.getResult(0),
        emit.expand(emit.cast(value, type.getElementType()), type.getShape()));
    return success();
  }
  auto structured = cast<linalg::LinalgOp>(op);
  if (!structured.hasPureTensorSemantics())
    return op.emitOpError("works on buffers, expected tensors");
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return GenericImporter(importer, generic).run();
  IRRewriter rewriter(&op);
  FailureOr<linalg::GenericOp> generic =
      linalg::generalizeNamedOp(rewriter, structured);
  if (failed(generic))
    return op.emitOpError("is not supported");
  return GenericImporter(importer, *generic).run();
}

} // namespace wafer::importer
