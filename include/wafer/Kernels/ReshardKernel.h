//===- ReshardKernel.h - a tensor moved to other columns -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_KERNELS_RESHARDKERNEL_H
#define WAFER_KERNELS_RESHARDKERNEL_H

#include "wafer/Kernels/Kernel.h"

namespace wafer {

/// #wafer.reshard: one operand on the mesh, yielded as it is, on other columns
/// of the same rows.
class ReshardKernel : public Kernel {
public:
  llvm::StringRef getName() const override { return "reshard"; }
  bool accepts(mlir::Attribute dataflow) const override;
  mlir::Attribute getInitialDataflow(mlir::MLIRContext *context) const override;
  mlir::LogicalResult verify(mesh::KernelOp kernel) const override;
  mlir::LogicalResult expand(mesh::KernelOp kernel,
                             ExpandState &state) const override;
};

} // namespace wafer

#endif
