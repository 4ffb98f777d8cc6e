//===- TensorImport.h - TOSA and linalg into the graph dialect -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_IMPORT_TENSORIMPORT_H
#define WAFER_IMPORT_TENSORIMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace wafer {

/// The dialects that importTensors() reads: tosa, linalg on tensors, tensor,
/// arith, math and the assertions of cf.
void registerTensorDialects(mlir::DialectRegistry &registry);

/// True if `module` is for importTensors(): a function of it holds an op of
/// these dialects and none of graph.
bool holdsTensorProgram(mlir::ModuleOp module);

/// Turns the functions' ops into ops of graph: the result is a module with one
/// function @main, like importOnnx()'s. `module` must hold one function with a
/// body, of one block, on ranked tensors of static shape. Constants stay the
/// attributes that they are. Null after errors, which are diagnostics at the
/// op that cannot be imported.
mlir::OwningOpRef<mlir::ModuleOp> importTensors(mlir::ModuleOp module);

/// importTensors() if holdsTensorProgram(), in place; fails after errors.
mlir::LogicalResult
importTensorsIfAny(mlir::OwningOpRef<mlir::ModuleOp> &module);

} // namespace wafer

#endif // WAFER_IMPORT_TENSORIMPORT_H
