//===- KernelProbes.h - what each kernel left on the mesh -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFERC_KERNELPROBES_H
#define WAFER_TOOLS_WAFERC_KERNELPROBES_H

#include "dialects/Wafer/Wafer.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <vector>

namespace wafer::compiler {

/// A host tensor that receives result `result` of a kernel.
struct KernelProbe {
  std::string host;
  mesh::KernelOp kernel;
  unsigned result;
};

/// A copy of `module` (phases streamed to allocated) with a probe for each
/// result of each kernel, in order. How a result lies on the mesh is asked of
/// the kernels themselves: the module's kernels are expanded anew, now all with
/// outputs, and the stores of that are added to the copy. Its buffers have no
/// offsets, so that none overwrites another's (E64). A result whose buffer the
/// module does not have gets no probe. `probes` name kernels of `module`.
mlir::OwningOpRef<mlir::ModuleOp>
addKernelProbes(mlir::ModuleOp module, std::vector<KernelProbe> &probes);

} // namespace wafer::compiler

#endif // WAFER_TOOLS_WAFERC_KERNELPROBES_H
