//===- NormalizationTasks.h - the tasks of a normalisation ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_NORMALIZATIONTASKS_H
#define WAFER_KERNELS_NORMALIZATIONTASKS_H

#include "wafer/Kernels/Kernel.h"

namespace wafer {

/// What the expansion of one normalisation derives from its attributes, and the
/// symbols that it makes.
struct NormalizationPlan {
  mlir::Operation *norm;
  bool centred; // LayerNorm: the mean is subtracted
  double epsilon;
  mesh::RectAttr rect;
  Sharding sharding;

  mlir::FlatSymbolRefAttr x, y; // the operand and the result
  mlir::Attribute scale, bias;  // memory operands or scalars; bias or null
  mlir::FlatSymbolRefAttr sums; // kStatistics rows of a value for each token
  mlir::FlatSymbolRefAttr part, out; // streams; null on one column
  FunctionScratch scratch;           // on the last column

  /// Rows of `sums`: of the elements, of their squares, and a temporary.
  static constexpr int64_t kStatistics = 3;

  NormalizationPlan(mlir::Operation *norm, mesh::RectAttr rect,
                    int64_t launches);
};

/// Emits the tasks: every row of PEs works on its own tokens.
///
///   sums of a PE's features  ->  chain from west to east  ->  last column:
///   statistics  ->  one multicast back  ->  normalised where it lies
///
/// For LayerNorm twice: first for a mean; then for the sums of the deviations
/// from it and of their squares. What rounding left of a mean in the deviations
/// is subtracted from them too, so that the digits of a large mean cost the
/// result nothing.
class NormalizationTasks {
public:
  NormalizationTasks(NormalizationPlan &plan, Emitter &emitter)
      : plan(plan), emitter(emitter) {}
  /// Buffers and streams.
  void declare();
  /// Tasks that leave the statistics on every PE, and for LayerNorm the
  /// deviations in `y`.
  void emitStatistics();
  /// Into the open task: the normalised elements, scaled and shifted.
  void emitNormalized();

private:
  enum class Role { First, Middle, Last, Only };
  void emitRole(llvm::StringRef name, Role role, int64_t begin, int64_t end);
  void emitSums(mlir::FlatSymbolRefAttr of, bool squares);
  /// Sums of all columns into row `row` and those behind it of the last column,
  /// `finish` there, and what it leaves to all columns.
  void exchange(Role role, int64_t row, int64_t rows,
                llvm::function_ref<void()> finish);
  void emitMean(int64_t row);
  void emitInverseRoot();

  mlir::Attribute statistic(int64_t row);
  /// A statistic for each token, the same for all features.
  mlir::Attribute spread(int64_t row);
  mlir::Attribute elements(mlir::FlatSymbolRefAttr buffer);
  mlir::Attribute number(double value) {
    return emitter.imm(emitter.f32(), value);
  }

  NormalizationPlan &plan;
  Emitter &emitter;
};

} // namespace wafer

#endif
