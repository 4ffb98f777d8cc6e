//===- ProductExpansion.cpp - the tasks of a product -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/ProductKernel.h"

using namespace mlir;
using namespace wafer;

/// The columns of `rect` from `begin` to `end`, counted from its first one.
static wafer::Region columnsOf(mesh::RectAttr rect, int64_t begin,
                               int64_t end) {
  if (begin >= end)
    return {};
  return wafer::Region(StridedRange(rect.getX0() + begin, rect.getX0() + end),
                       StridedRange(rect.getY0(), rect.getY1()));
}

//===----------------------------------------------------------------------===//
// Receivers of finished sums
//===----------------------------------------------------------------------===//

// The stream `out` carries all outputs, less those that the chain's last column
// owns itself, in order. An owner forgets what comes before its part, keeps its
// part, forgets the rest. Beside the chain, so that the stream never waits.
void ProductTasks::emitReceivers() {
  if (!plan.out)
    return;
  const Sharding &output = plan.output;
  int64_t last = plan.lastAsOwner(), outputs = plan.shape.outputs;
  int64_t ownedByLast =
      last < 0 ? 0
               : output.features.start(last + 1) - output.features.start(last);
  AffineExpr tokens = output.tokenExtent(), block = output.featureBlock();
  auto emitSide = [&](StringRef role, const wafer::Region &region,
                      int64_t skippedBefore, int64_t skippedAfter) {
    AffineExpr before = output.features.start(block) - skippedBefore;
    AffineExpr after =
        output.features.start(block + 1) * -1 + (outputs - skippedAfter);
    emitter.beginTask(role, region);
    emitter.async(kOutputThread, [&]() {
      Attribute from = emitter.onStream(plan.out);
      emitter.emit<pe::MoveOp>(emitter.f32(), {before, tokens},
                               emitter.discard(), {from});
      emitter.emit<pe::MoveOp>(emitter.f32(), {output.featureExtent(), tokens},
                               emitter.mem(plan.y, emitter.constant(0),
                                           {output.tokens.largest(), 1}),
                               {from});
      emitter.emit<pe::MoveOp>(emitter.f32(), {after, tokens},
                               emitter.discard(), {from});
    });
    emitter.endTask();
  };
  int64_t width = plan.to.getWidth();
  if (last < 0) {
    emitSide("receive", columnsOf(plan.to, 0, width), 0, 0);
    return;
  }
  emitSide("receive west", columnsOf(plan.to, 0, last), 0, ownedByLast);
  emitSide("receive east", columnsOf(plan.to, last + 1, width), ownedByLast, 0);
}

//===----------------------------------------------------------------------===//
// Columns
//===----------------------------------------------------------------------===//

void ProductTasks::emitColumns() {
  int64_t columns = plan.columns();
  struct Part {
    const char *name;
    Role role;
    wafer::Region region;
  };
  SmallVector<Part> parts;
  if (columns == 1) {
    parts.push_back({"only", Role::Only, columnsOf(plan.at, 0, 1)});
  } else {
    parts.push_back({"first", Role::First, columnsOf(plan.at, 0, 1)});
    parts.push_back(
        {"middle", Role::Middle, columnsOf(plan.at, 1, columns - 1)});
    parts.push_back(
        {"last", Role::Last, columnsOf(plan.at, columns - 1, columns)});
  }
  for (const Part &part : parts) {
    if (!plan.streamed)
      emitColumn(part.name, part.role, part.region, {});
    for (const WeightStreams::Side &side : weights.getSides()) {
      wafer::Region served = part.region.intersect(side.served);
      emitColumn(Twine(part.name) + " relay " + side.name, part.role,
                 served.intersect(side.relays), {&side, true});
      emitColumn(Twine(part.name) + " " + side.name, part.role,
                 served.subtract(side.relays), {&side, false});
    }
  }
}

void ProductTasks::emitColumn(const Twine &name, Role role,
                              const wafer::Region &region, Source source) {
  if (region.empty())
    return;
  emitter.beginTask(name.str(), region);
  if (plan.streamed)
    emitReceive(emitter.constant(0), source);
  if (plan.ring)
    emitRingBlocks(role, source);
  else
    emitChainBlocks(role, source);
  emitter.await({kPartialThread});
  if (plan.streamed) // Nothing is under way, and the next kernel can tell.
    emitter.await({kWeightThread});
  if (source.relay)
    emitter.await({kBranchThread});
  emitter.endTask();
}

// The last column keeps the sums that it owns itself.
void ProductTasks::emitChainBlocks(Role role, Source source) {
  AffineExpr begin = emitter.constant(0),
             end = emitter.constant(plan.blocks.parts);
  int64_t last = plan.lastAsOwner();
  if ((role == Role::Last || role == Role::Only) && last >= 0) {
    AffineExpr own = emitter.constant(last * plan.pieces);
    emitBlocks(begin, own, role, Way::Chain, source);
    emitBlocks(own, own + plan.pieces, role, Way::Own, source);
    begin = own + plan.pieces;
  }
  emitBlocks(begin, end, role, Way::Chain, source);
}

// Blocks are owned from the west to the east: the first ones have their owners
// in the west, the last ones in the east.
void ProductTasks::emitRingBlocks(Role role, Source source) {
  AffineExpr begin = emitter.constant(0),
             end = emitter.constant(plan.blocks.parts);
  AffineExpr own = plan.output.featureBlock() * plan.pieces;
  if (role == Role::First || role == Role::Only)
    own = begin;
  if (role == Role::Last)
    own = end - plan.pieces;
  emitBlocks(begin, own, role, Way::West, source);
  emitBlocks(own, own + plan.pieces, role, Way::Own, source);
  emitBlocks(own + plan.pieces, end, role, Way::East, source);
}

// One block of outputs at a time: multiply, then add to the partial sums of
// other columns and pass them on, while the next block is multiplied.
void ProductTasks::emitBlocks(AffineExpr begin, AffineExpr end, Role role,
                              Way way, Source source) {
  if (begin == end)
    return;
  emitter.loop(end - begin, [&]() {
    AffineExpr q = emitter.index(0) + begin, zero = emitter.constant(0);
    const Sharding &input = plan.input;
    AffineExpr rows = plan.blocks.extent(q), inputs = input.featureExtent(),
               tokens = input.tokenExtent();
    int64_t tokenStride = input.tokens.largest(),
            inputStride = input.features.largest();
    emitWeights(q, source);
    AffineExpr weightOffset = plan.streamed
                                  ? half(q, plan.weightHalf())
                                  : plan.blocks.start(q) * inputStride;
    AffineExpr accOffset = half(q, plan.accHalf());
    emitter.emit<pe::MoveOp>(emitter.f32(), {rows, tokens},
                             emitter.mem(plan.acc, accOffset, {tokenStride, 1}),
                             {emitter.imm(emitter.f32(), 0)});
    emitter.emit<pe::MacOp>(
        emitter.f32(), {rows, inputs, tokens},
        emitter.mem(plan.acc, accOffset, {tokenStride, 0, 1}),
        {emitter.mem(plan.w, weightOffset, {inputStride, 1, 0}),
         emitter.mem(plan.x, zero, {0, tokenStride, 1})});
    emitPartial(q, role, way);
  });
}

// Block q is here; pass it on if this PE is a relay; ask for block q + 1 while
// q is in use.
void ProductTasks::emitWeights(AffineExpr q, Source source) {
  if (!plan.streamed)
    return;
  emitter.await({kWeightThread});
  if (source.relay && plan.at.getHeight() > 1) {
    emitter.await({kBranchThread});
    emitter.async(kBranchThread, [&]() {
      weights.emitRelaySend(*source.side, q, plan.w,
                            half(q, plan.weightHalf()));
    });
  }
  // 1 while there is a next block, 0 at the last one.
  int64_t total = plan.blocks.parts;
  AffineExpr more = (q * -1 + (2 * total - 2)).floorDiv(total);
  emitter.loop(more, [&]() { emitReceive(q + 1, source); });
}

void ProductTasks::emitReceive(AffineExpr q, Source source) {
  emitter.async(kWeightThread, [&]() {
    AffineExpr offset = half(q, plan.weightHalf());
    if (source.relay) {
      weights.emitRelayReceive(*source.side, q, plan.w, offset);
      return;
    }
    emitter.emit<pe::MoveOp>(
        emitter.f32(), {plan.blocks.extent(q), plan.input.featureExtent()},
        emitter.mem(plan.w, offset, {plan.input.features.largest(), 1}),
        {emitter.onStream(source.side->branch)});
  });
}

/// The streams whose sums are added to a block's.
SmallVector<FlatSymbolRefAttr, 2> ProductTasks::getIncoming(Role role,
                                                            Way way) const {
  SmallVector<FlatSymbolRefAttr, 2> streams;
  bool isFirst = role == Role::First || role == Role::Only,
       isLast = role == Role::Last || role == Role::Only;
  if (!isFirst && way != Way::West)
    streams.push_back(plan.part);
  if (plan.ring && !isLast && way != Way::East)
    streams.push_back(plan.partWest);
  return streams;
}

Attribute ProductTasks::getDestination(AffineExpr q, Role role, Way way) {
  bool isLast = role == Role::Last || role == Role::Only;
  if (way == Way::West)
    return emitter.onStream(plan.partWest);
  if (way != Way::Own)
    return emitter.onStream(way == Way::Chain && isLast ? plan.out : plan.part);
  int64_t tokenStride = plan.input.tokens.largest();
  AffineExpr ownStart =
      plan.ring
          ? plan.output.featureStart()
          : emitter.constant(plan.output.features.start(plan.lastAsOwner()));
  return emitter.mem(plan.y, (plan.blocks.start(q) - ownStart) * tokenStride,
                     {tokenStride, 1});
}

void ProductTasks::emitPartial(AffineExpr q, Role role, Way way) {
  int64_t tokenStride = plan.input.tokens.largest();
  SmallVector<AffineExpr> extents = {plan.blocks.extent(q),
                                     plan.input.tokenExtent()};
  Attribute sum =
      emitter.mem(plan.acc, half(q, plan.accHalf()), {tokenStride, 1});
  Attribute destination = getDestination(q, role, way);
  SmallVector<FlatSymbolRefAttr, 2> incoming = getIncoming(role, way);
  emitter.await({kPartialThread});
  emitter.async(kPartialThread, [&]() {
    if (incoming.empty())
      emitter.emit<pe::MoveOp>(emitter.f32(), extents, destination, {sum});
    for (FlatSymbolRefAttr stream : incoming) {
      emitter.emit<pe::AddOp>(emitter.f32(), extents, destination,
                              {emitter.onStream(stream), sum});
      sum = destination;
    }
  });
}
