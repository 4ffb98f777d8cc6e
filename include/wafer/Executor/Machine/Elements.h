//===- Elements.h - what an instruction does to one element -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The arithmetic of docs/ExecutionModel.md, E20 to E26, once for all executors.
// Files that include this are compiled with -ffp-contract=off: nothing is fused
// but what calls fma.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_MACHINE_ELEMENTS_H
#define WAFER_EXECUTOR_MACHINE_ELEMENTS_H

#include "dialects/PE/PE.h"
#include "llvm/ADT/bit.h"
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace wafer::exec {

/// Element types of SRAM and fabric (E21).
enum class Elem : uint8_t { F32, F16, I32 };
inline unsigned getBytes(Elem type) { return type == Elem::F16 ? 2 : 4; }

using Half16 = _Float16;

template <typename T>
using BitsOf = std::conditional_t<sizeof(T) == 2, uint16_t, uint32_t>;
template <typename T> constexpr bool kIsInt = std::is_same_v<T, int32_t>;

/// E23: `acc + a * b` exactly, rounded once.
inline float fusedMac(float acc, float a, float b) {
  return std::fma(a, b, acc);
}
inline float fusedMac(float acc, Half16 a, Half16 b) {
  return std::fma(static_cast<float>(a), static_cast<float>(b), acc);
}
inline Half16 fusedMac(Half16 acc, Half16 a, Half16 b) {
  // The product of two f16 is exact in a double. Where the sum is not, its
  // small part lies far below half a unit of the result, so that only the
  // conversion decides the rounding.
  return static_cast<Half16>(static_cast<double>(a) * static_cast<double>(b) +
                             static_cast<double>(acc));
}
inline int32_t fusedMac(int32_t acc, int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(acc) +
                              static_cast<uint32_t>(a) *
                                  static_cast<uint32_t>(b));
}

/// E24.
template <typename T> inline T maxElement(T a, T b) {
  if constexpr (kIsInt<T>) {
    return a > b ? a : b;
  } else {
    // With equal operands the sign bits decide: and-ing gives +0 where one is
    // +0.
    T equal = llvm::bit_cast<T>(static_cast<BitsOf<T>>(
        llvm::bit_cast<BitsOf<T>>(a) & llvm::bit_cast<BitsOf<T>>(b)));
    T larger = a > b ? a : b;
    T ordered = a == b ? equal : larger;
    return a != a ? a : ordered; // NaN in b: a > b is false and gives b.
  }
}
template <typename T> inline T minElement(T a, T b) {
  if constexpr (kIsInt<T>) {
    return a < b ? a : b;
  } else {
    T equal = llvm::bit_cast<T>(static_cast<BitsOf<T>>(
        llvm::bit_cast<BitsOf<T>>(a) | llvm::bit_cast<BitsOf<T>>(b)));
    T smaller = a < b ? a : b;
    T ordered = a == b ? equal : smaller;
    return a != a ? a : ordered;
  }
}

/// E25.
template <typename To, typename From> inline To convertElement(From value) {
  if constexpr (kIsInt<To> && !kIsInt<From>) {
    float wide = static_cast<float>(value);
    if (!(wide == wide))
      return 0;
    if (wide >= 2147483648.0f)
      return INT32_MAX;
    if (wide < -2147483648.0f)
      return INT32_MIN;
    return static_cast<int32_t>(wide);
  } else if constexpr (kIsInt<From> && std::is_same_v<To, Half16>) {
    // Through a double, which holds every i32: one rounding.
    return static_cast<Half16>(static_cast<double>(value));
  } else {
    return static_cast<To>(value);
  }
}

/// The result of `opcode` for one element; `acc` is the destination's old
/// value, which only mac reads.
template <pe::Opcode opcode, typename To, typename From>
inline To computeElement(To acc, From a, From b) {
  using pe::Opcode;
  if constexpr (opcode == Opcode::Mac) {
    return fusedMac(acc, a, b);
  } else if constexpr (opcode == Opcode::Convert) {
    return convertElement<To>(a);
  } else if constexpr (opcode == Opcode::Move) {
    return llvm::bit_cast<To>(a); // E22
  } else if constexpr (opcode == Opcode::Neg || opcode == Opcode::Abs) {
    // E22: on bits, also of a NaN; i32 wraps.
    if constexpr (kIsInt<From>) {
      uint32_t negated = 0u - static_cast<uint32_t>(a);
      return static_cast<int32_t>(
          opcode == Opcode::Neg || a < 0 ? negated : static_cast<uint32_t>(a));
    } else {
      using Bits = BitsOf<From>;
      constexpr Bits kSign =
          static_cast<Bits>(Bits(1) << (sizeof(Bits) * 8 - 1));
      Bits bits = llvm::bit_cast<Bits>(a);
      return llvm::bit_cast<From>(static_cast<Bits>(
          opcode == Opcode::Neg ? bits ^ kSign : bits & ~kSign));
    }
  } else if constexpr (opcode == Opcode::Max) {
    return maxElement(a, b);
  } else if constexpr (opcode == Opcode::Min) {
    return minElement(a, b);
  } else if constexpr (kIsInt<From>) {
    uint32_t ua = static_cast<uint32_t>(a), ub = static_cast<uint32_t>(b);
    return static_cast<int32_t>(opcode == Opcode::Add   ? ua + ub
                                : opcode == Opcode::Sub ? ua - ub
                                                        : ua * ub);
  } else if constexpr (opcode == Opcode::Add) {
    return a + b;
  } else if constexpr (opcode == Opcode::Sub) {
    return a - b;
  } else {
    static_assert(opcode == Opcode::Mul, "every opcode is handled");
    return a * b;
  }
}

/// Calls `fn.template operator()<opcode, To, From>()` for the operation given
/// at run time. Returns false if there is no such operation (the verifier
/// refuses it).
template <typename Fn>
bool withOperation(pe::Opcode opcode, Elem type, Elem from, Fn &&fn) {
  using pe::Opcode;
  auto sameType = [&](auto tag) {
    using T = decltype(tag);
    switch (opcode) {
#define WAFER_CASE(NAME)                                                       \
  case Opcode::NAME:                                                           \
    fn.template operator()<Opcode::NAME, T, T>();                              \
    return true;
      WAFER_CASE(Move)
      WAFER_CASE(Add)
      WAFER_CASE(Sub)
      WAFER_CASE(Mul)
      WAFER_CASE(Mac)
      WAFER_CASE(Max)
      WAFER_CASE(Min)
      WAFER_CASE(Neg)
      WAFER_CASE(Abs)
      WAFER_CASE(Convert)
#undef WAFER_CASE
    }
    return false;
  };
  if (type == from)
    return type == Elem::F32   ? sameType(float())
           : type == Elem::F16 ? sameType(Half16())
                               : sameType(int32_t());
  if (opcode == Opcode::Mac && type == Elem::F32 && from == Elem::F16) {
    fn.template operator()<Opcode::Mac, float, Half16>();
    return true;
  }
  if (opcode == Opcode::Move && type == Elem::I32 && from == Elem::F32) {
    fn.template operator()<Opcode::Move, int32_t, float>();
    return true;
  }
  if (opcode == Opcode::Move && type == Elem::F32 && from == Elem::I32) {
    fn.template operator()<Opcode::Move, float, int32_t>();
    return true;
  }
  if (opcode != Opcode::Convert)
    return false;
  auto convert = [&](auto to, auto source) {
    fn.template operator()<Opcode::Convert, decltype(to), decltype(source)>();
    return true;
  };
  if (type == Elem::F32)
    return from == Elem::F16 ? convert(float(), Half16())
                             : convert(float(), int32_t());
  if (type == Elem::F16)
    return from == Elem::F32 ? convert(Half16(), float())
                             : convert(Half16(), int32_t());
  return from == Elem::F32 ? convert(int32_t(), float())
                           : convert(int32_t(), Half16());
}

/// One element on raw bits (an f16 in the low half): `acc`, first and second
/// source.
using ElementFn = uint32_t (*)(uint32_t acc, uint32_t a, uint32_t b);

/// Elements at equal distances; a distance of 0 is a scalar.
struct StridedOperand {
  char *data = nullptr;
  int64_t strideInBytes = 0;
};
/// `count` points in order: reads the sources, computes, writes the destination
/// (E20).
using StridedFn = void (*)(int64_t count, StridedOperand destination,
                           StridedOperand a, StridedOperand b);

/// nullptr if there is no such operation.
StridedFn getStridedFn(pe::Opcode opcode, Elem type, Elem from);
ElementFn getElementFn(pe::Opcode opcode, Elem type, Elem from);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_MACHINE_ELEMENTS_H
