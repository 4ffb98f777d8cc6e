//===- Wafer.h - the wafer dialect -----------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_WAFER_WAFER_H
#define WAFER_DIALECTS_WAFER_WAFER_H

#include "dialects/Graph/Graph.h"
#include "dialects/PE/PE.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "wafer/Support/Layout.h"

#include "dialects/Wafer/WaferDialect.h.inc"
#include "dialects/Wafer/WaferEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Wafer/WaferAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Wafer/WaferOps.h.inc"

namespace wafer::mesh {

/// The type without its layout.
mlir::RankedTensorType withoutLayout(mlir::Type type);
/// The layout of a tensor on the mesh, or null for a host tensor.
LayoutAttr getLayout(mlir::Type type);

/// The arithmetic of a layout for a tensor of this shape; Layout::check says
/// whether it fits.
wafer::Layout toLayout(LayoutAttr layout, llvm::ArrayRef<int64_t> shape);

/// The host tensor that `symbol` names in the module around `op`, or null.
pe::HostOp lookupHost(mlir::Operation *op, mlir::FlatSymbolRefAttr symbol);

} // namespace wafer::mesh

#endif
