//===- evaluate.cpp - imports and evaluates a model -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Graph.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "wafer/Executor/Reference/Reference.h"
#include "wafer/Import/OnnxImport.h"
#include "llvm/Support/raw_ostream.h"

// evaluate MODEL.onnx: one row of zeros, the number of output elements.
int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  mlir::MLIRContext context;
  wafer::ImportOptions options;
  options.dims["batch"] = 1;
  auto module = wafer::importOnnx(argv[1], options, &context);
  if (!module)
    return 1;
  auto function = module->lookupSymbol<mlir::func::FuncOp>("main");
  llvm::SmallVector<wafer::exec::Tensor> inputs, outputs;
  for (mlir::Type type : function.getArgumentTypes())
    inputs.emplace_back(wafer::exec::ElementType::F32,
                        mlir::cast<mlir::RankedTensorType>(type).getShape());
  if (failed(wafer::exec::evaluateFunction(function, inputs, outputs, {})))
    return 1;
  llvm::outs() << outputs.front().name << ": "
               << outputs.front().getTypeString() << "\n";
  return 0;
}
