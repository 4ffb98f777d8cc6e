//===- Lanes.h - tensors as rows of lanes -----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_LANES_H
#define WAFER_GRAPH_LANES_H

#include "ConstantValues.h"
#include "llvm/ADT/StringMap.h"

namespace wafer::graph {

// The last dimensions of a tensor, flattened, are its lanes, the ones before
// its rows. Lane 3 of 2×5×4 with one dimension of lanes is a tensor of 2×5.

/// A value of which the last `laneDims` dimensions are lanes.
struct LaneTensor {
  mlir::Value value;
  unsigned laneDims = 1;

  mlir::RankedTensorType getType() const {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  llvm::ArrayRef<int64_t> getRows() const {
    return getType().getShape().drop_back(laneDims);
  }
  int64_t countLanes() const {
    return *countElements(getType().getShape().take_back(laneDims));
  }
  bool operator==(const LaneTensor &other) const {
    return value == other.value && laneDims == other.laneDims;
  }
};

/// Where the lanes of a result come from, each from one lane of one operand.
struct LaneMap {
  struct Source {
    unsigned operand;
    int64_t lane;
  };
  llvm::SmallVector<LaneTensor> operands;
  llvm::SmallVector<Source> sources;
  /// Rows are those of the operand in the same order, and of the same shape.
  bool keepsRows = true;
};

/// The lanes of an op that only moves or repeats them: reshape, expand, slice,
/// concat, transpose of lanes, gathers with constant indices. Rows stay in
/// order; they may be reshaped. nullopt for all else.
std::optional<LaneMap> mapLanes(LaneTensor result, ConstantValues &constants);

/// The lanes of an operand of a map with broadcasting that lanes of the result
/// are computed from.
struct OperandLanes {
  LaneTensor tensor;
  llvm::SmallVector<int64_t> lanes;
};
OperandLanes getOperandLanes(LaneTensor result, mlir::Value operand);

/// A lane up to its sign: the same `id`, the same numbers in all rows.
struct SignedLane {
  unsigned id;
  bool isNegative = false;
};

/// Names lanes after what they are computed from, so that those of
/// cos(concat(f, f)) come in pairs of one name.
class LaneNames {
public:
  explicit LaneNames(ConstantValues &constants) : constants(constants) {}

  llvm::ArrayRef<SignedLane> get(LaneTensor tensor);

private:
  ConstantValues &constants;
  llvm::StringMap<unsigned> ids;
  llvm::DenseMap<std::pair<mlir::Value, unsigned>,
                 llvm::SmallVector<SignedLane>>
      known;

  using Lanes = llvm::SmallVector<SignedLane>;
  unsigned getId(llvm::StringRef key);
  Lanes compute(LaneTensor tensor);
  Lanes readConstant(LaneTensor tensor, const exec::Tensor &elements);
  Lanes applyMap(LaneTensor tensor, mlir::Operation *op);
};

} // namespace wafer::graph

#endif // WAFER_GRAPH_LANES_H
