//===- ProgramWriter.h - writes sharded programs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PARTITION_PROGRAMWRITER_H
#define WAFER_PARTITION_PROGRAMWRITER_H

#include "wafer/Partition/GraphCut.h"

namespace wafer {

/// Writes host tensors and programs behind a graph function, as a GraphCut
/// says.
class ProgramWriter {
public:
  ProgramWriter(mlir::func::FuncOp function, const GraphCut &cut,
                machine::DescAttr machine);
  llvm::SmallVector<mesh::ProgramOp> write();

private:
  void writeHosts();
  void writeOutputs();
  mlir::StringAttr addHost(llvm::StringRef name, mlir::Type type,
                           pe::HostKind kind, mlir::Attribute value,
                           mlir::Location location);
  /// The host tensor of an argument, a constant, or a mesh value that passes
  /// through host memory.
  mlir::StringAttr hostOf(mlir::Value root);
  void writeKernel(const GraphCut::Kernel &kernel);
  /// `root` as an operand in the current kernel's program.
  mlir::Value inputOf(mlir::Value root, mesh::ProgramOp program);
  bool isUsedOutside(mlir::Value value, const GraphCut::Kernel &kernel) const;
  bool goesThroughHost(mlir::Value value) const;

  mlir::func::FuncOp function;
  const GraphCut &cut;
  machine::DescAttr machine;
  mlir::ModuleOp module;
  mlir::OpBuilder builder;
  mlir::SymbolTable symbols;
  llvm::SmallVector<mesh::ProgramOp> programs;
  llvm::DenseMap<mlir::Value, mlir::StringAttr> hosts;
  llvm::DenseMap<std::pair<mlir::Value, mlir::Operation *>, mlir::Value> inputs;
  llvm::DenseMap<mlir::Value, mlir::Value>
      onMesh; // graph value -> kernel result
};

} // namespace wafer

#endif
