//===- LinalgGeneric.h - one linalg.generic on its way to graph -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_LINALGGENERIC_H
#define WAFER_LIB_IMPORT_LINALGGENERIC_H

#include "LinalgLoops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace wafer::importer {

/// The body of one linalg.generic on its way to graph ops.
class GenericImporter {
public:
  GenericImporter(TensorImporter &importer, mlir::linalg::GenericOp op)
      : importer(importer), emit(importer.emit), op(op) {}

  mlir::LogicalResult run();

private:
  TensorImporter &importer;
  TensorEmitter &emit;
  mlir::linalg::GenericOp op;
  LoopSpace space;
  llvm::SmallVector<int64_t> reductionLoops;
  /// Values of the body (in loop order) by what they were.
  llvm::DenseMap<mlir::Value, mlir::Value> values;

  mlir::LogicalResult readLoops();
  mlir::LogicalResult checkOutputMap(mlir::AffineMap map);
  /// The elements of an operand that the body reads as `argument`, in loop
  /// order.
  mlir::LogicalResult readOperand(mlir::BlockArgument argument);
  /// Emits what `source` depends on, in the body or around it.
  mlir::FailureOr<mlir::Value> get(mlir::Value source);
  mlir::LogicalResult emitOp(mlir::Operation &inner);
  mlir::FailureOr<mlir::Value> emitExtract(mlir::tensor::ExtractOp extract);
  mlir::LogicalResult importResult(unsigned index);

  // LinalgReductions.cpp
  /// A result with reduction loops: combine(out, term).
  mlir::FailureOr<mlir::Value> emitReducedResult(unsigned index);
  mlir::FailureOr<mlir::Value>
  emitReduction(unsigned index, mlir::Operation *combine, mlir::Value term);
  /// The reduction of `term` alone; null if graph does not have it.
  mlir::FailureOr<mlir::Value> reduce(mlir::Operation *combine,
                                      mlir::Value term);
  mlir::FailureOr<mlir::Value> emitArgMax(unsigned index,
                                          mlir::arith::SelectOp select);
  /// True if output `best` holds the largest `term` so far.
  bool isRunningMax(mlir::Value best, mlir::Value term);
  /// A sum of products as a convolution or a matrix product; null if `factors`
  /// are others.
  mlir::Value emitProductSum(mlir::ValueRange factors);
  /// A reduction of one operand over windows as a pool; null if it is another
  /// one.
  mlir::Value emitPool(mlir::Operation *combine, mlir::Value term);
  /// The input operand that `source` is, but for conversions between floats;
  /// null if it is something else.
  mlir::OpOperand *getOperand(mlir::Value source);
};

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_LINALGGENERIC_H
