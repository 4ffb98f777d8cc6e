//===- LinalgLoops.h - tensors with a dimension for each loop -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_LINALGLOOPS_H
#define WAFER_LIB_IMPORT_LINALGLOOPS_H

#include "TensorEmitter.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace wafer::importer {

/// How a dimension of a table is read at a point of a loop space. Exactly one
/// of these holds.
struct Subscript {
  /// The dimension has size 1.
  bool isOnly = false;
  /// By this loop, over the whole dimension.
  std::optional<int64_t> loop;
  /// By this tensor of integers in loop order.
  mlir::Value computed;
};

/// The iteration space of a structured op. A value "in loop order" has a
/// dimension for each loop, of size 1 where it does not depend on it, or rank
/// 0.
struct LoopSpace {
  llvm::SmallVector<int64_t> extents;

  /// An operand, read through its indexing map, in loop order; null if a
  /// subscript leaves the operand, or there are too many points to gather.
  mlir::Value fromOperand(TensorEmitter &emit, mlir::Value value,
                          mlir::AffineMap map) const;

  /// A value whose dimensions are those of `loops`, in loop order.
  mlir::Value fromLoops(TensorEmitter &emit, mlir::Value value,
                        llvm::ArrayRef<int64_t> loops) const;

  /// A value in loop order, repeated to `shape`, as the output of `type` that
  /// is written through `map`.
  mlir::Value toResult(TensorEmitter &emit, mlir::Value value,
                       mlir::AffineMap map, mlir::RankedTensorType type,
                       llvm::ArrayRef<int64_t> shape) const;

  /// `table` read at each point; graph.gather if one subscript is computed, or
  /// several ones are that depend on other loops each.
  mlir::Value gather(TensorEmitter &emit, mlir::Value table,
                     llvm::ArrayRef<Subscript> subscripts) const;

  /// The sum over `reductionLoops` of lhs·rhs as a matrix product; null if one
  /// of them does not depend on all of these loops, or both on nothing else
  /// than shared ones.
  mlir::Value contract(TensorEmitter &emit, mlir::Value lhs, mlir::Value rhs,
                       llvm::ArrayRef<int64_t> reductionLoops) const;
};

/// The loop whose linalg.index `subscript` is, but for conversions.
std::optional<int64_t> getLoopOfIndex(mlir::Value subscript);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_LINALGLOOPS_H
