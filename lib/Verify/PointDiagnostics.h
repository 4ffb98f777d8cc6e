//===- PointDiagnostics.h - PEs in diagnostics ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_POINTDIAGNOSTICS_H
#define WAFER_LIB_VERIFY_POINTDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "wafer/Support/Geometry.h"

namespace wafer {

/// Prints `(x,y)`.
inline mlir::Diagnostic &operator<<(mlir::Diagnostic &diagnostic, Point p) {
  return diagnostic << "(" << p.x << "," << p.y << ")";
}

} // namespace wafer

#endif // WAFER_LIB_VERIFY_POINTDIAGNOSTICS_H
