//===- Chain.cpp - ops that may spell one formula ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Chain.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace wafer::graph {

/// Longer chains than those of any known spelling.
static constexpr size_t kMaxOrigins = 32, kMaxResults = 48;

static bool isView(Operation *op) {
  return isa<ReshapeOp, ExpandOp, TransposeOp>(op);
}

static Chain collectChain(Operation *anchor) {
  Chain chain{anchor, {}, {}};
  llvm::SetVector<Value> above(anchor->operand_begin(), anchor->operand_end());
  for (size_t i = 0; i < above.size() && i < kMaxOrigins; ++i)
    if (Operation *op = above[i].getDefiningOp(); op && isExpandable(op))
      above.insert(op->operand_begin(), op->operand_end());
  llvm::SmallPtrSet<Value, 16> seen;
  for (Value value : above)
    if (!isa_and_nonnull<ConstantOp>(value.getDefiningOp()) &&
        seen.insert(stripViews(value)).second)
      chain.origins.push_back(value);

  llvm::SetVector<Operation *> below;
  below.insert(anchor);
  for (size_t i = 0; i < below.size() && i < kMaxResults; ++i)
    for (Operation *user : below[i]->getUsers())
      if (isExpandable(user) && user->getBlock() == anchor->getBlock())
        below.insert(user);
  SmallVector<Operation *> ordered(below.begin() + 1, below.end());
  llvm::sort(ordered,
             [](Operation *a, Operation *b) { return b->isBeforeInBlock(a); });
  for (Operation *op : ordered)
    if (!isView(op) && !op->use_empty())
      chain.results.push_back(op->getResult(0));
  return chain;
}

static void eraseUnused(Operation *root) {
  SmallVector<Operation *> ops;
  root->walk([&](Operation *op) {
    if (isa_and_nonnull<GraphDialect>(op->getDialect()))
      ops.push_back(op);
  });
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
}

void fuseChains(Operation *root, function_ref<bool(Operation *)> isAnchor,
                Fuse fuse) {
  SmallVector<Operation *> anchors;
  root->walk([&](Operation *op) {
    if (isAnchor(op))
      anchors.push_back(op);
  });
  bool hasChanged = false;
  for (Operation *anchor : anchors) {
    // Several values may be computed from one anchor: each takes its turn.
    for (bool goesOn = true; goesOn;) {
      goesOn = false;
      Chain chain = collectChain(anchor);
      for (Value result : chain.results) {
        OpBuilder builder(result.getDefiningOp());
        Value fused = fuse(builder, chain, result);
        if (!fused)
          continue;
        result.replaceAllUsesWith(fused);
        goesOn = hasChanged = true;
        break;
      }
    }
  }
  if (hasChanged)
    eraseUnused(root);
}

static Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

double getTolerance(const Chain &chain, Value result) {
  double tolerance = kTolerance;
  SmallVector<Value> values(chain.origins);
  values.push_back(result);
  for (Value value : values) {
    if (elementOf(value).isF16())
      tolerance = std::max(tolerance, 0x1p-11);
    if (elementOf(value).isBF16())
      tolerance = std::max(tolerance, 0x1p-8);
  }
  return tolerance;
}

Variables getVariables(Value value) {
  Variables variables;
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  for (auto [i, dim] : llvm::enumerate(shape))
    if (dim != 1)
      variables.push_back(static_cast<int>(i));
  return variables;
}

bool haveSameDims(Value origin, Value result) {
  auto isLong = [](int64_t dim) { return dim != 1; };
  return llvm::equal(
      llvm::make_filter_range(
          cast<RankedTensorType>(origin.getType()).getShape(), isLong),
      llvm::make_filter_range(
          cast<RankedTensorType>(result.getType()).getShape(), isLong));
}

/// The smallest type that holds every number of both.
static Type join(Type a, Type b) {
  if (a == b)
    return a;
  if (a.isF64() || b.isF64())
    return a.isF64() ? a : b;
  return Float32Type::get(a.getContext());
}

Type chooseElementType(Value result, ArrayRef<Value> operands) {
  Type type = elementOf(result);
  for (Value operand : operands)
    type = join(type, elementOf(operand));
  return type;
}

Value convert(OpBuilder &builder, Location loc, Value value,
              ArrayRef<int64_t> shape, Type elementType) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() != shape)
    value = ReshapeOp::create(builder, loc, type.clone(shape), value);
  if (type.getElementType() != elementType)
    value = CastOp::create(builder, loc,
                           RankedTensorType::get(shape, elementType), value);
  return value;
}

Value convertTo(OpBuilder &builder, Value value, Value result) {
  auto type = cast<RankedTensorType>(result.getType());
  Location loc = result.getLoc();
  auto own = cast<RankedTensorType>(value.getType());
  value = convert(builder, loc, value, own.getShape(), type.getElementType());
  return convert(builder, loc, value, type.getShape(), type.getElementType());
}

} // namespace wafer::graph
