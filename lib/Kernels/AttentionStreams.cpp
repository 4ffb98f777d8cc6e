//===- AttentionStreams.cpp - how keys and values come ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   rows of a segment ─▶ (gather) ─▶ hub ─▶ (down, up) ─▶ hubs of others
//                                     └─▶ (branch) ─▶ rows of the segment
//
// A row passes on what comes from the rows above it and adds its own keys, then
// values. A hub goes through all blocks of keys in order: it takes a block from
// the hub above, its own store, or the hub below, and sends it to the hub on
// the other side and to its rows.
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/AttentionKernel.h"

using namespace mlir;
using namespace wafer;

void AttentionTasks::emitGather(const Row &row) {
  AffineExpr keys = plan.query.featureExtent(),
             values = plan.value.featureExtent();
  int64_t tokens = plan.maxTokens(), step = plan.split.rowsPerSegment(),
          allKeys = plan.query.features.largest(),
          allValues = plan.value.features.largest();
  AffineExpr first = plan.segment() * step; // row of the segment
  const BalancedBlocks &rows = plan.split.tokens;
  AffineExpr before = plan.tokenStart() - rows.start(first);
  if (!row.isHub) {
    emitter.async(kGather, [&]() {
      if (row.hasRowAbove)
        emitter.emit<pe::MoveOp>(emitter.f32(), {before, keys + values},
                                 emitter.onStream(plan.gather),
                                 {emitter.onStream(plan.gather)});
      emitter.emit<pe::MoveOp>(emitter.f32(), {this->tokens(), keys},
                               emitter.onStream(plan.gather),
                               {emitter.mem(plan.k, zero(), {1, tokens})});
      emitter.emit<pe::MoveOp>(
          emitter.f32(), {this->tokens(), values},
          emitter.onStream(plan.gather),
          {emitter.mem(plan.rawValue, zero(), {1, tokens})});
    });
    return;
  }
  if (row.hasRowAbove)
    emitter.loop(emitter.constant(step - 1), [&]() {
      AffineExpr from = first + emitter.index(0);
      AffineExpr at = rows.start(from) - rows.start(first);
      AffineExpr extent = rows.start(from + 1) - rows.start(from);
      emitter.emit<pe::MoveOp>(
          emitter.f32(), {extent, keys},
          emitter.mem(plan.hubKeys, at * allKeys, {allKeys, 1}),
          {emitter.onStream(plan.gather)});
      emitter.emit<pe::MoveOp>(
          emitter.f32(), {extent, values},
          emitter.mem(plan.hubValues, at * allValues, {allValues, 1}),
          {emitter.onStream(plan.gather)});
    });
  emitter.emit<pe::MoveOp>(
      emitter.f32(), {this->tokens(), keys},
      emitter.mem(plan.hubKeys, before * allKeys, {allKeys, 1}),
      {emitter.mem(plan.k, zero(), {1, tokens})});
  emitter.emit<pe::MoveOp>(
      emitter.f32(), {this->tokens(), values},
      emitter.mem(plan.hubValues, before * allValues, {allValues, 1}),
      {emitter.mem(plan.rawValue, zero(), {1, tokens})});
}

/// Block b between its place in memory and a stream.
void AttentionTasks::emitMoveBlock(AffineExpr b, FlatSymbolRefAttr stream,
                                   bool isSend) {
  int64_t allKeys = plan.query.features.largest(),
          allValues = plan.value.features.largest(),
          most = plan.split.keys.largest();
  auto move = [&](FlatSymbolRefAttr buffer, AffineExpr half, int64_t stride,
                  AffineExpr features) {
    Attribute memory = emitter.mem(buffer, half * (most * stride), {stride, 1});
    Attribute fabric = emitter.onStream(stream);
    emitter.emit<pe::MoveOp>(emitter.f32(), {keyExtent(b), features},
                             isSend ? fabric : memory,
                             {isSend ? memory : fabric});
  };
  move(plan.keyBlock, b % 2, allKeys, plan.query.featureExtent());
  move(plan.valueBlock, b % 3, allValues, plan.value.featureExtent());
}

void AttentionTasks::emitReceive(AffineExpr b, const Row &row) {
  emitter.async(kBlocks, [&]() {
    if (!row.isHub) {
      emitMoveBlock(b, plan.branch, /*isSend=*/false);
      return;
    }
    int64_t bound = plan.split.blocks() + 1;
    AffineExpr own = plan.firstOwnBlock(),
               after = own + plan.split.blocksPerSegment;
    if (row.hasHubAbove)
      emitter.loop(less(b, own, bound),
                   [&]() { emitMoveBlock(b, plan.down, /*isSend=*/false); });
    auto takeOwn = [&]() {
      AffineExpr at = plan.split.keys.start(b) - plan.split.keys.start(own);
      int64_t most = plan.split.keys.largest();
      auto move = [&](FlatSymbolRefAttr to, AffineExpr half,
                      FlatSymbolRefAttr from, int64_t stride,
                      AffineExpr features) {
        emitter.emit<pe::MoveOp>(
            emitter.f32(), {keyExtent(b), features},
            emitter.mem(to, half * (most * stride), {stride, 1}),
            {emitter.mem(from, at * stride, {stride, 1})});
      };
      move(plan.keyBlock, b % 2, plan.hubKeys, plan.query.features.largest(),
           plan.query.featureExtent());
      move(plan.valueBlock, b % 3, plan.hubValues,
           plan.value.features.largest(), plan.value.featureExtent());
    };
    if (plan.split.segments == 1) {
      takeOwn();
      return;
    }
    emitter.loop(less(own - 1, b, bound),
                 [&]() { emitter.loop(less(b, after, bound), takeOwn); });
    if (plan.up && row.hasHubBelow)
      emitter.loop(less(after - 1, b, bound),
                   [&]() { emitMoveBlock(b, plan.up, /*isSend=*/false); });
  });
}

/// A hub passes block b on.
void AttentionTasks::emitForward(AffineExpr b, const Row &row) {
  bool isDown = plan.down && row.hasHubBelow, isUp = plan.up && row.hasHubAbove;
  if (!isDown && !isUp && !plan.branch)
    return;
  int64_t bound = plan.split.blocks() + 1;
  AffineExpr own = plan.firstOwnBlock(),
             after = own + plan.split.blocksPerSegment;
  emitter.await({kForward});
  emitter.async(kForward, [&]() {
    if (isDown)
      emitter.loop(less(b, after, bound),
                   [&]() { emitMoveBlock(b, plan.down, /*isSend=*/true); });
    if (isUp)
      emitter.loop(less(own - 1, b, bound),
                   [&]() { emitMoveBlock(b, plan.up, /*isSend=*/true); });
    if (plan.branch)
      emitMoveBlock(b, plan.branch, /*isSend=*/true);
  });
}

/// What a row is sent of its segment's blocks behind its last token.
void AttentionTasks::emitDrain() {
  if (!plan.isCausal() || !plan.branch)
    return;
  AffineExpr end =
      plan.split.keys.start(plan.firstOwnBlock() + plan.split.blocksPerSegment);
  AffineExpr rest = end - plan.split.keys.start(plan.numBlocks());
  emitter.emit<pe::MoveOp>(
      emitter.f32(),
      {rest, plan.query.featureExtent() + plan.value.featureExtent()},
      emitter.discard(), {emitter.onStream(plan.branch)});
}
