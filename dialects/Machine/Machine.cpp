//===- Machine.cpp - regions, hops and expressions as text -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Machine/Machine.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace wafer::machine;
using wafer::Direction;

#include "dialects/Machine/MachineDialect.cpp.inc"

namespace wafer::machine::detail {
/// Numbers as written, and the set that they mean: verifiers ask for it again
/// and again.
struct RegionAttrStorage : AttributeStorage {
  struct KeyTy {
    KeyTy(ArrayRef<int64_t> rects, ArrayRef<int64_t> holes,
          const wafer::Region *region = nullptr)
        : rects(rects), holes(holes), region(region) {}
    ArrayRef<int64_t> rects, holes;
    const wafer::Region *region; // where the caller has it
  };

  RegionAttrStorage(ArrayRef<int64_t> rects, ArrayRef<int64_t> holes,
                    wafer::Region region)
      : rects(rects), holes(holes), region(std::move(region)) {}

  bool operator==(const KeyTy &key) const {
    return key.rects == rects && key.holes == holes;
  }
  static llvm::hash_code hashKey(const KeyTy &key) {
    return llvm::hash_combine(key.rects, key.holes);
  }
  static RegionAttrStorage *construct(AttributeStorageAllocator &allocator,
                                      const KeyTy &key) {
    return new (allocator.allocate<RegionAttrStorage>()) RegionAttrStorage(
        allocator.copyInto(key.rects), allocator.copyInto(key.holes),
        key.region ? *key.region : makeRegion(key));
  }
  static wafer::Region makeRegion(const KeyTy &key);

  ArrayRef<int64_t> rects, holes;
  wafer::Region region;
};
} // namespace wafer::machine::detail

#define GET_ATTRDEF_CLASSES
#include "dialects/Machine/MachineAttrs.cpp.inc"

namespace {
/// Machines print once, as `#wse2 = #machine.desc<...>` at the top of a file.
struct MachineAliases : OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Attribute attr, raw_ostream &os) const override {
    auto machine = dyn_cast<DescAttr>(attr);
    if (!machine)
      return AliasResult::NoAlias;
    std::string name;
    for (char c : machine.getName().getValue())
      if (llvm::isAlnum(c))
        name += c;
    os << (name.empty() || llvm::isDigit(name.front()) ? "machine" : "")
       << name;
    return AliasResult::FinalAlias;
  }
};
} // namespace

void MachineDialect::initialize() {
  addInterfaces<MachineAliases>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Machine/MachineAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

RegionAttr RegionAttr::get(MLIRContext *context, const wafer::Region &region) {
  SmallVector<int64_t> rects, holes;
  for (const wafer::StridedRect &rect : region.getRects())
    rects.append({rect.x.begin, rect.x.end, rect.x.step, rect.y.begin,
                  rect.y.end, rect.y.step});
  for (const wafer::Point &hole : region.getHoles())
    holes.append({hole.x, hole.y});
  assert(succeeded(
      verify(mlir::detail::getDefaultDiagnosticEmitFn(context), rects, holes)));
  // Not Base::get, which has no place for the set that is at hand.
  return mlir::detail::AttributeUniquer::get<RegionAttr>(context, rects, holes,
                                                         &region);
}

wafer::Region
wafer::machine::detail::RegionAttrStorage::makeRegion(const KeyTy &key) {
  SmallVector<wafer::StridedRect> rects;
  SmallVector<wafer::Point> holes;
  ArrayRef<int64_t> r = key.rects, h = key.holes;
  for (size_t i = 0; i + 6 <= r.size(); i += 6)
    rects.push_back({wafer::StridedRange(r[i], r[i + 1], r[i + 2]),
                     wafer::StridedRange(r[i + 3], r[i + 4], r[i + 5])});
  for (size_t i = 0; i + 2 <= h.size(); i += 2)
    holes.push_back({h[i], h[i + 1]});
  return wafer::Region::get(rects, holes);
}

ArrayRef<int64_t> RegionAttr::getRects() const { return getImpl()->rects; }

ArrayRef<int64_t> RegionAttr::getHoles() const { return getImpl()->holes; }

const wafer::Region &RegionAttr::getRegion() const { return getImpl()->region; }

LogicalResult RegionAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> rects,
                                 ArrayRef<int64_t> holes) {
  for (size_t i = 0; i + 3 <= rects.size(); i += 3)
    if (rects[i] < 0 || rects[i + 1] <= rects[i] || rects[i + 2] < 1) // C1
      return emitError()
             << "range requires 0 <= begin < end and step >= 1, found "
             << rects[i] << ":" << rects[i + 1] << ":" << rects[i + 2];
  for (int64_t coordinate : holes)
    if (coordinate < 0) // C1
      return emitError() << "a PE's coordinate must not be negative, found "
                         << coordinate;
  for (int64_t number : llvm::concat<const int64_t>(rects, holes))
    if (number > kLargestSide) // C1
      return emitError() << "numbers of a region are at most " << kLargestSide
                         << ", found " << number;
  return success();
}

static ParseResult parseRange(AsmParser &parser,
                              SmallVectorImpl<int64_t> &out) {
  int64_t begin, end, step = 1;
  if (parser.parseInteger(begin))
    return failure();
  end = begin < INT64_MAX ? begin + 1 : begin;
  if (succeeded(parser.parseOptionalColon())) {
    if (parser.parseInteger(end))
      return failure();
    if (succeeded(parser.parseOptionalColon()) && parser.parseInteger(step))
      return failure();
  }
  out.append({begin, end, step});
  return success();
}

FailureOr<RegionAttr> wafer::machine::parseRegion(AsmParser &parser) {
  SmallVector<int64_t> rects, holes;
  SMLoc loc = parser.getCurrentLocation();
  do {
    if (parser.parseLSquare() || parseRange(parser, rects) ||
        parser.parseComma() || parseRange(parser, rects) ||
        parser.parseRSquare())
      return failure();
  } while (succeeded(parser.parseOptionalPlus()));
  if (succeeded(parser.parseOptionalKeyword("less"))) {
    do {
      int64_t x, y;
      if (parser.parseLParen() || parser.parseInteger(x) ||
          parser.parseComma() || parser.parseInteger(y) || parser.parseRParen())
        return failure();
      holes.append({x, y});
    } while (succeeded(parser.parseOptionalComma()));
  }
  auto emitError = [&]() { return parser.emitError(loc); };
  RegionAttr attr =
      RegionAttr::getChecked(emitError, parser.getContext(), rects, holes);
  if (!attr)
    return failure();
  return attr;
}

static void printRange(raw_ostream &os, int64_t begin, int64_t end,
                       int64_t step) {
  os << begin;
  if (end == begin + 1)
    return;
  os << ":" << end;
  if (step != 1)
    os << ":" << step;
}

void wafer::machine::printRegion(raw_ostream &os, RegionAttr region) {
  ArrayRef<int64_t> r = region.getRects(), h = region.getHoles();
  for (size_t i = 0; i + 6 <= r.size(); i += 6) {
    os << (i ? " + [" : "[");
    printRange(os, r[i], r[i + 1], r[i + 2]);
    os << ", ";
    printRange(os, r[i + 3], r[i + 4], r[i + 5]);
    os << "]";
  }
  for (size_t i = 0; i + 2 <= h.size(); i += 2)
    os << (i ? ", (" : " less (") << h[i] << ", " << h[i + 1] << ")";
}

Attribute RegionAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<RegionAttr> attr = parseRegion(parser);
  if (failed(attr) || parser.parseGreater())
    return {};
  return *attr;
}

void RegionAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printRegion(printer.getStream(), *this);
  printer << ">";
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

LogicalResult ExprAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               AffineExpr value) {
  return verifyExpr(emitError, value);
}

Attribute ExprAttr::parse(AsmParser &parser, Type) {
  AffineExpr expr;
  if (parser.parseLess() || parseExpr(parser, expr) || parser.parseGreater())
    return {};
  return get(parser.getContext(), expr);
}

void ExprAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printExpr(printer.getStream(), getValue());
  printer << ">";
}

//===----------------------------------------------------------------------===//
// Hops
//===----------------------------------------------------------------------===//

static ParseResult parseSide(AsmParser &parser, Direction &direction) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  if (parser.parseKeyword(&word))
    return failure();
  if (std::optional<Direction> d = wafer::parseDirection(word)) {
    direction = *d;
    return success();
  }
  return parser.emitError(loc)
         << "expected north, south, east, west or ramp, found '" << word << "'";
}

LogicalResult HopAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              Direction input, unsigned outputs) {
  if (outputs == 0) // C1
    return emitError() << "a hop requires at least one output";
  if (outputs & (1u << static_cast<unsigned>(input))) // C2
    return emitError() << "a hop's input " << stringifyDirection(input)
                       << " must not be among its outputs";
  return success();
}

FailureOr<HopAttr> wafer::machine::parseHop(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  Direction input, output;
  unsigned outputs = 0;
  if (parseSide(parser, input) || parser.parseArrow())
    return failure();
  do {
    if (parseSide(parser, output))
      return failure();
    outputs |= 1u << static_cast<unsigned>(output);
  } while (succeeded(parser.parseOptionalComma()));
  auto emitError = [&]() { return parser.emitError(loc); };
  HopAttr attr =
      HopAttr::getChecked(emitError, parser.getContext(), input, outputs);
  if (!attr)
    return failure();
  return attr;
}

void wafer::machine::printHop(raw_ostream &os, HopAttr hop) {
  os << stringifyDirection(hop.getInput()) << " -> ";
  bool first = true;
  for (Direction d : {Direction::Ramp, Direction::North, Direction::South,
                      Direction::East, Direction::West}) {
    if (!hop.hasOutput(d))
      continue;
    os << (first ? "" : ", ") << stringifyDirection(d);
    first = false;
  }
}

Attribute HopAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<HopAttr> hop = parseHop(parser);
  if (failed(hop) || parser.parseGreater())
    return {};
  return *hop;
}

void HopAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printHop(printer.getStream(), *this);
  printer << ">";
}
