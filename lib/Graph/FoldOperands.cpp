//===- FoldOperands.cpp - what the mesh cannot compute ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region, raised as far as they can be.
// Out: the same values. What is computed from constants by way of integers,
//      bools, sines or cosines - positions, masks, angles - and is an operand
//      of something that is not constant is a constant: PEs compute with
//      floating-point numbers, and have no sine.
//
// Only the operands become constants, not what they are computed from, so more
// can be afforded than in graph-fold-constants: kMaxElements for each, kMaxAll
// for all. Views of what is computed, and rows of constants, stay what they
// are; the host has them for nothing. The order is that of the module.
//
// A constant bool mask of an attention is one of 0 and -infinity first, which
// PEs add: the same unless a score is itself infinite or no number.
//
// Left alone: what is larger; sums of floating-point numbers, whose order is
// the executor's choice; indices that are constants already. Constants in files
// are read where integers or bools are computed with them.
//
//   %0 = graph.iota : 5000
//   %1 = graph.gather %table, %0     ->  %0 = graph.constant dense<[0, 1, ...
//
//===----------------------------------------------------------------------===//

#include "ConstantValues.h"
#include "DenseValues.h"
#include "UnusedOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "wafer/Graph/Passes.h"
#include "llvm/ADT/MapVector.h"

#define DEBUG_TYPE "graph-fold-operands"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_FOLDOPERANDS
#include "wafer/Graph/Passes.h.inc"

/// Makes the mask of `op`, if it is of bools and constant, one that is added.
static void makeMaskAdded(AttentionOp op, const ConstantValues &constants) {
  Value mask = op.getMask();
  if (!mask || !constants.isConstant(mask) ||
      !getElementTypeOrSelf(mask.getType()).isInteger(1))
    return;
  OpBuilder builder(op);
  auto scalar = RankedTensorType::get({}, getElementTypeOrSelf(op.getType()));
  auto create = [&](double value) -> Value {
    auto number = builder.getFloatAttr(scalar.getElementType(), value);
    return ConstantOp::create(builder, op.getLoc(),
                              DenseElementsAttr::get(scalar, number));
  };
  Value hidden = create(-std::numeric_limits<double>::infinity());
  Value added = WhereOp::create(builder, op.getLoc(), mask, create(0), hidden);
  op.getMaskMutable().assign(added);
}

namespace {

/// 16 MiB of f32: the angles of 16 x 4096 tokens and 64 pairs, or a mask of
/// 2048 tokens.
constexpr int64_t kMaxElements = int64_t(1) << 22;
constexpr int64_t kMaxAll = int64_t(1) << 24;

class OperandFolder {
public:
  OperandFolder(Operation *root, StringRef folder)
      : root(root), constants(root, folder) {}

  void run();

private:
  /// How a constant value is computed: by what only the host can do, by sums.
  struct Origin {
    bool isOfHost = false, hasSums = false;
  };
  Operation *root;
  ConstantValues constants;
  DenseMap<Value, Origin> origins;
  /// What becomes a constant, in the order in which it was found, and where it
  /// is used.
  llvm::MapVector<Value, DenseElementsAttr> folded;
  SmallVector<OpOperand *> uses;
  int64_t total = 0;

  Origin getOrigin(Value value);
  void add(OpOperand &operand);
};

OperandFolder::Origin OperandFolder::getOrigin(Value value) {
  if (auto it = origins.find(value); it != origins.end())
    return it->second;
  Operation *op = value.getDefiningOp();
  Origin origin = {isa<IntegerType>(getElementTypeOrSelf(value.getType())) ||
                       isa<CosOp, SinOp>(op),
                   isSumOfFloats(op)};
  for (Value operand : op->getOperands()) {
    Origin before = getOrigin(operand);
    origin.isOfHost |= before.isOfHost;
    origin.hasSums |= before.hasSums;
  }
  return origins[value] = origin;
}

/// What the host has to have for `operand`: it reads through views, and picks
/// rows of constants by indices, which it reads as they are.
static OpOperand *findSource(OpOperand &operand) {
  OpOperand *use = &operand;
  while (true) {
    std::optional<GivenIndices> given = getGivenIndices(use->getOwner());
    Operation *op = use->get().getDefiningOp();
    auto gather = dyn_cast<GatherOp>(op);
    if (given && given->indices == use->get())
      return use;
    if (isa<ReshapeOp, TransposeOp, SliceOp, ExpandOp>(op))
      use = &op->getOpOperand(0);
    else if (gather && gather.getAxis() == 0 &&
             gather.getData().getDefiningOp<ConstantOp>())
      use = &gather.getIndicesMutable();
    else
      return use;
  }
}

void OperandFolder::add(OpOperand &operand) {
  OpOperand *use = findSource(operand);
  Value value = use->get();
  auto type = cast<RankedTensorType>(value.getType());
  if (folded.contains(value)) {
    uses.push_back(use);
    return;
  }
  Origin origin = getOrigin(value);
  if (isa<ConstantOp>(value.getDefiningOp()) || !origin.isOfHost ||
      origin.hasSums || type.getNumElements() > kMaxElements ||
      total + type.getNumElements() > kMaxAll)
    return;
  std::optional<exec::Tensor> tensor = constants.get(value);
  if (!tensor)
    return;
  total += type.getNumElements();
  folded[value] = createDense(*tensor, type);
  uses.push_back(use);
}

void OperandFolder::run() {
  root->walk([&](Operation *op) {
    bool isUser =
        op->getNumResults() != 1 || !constants.isConstant(op->getResult(0));
    for (OpOperand &operand : op->getOpOperands())
      if (isUser && constants.isConstant(operand.get()))
        add(operand);
  });
  DenseMap<Value, Value> replacements;
  for (auto &[value, elements] : folded) {
    OpBuilder builder(value.getDefiningOp());
    replacements[value] =
        ConstantOp::create(builder, value.getDefiningOp()->getLoc(), elements);
  }
  // A view may be on the way from several uses.
  for (OpOperand *use : uses)
    if (Value constant = replacements.lookup(use->get()))
      use->set(constant);
  eraseUnusedOps(root);
}

struct FoldOperands : impl::FoldOperandsBase<FoldOperands> {
  using FoldOperandsBase::FoldOperandsBase;

  void runOnOperation() override {
    ConstantValues constants(getOperation(), folder);
    getOperation()->walk([&](AttentionOp op) { makeMaskAdded(op, constants); });
    OperandFolder(getOperation(), folder).run();
  }
};

} // namespace
} // namespace wafer::graph
