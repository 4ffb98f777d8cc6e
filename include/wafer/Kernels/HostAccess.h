//===- HostAccess.h - operands in host memory -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_HOSTACCESS_H
#define WAFER_KERNELS_HOSTACCESS_H

#include "dialects/Wafer/Wafer.h"

namespace wafer {

/// A value of a kernel's body that is a host operand seen through views.
struct HostAccess {
  mlir::BlockArgument operand;
  /// Row-major index into the host tensor, in elements.
  mlir::AffineExpr index;
};

/// True for ops whose result is their first operand's elements at other places
/// (reshape, transpose, slice, expand): on a host tensor they cost nothing.
bool isView(mlir::Operation *op);

/// Follows views from `value` to the body's
/// argument, and gives the host index of element `indices` (one for each
/// dimension of `value`). Fails if another op is on the way, or the argument is
/// on the mesh.
mlir::FailureOr<HostAccess>
getHostAccess(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> indices);

/// The argument that `value` is a view of, or null if it is computed.
mlir::BlockArgument getViewedArgument(mlir::Value value);

/// The indices of `value`'s dimensions for token `token` and feature `feature`
/// of a result of type `result`, where `value` broadcasts to `result` (numpy
/// rules).
llvm::SmallVector<mlir::AffineExpr>
getBroadcastIndices(mlir::Type value, mlir::Type result, mlir::AffineExpr token,
                    mlir::AffineExpr feature);

/// Row-major index of `indices` in `shape`, and back.
mlir::AffineExpr linearize(llvm::ArrayRef<mlir::AffineExpr> indices,
                           llvm::ArrayRef<int64_t> shape,
                           mlir::MLIRContext *context);
llvm::SmallVector<mlir::AffineExpr> delinearize(mlir::AffineExpr index,
                                                llvm::ArrayRef<int64_t> shape);

} // namespace wafer

#endif
