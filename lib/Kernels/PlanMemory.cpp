//===- PlanMemory.cpp - modelled bytes of a PE ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/NormalizationKernel.h"
#include "wafer/Kernels/Planner.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wafer;

static int64_t ceilDiv(int64_t a, int64_t b) {
  return llvm::divideCeilSigned(a, b);
}

void Planner::addOwnBuffers(const Item &item, const KernelPlan &plan,
                            ArrayRef<int64_t> widths, int64_t launches,
                            bool resident, AddBuffer add) {
  int64_t owners = widths[find(item.toGroup)],
          tokens = ceilDiv(item.tokens, rows * launches);
  int64_t features = ceilDiv(item.outputs, owners), part = features * tokens;
  ProductCostInput cost = costInput(item, plan, widths, launches);
  bool weightsResident =
      item.isProduct && plan.weights == mesh::Weights::Resident;
  if (resident) {
    add("operands of elementwise ops of",
        4 * (item.operandFeatures * features + item.operandTokens * tokens +
             item.operandBoth * part));
    if (item.hostInput)
      add("input of", 4 * cost.inputs * tokens);
    if (weightsResident)
      add("weights of", getWeightBytes(cost));
  }
  if (item.attention) {
    std::optional<AttentionSplit> split =
        splitOf(item, owners, launches, plan.segments, plan.blocks);
    if (!split)
      add("no split of", machine.getUsableBytes() + 1);
    else if (resident)
      addAttentionOperands(item, *split, owners, add);
    else
      addAttentionBuffers(item, *split, owners, add);
    return;
  }
  if (resident)
    return;
  add("results of elementwise ops of", 4 * item.results * part);
  add("registers of functions of",
      getMapScratchBytes(item.mapOps, features, tokens));
  if (item.norm)
    add("statistics of", getNormalizationBytes(item.norm, tokens));
  if (!item.isProduct)
    return;
  add("two blocks of sums of", getPartialBytes(cost));
  if (!weightsResident)
    add("two blocks of weights of", getWeightBytes(cost));
}

int64_t Planner::ownBytes(const Item &item, const KernelPlan &plan,
                          ArrayRef<int64_t> widths, int64_t launches,
                          bool resident) {
  int64_t sum = 0;
  addOwnBuffers(item, plan, widths, launches, resident,
                [&](StringRef, int64_t bytes) { sum += bytes; });
  return sum;
}

bool Planner::isResidentAt(size_t item, size_t at, int64_t launches) {
  // What is loaded once for several launches stays to the end.
  return launches > 1 || item >= at;
}

std::vector<int64_t> Planner::residentBytes(const Plan &plan,
                                            ArrayRef<int64_t> widths) {
  std::vector<int64_t> bytes(items.size());
  int64_t sum = 0;
  for (size_t i = items.size(); i-- > 0;)
    bytes[i] = sum += ownBytes(items[i], plan.kernels[i], widths, plan.launches,
                               /*resident=*/true);
  for (size_t i = 0; i < items.size(); ++i)
    if (isResidentAt(0, i, plan.launches))
      bytes[i] = sum;
  return bytes;
}

int64_t Planner::bytesAt(size_t i, ArrayRef<int64_t> widths, int64_t launches) {
  int64_t bytes = 0;
  for (const Value &value : values)
    if (value.first <= i && value.last >= i)
      bytes += valueBytes(value, widths, launches);
  return bytes;
}

int64_t Planner::valueBytes(const Value &value, ArrayRef<int64_t> widths,
                            int64_t launches) {
  return 4 * ceilDiv(value.features, widths[find(value.group)]) *
         ceilDiv(value.tokens, rows * launches);
}

std::vector<Planner::Buffer>
Planner::listBuffers(const Plan &plan, ArrayRef<int64_t> widths, size_t at) {
  std::vector<Buffer> buffers;
  auto add = [&](StringRef what, size_t item, int64_t bytes) {
    mesh::KernelOp kernel = items[item].kernel;
    if (bytes > 0)
      buffers.push_back({(what + " @" + kernel.getSymName()).str(), bytes});
  };
  for (const Value &value : values)
    if (value.first <= at && value.last >= at)
      add("result of", value.maker, valueBytes(value, widths, plan.launches));
  for (size_t i = 0; i < items.size(); ++i)
    for (bool resident : {true, false})
      if (resident ? isResidentAt(i, at, plan.launches) : i == at)
        addOwnBuffers(
            items[i], plan.kernels[i], widths, plan.launches, resident,
            [&](StringRef what, int64_t bytes) { add(what, i, bytes); });
  llvm::sort(buffers, [](const Buffer &a, const Buffer &b) {
    return std::tie(b.bytes, a.what) < std::tie(a.bytes, b.what);
  });
  return buffers;
}

void Planner::addAttentionOperands(const Item &item,
                                   const AttentionSplit &split, int64_t width,
                                   AddBuffer add) const {
  const AttentionItem &a = *item.attention;
  int64_t tokens = split.tokens.largest();
  if (a.hasMask)
    add("mask of", 4 * (a.maskByHead ? split.headsPerColumn : 1) *
                       (a.maskByKey ? a.sequence : 1) *
                       (a.maskByToken ? tokens : 1));
  if (a.isTurned)
    add("angles of", 4 * 4 * (keyFeatures(item, width) / 2 + 1) * tokens);
}

int64_t Planner::keyFeatures(const Item &item, int64_t width) const {
  const AttentionItem &a = *item.attention;
  int64_t unit = a.isTurned ? 2 : 1; // pairs stay together
  return ceilDiv(a.heads * a.headSize / unit, width) * unit;
}

void Planner::addAttentionBuffers(const Item &item, const AttentionSplit &split,
                                  int64_t width, AddBuffer add) const {
  const AttentionItem &a = *item.attention;
  int64_t keys = keyFeatures(item, width),
          values = ceilDiv(a.heads * a.valueSize, width);
  AttentionBuffers buffers =
      getAttentionBuffers(split, keys, values, a.isTurned);
  int64_t tokens = split.tokens.largest();
  constexpr Function functions[] = {Function::ExpNonPositive,
                                    Function::ReciprocalNormal};
  add("queries of", 4 * (buffers.q + buffers.turned));
  add("turned keys of", 4 * buffers.k);
  add("blocks of keys of", 4 * buffers.keyBlock);
  add("blocks of values of", 4 * buffers.valueBlock);
  add("scores of", 4 * (buffers.scores + buffers.weights + 3 * buffers.state));
  add("a segment's keys of", 4 * buffers.hubKeys);
  add("a segment's values of", 4 * buffers.hubValues);
  add("registers of functions of",
      getScratchBytes(functions, split.headsPerColumn *
                                     (split.keys.largest() + 1) * tokens));
}

int64_t Planner::attentionBytes(const Item &item, const AttentionSplit &split,
                                int64_t width) const {
  int64_t sum = 0;
  addAttentionBuffers(item, split, width,
                      [&](StringRef, int64_t bytes) { sum += bytes; });
  return sum;
}
