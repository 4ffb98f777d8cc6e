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

/// An operand of a MacNest: rows of `lanes` floats, or rows of one float that
/// all lanes share. Strides count rows.
struct MacOperand {
  float *data = nullptr;
  bool isUniform = false;
  int64_t reduction = 0, p = 0, q = 0, o = 0;

  float *at(int64_t lanes, int64_t i, int64_t j, int64_t k,
            int64_t lane) const {
    int64_t row = i * o + j * p + k * q;
    return data + (isUniform ? row : row * lanes + lane);
  }
};

/// An f32 mac on memory whose destination stays where it is along one index
/// (the reduction), and visits every element once along the others. Along index
/// p only `a` and the destination move, along q only `b` and the destination,
/// along o all may. Of the sources only `b` may be uniform.
struct MacNest {
  /// A multiple of 16, or nothing is uniform.
  int64_t lanes = 0;
  int64_t reduction = 1, p = 1, q = 1, o = 1;
  /// What is written, never uniform; where the sums begin, which is the same
  /// place or uniform.
  MacOperand destination, begin;
  MacOperand a, b;
  /// Rows to which the sums are added at the end, as `addend + sum`, unless it
  /// is null; strides in floats.
  const float *addend = nullptr;
  int64_t addendP = 0, addendQ = 0;
};

/// Every destination element adds its products in the order of the reduction,
/// each with one rounding, as point by point (E20, E23); only the order among
/// different elements is free, and chosen for registers and caches.
void runMacNest(const MacNest &nest);

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_MACTILE_H
