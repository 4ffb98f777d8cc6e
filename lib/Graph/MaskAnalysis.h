//===- MaskAnalysis.h - what a mask says ------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_MASKANALYSIS_H
#define WAFER_GRAPH_MASKANALYSIS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>
#include <limits>

namespace wafer::graph {

/// A number added to a score, or put in its place, hides the key if it is this
/// or less and the query sees another key with nothing added: the weight is
/// then exp(-10000 + the difference of two scores), which no floating-point
/// type of the dialect tells from 0 (exp(-746) is 0 in f64) unless scores of
/// one query differ by more than 9000. Masks of -1e4, -1e9 and the least
/// number of a type are written with that in mind.
inline constexpr double kHidden = -1e4;

/// What a mask does to the scores of B×H×S×T.
struct MaskMeaning {
  enum Kind {
    Nothing, ///< every key stays visible, nothing is added
    Causal,  ///< query i keeps keys up to i + causal, nothing is added
    Pattern, ///< some keys are hidden, nothing is added to the others
    Bias     ///< numbers are added
  };
  Kind kind = Nothing;
  int64_t causal = 0;
  /// Some key is hidden from some query.
  bool hides = false;
  /// All that is hidden is so by -infinity.
  bool isInfinite = true;
  /// Every query keeps a key.
  bool keepsOne = true;
  /// The largest magnitude that is added to a key that is not hidden.
  double largestBias = 0;
};

/// The meaning of `planes` masks of queries×keys; `getAdded` tells what is
/// added to the score of (plane, query, key), kHidden or less where it is
/// hidden.
MaskMeaning
analyseMask(int64_t planes, int64_t queries, int64_t keys,
            llvm::function_ref<double(int64_t, int64_t, int64_t)> getAdded);

} // namespace wafer::graph

#endif // WAFER_GRAPH_MASKANALYSIS_H
