//===- AttentionKernel.cpp - attention on a mesh ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/AttentionKernel.h"

#include "wafer/Kernels/Functions.h"
#include "wafer/Kernels/HostAccess.h"

using namespace mlir;
using namespace wafer;

//===----------------------------------------------------------------------===//
// Form
//===----------------------------------------------------------------------===//

graph::AttentionOp wafer::getAttention(mesh::KernelOp kernel) {
  auto ops = kernel.getBody().front().getOps<graph::AttentionOp>();
  return ops.empty() ? graph::AttentionOp() : *ops.begin();
}

bool AttentionKernel::accepts(Attribute dataflow) const {
  return isa<mesh::AttentionAttr>(dataflow);
}

bool AttentionKernel::startsWith(Operation *op) const {
  return isa<graph::AttentionOp>(op);
}

LogicalResult AttentionKernel::verifyStart(Operation *op) const {
  if (!cast<RankedTensorType>(op->getResult(0).getType())
           .getElementType()
           .isF32())
    return op->emitError("'graph.attention' has no kernel for ")
           << op->getResult(0).getType() << ", only for f32";
  return success();
}

Attribute AttentionKernel::getInitialDataflow(MLIRContext *context) const {
  return mesh::AttentionAttr::get(context, /*segments=*/0, /*blocks=*/0);
}

LogicalResult AttentionKernel::verify(mesh::KernelOp kernel) const {
  graph::AttentionOp op = getAttention(kernel);
  if (!op)
    return kernel.emitOpError(
        "requires a graph.attention in its body, as #wafer.attention says");
  std::string reason;
  FailureOr<AttentionForm> form = AttentionForm::match(op, reason);
  if (failed(form))
    return op.emitOpError("cannot be computed on the mesh: it ") << reason;
  if (failed(verifyStart(op)))
    return failure();
  for (const AttentionForm::Operand *operand :
       {&form->query, &form->key, &form->value}) {
    auto argument = dyn_cast<BlockArgument>(operand->root);
    Type type = argument ? kernel.getInputs()[argument.getArgNumber()].getType()
                         : Type();
    if (!argument || !mesh::getLayout(type))
      return op.emitOpError("requires queries, keys and values on the mesh");
    if (FeatureOrder order = form->getOrder(*operand);
        type != withTokenLayout(type, order))
      return op.emitOpError("requires ")
             << withTokenLayout(type, order) << ", found " << type;
  }
  Operation *yield = kernel.getBody().front().getTerminator();
  if (yield->getNumOperands() != 1 || yield->getOperand(0) != form->result)
    return kernel.emitOpError(
        "requires the attention, tokens by features, as its only result");
  for (Operation &each : kernel.getBody().front().without_terminator())
    if (!llvm::is_contained(form->ops, &each) &&
        !getViewedArgument(each.getResult(0)))
      return each.emitOpError("is no part of the attention");
  Type result = kernel.getResult(0).getType();
  if (result != withTokenLayout(result))
    return kernel.emitOpError("gives ")
           << withTokenLayout(result) << " only, found " << result;
  return success();
}

std::optional<AttentionSplit>
wafer::getAttentionSplit(int64_t batch, int64_t sequence, int64_t heads,
                         int64_t width, int64_t rows, int64_t launches,
                         mesh::AttentionAttr flow, std::string *reason) {
  auto refuse = [&](const Twine &why) {
    if (reason)
      *reason = why.str();
    return std::nullopt;
  };
  AttentionSplit split;
  split.sequence = sequence;
  if (width % heads != 0 && heads % width != 0)
    return refuse("its " + Twine(heads) +
                  " heads do not fall on whole ones of " + Twine(width) +
                  " columns, nor columns on whole heads");
  split.columnsPerHead = std::max<int64_t>(width / heads, 1);
  split.headsPerColumn = std::max<int64_t>(heads / width, 1);
  split.rowsPerSequence = rows * launches / batch;
  if (rows * launches % batch != 0 || rows % split.rowsPerSequence != 0)
    return refuse("its " + Twine(batch) + " sequence(s) do not fall on whole " +
                  "ones of " + Twine(rows) + " rows in " + Twine(launches) +
                  " launch(es)");
  split.segments = std::max<int64_t>(flow.getSegments(), 1);
  split.blocksPerSegment = std::max<int64_t>(flow.getBlocks(), 1);
  if (split.rowsPerSequence % split.segments != 0)
    return refuse(Twine(split.segments) + " segments do not divide the " +
                  Twine(split.rowsPerSequence) + " rows of a sequence");
  if (split.blocks() > sequence)
    return refuse(Twine(split.blocks()) + " blocks are more than the " +
                  Twine(sequence) + " keys of a sequence");
  split.tokens = {sequence, split.rowsPerSequence};
  split.keys = {sequence, split.blocks()};
  return split;
}

//===----------------------------------------------------------------------===//
// Expressions and buffers
//===----------------------------------------------------------------------===//

AttentionPlan::AttentionPlan(mesh::KernelOp kernel, const AttentionForm &form,
                             const AttentionSplit &split, int64_t launches)
    : kernel(kernel), form(form), rect(*kernel.getAt()), launches(launches),
      split(split),
      query(rect, launches,
            {form.batch * form.sequence, form.heads * form.headSize},
            form.getOrder(form.query)),
      value(rect, launches,
            {form.batch * form.sequence, form.heads * form.valueSize}) {}

AffineExpr AttentionPlan::row() const {
  AffineExpr block = query.tokenBlock();
  return query.tokens.parts == split.rowsPerSequence
             ? block
             : block % split.rowsPerSequence;
}

AffineExpr AttentionPlan::segment() const {
  return split.segments == 1 ? getAffineConstantExpr(0, rect.getContext())
                             : row().floorDiv(split.rowsPerSegment());
}

AffineExpr AttentionPlan::keyFeatures() const {
  return split.headsPerColumn > 1
             ? getAffineConstantExpr(form.headSize, rect.getContext())
             : query.featureExtent();
}

AffineExpr AttentionPlan::valueFeatures() const {
  return split.headsPerColumn > 1
             ? getAffineConstantExpr(form.valueSize, rect.getContext())
             : value.featureExtent();
}

// Block b begins at key floor(b·T/N), which is before token t where
// b·T < (t + 1)·N. A row before the first token goes through one block, too.
AffineExpr AttentionPlan::numBlocks() const {
  if (!isCausal())
    return getAffineConstantExpr(split.blocks(), rect.getContext());
  AffineExpr end = split.tokens.start(row() + 1);
  if (split.rowsPerSequence > split.sequence)
    end = end + (split.sequence - end).floorDiv(split.sequence);
  return (end * split.blocks() - 1).floorDiv(split.sequence) + 1;
}

AttentionBuffers wafer::getAttentionBuffers(const AttentionSplit &split,
                                            int64_t keyFeatures,
                                            int64_t valueFeatures,
                                            bool isTurned) {
  int64_t tokens = split.tokens.largest(), keys = split.keys.largest(),
          heads = split.headsPerColumn;
  AttentionBuffers buffers;
  buffers.q = keyFeatures * tokens;
  buffers.k = isTurned ? keyFeatures * tokens : 0;
  buffers.keyBlock = 2 * keys * keyFeatures;
  buffers.valueBlock = 3 * keys * valueFeatures;
  buffers.scores = 2 * heads * (2 * tokens + keys) * tokens;
  buffers.weights = split.columnsPerHead > 1 ? (keys + 1) * tokens : 0;
  buffers.state = heads * tokens;
  buffers.turned = isTurned ? keyFeatures * tokens : 0;
  buffers.hubKeys = split.segmentKeys() * keyFeatures;
  buffers.hubValues = split.segmentKeys() * valueFeatures;
  return buffers;
}

/// The buffer where an operand of the attention lies.
static FailureOr<FlatSymbolRefAttr>
getPlaced(AttentionPlan &plan, ExpandState &state,
          const AttentionForm::Operand &operand) {
  auto argument = cast<BlockArgument>(operand.root);
  auto placed =
      state.values.find(plan.kernel.getInputs()[argument.getArgNumber()]);
  if (placed == state.values.end() || placed->second.rect != plan.rect)
    return plan.kernel.emitOpError(
               "reads a tensor that does not lie on the kernel's rectangle ")
           << plan.rect;
  return placed->second.buffer;
}

/// The rows of hubs, and those of the other PEs.
static wafer::Region getHubs(const AttentionPlan &plan) {
  int64_t step = plan.split.rowsPerSegment();
  return wafer::Region(
      StridedRange(plan.rect.getX0(), plan.rect.getX1()),
      StridedRange(plan.rect.getY0() + step - 1, plan.rect.getY1(), step));
}

/// The columns that end a head, where its scores are weighed.
static wafer::Region getOwners(const AttentionPlan &plan) {
  int64_t step = plan.split.columnsPerHead;
  return wafer::Region(
      StridedRange(plan.rect.getX0() + step - 1, plan.rect.getX1(), step),
      StridedRange(plan.rect.getY0(), plan.rect.getY1()));
}

static void declareBuffers(AttentionPlan &plan, Emitter &emitter) {
  wafer::Region all = plan.rect.getRegion(), hubs = getHubs(plan),
                owners = getOwners(plan);
  AttentionBuffers sizes = getAttentionBuffers(
      plan.split, plan.query.features.largest(), plan.value.features.largest(),
      plan.form.key.rotary != nullptr);
  auto buffer = [&](StringRef name, int64_t size, const wafer::Region &on) {
    return emitter.buffer(name, emitter.f32(), size, on);
  };
  plan.q = buffer("q", sizes.q, all);
  plan.k = sizes.k ? buffer("k", sizes.k, all) : plan.rawKey;
  plan.keyBlock = buffer("keys", sizes.keyBlock, all);
  plan.valueBlock = buffer("values", sizes.valueBlock, all);
  plan.scores = buffer("scores", sizes.scores, all);
  if (sizes.weights)
    plan.weights = buffer("weights", sizes.weights, all);
  if (plan.form.query.rotary)
    plan.scratch = buffer("turned", sizes.q, all);
  plan.largest = buffer("largest", 2 * sizes.state, owners);
  plan.sum = buffer("sum", sizes.state, owners);
  plan.result = buffer("result", plan.value.largestPart(), all);
  plan.hubKeys = buffer("hub_keys", sizes.hubKeys, hubs);
  plan.hubValues = buffer("hub_values", sizes.hubValues, hubs);
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

/// The k-th of the numbers whose remainder by `each` is below `most`.
static AffineExpr skipping(AffineExpr k, int64_t most, int64_t each) {
  return most == 1 ? k * each : k.floorDiv(most) * each + k % most;
}

static void declareColumnStreams(AttentionPlan &plan, Emitter &emitter) {
  AffineExpr i0 = emitter.index(0), i1 = emitter.index(1);
  int64_t width = plan.rect.getWidth(), height = plan.rect.getHeight(),
          step = plan.split.rowsPerSegment(), hubs = height / step,
          segments = plan.split.segments;
  AffineExpr x = i0 + plan.rect.getX0();
  auto hub = [&](AffineExpr number) {
    return number * step + (plan.rect.getY0() + step - 1);
  };
  auto declare = [&](StringRef name, int64_t count, AffineExpr from,
                     AffineExpr to, AffineExpr end) {
    return emitter.stream(
        name, StreamSpec{{0, width, 0, count}, "", x, from, x, x + 1, to, end});
  };
  if (step > 1) {
    AffineExpr y = skipping(i1, step - 1, step) + plan.rect.getY0();
    plan.gather = declare("gather", hubs * (step - 1), y, y + 1, y + 2);
    plan.branch =
        declare("branch", hubs, hub(i1), hub(i1) - (step - 1), hub(i1) + 1);
  }
  if (segments == 1)
    return;
  AffineExpr number = skipping(i1, segments - 1, segments);
  int64_t count = hubs / segments * (segments - 1);
  plan.down =
      declare("down", count, hub(number), hub(number + 1), hub(number + 1) + 1);
  if (!plan.isCausal())
    plan.up =
        declare("up", count, hub(number + 1), hub(number), hub(number) + 1);
}

static void declareRowStreams(AttentionPlan &plan, Emitter &emitter) {
  int64_t columns = plan.split.columnsPerHead;
  if (columns == 1)
    return;
  AffineExpr i0 = emitter.index(0), i1 = emitter.index(1);
  int64_t heads = plan.rect.getWidth() / columns,
          height = plan.rect.getHeight(), x0 = plan.rect.getX0();
  AffineExpr x = skipping(i0, columns - 1, columns) + x0,
             y = i1 + plan.rect.getY0(), first = i0 * columns + x0;
  plan.part =
      emitter.stream("part", StreamSpec{{0, heads * (columns - 1), 0, height},
                                        "",
                                        x,
                                        y,
                                        x + 1,
                                        x + 2,
                                        y,
                                        y + 1});
  plan.back = emitter.stream("back", StreamSpec{{0, heads, 0, height},
                                                "",
                                                first + (columns - 1),
                                                y,
                                                first,
                                                first + columns,
                                                y,
                                                y + 1});
}

//===----------------------------------------------------------------------===//
// Host operands
//===----------------------------------------------------------------------===//

/// Angles of the pairs that a PE turns, [pair][token].
static LogicalResult loadAngles(AttentionPlan &plan, Emitter &emitter,
                                const AttentionForm::Operand &operand,
                                Value angles, FlatSymbolRefAttr &buffer) {
  graph::RotaryEmbeddingOp rotary = operand.rotary;
  const FeatureOrder &order = plan.query.order;
  int64_t each = order.unitsPerPair(), sequence = plan.split.sequence;
  // Of the PE's units every `each`-th one is turned.
  AffineExpr first = plan.query.featureStart().floorDiv(2),
             next = first + plan.query.featureExtent().floorDiv(2);
  AffineExpr begin = (first + (each - 1)).floorDiv(each),
             end = (next + (each - 1)).floorDiv(each);
  AffineExpr pair = (begin + emitter.index(0)) % order.pairs,
             token = plan.query.tokenStart() + emitter.index(1);
  auto type = cast<RankedTensorType>(angles.getType());
  int64_t missing =
      static_cast<int64_t>(operand.rotaryDims.size()) + 1 - type.getRank();
  SmallVector<AffineExpr> indices;
  for (int64_t d = 0; d + 1 < type.getRank(); ++d) {
    AffineExpr index = emitter.constant(0);
    if (type.getDimSize(d) != 1)
      switch (operand.rotaryDims[d + missing]) {
      case TokenDim::None:
        break;
      case TokenDim::Batch:
        index = token.floorDiv(sequence);
        break;
      case TokenDim::Sequence:
        index = plan.form.batch == 1 ? token : token % sequence;
        break;
      case TokenDim::Both:
        index = token;
        break;
      }
    indices.push_back(index);
  }
  indices.push_back(pair);
  FailureOr<HostAccess> access = getHostAccess(angles, indices);
  if (failed(access))
    return rotary.emitOpError("has angles that are no view of a host tensor");
  int64_t most = plan.query.features.largest() / 2 / each + 1;
  buffer = emitter.buffer("angles", emitter.f32(), most * plan.maxTokens(),
                          plan.rect.getRegion());
  auto host = plan.kernel.getInputs()[access->operand.getArgNumber()]
                  .getDefiningOp<mesh::InputOp>();
  emitter.load(buffer, {plan.maxTokens(), 1}, host.getHost(), access->index,
               {end - begin, plan.query.tokenExtent()}, plan.rect.getRegion(),
               plan.launches == 1);
  return success();
}

/// The mask of a PE's tokens for all keys: [head][key][token], what it is
/// broadcast along left out.
static LogicalResult loadMask(AttentionPlan &plan, Emitter &emitter) {
  graph::AttentionOp op = plan.form.op;
  Value mask = op.getMask();
  if (!mask)
    return success();
  auto type = cast<RankedTensorType>(mask.getType());
  int64_t missing = 4 - type.getRank(), sequence = plan.split.sequence;
  auto varies = [&](int64_t d) {
    return d >= missing && type.getDimSize(d - missing) != 1;
  };
  AffineExpr column = machine::exprX(emitter.getContext()) - plan.rect.getX0();
  AffineExpr head = plan.split.columnsPerHead > 1
                        ? column.floorDiv(plan.split.columnsPerHead)
                        : column * plan.split.headsPerColumn + emitter.index(0);
  SmallVector<AffineExpr> full = {
      plan.query.tokenStart().floorDiv(sequence), head,
      plan.split.tokens.start(plan.row()) + emitter.index(2), emitter.index(1)};
  SmallVector<AffineExpr> indices;
  for (int64_t d = missing; d < 4; ++d)
    indices.push_back(varies(d) ? full[d] : emitter.constant(0));
  FailureOr<HostAccess> access = getHostAccess(mask, indices);
  if (failed(access))
    return op.emitOpError("has a mask that is no view of a host tensor");
  int64_t heads = varies(1) ? plan.split.headsPerColumn : 1,
          keys = varies(3) ? sequence : 1,
          tokens = varies(2) ? plan.maxTokens() : 1;
  plan.mask = emitter.buffer("mask", emitter.f32(), heads * keys * tokens,
                             getOwners(plan));
  auto host = plan.kernel.getInputs()[access->operand.getArgNumber()]
                  .getDefiningOp<mesh::InputOp>();
  emitter.load(plan.mask, {keys * tokens, tokens, 1}, host.getHost(),
               access->index,
               {emitter.constant(heads), emitter.constant(keys),
                varies(2) ? plan.query.tokenExtent() : emitter.constant(1)},
               getOwners(plan), plan.launches == 1);
  return success();
}

//===----------------------------------------------------------------------===//
// Expansion
//===----------------------------------------------------------------------===//

LogicalResult AttentionKernel::expand(mesh::KernelOp kernel,
                                      ExpandState &state) const {
  std::string reason;
  AttentionForm form = *AttentionForm::match(getAttention(kernel), reason);
  mesh::RectAttr rect = *kernel.getAt();
  if (kernel.getAt() != kernel.getTo())
    return kernel.emitOpError("computes attention from ")
           << rect << " to " << *kernel.getTo()
           << "; results lie where queries do";
  std::optional<AttentionSplit> split = getAttentionSplit(
      form.batch, form.sequence, form.heads, rect.getWidth(), rect.getHeight(),
      state.getLaunches(), cast<mesh::AttentionAttr>(*kernel.getDataflow()),
      &reason);
  if (!split)
    return form.op.emitOpError("cannot be dealt to ") << rect << ": " << reason;
  AttentionPlan plan(kernel, form, *split, state.getLaunches());
  Emitter emitter(state.program, kernel);
  for (auto [operand, buffer] : {std::pair{&form.query, &plan.rawQuery},
                                 {&form.key, &plan.rawKey},
                                 {&form.value, &plan.rawValue}}) {
    FailureOr<FlatSymbolRefAttr> placed = getPlaced(plan, state, *operand);
    if (failed(placed))
      return failure();
    *buffer = *placed;
  }
  AttentionTasks tasks(plan, emitter);
  for (auto [operand, cos, sin] :
       {std::tuple{&form.query, &tasks.queryCos, &tasks.querySin},
        {&form.key, &tasks.keyCos, &tasks.keySin}})
    if (graph::RotaryEmbeddingOp rotary = operand->rotary)
      if (failed(loadAngles(plan, emitter, *operand, rotary.getCos(), *cos)) ||
          failed(loadAngles(plan, emitter, *operand, rotary.getSin(), *sin)))
        return failure();
  if (failed(loadMask(plan, emitter)))
    return failure();
  declareBuffers(plan, emitter);
  declareColumnStreams(plan, emitter);
  declareRowStreams(plan, emitter);
  tasks.declareScratch();
  tasks.emit();
  state.values[kernel.getResult(0)] = PlacedValue{plan.result, rect};
  return success();
}
