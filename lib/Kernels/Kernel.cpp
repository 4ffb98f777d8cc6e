//===- Kernel.cpp - the list of kernels -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Kernel.h"

#include "wafer/Kernels/MapKernel.h"
#include "wafer/Kernels/ProductKernel.h"
#include "wafer/Kernels/ReshardKernel.h"

using namespace mlir;
using namespace wafer;

const Kernel *wafer::findKernel(Attribute dataflow) {
  static const MapKernel map;
  static const ProductKernel product;
  static const ReshardKernel reshard;
  for (const Kernel *kernel : {static_cast<const Kernel *>(&map),
                               static_cast<const Kernel *>(&product),
                               static_cast<const Kernel *>(&reshard)})
    if (kernel->accepts(dataflow))
      return kernel;
  return nullptr;
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
