//===- TosaResize.cpp - TOSA's resize as gathers and weights ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Place o of the result lies at (o·d + offset)/n of the operand, where n/d is
// the scale. Nearest takes the element there, halves upwards; bilinear weighs
// the elements on both sides by how near they are. Places outside are those of
// the border. Both are separable: one dimension after the other.
//
//===----------------------------------------------------------------------===//

#include "TosaOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace wafer::importer {
namespace {

/// How the places of one dimension are found.
struct Resampling {
  int64_t dim, inputSize, outputSize, numerator, denominator, offset;
};

} // namespace

/// `input` at `places` of a dimension.
static Value pick(TensorEmitter &emit, Value input, int64_t dim,
                  ArrayRef<int64_t> places) {
  auto type = RankedTensorType::get({static_cast<int64_t>(places.size())},
                                    emit.builder.getI64Type());
  return emit.gather(input, emit.constant(DenseElementsAttr::get(type, places)),
                     dim);
}

static Value resample(TensorEmitter &emit, Value input,
                      const Resampling &resampling, bool isNearest) {
  SmallVector<int64_t> first, second;
  SmallVector<double> fractions;
  auto clamp = [&](int64_t place) {
    return std::clamp<int64_t>(place, 0, resampling.inputSize - 1);
  };
  for (int64_t o = 0; o < resampling.outputSize; ++o) {
    int64_t position = o * resampling.denominator + resampling.offset;
    int64_t place = llvm::divideFloorSigned(position, resampling.numerator);
    double fraction =
        static_cast<double>(position - place * resampling.numerator) /
        static_cast<double>(resampling.numerator);
    first.push_back(clamp(isNearest && fraction >= 0.5 ? place + 1 : place));
    second.push_back(clamp(place + 1));
    fractions.push_back(fraction);
  }
  Value near = pick(emit, input, resampling.dim, first);
  bool isExact = llvm::all_of(fractions, [](double f) { return f == 0; });
  if (isNearest || isExact)
    return near;
  auto type = cast<FloatType>(getTensorType(input).getElementType());
  SmallVector<Attribute> weights;
  for (double fraction : fractions)
    weights.push_back(emit.builder.getFloatAttr(type, fraction));
  SmallVector<int64_t> shape(getTensorType(input).getRank(), 1);
  shape[resampling.dim] = resampling.outputSize;
  Value weight = emit.constant(
      DenseElementsAttr::get(RankedTensorType::get(shape, type), weights));
  Value far = pick(emit, input, resampling.dim, second);
  Value rest = emit.binary<graph::SubOp>(emit.scalar(type, 1), weight);
  return emit.binary<graph::AddOp>(emit.binary<graph::MulOp>(near, rest),
                                   emit.binary<graph::MulOp>(far, weight));
}

LogicalResult importResize(TensorImporter &importer, Operation &op) {
  TensorEmitter &emit = importer.emit;
  auto resize = cast<tosa::ResizeOp>(op);
  Value input = importer.lookup(op.getOperand(0));
  FailureOr<SmallVector<int64_t>> scale = getShapeOperand(op, 1),
                                  offset = getShapeOperand(op, 2);
  if (!input || failed(scale) || failed(offset))
    return failure();
  bool isNearest = resize.getMode() == tosa::ResizeMode::NEAREST_NEIGHBOR;
  Type elementType = getTensorType(input).getElementType();
  if (!isNearest && !isa<FloatType>(elementType))
    return op.emitOpError("by weights is supported on floats, found ")
           << input.getType();
  constexpr int64_t kMaxNumber = int64_t(1) << 20;
  for (int64_t value : *scale)
    if (value <= 0 || value > kMaxNumber)
      return op.emitOpError("has a scale of ")
             << value << ", expected 1 to " << kMaxNumber;
  for (int64_t i : {0, 1}) {
    int64_t dim = i + 1;
    Resampling resampling = {dim,
                             getShape(input)[dim],
                             getResultType(op).getDimSize(dim),
                             (*scale)[2 * i],
                             (*scale)[2 * i + 1],
                             (*offset)[i]};
    if (resampling.inputSize == 0 || std::abs(resampling.offset) > kMaxNumber ||
        resampling.outputSize > INT32_MAX)
      return op.emitOpError("resizes dimension ")
             << dim << " of " << input.getType() << " by offset "
             << resampling.offset;
    input = resample(emit, input, resampling, isNearest);
  }
  return defineResult(importer, op, input);
}

} // namespace wafer::importer
