//===- ConstantValues.h - what depends on constants -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_GRAPH_CONSTANTVALUES_H
#define WAFER_GRAPH_CONSTANTVALUES_H

#include "dialects/Graph/Graph.h"
#include "wafer/Executor/Constants.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace wafer::graph {

/// Evaluates what depends on constants only, with the reference executor, and
/// remembers it. Nothing in the IR changes; ops may be added meanwhile, but
/// none erased. Constants in files are read when they are asked for.
class ConstantValues {
public:
  /// Looks at the ops inside of `root`. Relative paths of #graph.external start
  /// at `folder` ("" for the working directory).
  ConstantValues(mlir::Operation *root, llvm::StringRef folder);

  /// True if `value` depends on nothing but constants, no tensor on the way has
  /// more than kMaxElements elements and no product more than kMaxProducts
  /// steps.
  bool isConstant(mlir::Value value) const { return constants.contains(value); }

  /// The elements of `value`; nullopt if it is not constant in this sense or
  /// cannot be read or evaluated.
  std::optional<exec::Tensor> get(mlir::Value value);

  /// The number that every element of `value` is; nullopt if they differ or are
  /// more than kMaxSplat.
  std::optional<double> getSplat(mlir::Value value);

  /// A causal mask of 4096 tokens.
  static constexpr int64_t kMaxElements = int64_t(1) << 24;
  static constexpr int64_t kMaxProducts = int64_t(1) << 24;
  static constexpr int64_t kMaxSplat = int64_t(1) << 16;

private:
  exec::ConstantReader reader;
  llvm::DenseSet<mlir::Value> constants;
  llvm::DenseMap<mlir::Value, std::optional<exec::Tensor>> known;

  std::optional<exec::Tensor> evaluate(mlir::Operation *op);
};

} // namespace wafer::graph

#endif // WAFER_GRAPH_CONSTANTVALUES_H
