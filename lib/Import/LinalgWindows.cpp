//===- LinalgWindows.cpp - convolutions and pools of linalg ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Whether a structured op is a convolution or a pool, and in which layout,
// follows from its maps alone:
//   1. a subscript stride·o + dilation·k, of a parallel and a reduction loop,
//      is a spatial dimension; a scaled parallel loop is one with a kernel of
//      1;
//   2. a convolution's other loops stand for the batch (image and result), for
//      groups (all three), for filters (filters and result), or for channels
//      (image and filters, reduced); each kind may have none or several loops;
//   3. both operands are brought to the layout of graph.conv, N×(G·C)×D… and
//      (G·F)×C×K…, and the result's dimensions back to loop order.
// A pool has a batch only, which becomes its channels.
//
//===----------------------------------------------------------------------===//

#include "LinalgWindows.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace wafer::importer {
namespace {

/// One spatial dimension of an image.
struct SpatialDim {
  /// Of the image.
  int64_t dim;
  int64_t outputLoop;
  std::optional<int64_t> kernelLoop;
  int64_t stride, dilation;
};

/// How the dimensions of an image are read.
struct ImageDims {
  SmallVector<SpatialDim> spatial;
  /// (loop, dimension) of those read by a loop alone.
  SmallVector<std::pair<int64_t, int64_t>> plain;

  std::optional<int64_t> find(int64_t loop) const {
    for (auto [plainLoop, dim] : plain)
      if (plainLoop == loop)
        return dim;
    return std::nullopt;
  }
};

/// The loops of a convolution by what they stand for.
struct ConvolutionLoops {
  SmallVector<int64_t> batch, groups, filters, channels;
};

} // namespace

/// A term factor·loop of a linear expression.
using Terms = SmallVector<std::pair<int64_t, int64_t>>;

/// Splits a sum of loops with factors; false for other expressions.
static bool readTerms(AffineExpr expr, int64_t factor, Terms &terms) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    terms.push_back({factor, dim.getPosition()});
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return readTerms(binary.getLHS(), factor, terms) &&
           readTerms(binary.getRHS(), factor, terms);
  auto scale = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return expr.getKind() == AffineExprKind::Mul && scale &&
         readTerms(binary.getLHS(), factor * scale.getValue(), terms);
}

/// The dimensions of an image; none if it is not read through windows, or a
/// loop stands in two of them.
static std::optional<ImageDims> readImage(AffineMap map,
                                          ArrayRef<int64_t> reductionLoops) {
  ImageDims image;
  SmallVector<int64_t> seen;
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    Terms terms;
    if (!readTerms(expr, 1, terms) || terms.size() > 2)
      return std::nullopt;
    SpatialDim spatial = {static_cast<int64_t>(dim), -1, std::nullopt, 1, 1};
    for (auto [factor, loop] : terms) {
      if (factor <= 0 || llvm::is_contained(seen, loop))
        return std::nullopt;
      seen.push_back(loop);
      if (!llvm::is_contained(reductionLoops, loop)) {
        if (spatial.outputLoop >= 0)
          return std::nullopt;
        spatial.outputLoop = loop;
        spatial.stride = factor;
      } else if (spatial.kernelLoop) {
        return std::nullopt;
      } else {
        spatial.kernelLoop = loop;
        spatial.dilation = factor;
      }
    }
    if (terms.size() == 1 && terms.front().first == 1)
      image.plain.push_back({terms.front().second, dim});
    else if (spatial.outputLoop >= 0)
      image.spatial.push_back(spatial);
    else
      return std::nullopt;
  }
  if (image.spatial.empty())
    return std::nullopt;
  return image;
}

static Window getWindow(const LoopSpace &space, const ImageDims &image) {
  Window window;
  for (const SpatialDim &dim : image.spatial) {
    window.kernel.push_back(dim.kernelLoop ? space.extents[*dim.kernelLoop]
                                           : 1);
    window.strides.push_back(dim.stride);
    window.dilations.push_back(dim.dilation);
  }
  window.low.assign(image.spatial.size(), 0);
  window.high = window.low;
  return window;
}

/// The image with the dimensions of each group of loops as one, before the
/// spatial ones, which are cut to the places that are read.
static Value arrangeImage(TensorEmitter &emit, const LoopSpace &space,
                          Value value, const ImageDims &image,
                          ArrayRef<SmallVector<int64_t>> groups) {
  SmallVector<int64_t> sizes(getShape(value)), perm, shape;
  SmallVector<int64_t> zeros(sizes.size(), 0), ones(sizes.size(), 1);
  for (const SpatialDim &dim : image.spatial) {
    int64_t reach = dim.kernelLoop ? space.extents[*dim.kernelLoop] : 1;
    sizes[dim.dim] = (space.extents[dim.outputLoop] - 1) * dim.stride +
                     (reach - 1) * dim.dilation + 1;
  }
  for (const SmallVector<int64_t> &group : groups) {
    int64_t size = 1;
    for (int64_t loop : group) {
      perm.push_back(*image.find(loop));
      size *= space.extents[loop];
    }
    shape.push_back(size);
  }
  for (const SpatialDim &dim : image.spatial) {
    perm.push_back(dim.dim);
    shape.push_back(sizes[dim.dim]);
  }
  value = emit.slice(value, zeros, sizes, ones);
  return emit.reshape(emit.transpose(value, perm), shape);
}

/// The result of a window op, whose dimensions are those of `loops` and then
/// the spatial ones, in loop order.
static Value toLoopOrder(TensorEmitter &emit, const LoopSpace &space,
                         Value value, SmallVector<int64_t> loops,
                         const ImageDims &image) {
  for (const SpatialDim &dim : image.spatial)
    loops.push_back(dim.outputLoop);
  SmallVector<int64_t> shape;
  for (int64_t loop : loops)
    shape.push_back(space.extents[loop]);
  return space.fromLoops(emit, emit.reshape(value, shape), loops);
}

/// Sorts all loops but the spatial ones; none if one has no part in a
/// convolution. `filterDims` holds the dimension of the filters that each loop
/// reads.
static std::optional<ConvolutionLoops>
sortLoopsByKind(const LoopSpace &space, ArrayRef<int64_t> reductionLoops,
                const ImageDims &image,
                const llvm::SmallDenseMap<int64_t, int64_t> &filterDims) {
  ConvolutionLoops loops;
  SmallVector<int64_t> spatialLoops;
  for (const SpatialDim &dim : image.spatial) {
    spatialLoops.push_back(dim.outputLoop);
    if (filterDims.contains(dim.outputLoop))
      return std::nullopt;
    if (!dim.kernelLoop)
      continue;
    spatialLoops.push_back(*dim.kernelLoop);
    if (!filterDims.contains(*dim.kernelLoop))
      return std::nullopt;
  }
  for (int64_t loop = 0, e = space.extents.size(); loop < e; ++loop) {
    if (llvm::is_contained(spatialLoops, loop))
      continue;
    bool isReduced = llvm::is_contained(reductionLoops, loop);
    bool isInImage = image.find(loop).has_value();
    bool isInFilters = filterDims.contains(loop);
    if (isReduced && isInImage && isInFilters)
      loops.channels.push_back(loop);
    else if (isReduced || (!isInImage && !isInFilters))
      return std::nullopt;
    else if (isInImage && isInFilters)
      loops.groups.push_back(loop);
    else
      (isInImage ? loops.batch : loops.filters).push_back(loop);
  }
  return loops;
}

static Value emitConvolution(TensorEmitter &emit, const LoopSpace &space,
                             ArrayRef<int64_t> reductionLoops,
                             const WindowOperand &input,
                             const WindowOperand &filters) {
  std::optional<ImageDims> image = readImage(input.map, reductionLoops);
  if (!image || llvm::is_contained(space.extents, 0))
    return {};
  llvm::SmallDenseMap<int64_t, int64_t> filterDims;
  for (auto [dim, expr] : llvm::enumerate(filters.map.getResults())) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    if (!loop || !filterDims.try_emplace(loop.getPosition(), dim).second)
      return {};
  }
  std::optional<ConvolutionLoops> loops =
      sortLoopsByKind(space, reductionLoops, *image, filterDims);
  if (!loops)
    return {};
  auto count = [&](ArrayRef<int64_t> group) {
    int64_t size = 1;
    for (int64_t loop : group)
      size *= space.extents[loop];
    return size;
  };
  SmallVector<int64_t> inputChannels(loops->groups);
  llvm::append_range(inputChannels, loops->channels);
  Value x = arrangeImage(emit, space, input.value, *image,
                         {loops->batch, inputChannels});
  Window window = getWindow(space, *image);
  SmallVector<int64_t> perm,
      shape = {count(loops->groups) * count(loops->filters),
               count(loops->channels)};
  for (ArrayRef<int64_t> group :
       {ArrayRef(loops->groups), ArrayRef(loops->filters),
        ArrayRef(loops->channels)})
    for (int64_t loop : group)
      perm.push_back(filterDims.lookup(loop));
  for (const SpatialDim &dim : image->spatial)
    if (dim.kernelLoop)
      perm.push_back(filterDims.lookup(*dim.kernelLoop));
  llvm::append_range(shape, window.kernel);
  Value w = emit.reshape(emit.transpose(filters.value, perm), shape);
  Value result = emit.conv(x, w, window, count(loops->groups));
  SmallVector<int64_t> order(loops->batch);
  llvm::append_range(order, loops->groups);
  llvm::append_range(order, loops->filters);
  return toLoopOrder(emit, space, result, order, *image);
}

Value emitConvolution(TensorEmitter &emit, const LoopSpace &space,
                      ArrayRef<int64_t> reductionLoops,
                      ArrayRef<WindowOperand> operands) {
  for (unsigned image : {0, 1})
    if (Value result = emitConvolution(emit, space, reductionLoops,
                                       operands[image], operands[1 - image]))
      return result;
  return {};
}

Value emitPool(TensorEmitter &emit, const LoopSpace &space,
               ArrayRef<int64_t> reductionLoops, const WindowOperand &operand,
               Operation &combine) {
  std::optional<ImageDims> image = readImage(operand.map, reductionLoops);
  Type elementType = getTensorType(operand.value).getElementType();
  bool isFloat = isa<FloatType>(elementType);
  bool isMax = isa<arith::MaximumFOp, arith::MaxNumFOp>(combine) ||
               (isa<arith::MaxSIOp>(combine) && !elementType.isInteger(1));
  bool isMin = isFloat && isa<arith::MinimumFOp, arith::MinNumFOp>(combine);
  // A mean of integers would be rounded.
  bool isSum = isFloat && isa<arith::AddFOp>(combine);
  if (!image || llvm::is_contained(space.extents, 0) ||
      !(isMax || isMin || isSum))
    return {};
  SmallVector<int64_t> batch, windowLoops;
  for (auto [loop, dim] : image->plain)
    batch.push_back(loop);
  for (const SpatialDim &dim : image->spatial) {
    windowLoops.push_back(dim.outputLoop);
    if (dim.kernelLoop)
      windowLoops.push_back(*dim.kernelLoop);
  }
  // The image must be read by all loops, and reduced over windows only.
  if (batch.size() + windowLoops.size() != space.extents.size() ||
      !llvm::all_of(reductionLoops, [&](int64_t loop) {
        return llvm::is_contained(windowLoops, loop);
      }))
    return {};
  // An image N×C×D… stays as it is.
  auto first = batch.begin() + (batch.size() > 1 ? 1 : 0);
  SmallVector<int64_t> images(batch.begin(), first);
  Value x = arrangeImage(emit, space, operand.value, *image,
                         {images, SmallVector<int64_t>(first, batch.end())});
  Window window = getWindow(space, *image);
  Value result;
  if (isSum) {
    Value mean = emit.averagePool(x, window, /*countPadding=*/true);
    result = emit.binary<graph::MulOp>(
        mean, emit.scalar(elementType, *graph::countElements(window.kernel)));
  } else if (isMax) {
    result = emit.maxPool(x, window);
  } else {
    result = emit.unary<graph::NegOp>(
        emit.maxPool(emit.unary<graph::NegOp>(x), window));
  }
  return toLoopOrder(emit, space, result, batch, *image);
}

} // namespace wafer::importer
