//===- LaneSelection.h - ops for some lanes ---------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_LANESELECTION_H
#define WAFER_GRAPH_LANESELECTION_H

#include "Lanes.h"
#include "mlir/IR/Builders.h"

namespace wafer::graph {

/// Lanes first, first + step, ... of a tensor; one lane several times if the
/// step is 0.
struct LaneSelection {
  LaneTensor tensor;
  int64_t first, step, count;
};

/// The selection of `lanes`; nullopt if they are not evenly spaced.
std::optional<LaneSelection> selectLanes(LaneTensor tensor,
                                         llvm::ArrayRef<int64_t> lanes);

/// Ops for the selected lanes, as one dimension behind the rows. What the
/// tensor was made of is used where it has them: cos(concat(f, f)) gives
/// cos(f). What depends on constants only becomes a constant unless it is
/// large.
mlir::Value createLanes(mlir::OpBuilder &builder, mlir::Location loc,
                        const LaneSelection &selection,
                        ConstantValues &constants);

} // namespace wafer::graph

#endif // WAFER_GRAPH_LANESELECTION_H
