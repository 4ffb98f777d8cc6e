//===- MapKernel.cpp - elementwise work without communication -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Every PE works on the part of each tensor that it owns. Host operands are
// loaded as broadcast slices; operands on the mesh must lie on the kernel's
// rectangle in the same layout.
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/MapKernel.h"
#include "wafer/Kernels/HostAccess.h"

using namespace mlir;
using namespace wafer;

bool MapKernel::accepts(Attribute dataflow) const {
  return isa<mesh::MapAttr>(dataflow);
}

Attribute MapKernel::getInitialDataflow(MLIRContext *context) const {
  return mesh::MapAttr::get(context);
}

LogicalResult MapKernel::verify(mesh::KernelOp kernel) const {
  if (failed(verifyLayouts(kernel)))
    return failure();
  if (kernel.getAt() && kernel.getAt() != kernel.getTo())
    return kernel.emitOpError("requires 'at' to be 'to', as nothing moves in "
                              "#wafer.map, found ")
           << *kernel.getAt() << " and " << *kernel.getTo();
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (!isMapOp(&op) && !(isView(&op) && getViewedArgument(op.getResult(0))))
      return op.emitOpError("is not elementwise, as #wafer.map requires");
    else if (failed(verifyMapOp(&op)))
      return failure();
  return success();
}

/// A result that is only a view of a host operand: loaded as it is.
static FlatSymbolRefAttr loadView(Emitter &emitter, ExpandState &state,
                                  mesh::KernelOp kernel, Value value) {
  mesh::RectAttr rect = *kernel.getTo();
  auto type = cast<RankedTensorType>(value.getType());
  Sharding sharding(rect, state.getLaunches(), getTokenShape(type));
  SmallVector<AffineExpr> indices =
      getBroadcastIndices(type, type, sharding.tokenStart() + emitter.index(1),
                          sharding.featureStart() + emitter.index(0));
  FailureOr<HostAccess> access = getHostAccess(value, indices);
  if (failed(access))
    return {};
  auto input = kernel.getInputs()[access->operand.getArgNumber()]
                   .getDefiningOp<mesh::InputOp>();
  FlatSymbolRefAttr buffer = emitter.buffer(
      "copy", type.getElementType(), sharding.largestPart(), rect.getRegion());
  emitter.load(buffer, {sharding.tokens.largest(), 1}, input.getHost(),
               access->index,
               {sharding.featureExtent(), sharding.tokenExtent()},
               rect.getRegion(), state.getLaunches() == 1);
  return buffer;
}

LogicalResult MapKernel::expand(mesh::KernelOp kernel,
                                ExpandState &state) const {
  mesh::RectAttr rect = *kernel.getTo();
  Emitter emitter(state.program, kernel);
  MapEmitter map(emitter, state, kernel, rect);
  SmallVector<Operation *> ops;
  for (Operation &op : kernel.getBody().front().without_terminator())
    ops.push_back(&op);
  if (failed(map.prepare(ops)))
    return failure();
  emitter.beginTask("map", rect.getRegion());
  map.emit();
  emitter.endTask();
  Operation *yield = kernel.getBody().front().getTerminator();
  for (auto [value, result] :
       llvm::zip(yield->getOperands(), kernel.getResults())) {
    FlatSymbolRefAttr buffer = map.getBuffer(value);
    if (auto argument = dyn_cast<BlockArgument>(value); !buffer && argument)
      if (auto placed =
              state.values.find(kernel.getInputs()[argument.getArgNumber()]);
          placed != state.values.end())
        buffer = placed->second.buffer;
    if (!buffer && !(buffer = loadView(emitter, state, kernel, value)))
      return kernel.emitOpError("yields a value that it does not compute");
    state.values[result] = PlacedValue{buffer, rect};
  }
  return success();
}
