//===- RectSweep.h - Pairs of rectangles that meet ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_SUPPORT_RECTSWEEP_H
#define WAFER_SUPPORT_RECTSWEEP_H

#include "wafer/Support/StridedRange.h"

#include "llvm/ADT/ArrayRef.h"

namespace wafer {

/// Takes the indices of two rectangles; returns false to stop the sweep.
using VisitPair = llvm::function_ref<bool(unsigned, unsigned)>;

/// Visits every pair, one of `left` and one of `right`, whose bounding boxes
/// overlap, in no particular order. Returns false when it was stopped.
/// Cost: a sort, and the pairs that overlap in the axis in which fewer do.
bool visitOverlaps(llvm::ArrayRef<StridedRect> left,
                   llvm::ArrayRef<StridedRect> right, VisitPair visit);

/// The same for pairs of one list, the smaller index first.
bool visitOverlaps(llvm::ArrayRef<StridedRect> rects, VisitPair visit);

} // namespace wafer

#endif // WAFER_SUPPORT_RECTSWEEP_H
