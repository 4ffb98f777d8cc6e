//===- ScoreChain.h - from a softmax to its scores --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_SCORECHAIN_H
#define WAFER_GRAPH_SCORECHAIN_H

#include "ConstantValues.h"
#include "MaskAnalysis.h"

namespace wafer::graph {

/// Something done to scores between their product and their softmax, in the
/// scale that the scores have at the softmax.
struct ScoreTerm {
  enum Kind {
    Add, ///< value·factor is added
    Keep ///< scores stay where `value` is `keptIf`, elsewhere become `fill`
  };
  Kind kind = Add;
  mlir::Value value;
  double factor = 1;
  bool keptIf = true;
  double fill = 0;
  /// The shape of the scores there, and the one of `value`, perhaps with other
  /// dimensions of 1, under which it broadcasts to them.
  llvm::SmallVector<int64_t> scoresShape, shape;
};

/// scores = product·scale, softcap·tanh(scores/softcap) if there is one, then
/// the terms in order.
struct ScoreChain {
  MatmulOp product;
  double scale = 1;
  std::optional<double> softcap;
  llvm::SmallVector<ScoreTerm> terms;
  /// Shapes that the scores have on the way.
  llvm::SmallVector<llvm::SmallVector<int64_t>> shapes;
};

/// Walks from the operand of a softmax to a matrix product; nullopt if there is
/// something on the way that a ScoreChain cannot say.
std::optional<ScoreChain> traceScores(mlir::Value scores,
                                      ConstantValues &constants);

/// The softmax whose result `weights` is, and what stands between: casts,
/// reshapes of all but the last dimension, and selections that give 0 to
/// queries without a key.
struct WeightChain {
  SoftmaxOp softmax;
  /// Queries that see no key have weights of 0, not of NaN or 1/T.
  bool isGuarded = false;
  /// Conditions outside of which weights are set to 0.
  struct Selection {
    mlir::Value condition;
    bool keptIf;
  };
  llvm::SmallVector<Selection> selections;
  llvm::SmallVector<llvm::SmallVector<int64_t>> shapes;
};
std::optional<WeightChain> traceWeights(mlir::Value weights,
                                        ConstantValues &constants);

/// The same as several terms, which a constant part may be among: sums are
/// added one by one, a selection of -infinity is a condition, and conditions
/// that must all hold are conditions of their own.
llvm::SmallVector<ScoreTerm> splitTerms(llvm::ArrayRef<ScoreTerm> terms,
                                        ConstantValues &constants);

/// The shape under which a tensor of `shape`, which broadcasts to `from`,
/// broadcasts to `to`, the row-major reshape of `from`; nullopt if elements
/// would have to be repeated first.
std::optional<llvm::SmallVector<int64_t>>
regroupShape(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> from,
             llvm::ArrayRef<int64_t> to);

} // namespace wafer::graph

#endif // WAFER_GRAPH_SCORECHAIN_H
