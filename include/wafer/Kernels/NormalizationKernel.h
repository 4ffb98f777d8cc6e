//===- NormalizationKernel.h - LayerNorm and RMSNorm ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_NORMALIZATIONKERNEL_H
#define WAFER_KERNELS_NORMALIZATIONKERNEL_H

#include "wafer/Kernels/Kernel.h"

namespace wafer {

/// #wafer.normalization: a graph.layer_normalization or graph.rms_normalization
/// over the last dimension, with host tensors as scale and bias, then
/// elementwise ops on its result.
class NormalizationKernel : public Kernel {
public:
  llvm::StringRef getName() const override { return "normalization"; }
  bool accepts(mlir::Attribute dataflow) const override;
  bool startsWith(mlir::Operation *op) const override;
  bool readsInPlace(mlir::Operation *op, unsigned operand) const override;
  mlir::LogicalResult verifyStart(mlir::Operation *op) const override;
  mlir::Attribute getInitialDataflow(mlir::MLIRContext *context) const override;
  mlir::LogicalResult verify(mesh::KernelOp kernel) const override;
  mlir::LogicalResult expand(mesh::KernelOp kernel,
                             ExpandState &state) const override;
};

/// The normalisation at the start of a kernel's body, or null.
mlir::Operation *getNormalization(mesh::KernelOp kernel);

/// Cycles of one launch of a normalisation (its tail is not counted) with
/// features x tokens elements on a PE and a chain over `columns` PEs.
int64_t getNormalizationCycles(machine::DescAttr machine, mlir::Operation *op,
                               int64_t features, int64_t tokens,
                               int64_t columns);

/// SRAM bytes of its sums and registers, without operands and result.
int64_t getNormalizationBytes(mlir::Operation *op, int64_t tokens);

} // namespace wafer

#endif
