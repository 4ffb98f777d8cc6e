//===- TMTensor.cpp - ops that torch-mlir adds to linalg -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// %sums:2 = tm_tensor.scan dimension(1) inclusive(true) ins(%x) outs(%e, %a) {
//   ^bb0(%in, %sum): %s = addi %in, %sum  tm_tensor.yield %s }
//   ==> graph.cum_sum %x axis 1, and its last slice
// Other ops are read, so that they can be refused by name.
//
//===----------------------------------------------------------------------===//

#include "TMTensor.h"
#include "TensorEmitter.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;

MLIR_DEFINE_EXPLICIT_TYPE_ID(wafer::importer::TMTensorDialect)

namespace wafer::importer {

TMTensorDialect::TMTensorDialect(MLIRContext *context)
    : Dialect(getDialectNamespace(), context, TypeID::get<TMTensorDialect>()) {
  allowUnknownOperations();
}

/// %a, %b : type, type
static ParseResult parseOperands(OpAsmParser &parser, OperationState &state) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> types;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseOperandList(operands))
    return failure();
  if (operands.empty())
    return success();
  return failure(parser.parseColonTypeList(types) ||
                 parser.resolveOperands(operands, types, loc, state.operands));
}

/// ins(operands), outs(operands), name(attribute) or name = attribute.
static ParseResult parseClause(OpAsmParser &parser, StringRef name,
                               OperationState &state) {
  if (succeeded(parser.parseOptionalEqual())) {
    Attribute value;
    return parser.parseAttribute(value, name, state.attributes);
  }
  if (parser.parseLParen())
    return failure();
  if (name == "ins" || name == "outs")
    return failure(parseOperands(parser, state) || parser.parseRParen());
  Attribute value;
  return failure(parser.parseAttribute(value, name, state.attributes) ||
                 parser.parseRParen());
}

/// Clauses, a body and result types, each of them optional; or operands alone,
/// of a yield.
static ParseResult parseOp(OpAsmParser &parser, OperationState &state) {
  StringRef name;
  bool hasClauses = false;
  while (succeeded(parser.parseOptionalKeyword(&name))) {
    hasClauses = true;
    if (parseClause(parser, name, state))
      return failure();
  }
  if (!hasClauses)
    return parseOperands(parser, state);
  auto body = std::make_unique<Region>();
  OptionalParseResult parsed = parser.parseOptionalRegion(*body);
  if (parsed.has_value()) {
    if (failed(*parsed))
      return failure();
    state.addRegion(std::move(body));
  }
  if (failed(parser.parseOptionalArrow()))
    return success();
  return parser.parseTypeList(state.types);
}

std::optional<Dialect::ParseOpHook>
TMTensorDialect::getParseOperationHook(StringRef) const {
  return ParseOpHook(parseOp);
}

/// The op that a scan's body combines its two arguments by.
static Operation *getCombination(Operation &scan) {
  if (scan.getNumRegions() != 1 || !scan.getRegion(0).hasOneBlock())
    return nullptr;
  Block &body = scan.getRegion(0).front();
  if (body.getNumArguments() != 2 || body.getOperations().size() != 2)
    return nullptr;
  Operation &combination = body.front(), &yield = body.back();
  bool isWhole =
      combination.getNumOperands() == 2 &&
      llvm::all_of(body.getArguments(), [&](Value argument) {
        return llvm::is_contained(combination.getOperands(), argument);
      });
  bool isYielded = yield.getNumOperands() == 1 &&
                   yield.getOperand(0).getDefiningOp() == &combination;
  return isWhole && isYielded ? &combination : nullptr;
}

static bool isFilledWith(Value init, bool isOne) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  Value value = fill ? fill.getInputs().front() : init;
  return isOne
             ? matchPattern(value, m_One()) || matchPattern(value, m_OneFloat())
             : matchPattern(value, m_Zero()) ||
                   matchPattern(value, m_AnyZeroFloat());
}

static LogicalResult importScan(TensorImporter &importer, Operation &op) {
  auto dimension = op.getAttrOfType<IntegerAttr>("dimension");
  auto inclusive = op.getAttrOfType<BoolAttr>("inclusive");
  if (op.getNumOperands() != 3 || op.getNumResults() != 2 || !dimension ||
      !inclusive)
    return op.emitOpError("needs a dimension, inclusive(), one input and two "
                          "outputs");
  Value input = importer.lookup(op.getOperand(0));
  if (!input)
    return op.emitOpError("operand #0 has no elements that are known");
  int64_t axis = dimension.getInt();
  auto type = getTensorType(input);
  auto last = dyn_cast<RankedTensorType>(op.getResult(1).getType());
  if (op.getResult(0).getType() != type || axis < 0 || axis >= type.getRank() ||
      !last || last.getRank() != type.getRank() - 1)
    return op.emitOpError("scans dimension ")
           << axis << " of " << type << " to " << op.getResultTypes();
  Operation *combination = getCombination(op);
  bool isSum = isa_and_present<arith::AddFOp, arith::AddIOp>(combination);
  bool isProduct = isa_and_present<arith::MulFOp, arith::MulIOp>(combination);
  if (!(isSum || isProduct) || !isFilledWith(op.getOperand(2), isProduct))
    return op.emitOpError("is supported with sums from 0 and products from 1");
  TensorEmitter &emit = importer.emit;
  bool isExclusive = !inclusive.getValue();
  Value scanned;
  if (isSum)
    scanned = graph::CumSumOp::create(emit.builder, emit.loc, type, input, axis,
                                      isExclusive, /*reverse=*/false);
  else
    scanned = graph::CumProdOp::create(emit.builder, emit.loc, type, input,
                                       axis, isExclusive, /*reverse=*/false);
  importer.define(op.getResult(0), scanned);
  if (op.getResult(1).use_empty())
    return success();
  // The accumulator holds what was written last.
  SmallVector<int64_t> starts(type.getRank(), 0), ones(type.getRank(), 1);
  SmallVector<int64_t> sizes(type.getShape());
  if (sizes[axis] == 0)
    return op.emitOpError("scans no elements");
  starts[axis] = sizes[axis] - 1;
  sizes[axis] = 1;
  importer.define(
      op.getResult(1),
      emit.reshape(emit.slice(scanned, starts, sizes, ones), last.getShape()));
  return success();
}

void addTMTensorImporters(TensorOpTable &table) {
  table["tm_tensor.scan"] = importScan;
}

} // namespace wafer::importer
