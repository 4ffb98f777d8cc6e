//===- Compare.h - outputs against what is expected of them -*- C++ -*--===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_RUN_COMPARE_H
#define WAFER_TOOLS_WAFER_RUN_COMPARE_H

#include "Options.h"
#include "wafer/Executor/Tensor.h"
#include "llvm/Support/Error.h"

namespace wafer::run {

/// How far an output is from what was expected. Two NaNs are equal, two
/// infinities of the same sign too; else an element that is not finite on one
/// side only is infinitely far.
struct Difference {
  bool matches = true;
  /// Largest |got - expected| and the element (row-major) where it first is.
  double maxAbsError = 0;
  int64_t maxAbsIndex = 0;
  /// sqrt(sum (got - expected)^2 / sum expected^2) over the finite elements.
  double relativeRms = 0;
  int64_t numElements = 0;
  /// Elements beyond --rtol and --atol; integers: unequal ones.
  int64_t numMismatches = 0;
  /// Row-major; -1 if there is none.
  int64_t firstMismatch = -1;
  double firstGot = 0, firstExpected = 0;
};

/// Compares tensors of the same shape: floats within `options.rms` if given,
/// else `atol + rtol * |expected|` for each element; integers exactly.
Difference compare(const exec::Tensor &got, const exec::Tensor &expected,
                   const Options &options);

/// "[3, 17]" for a row-major index.
std::string formatIndex(int64_t index, llvm::ArrayRef<int64_t> shape);

/// The share of rows of `scores`' last dimension whose largest element (the
/// first one of equals) is at the label. An error if the counts differ or
/// `labels` are no integers.
llvm::Expected<double> computeAccuracy(const exec::Tensor &scores,
                                       const exec::Tensor &labels);

} // namespace wafer::run

#endif // WAFER_TOOLS_WAFER_RUN_COMPARE_H
