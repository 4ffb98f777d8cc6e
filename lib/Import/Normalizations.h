//===- Normalizations.h - compositions that several operators ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_NORMALIZATIONS_H
#define WAFER_LIB_IMPORT_NORMALIZATIONS_H

#include "Composer.h"

namespace wafer::importer {

/// Of a tensor over some axes, which are kept with size 1.
struct Moments {
  Value mean, inverseDeviation;
};

/// mean and 1/sqrt(variance + epsilon).
Moments createMoments(Composer &ops, Value x, Dims axes, double epsilon);

/// graph.layer_normalization in the type of x. `bias` may be null.
Value createLayerNorm(Composer &ops, Value x, Value scale, Value bias,
                      int64_t axis, double epsilon);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_NORMALIZATIONS_H
