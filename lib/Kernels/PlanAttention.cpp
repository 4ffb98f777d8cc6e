//===- PlanAttention.cpp - rows, columns and blocks of attention *- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Planner.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wafer;

static int64_t ceilDiv(int64_t a, int64_t b) {
  return llvm::divideCeilSigned(a, b);
}

void Planner::collectAttention(Item &item, mesh::KernelOp kernel) {
  graph::AttentionOp op = getAttention(kernel);
  std::string reason;
  FailureOr<AttentionForm> form =
      op ? AttentionForm::match(op, reason) : FailureOr<AttentionForm>();
  if (failed(form))
    return;
  item.attention = AttentionItem{form->batch,     form->sequence,
                                 form->heads,     form->headSize,
                                 form->valueSize, form->key.rotary != nullptr};
  if (mlir::Value mask = op.getMask()) {
    auto shape = cast<RankedTensorType>(mask.getType()).getShape();
    auto varies = [&](size_t fromEnd) {
      return shape.size() >= fromEnd && shape[shape.size() - fromEnd] != 1;
    };
    item.attention->hasMask = true;
    item.attention->maskByKey = varies(1);
    item.attention->maskByToken = varies(2);
    item.attention->maskByHead = varies(3);
  }
  item.attention->flow = dyn_cast_or_null<mesh::AttentionAttr>(
      kernel.getDataflow().value_or(Attribute()));
  if (!item.attention->flow)
    item.attention->flow = mesh::AttentionAttr::get(kernel.getContext(), 0, 0);
  groupHeads[find(item.toGroup)] = form->heads;
}

static bool isCuttable(int64_t rows, int64_t sequence, int64_t elements,
                       int64_t bytes) {
  for (int64_t segments = 1; segments <= rows; ++segments)
    if (rows % segments == 0 && (segments == 1 || rows / segments >= 8) &&
        ceilDiv(sequence, segments) * elements * 4 <= bytes)
      return true;
  return false;
}

void Planner::chooseRows() {
  for (const Item &item : items) {
    if (!item.attention)
      continue;
    const AttentionItem &a = *item.attention;
    int64_t height = machine.getHeight();
    if (height < a.batch) { // Whole sequences on a row, as many as divide them.
      rows = height;
      while (a.batch % rows != 0)
        --rows;
      return;
    }
    int64_t most = std::min(a.sequence, height / a.batch);
    int64_t width = headCandidates(find(item.toGroup)).back();
    int64_t elements = ceilDiv(a.heads * a.headSize, width) +
                       ceilDiv(a.heads * a.valueSize, width);
    int64_t each = most;
    while (each > most - most / 10 && !isCuttable(each, a.sequence, elements,
                                                  machine.getUsableBytes() / 3))
      --each;
    rows = a.batch * each;
    return;
  }
}

SmallVector<int64_t> Planner::headCandidates(int group) {
  if (fixed[group])
    return {fixed[group]->getWidth()};
  int64_t heads = groupHeads[group], width = machine.getWidth();
  SmallVector<int64_t> widths;
  for (int64_t columns = 1; columns <= std::min(heads, width); ++columns)
    if (heads % columns == 0)
      widths.push_back(columns);
  // Two features of a head may have to stay together.
  int64_t most = std::max<int64_t>(groupFeatures[group] / heads / 2, 1);
  for (int64_t each = 2; each * heads <= width && each <= most; ++each)
    widths.push_back(each * heads);
  return widths;
}

std::optional<AttentionSplit> Planner::splitOf(const Item &item, int64_t width,
                                               int64_t launches,
                                               int64_t segments,
                                               int64_t blocks) const {
  const AttentionItem &a = *item.attention;
  return getAttentionSplit(
      a.batch, a.sequence, a.heads, width, rows, launches,
      mesh::AttentionAttr::get(a.flow.getContext(), segments, blocks));
}

int64_t Planner::attentionBytes(const Item &item, const AttentionSplit &split,
                                int64_t width) const {
  const AttentionItem &a = *item.attention;
  int64_t keyUnits = a.isTurned ? 2 : 1;
  int64_t keys = ceilDiv(a.heads * a.headSize / keyUnits, width) * keyUnits,
          values = ceilDiv(a.heads * a.valueSize, width);
  AttentionBuffers buffers =
      getAttentionBuffers(split, keys, values, a.isTurned);
  int64_t tokens = split.tokens.largest();
  int64_t mask = a.hasMask ? (a.maskByHead ? split.headsPerColumn : 1) *
                                 (a.maskByKey ? a.sequence : 1) *
                                 (a.maskByToken ? tokens : 1)
                           : 0;
  int64_t angles = a.isTurned ? 4 * (keys / 2 + 1) * tokens : 0;
  constexpr Function functions[] = {Function::ExpNonPositive,
                                    Function::ReciprocalNormal};
  return 4 * (buffers.total() + mask + angles) +
         getScratchBytes(functions, split.headsPerColumn *
                                        (split.keys.largest() + 1) * tokens);
}

/// The owner of a head's scores on a hub of the last segment: it weighs all
/// blocks and passes all on.
int64_t Planner::attentionCycles(const Item &item, const AttentionSplit &split,
                                 int64_t width) const {
  const AttentionItem &a = *item.attention;
  int64_t keys = ceilDiv(a.heads * a.headSize, width),
          values = ceilDiv(a.heads * a.valueSize, width),
          tokens = split.tokens.largest(), block = split.keys.largest(),
          heads = split.headsPerColumn;
  int64_t beats = ceilDiv(tokens, machine.getRate("mac", "f32"));
  int64_t products = block * (keys + values) * beats;
  int64_t weighing = 4 * heads * block * tokens +
                     getFunctionCycles(machine, Function::ExpNonPositive,
                                       heads * (block + 1), tokens);
  int64_t passing = 3 * block * (keys + values);
  int64_t setups = 16 * machine.getSetupCycles() +
                   5 * machine.getAsyncCycles() + 4 * machine.getLoopCycles();
  int64_t gathering = split.segmentKeys() * (keys + values) * 2;
  int64_t perHop = 2 * machine.getRampCycles() + machine.getHopCycles() + 2;
  int64_t way = perHop * (split.columnsPerHead + split.rowsPerSegment()) +
                split.segments *
                    (split.rowsPerSegment() + perHop + block * (keys + values));
  return gathering + way +
         split.blocks() * (products + weighing + passing + setups);
}

bool Planner::chooseSegments(const Item &item, KernelPlan &plan,
                             ArrayRef<int64_t> widths, int64_t launches,
                             int64_t bytes) {
  const AttentionItem &a = *item.attention;
  int64_t width = widths[find(item.toGroup)];
  int64_t perSequence = rows * launches / a.batch;
  struct Trial {
    int64_t segments, blocks, bytes, cycles;
  };
  SmallVector<Trial> trials;
  for (int64_t segments = 1; segments <= std::max<int64_t>(perSequence, 1);
       ++segments) {
    if (a.flow.getSegments() && segments != a.flow.getSegments())
      continue;
    int64_t segmentKeys = ceilDiv(a.sequence, segments), before = 0;
    for (int64_t size = 4; size == 4 || size < 2 * segmentKeys; size *= 2) {
      int64_t blocks =
          a.flow.getBlocks() ? a.flow.getBlocks() : ceilDiv(segmentKeys, size);
      std::optional<AttentionSplit> split =
          blocks == before ? std::nullopt
                           : splitOf(item, width, launches, segments, blocks);
      before = blocks;
      if (split)
        trials.push_back({segments, blocks, attentionBytes(item, *split, width),
                          attentionCycles(item, *split, width)});
    }
  }
  // The best of those that fit; without one, what needs the fewest bytes.
  int64_t best = INT64_MAX;
  for (const Trial &trial : trials)
    if (trial.bytes <= bytes)
      best = std::min(best, trial.cycles);
  const Trial *chosen = nullptr;
  for (const Trial &trial : trials) {
    // Smaller blocks where they cost next to nothing.
    if (best != INT64_MAX &&
        (trial.bytes > bytes || trial.cycles > best + best / 8))
      continue;
    if (!chosen || trial.bytes < chosen->bytes)
      chosen = &trial;
  }
  if (!chosen)
    return false;
  plan.segments = chosen->segments;
  plan.blocks = chosen->blocks;
  return true;
}
