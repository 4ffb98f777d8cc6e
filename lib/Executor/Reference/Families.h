//===- Families.h - evaluators of the graph ops, by family -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_REFERENCE_FAMILIES_H
#define WAFER_LIB_EXECUTOR_REFERENCE_FAMILIES_H

#include "wafer/Executor/Reference/Reference.h"

namespace wafer::exec::reference {

/// Evaluates one graph op. Operands of floating-point type are F32 or F64, and
/// all of them the same; so are the results. Shapes are those of the op's
/// types.
using OpEvaluator = mlir::LogicalResult (*)(
    mlir::Operation *op, llvm::ArrayRef<Tensor> operands,
    llvm::SmallVectorImpl<Tensor> &results, const EvalOptions &options);
using EvaluatorTable = llvm::StringMap<OpEvaluator>;

// One function for each file of evaluators: adds them by op name.
void addElementwiseEvaluators(EvaluatorTable &table);
void addBinaryEvaluators(EvaluatorTable &table);
void addReductionEvaluators(EvaluatorTable &table);
void addShapeEvaluators(EvaluatorTable &table);
void addGatherEvaluators(EvaluatorTable &table);
void addNormalizationEvaluators(EvaluatorTable &table);
void addProductEvaluators(EvaluatorTable &table);
void addWindowEvaluators(EvaluatorTable &table);
void addAttentionEvaluators(EvaluatorTable &table);

/// The type in which values declared as `declared` are held.
inline ElementType getEvaluationType(ElementType declared,
                                     const EvalOptions &options) {
  if (!isFloat(declared) || declared == ElementType::F64)
    return declared;
  return options.floatType;
}

/// The shape of an op's only result.
inline llvm::ArrayRef<int64_t> getResultShape(mlir::Operation *op) {
  return mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType())
      .getShape();
}

/// The steps, in elements, by which an operand of `shape` moves when an index
/// of `resultShape` grows by one: row-major, 0 where it is broadcast.
llvm::SmallVector<int64_t>
getBroadcastStrides(llvm::ArrayRef<int64_t> shape,
                    llvm::ArrayRef<int64_t> resultShape);

} // namespace wafer::exec::reference

#endif // WAFER_LIB_EXECUTOR_REFERENCE_FAMILIES_H
