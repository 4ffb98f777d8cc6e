//===- PlanAttention.cpp - rows, columns and blocks of attention *- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Planner.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

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
  hasAttention = true;
  SmallVector<int64_t, 1> &heads = groupHeads[find(item.toGroup)];
  if (!llvm::is_contained(heads, form->heads))
    heads.push_back(form->heads);
}

SmallVector<int64_t> Planner::launchCandidates() {
  if (program.getLaunches() > 1)
    return {static_cast<int64_t>(program.getLaunches())};
  SmallVector<int64_t> candidates;
  if (!hasAttention) {
    int64_t most = ceilDiv(mostTokens, rows);
    for (int64_t launches = 1; launches < most;
         launches = std::max(launches + 1, launches * 5 / 4))
      candidates.push_back(launches);
    candidates.push_back(most);
    return candidates;
  }
  // A launch has whole sequences of each attention.
  int64_t sequences = 0;
  for (const Item &item : items)
    if (item.attention)
      sequences = std::gcd(sequences, item.attention->batch);
  for (int64_t launches = 1; launches <= sequences; ++launches)
    if (sequences % launches == 0)
      candidates.push_back(launches);
  return candidates;
}

int64_t Planner::getRowUnit(size_t end, int64_t launches) const {
  int64_t unit = 1;
  for (size_t i = 0; i < end && unit <= machine.getHeight(); ++i)
    if (items[i].attention) {
      if (items[i].attention->batch % launches != 0)
        return 0;
      unit = std::lcm(unit, items[i].attention->batch / launches);
    }
  return unit <= machine.getHeight() ? unit : 0;
}

/// Are there segments of at least 8 rows whose keys and values fit in a hub?
bool Planner::isCuttable(const Item &item, int64_t rowsOfLaunch,
                         int64_t launches) {
  const AttentionItem &a = *item.attention;
  int64_t each = rowsOfLaunch * launches / a.batch,
          width = headCandidates(find(item.toGroup)).back(),
          elements = ceilDiv(a.heads * a.headSize, width) +
                     ceilDiv(a.heads * a.valueSize, width);
  for (int64_t segments = 1; segments <= each; ++segments)
    if (each % segments == 0 && (segments == 1 || each / segments >= 8) &&
        ceilDiv(a.sequence, segments) * elements * 4 <=
            machine.getUsableBytes() / 3)
      return true;
  return false;
}

bool Planner::chooseRows(int64_t launches) {
  if (isFixed || !hasAttention)
    return true;
  int64_t unit = getRowUnit(items.size(), launches);
  if (unit == 0)
    return false;
  int64_t most =
      std::min(machine.getHeight(), ceilDiv(mostTokens, launches)) / unit;
  most = std::max<int64_t>(most, 1);
  rows = most * unit;
  // A few rows less where segments divide those better.
  for (int64_t units = most; units > most - most / 10; --units)
    if (llvm::all_of(items, [&](const Item &item) {
          return !item.attention || isCuttable(item, units * unit, launches);
        })) {
      rows = units * unit;
      break;
    }
  return true;
}

LogicalResult Planner::explainSplit() {
  SmallVector<int64_t> launches = launchCandidates();
  for (size_t end = 1; end <= items.size() && !isFixed; ++end) {
    if (llvm::any_of(launches, [&](int64_t n) { return getRowUnit(end, n); }))
      continue;
    const Item &item = items[end - 1];
    InFlightDiagnostic diagnostic =
        getAttention(item.kernel).emitOpError("has ")
        << item.attention->batch << " sequence(s), which cannot have rows of "
        << "their own: " << machine.getName() << " has " << machine.getHeight()
        << " rows";
    if (program.getLaunches() > 1)
      diagnostic << " in each of " << program.getLaunches() << " launches";
    for (const Item &other : ArrayRef(items).take_front(end - 1))
      if (other.attention)
        diagnostic.attachNote(getAttention(other.kernel).getLoc())
            << "on the same rows are " << other.attention->batch
            << " sequence(s) of this attention";
    return diagnostic;
  }
  return getAttention(items[undealtItem].kernel)
             .emitOpError("cannot be dealt to columns and rows of ")
         << machine.getName() << ": " << undealtReason;
}

SmallVector<int64_t> Planner::headCandidates(int group) {
  if (fixed[group])
    return {fixed[group]->getWidth()};
  SmallVector<int64_t> widths;
  for (int64_t width = 1; width <= machine.getWidth(); ++width)
    if (llvm::all_of(groupHeads[group], [&](int64_t heads) {
          // Two features of a head may have to stay together.
          int64_t most = std::max<int64_t>(groupFeatures[group] / heads / 2, 1);
          return heads % width == 0 ||
                 (width % heads == 0 && width / heads <= most);
        }))
      widths.push_back(width);
  return widths;
}

std::optional<AttentionSplit> Planner::splitOf(const Item &item, int64_t width,
                                               int64_t launches,
                                               int64_t segments, int64_t blocks,
                                               std::string *reason) const {
  const AttentionItem &a = *item.attention;
  return getAttentionSplit(
      a.batch, a.sequence, a.heads, width, rows, launches,
      mesh::AttentionAttr::get(a.flow.getContext(), segments, blocks), reason);
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
