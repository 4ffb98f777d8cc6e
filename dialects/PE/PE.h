//===- PE.h - the pe dialect -----------------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_PE_PE_H
#define WAFER_DIALECTS_PE_PE_H

#include "dialects/Machine/Machine.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"

#include "dialects/PE/PEDialect.h.inc"
#include "dialects/PE/PEEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/PE/PEAttrs.h.inc"
#include "dialects/PE/PEInterfaces.h.inc"

namespace wafer::pe {

/// Constraints C1 to C6 that all vector instructions share.
mlir::LogicalResult verifyVectorOp(VectorOp op, unsigned numSources);

/// The value of a #machine.expr in a list of extents.
inline mlir::AffineExpr extentAt(mlir::ArrayAttr extents, unsigned i) {
  return llvm::cast<machine::ExprAttr>(extents[i]).getValue();
}

/// The deepest nest of a host copy or a feed.
constexpr size_t kMaxNest = 6;

/// The number of loops around `op`, which is the number of indices that its
/// expressions may name.
unsigned getLoopDepth(mlir::Operation *op);

/// Operand text, as every op of the dialect writes it: `@b[offset : strides]`,
/// `in(0)`, `out(0)`, `stream(@s)`, `imm(0.0 : f32)`, `discard`.
mlir::ParseResult parseOperandText(mlir::AsmParser &parser,
                                   mlir::Attribute &operand);
void printOperandText(mlir::AsmPrinter &printer, mlir::Attribute operand);

/// `[e0, e1, ...]` as a list of #machine.expr.
mlir::ParseResult parseExtentsText(mlir::AsmParser &parser,
                                   mlir::ArrayAttr &extents);
void printExtentsText(mlir::AsmPrinter &printer, mlir::ArrayAttr extents);

} // namespace wafer::pe

#define GET_OP_CLASSES
#include "dialects/PE/PEOps.h.inc"

#endif
