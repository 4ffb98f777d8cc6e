//===- GraphCut.h - deals ops to kernels and programs -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_PARTITION_GRAPHCUT_H
#define WAFER_PARTITION_GRAPHCUT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "wafer/Kernels/Attention.h"
#include "wafer/Kernels/Kernel.h"

namespace wafer {

/// Deals the ops of a graph function to kernels and the kernels to programs.
///
/// A value is on the host (arguments, constants, and views of host values) or
/// on the mesh (what kernels compute). An op reads a mesh value in place if it
/// is in the same program and has the form that the op needs; else the value
/// goes through host memory, which starts a later program.
class GraphCut {
public:
  struct Value {
    bool onMesh = false;
    /// On the mesh: the program that computes it. On the host: the first
    /// program that can read it.
    int64_t program = 0;
    /// On the mesh: the kernel that computes it.
    size_t kernel = 0;
  };
  struct Kernel {
    llvm::SmallVector<mlir::Operation *> ops; // in order
    const wafer::Kernel *kind = nullptr;
    int64_t program = 0;
    mlir::Value
        view; // of a kernel that only copies: the host view that it yields
  };

  explicit GraphCut(mlir::func::FuncOp function) : function(function) {}
  /// Fails with an error at the op that no kernel carries.
  mlir::LogicalResult run();

  const Value &operator[](mlir::Value value) const {
    return values.find(value)->second;
  }
  llvm::ArrayRef<Kernel> getKernels() const { return kernels; }
  int64_t getNumPrograms() const;
  /// Does `kernel` read `value` where it lies on the mesh?
  bool isDirect(mlir::Value value, const Kernel &kernel) const {
    const Value &home = (*this)[value];
    return home.onMesh && home.program == kernel.program;
  }
  /// The mesh value that an output is, or is a reshape of; null if it is on the
  /// host.
  mlir::Value getStoredValue(mlir::Value output) const;
  /// The order in which the features of a mesh value lie: what the attention
  /// that reads it asks for.
  FeatureOrder getOrder(mlir::Value value) const {
    return orders.lookup(value);
  }

private:
  mlir::LogicalResult collectAttentions(llvm::ArrayRef<mlir::Operation *> ops);
  mlir::LogicalResult placeAttention(const AttentionForm &form);
  mlir::LogicalResult checkOrders() const;
  mlir::LogicalResult place(mlir::Operation *op);
  mlir::LogicalResult placeCompute(mlir::Operation *op);
  int64_t hostProgram(mlir::Value value) const;

  mlir::func::FuncOp function;
  llvm::DenseMap<mlir::Value, Value> values;
  std::vector<Kernel> kernels;
  std::vector<AttentionForm> attentions;
  /// The attention that an op is a part of.
  llvm::DenseMap<mlir::Operation *, size_t> attentionOf;
  llvm::DenseMap<mlir::Value, FeatureOrder> orders;
};

} // namespace wafer

#endif
