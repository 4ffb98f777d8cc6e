//===- Reference.h - the reference executor -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_REFERENCE_REFERENCE_H
#define WAFER_EXECUTOR_REFERENCE_REFERENCE_H

#include "mlir/IR/Operation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "wafer/Executor/Constants.h"
#include <functional>

namespace wafer::exec {

struct EvalOptions;

/// Evaluates one op. Floating-point operands arrive in evaluation types (see
/// EvalOptions); results may come in these or in their declared types. Errors
/// are diagnostics at the op.
using OpHandler = std::function<mlir::LogicalResult(
    mlir::Operation *, llvm::ArrayRef<Tensor> operands,
    llvm::SmallVectorImpl<Tensor> &results, const EvalOptions &)>;

struct EvalOptions {
  /// The type, F64 or F32, in which values declared f32, f16 or bf16 are held
  /// and computed; f64 is always F64. Integers and bools are exact.
  ElementType floatType = ElementType::F64;
  /// Round every result to its declared type, as an implementation of the model
  /// in its own precision does. Otherwise only graph.cast and the results of
  /// the evaluated block round.
  bool roundEveryOp = false;
  /// Leave the block's results in evaluation types (for nested blocks).
  bool keepEvaluationTypes = false;
  /// Reads the constants; null: a reader for the working directory.
  ConstantReader *constants = nullptr;
  /// Ops of other dialects by full name ("wafer.kernel"). A handler whose op
  /// has a region calls evaluateBlock() itself.
  llvm::StringMap<OpHandler> handlers;
  /// Called with every value right after it was computed.
  std::function<void(mlir::Value, const Tensor &)> observer;
};

/// Evaluates the ops of `block` in order, its arguments being `inputs`; the
/// results are the operands of its terminator. Values from outside the block
/// cannot be read. A value is freed after its last use; a constant is read at
/// its first one.
mlir::LogicalResult evaluateBlock(mlir::Block &block,
                                  llvm::ArrayRef<Tensor> inputs,
                                  llvm::SmallVectorImpl<Tensor> &results,
                                  const EvalOptions &options);

/// Evaluates a function of one block. The inputs must have its argument types
/// exactly; the results carry the names of its outputs.
mlir::LogicalResult evaluateFunction(mlir::FunctionOpInterface function,
                                     llvm::ArrayRef<Tensor> inputs,
                                     llvm::SmallVectorImpl<Tensor> &results,
                                     const EvalOptions &options);

/// Evaluates one graph op on tensors of its operands' types, in f64; the
/// results are rounded to its result types. For folding constants.
mlir::LogicalResult evaluateOp(mlir::Operation *op,
                               llvm::ArrayRef<Tensor> operands,
                               llvm::SmallVectorImpl<Tensor> &results);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_REFERENCE_REFERENCE_H
