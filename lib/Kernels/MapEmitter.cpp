//===- MapEmitter.cpp - elementwise ops as instructions ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/HostAccess.h"
#include "wafer/Kernels/Kernel.h"

using namespace mlir;
using namespace wafer;

bool wafer::isPEType(Type elementType) {
  return elementType.isF32() || elementType.isF16() ||
         elementType.isInteger(32);
}

bool wafer::isMapOp(Operation *op) {
  if (auto reshape = dyn_cast<graph::ReshapeOp>(op))
    return getTokenShape(reshape.getInput().getType()) ==
           getTokenShape(reshape.getType());
  return isa<graph::AddOp, graph::SubOp, graph::MulOp, graph::ReluOp,
             graph::CastOp>(op);
}

bool wafer::reusesOperand(Operation *op) {
  if (isView(op))
    return false;
  Value value = op->getOperand(0);
  if (cast<RankedTensorType>(value.getType()).getElementType() !=
      cast<RankedTensorType>(op->getResult(0).getType()).getElementType())
    return false;
  // A reshape is another name for a buffer: nobody else may read it under any
  // of its names.
  while (value.hasOneUse()) {
    Operation *definition = value.getDefiningOp();
    auto reshape = dyn_cast_or_null<graph::ReshapeOp>(definition);
    if (!reshape)
      return definition && !isa<graph::TransposeOp>(definition);
    value = reshape.getInput();
  }
  return false;
}

MapEmitter::MapEmitter(Emitter &emitter, ExpandState &state,
                       mesh::KernelOp kernel, mesh::RectAttr rect)
    : emitter(emitter), state(state), kernel(kernel), rect(rect),
      order(getResultOrder(kernel)) {}

void MapEmitter::bind(Value value, FlatSymbolRefAttr buffer, bool reusable) {
  operands[value] = Operand{
      buffer, {}, {shard(value.getType()).tokens.largest(), 1}, reusable};
}

FlatSymbolRefAttr MapEmitter::getBuffer(Value value) const {
  auto it = operands.find(value);
  return it == operands.end() ? FlatSymbolRefAttr() : it->second.buffer;
}

/// The value of a constant host operand whose elements are all the same.
static std::optional<double> getSplat(mesh::KernelOp kernel,
                                      BlockArgument argument) {
  auto input = kernel.getInputs()[argument.getArgNumber()]
                   .getDefiningOp<mesh::InputOp>();
  pe::HostOp host =
      input ? mesh::lookupHost(kernel, input.getHostAttr()) : pe::HostOp();
  auto elements = host && host.getValue()
                      ? dyn_cast<DenseElementsAttr>(*host.getValue())
                      : DenseElementsAttr();
  if (!elements || !elements.isSplat())
    return std::nullopt;
  if (isa<FloatType>(elements.getElementType()))
    return elements.getSplatValue<APFloat>().convertToDouble();
  return static_cast<double>(elements.getSplatValue<APInt>().getSExtValue());
}

FailureOr<MapEmitter::Operand>
MapEmitter::loadHostOperand(Value value, Type result, Operation *user) {
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  Sharding sharding = shard(result);
  SmallVector<AffineExpr> indices = getBroadcastIndices(
      value.getType(), result, sharding.tokenStart() + emitter.index(1),
      sharding.featureAt(emitter.index(0)));
  FailureOr<HostAccess> access = getHostAccess(value, indices);
  if (failed(access))
    return user->emitOpError("has an operand that is neither on the mesh nor a "
                             "view of a host tensor");
  if (std::optional<double> splat = getSplat(kernel, access->operand))
    return Operand{{}, emitter.imm(element, *splat), {}, false};

  auto type = cast<RankedTensorType>(value.getType());
  bool byFeature = type.getRank() > 0 && type.getShape().back() != 1;
  bool byToken = llvm::any_of(type.getShape().drop_back(type.getRank() > 0),
                              [](int64_t d) { return d != 1; });
  int64_t featureSize = byFeature ? sharding.features.largest() : 1,
          tokenSize = byToken ? sharding.tokens.largest() : 1;
  FlatSymbolRefAttr buffer = emitter.buffer(
      "operand", element, featureSize * tokenSize, rect.getRegion());
  auto input = kernel.getInputs()[access->operand.getArgNumber()]
                   .getDefiningOp<mesh::InputOp>();
  emitter.load(buffer, {tokenSize, 1}, input.getHost(), access->index,
               {byFeature ? sharding.featureExtent() : emitter.constant(1),
                byToken ? sharding.tokenExtent() : emitter.constant(1)},
               rect.getRegion(), /*once=*/!byToken || state.getLaunches() == 1);
  return Operand{
      buffer, {}, {byFeature ? tokenSize : 0, byToken ? 1 : 0}, false};
}

FailureOr<MapEmitter::Operand> MapEmitter::getOperand(Value value, Type result,
                                                      Operation *user) {
  auto it = operands.find(value);
  auto argument = dyn_cast<BlockArgument>(value);
  Value input =
      argument ? kernel.getInputs()[argument.getArgNumber()] : Value();
  if (it == operands.end() && (!input || !mesh::getLayout(input.getType())))
    return loadHostOperand(value, result, user);
  if (getTokenShape(value.getType()) != getTokenShape(result))
    return user->emitOpError("broadcasts ")
           << value.getType()
           << ", which lies on the mesh; only host tensors can be";
  if (it != operands.end())
    return it->second;
  auto placed = state.values.find(input);
  if (placed == state.values.end() || placed->second.rect != rect ||
      getFeatureOrder(input.getType()) != order)
    return user->emitOpError(
               "reads a tensor that does not lie on the kernel's rectangle ")
           << rect;
  bind(value, placed->second.buffer, /*reusable=*/false);
  return operands[value];
}

LogicalResult MapEmitter::prepare(ArrayRef<Operation *> ops) {
  for (Operation *op : ops) {
    Value result = op->getResult(0);
    if (isView(op) && !operands.count(op->getOperand(0))) {
      auto argument = dyn_cast<BlockArgument>(op->getOperand(0));
      if (!argument ||
          !mesh::getLayout(
              kernel.getInputs()[argument.getArgNumber()].getType()))
        continue; // A view of a host operand is part of its load.
    }
    if (!isMapOp(op))
      return op->emitOpError("has no elementwise expansion");
    Step step{op, {}, {}};
    for (Value source : op->getOperands()) {
      FailureOr<Operand> operand = getOperand(source, result.getType(), op);
      if (failed(operand))
        return failure();
      step.sources.push_back(*operand);
    }
    if (isa<graph::ReshapeOp>(op)) {
      operands[result] = step.sources.front();
      continue;
    }
    Type element = cast<RankedTensorType>(result.getType()).getElementType();
    Operand &first = step.sources.front();
    bool inPlace = reusesOperand(op);
    assert((!inPlace || (first.buffer && first.reusable)) &&
           "overwrites what another kernel reads");
    if (inPlace) {
      operands[result] = first;
    } else {
      bind(result,
           emitter.buffer("result", element,
                          shard(result.getType()).largestPart(),
                          rect.getRegion()),
           /*reusable=*/true);
    }
    step.destination = operands[result];
    steps.push_back(step);
  }
  return success();
}

Attribute MapEmitter::toAttr(const Operand &operand) {
  return operand.scalar ? operand.scalar
                        : emitter.mem(operand.buffer, emitter.constant(0),
                                      operand.strides);
}

void MapEmitter::emit() {
  for (const Step &step : steps) {
    auto type = cast<RankedTensorType>(step.op->getResult(0).getType());
    auto from = cast<RankedTensorType>(step.op->getOperand(0).getType());
    Sharding sharding = shard(type);
    SmallVector<AffineExpr> extents = {sharding.featureExtent(),
                                       sharding.tokenExtent()};
    Attribute destination = toAttr(step.destination);
    SmallVector<Attribute> sources = llvm::map_to_vector(
        step.sources, [&](const Operand &o) { return toAttr(o); });
    Type element = type.getElementType();
    if (isa<graph::AddOp>(step.op)) {
      emitter.emit<pe::AddOp>(element, extents, destination, sources);
    } else if (isa<graph::SubOp>(step.op)) {
      emitter.emit<pe::SubOp>(element, extents, destination, sources);
    } else if (isa<graph::MulOp>(step.op)) {
      emitter.emit<pe::MulOp>(element, extents, destination, sources);
    } else if (isa<graph::ReluOp>(step.op)) {
      emitter.emit<pe::MaxOp>(element, extents, destination,
                              {sources[0], emitter.imm(element, 0)});
    } else if (from.getElementType() == element) {
      emitter.emit<pe::MoveOp>(element, extents, destination, sources);
    } else {
      emitter.emit<pe::ConvertOp>(element, extents, destination, sources,
                                  from.getElementType());
    }
  }
}
