//===- Kernel.cpp - the list of kernels -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Kernel.h"

#include "wafer/Kernels/MapKernel.h"
#include "wafer/Kernels/NormalizationKernel.h"
#include "wafer/Kernels/ProductKernel.h"
#include "wafer/Kernels/ReshardKernel.h"

using namespace mlir;
using namespace wafer;

static ArrayRef<const Kernel *> getKernels() {
  static const MapKernel map;
  static const NormalizationKernel normalization;
  static const ProductKernel product;
  static const ReshardKernel reshard;
  static const Kernel *const kernels[] = {&map, &normalization, &product,
                                         &reshard};
  return kernels;
}

const Kernel *wafer::findKernel(Attribute dataflow) {
  for (const Kernel *kernel : getKernels())
    if (kernel->accepts(dataflow))
      return kernel;
  return nullptr;
}

const Kernel *wafer::findKernelFor(Operation *op) {
  for (const Kernel *kernel : getKernels())
    if (kernel->startsWith(op))
      return kernel;
  return isMapOp(op) ? findKernel(mesh::MapAttr::get(op->getContext()))
                     : nullptr;
}

bool Kernel::readsInPlace(Operation *op, unsigned operand) const {
  return getTokenShape(op->getOperand(operand).getType()) ==
         getTokenShape(op->getResult(0).getType());
}

LogicalResult wafer::verifyLayouts(mesh::KernelOp kernel) {
  for (Type type :
       llvm::concat<const Type>(llvm::to_vector(kernel.getInputs().getTypes()),
                                llvm::to_vector(kernel.getResultTypes())))
    if (mesh::getLayout(type) && type != withTokenLayout(type))
      return kernel.emitOpError("offers ")
             << withTokenLayout(type) << " only, found " << type;
  return success();
}
