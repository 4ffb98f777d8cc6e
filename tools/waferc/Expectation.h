//===- Expectation.h - how far a right answer may be off --------*- C++ -*-===//
//-*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFERC_EXPECTATION_H
#define WAFER_TOOLS_WAFERC_EXPECTATION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "wafer/Executor/Tensor.h"
#include <optional>

namespace wafer::compiler {

/// The largest number of terms that an op of `function` sums up for one element
/// of its result; 1 if it sums nothing.
int64_t getLongestSum(mlir::func::FuncOp function);

/// What a tensor should be, and how far a right answer may be from it.
///
/// E is the tensor evaluated in f64, F the same evaluated in f32 with every
/// result rounded to its declared type, u the unit roundoff of that type. What
/// the model's own roundings do to this tensor is |E - F|; a correct rewrite
/// moves, adds or removes a few of them, and a function that the machine lacks
/// is worth up to 8 of them (3.6 units in the last place, Kernels/Functions.h).
/// So a right answer lies within
///   slack = 8·max|E - F| + n·u·max|E|
/// of E. While values are evaluated in f64, n is 4, for folded constants, which
/// are rounded once more. On the mesh n is 8 and the number of terms of the
/// longest sum: sums run in f32 and in another order, and n roundings bound any
/// order of summation. Integers and bools have no u: they are equal where E
/// and F are.
struct Expectation {
  exec::Tensor exact;
  double slack = 0;

  /// A difference beyond the slack; the first such element.
  struct Mismatch {
    int64_t index = 0, count = 0;
    double got = 0, expected = 0;
  };

  /// `declared` is the type that the model gives the tensor.
  Expectation(exec::Tensor exact, const exec::Tensor &rounded,
              exec::ElementType declared, int64_t numTerms);

  /// Compares elements in row-major order; the shapes may differ, not the
  /// number of elements.
  std::optional<Mismatch> compare(const exec::Tensor &got) const;
};

/// The n of above; on the mesh without the longest sum.
inline constexpr int64_t kTermsOfGraph = 4, kTermsOnMesh = 8;

} // namespace wafer::compiler

#endif // WAFER_TOOLS_WAFERC_EXPECTATION_H
