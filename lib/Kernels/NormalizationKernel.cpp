//===- NormalizationKernel.cpp - LayerNorm and RMSNorm ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/NormalizationKernel.h"

#include "wafer/Kernels/HostAccess.h"
#include "wafer/Kernels/NormalizationTasks.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wafer;

bool NormalizationKernel::accepts(Attribute dataflow) const {
  return isa<mesh::NormalizationAttr>(dataflow);
}

bool NormalizationKernel::startsWith(Operation *op) const {
  return isa<graph::LayerNormalizationOp, graph::RMSNormalizationOp>(op);
}

bool NormalizationKernel::readsInPlace(Operation *op, unsigned operand) const {
  return operand == 0;
}

Attribute NormalizationKernel::getInitialDataflow(MLIRContext *context) const {
  return mesh::NormalizationAttr::get(context);
}

Operation *wafer::getNormalization(mesh::KernelOp kernel) {
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (isa<graph::LayerNormalizationOp, graph::RMSNormalizationOp>(op))
      return &op;
  return nullptr;
}

/// Is the normalised dimension the last one, whose elements lie along a row of
/// PEs? Dimensions of 1 before it change nothing.
static bool isOverLastDimension(Operation *op) {
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  int64_t axis = isa<graph::LayerNormalizationOp>(op)
                     ? cast<graph::LayerNormalizationOp>(op).getAxis()
                     : cast<graph::RMSNormalizationOp>(op).getAxis();
  if (axis < 0)
    axis += type.getRank();
  return llvm::all_of(type.getShape().slice(axis).drop_back(),
                      [](int64_t d) { return d == 1; });
}

LogicalResult NormalizationKernel::verifyStart(Operation *op) const {
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  if (!type.getElementType().isF32())
    return op->emitError("'") << op->getName() << "' has no kernel for " << type
                              << ", only for f32";
  if (!isOverLastDimension(op))
    return op->emitError("'")
           << op->getName() << "' has no kernel over several dimensions of "
           << type << ", only over the last one";
  return success();
}

LogicalResult NormalizationKernel::verify(mesh::KernelOp kernel) const {
  if (failed(verifyLayouts(kernel)))
    return failure();
  if (kernel.getAt() && kernel.getAt() != kernel.getTo())
    return kernel.emitOpError(
               "requires 'at' to be 'to', as #wafer.normalization "
               "leaves elements where they are, found ")
           << *kernel.getAt() << " and " << *kernel.getTo();
  Operation *norm = getNormalization(kernel);
  if (!norm)
    return kernel.emitOpError("requires a normalisation in its body, as "
                              "#wafer.normalization says");
  if (failed(verifyStart(norm)))
    return failure();
  if (!getViewedArgument(norm->getOperand(0)))
    return norm->emitOpError("requires an operand of the kernel, or a view of "
                             "one, as what it normalises");
  for (Value operand : norm->getOperands().drop_front()) {
    BlockArgument argument = getViewedArgument(operand);
    if (!argument ||
        mesh::getLayout(kernel.getInputs()[argument.getArgNumber()].getType()))
      return norm->emitOpError(
          "requires host tensors, or views of them, as scale and bias");
  }
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (&op == norm || getViewedArgument(op.getResult(0)))
      continue;
    if (!isMapOp(&op))
      return op.emitOpError(
          "is not elementwise, as what follows a normalisation must be");
    if (failed(verifyMapOp(&op)))
      return failure();
  }
  return success();
}

/// X: where it lies if it is on the mesh, else slices of a host tensor.
static LogicalResult placeInput(NormalizationPlan &plan, Emitter &emitter,
                                ExpandState &state, mesh::KernelOp kernel) {
  Value value = plan.norm->getOperand(0);
  Value operand = kernel.getInputs()[getViewedArgument(value).getArgNumber()];
  if (mesh::getLayout(operand.getType())) {
    auto placed = state.values.find(operand);
    if (placed == state.values.end() || placed->second.rect != plan.rect)
      return plan.norm->emitOpError(
                 "reads a tensor that does not lie on the kernel's rectangle ")
             << plan.rect;
    plan.x = placed->second.buffer;
    return success();
  }
  const Sharding &sharding = plan.sharding;
  SmallVector<AffineExpr> indices =
      getBroadcastIndices(value.getType(), value.getType(),
                          sharding.tokenStart() + emitter.index(1),
                          sharding.featureStart() + emitter.index(0));
  FailureOr<HostAccess> access = getHostAccess(value, indices);
  if (failed(access))
    return plan.norm->emitOpError("reads what is no view of a host tensor");
  plan.x = emitter.buffer("x", emitter.f32(), sharding.largestPart(),
                          plan.rect.getRegion());
  emitter.load(plan.x, {sharding.tokens.largest(), 1},
               operand.getDefiningOp<mesh::InputOp>().getHost(), access->index,
               {sharding.featureExtent(), sharding.tokenExtent()},
               plan.rect.getRegion(), state.getLaunches() == 1);
  return success();
}

LogicalResult NormalizationKernel::expand(mesh::KernelOp kernel,
                                          ExpandState &state) const {
  Emitter emitter(state.program, kernel);
  Operation *norm = getNormalization(kernel);
  NormalizationPlan plan(norm, *kernel.getTo(), state.getLaunches());
  if (failed(placeInput(plan, emitter, state, kernel)))
    return failure();
  MapEmitter map(emitter, state, kernel, plan.rect);
  for (auto [i, value] : llvm::enumerate(norm->getOperands().drop_front())) {
    FailureOr<Attribute> loaded =
        map.loadOperand(value, norm->getResult(0).getType(), norm);
    if (failed(loaded))
      return failure();
    (i == 0 ? plan.scale : plan.bias) = *loaded;
  }
  NormalizationTasks tasks(plan, emitter);
  tasks.declare();
  map.bind(norm->getResult(0), plan.y, /*reusable=*/true);
  SmallVector<Operation *> tail;
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (&op != norm && !getViewedArgument(op.getResult(0)))
      tail.push_back(&op);
  if (failed(map.prepare(tail)))
    return failure();
  tasks.emitStatistics();
  emitter.beginTask("finish", plan.rect.getRegion());
  tasks.emitNormalized();
  map.emit();
  emitter.endTask();
  Operation *yield = kernel.getBody().front().getTerminator();
  for (auto [value, result] :
       llvm::zip(yield->getOperands(), kernel.getResults())) {
    FlatSymbolRefAttr buffer = map.getBuffer(value);
    if (!buffer)
      return kernel.emitOpError("yields a value that it does not compute");
    state.values[result] = PlacedValue{buffer, plan.rect};
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

int64_t wafer::getNormalizationBytes(Operation *op, int64_t tokens) {
  return NormalizationPlan::kStatistics * tokens * 4 +
         getScratchBytes({Function::RsqrtNormal}, tokens);
}

int64_t wafer::getNormalizationCycles(machine::DescAttr machine, Operation *op,
                                      int64_t features, int64_t tokens,
                                      int64_t columns) {
  auto beats = [&](StringRef operation, int64_t rows) {
    return machine.getSetupCycles() +
           rows * llvm::divideCeilSigned(tokens,
                                         machine.getRate(operation, "f32"));
  };
  // A chain over the columns and a broadcast back of `rows` rows of tokens: a
  // sum passes a ramp, a hop, a ramp and a beat at every column.
  auto exchange = [&](int64_t rows) {
    if (columns == 1)
      return int64_t(0);
    int64_t way = 2 * machine.getRampCycles() + machine.getHopCycles() + 2;
    int64_t fabric = machine.getSetupCycles() + rows * tokens +
                     machine.getCompletionCycles();
    return fabric + way * (columns - 1) + fabric +
           machine.getHopCycles() * (columns - 1) + 2 * machine.getRampCycles();
  };
  int64_t root = beats("mul", 1) + 2 * beats("add", 1) +
                 getFunctionCycles(machine, Function::RsqrtNormal, 1, tokens);
  int64_t scaling = op->getNumOperands() > 2
                        ? beats("mul", features) + beats("add", features)
                        : beats("mul", features);
  if (isa<graph::RMSNormalizationOp>(op))
    return beats("move", 1) + beats("mac", features) + exchange(1) + root +
           beats("mul", features) + scaling;
  int64_t mean =
      beats("move", 1) + beats("add", features) + exchange(1) + beats("mul", 1);
  int64_t variance = beats("sub", features) + beats("move", 2) +
                     beats("add", features) + beats("mac", features) +
                     exchange(2) + 2 * beats("mul", 1) + beats("sub", 1) + root;
  return mean + variance + beats("sub", features) + beats("mul", features) +
         scaling;
}
