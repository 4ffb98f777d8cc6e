//===- SeededValues.cpp - tensors that a seed stands for --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Eight elements at a time in vector registers, compiled for several levels of
// the processor and picked at run time. Only integer operations and single f32
// multiplications and additions are used, so that the bits are the same on all.
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/SeededValues.h"
#include "llvm/ADT/bit.h"
#include <array>
#include <cmath>
#include <cstring>

using namespace wafer;
using llvm::MutableArrayRef;

namespace {

constexpr unsigned kLanes = 8;
template <typename T> using Lanes __attribute__((ext_vector_type(kLanes))) = T;

/// What the inner loop needs to know.
struct Parameters {
  uint64_t seed;
  bool isNormal;
  /// Of the f32 operations (see SeededValues).
  float factor, mean;
};

enum class Format { F32, F16, BF16 };
template <Format format>
using Bits = std::conditional_t<format == Format::F32, uint32_t, uint16_t>;

using FillFn = void (*)(const Parameters &, uint64_t n, uint64_t count,
                        void *out);

/// SplitMix64's increment and multipliers (Steele, Lea, Flood 2014).
constexpr uint64_t kGamma = 0x9e3779b97f4a7c15, kMix1 = 0xbf58476d1ce4e5b9,
                   kMix2 = 0x94d049bb133111eb;
/// The standard deviation of the sum of four independent 16-bit integers,
/// sqrt((2^32 - 1)/3), as f32.
constexpr float kSumDeviation = 37837.2265625f;

namespace base {
#include "SeededValues.inc"
} // namespace base
#if defined(__x86_64__) && defined(__clang__)
#define WAFER_HAS_LEVELS 1
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))),        \
                             apply_to = function)
namespace v3 {
#include "SeededValues.inc"
} // namespace v3
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))),        \
                             apply_to = function)
namespace v4 {
#include "SeededValues.inc"
} // namespace v4
#pragma clang attribute pop
#endif

FillFn pickFill(Format format) {
#ifdef WAFER_HAS_LEVELS
  if (__builtin_cpu_supports("x86-64-v4"))
    return v4::pickFill(format);
  if (__builtin_cpu_supports("x86-64-v3"))
    return v3::pickFill(format);
#endif
  return base::pickFill(format);
}

void fill(const SeededValues &values, uint64_t first, Format format,
          uint64_t count, void *out) {
  bool isNormal = values.distribution == SeededDistribution::Normal;
  Parameters parameters{values.seed, isNormal,
                        values.scale / (isNormal ? kSumDeviation : 0x1p24f),
                        values.mean};
  pickFill(format)(parameters, values.base + first, count, out);
}

} // namespace

void SeededValues::generate(uint64_t first, MutableArrayRef<float> out) const {
  fill(*this, first, Format::F32, out.size(), out.data());
}

void SeededValues::generateF16(uint64_t first,
                               MutableArrayRef<uint16_t> out) const {
  fill(*this, first, Format::F16, out.size(), out.data());
}

void SeededValues::generateBF16(uint64_t first,
                                MutableArrayRef<uint16_t> out) const {
  fill(*this, first, Format::BF16, out.size(), out.data());
}

bool SeededValues::operator==(const SeededValues &other) const {
  return distribution == other.distribution && seed == other.seed &&
         base == other.base && scale == other.scale && mean == other.mean;
}
