//===- Planner.cpp - places kernels by modelled cost ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Planner.h"

#include "wafer/Kernels/HostAccess.h"
#include "wafer/Kernels/NormalizationKernel.h"
#include "wafer/Kernels/ProductKernel.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace wafer;

/// Bytes of a PE that are left free where that costs cycles only: buffers of
/// several lives do not fit without gaps.
static int64_t getSlackBytes(machine::DescAttr machine) {
  return machine.getUsableBytes() / 32;
}

static int64_t ceilDiv(int64_t a, int64_t b) {
  return llvm::divideCeilSigned(a, b);
}

Planner::Planner(mesh::ProgramOp program)
    : program(program), machine(program.getMachine()) {
  collect();
}

//===----------------------------------------------------------------------===//
// The problem
//===----------------------------------------------------------------------===//

int Planner::newGroup(int64_t features) {
  parents.push_back(parents.size());
  groupFeatures.push_back(features);
  groupHeads.emplace_back();
  fixed.push_back(std::nullopt);
  return parents.back();
}

int Planner::find(int group) {
  while (parents[group] != group)
    group = parents[group] = parents[parents[group]];
  return group;
}

void Planner::unite(int a, int b) {
  a = find(a), b = find(b);
  if (a == b)
    return;
  parents[std::max(a, b)] = std::min(a, b);
  groupFeatures[std::min(a, b)] = std::max(groupFeatures[a], groupFeatures[b]);
  for (int64_t heads : groupHeads[std::max(a, b)])
    if (!llvm::is_contained(groupHeads[std::min(a, b)], heads))
      groupHeads[std::min(a, b)].push_back(heads);
  if (!fixed[std::min(a, b)])
    fixed[std::min(a, b)] = fixed[std::max(a, b)];
}

/// Host operands of the elementwise ops: what each PE loads of them.
void Planner::addOperands(Item &item, mesh::KernelOp kernel) {
  graph::MatmulOp product =
      item.isProduct ? getProduct(kernel) : graph::MatmulOp();
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (&op == product || !isMapOp(&op) || isa<graph::ReshapeOp>(op))
      continue;
    item.mapOps.push_back(&op);
    item.results += !reusesOperand(&op);
    for (mlir::Value operand : op.getOperands()) {
      BlockArgument argument = getViewedArgument(operand);
      if (!argument ||
          mesh::getLayout(
              kernel.getInputs()[argument.getArgNumber()].getType()))
        continue;
      auto type = cast<RankedTensorType>(operand.getType());
      bool byFeature = type.getRank() > 0 && type.getShape().back() != 1;
      bool byToken = llvm::any_of(type.getShape().drop_back(type.getRank() > 0),
                                  [](int64_t d) { return d != 1; });
      (byFeature ? byToken ? item.operandBoth : item.operandFeatures
                 : item.operandTokens) += 1;
    }
  }
}

void Planner::collect() {
  llvm::DenseMap<mlir::Value, int> groups;
  llvm::DenseMap<mlir::Value, size_t> valueIndex;
  for (auto kernel : program.getBody().getOps<mesh::KernelOp>()) {
    Item item;
    item.kernel = kernel;
    size_t index = items.size();
    TokenShape out = getTokenShape(kernel.getResult(0).getType());
    item.tokens = out.tokens;
    item.outputs = out.features;
    item.toGroup = newGroup(out.features);
    auto flow = dyn_cast_or_null<mesh::ProductAttr>(
        kernel.getDataflow().value_or(Attribute()));
    graph::MatmulOp product = getProduct(kernel);
    BlockArgument lhs =
        product ? getViewedArgument(product.getLhs()) : BlockArgument();
    if (product) {
      item.isProduct = true;
      FailureOr<ProductShape> shape = getProductShape(product);
      item.inputs = succeeded(shape) ? shape->inputs : 0;
      item.outputs = succeeded(shape) ? shape->outputs : out.features;
      item.atGroup = newGroup(item.inputs);
      item.hostInput =
          !mesh::getLayout(kernel.getInputs()[lhs.getArgNumber()].getType());
      if (flow && kernel.getAt())
        item.weights = flow.getWeights();
      else if (flow)
        item.weights = flow.getWeights() == mesh::Weights::Streamed
                           ? std::optional(flow.getWeights())
                           : std::nullopt;
      item.pieces = flow ? flow.getPieces() : 0;
    }
    item.norm = getNormalization(kernel);
    if (item.norm) {
      BlockArgument x = getViewedArgument(item.norm->getOperand(0));
      item.inputs = out.features;
      item.hostInput =
          !mesh::getLayout(kernel.getInputs()[x.getArgNumber()].getType());
      // As if both scale and bias were one for each feature.
      item.operandFeatures += item.norm->getNumOperands() - 1;
    }
    bool reshard = isa_and_nonnull<mesh::ReshardAttr>(
        kernel.getDataflow().value_or(Attribute()));
    for (auto [i, input] : llvm::enumerate(kernel.getInputs())) {
      if (!mesh::getLayout(input.getType()))
        continue;
      BlockArgument argument = kernel.getBody().getArgument(i);
      bool usedByMap = llvm::any_of(argument.getUsers(), [&](Operation *user) {
        return user != product;
      });
      if (argument == lhs)
        unite(item.atGroup, groups[input]);
      if (reshard)
        item.atGroup = groups[input];
      else if (argument != lhs || usedByMap)
        unite(item.toGroup, groups[input]);
      values[valueIndex[input]].last = index;
    }
    item.isRing = flow && flow.getReduce() == mesh::Reduce::Ring;
    if (item.isRing)
      unite(item.atGroup, item.toGroup);
    if (item.atGroup < 0)
      item.atGroup = item.toGroup;
    if (kernel.getAt()) {
      fixed[find(item.atGroup)] = kernel.getAt();
      fixed[find(item.toGroup)] = kernel.getTo();
    }
    Operation *yield = kernel.getBody().front().getTerminator();
    for (auto [result, yielded] :
         llvm::zip(kernel.getResults(), yield->getOperands())) {
      TokenShape shape = getTokenShape(result.getType());
      groups[result] = item.toGroup;
      valueIndex[result] = values.size();
      // A view of a host tensor is loaded before the first kernel starts.
      values.push_back({item.toGroup, shape.features, shape.tokens,
                        getViewedArgument(yielded) ? 0 : index, index, index});
    }
    collectAttention(item, kernel);
    addOperands(item, kernel);
    mostTokens = std::max(mostTokens, item.tokens);
    items.push_back(item);
  }
  for (auto output : program.getBody().getOps<mesh::OutputOp>())
    if (auto it = valueIndex.find(output.getValue()); it != valueIndex.end())
      values[it->second].last = items.size();
  rows = std::min(machine.getHeight(), mostTokens);
  for (std::optional<mesh::RectAttr> rect : fixed)
    if (rect)
      firstRow = rect->getY0(), rows = rect->getHeight(), isFixed = true;
}

SmallVector<int64_t> Planner::candidates(int group) {
  if (fixed[group])
    return {fixed[group]->getWidth()};
  if (!groupHeads[group].empty())
    return headCandidates(group);
  int64_t features = groupFeatures[group], width = machine.getWidth();
  SmallVector<int64_t> widths;
  for (int64_t share = ceilDiv(features, width); share <= features;
       share = std::max(share + 1, share * 5 / 4)) {
    widths.push_back(std::min(width, ceilDiv(features, share)));
    if (share == ceilDiv(features, width))
      widths.push_back(std::min(width, features));
  }
  llvm::sort(widths);
  widths.erase(llvm::unique(widths), widths.end());
  return widths;
}

//===----------------------------------------------------------------------===//
// One choice of widths
//===----------------------------------------------------------------------===//

ProductCostInput Planner::costInput(const Item &item, const KernelPlan &plan,
                                    ArrayRef<int64_t> widths,
                                    int64_t launches) {
  int64_t columns = widths[find(item.atGroup)],
          owners = widths[find(item.toGroup)];
  return {ceilDiv(item.inputs, columns),
          ceilDiv(item.tokens, rows * launches),
          item.outputs,
          item.inputs,
          columns,
          owners,
          owners * plan.pieces,
          plan.weights == mesh::Weights::Streamed,
          item.isRing};
}

/// Makes weights streamed, the largest first, until every kernel fits with its
/// smallest blocks.
bool Planner::chooseWeights(Plan &plan, ArrayRef<int64_t> widths) {
  for (size_t i = 0; i < items.size(); ++i) {
    const Item &item = items[i];
    plan.kernels[i].weights = item.weights.value_or(mesh::Weights::Resident);
    plan.kernels[i].pieces =
        item.pieces ? item.pieces
                    : ceilDiv(item.outputs, widths[find(item.toGroup)]);
    if (item.attention &&
        !chooseSegments(item, plan.kernels[i], widths, plan.launches, 0)) {
      undealtItem = i;
      (void)splitOf(item, widths[find(item.toGroup)], plan.launches,
                    item.attention->flow.getSegments(),
                    item.attention->flow.getBlocks(), &undealtReason);
      return false;
    }
  }
  while (true) {
    int64_t peak = -1, largestBytes = 0;
    size_t worst = 0, largest = items.size();
    std::vector<int64_t> resident = residentBytes(plan, widths);
    for (size_t i = 0; i < items.size(); ++i) {
      int64_t bytes = resident[i] + bytesAt(i, widths, plan.launches) +
                      ownBytes(items[i], plan.kernels[i], widths, plan.launches,
                               /*resident=*/false);
      if (bytes > peak)
        peak = bytes, worst = i;
    }
    // Only weights that are there at that time make room.
    for (size_t i = 0; i < items.size(); ++i) {
      bool movable = items[i].isProduct && !items[i].weights &&
                     isResidentAt(i, worst, plan.launches) &&
                     plan.kernels[i].weights == mesh::Weights::Resident;
      int64_t weightBytes =
          movable ? getWeightBytes(costInput(items[i], plan.kernels[i], widths,
                                             plan.launches))
                  : 0;
      if (weightBytes > largestBytes)
        largestBytes = weightBytes, largest = i;
    }
    bool isLast = largest == items.size() || machine.getPorts().empty();
    if (peak <=
        machine.getUsableBytes() - (isLast ? 0 : getSlackBytes(machine)))
      return true;
    if (isLast) {
      if (bestShortfall < 0 || peak < bestBytes) {
        bestShortfall = peak - machine.getUsableBytes(), bestBytes = peak,
        bestItem = worst;
        bestBuffers = listBuffers(plan, widths, worst);
      }
      return false;
    }
    plan.kernels[largest].weights = mesh::Weights::Streamed;
  }
}

/// Larger blocks cost fewer set-ups and more SRAM: the best of those that fit.
bool Planner::chooseBlocks(Plan &plan, ArrayRef<int64_t> widths) {
  std::vector<int64_t> resident = residentBytes(plan, widths);
  for (size_t i = 0; i < items.size(); ++i) {
    const Item &item = items[i];
    KernelPlan &kernel = plan.kernels[i];
    int64_t rest = machine.getUsableBytes() - resident[i] -
                   bytesAt(i, widths, plan.launches),
            best = -1;
    int64_t most = ceilDiv(item.outputs, widths[find(item.toGroup)]);
    if (item.isProduct && !item.pieces) {
      SmallVector<std::pair<int64_t, int64_t>> trials; // pieces, cycles
      KernelPlan trial = kernel;
      for (trial.pieces = 1; trial.pieces <= most;
           trial.pieces = std::max(trial.pieces + 1, trial.pieces * 9 / 8)) {
        if (ownBytes(item, trial, widths, plan.launches, /*resident=*/false) >
            rest - getSlackBytes(machine))
          continue;
        int64_t cycles = getProductCycles(
            machine, costInput(item, trial, widths, plan.launches));
        best = best < 0 ? cycles : std::min(best, cycles);
        trials.push_back({trial.pieces, cycles});
      }
      // Fewer, larger blocks where it costs next to nothing.
      for (auto [pieces, cycles] : llvm::reverse(trials))
        if (cycles <= best + best / 100)
          kernel.pieces = pieces;
    }
    if (item.attention)
      chooseSegments(item, kernel, widths, plan.launches,
                     rest - getSlackBytes(machine));
    if (ownBytes(item, kernel, widths, plan.launches, /*resident=*/false) >
        rest)
      return false;
    int64_t features = ceilDiv(item.outputs, widths[find(item.toGroup)]);
    int64_t tokens = ceilDiv(item.tokens, rows * plan.launches);
    for (Operation *op : item.mapOps)
      kernel.cycles += getMapCycles(machine, op, features, tokens);
    if (item.norm)
      kernel.cycles += getNormalizationCycles(
          machine, item.norm, features, tokens, widths[find(item.atGroup)]);
    if (item.isProduct)
      kernel.cycles += getProductCycles(
          machine, costInput(item, kernel, widths, plan.launches));
    if (item.attention) {
      int64_t width = widths[find(item.toGroup)];
      kernel.cycles += attentionCycles(
          item,
          *splitOf(item, width, plan.launches, kernel.segments, kernel.blocks),
          width);
    }
    plan.cycles += kernel.cycles * plan.launches;
    plan.bytes =
        std::max(plan.bytes, machine.getUsableBytes() - rest +
                                 ownBytes(item, kernel, widths, plan.launches,
                                          /*resident=*/false));
  }
  return true;
}

std::optional<Planner::Plan> Planner::evaluate(ArrayRef<int64_t> widths,
                                               int64_t launches) {
  Plan plan;
  plan.launches = launches;
  plan.kernels.resize(items.size());
  if (!chooseWeights(plan, widths) || !chooseBlocks(plan, widths))
    return std::nullopt;
  return plan;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

LogicalResult Planner::explain() {
  mesh::KernelOp kernel = items[bestItem].kernel;
  if (bestShortfall < 0 && hasAttention)
    return explainSplit();
  InFlightDiagnostic diagnostic =
      kernel.emitOpError("does not fit: a PE needs ")
      << bestBytes << " bytes and " << machine.getName() << " has "
      << machine.getUsableBytes() << ", short by " << bestShortfall << " bytes";
  constexpr size_t kMostNamed = 5;
  Diagnostic &note = diagnostic.attachNote(kernel.getLoc());
  note << "the largest buffers of that PE: ";
  llvm::interleaveComma(ArrayRef(bestBuffers).take_front(kMostNamed), note,
                        [&](const Buffer &buffer) {
                          note << buffer.what << " " << buffer.bytes
                               << " bytes";
                        });
  diagnostic.attachNote(program.getLoc())
      << "with the widest rectangles, the smallest blocks, weights streamed "
         "where the "
         "machine has ports, and one token a row at a time";
  return diagnostic;
}

/// Kernels on the same columns share channels, which colours and queues limit:
/// groups that are a little wider than the heads of an attention become as wide
/// as these where it costs little.
void Planner::shareWidths(Plan &best, std::vector<int64_t> &widths) {
  int64_t shared = 0;
  for (size_t g = 0; g < parents.size(); ++g)
    if (find(g) == static_cast<int>(g) && !groupHeads[g].empty())
      shared = std::max(shared, widths[g]);
  std::vector<int64_t> trial = widths;
  for (size_t g = 0; g < parents.size(); ++g)
    if (find(g) == static_cast<int>(g) && !fixed[g] && groupHeads[g].empty() &&
        trial[g] > shared && trial[g] - shared <= shared / 8)
      trial[g] = shared;
  if (shared == 0 || trial == widths)
    return;
  std::optional<Plan> plan = evaluate(trial, best.launches);
  if (!plan || plan->cycles > best.cycles + best.cycles / 16)
    return;
  best = *plan;
  widths = trial;
}

FailureOr<Planner::Plan> Planner::solve() {
  if (items.empty())
    return Plan();
  std::optional<Plan> best;
  std::vector<int64_t> widths(parents.size());
  for (int64_t launches : launchCandidates()) {
    if (!chooseRows(launches))
      continue;
    for (size_t g = 0; g < parents.size(); ++g)
      widths[g] = !groupHeads[find(g)].empty() ? candidates(find(g)).back()
                  : fixed[g] ? fixed[g]->getWidth()
                             : std::min(machine.getWidth(),
                                        std::max<int64_t>(groupFeatures[g], 1));
    best = evaluate(widths, launches);
    if (best)
      break;
  }
  if (!best)
    return explain();
  for (int round = 0; round < 3; ++round) {
    bool changed = false;
    for (size_t g = 0; g < parents.size(); ++g) {
      if (find(g) != static_cast<int>(g))
        continue;
      std::vector<std::pair<int64_t, Plan>> plans; // width and plan
      int64_t before = widths[g], least = INT64_MAX;
      for (int64_t width : candidates(g)) {
        widths[g] = width;
        if (std::optional<Plan> plan = evaluate(widths, best->launches)) {
          least = std::min(least, plan->cycles);
          plans.push_back({width, *plan});
        }
      }
      widths[g] = before;
      for (auto &[width, plan] : plans)
        if (plan.cycles <= least + least / 50)
          widths[g] = width, best = plan; // the widest comes last
      changed |= widths[g] != before;
    }
    if (!changed)
      break;
  }
  shareWidths(*best, widths);
  for (size_t i = 0; i < items.size(); ++i) {
    auto rect = [&](int group) {
      group = find(group);
      return fixed[group]
                 ? *fixed[group]
                 : mesh::RectAttr::get(program.getContext(), 0, widths[group],
                                       firstRow, firstRow + rows);
    };
    best->kernels[i].at = rect(items[i].atGroup);
    best->kernels[i].to = rect(items[i].toGroup);
  }
  return *best;
}
