//===- LaneSums.h - lanes as sums of lanes ----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_LANESUMS_H
#define WAFER_GRAPH_LANESUMS_H

#include "Lanes.h"

namespace wafer::graph {

/// `shape` without dimensions of 1.
llvm::SmallVector<int64_t> dropOnes(llvm::ArrayRef<int64_t> shape);

/// ±x[lane], or ±x[lane]·table[tableLane].
struct LaneTerm {
  int64_t lane = 0;
  bool isNegative = false;
  LaneTensor table;
  int64_t tableLane = 0;
};
using LaneSum = llvm::SmallVector<LaneTerm, 2>;

/// Writes the lanes of values as sums of lanes of one tensor, each with a
/// factor or without one.
class LaneSums {
public:
  /// The lanes are those of the last dimension of `x`, whose rows are `rows` or
  /// have dimensions of 1 elsewhere. Tables have these rows, repeat in them, or
  /// have one row.
  LaneSums(mlir::Value x, llvm::ArrayRef<int64_t> rows,
           ConstantValues &constants)
      : x(x), rows(rows), constants(constants) {}

  /// One sum for each lane of the last `laneDims` dimensions; nullopt if there
  /// is something else in it.
  std::optional<llvm::SmallVector<LaneSum>> get(LaneTensor tensor);

private:
  using Sums = llvm::SmallVector<LaneSum>;
  mlir::Value x;
  llvm::ArrayRef<int64_t> rows;
  ConstantValues &constants;
  llvm::DenseMap<std::pair<mlir::Value, unsigned>, std::optional<Sums>> known;

  std::optional<Sums> compute(LaneTensor tensor);
  std::optional<Sums> add(LaneTensor tensor, mlir::Operation *op);
  static std::optional<Sums> add(std::optional<Sums> lhs,
                                 std::optional<Sums> rhs, bool isDifference);
  std::optional<Sums> getReshaped(mlir::Value value, mlir::RankedTensorType to);
  std::optional<Sums> multiply(LaneTensor tensor, mlir::Value factor,
                               mlir::Value table);
};

} // namespace wafer::graph

#endif // WAFER_GRAPH_LANESUMS_H
