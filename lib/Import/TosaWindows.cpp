//===- TosaWindows.cpp - TOSA's convolutions and pools ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// TOSA's images are N×D…×C, its filters F×K…×C (depthwise: K…×C×M, where the
// filters m of channel c follow each other); graph's are N×C×D… and F×C×K….
// A sequence of transpositions becomes one, so that those around a model that
// was N×C×D… from the start vanish.
//
//===----------------------------------------------------------------------===//

#include "TosaOps.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace wafer::importer {

static constexpr int64_t kNumDepthwiseDims = 4;

/// Channels from behind to the second place.
static Value toChannelsFirst(TensorEmitter &emit, Value value) {
  int64_t rank = getTensorType(value).getRank();
  SmallVector<int64_t> perm = {0, rank - 1};
  llvm::append_range(perm, llvm::seq<int64_t>(1, rank - 1));
  return emit.transpose(value, perm);
}

static Value toChannelsLast(TensorEmitter &emit, Value value) {
  if (!value)
    return {};
  int64_t rank = getTensorType(value).getRank();
  SmallVector<int64_t> perm = {0};
  llvm::append_range(perm, llvm::seq<int64_t>(2, rank));
  perm.push_back(1);
  return emit.transpose(value, perm);
}

static SmallVector<int64_t> toVector(ArrayRef<int64_t> values) {
  return SmallVector<int64_t>(values);
}

/// `pad` holds the places before and after, of each dimension in turn.
static Window makeWindow(ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                         ArrayRef<int64_t> pad, ArrayRef<int64_t> dilations) {
  Window window = {
      toVector(kernel), toVector(strides), {}, {}, toVector(dilations)};
  for (size_t i = 0; i + 1 < pad.size(); i += 2) {
    window.low.push_back(pad[i]);
    window.high.push_back(pad[i + 1]);
  }
  return window;
}

/// A convolution of the accumulator's type, with one number for all channels or
/// for each one added.
static LogicalResult defineConv(TensorImporter &importer, Operation &op,
                                Value input, Value filters, Value bias,
                                const Window &window, int64_t groups) {
  TensorEmitter &emit = importer.emit;
  Type elementType = getResultType(op).getElementType();
  Value result = emit.conv(toChannelsFirst(emit, emit.cast(input, elementType)),
                           emit.cast(filters, elementType), window, groups);
  // Channels are last again, where the bias stands.
  result = toChannelsLast(emit, result);
  return defineResult(
      importer, op,
      emit.binary<graph::AddOp>(result, emit.cast(bias, elementType)));
}

template <typename OpT>
static LogicalResult importConv(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op, /*firstZero=*/3);
  if (!operands.areValid)
    return failure();
  auto conv = cast<OpT>(op);
  Value filters = toChannelsFirst(importer.emit, operands[1]);
  Window window = makeWindow(getShape(filters).drop_front(2), conv.getStride(),
                             conv.getPad(), conv.getDilation());
  return defineConv(importer, op, operands[0], filters, operands[2], window,
                    /*groups=*/1);
}

static LogicalResult importDepthwiseConv(TensorImporter &importer,
                                         Operation &op) {
  TosaOperands operands(importer, op, /*firstZero=*/3);
  if (!operands.areValid)
    return failure();
  auto conv = cast<tosa::DepthwiseConv2DOp>(op);
  TensorEmitter &emit = importer.emit;
  SmallVector<int64_t> sizes(getShape(operands[1]));
  assert(sizes.size() == kNumDepthwiseDims && "the verifier asks for rank 4");
  int64_t channels = sizes[2];
  Value filters = emit.reshape(emit.transpose(operands[1], {2, 3, 0, 1}),
                               {channels * sizes[3], 1, sizes[0], sizes[1]});
  Window window = makeWindow({sizes[0], sizes[1]}, conv.getStride(),
                             conv.getPad(), conv.getDilation());
  return defineConv(importer, op, operands[0], filters, operands[2], window,
                    channels);
}

/// The input with `stride` - 1 zeros between its elements, in each dimension.
static Value spread(TensorEmitter &emit, Value input, Shape strides) {
  SmallVector<int64_t> shape(getShape(input));
  for (auto [i, stride] : llvm::enumerate(strides)) {
    size_t dim = i + 2;
    if (stride == 1 || shape[dim] == 0)
      continue;
    SmallVector<int64_t> split(shape), low(shape.size() + 1, 0), high(low);
    split.insert(split.begin() + dim + 1, 1);
    high[dim + 1] = stride - 1;
    Value zero = emit.scalar(getTensorType(input).getElementType(), 0);
    Value apart = emit.pad(emit.reshape(input, split), zero, low, high);
    shape[dim] *= stride;
    Value joined = emit.reshape(apart, shape);
    // None behind the last element.
    shape[dim] -= stride - 1;
    SmallVector<int64_t> zeros(shape.size(), 0), ones(shape.size(), 1);
    input = emit.slice(joined, zeros, shape, ones);
  }
  return input;
}

/// A transposed convolution is one of the spread input with mirrored filters.
static LogicalResult importTransposeConv(TensorImporter &importer,
                                         Operation &op) {
  TosaOperands operands(importer, op, /*firstZero=*/3);
  if (!operands.areValid)
    return failure();
  auto conv = cast<tosa::TransposeConv2DOp>(op);
  TensorEmitter &emit = importer.emit;
  Type elementType = getResultType(op).getElementType();
  Value filters = toChannelsFirst(emit, operands[1]);
  SmallVector<int64_t> sizes(getShape(filters));
  if (llvm::is_contained(sizes, 0))
    return op.emitOpError("has filters without elements");
  SmallVector<int64_t> starts = {0, 0, sizes[2] - 1, sizes[3] - 1};
  filters = emit.slice(filters, starts, sizes, {1, 1, -1, -1});
  constexpr int64_t kMaxStride = 1 << 16;
  for (int64_t stride : conv.getStride())
    if (stride > kMaxStride)
      return op.emitOpError("has a stride of ")
             << stride << ", expected " << kMaxStride << " at most";
  SmallVector<int64_t> pad = toVector(conv.getOutPad());
  for (size_t i = 0; i < pad.size(); ++i)
    pad[i] += sizes[2 + i / 2] - 1;
  Value input =
      spread(emit, toChannelsFirst(emit, emit.cast(operands[0], elementType)),
             conv.getStride());
  Window window = makeWindow({sizes[2], sizes[3]}, {1, 1}, pad, {1, 1});
  return defineConv(importer, op, toChannelsLast(emit, input), filters,
                    operands[2], window, /*groups=*/1);
}

static LogicalResult importMaxPool(TensorImporter &importer, Operation &op) {
  TosaOperands operands(importer, op);
  if (!operands.areValid)
    return failure();
  auto pool = cast<tosa::MaxPool2dOp>(op);
  if (pool.getNanMode() == tosa::NanPropagationMode::IGNORE)
    return op.emitOpError("is not supported where it ignores NaN");
  Window window = makeWindow(pool.getKernel(), pool.getStride(), pool.getPad(),
                             /*dilations=*/{1, 1});
  TensorEmitter &emit = importer.emit;
  return defineResult(
      importer, op,
      toChannelsLast(emit,
                     emit.maxPool(toChannelsFirst(emit, operands[0]), window)));
}

/// The mean of what is not padding.
static LogicalResult importAveragePool(TensorImporter &importer,
                                       Operation &op) {
  TosaOperands operands(importer, op, /*firstZero=*/1);
  if (!operands.areValid)
    return failure();
  auto pool = cast<tosa::AvgPool2dOp>(op);
  TensorEmitter &emit = importer.emit;
  if (!isa<FloatType>(getTensorType(operands[0]).getElementType()))
    return op.emitOpError("is supported on floats, found ")
           << operands[0].getType();
  Window window = makeWindow(pool.getKernel(), pool.getStride(), pool.getPad(),
                             /*dilations=*/{1, 1});
  return defineResult(
      importer, op,
      toChannelsLast(emit, emit.averagePool(toChannelsFirst(emit, operands[0]),
                                            window, /*countPadding=*/false)));
}

void addTosaWindowImporters(TensorOpTable &table) {
  table["tosa.avg_pool2d"] = importAveragePool;
  table["tosa.conv2d"] = importConv<tosa::Conv2DOp>;
  table["tosa.conv3d"] = importConv<tosa::Conv3DOp>;
  table["tosa.depthwise_conv2d"] = importDepthwiseConv;
  table["tosa.max_pool2d"] = importMaxPool;
  table["tosa.resize"] = importResize;
  table["tosa.transpose_conv2d"] = importTransposeConv;
}

} // namespace wafer::importer
