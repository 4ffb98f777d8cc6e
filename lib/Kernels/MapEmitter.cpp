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
  if (std::optional<double> splat = getSplat(access->operand))
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

FailureOr<Attribute> MapEmitter::loadOperand(Value value, Type result,
                                             Operation *user) {
  FailureOr<Operand> operand = loadHostOperand(value, result, user);
  if (failed(operand))
    return failure();
  return toAttr(*operand, emitter.constant(0));
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
    Step step{op, {}, {}, {}};
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
    FailureOr<SmallVector<MapPart, 2>> parts = getMapParts(op);
    if (failed(parts))
      return verifyMapOp(op);
    step.parts = *parts;
    steps.push_back(step);
  }
  declareScratch();
  return success();
}

/// Registers that all functions of the steps share; elements that are not f32
/// are converted into some of their own.
void MapEmitter::declareScratch() {
  SmallVector<Function> functions;
  int64_t elements = 0, widened = 0;
  for (const Step &step : steps) {
    auto type = cast<RankedTensorType>(step.op->getResult(0).getType());
    Sharding sharding = getSharding(step);
    int64_t tokens = sharding.tokens.largest();
    for (const MapPart &part : step.parts) {
      if (!part.function)
        continue;
      functions.push_back(*part.function);
      elements = std::max(
          elements,
          MapSlices(sharding.features.largest(), tokens).features * tokens);
      if (!type.getElementType().isF32())
        widened = std::max<int64_t>(widened, part.sources.size());
    }
  }
  if (functions.empty())
    return;
  scratch = FunctionEmitter::declareScratch(emitter, functions, elements,
                                            rect.getRegion());
  if (widened)
    wide = emitter.buffer("wide", emitter.f32(), widened * elements,
                          rect.getRegion());
}

Sharding MapEmitter::getSharding(const Step &step) const {
  return shard(step.op->getResult(0).getType());
}

/// The operand from feature `first` on.
Attribute MapEmitter::toAttr(const Operand &operand, AffineExpr first) {
  return operand.scalar
             ? operand.scalar
             : emitter.mem(operand.buffer, first * operand.strides[0],
                           operand.strides);
}

Attribute MapEmitter::getSource(const Step &step, const MapSource &source,
                                AffineExpr first, Type element) {
  switch (source.kind) {
  case MapSource::Kind::Operand:
    return toAttr(step.sources[source.index], first);
  case MapSource::Kind::Destination:
    return toAttr(step.destination, first);
  case MapSource::Kind::Scalar:
    break;
  }
  return emitter.imm(element, source.scalar);
}

void MapEmitter::emitInstruction(const Step &step, const MapPart &part) {
  auto element = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getElementType();
  };
  Type to = element(step.op->getResult(0)),
       from = element(step.op->getOperand(0));
  Sharding sharding = getSharding(step);
  AffineExpr zero = emitter.constant(0);
  SmallVector<Attribute> sources =
      llvm::map_to_vector(part.sources, [&](const MapSource &source) {
        return getSource(step, source, zero, from);
      });
  emitter.emit(
      part.opcode, to, {sharding.featureExtent(), sharding.tokenExtent()},
      toAttr(step.destination, zero), sources, to == from ? Type() : from);
}

/// A function on `features` features from `first` on.
void MapEmitter::emitSlice(const Step &step, const MapPart &part,
                           AffineExpr first, AffineExpr features) {
  Sharding sharding = getSharding(step);
  Type element =
      cast<RankedTensorType>(step.op->getResult(0).getType()).getElementType();
  SmallVector<AffineExpr> extents = {features, sharding.tokenExtent()};
  SmallVector<int64_t> strides = {sharding.tokens.largest(), 1};
  Attribute destination = toAttr(step.destination, first);
  FunctionEmitter functions(emitter, scratch, extents, strides);
  SmallVector<Attribute> sources;
  for (auto [i, source] : llvm::enumerate(part.sources)) {
    Attribute attr = getSource(step, source, first, element);
    if (element.isF32()) {
      sources.push_back(attr);
      continue;
    }
    sources.push_back(
        emitter.mem(wide, emitter.constant(i * scratch.elements), strides));
    emitter.emit<pe::ConvertOp>(emitter.f32(), extents, sources.back(), {attr},
                                element);
  }
  if (element.isF32()) {
    functions.emit(*part.function, destination, sources);
    return;
  }
  functions.emit(*part.function, sources.front(), sources);
  emitter.emit<pe::ConvertOp>(element, extents, destination, {sources.front()},
                              emitter.f32());
}

// All slices but the last are in a loop; the last one takes what the PE has
// more or less than others.
void MapEmitter::emitFunction(const Step &step, const MapPart &part) {
  Sharding sharding = getSharding(step);
  MapSlices slices(sharding.features.largest(), sharding.tokens.largest());
  int64_t looped = slices.count - 1;
  if (looped > 0)
    emitter.loop(emitter.constant(looped), [&]() {
      emitSlice(step, part, emitter.index(0) * slices.features,
                emitter.constant(slices.features));
    });
  emitSlice(step, part, emitter.constant(looped * slices.features),
            sharding.featureExtent() - looped * slices.features);
}

void MapEmitter::emit() {
  for (const Step &step : steps)
    for (const MapPart &part : step.parts)
      if (part.function)
        emitFunction(step, part);
      else
        emitInstruction(step, part);
}
