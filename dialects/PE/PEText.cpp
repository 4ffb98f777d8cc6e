//===- PEText.cpp - operands, extents and hops as text ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/PE/PEText.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::pe;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

static ParseResult parseMem(AsmParser &parser, StringAttr buffer,
                            Attribute &operand) {
  AffineExpr offset;
  SmallVector<int64_t> strides;
  if (parser.parseLSquare() || machine::parseExpr(parser, offset) ||
      parser.parseColon())
    return failure();
  do {
    int64_t stride;
    OptionalParseResult parsed = parser.parseOptionalInteger(stride);
    if (!parsed.has_value())
      break;
    if (failed(*parsed))
      return failure();
    strides.push_back(stride);
  } while (succeeded(parser.parseOptionalComma()));
  if (parser.parseRSquare())
    return failure();
  operand = MemAttr::get(parser.getContext(), FlatSymbolRefAttr::get(buffer),
                         offset, strides);
  return success();
}

static ParseResult parseQueue(AsmParser &parser, bool isInput,
                              Attribute &operand) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t index;
  if (parser.parseLParen() || parser.parseInteger(index) ||
      parser.parseRParen())
    return failure();
  if (index < 0 || index > 255)
    return parser.emitError(loc)
           << "queue number must be in 0:256, found " << index;
  operand = QueueAttr::get(parser.getContext(), isInput, index);
  return success();
}

ParseResult pe::parseOperandText(AsmParser &parser, Attribute &operand) {
  StringAttr symbol;
  if (succeeded(parser.parseOptionalSymbolName(symbol)))
    return parseMem(parser, symbol, operand);
  SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  if (parser.parseKeyword(&word))
    return failure();
  if (word == "in" || word == "out")
    return parseQueue(parser, word == "in", operand);
  if (word == "discard") {
    operand = DiscardAttr::get(parser.getContext());
    return success();
  }
  if (word == "stream") {
    if (parser.parseLParen() || parser.parseSymbolName(symbol) ||
        parser.parseRParen())
      return failure();
    operand =
        StreamAttr::get(parser.getContext(), FlatSymbolRefAttr::get(symbol));
    return success();
  }
  if (word == "imm") {
    Attribute value;
    if (parser.parseLParen() || parser.parseAttribute(value) ||
        parser.parseRParen())
      return failure();
    if (!isa<FloatAttr, IntegerAttr>(value))
      return parser.emitError(loc)
             << "a scalar operand must be a number, found " << value;
    operand = ImmAttr::get(parser.getContext(), cast<TypedAttr>(value));
    return success();
  }
  return parser.emitError(loc)
         << "expected a buffer, in, out, stream, imm or discard, found '"
         << word << "'";
}

void pe::printOperandText(AsmPrinter &printer, Attribute operand) {
  raw_ostream &os = printer.getStream();
  if (auto mem = dyn_cast<MemAttr>(operand)) {
    printer << mem.getBuffer() << "[";
    machine::printExpr(os, mem.getOffset());
    os << " : ";
    llvm::interleaveComma(mem.getStrides(), os);
    os << "]";
  } else if (auto queue = dyn_cast<QueueAttr>(operand)) {
    os << (queue.getIsInput() ? "in(" : "out(") << queue.getIndex() << ")";
  } else if (auto stream = dyn_cast<StreamAttr>(operand)) {
    printer << "stream(" << stream.getName() << ")";
  } else if (auto imm = dyn_cast<ImmAttr>(operand)) {
    printer << "imm(" << imm.getValue() << ")";
  } else {
    os << "discard";
  }
}

ParseResult pe::parseOperand(OpAsmParser &parser, Attribute &operand) {
  return parseOperandText(parser, operand);
}

void pe::printOperand(OpAsmPrinter &printer, Operation *, Attribute operand) {
  printOperandText(printer, operand);
}

ParseResult pe::parseOperands(OpAsmParser &parser, ArrayAttr &operands) {
  SmallVector<Attribute> list;
  do {
    if (parseOperandText(parser, list.emplace_back()))
      return failure();
  } while (succeeded(parser.parseOptionalComma()));
  operands = ArrayAttr::get(parser.getContext(), list);
  return success();
}

void pe::printOperands(OpAsmPrinter &printer, Operation *, ArrayAttr operands) {
  llvm::interleaveComma(operands, printer, [&](Attribute operand) {
    printOperandText(printer, operand);
  });
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

ParseResult pe::parseExprText(OpAsmParser &parser, machine::ExprAttr &attr) {
  AffineExpr expr;
  if (machine::parseExpr(parser, expr))
    return failure();
  attr = machine::ExprAttr::get(parser.getContext(), expr);
  return success();
}

void pe::printExprText(OpAsmPrinter &printer, Operation *,
                       machine::ExprAttr attr) {
  machine::printExpr(printer.getStream(), attr.getValue());
}

ParseResult pe::parseExtentsText(AsmParser &parser, ArrayAttr &extents) {
  SmallVector<Attribute> list;
  auto parseOne = [&]() -> ParseResult {
    AffineExpr expr;
    if (machine::parseExpr(parser, expr))
      return failure();
    list.push_back(machine::ExprAttr::get(parser.getContext(), expr));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne))
    return failure();
  extents = ArrayAttr::get(parser.getContext(), list);
  return success();
}

void pe::printExtentsText(AsmPrinter &printer, ArrayAttr extents) {
  printer << "[";
  llvm::interleaveComma(extents, printer, [&](Attribute extent) {
    machine::printExpr(printer.getStream(),
                       cast<machine::ExprAttr>(extent).getValue());
  });
  printer << "]";
}

ParseResult pe::parseExtents(OpAsmParser &parser, ArrayAttr &extents) {
  return parseExtentsText(parser, extents);
}

void pe::printExtents(OpAsmPrinter &printer, Operation *, ArrayAttr extents) {
  printExtentsText(printer, extents);
}

//===----------------------------------------------------------------------===//
// Regions, hops, commands, threads
//===----------------------------------------------------------------------===//

ParseResult pe::parseRegionText(OpAsmParser &parser,
                                machine::RegionAttr &region) {
  FailureOr<machine::RegionAttr> parsed = machine::parseRegion(parser);
  if (failed(parsed))
    return failure();
  region = *parsed;
  return success();
}

void pe::printRegionText(OpAsmPrinter &printer, Operation *,
                         machine::RegionAttr region) {
  machine::printRegion(printer.getStream(), region);
}

ParseResult pe::parseHops(OpAsmParser &parser, ArrayAttr &positions) {
  SmallVector<Attribute> list;
  do {
    FailureOr<machine::HopAttr> hop = machine::parseHop(parser);
    if (failed(hop))
      return failure();
    list.push_back(*hop);
  } while (succeeded(parser.parseOptionalVerticalBar()));
  positions = ArrayAttr::get(parser.getContext(), list);
  return success();
}

void pe::printHops(OpAsmPrinter &printer, Operation *, ArrayAttr positions) {
  llvm::interleave(
      positions, printer,
      [&](Attribute hop) {
        machine::printHop(printer.getStream(), cast<machine::HopAttr>(hop));
      },
      " | ");
}

ParseResult pe::parseCommands(OpAsmParser &parser, ArrayAttr &commands) {
  SmallVector<Attribute> list;
  auto parseOne = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef word;
    if (parser.parseKeyword(&word))
      return failure();
    std::optional<Command> command = symbolizeCommand(word);
    if (!command)
      return parser.emitError(loc)
             << "expected nop, advance or reset, found '" << word << "'";
    list.push_back(CommandAttr::get(parser.getContext(), *command));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseOne))
    return failure();
  commands = ArrayAttr::get(parser.getContext(), list);
  return success();
}

void pe::printCommands(OpAsmPrinter &printer, Operation *, ArrayAttr commands) {
  printer << "[";
  llvm::interleaveComma(commands, printer, [&](Attribute command) {
    printer << stringifyCommand(cast<CommandAttr>(command).getValue());
  });
  printer << "]";
}

ParseResult pe::parseThreads(OpAsmParser &parser, DenseI64ArrayAttr &threads) {
  SmallVector<int64_t> list;
  do {
    if (parser.parseInteger(list.emplace_back()))
      return failure();
  } while (succeeded(parser.parseOptionalComma()));
  threads = DenseI64ArrayAttr::get(parser.getContext(), list);
  return success();
}

void pe::printThreads(OpAsmPrinter &printer, Operation *,
                      DenseI64ArrayAttr threads) {
  llvm::interleaveComma(threads.asArrayRef(), printer);
}
