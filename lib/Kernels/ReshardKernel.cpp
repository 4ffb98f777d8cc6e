//===- ReshardKernel.cpp - a tensor moved to other columns -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/ReshardKernel.h"

// Along each row the parts travel east, from column to column: every column
// passes on what comes from the west and then sends its own part, so that the
// whole row of features leaves the last column in order. From there it goes to
// the new columns, each of which keeps its part and forgets the rest. Costs
// features * tokens wavelets for each row.

using namespace mlir;
using namespace wafer;

bool ReshardKernel::accepts(Attribute dataflow) const {
  return isa<mesh::ReshardAttr>(dataflow);
}

Attribute ReshardKernel::getInitialDataflow(MLIRContext *context) const {
  return mesh::ReshardAttr::get(context);
}

LogicalResult ReshardKernel::verify(mesh::KernelOp kernel) const {
  if (failed(verifyLayouts(kernel)))
    return failure();
  Block &body = kernel.getBody().front();
  bool identity =
      kernel.getInputs().size() == 1 && body.getOperations().size() == 1 &&
      body.getTerminator()->getOperands() == ValueRange(body.getArguments());
  if (!identity || !mesh::getLayout(kernel.getInputs()[0].getType()))
    return kernel.emitOpError("requires one operand on the mesh, yielded as it "
                              "is, as #wafer.reshard says");
  if (!isPEType(cast<RankedTensorType>(kernel.getInputs()[0].getType())
                    .getElementType()) ||
      cast<RankedTensorType>(kernel.getInputs()[0].getType())
              .getElementTypeBitWidth() != 32)
    return kernel.emitOpError("requires 32-bit elements, found ")
           << kernel.getInputs()[0].getType();
  return success();
}

namespace {
/// The symbols of one reshard.
struct ReshardPlan {
  Emitter &emitter;
  mesh::RectAttr at, to;
  Sharding from, onto;
  Type type;
  FlatSymbolRefAttr source, destination, chain, out;

  ReshardPlan(Emitter &emitter, mesh::KernelOp kernel, ExpandState &state)
      : emitter(emitter), at(*kernel.getAt()), to(*kernel.getTo()),
        from(at, state.getLaunches(),
             getTokenShape(kernel.getInputs()[0].getType())),
        onto(to, state.getLaunches(),
             getTokenShape(kernel.getInputs()[0].getType())),
        type(cast<RankedTensorType>(kernel.getInputs()[0].getType())
                 .getElementType()) {}

  void declareStreams() {
    AffineExpr i0 = emitter.index(0), i1 = emitter.index(1);
    if (at.getWidth() > 1) {
      AffineExpr x = i0 + at.getX0(), y = i1 + at.getY0();
      chain = emitter.stream(
          "chain", StreamSpec{{0, at.getWidth() - 1, 0, at.getHeight()},
                              "",
                              x,
                              y,
                              x + 1,
                              x + 2,
                              y,
                              y + 1});
    }
    AffineExpr y = i0 + at.getY0();
    // The last column reads its new part from its own memory: the stream is for
    // the others.
    out = emitter.stream("out", StreamSpec{{0, at.getHeight()},
                                           "",
                                           emitter.constant(at.getX1() - 1),
                                           y,
                                           emitter.constant(to.getX0()),
                                           emitter.constant(to.getX1()),
                                           y,
                                           y + 1});
  }

  Attribute part(FlatSymbolRefAttr buffer, const Sharding &sharding) {
    return emitter.mem(buffer, emitter.constant(0),
                       {sharding.tokens.largest(), 1});
  }

  void emitPass(StringRef role, int64_t begin, int64_t end) {
    wafer::Region region;
    if (begin < end)
      region = wafer::Region(StridedRange(at.getX0() + begin, at.getX0() + end),
                             StridedRange(at.getY0(), at.getY1()));
    bool last = end == at.getWidth();
    emitter.beginTask(role, region);
    Attribute next = emitter.onStream(last ? out : chain);
    if (begin > 0)
      emitter.emit<pe::MoveOp>(type, {from.featureStart(), from.tokenExtent()},
                               next, {emitter.onStream(chain)});
    emitter.emit<pe::MoveOp>(type, {from.featureExtent(), from.tokenExtent()},
                             next, {part(source, from)});
    emitter.endTask();
  }

  void emitReceive() {
    AffineExpr block = onto.featureBlock(), tokens = onto.tokenExtent();
    emitter.beginTask("receive", to.getRegion());
    emitter.async(1, [&]() {
      Attribute stream = emitter.onStream(out);
      emitter.emit<pe::MoveOp>(type, {onto.featureStart(), tokens},
                               emitter.discard(), {stream});
      emitter.emit<pe::MoveOp>(type, {onto.featureExtent(), tokens},
                               part(destination, onto), {stream});
      AffineExpr after =
          onto.features.start(block + 1) * -1 + onto.features.size;
      emitter.emit<pe::MoveOp>(type, {after, tokens}, emitter.discard(),
                               {stream});
    });
    emitter.endTask();
  }
};
} // namespace

LogicalResult ReshardKernel::expand(mesh::KernelOp kernel,
                                    ExpandState &state) const {
  auto placed = state.values.find(kernel.getInputs()[0]);
  if (placed == state.values.end() || placed->second.rect != *kernel.getAt())
    return kernel.emitOpError(
               "reads a tensor that does not lie on its rectangle ")
           << *kernel.getAt();
  int64_t last = kernel.getAt()->getX1() - 1;
  if (last >= kernel.getTo()->getX0() && last < kernel.getTo()->getX1())
    return kernel.emitOpError("requires the last column of ")
           << *kernel.getAt() << " outside the new rectangle "
           << *kernel.getTo();
  Emitter emitter(state.program, kernel);
  ReshardPlan plan(emitter, kernel, state);
  plan.source = placed->second.buffer;
  plan.destination = emitter.buffer("y", plan.type, plan.onto.largestPart(),
                                    plan.to.getRegion());
  plan.declareStreams();
  plan.emitReceive();
  plan.emitPass("first", 0, 1);
  plan.emitPass("middle", 1, plan.at.getWidth() - 1);
  if (plan.at.getWidth() > 1)
    plan.emitPass("last", plan.at.getWidth() - 1, plan.at.getWidth());
  emitter.beginTask("finish", plan.to.getRegion());
  emitter.await({1});
  emitter.endTask();
  state.values[kernel.getResult(0)] = PlacedValue{plan.destination, plan.to};
  return success();
}
