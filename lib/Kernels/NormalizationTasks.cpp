//===- NormalizationTasks.cpp - the tasks of a normalisation ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/NormalizationTasks.h"

using namespace mlir;
using namespace wafer;

/// Rows of `sums`. The statistics take the places of the sums: the mean (or
/// what was left of it) and 1/sqrt(variance + epsilon).
static constexpr int64_t kMean = 0, kVariance = 1, kTemporary = 2;

static double getEpsilon(Operation *norm) {
  if (auto layer = dyn_cast<graph::LayerNormalizationOp>(norm))
    return layer.getEpsilon().convertToDouble();
  return cast<graph::RMSNormalizationOp>(norm).getEpsilon().convertToDouble();
}

NormalizationPlan::NormalizationPlan(Operation *norm, mesh::RectAttr rect,
                                     int64_t launches)
    : norm(norm), centred(isa<graph::LayerNormalizationOp>(norm)),
      epsilon(getEpsilon(norm)), rect(rect),
      sharding(rect, launches, getTokenShape(norm->getResult(0).getType())) {}

static wafer::Region columnsOf(mesh::RectAttr rect, int64_t begin,
                               int64_t end) {
  if (begin >= end)
    return {};
  return wafer::Region(StridedRange(rect.getX0() + begin, rect.getX0() + end),
                       StridedRange(rect.getY0(), rect.getY1()));
}

void NormalizationTasks::declare() {
  mesh::RectAttr rect = plan.rect;
  int64_t tokens = plan.sharding.tokens.largest(), width = rect.getWidth();
  plan.y = emitter.buffer("y", emitter.f32(), plan.sharding.largestPart(),
                          rect.getRegion());
  plan.sums =
      emitter.buffer("sums", emitter.f32(),
                     NormalizationPlan::kStatistics * tokens, rect.getRegion());
  plan.scratch =
      FunctionEmitter::declareScratch(emitter, {Function::RsqrtNormal}, tokens,
                                      columnsOf(rect, width - 1, width));
  if (width == 1)
    return;
  // The families of a product on the same rectangle, so that they share its
  // channels.
  AffineExpr i0 = emitter.index(0), i1 = emitter.index(1);
  AffineExpr x = i0 + rect.getX0(), y = i1 + rect.getY0();
  plan.part =
      emitter.stream("part", StreamSpec{{0, width - 1, 0, rect.getHeight()},
                                        "",
                                        x,
                                        y,
                                        x + 1,
                                        x + 2,
                                        y,
                                        y + 1});
  AffineExpr row = i0 + rect.getY0();
  plan.out =
      emitter.stream("out", StreamSpec{{0, rect.getHeight()},
                                       "",
                                       emitter.constant(rect.getX1() - 1),
                                       row,
                                       emitter.constant(rect.getX0()),
                                       emitter.constant(rect.getX1()),
                                       row,
                                       row + 1});
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

Attribute NormalizationTasks::statistic(int64_t row) {
  int64_t tokens = plan.sharding.tokens.largest();
  return emitter.mem(plan.sums, emitter.constant(row * tokens), {1});
}

Attribute NormalizationTasks::spread(int64_t row) {
  int64_t tokens = plan.sharding.tokens.largest();
  return emitter.mem(plan.sums, emitter.constant(row * tokens), {0, 1});
}

Attribute NormalizationTasks::elements(FlatSymbolRefAttr buffer) {
  return emitter.mem(buffer, emitter.constant(0),
                     {plan.sharding.tokens.largest(), 1});
}

//===----------------------------------------------------------------------===//
// Statistics
//===----------------------------------------------------------------------===//

void NormalizationTasks::emitStatistics() {
  int64_t width = plan.rect.getWidth();
  if (width == 1)
    return emitRole("only", Role::Only, 0, 1);
  emitRole("first", Role::First, 0, 1);
  emitRole("middle", Role::Middle, 1, width - 1);
  emitRole("last", Role::Last, width - 1, width);
}

void NormalizationTasks::emitRole(StringRef name, Role role, int64_t begin,
                                  int64_t end) {
  SmallVector<AffineExpr> extents = {plan.sharding.featureExtent(),
                                     plan.sharding.tokenExtent()};
  emitter.beginTask(name, columnsOf(plan.rect, begin, end));
  if (!plan.centred) {
    emitSums(plan.x, /*squares=*/true);
    exchange(role, kVariance, 1, [&] {
      emitMean(kVariance);
      emitInverseRoot();
    });
    emitter.endTask();
    return;
  }
  emitSums(plan.x, /*squares=*/false);
  exchange(role, kMean, 1, [&] { emitMean(kMean); });
  emitter.emit<pe::SubOp>(emitter.f32(), extents, elements(plan.y),
                          {elements(plan.x), spread(kMean)});
  emitSums(plan.y, /*squares=*/false);
  emitSums(plan.y, /*squares=*/true);
  exchange(role, kMean, 2, [&] {
    emitMean(kMean);
    emitMean(kVariance);
    // The variance about the mean of the deviations; rounding may leave it
    // below 0.
    SmallVector<AffineExpr> tokens = {plan.sharding.tokenExtent()};
    emitter.emit<pe::MulOp>(emitter.f32(), tokens, statistic(kTemporary),
                            {statistic(kMean), statistic(kMean)});
    emitter.emit<pe::SubOp>(emitter.f32(), tokens, statistic(kVariance),
                            {statistic(kVariance), statistic(kTemporary)});
    emitInverseRoot();
  });
  emitter.endTask();
}

/// Sums of this PE's features, or of their squares, for each token.
void NormalizationTasks::emitSums(FlatSymbolRefAttr of, bool squares) {
  AffineExpr tokens = plan.sharding.tokenExtent();
  SmallVector<AffineExpr> extents = {plan.sharding.featureExtent(), tokens};
  int64_t row = squares ? kVariance : kMean;
  Attribute source = elements(of);
  emitter.emit<pe::MoveOp>(emitter.f32(), {tokens}, statistic(row),
                           {number(0)});
  if (squares)
    emitter.emit<pe::MacOp>(emitter.f32(), extents, spread(row),
                            {source, source});
  else
    emitter.emit<pe::AddOp>(emitter.f32(), extents, spread(row),
                            {spread(row), source});
}

void NormalizationTasks::exchange(Role role, int64_t row, int64_t rows,
                                  function_ref<void()> finish) {
  int64_t stride = plan.sharding.tokens.largest();
  SmallVector<AffineExpr> extents = {emitter.constant(rows),
                                     plan.sharding.tokenExtent()};
  Attribute sums =
      emitter.mem(plan.sums, emitter.constant(row * stride), {stride, 1});
  bool ends = role == Role::Last || role == Role::Only;
  Attribute next = ends || !plan.part ? sums : emitter.onStream(plan.part);
  if (role == Role::First)
    emitter.emit<pe::MoveOp>(emitter.f32(), extents, next, {sums});
  else if (role != Role::Only)
    emitter.emit<pe::AddOp>(emitter.f32(), extents, next,
                            {emitter.onStream(plan.part), sums});
  if (ends)
    finish();
  if (role == Role::Last)
    emitter.emit<pe::MoveOp>(emitter.f32(), extents, emitter.onStream(plan.out),
                             {sums});
  else if (role != Role::Only)
    emitter.emit<pe::MoveOp>(emitter.f32(), extents, sums,
                             {emitter.onStream(plan.out)});
}

void NormalizationTasks::emitMean(int64_t row) {
  double features = static_cast<double>(plan.sharding.features.size);
  emitter.emit<pe::MulOp>(emitter.f32(), {plan.sharding.tokenExtent()},
                          statistic(row),
                          {statistic(row), number(1 / features)});
}

/// 1/sqrt(max(variance, 0) + epsilon) in its place.
void NormalizationTasks::emitInverseRoot() {
  SmallVector<AffineExpr> tokens = {plan.sharding.tokenExtent()};
  Attribute variance = statistic(kVariance);
  emitter.emit<pe::MaxOp>(emitter.f32(), tokens, variance,
                          {variance, number(0)});
  emitter.emit<pe::AddOp>(emitter.f32(), tokens, variance,
                          {variance, number(plan.epsilon)});
  FunctionEmitter(emitter, plan.scratch, tokens, {1})
      .emit(Function::RsqrtNormal, variance, {variance});
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

void NormalizationTasks::emitNormalized() {
  SmallVector<AffineExpr> extents = {plan.sharding.featureExtent(),
                                     plan.sharding.tokenExtent()};
  Attribute y = elements(plan.y);
  if (plan.centred)
    emitter.emit<pe::SubOp>(emitter.f32(), extents, y, {y, spread(kMean)});
  emitter.emit<pe::MulOp>(
      emitter.f32(), extents, y,
      {plan.centred ? y : elements(plan.x), spread(kVariance)});
  emitter.emit<pe::MulOp>(emitter.f32(), extents, y, {y, plan.scale});
  if (plan.bias)
    emitter.emit<pe::AddOp>(emitter.f32(), extents, y, {y, plan.bias});
}
