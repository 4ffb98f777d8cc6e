//===- StridedRange.cpp - Ranges and rectangles with strides --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/StridedRange.h"

#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cassert>
#include <numeric>

using namespace wafer;

namespace {

/// The remainder in [0, divisor).
int64_t floorMod(int64_t value, int64_t divisor) {
  int64_t remainder = value % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}

/// The inverse of `value` modulo `modulus`; the two must be coprime.
int64_t inverseModulo(int64_t value, int64_t modulus) {
  int64_t r0 = modulus, r1 = floorMod(value, modulus), t0 = 0, t1 = 1;
  while (r1 != 0) {
    int64_t quotient = r0 / r1;
    std::tie(r0, r1) = std::make_tuple(r1, r0 - quotient * r1);
    std::tie(t0, t1) = std::make_tuple(t1, t0 - quotient * t1);
  }
  return floorMod(t0, modulus);
}

} // namespace

StridedRange::StridedRange(int64_t begin, int64_t end, int64_t step) {
  assert(step > 0 && "the step of a range is positive");
  if (end <= begin)
    return;
  int64_t last = begin + (end - begin - 1) / step * step;
  this->begin = begin;
  this->end = last + 1;
  this->step = last == begin ? 1 : step;
}

bool StridedRange::contains(const StridedRange &other) const {
  return other.empty() ||
         (contains(other.begin) && contains(other.last()) &&
          (other.begin == other.last() || other.step % step == 0));
}

StridedRange StridedRange::clamp(int64_t low, int64_t high) const {
  if (low >= high || empty())
    return {};
  int64_t first = begin;
  if (first < low)
    first += (low - first + step - 1) / step * step;
  return StridedRange(first, std::min(end, high), step);
}

StridedRange StridedRange::intersect(const StridedRange &other) const {
  int64_t low = std::max(begin, other.begin), high = std::min(end, other.end);
  if (low >= high)
    return {};
  if (other.step == 1)
    return clamp(low, high);
  if (step == 1)
    return other.clamp(low, high);
  // begin + step * k == other.begin (mod other.step), solved for k.
  int64_t gcd = std::gcd(step, other.step);
  int64_t distance = other.begin - begin;
  if (distance % gcd != 0)
    return {};
  int64_t modulus = other.step / gcd;
  int64_t k = floorMod(floorMod(distance / gcd, modulus) *
                           inverseModulo(step / gcd, modulus),
                       modulus);
  int64_t first = begin + step * k, period = step * modulus;
  // `first` is at or after `begin`; move it to the first common element >= low.
  if (first < low)
    first += (low - first + period - 1) / period * period;
  return StridedRange(first, high, period);
}

llvm::SmallVector<StridedRange, 4>
StridedRange::subtract(const StridedRange &other) const {
  llvm::SmallVector<StridedRange, 4> rest;
  auto add = [&](StridedRange range) {
    if (!range.empty())
      rest.push_back(range);
  };
  StridedRange common = intersect(other);
  if (common.empty()) {
    add(*this);
    return rest;
  }
  add(clamp(begin, common.begin));
  int64_t count = common.size();
  int64_t classes = count > 1 ? common.step / step : 1;
  if (classes > 1 && count - 1 < classes - 1) {
    for (int64_t i = 0; i + 1 < count; ++i) {
      int64_t at = common.begin + i * common.step;
      add(clamp(at + 1, at + common.step));
    }
  } else {
    for (int64_t residue = 1; residue < classes; ++residue)
      add({common.begin + residue * step, common.last(), common.step});
  }
  add(clamp(common.end, end));
  return rest;
}

StridedRange StridedRange::shift(int64_t offset) const {
  if (empty())
    return {};
  StridedRange shifted = *this;
  shifted.begin += offset;
  shifted.end += offset;
  return shifted;
}

llvm::raw_ostream &wafer::operator<<(llvm::raw_ostream &os,
                                     const StridedRange &range) {
  os << range.begin;
  if (range.size() == 1)
    return os;
  os << ':' << range.end;
  if (range.step != 1)
    os << ':' << range.step;
  return os;
}

StridedRect::StridedRect(StridedRange xs, StridedRange ys) {
  if (xs.empty() || ys.empty())
    return;
  x = xs;
  y = ys;
}

StridedRect StridedRect::intersect(const StridedRect &other) const {
  return {x.intersect(other.x), y.intersect(other.y)};
}

llvm::SmallVector<StridedRect, 4>
StridedRect::subtract(const StridedRect &other) const {
  StridedRect common = intersect(other);
  llvm::SmallVector<StridedRect, 4> rest;
  if (common.empty()) {
    if (!empty())
      rest.push_back(*this);
    return rest;
  }
  for (const StridedRange &ys : y.subtract(common.y))
    rest.push_back({x, ys});
  for (const StridedRange &xs : x.subtract(common.x))
    rest.push_back({xs, common.y});
  return rest;
}

StridedRect StridedRect::shift(int64_t dx, int64_t dy) const {
  return {x.shift(dx), y.shift(dy)};
}

StridedRect StridedRect::boundingBox() const {
  return {StridedRange(x.begin, x.end), StridedRange(y.begin, y.end)};
}

llvm::raw_ostream &wafer::operator<<(llvm::raw_ostream &os,
                                     const StridedRect &rect) {
  return os << '[' << rect.x << ", " << rect.y << ']';
}
