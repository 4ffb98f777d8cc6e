//===- LinalgWindows.h - operands read through windows ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_LINALGWINDOWS_H
#define WAFER_LIB_IMPORT_LINALGWINDOWS_H

#include "LinalgLoops.h"

namespace wafer::importer {

/// An operand of a structured op and how it is read.
struct WindowOperand {
  mlir::Value value;
  mlir::AffineMap map;
};

/// The sum over `reductionLoops` of the product of two operands as graph.conv,
/// in loop order; null if neither is read through windows, or other loops than
/// those of a convolution are there.
mlir::Value emitConvolution(TensorEmitter &emit, const LoopSpace &space,
                            llvm::ArrayRef<int64_t> reductionLoops,
                            llvm::ArrayRef<WindowOperand> operands);

/// The reduction of an operand by `combine` as a pool, in loop order; null if
/// it is not read through windows or graph has no such pool.
mlir::Value emitPool(TensorEmitter &emit, const LoopSpace &space,
                     llvm::ArrayRef<int64_t> reductionLoops,
                     const WindowOperand &operand, mlir::Operation &combine);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_LINALGWINDOWS_H
