//===- FuseRotary.cpp - rotary embedding as one op --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  graph ops in any function or region.
// Out: graph.rotary_embedding where R lanes at the front of the last dimension
//      of a value are R/2 pairs (a, b) of lanes of another value x turned by
//        (a·cos - b·sin, a·sin + b·cos),
//      and the lanes behind them, if any, are those that follow in x.
//
// 1. Anchors are sums, differences, concatenations on the last dimension and
//    reshapes that make one dimension of several, or several of a sum's last
//    one, users before operands: so a concatenation with the lanes that stay is
//    seen before the sum within it.
// 2. x is tried among the values that the anchor is computed from, nearest
//    first; then among those that only have dimensions of 1 elsewhere.
// 3. Every lane is written as a sum of lanes of x times lanes of tables
//    (LaneSums.h). This is where spellings meet: rotate_half by slices, a
//    split, pairs, strides, a stack, a permutation or signs gives the same
//    sums.
// 4. The sums must be those of a rotation, of halves or of neighbours, and the
//    lanes of the tables must be pairwise equal: by what they are computed from
//    (LaneNames) or, for constants, element by element.
// 5. cos and sin become tables of R/2 lanes (LaneSelection.h). Heads that
// repeat
//    are turned once and repeated behind.
//
// Rejected silently: what is no rotation, and tables whose lanes are not evenly
// spaced. The sums are linear, so a wrong sign, a table of the other order or
// one with another number changes them and nothing is raised.
//
//   %n = graph.neg %b                   (a, b: halves of %x)
//   %h = graph.concat %n, %a axis 3
//   %0 = graph.mul %x, %cos2
//   %1 = graph.mul %h, %sin2
//   %2 = graph.add %0, %1          ->   graph.rotary_embedding %x, %cos, %sin
//
//===----------------------------------------------------------------------===//

#include "Rotation.h"
#include "StridedView.h"
#include "UnusedOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "wafer/Graph/Passes.h"
#include "llvm/ADT/SetVector.h"

#define DEBUG_TYPE "graph-fuse-rotary"

using namespace mlir;

namespace wafer::graph {
#define GEN_PASS_DEF_FUSEROTARY
#include "wafer/Graph/Passes.h.inc"

namespace {

/// How many values back from an anchor are looked at, and how many lanes a head
/// may have.
constexpr unsigned kMaxValues = 64;
constexpr int64_t kMaxLanes = 4096;

} // namespace

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// True for ops that end a rotation.
static bool isAnchor(Operation &op) {
  if (op.getNumResults() != 1)
    return false;
  auto type = dyn_cast<RankedTensorType>(op.getResult(0).getType());
  if (!type || !isa<FloatType>(type.getElementType()) || type.getRank() == 0 ||
      type.getShape().back() > kMaxLanes || type.getShape().back() < 2 ||
      type.getNumElements() == 0)
    return false;
  if (auto concat = dyn_cast<ConcatOp>(op))
    return static_cast<int64_t>(concat.getAxis()) == type.getRank() - 1;
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    ArrayRef<int64_t> from = getShape(reshape.getInput());
    // Or heads that were added side by side.
    bool isSum = reshape.getInput().getDefiningOp() &&
                 isa<AddOp, SubOp>(reshape.getInput().getDefiningOp());
    return !from.empty() && (from.back() < type.getShape().back() ||
                             (isSum && from.back() > type.getShape().back()));
  }
  return isa<AddOp, SubOp>(op);
}

/// Values that `anchor` is computed from by steps that LaneSums knows, nearest
/// first; none if they cannot be a rotation.
static SmallVector<Value> findOrigins(Value anchor) {
  llvm::SetVector<Value> values;
  values.insert(anchor);
  unsigned products = 0, moves = 0;
  for (size_t i = 0; i < values.size() && values.size() < kMaxValues; ++i) {
    Operation *op = values[i].getDefiningOp();
    if (!op || !isa<AddOp, SubOp, NegOp, MulOp, ReshapeOp, ConcatOp, SliceOp,
                    GatherOp, GatherNDOp, TransposeOp, ExpandOp>(op))
      continue;
    products += isa<MulOp>(op);
    moves += isa<SliceOp, ReshapeOp, GatherOp, GatherNDOp, TransposeOp>(op);
    for (Value operand : op->getOperands())
      values.insert(operand);
  }
  // Where all cosines are 1, as for the first token alone, one product is left.
  if (products < 1 || moves == 0)
    return {};
  ArrayRef<int64_t> shape = getShape(anchor);
  SmallVector<Value> origins, others;
  for (Value value : llvm::drop_begin(values)) {
    ArrayRef<int64_t> from = getShape(value);
    if (getElementTypeOrSelf(value.getType()) !=
            getElementTypeOrSelf(anchor.getType()) ||
        from.empty() || from.back() < shape.back() || from.back() > kMaxLanes)
      continue;
    if (from.drop_back() == shape.drop_back())
      origins.push_back(value);
    else if (dropOnes(from.drop_back()) == dropOnes(shape.drop_back()))
      others.push_back(value);
  }
  origins.append(others);
  return origins;
}

/// Ones where no table is left.
static Value createTable(OpBuilder &builder, Location loc,
                         const LaneSelection &selection, bool negates,
                         Type elementType, ConstantValues &constants) {
  Value table;
  if (selection.tensor.value)
    table = createLanes(builder, loc, selection, constants);
  else
    table = ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(
            RankedTensorType::get({selection.count}, elementType),
            builder.getFloatAttr(elementType, 1)));
  return negates ? NegOp::create(builder, loc, table).getResult() : table;
}

/// Both under the shape to which they broadcast.
static void unifyShapes(OpBuilder &builder, Location loc, Value &cos,
                        Value &sin) {
  SmallVector<int64_t> shape = *broadcastShapes(getShape(cos), getShape(sin));
  for (Value *table : {&cos, &sin})
    if (getShape(*table) != ArrayRef(shape))
      *table = ExpandOp::create(
          builder, loc, cast<RankedTensorType>(table->getType()).clone(shape),
          *table);
}

/// Turns `x`; where it repeats in runs along a dimension in which the tables do
/// not change, as heads of keys do, once for each run.
static Value createRotary(OpBuilder &builder, Location loc, Value x, Value cos,
                          Value sin, bool interleaved,
                          ConstantValues &constants) {
  StridedView view = getView(x, {}, constants);
  SmallVector<int64_t> shape(getShape(x)), once, repeated;
  ArrayRef<int64_t> table = getShape(cos);
  size_t missing = shape.size() - table.size();
  for (auto [d, size] : llvm::enumerate(shape)) {
    Factors &factors = view.dims[d];
    bool isShared =
        d + 1 < shape.size() && (d < missing || table[d - missing] == 1);
    int64_t run = 1;
    if (isShared && !factors.empty() && factors.back().stride == 0)
      run = factors.pop_back_val().size;
    once.append({size / run, 1});
    repeated.append({size / run, run});
  }
  if (once == repeated)
    return RotaryEmbeddingOp::create(builder, loc, x, cos, sin, interleaved);
  Value source = createView(builder, loc, view, x, constants);
  Value turned =
      RotaryEmbeddingOp::create(builder, loc, source, cos, sin, interleaved);
  auto type = cast<RankedTensorType>(x.getType());
  turned = ReshapeOp::create(builder, loc, type.clone(once), turned);
  turned = ExpandOp::create(builder, loc, type.clone(repeated), turned);
  return ReshapeOp::create(builder, loc, type, turned);
}

static void replace(Operation *anchor, const Rotation &rotation,
                    ConstantValues &constants) {
  OpBuilder builder(anchor);
  Location loc = anchor->getLoc();
  Value x = rotation.x;
  if (getShape(x).back() != rotation.count) {
    SmallVector<int64_t> sizes(getShape(x)), starts(sizes.size(), 0),
        steps(sizes.size(), 1);
    starts.back() = rotation.first;
    sizes.back() = rotation.count;
    x = SliceOp::create(builder, loc, x, starts, sizes, steps);
  }
  auto type = cast<RankedTensorType>(anchor->getResult(0).getType());
  if (x.getType() != type)
    x = ReshapeOp::create(builder, loc, type, x);
  Type elementType = type.getElementType();
  Value cos = createTable(builder, loc, rotation.cos, rotation.negatesCos,
                          elementType, constants);
  Value sin = createTable(builder, loc, rotation.sin, rotation.negatesSin,
                          elementType, constants);
  unifyShapes(builder, loc, cos, sin);
  Value result =
      createRotary(builder, loc, x, cos, sin, rotation.interleaved, constants);
  anchor->getResult(0).replaceAllUsesWith(result);
}

namespace {

struct FuseRotary : impl::FuseRotaryBase<FuseRotary> {
  using FuseRotaryBase::FuseRotaryBase;

  void runOnOperation() override {
    ConstantValues constants(getOperation(), folder);
    LaneNames names(constants);
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) { ops.push_back(op); });
    // What only serves a rotation that is one op by now.
    DenseSet<Operation *> unused;
    for (Operation *op : llvm::reverse(ops)) {
      auto isUnused = [&](Operation *user) { return unused.contains(user); };
      if (isa<GraphDialect>(op->getDialect()) &&
          llvm::all_of(op->getUsers(), isUnused)) {
        unused.insert(op);
        continue;
      }
      if (isa<GraphDialect>(op->getDialect()) && isAnchor(*op) &&
          fuse(op, constants, names))
        unused.insert(op);
    }
    eraseUnusedOps(getOperation());
  }

  static bool fuse(Operation *anchor, ConstantValues &constants,
                   LaneNames &names) {
    Value result = anchor->getResult(0);
    for (Value x : findOrigins(result)) {
      ArrayRef<int64_t> rows = getShape(result).drop_back();
      auto sums = LaneSums(x, rows, constants).get({result, 1});
      if (!sums)
        continue;
      std::optional<Rotation> rotation = matchRotation(*sums, names);
      if (!rotation)
        continue;
      rotation->x = x;
      replace(anchor, *rotation, constants);
      return true;
    }
    return false;
  }
};

} // namespace
} // namespace wafer::graph
