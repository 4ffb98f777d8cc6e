//===- Heads.h - tensors split into attention heads -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_HEADS_H
#define WAFER_LIB_IMPORT_HEADS_H

#include "Node.h"

namespace wafer::importer {

/// B×S×(H·D) as B×H×S×D; null after an error.
Value splitHeads(Node &node, Value packed, int64_t heads);
/// B×H×S×D as B×S×(H·D).
Value mergeHeads(Node &node, Value split);
/// B×G×T×D as B×H×T×D, each group repeated for its heads.
Value repeatGroups(Node &node, Value groups, int64_t heads);

/// What attention sees beside query, key and value.
struct Masking {
  /// Bool, true where a query sees a key; null for everywhere.
  Value keep;
  /// Added to the scores; may be null.
  Value bias;
  /// Query i sees keys up to i + causal.
  std::optional<int64_t> causal;
};

/// Both masks as one: -inf is added where `keep` is false.
Value mergeMasks(Node &node, const Masking &masking, mlir::Type type);
/// `keep` also where column ≤ row + offset. Either may be null.
Value keepBoth(Node &node, Value a, Value b);
/// The causal mask queries×keys.
Value createCausal(Node &node, int64_t queries, int64_t keys, int64_t offset);

/// graph.attention on B×H×S×D tensors.
Value createAttention(Node &node, Value query, Value key, Value value,
                      const Masking &masking, double scale, double softcap = 0);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_HEADS_H
