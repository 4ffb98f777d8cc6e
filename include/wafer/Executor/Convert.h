//===- Convert.h - numbers between element types ----------------*- C++ -*-===//
//-*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_CONVERT_H
#define WAFER_EXECUTOR_CONVERT_H

#include "wafer/Executor/FloatFormats.h"
#include "wafer/Executor/Tensor.h"
#include "llvm/Support/ErrorHandling.h"
#include <limits>
#include <type_traits>

namespace wafer::exec {

/// Storage of the element types that C++17 has no number type for.
struct HalfBits {
  uint16_t bits;
};
struct BFloatBits {
  uint16_t bits;
};
struct BoolByte {
  uint8_t bits;
};

/// Calls `fn` with a value of the storage type of `type`:
/// `withElementType(t, [&](auto tag) { using T = decltype(tag); … })`.
template <typename Fn>
decltype(auto) withElementType(ElementType type, Fn &&fn) {
  switch (type) {
  case ElementType::F32:
    return fn(float{});
  case ElementType::F16:
    return fn(HalfBits{});
  case ElementType::BF16:
    return fn(BFloatBits{});
  case ElementType::F64:
    return fn(double{});
  case ElementType::I8:
    return fn(int8_t{});
  case ElementType::I16:
    return fn(int16_t{});
  case ElementType::I32:
    return fn(int32_t{});
  case ElementType::I64:
    return fn(int64_t{});
  case ElementType::U8:
    return fn(uint8_t{});
  case ElementType::U16:
    return fn(uint16_t{});
  case ElementType::U32:
    return fn(uint32_t{});
  case ElementType::U64:
    return fn(uint64_t{});
  case ElementType::Bool:
    return fn(BoolByte{});
  }
  llvm_unreachable("element types are listed above");
}

/// The C++ number that holds a stored element exactly.
inline double toNumber(HalfBits v) { return Half::decode(v.bits); }
inline double toNumber(BFloatBits v) { return BFloat::decode(v.bits); }
inline uint8_t toNumber(BoolByte v) { return v.bits != 0; }
template <typename T> T toNumber(T v) { return v; }

/// A number as an element of storage type `To`: floats round to nearest even,
/// float to integer goes towards zero and saturates (NaN gives 0), integers
/// keep their low bits, bool is "different from zero".
template <typename To, typename From> To fromNumber(From value) {
  if constexpr (std::is_same_v<To, HalfBits>) {
    return HalfBits{Half::encode(static_cast<double>(value))};
  } else if constexpr (std::is_same_v<To, BFloatBits>) {
    return BFloatBits{BFloat::encode(static_cast<double>(value))};
  } else if constexpr (std::is_same_v<To, BoolByte>) {
    return BoolByte{static_cast<uint8_t>(value != 0)};
  } else if constexpr (std::is_integral_v<To> &&
                       std::is_floating_point_v<From>) {
    using Limits = std::numeric_limits<To>;
    if (std::isnan(value))
      return 0;
    // The largest integer may round up as a float: compare with >=.
    if (value >= static_cast<From>(Limits::max()))
      return Limits::max();
    if (value <= static_cast<From>(Limits::min()))
      return Limits::min();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

template <typename To, typename From> To convertElement(From value) {
  return fromNumber<To>(toNumber(value));
}

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_CONVERT_H
