//===- TensorOps.cpp - ops of the tensor dialect -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TensorEmitter.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/Sequence.h"

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

/// `dest` with `source` at every `stride`-th place of `axis` from `offset` on.
static Value insertAlong(TensorEmitter &emit, Value dest, Value source,
                         int64_t axis, int64_t offset, int64_t stride) {
  SmallVector<int64_t> sizes(getShape(dest));
  int64_t size = sizes[axis], count = getShape(source)[axis];
  if (count == size)
    return source;
  if (count == 0)
    return dest;
  if (stride == 1) {
    SmallVector<int64_t> starts(sizes.size(), 0), ones(sizes.size(), 1);
    SmallVector<Value> pieces;
    auto addPiece = [&](int64_t start, int64_t end) {
      starts[axis] = start;
      sizes[axis] = end - start;
      if (end > start)
        pieces.push_back(emit.slice(dest, starts, sizes, ones));
    };
    addPiece(0, offset);
    pieces.push_back(source);
    addPiece(offset + count, size);
    return emit.concat(pieces, axis);
  }
  // Both one after the other, then each place from where its element is.
  SmallVector<int64_t> places = llvm::to_vector(llvm::seq<int64_t>(0, size));
  for (int64_t i = 0; i < count; ++i)
    places[offset + i * stride] = size + i;
  auto type = RankedTensorType::get({size}, emit.builder.getI64Type());
  return emit.gather(
      emit.concat({dest, source}, axis),
      emit.constant(DenseElementsAttr::get(type, ArrayRef(places))), axis);
}

namespace {

/// The place of a slice in a tensor.
struct SlicePlace {
  ArrayRef<int64_t> offsets, sizes, strides;
};

} // namespace

/// `dest` with `source` in a slice whose dimensions before `axis` are whole.
static Value insertSlice(TensorEmitter &emit, Value dest, Value source,
                         const SlicePlace &place, size_t axis) {
  if (axis == place.sizes.size() || !dest || !source)
    return source;
  // The part of dest that the slice lies in, changed along the dimensions that
  // follow, takes the place of the old one.
  SmallVector<int64_t> starts(place.sizes.size(), 0), steps(starts.size(), 1);
  SmallVector<int64_t> part(getShape(dest));
  starts[axis] = place.offsets[axis];
  steps[axis] = place.strides[axis];
  part[axis] = place.sizes[axis];
  bool isRestWhole = part == place.sizes;
  Value inner = isRestWhole
                    ? source
                    : insertSlice(emit, emit.slice(dest, starts, part, steps),
                                  source, place, axis + 1);
  return insertAlong(emit, dest, inner, axis, place.offsets[axis],
                     place.strides[axis]);
}

static LogicalResult importInsertSlice(TensorImporter &importer,
                                       Operation &op) {
  auto slice = cast<tensor::InsertSliceOp>(op);
  TensorEmitter &emit = importer.emit;
  Value source = importer.lookup(slice.getSource());
  SlicePlace place = {slice.getStaticOffsets(), slice.getStaticSizes(),
                      slice.getStaticStrides()};
  for (ArrayRef<int64_t> values : {place.offsets, place.sizes, place.strides})
    if (llvm::any_of(values, ShapedType::isDynamic))
      return op.emitOpError(
          "has offsets, sizes or strides that are not constant");
  if (!source)
    return op.emitOpError("inserts a tensor that is empty");
  RankedTensorType type = slice.getDestType();
  Value dest = importer.lookup(slice.getDest());
  // Any elements will do where none are known.
  if (!dest)
    dest = emit.expand(emit.scalar(type.getElementType(), 0), type.getShape());
  importer.define(op.getResult(0),
                  insertSlice(emit, dest, emit.reshape(source, place.sizes),
                              place, /*axis=*/0));
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
  TensorEmitter &emit = importer.emit;
  Value input = importer.lookup(pad.getSource());
  Value padding = pad.getConstantPaddingValue();
  Value value = padding ? importer.lookup(padding) : Value();
  // The constant may stand in the body.
  TypedAttr constant;
  if (padding && !value && matchPattern(padding, m_Constant(&constant)))
    value = emit.constant(
        DenseElementsAttr::get(RankedTensorType::get({}, constant.getType()),
                               ArrayRef<Attribute>(constant)));
  Value result =
      emit.pad(input, value, pad.getStaticLow(), pad.getStaticHigh());
  if (!result)
    return op.emitOpError("is supported with constant sizes and one value");
  importer.define(op.getResult(0), result);
  return success();
}

/// The dimensions that are indexed come first, in the order of the indices.
static LogicalResult importGather(TensorImporter &importer, Operation &op) {
  auto gather = cast<tensor::GatherOp>(op);
  SmallVector<Value> operands;
  if (failed(importer.lookupAll(op, operands)))
    return failure();
  TensorEmitter &emit = importer.emit;
  SmallVector<int64_t> perm(gather.getGatherDims());
  for (int64_t dim = 0; dim < gather.getSourceType().getRank(); ++dim)
    if (!llvm::is_contained(gather.getGatherDims(), dim))
      perm.push_back(dim);
  Value table = emit.transpose(operands[0], perm);
  SmallVector<int64_t> shape(getShape(operands[1]).drop_back());
  llvm::append_range(shape,
                     getShape(table).drop_front(gather.getGatherDims().size()));
  Value rows = graph::GatherNDOp::create(
      emit.builder, emit.loc, getTensorType(table).clone(shape), table,
      emit.cast(operands[1], emit.builder.getI64Type()), /*batch_dims=*/0);
  // Indexed dimensions may stay as 1 between the others, which are in order.
  importer.define(op.getResult(0),
                  emit.reshape(rows, getResultType(op).getShape()));
  return success();
}

static LogicalResult importDim(TensorImporter &importer, Operation &op) {
  auto dim = cast<tensor::DimOp>(op);
  std::optional<int64_t> index = dim.getConstantIndex();
  auto type = dyn_cast<RankedTensorType>(dim.getSource().getType());
  if (!index || !type || *index < 0 || *index >= type.getRank() ||
      type.isDynamicDim(*index))
    return op.emitOpError("asks for a dimension that is not constant");
  TensorEmitter &emit = importer.emit;
  auto scalar = RankedTensorType::get({}, emit.builder.getI64Type());
  importer.define(op.getResult(0), emit.constant(DenseElementsAttr::get(
                                       scalar, type.getDimSize(*index))));
  return success();
}

/// One element, at places that may be computed.
static LogicalResult importExtract(TensorImporter &importer, Operation &op) {
  SmallVector<Value> operands;
  if (failed(importer.lookupAll(op, operands)))
    return failure();
  TensorEmitter &emit = importer.emit;
  Value element = operands.front();
  for (Value place : llvm::drop_begin(operands))
    element = emit.gather(element, place, /*axis=*/0);
  importer.define(op.getResult(0), element);
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
  table[tensor::DimOp::getOperationName()] = importDim;
  table[tensor::ExtractOp::getOperationName()] = importExtract;
  table[tensor::GatherOp::getOperationName()] = importGather;
  table[tensor::ConcatOp::getOperationName()] = importConcat;
  table[tensor::PadOp::getOperationName()] = importPad;
  table[tensor::SplatOp::getOperationName()] = importSplat;
  table[tensor::FromElementsOp::getOperationName()] = importFromElements;
}

} // namespace wafer::importer
