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
//   2. operands are brought to loop order through their indexing maps, when the
//      body first reads them; output maps must be projected permutations;
//   3. parallel loops only: the ops of the body become graph ops, and what it
//      yields is brought to the order of the output's map;
//   4. with reduction loops, a result must be `combine(out, term)`: see
//      LinalgReductions.cpp.
// %r = linalg.generic {maps = [(i, j) -> (i, j), (i, j) -> (i)], iterators =
//        ["parallel", "reduction"]} ins(%x) { %s = addf %in, %out }
//   ==> graph.reduce_sum %x axes [1], graph.reshape
//
//===----------------------------------------------------------------------===//

#include "LinalgGeneric.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace wafer::importer {

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
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction)
      reductionLoops.push_back(loop);
  for (unsigned i = 0; i < op.getNumDpsInits(); ++i)
    if (failed(
            checkOutputMap(op.getMatchingIndexingMap(op.getDpsInitOperand(i)))))
      return failure();
  return success();
}

/// Each point of the parallel loops writes one element of its own.
LogicalResult GenericImporter::checkOutputMap(AffineMap map) {
  if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
    return op.emitOpError("output map ")
           << AffineMapAttr::get(map)
           << " is not a projected permutation of the loops";
  for (auto [loop, extent] : llvm::enumerate(space.extents)) {
    bool isReduced = llvm::is_contained(reductionLoops, loop);
    if (extent != 1 && isReduced == map.isFunctionOfDim(loop))
      return op.emitOpError("output map ")
             << AffineMapAttr::get(map) << (isReduced ? " has" : " lacks")
             << (isReduced ? " reduction" : " parallel") << " loop " << loop;
  }
  return success();
}

LogicalResult GenericImporter::readOperand(BlockArgument argument) {
  OpOperand *operand = op.getMatchingOpOperand(argument);
  Value value = importer.lookup(operand->get());
  unsigned number = operand->getOperandNumber();
  if (!value && op.isDpsInit(operand))
    return op.emitOpError("reads output #")
           << number - op.getNumDpsInputs() << ", which is empty";
  if (!value)
    return op.emitOpError("operand #")
           << number << " has no elements that are known";
  AffineMap map = op.getMatchingIndexingMap(operand);
  Value read = space.fromOperand(emit, value, map);
  if (!read)
    return op.emitOpError("indexing map ")
           << AffineMapAttr::get(map) << " is not supported on "
           << value.getType();
  values[argument] = read;
  return success();
}

FailureOr<Value> GenericImporter::get(Value source) {
  if (Value value = values.lookup(source))
    return value;
  auto argument = dyn_cast<BlockArgument>(source);
  if (argument && argument.getOwner() == op.getBody()) {
    if (failed(readOperand(argument)))
      return failure();
    return values.lookup(source);
  }
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

FailureOr<Value> GenericImporter::emitExtract(tensor::ExtractOp extract) {
  Value table = importer.lookup(extract.getTensor());
  if (!table)
    return op.emitOpError("its body reads a tensor that is not known");
  SmallVector<Subscript> subscripts;
  for (auto [dim, source] : llvm::enumerate(extract.getIndices())) {
    Subscript subscript;
    int64_t size = getShape(table)[dim];
    std::optional<int64_t> loop = getLoopOfIndex(source);
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

LogicalResult GenericImporter::importResult(unsigned index) {
  OpOperand *init = op.getDpsInitOperand(index);
  Value result = op->getResult(index);
  SmallVector<int64_t> shape(space.extents);
  for (int64_t loop : reductionLoops)
    shape[loop] = 1;
  FailureOr<Value> value =
      reductionLoops.empty()
          ? get(op.getBody()->getTerminator()->getOperand(index))
          : emitReducedResult(index);
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
  if (failed(readLoops()))
    return failure();
  for (unsigned i = 0; i < op->getNumResults(); ++i)
    if (!op->getResult(i).use_empty() && failed(importResult(i)))
      return failure();
  return success();
}

static LogicalResult importFill(TensorImporter &importer, linalg::FillOp op) {
  TensorEmitter &emit = importer.emit;
  Value value = importer.lookup(op.getInputs().front());
  auto type = op->getNumResults() == 1
                  ? dyn_cast<RankedTensorType>(op->getResult(0).getType())
                  : RankedTensorType();
  if (!value || !type)
    return op.emitOpError("fills with a value that is not known");
  importer.define(
      op->getResult(0),
      emit.expand(emit.cast(value, type.getElementType()), type.getShape()));
  return success();
}

static LogicalResult importSoftmax(TensorImporter &importer,
                                   linalg::SoftmaxOp op) {
  Value input = importer.lookup(op.getInput());
  if (!input || op->getNumResults() != 1)
    return op.emitOpError("reads elements that are not known");
  TensorEmitter &emit = importer.emit;
  importer.define(
      op->getResult(0),
      graph::SoftmaxOp::create(emit.builder, emit.loc, input.getType(), input,
                               static_cast<int64_t>(op.getDimension())));
  return success();
}

LogicalResult importLinalg(TensorImporter &importer, Operation &op) {
  if (auto fill = dyn_cast<linalg::FillOp>(op))
    return importFill(importer, fill);
  if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op))
    return importSoftmax(importer, softmax);
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
