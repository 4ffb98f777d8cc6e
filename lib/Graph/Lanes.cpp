//===- Lanes.cpp - tensors as rows of lanes ---------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace wafer::graph {

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Ops that move lanes
//===----------------------------------------------------------------------===//

/// The trailing dimensions of `value` that hold just `lanes` elements; of
/// several, which differ by dimensions of 1, those behind `rows`.
static std::optional<LaneTensor> splitLanes(Value value, int64_t lanes,
                                            ArrayRef<int64_t> rows) {
  ArrayRef<int64_t> shape = getShape(value);
  std::optional<LaneTensor> split;
  int64_t product = 1;
  for (unsigned dims = 1; dims <= shape.size() && product <= lanes; ++dims) {
    product *= shape[shape.size() - dims];
    if (product == lanes && (!split || shape.drop_back(dims) == rows))
      split = {value, dims};
  }
  return split;
}

/// Calls `visit` with the index of every element of a tensor of `shape`.
static void forEachIndex(ArrayRef<int64_t> shape,
                         function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0, e = *countElements(shape); i < e; ++i) {
    visit(index);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

static int64_t flatten(ArrayRef<int64_t> index, ArrayRef<int64_t> shape) {
  int64_t flat = 0;
  for (auto [i, size] : llvm::zip_equal(index, shape))
    flat = flat * size + i;
  return flat;
}

namespace {

/// Finds the map of one result.
class LaneMapper {
public:
  LaneMapper(LaneTensor result, ConstantValues &constants)
      : result(result), shape(result.getType().getShape()),
        rowDims(shape.size() - result.laneDims), constants(constants) {}

  std::optional<LaneMap> run() {
    Operation *op = result.value.getDefiningOp();
    bool isMapped =
        op && llvm::TypeSwitch<Operation *, bool>(op)
                  .Case<ReshapeOp, ExpandOp, SliceOp, TransposeOp, ConcatOp,
                        GatherOp, GatherNDOp>([&](auto op) { return map(op); })
                  .Default(false);
    return isMapped ? std::optional(std::move(laneMap)) : std::nullopt;
  }

private:
  LaneTensor result;
  ArrayRef<int64_t> shape;
  int64_t rowDims;
  ConstantValues &constants;
  LaneMap laneMap;

  ArrayRef<int64_t> getLaneShape() const { return shape.drop_front(rowDims); }

  /// Adds a source for each lane: `find` gives the index in the lanes of the
  /// operand that has the lanes of `laneShape`.
  void addSources(ArrayRef<int64_t> laneShape,
                  function_ref<SmallVector<int64_t>(ArrayRef<int64_t>)> find) {
    forEachIndex(getLaneShape(), [&](ArrayRef<int64_t> index) {
      laneMap.sources.push_back({0, flatten(find(index), laneShape)});
    });
  }

  bool map(ReshapeOp op);
  bool map(ExpandOp op);
  bool map(SliceOp op);
  bool map(TransposeOp op);
  bool map(ConcatOp op);
  bool map(GatherOp op);
  bool map(GatherNDOp op);
};

} // namespace

bool LaneMapper::map(ReshapeOp op) {
  auto operand =
      splitLanes(op.getInput(), result.countLanes(), result.getRows());
  if (!operand)
    return false;
  laneMap.operands.push_back(*operand);
  laneMap.keepsRows = operand->getRows() == result.getRows();
  for (int64_t lane = 0, e = result.countLanes(); lane < e; ++lane)
    laneMap.sources.push_back({0, lane});
  return true;
}

bool LaneMapper::map(ExpandOp op) {
  OperandLanes lanes = getOperandLanes(result, op.getInput());
  laneMap.operands.push_back(lanes.tensor);
  laneMap.keepsRows = lanes.tensor.getRows() == result.getRows();
  for (int64_t lane : lanes.lanes)
    laneMap.sources.push_back({0, lane});
  return true;
}

bool LaneMapper::map(SliceOp op) {
  ArrayRef<int64_t> from = getShape(op.getInput());
  if (from.take_front(rowDims) != shape.take_front(rowDims) ||
      llvm::any_of(op.getSteps().take_front(rowDims),
                   [](int64_t step) { return step != 1; }))
    return false;
  laneMap.operands.push_back({op.getInput(), result.laneDims});
  addSources(from.drop_front(rowDims), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source;
    for (auto [d, i] : llvm::enumerate(index))
      source.push_back(op.getStarts()[rowDims + d] +
                       i * op.getSteps()[rowDims + d]);
    return source;
  });
  return true;
}

bool LaneMapper::map(TransposeOp op) {
  ArrayRef<int64_t> perm = op.getPerm();
  if (!llvm::equal(perm.take_front(rowDims), llvm::seq<int64_t>(rowDims)))
    return false;
  laneMap.operands.push_back({op.getInput(), result.laneDims});
  addSources(getShape(op.getInput()).drop_front(rowDims),
             [&](ArrayRef<int64_t> index) {
               SmallVector<int64_t> source(index.size());
               for (auto [d, i] : llvm::enumerate(index))
                 source[perm[rowDims + d] - rowDims] = i;
               return source;
             });
  return true;
}

bool LaneMapper::map(ConcatOp op) {
  int64_t axis = static_cast<int64_t>(op.getAxis()) - rowDims;
  if (axis < 0)
    return false;
  for (Value input : op.getInputs())
    laneMap.operands.push_back({input, result.laneDims});
  forEachIndex(getLaneShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index);
    unsigned operand = 0;
    auto getPieceShape = [&] {
      return getShape(op.getInputs()[operand]).drop_front(rowDims);
    };
    while (source[axis] >= getPieceShape()[axis])
      source[axis] -= getPieceShape()[axis], ++operand;
    laneMap.sources.push_back({operand, flatten(source, getPieceShape())});
  });
  return true;
}

bool LaneMapper::map(GatherOp op) {
  int64_t axis = op.getAxis(), indexRank = op.getIndices().getType().getRank();
  ArrayRef<int64_t> from = getShape(op.getData());
  std::optional<exec::Tensor> indices = constants.get(op.getIndices());
  if (axis < rowDims || !indices)
    return false;
  for (int64_t i = 0, e = indices->getNumElements(); i < e; ++i)
    if (double index = indices->getAsDouble(i);
        index < -from[axis] || index >= from[axis])
      return false;
  int64_t at = axis - rowDims;
  laneMap.operands.push_back(
      {op.getData(), static_cast<unsigned>(from.size() - rowDims)});
  addSources(from.drop_front(rowDims), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index.take_front(at));
    auto found = static_cast<int64_t>(indices->getAsDouble(
        flatten(index.slice(at, indexRank), indices->shape)));
    source.push_back(found < 0 ? found + from[axis] : found);
    llvm::append_range(source, index.drop_front(at + indexRank));
    return source;
  });
  return true;
}

/// Indices of one dimension of lanes, the same for every row.
bool LaneMapper::map(GatherNDOp op) {
  ArrayRef<int64_t> from = getShape(op.getData());
  int64_t batch = op.getBatchDims();
  std::optional<exec::Tensor> indices = constants.get(op.getIndices());
  if (!indices || batch != rowDims || indices->shape.back() != 1 ||
      static_cast<int64_t>(indices->shape.size()) != batch + 2)
    return false;
  int64_t count = indices->shape[batch];
  for (int64_t i = 0, e = indices->getNumElements(); i < e; ++i)
    if (double index = indices->getAsDouble(i);
        index < -from[batch] || index >= from[batch] ||
        index != indices->getAsDouble(i % count))
      return false;
  laneMap.operands.push_back({op.getData(), result.laneDims});
  addSources(from.drop_front(rowDims), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index);
    auto found = static_cast<int64_t>(indices->getAsDouble(index.front()));
    source.front() = found < 0 ? found + from[batch] : found;
    return source;
  });
  return true;
}

std::optional<LaneMap> mapLanes(LaneTensor result, ConstantValues &constants) {
  if (result.getType().getNumElements() == 0)
    return std::nullopt;
  return LaneMapper(result, constants).run();
}

OperandLanes getOperandLanes(LaneTensor result, Value operand) {
  ArrayRef<int64_t> shape = getShape(operand);
  unsigned dims = std::min<unsigned>(result.laneDims, shape.size());
  ArrayRef<int64_t> laneShape = shape.take_back(dims);
  OperandLanes lanes = {{operand, dims}, {}};
  forEachIndex(result.getType().getShape().take_back(result.laneDims),
               [&](ArrayRef<int64_t> index) {
                 SmallVector<int64_t> source(index.take_back(dims));
                 for (auto [i, size] : llvm::zip_equal(source, laneShape))
                   i = size == 1 ? 0 : i;
                 lanes.lanes.push_back(flatten(source, laneShape));
               });
  return lanes;
}

} // namespace wafer::graph
