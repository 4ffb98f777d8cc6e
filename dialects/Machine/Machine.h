//===- Machine.h - the machine dialect -------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_MACHINE_MACHINE_H
#define WAFER_DIALECTS_MACHINE_MACHINE_H

#include "dialects/Machine/Expr.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "wafer/Support/Region.h"

namespace wafer::machine::detail {
struct RegionAttrStorage;
} // namespace wafer::machine::detail

#include "dialects/Machine/MachineDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Machine/MachineAttrs.h.inc"

namespace wafer::machine {

/// The most columns or rows of a mesh.
constexpr int64_t kLargestSide = 1 << 20;

/// Parses `[x0:x1:sx, y] + ... less (x, y), ...` (without the attribute's
/// brackets).
mlir::FailureOr<RegionAttr> parseRegion(mlir::AsmParser &parser);
void printRegion(llvm::raw_ostream &os, RegionAttr region);

/// Parses `west -> ramp, east`.
mlir::FailureOr<HopAttr> parseHop(mlir::AsmParser &parser);
void printHop(llvm::raw_ostream &os, HopAttr hop);

} // namespace wafer::machine

#endif
