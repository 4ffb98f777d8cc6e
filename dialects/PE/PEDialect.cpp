//===- PEDialect.cpp - registration and attributes -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/PE/PE.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace wafer::pe;

#include "dialects/PE/PEDialect.cpp.inc"
#include "dialects/PE/PEEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/PE/PEAttrs.cpp.inc"
#include "dialects/PE/PEInterfaces.cpp.inc"

void PEDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/PE/PEAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/PE/PEOps.cpp.inc"
      >();
}

/// Every operand attribute reads and prints as `#pe.kind<operand text>`.
template <typename AttrT> static Attribute parseOperandAttr(AsmParser &parser) {
  Attribute operand;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parseOperandText(parser, operand) ||
      parser.parseGreater())
    return {};
  if (!isa<AttrT>(operand)) {
    parser.emitError(loc) << "expected a '" << AttrT::getMnemonic()
                          << "' operand";
    return {};
  }
  return operand;
}

static void printOperandAttr(AsmPrinter &printer, Attribute operand) {
  printer << "<";
  printOperandText(printer, operand);
  printer << ">";
}

Attribute MemAttr::parse(AsmParser &parser, Type) {
  return parseOperandAttr<MemAttr>(parser);
}
Attribute QueueAttr::parse(AsmParser &parser, Type) {
  return parseOperandAttr<QueueAttr>(parser);
}
Attribute StreamAttr::parse(AsmParser &parser, Type) {
  return parseOperandAttr<StreamAttr>(parser);
}
Attribute ImmAttr::parse(AsmParser &parser, Type) {
  return parseOperandAttr<ImmAttr>(parser);
}
Attribute DiscardAttr::parse(AsmParser &parser, Type) {
  return parseOperandAttr<DiscardAttr>(parser);
}
void MemAttr::print(AsmPrinter &printer) const {
  printOperandAttr(printer, *this);
}
void QueueAttr::print(AsmPrinter &printer) const {
  printOperandAttr(printer, *this);
}
void StreamAttr::print(AsmPrinter &printer) const {
  printOperandAttr(printer, *this);
}
void ImmAttr::print(AsmPrinter &printer) const {
  printOperandAttr(printer, *this);
}
void DiscardAttr::print(AsmPrinter &printer) const {
  printOperandAttr(printer, *this);
}
