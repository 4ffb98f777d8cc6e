//===- TensorOps.cpp - ops of the tensor dialect -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorEmitter.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace wafer::importer {

static RankedTensorType getResultType(Operation &op) {
  return cast<RankedTensorType>(op.getResult(0).getType());
}

/// tensor.empty has no elements to read: its result stays without a value.
static LogicalResult importEmpty(TensorImporter &, Operation &) {
  return success();
}

static LogicalResult importReshape(TensorImporter &importer, Operation &op) {
  Value input = importer.lookup(op.getOperand(0));
  if (!input)
    return success();
  importer.define(op.getResult(0),
                  importer.emit.reshape(input, getResultType(op).getShape()));
  return success();
}

static LogicalResult importExtractSlice(TensorImporter &importer,
                                        Operation &op) {
  auto slice = cast<tensor::ExtractSliceOp>(op);
  Value input = importer.lookup(slice.getSource());
  if (!input)
    return success();
  for (ArrayRef<int64_t> values :
       {slice.getStaticOffsets(), slice.getStaticSizes(),
        slice.getStaticStrides()})
    if (llvm::any_of(values, ShapedType::isDynamic))
      return op.emitOpError(
          "has offsets, sizes or strides that are not constant");
  Value result =
      importer.emit.slice(input, slice.getStaticOffsets(),
                          slice.getStaticSizes(), slice.getStaticStrides());
  importer.define(op.getResult(0),
                  importer.emit.reshape(result, getResultType(op).getShape()));
  return success();
}

/// One dimension at most may be written in part.
static LogicalResult importInsertSlice(TensorImporter &importer,
                                       Operation &op) {
  auto slice = cast<tensor::InsertSliceOp>(op);
  TensorEmitter &emit = importer.emit;
  Value source = importer.lookup(slice.getSource());
  ArrayRef<int64_t> shape = slice.getDestType().getShape();
  ArrayRef<int64_t> offsets = slice.getStaticOffsets();
  ArrayRef<int64_t> sizes = slice.getStaticSizes();
  std::optional<int64_t> axis;
  bool isSupported = source && llvm::none_of(offsets, ShapedType::isDynamic) &&
                     llvm::none_of(sizes, ShapedType::isDynamic) &&
                     llvm::all_of(slice.getStaticStrides(),
                                  [](int64_t stride) { return stride == 1; });
  for (size_t dim = 0; isSupported && dim < shape.size(); ++dim)
    if (sizes[dim] != shape[dim]) {
      isSupported = !axis;
      axis = dim;
    }
  if (!isSupported)
    return op.emitOpError("is supported along one dimension, with constant "
                          "offsets and strides of 1");
  source = emit.reshape(source, sizes);
  if (!axis) {
    importer.define(op.getResult(0), source);
    return success();
  }
  Value dest = importer.lookup(slice.getDest());
  SmallVector<int64_t> starts(shape.size(), 0), ones(shape.size(), 1);
  SmallVector<int64_t> part(shape);
  SmallVector<Value> pieces;
  auto addPiece = [&](int64_t start, int64_t size) {
    starts[*axis] = start;
    part[*axis] = size;
    if (size > 0)
      pieces.push_back(dest ? emit.slice(dest, starts, part, ones) : Value());
  };
  addPiece(0, offsets[*axis]);
  pieces.push_back(source);
  int64_t end = offsets[*axis] + sizes[*axis];
  addPiece(end, shape[*axis] - end);
  Value result = emit.concat(pieces, *axis);
  if (!result)
    return op.emitOpError("writes a part of a tensor that is empty otherwise");
  importer.define(op.getResult(0), result);
  return success();
}

static LogicalResult importConcat(TensorImporter &importer, Operation &op) {
  SmallVector<Value> inputs;
  if (failed(importer.lookupAll(op, inputs)))
    return failure();
  importer.define(
      op.getResult(0),
      importer.emit.concat(
          inputs, static_cast<int64_t>(cast<tensor::ConcatOp>(op).getDim())));
  return success();
}

static LogicalResult importPad(TensorImporter &importer, Operation &op) {
  auto pad = cast<tensor::PadOp>(op);
  Value input = importer.lookup(pad.getSource());
  Value padding = pad.getConstantPaddingValue();
  Value value = padding ? importer.lookup(padding) : Value();
  if (padding && !value)
    return op.emitOpError("pads with a constant of its own body, expected one "
                          "from outside");
  auto isBad = [](int64_t size) { return size < 0; };
  if (!input || !value || llvm::any_of(pad.getStaticLow(), isBad) ||
      llvm::any_of(pad.getStaticHigh(), isBad))
    return op.emitOpError("is supported with constant sizes and one value");
  importer.define(op.getResult(0),
                  graph::PadOp::create(
                      importer.emit.builder, importer.emit.loc,
                      getResultType(op), input, value, graph::PadMode::Constant,
                      pad.getStaticLow(), pad.getStaticHigh()));
  return success();
}

static LogicalResult importSplat(TensorImporter &importer, Operation &op) {
  SmallVector<Value> inputs;
  if (failed(importer.lookupAll(op, inputs)))
    return failure();
  importer.define(
      op.getResult(0),
      importer.emit.expand(inputs.front(), getResultType(op).getShape()));
  return success();
}

static LogicalResult importFromElements(TensorImporter &importer,
                                        Operation &op) {
  SmallVector<Value> elements;
  if (failed(importer.lookupAll(op, elements)))
    return failure();
  for (Value &element : elements)
    element = importer.emit.reshape(element, {1});
  Value list = importer.emit.concat(elements, 0);
  if (!list)
    return op.emitOpError("has no elements");
  importer.define(op.getResult(0),
                  importer.emit.reshape(list, getResultType(op).getShape()));
  return success();
}

void addTensorImporters(TensorOpTable &table) {
  table[tensor::EmptyOp::getOperationName()] = importEmpty;
  table[tensor::ExpandShapeOp::getOperationName()] = importReshape;
  table[tensor::CollapseShapeOp::getOperationName()] = importReshape;
  table[tensor::ReshapeOp::getOperationName()] = importReshape;
  table[tensor::CastOp::getOperationName()] = importReshape;
  table[tensor::ExtractSliceOp::getOperationName()] = importExtractSlice;
  table[tensor::InsertSliceOp::getOperationName()] = importInsertSlice;
  table[tensor::ConcatOp::getOperationName()] = importConcat;
  table[tensor::PadOp::getOperationName()] = importPad;
  table[tensor::SplatOp::getOperationName()] = importSplat;
  table[tensor::FromElementsOp::getOperationName()] = importFromElements;
}

} // namespace wafer::importer
