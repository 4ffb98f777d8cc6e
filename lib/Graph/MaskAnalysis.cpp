//===- MaskAnalysis.cpp - what a mask says ----------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MaskAnalysis.h"
#include <algorithm>
#include <cmath>
#include <optional>

namespace wafer::graph {

namespace {

/// Whether rows that keep their first `kept` keys only are those of one causal
/// mask: kept = i + causal + 1, cut at 0 and at the number of keys.
class CausalRows {
public:
  explicit CausalRows(int64_t keys) : keys(keys) {}

  void add(int64_t query, int64_t kept) {
    int64_t causal = kept - query - 1;
    if (kept < keys) // it is at most this
      most = std::min(most, causal);
    if (kept > 0) // it is at least this
      least = std::max(least, causal);
  }
  void reject() { isRejected = true; }

  /// The offset, if there is one; any within the bounds means the same.
  std::optional<int64_t> getCausal() const {
    if (isRejected || least > most)
      return std::nullopt;
    return most;
  }
  bool isEmpty() const { return least == kNone; }

private:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::min();
  int64_t keys;
  int64_t least = kNone, most = std::numeric_limits<int64_t>::max();
  bool isRejected = false;
};

} // namespace

MaskMeaning
analyseMask(int64_t planes, int64_t queries, int64_t keys,
            llvm::function_ref<double(int64_t, int64_t, int64_t)> getAdded) {
  MaskMeaning meaning;
  CausalRows rows(keys);
  for (int64_t plane = 0; plane < planes; ++plane)
    for (int64_t query = 0; query < queries; ++query) {
      int64_t kept = 0, end = 0; // keys kept, one behind the last of them
      for (int64_t key = 0; key < keys; ++key) {
        double added = getAdded(plane, query, key);
        if (added <= kHidden) {
          meaning.isInfinite &= std::isinf(added);
          continue;
        }
        // A NaN is a bias without bounds.
        double bias = std::isnan(added)
                          ? std::numeric_limits<double>::infinity()
                          : std::abs(added);
        meaning.largestBias = std::max(meaning.largestBias, bias);
        ++kept;
        end = key + 1;
      }
      meaning.hides |= kept < keys;
      meaning.keepsOne &= kept > 0;
      if (end == kept)
        rows.add(query, kept);
      else
        rows.reject();
    }
  if (meaning.largestBias > 0)
    meaning.kind = MaskMeaning::Bias;
  else if (!meaning.hides)
    meaning.kind = MaskMeaning::Nothing;
  else if (std::optional<int64_t> causal = rows.getCausal();
           causal && !rows.isEmpty()) {
    meaning.kind = MaskMeaning::Causal;
    meaning.causal = *causal;
  } else
    meaning.kind = MaskMeaning::Pattern;
  return meaning;
}

} // namespace wafer::graph
