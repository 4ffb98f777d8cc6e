//===- WaferAttrs.cpp - layouts, rectangles and dataflows ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Wafer/Wafer.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace wafer::mesh;

#define GET_ATTRDEF_CLASSES
#include "dialects/Wafer/WaferAttrs.cpp.inc"

void WaferDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Wafer/WaferAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Axes
//===----------------------------------------------------------------------===//

LogicalResult AxisAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<int64_t> digits, Distribution,
                               int64_t pad) {
  for (size_t i = 0; i + 2 <= digits.size(); i += 2)
    for (size_t j = 0; j < i; j += 2)
      if (digits[i] == digits[j] &&
          (digits[i + 1] == digits[j + 1] || digits[i + 1] < 0 ||
           digits[j + 1] < 0)) // C1
        return emitError() << "an axis names d" << digits[i] << " twice";
  if (pad < 0) // C2
    return emitError() << "pad must not be negative, found " << pad;
  return success();
}

/// `d1` or `d1.2`; the lexer gives `d1.2` as one bare identifier.
static ParseResult parseDigit(AsmParser &parser,
                              SmallVectorImpl<int64_t> &digits) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  if (parser.parseKeyword(&word))
    return failure();
  auto [dim, factor] = word.split('.');
  int64_t d, f = -1;
  if (!dim.consume_front("d") || dim.getAsInteger(10, d) || d < 0 ||
      (word.contains('.') && factor.getAsInteger(10, f)))
    return parser.emitError(loc) << "expected a dimension such as d0 or a "
                                    "factor such as d1.2, found '"
                                 << word << "'";
  digits.append({d, f});
  return success();
}

static FailureOr<AxisAttr> parseAxis(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> digits;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() {
        return parseDigit(parser, digits);
      }))
    return failure();
  Distribution distribution = Distribution::Block;
  if (succeeded(parser.parseOptionalKeyword("cyclic")))
    distribution = Distribution::Cyclic;
  else if (parser.parseKeyword("block"))
    return failure();
  int64_t pad = 0;
  if (succeeded(parser.parseOptionalKeyword("pad")) && parser.parseInteger(pad))
    return failure();
  auto emitError = [&]() { return parser.emitError(loc); };
  AxisAttr axis = AxisAttr::getChecked(emitError, parser.getContext(), digits,
                                       distribution, pad);
  if (!axis)
    return failure();
  return axis;
}

static void printAxis(AsmPrinter &printer, AxisAttr axis) {
  printer << "[";
  ArrayRef<int64_t> digits = axis.getDigits();
  for (size_t i = 0; i + 2 <= digits.size(); i += 2) {
    printer << (i ? ", d" : "d") << digits[i];
    if (digits[i + 1] >= 0)
      printer << "." << digits[i + 1];
  }
  printer << "] " << stringifyDistribution(axis.getDistribution());
  if (axis.getPad())
    printer << " pad " << axis.getPad();
}

Attribute AxisAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<AxisAttr> axis = parseAxis(parser);
  if (failed(axis) || parser.parseGreater())
    return {};
  return *axis;
}

void AxisAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printAxis(printer, *this);
  printer << ">";
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

/// The number of factors of dimension `dim`, 0 if it is not factored.
static int64_t countFactors(ArrayRef<int64_t> factors, int64_t dim) {
  for (size_t i = 0; i + 2 <= factors.size(); i += 2 + factors[i + 1])
    if (factors[i] == dim)
      return factors[i + 1];
  return 0;
}

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> factors, AxisAttr rows,
                                 AxisAttr columns) {
  SmallVector<std::pair<int64_t, int64_t>> seen;
  for (AxisAttr axis : {rows, columns}) {
    ArrayRef<int64_t> digits = axis.getDigits();
    for (size_t i = 0; i + 2 <= digits.size(); i += 2) {
      int64_t dim = digits[i], factor = digits[i + 1];
      if (factor >= countFactors(factors, dim) && factor >= 0) // C2
        return emitError() << "d" << dim << "." << factor
                           << " is no factor of d" << dim;
      for (auto [otherDim, otherFactor] : seen)
        if (dim == otherDim &&
            (factor == otherFactor || factor < 0 || otherFactor < 0)) // C1
          return emitError() << "d" << dim << " is dealt to rows and columns";
      seen.push_back({dim, factor});
    }
  }
  return success();
}

/// `d1 = 4 x 2 x 12`; sizes are separated by the keyword `x`.
static ParseResult parseFactors(AsmParser &parser,
                                SmallVectorImpl<int64_t> &factors) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> dim, sizes;
  if (parseDigit(parser, dim) || parser.parseEqual())
    return failure();
  do {
    if (parser.parseInteger(sizes.emplace_back()))
      return failure();
  } while (succeeded(parser.parseOptionalKeyword("x")));
  if (dim[1] >= 0 || llvm::any_of(sizes, [](int64_t s) { return s < 1; }))
    return parser.emitError(loc)
           << "factors require a whole dimension and positive sizes";
  factors.append({dim[0], static_cast<int64_t>(sizes.size())});
  factors.append(sizes);
  return success();
}

Attribute LayoutAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> factors;
  if (parser.parseLess())
    return {};
  if (succeeded(parser.parseOptionalKeyword("factors")))
    if (parser.parseCommaSeparatedList(
            AsmParser::Delimiter::Square,
            [&]() { return parseFactors(parser, factors); }) ||
        parser.parseComma())
      return {};
  if (parser.parseKeyword("rows"))
    return {};
  FailureOr<AxisAttr> rows = parseAxis(parser);
  if (failed(rows) || parser.parseComma() || parser.parseKeyword("columns"))
    return {};
  FailureOr<AxisAttr> columns = parseAxis(parser);
  if (failed(columns) || parser.parseGreater())
    return {};
  auto emitError = [&]() { return parser.emitError(loc); };
  return getChecked(emitError, parser.getContext(), factors, *rows, *columns);
}

void LayoutAttr::print(AsmPrinter &printer) const {
  printer << "<";
  ArrayRef<int64_t> f = getFactors();
  if (!f.empty()) {
    printer << "factors [";
    for (size_t i = 0; i + 2 <= f.size(); i += 2 + f[i + 1]) {
      printer << (i ? ", d" : "d") << f[i] << " = ";
      llvm::interleave(f.slice(i + 2, f[i + 1]), printer, " x ");
    }
    printer << "], ";
  }
  printer << "rows ";
  printAxis(printer, getRows());
  printer << ", columns ";
  printAxis(printer, getColumns());
  printer << ">";
}

static wafer::Layout::Axis toAxis(AxisAttr attr) {
  wafer::Layout::Axis axis;
  ArrayRef<int64_t> digits = attr.getDigits();
  for (size_t i = 0; i + 2 <= digits.size(); i += 2)
    axis.digits.push_back({digits[i], digits[i + 1] < 0
                                          ? wafer::Layout::Digit::whole
                                          : digits[i + 1]});
  axis.cyclic = attr.getDistribution() == Distribution::Cyclic;
  axis.pad = attr.getPad();
  return axis;
}

wafer::Layout wafer::mesh::toLayout(LayoutAttr attr, ArrayRef<int64_t> shape) {
  SmallVector<wafer::Layout::Factors> factors;
  ArrayRef<int64_t> f = attr.getFactors();
  for (size_t i = 0; i + 2 <= f.size(); i += 2 + f[i + 1])
    factors.push_back(
        {f[i], SmallVector<int64_t, 4>(f.slice(i + 2, f[i + 1]))});
  return wafer::Layout(shape, factors, toAxis(attr.getRows()),
                       toAxis(attr.getColumns()));
}

LogicalResult
LayoutAttr::verifyEncoding(ArrayRef<int64_t> shape, Type,
                           function_ref<InFlightDiagnostic()> emitError) const {
  if (ShapedType::isDynamicShape(shape)) // C3
    return emitError() << "a tensor on the mesh requires a static shape";
  if (std::string wrong = toLayout(*this, shape).check(); !wrong.empty()) // C3
    return emitError() << "layout does not fit the tensor: " << wrong;
  return success();
}

//===----------------------------------------------------------------------===//
// Rectangles and dataflows
//===----------------------------------------------------------------------===//

LogicalResult RectAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               int64_t x0, int64_t x1, int64_t y0, int64_t y1) {
  if (x0 < 0 || y0 < 0 || x1 <= x0 || y1 <= y0) // C1
    return emitError() << "a rectangle requires 0 <= begin < end, found " << x0
                       << ":" << x1 << ", " << y0 << ":" << y1;
  return success();
}

wafer::Region RectAttr::getRegion() const {
  return wafer::Region(StridedRange(getX0(), getX1()),
                       StridedRange(getY0(), getY1()));
}

LogicalResult ProductAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                  Form, Reduce, Weights, int64_t pieces) {
  if (pieces < 0) // C1
    return emitError() << "pieces must not be negative, found " << pieces;
  return success();
}

LogicalResult
AttentionAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                      int64_t segments, int64_t blocks) {
  if (segments < 0 || blocks < 0) // C1
    return emitError() << "segments and blocks must not be negative, found "
                       << segments << " and " << blocks;
  return success();
}
