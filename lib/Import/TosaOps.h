//===- TosaOps.h - what importers of TOSA ops share ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_TOSAOPS_H
#define WAFER_LIB_IMPORT_TOSAOPS_H

#include "TensorEmitter.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

namespace wafer::importer {

/// The values of the operands before `firstZero`; the others, zero points and
/// shifts of quantised models, must be constant zeros. Reports what is not so.
struct TosaOperands {
  llvm::SmallVector<mlir::Value> values;
  bool areValid = false;

  TosaOperands(TensorImporter &importer, mlir::Operation &op,
               unsigned firstZero = ~0u);
  mlir::Value operator[](size_t index) const { return values[index]; }
};

/// Defines the result of `op`; reports a null one, and one of another shape
/// than the op says.
mlir::LogicalResult defineResult(TensorImporter &importer, mlir::Operation &op,
                                 mlir::Value result);

/// The integers of an operand of type !tosa.shape that can be computed here;
/// reports others.
mlir::FailureOr<llvm::SmallVector<int64_t>> getShapeOperand(mlir::Operation &op,
                                                            unsigned index);

inline mlir::RankedTensorType getResultType(mlir::Operation &op) {
  return mlir::cast<mlir::RankedTensorType>(op.getResult(0).getType());
}

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_TOSAOPS_H
