//===- MacTile.h - multiply-accumulate over lanes, in registers -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_MACTILE_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_MACTILE_H

#include <cstdint>

namespace wafer::exec {

/// An f32 mac on memory whose destination stays where it is along one index
/// (the reduction), and visits every element once along the others. Rows are
/// `lanes` floats; all strides count floats. Along index P only `a` and the
/// destination move, along Q only `b` and the destination, along O all may.
struct MacNest {
  float *destination;
  const float *a, *b;
  int64_t lanes;
  int64_t reduction, aReduction, bReduction;
  int64_t p = 1, aP = 0, destinationP = 0;
  int64_t q = 1, bQ = 0, destinationQ = 0;
  int64_t o = 1, aO = 0, bO = 0, destinationO = 0;
};

/// Every destination element adds its products in the order of the reduction,
/// each with one rounding, as point by point (E20, E23); only the order among
/// different elements is free, and chosen for registers and caches.
void runMacNest(const MacNest &nest);

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_MACTILE_H
