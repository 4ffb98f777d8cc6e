//===- PEText.h - text forms that assembly formats use ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The `custom<...>` directives of the pe and wafer dialects' assembly formats.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_PE_PETEXT_H
#define WAFER_DIALECTS_PE_PETEXT_H

#include "dialects/PE/PE.h"

namespace wafer::pe {

mlir::ParseResult parseOperand(mlir::OpAsmParser &parser,
                               mlir::Attribute &operand);
void printOperand(mlir::OpAsmPrinter &printer, mlir::Operation *,
                  mlir::Attribute operand);
/// The same where the op asks for one kind of operand.
template <typename AttrT>
mlir::ParseResult parseOperand(mlir::OpAsmParser &parser, AttrT &operand) {
  mlir::Attribute parsed;
  llvm::SMLoc loc = parser.getCurrentLocation();
  if (parseOperandText(parser, parsed))
    return mlir::failure();
  operand = llvm::dyn_cast<AttrT>(parsed);
  if (!operand)
    return parser.emitError(loc)
           << "expected a '" << AttrT::getMnemonic() << "' operand";
  return mlir::success();
}

mlir::ParseResult parseOperands(mlir::OpAsmParser &parser,
                                mlir::ArrayAttr &operands);
void printOperands(mlir::OpAsmPrinter &printer, mlir::Operation *,
                   mlir::ArrayAttr operands);

mlir::ParseResult parseExprText(mlir::OpAsmParser &parser,
                                machine::ExprAttr &attr);
void printExprText(mlir::OpAsmPrinter &printer, mlir::Operation *,
                   machine::ExprAttr attr);

mlir::ParseResult parseExtents(mlir::OpAsmParser &parser,
                               mlir::ArrayAttr &extents);
void printExtents(mlir::OpAsmPrinter &printer, mlir::Operation *,
                  mlir::ArrayAttr extents);

mlir::ParseResult parseRegionText(mlir::OpAsmParser &parser,
                                  machine::RegionAttr &region);
void printRegionText(mlir::OpAsmPrinter &printer, mlir::Operation *,
                     machine::RegionAttr region);

mlir::ParseResult parseHops(mlir::OpAsmParser &parser,
                            mlir::ArrayAttr &positions);
void printHops(mlir::OpAsmPrinter &printer, mlir::Operation *,
               mlir::ArrayAttr positions);

mlir::ParseResult parseCommands(mlir::OpAsmParser &parser,
                                mlir::ArrayAttr &commands);
void printCommands(mlir::OpAsmPrinter &printer, mlir::Operation *,
                   mlir::ArrayAttr commands);

mlir::ParseResult parseThreads(mlir::OpAsmParser &parser,
                               mlir::DenseI64ArrayAttr &threads);
void printThreads(mlir::OpAsmPrinter &printer, mlir::Operation *,
                  mlir::DenseI64ArrayAttr threads);

} // namespace wafer::pe

#endif
