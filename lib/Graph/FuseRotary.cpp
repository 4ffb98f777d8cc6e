//===- FuseRotary.cpp - rotary embedding as one op -*- C++ -*-===//
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
//    reshapes that make one dimension of several, users before operands: so a
//    concatenation with the lanes that stay is seen before the sum within it.
// 2. x is tried among the values that the anchor is computed from, nearest first.
// 3. Every lane is written as a sum of lanes of x times lanes of tables
//    (LaneSums.h). This is where spellings meet: rotate_half by slices, a split,
//    pairs, strides, a stack, a permutation or signs gives the same sums.
// 4. The sums must be those of a rotation, of halves or of neighbours, and the
//    lanes of the tables must be pairwise equal: by what they are computed from
//    (LaneNames) or, for constants, element by element.
// 5. cos and sin become tables of R/2 lanes (LaneSelection.h).
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

#include "LaneSelection.h"
#include "LaneSums.h"
#include "UnusedOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SetVector.h"
#include "wafer/Graph/Passes.h"

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

/// A rotation of lanes `first`, first + 1, ... of x.
struct Rotation {
  Value x;
  int64_t first = 0, rotated = 0, count = 0;
  bool interleaved = false;
  LaneSelection cos, sin;
  bool negatesCos = false, negatesSin = false;
};

/// Matches the sums of an anchor's lanes.
class RotationMatcher {
public:
  RotationMatcher(ArrayRef<LaneSum> sums, LaneNames &names)
      : sums(sums), names(names) {}

  std::optional<Rotation> match();

private:
  ArrayRef<LaneSum> sums;
  LaneNames &names;
  Rotation rotation;

  /// One table as the terms of the pairs have it.
  struct Angle {
    LaneTensor table;
    SmallVector<int64_t> lanes;
    bool isNegative = false;
  };

  bool matchFront();
  std::pair<int64_t, int64_t> getPair(int64_t index) const;
  const LaneTerm *findTerm(int64_t lane, int64_t source) const;
  std::pair<SignedLane, bool> getName(const LaneTerm &term);
  bool matchPairs();
  std::optional<Angle> readAngle(bool isSin, bool isSecond);
  bool readAngles();
};

ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

} // namespace

/// Counts the lanes that are turned, and checks those that stay.
bool RotationMatcher::matchFront() {
  rotation.count = sums.size();
  while (rotation.rotated < rotation.count &&
         sums[rotation.rotated].size() == 2)
    ++rotation.rotated;
  if (rotation.rotated < 2 || rotation.rotated % 2 != 0)
    return false;
  rotation.first = std::min(sums[0][0].lane, sums[0][1].lane);
  for (int64_t lane = rotation.rotated; lane < rotation.count; ++lane) {
    const LaneSum &sum = sums[lane];
    if (sum.size() != 1 || sum[0].table.value || sum[0].isNegative ||
        sum[0].lane != rotation.first + lane)
      return false;
  }
  return true;
}

std::pair<int64_t, int64_t> RotationMatcher::getPair(int64_t index) const {
  if (rotation.interleaved)
    return {2 * index, 2 * index + 1};
  return {index, index + rotation.rotated / 2};
}

/// The term of `lane` with lane `source` of the rotated ones, and a table.
const LaneTerm *RotationMatcher::findTerm(int64_t lane, int64_t source) const {
  const LaneSum &sum = sums[lane];
  for (const LaneTerm &term : sum)
    if (term.lane == rotation.first + source && term.table.value)
      return &term;
  return nullptr;
}

/// The table's lane, and whether the term as a whole is negative.
std::pair<SignedLane, bool> RotationMatcher::getName(const LaneTerm &term) {
  SignedLane name = names.get(term.table)[term.tableLane];
  return {name, term.isNegative != name.isNegative};
}

bool RotationMatcher::matchPairs() {
  for (int64_t i = 0; i < rotation.rotated / 2; ++i) {
    auto [a, b] = getPair(i);
    const LaneTerm *aa = findTerm(a, a), *ab = findTerm(a, b),
                   *ba = findTerm(b, a), *bb = findTerm(b, b);
    if (!aa || !ab || !ba || !bb)
      return false;
    auto [cosA, cosASign] = getName(*aa);
    auto [cosB, cosBSign] = getName(*bb);
    auto [sinA, sinASign] = getName(*ab);
    auto [sinB, sinBSign] = getName(*ba);
    if (cosA.id != cosB.id || cosASign != cosBSign || sinA.id != sinB.id ||
        sinASign == sinBSign)
      return false;
  }
  return true;
}

/// cos or sin from the first or second lanes of the pairs.
std::optional<RotationMatcher::Angle>
RotationMatcher::readAngle(bool isSin, bool isSecond) {
  Angle angle;
  for (int64_t i = 0; i < rotation.rotated / 2; ++i) {
    auto [a, b] = getPair(i);
    int64_t lane = isSecond ? b : a;
    const LaneTerm &term = *findTerm(lane, isSin == isSecond ? a : b);
    // -sin stands with the first lanes.
    bool isNegative = term.isNegative != (isSin && !isSecond);
    if (i == 0)
      angle = {term.table, {}, isNegative};
    if (!(term.table == angle.table) || isNegative != angle.isNegative)
      return std::nullopt;
    angle.lanes.push_back(term.tableLane);
  }
  return angle;
}

/// From the first lanes if they have the sign of the op, else from the second
/// ones, else negated.
bool RotationMatcher::readAngles() {
  for (bool isSin : {false, true}) {
    std::optional<LaneSelection> selection;
    bool negates = true;
    for (bool isSecond : {false, true}) {
      std::optional<Angle> angle = readAngle(isSin, isSecond);
      if (!angle || !negates || (selection && angle->isNegative))
        continue;
      if (auto found = selectLanes(angle->table, angle->lanes)) {
        selection = found;
        negates = angle->isNegative;
      }
    }
    if (!selection)
      return false;
    (isSin ? rotation.sin : rotation.cos) = *selection;
    (isSin ? rotation.negatesSin : rotation.negatesCos) = negates;
  }
  return true;
}

std::optional<Rotation> RotationMatcher::match() {
  if (!matchFront())
    return std::nullopt;
  for (bool interleaved : {false, true}) {
    rotation.interleaved = interleaved;
    if (matchPairs() && readAngles())
      return rotation;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

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
    return !from.empty() && from.back() < type.getShape().back();
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
  if (products < 2 || moves == 0)
    return {};
  ArrayRef<int64_t> shape = getShape(anchor);
  SmallVector<Value> origins;
  for (Value value : llvm::drop_begin(values))
    if (getElementTypeOrSelf(value.getType()) ==
            getElementTypeOrSelf(anchor.getType()) &&
        getShape(value).size() == shape.size() &&
        getShape(value).drop_back() == shape.drop_back() &&
        getShape(value).back() >= shape.back() &&
        getShape(value).back() <= kMaxLanes)
      origins.push_back(value);
  return origins;
}

static Value createTable(OpBuilder &builder, Location loc,
                         const LaneSelection &selection, bool negates,
                         ConstantValues &constants) {
  Value table = createLanes(builder, loc, selection, constants);
  return negates ? NegOp::create(builder, loc, table).getResult() : table;
}

/// Both under the shape to which they broadcast.
static void unifyShapes(OpBuilder &builder, Location loc, Value &cos,
                        Value &sin) {
  SmallVector<int64_t> shape = *broadcastShapes(getShape(cos), getShape(sin));
  for (Value *table : {&cos, &sin})
    if (getShape(*table) != ArrayRef(shape))
      *table = ExpandOp::create(
          builder, loc,
          cast<RankedTensorType>(table->getType()).clone(shape), *table);
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
  Value cos = createTable(builder, loc, rotation.cos, rotation.negatesCos,
                          constants);
  Value sin = createTable(builder, loc, rotation.sin, rotation.negatesSin,
                          constants);
  unifyShapes(builder, loc, cos, sin);
  Value result = RotaryEmbeddingOp::create(builder, loc, x, cos, sin,
                                           rotation.interleaved);
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
      auto sums = LaneSums(x, constants).get({result, 1});
      if (!sums)
        continue;
      std::optional<Rotation> rotation = RotationMatcher(*sums, names).match();
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
