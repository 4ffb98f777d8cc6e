//===- AttentionExpansion.cpp - the tasks of attention ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For every block of keys a PE multiplies its features of queries and keys. The
// products are summed along the head's columns to the last one, the owner,
// which keeps for each token the largest score so far, the sum of weights, and
// sends the weights (and what older sums are to be multiplied by) back to the
// head's columns. These multiply them with their features of the values, one
// block late, while the owner weighs the next one.
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/AttentionKernel.h"
#include "wafer/Kernels/Functions.h"

#include <limits>

using namespace mlir;
using namespace wafer;

/// The largest score before any: finite, so that no difference is NaN, and not
/// above any finite score, so that a mask of the lowest number weighs as it
/// does in a softmax. What nobody sees is -infinity.
static constexpr double kLowest = -std::numeric_limits<float>::max();
static constexpr double kHidden = -std::numeric_limits<double>::infinity();

static constexpr Function kFunctions[] = {Function::ExpNonPositive,
                                          Function::ReciprocalNormal};

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

void AttentionTasks::declareScratch() {
  int64_t x0 = plan.rect.getX0(), columns = plan.split.columnsPerHead;
  wafer::Region owners(
      StridedRange(x0 + columns - 1, plan.rect.getX1(), columns),
      StridedRange(plan.rect.getY0(), plan.rect.getY1()));
  functionScratch = FunctionEmitter::declareScratch(
      emitter, kFunctions,
      plan.split.headsPerColumn * (plan.split.keys.largest() + 1) *
          plan.maxTokens(),
      owners);
}

void AttentionTasks::emit() {
  int64_t x0 = plan.rect.getX0(), x1 = plan.rect.getX1(),
          y0 = plan.rect.getY0(), y1 = plan.rect.getY1(),
          columns = plan.split.columnsPerHead;
  wafer::Region all = plan.rect.getRegion();
  StridedRange rows(y0, y1);
  struct Part {
    const char *name;
    Place place;
    wafer::Region region;
  };
  SmallVector<Part> parts;
  if (columns == 1) {
    parts.push_back({"only", Place::Only, all});
  } else {
    wafer::Region first(StridedRange(x0, x1, columns), rows),
        last(StridedRange(x0 + columns - 1, x1, columns), rows);
    parts.push_back({"first", Place::First, first});
    parts.push_back(
        {"middle", Place::Middle, all.subtract(first).subtract(last)});
    parts.push_back({"last", Place::Last, last});
  }
  for (const Part &part : parts)
    for (const Row &row : getRows())
      emitTask((Twine(part.name) + row.name).str(),
               part.region.intersect(row.on), part.place, row);
}

SmallVector<AttentionTasks::Row> AttentionTasks::getRows() const {
  int64_t y0 = plan.rect.getY0(), y1 = plan.rect.getY1(),
          step = plan.split.rowsPerSegment(), each = plan.split.rowsPerSequence;
  auto rows = [&](int64_t first, int64_t stride) {
    return wafer::Region(StridedRange(plan.rect.getX0(), plan.rect.getX1()),
                         StridedRange(y0 + first, y1, stride));
  };
  bool gathers = step > 1, isCut = plan.split.segments > 1;
  wafer::Region first = gathers ? rows(0, step) : wafer::Region(),
                hubs = rows(step - 1, step), firstHubs = rows(step - 1, each),
                lastHubs = isCut ? rows(each - 1, each) : wafer::Region();
  return {
      {", first row", first, false, false, false, false},
      {", row", plan.rect.getRegion().subtract(first).subtract(hubs), false,
       true, false, false},
      {", first hub", firstHubs, true, gathers, false, isCut},
      {", hub", hubs.subtract(firstHubs).subtract(lastHubs), true, gathers,
       true, true},
      {", last hub", lastHubs, true, gathers, true, false},
  };
}

void AttentionTasks::emitTask(StringRef role, const wafer::Region &region,
                              Place place, const Row &row) {
  if (region.empty())
    return;
  emitter.beginTask(role, region);
  emitStart(place);
  emitGather(row);
  AffineExpr count = plan.numBlocks();
  int64_t bound = plan.split.blocks() + 1;
  emitReceive(zero(), row);
  emitter.loop(count, [&]() {
    AffineExpr b = emitter.index(0);
    emitter.await({kBlocks});
    if (row.isHub)
      emitForward(b, row);
    emitter.loop(less(b + 1, count, bound), [&]() { emitReceive(b + 1, row); });
    emitBlock(b, place);
  });
  if (!row.isHub)
    emitDrain();
  emitFinish(place);
  emitter.await({kBlocks, kForward, kSums, kGather});
  emitter.endTask();
}

/// Turned and scaled queries, turned keys, nothing weighed yet.
void AttentionTasks::emitStart(Place place) {
  int64_t stride = plan.maxTokens();
  AffineExpr features = plan.query.featureExtent();
  graph::AttentionOp op = plan.form.op;
  auto all = [&](FlatSymbolRefAttr buffer) {
    return emitter.mem(buffer, zero(), {stride, 1});
  };
  if (plan.form.key.rotary)
    emitTurned(plan.rawKey, plan.k, plan.form.key, keyCos, keySin);
  FlatSymbolRefAttr query = plan.rawQuery;
  if (plan.form.query.rotary) {
    emitTurned(plan.rawQuery, plan.q, plan.form.query, queryCos, querySin);
    query = plan.q;
  }
  emitter.emit<pe::MulOp>(
      emitter.f32(), {features, tokens()}, all(plan.q),
      {all(query),
       emitter.imm(emitter.f32(), op.getScale().convertToDouble())});
  emitter.emit<pe::MoveOp>(emitter.f32(),
                           {plan.value.featureExtent(), tokens()},
                           all(plan.result), {emitter.imm(emitter.f32(), 0)});
  if (place == Place::First || place == Place::Middle)
    return;
  for (auto [buffer, value] :
       {std::pair{plan.largest, kLowest}, {plan.sum, 0.0}})
    emitter.emit<pe::MoveOp>(emitter.f32(), {heads(), tokens()}, all(buffer),
                             {emitter.imm(emitter.f32(), value)});
}

/// (a, b) becomes (a·cos - b·sin, a·sin + b·cos); the rest is copied. The PE's
/// units [first, next) of two features; those whose number is a multiple of
/// `each` are turned.
void AttentionTasks::emitTurned(FlatSymbolRefAttr from, FlatSymbolRefAttr to,
                                const AttentionForm::Operand &operand,
                                FlatSymbolRefAttr cos, FlatSymbolRefAttr sin) {
  int64_t each = plan.query.order.unitsPerPair(), stride = plan.maxTokens();
  AffineExpr first = plan.query.featureStart().floorDiv(2),
             next = first + plan.query.featureExtent().floorDiv(2);
  AffineExpr begin = (first + (each - 1)).floorDiv(each),
             end = (next + (each - 1)).floorDiv(each);
  SmallVector<AffineExpr> extents = {end - begin, tokens()};
  AffineExpr at = (begin * each - first) * (2 * stride);
  auto part = [&](FlatSymbolRefAttr buffer, int64_t which) {
    return emitter.mem(buffer, at + which * stride, {2 * each * stride, 1});
  };
  Attribute c = emitter.mem(cos, zero(), {stride, 1}),
            s = emitter.mem(sin, zero(), {stride, 1}),
            product = emitter.mem(plan.scratch, zero(), {stride, 1});
  if (each > 1)
    emitter.emit<pe::MoveOp>(emitter.f32(),
                             {plan.query.featureExtent(), tokens()},
                             emitter.mem(to, zero(), {stride, 1}),
                             {emitter.mem(from, zero(), {stride, 1})});
  auto mul = [&](Attribute destination, Attribute a, Attribute b) {
    emitter.emit<pe::MulOp>(emitter.f32(), extents, destination, {a, b});
  };
  mul(part(to, 0), part(from, 0), c);
  mul(product, part(from, 1), s);
  emitter.emit<pe::SubOp>(emitter.f32(), extents, part(to, 0),
                          {part(to, 0), product});
  mul(part(to, 1), part(from, 1), c);
  mul(product, part(from, 0), s);
  emitter.emit<pe::AddOp>(emitter.f32(), extents, part(to, 1),
                          {part(to, 1), product});
}

//===----------------------------------------------------------------------===//
// A block of keys
//===----------------------------------------------------------------------===//

void AttentionTasks::emitBlock(AffineExpr b, Place place) {
  if (place == Place::Last || place == Place::Only) {
    emitOwner(b, place);
    return;
  }
  int64_t rows = plan.split.keys.largest();
  AffineExpr half = (b % 2) * plan.scoreHalf();
  emitScores(b, half, rows);
  emitPartial(b, place);
  // The weights of the block before; there is none at the first one.
  emitter.loop(less(zero(), b, plan.split.blocks() + 1),
               [&]() { emitLateUpdate(b - 1); });
}

/// scores[h][key][token] = sum over the PE's features of keys · queries.
void AttentionTasks::emitScores(AffineExpr b, AffineExpr offset,
                                int64_t headRows) {
  int64_t stride = plan.maxTokens(), all = plan.query.features.largest(),
          most = plan.split.keys.largest(),
          size = plan.split.headsPerColumn > 1 ? plan.form.headSize : 0;
  emitter.emit<pe::MoveOp>(
      emitter.f32(), {heads(), keyExtent(b), tokens()},
      emitter.mem(plan.scores, offset, {headRows * stride, stride, 1}),
      {emitter.imm(emitter.f32(), 0)});
  emitter.emit<pe::MacOp>(
      emitter.f32(), {heads(), keyExtent(b), plan.keyFeatures(), tokens()},
      emitter.mem(plan.scores, offset, {headRows * stride, stride, 0, 1}),
      {emitter.mem(plan.keyBlock, (b % 2) * (most * all), {size, all, 1, 0}),
       emitter.mem(plan.q, zero(), {size * stride, 0, stride, 1})});
}

/// Adds the sums from the west and passes them on.
void AttentionTasks::emitPartial(AffineExpr b, Place place) {
  Attribute own = emitter.mem(plan.scores, (b % 2) * plan.scoreHalf(),
                              {plan.maxTokens(), 1});
  SmallVector<AffineExpr> extents = {keyExtent(b), tokens()};
  Attribute fabric = emitter.onStream(plan.part);
  emitter.await({kSums});
  emitter.async(kSums, [&]() {
    if (place == Place::First)
      emitter.emit<pe::MoveOp>(emitter.f32(), extents, fabric, {own});
    else
      emitter.emit<pe::AddOp>(emitter.f32(), extents, fabric, {fabric, own});
  });
}

void AttentionTasks::emitOwner(AffineExpr b, Place place) {
  int64_t stride = plan.maxTokens(), rows = plan.scoreRows();
  AffineExpr half = (b % 2) * plan.scoreHalf(), keys = half + stride * stride;
  emitScores(b, keys, rows);
  SmallVector<int64_t> strides = {rows * stride, stride, 1};
  if (place == Place::Last) {
    Attribute scores = emitter.mem(plan.scores, keys, {stride, 1});
    emitter.emit<pe::AddOp>(emitter.f32(), {keyExtent(b), tokens()}, scores,
                            {emitter.onStream(plan.part), scores});
  }
  emitGivenMask(b);
  if (plan.isCausal())
    emitCausalMask(b);
  emitSoftmax(b);
  AffineExpr first = keys - stride; // the factor of older sums, then weights
  if (place == Place::Last) {
    emitter.await({kSums});
    emitter.async(kSums, [&]() {
      emitter.emit<pe::MoveOp>(emitter.f32(), {keyExtent(b) + 1, tokens()},
                               emitter.onStream(plan.back),
                               {emitter.mem(plan.scores, first, {stride, 1})});
    });
  }
  emitUpdate(b, plan.scores, first, rows);
}

void AttentionTasks::emitGivenMask(AffineExpr b) {
  if (!plan.mask)
    return;
  graph::AttentionOp op = plan.form.op;
  auto type = cast<RankedTensorType>(op.getMask().getType());
  int64_t missing = 4 - type.getRank(), stride = plan.maxTokens();
  auto varies = [&](int64_t d) {
    return d >= missing && type.getDimSize(d - missing) != 1;
  };
  int64_t perToken = varies(2) ? 1 : 0,
          perKey = varies(3) ? (varies(2) ? stride : 1) : 0,
          perHead = varies(1) ? (varies(3) ? plan.split.sequence : 1) *
                                    (varies(2) ? stride : 1)
                              : 0;
  AffineExpr keys = (b % 2) * plan.scoreHalf() + stride * stride;
  Attribute scores =
      emitter.mem(plan.scores, keys, {plan.scoreRows() * stride, stride, 1});
  emitter.emit<pe::AddOp>(
      emitter.f32(), {heads(), keyExtent(b), tokens()}, scores,
      {scores, emitter.mem(plan.mask, plan.split.keys.start(b) * perKey,
                           {perHead, perKey, perToken})});
}

/// Keys behind a token are lower than any: for token i those from place
/// t + i + 1 - (first key) on. Blocks with such keys only.
void AttentionTasks::emitCausalMask(AffineExpr b) {
  int64_t stride = plan.maxTokens(), bound = plan.split.sequence + 1;
  AffineExpr start = plan.split.keys.start(b),
             end = plan.split.keys.start(b + 1),
             half = (b % 2) * plan.scoreHalf();
  emitter.loop(less(plan.tokenStart() + 1, end, bound), [&]() {
    emitter.loop(tokens(), [&]() {
      AffineExpr i = emitter.index(2), seen = plan.tokenStart() + i + 1 - start;
      emitter.emit<pe::MoveOp>(emitter.f32(), {heads(), end - start - seen},
                               emitter.mem(plan.scores,
                                           half + (seen + stride) * stride + i,
                                           {plan.scoreRows() * stride, stride}),
                               {emitter.imm(emitter.f32(), kHidden)});
    });
  });
}

/// Scores become weights; the row before them becomes the factor of what was
/// weighed before.
void AttentionTasks::emitSoftmax(AffineExpr b) {
  int64_t stride = plan.maxTokens(), rows = plan.scoreRows() * stride,
          state = plan.split.headsPerColumn * stride;
  AffineExpr keys = (b % 2) * plan.scoreHalf() + stride * stride,
             first = keys - stride, count = keyExtent(b);
  auto at = [&](FlatSymbolRefAttr buffer, int64_t offset = 0) {
    return emitter.mem(buffer, emitter.constant(offset), {stride, 0, 1});
  };
  auto scores = [&](AffineExpr from) {
    return emitter.mem(plan.scores, from, {rows, stride, 1});
  };
  AffineExpr one = emitter.constant(1);
  auto f32 = emitter.f32();
  // The new largest score stands behind the old one until that is used.
  Attribute old = at(plan.largest), now = at(plan.largest, state);
  emitter.emit<pe::MoveOp>(f32, {heads(), one, tokens()}, now, {old});
  emitter.emit<pe::MaxOp>(f32, {heads(), count, tokens()}, now,
                          {now, scores(keys)});
  emitter.emit<pe::MoveOp>(f32, {heads(), one, tokens()}, scores(first), {old});
  emitter.emit<pe::MoveOp>(f32, {heads(), one, tokens()}, old, {now});
  emitter.emit<pe::SubOp>(f32, {heads(), count + 1, tokens()}, scores(first),
                          {scores(first), now});
  FunctionEmitter functions(
      emitter, functionScratch, {heads(), count + 1, tokens()},
      {(plan.split.keys.largest() + 1) * stride, stride, 1});
  functions.emit(Function::ExpNonPositive, scores(first), {scores(first)});
  Attribute sum = at(plan.sum);
  emitter.emit<pe::MulOp>(f32, {heads(), one, tokens()}, sum,
                          {sum, scores(first)});
  emitter.emit<pe::AddOp>(f32, {heads(), count, tokens()}, sum,
                          {sum, scores(keys)});
}

//===----------------------------------------------------------------------===//
// Weighted values
//===----------------------------------------------------------------------===//

/// result = result · factor + weights · values, `from` at `offset` with the
/// factor first.
void AttentionTasks::emitUpdate(AffineExpr b, FlatSymbolRefAttr from,
                                AffineExpr offset, int64_t headRows) {
  int64_t stride = plan.maxTokens(), all = plan.value.features.largest(),
          most = plan.split.keys.largest(),
          size = plan.split.headsPerColumn > 1 ? plan.form.valueSize : 0;
  auto f32 = emitter.f32();
  Attribute result =
      emitter.mem(plan.result, zero(), {size * stride, stride, 1});
  emitter.emit<pe::MulOp>(
      f32, {heads(), plan.valueFeatures(), tokens()}, result,
      {result, emitter.mem(from, offset, {headRows * stride, 0, 1})});
  emitter.emit<pe::MacOp>(
      f32, {heads(), keyExtent(b), plan.valueFeatures(), tokens()},
      emitter.mem(plan.result, zero(), {size * stride, 0, stride, 1}),
      {emitter.mem(plan.valueBlock, (b % 3) * (most * all), {size, all, 1, 0}),
       emitter.mem(from, offset + stride, {headRows * stride, stride, 0, 1})});
}

void AttentionTasks::emitLateUpdate(AffineExpr b) {
  emitter.emit<pe::MoveOp>(
      emitter.f32(), {keyExtent(b) + 1, tokens()},
      emitter.mem(plan.weights, zero(), {plan.maxTokens(), 1}),
      {emitter.onStream(plan.back)});
  emitUpdate(b, plan.weights, zero(), plan.split.keys.largest() + 1);
}

/// Divides by the sum of weights, which the owner sends last.
void AttentionTasks::emitFinish(Place place) {
  int64_t stride = plan.maxTokens(),
          size = plan.split.headsPerColumn > 1 ? plan.form.valueSize : 0;
  auto f32 = emitter.f32();
  AffineExpr one = emitter.constant(1);
  FlatSymbolRefAttr factor = plan.sum;
  if (place == Place::Last || place == Place::Only) {
    Attribute sum = emitter.mem(plan.sum, zero(), {stride, 1});
    // A query that sees no key has weighed nothing: 0 over anything.
    emitter.emit<pe::MaxOp>(f32, {heads(), tokens()}, sum,
                            {sum, emitter.imm(f32, 1e-30)});
    FunctionEmitter(emitter, functionScratch, {heads(), tokens()}, {stride, 1})
        .emit(Function::ReciprocalNormal, sum, {sum});
    if (place == Place::Last) {
      emitter.await({kSums});
      emitter.async(kSums, [&]() {
        emitter.emit<pe::MoveOp>(f32, {one, tokens()},
                                 emitter.onStream(plan.back), {sum});
      });
    }
  } else {
    emitLateUpdate(plan.numBlocks() - 1);
    factor = plan.weights;
    emitter.emit<pe::MoveOp>(f32, {one, tokens()},
                             emitter.mem(factor, zero(), {stride, 1}),
                             {emitter.onStream(plan.back)});
  }
  Attribute result =
      emitter.mem(plan.result, zero(), {size * stride, stride, 1});
  emitter.emit<pe::MulOp>(
      f32, {heads(), plan.valueFeatures(), tokens()}, result,
      {result, emitter.mem(factor, zero(), {stride, 0, 1})});
}
