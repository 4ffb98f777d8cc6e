//===- Layout.cpp - where each element of a tensor lies --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Layout.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

using namespace wafer;
using llvm::ArrayRef;

//===----------------------------------------------------------------------===//
// One axis
//===----------------------------------------------------------------------===//

int64_t DealtAxis::owner(int64_t a) const {
  if (cyclic)
    return a % parts;
  // The last p with floor(p * A / P) <= a, which is p < (a + 1) * P / A.
  return ((a + 1) * parts - 1) / paddedSize;
}

int64_t DealtAxis::position(int64_t a) const {
  return cyclic ? a / parts : a - owner(a) * paddedSize / parts;
}

int64_t DealtAxis::positions(int64_t p) const {
  if (cyclic)
    return (paddedSize - p + parts - 1) / parts;
  return (p + 1) * paddedSize / parts - p * paddedSize / parts;
}

int64_t DealtAxis::count(int64_t p) const {
  if (cyclic)
    return std::max<int64_t>(0, size - p + parts - 1) / parts;
  int64_t begin = p * paddedSize / parts, end = (p + 1) * paddedSize / parts;
  return std::min(end, size) - std::min(begin, size);
}

std::optional<int64_t> DealtAxis::index(int64_t p, int64_t position) const {
  if (p < 0 || p >= parts || position < 0 || position >= positions(p))
    return std::nullopt;
  int64_t a = cyclic ? position * parts + p : p * paddedSize / parts + position;
  if (a >= size)
    return std::nullopt;
  return a;
}

//===----------------------------------------------------------------------===//
// Digits
//===----------------------------------------------------------------------===//

Layout::Layout(ArrayRef<int64_t> shape, ArrayRef<Factors> factors, Axis rows,
               Axis columns)
    : shape(shape), factors(factors), rows(std::move(rows)),
      columns(std::move(columns)) {
  for (const Digit &digit : this->rows.digits)
    if (std::optional<Part> part = resolve(digit))
      rowParts.push_back(*part);
  for (const Digit &digit : this->columns.digits)
    if (std::optional<Part> part = resolve(digit))
      columnParts.push_back(*part);
  collectRest();
}

const Layout::Factors *Layout::findFactors(int64_t dim) const {
  const auto *it = llvm::find_if(
      factors, [&](const Factors &entry) { return entry.dim == dim; });
  return it == factors.end() ? nullptr : it;
}

std::optional<Layout::Part> Layout::resolve(const Digit &digit) const {
  if (digit.dim < 0 || digit.dim >= static_cast<int64_t>(shape.size()))
    return std::nullopt;
  if (digit.factor == Digit::whole)
    return Part{digit.dim, 1, shape[digit.dim]};
  const Factors *entry = findFactors(digit.dim);
  if (!entry || digit.factor < 0 ||
      digit.factor >= static_cast<int64_t>(entry->sizes.size()))
    return std::nullopt;
  int64_t stride = 1;
  for (int64_t inner : llvm::drop_begin(entry->sizes, digit.factor + 1))
    if (llvm::MulOverflow(stride, inner, stride))
      return std::nullopt;
  return Part{digit.dim, stride, entry->sizes[digit.factor]};
}

/// What neither axis names, in the tensor's own order.
void Layout::collectRest() {
  for (int64_t dim = 0; dim < static_cast<int64_t>(shape.size()); ++dim) {
    llvm::SmallVector<int64_t> dealt;
    for (const Axis *axis : {&rows, &columns})
      for (const Digit &digit : axis->digits)
        if (digit.dim == dim)
          dealt.push_back(digit.factor);
    if (dealt.empty())
      restParts.push_back(Part{dim, 1, shape[dim]});
    const Factors *entry = findFactors(dim);
    if (dealt.empty() || !entry || llvm::is_contained(dealt, Digit::whole))
      continue;
    for (int64_t f = 0; f < static_cast<int64_t>(entry->sizes.size()); ++f)
      if (std::optional<Part> part = resolve({dim, f});
          part && !llvm::is_contained(dealt, f))
        restParts.push_back(*part);
  }
}

int64_t Layout::join(const Parts &parts, ArrayRef<int64_t> element) {
  int64_t value = 0;
  for (const Part &part : parts)
    value = value * part.size + element[part.dim] / part.stride % part.size;
  return value;
}

void Layout::split(const Parts &parts, int64_t value,
                   llvm::MutableArrayRef<int64_t> element) {
  for (const Part &part : llvm::reverse(parts)) {
    element[part.dim] += value % part.size * part.stride;
    value /= part.size;
  }
}

int64_t Layout::sizeOf(const Parts &parts) {
  int64_t size = 1;
  for (const Part &part : parts)
    size *= part.size;
  return size;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static std::string toString(const Layout::Digit &digit) {
  std::string text = ("d" + llvm::Twine(digit.dim)).str();
  if (digit.factor != Layout::Digit::whole)
    text += "." + std::to_string(digit.factor);
  return text;
}

std::string Layout::checkFactors() const {
  for (const Factors &entry : factors) {
    if (entry.dim < 0 || entry.dim >= static_cast<int64_t>(shape.size()))
      return ("factors d" + llvm::Twine(entry.dim) + " of a tensor with " +
              llvm::Twine(shape.size()) + " dimensions")
          .str();
    if (findFactors(entry.dim) != &entry)
      return ("factors d" + llvm::Twine(entry.dim) + " twice").str();
    int64_t product = 1;
    bool fits = llvm::all_of(entry.sizes, [&](int64_t size) {
      return size > 0 && !llvm::MulOverflow(product, size, product);
    });
    if (!fits || product != shape[entry.dim])
      return ("factors of d" + llvm::Twine(entry.dim) + " make " +
              llvm::join(llvm::map_range(
                             entry.sizes,
                             [](int64_t size) { return std::to_string(size); }),
                         " x ") +
              " but its size is " + llvm::Twine(shape[entry.dim]))
          .str();
  }
  return {};
}

std::string Layout::checkAxis(const Axis &axis, llvm::StringRef name,
                              llvm::SmallVectorImpl<Digit> &seen) const {
  int64_t size = 1;
  for (const Digit &digit : axis.digits) {
    std::optional<Part> part = resolve(digit);
    if (!part)
      return (name + " name " + toString(digit) + ", which does not exist")
          .str();
    for (const Digit &other : seen)
      if (digit.dim == other.dim &&
          (digit.factor == other.factor || digit.factor == Digit::whole ||
           other.factor == Digit::whole))
        return toString(digit) + " is dealt twice";
    seen.push_back(digit);
    size *= part->size;
  }
  if (axis.pad < 0 || (axis.pad > 0 && axis.pad < size))
    return (name + " have " + llvm::Twine(size) +
            " elements, more than their pad of " + llvm::Twine(axis.pad))
        .str();
  return {};
}

std::string Layout::check() const {
  // Products with coordinates must fit 64 bits; coordinates are below 2^20
  // times the number of launches.
  constexpr int64_t most = int64_t(1) << 40;
  int64_t elements = 1;
  for (int64_t size : shape)
    if (size < 0 || (size > 0 && llvm::MulOverflow(elements, size, elements)) ||
        elements > most)
      return "a tensor on the mesh has at most 2^40 elements";
  if (std::string wrong = checkFactors(); !wrong.empty())
    return wrong;
  llvm::SmallVector<Digit> seen;
  if (std::string wrong = checkAxis(rows, "rows", seen); !wrong.empty())
    return wrong;
  if (std::string wrong = checkAxis(columns, "columns", seen); !wrong.empty())
    return wrong;
  if (rows.pad > most || columns.pad > most)
    return "a pad is at most 2^40";
  return {};
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

DealtAxis Layout::getRows(const Extents &extents) const {
  int64_t size = sizeOf(rowParts);
  return {size, rows.pad ? rows.pad : size, extents.rows, rows.cyclic};
}

DealtAxis Layout::getColumns(const Extents &extents) const {
  int64_t size = sizeOf(columnParts);
  return {size, columns.pad ? columns.pad : size, extents.columns,
          columns.cyclic};
}

int64_t Layout::getRestSize() const { return sizeOf(restParts); }

Layout::Place Layout::locate(ArrayRef<int64_t> element,
                             const Extents &extents) const {
  DealtAxis y = getRows(extents), x = getColumns(extents);
  int64_t row = join(rowParts, element), column = join(columnParts, element);
  int64_t outer = x.position(column) * getRestSize() + join(restParts, element);
  return {y.owner(row), x.owner(column), outer * y.largest() + y.position(row)};
}

std::optional<llvm::SmallVector<int64_t>>
Layout::getElement(const Place &place, const Extents &extents) const {
  DealtAxis y = getRows(extents), x = getColumns(extents);
  int64_t rest = getRestSize(), pitch = y.largest();
  if (place.local < 0 || rest == 0 || pitch == 0)
    return std::nullopt;
  std::optional<int64_t> row = y.index(place.row, place.local % pitch);
  std::optional<int64_t> column =
      x.index(place.column, place.local / pitch / rest);
  if (!row || !column)
    return std::nullopt;
  llvm::SmallVector<int64_t> element(shape.size(), 0);
  split(rowParts, *row, element);
  split(columnParts, *column, element);
  split(restParts, place.local / pitch % rest, element);
  return element;
}

int64_t Layout::countElements(int64_t row, int64_t column,
                              const Extents &extents) const {
  return getRows(extents).count(row) * getColumns(extents).count(column) *
         getRestSize();
}

int64_t Layout::getBufferSize(const Extents &extents) const {
  return getRows(extents).largest() * getColumns(extents).largest() *
         getRestSize();
}
