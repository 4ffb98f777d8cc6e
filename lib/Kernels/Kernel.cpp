//===- Kernel.cpp - the list of kernels -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Kernel.h"

#include "wafer/Kernels/AttentionKernel.h"
#include "wafer/Kernels/MapKernel.h"
#include "wafer/Kernels/NormalizationKernel.h"
#include "wafer/Kernels/ProductKernel.h"
#include "wafer/Kernels/ReshardKernel.h"

using namespace mlir;
using namespace wafer;

static ArrayRef<const Kernel *> getKernels() {
  static const MapKernel map;
  static const NormalizationKernel normalization;
  static const AttentionKernel attention;
  static const ProductKernel product;
  static const ReshardKernel reshard;
  static const Kernel *const kernels[] = {&map, &normalization, &product,
                                          &attention, &reshard};
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

FeatureOrder wafer::getResultOrder(mesh::KernelOp kernel) {
  return kernel.getNumResults() ? getFeatureOrder(kernel.getResult(0).getType())
                                : FeatureOrder();
}

LogicalResult wafer::verifyLayouts(mesh::KernelOp kernel) {
  FeatureOrder order = getResultOrder(kernel);
  auto verify = [&](Type type, bool isResult) -> LogicalResult {
    if (!mesh::getLayout(type) || type == withTokenLayout(type, order) ||
        (!isResult && type == withTokenLayout(type)))
      return success();
    return kernel.emitOpError("offers ")
           << withTokenLayout(type) << ", or features in pairs, found " << type;
  };
  for (Type type : kernel.getInputs().getTypes())
    if (failed(verify(type, /*isResult=*/false)))
      return failure();
  for (Type type : kernel.getResultTypes())
    if (failed(verify(type, /*isResult=*/true)))
      return failure();
  return success();
}
