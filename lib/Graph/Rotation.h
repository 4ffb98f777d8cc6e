//===- Rotation.h - pairs of lanes turned by angles -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_ROTATION_H
#define WAFER_GRAPH_ROTATION_H

#include "LaneSelection.h"
#include "LaneSums.h"

namespace wafer::graph {

/// Lanes `first` and following of x, `count` in all, of which the first
/// `rotated` are turned in pairs.
struct Rotation {
  mlir::Value x;
  int64_t first = 0, rotated = 0, count = 0;
  bool interleaved = false;
  /// Tables of one lane for each pair, 1 where there is none, and whether they
  /// have the other sign.
  LaneSelection cos, sin;
  bool negatesCos = false, negatesSin = false;
};

/// The rotation that the lanes of a value are, written as sums of lanes of x;
/// nullopt if they are none. `x` is left to the caller.
std::optional<Rotation> matchRotation(llvm::ArrayRef<LaneSum> sums,
                                      LaneNames &names);

} // namespace wafer::graph

#endif // WAFER_GRAPH_ROTATION_H
