//===- Strided.cpp - operations on rows of elements -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiled with -O3. The loops below are instantiated for several levels of the
// processor and picked at run time; they are correct for operands that overlap,
// because the compiler must keep the order of points (E20).
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/Elements.h"

using namespace wafer;
using namespace wafer::exec;

/// Points whose destination is dense, the common case, with sources that are
/// dense or scalars.
#define WAFER_LOOPS                                                            \
  template <typename T> inline T loadAt(const char *at) {                      \
    T value;                                                                   \
    __builtin_memcpy(&value, at, sizeof(T));                                   \
    return value;                                                              \
  }                                                                            \
  template <pe::Opcode opcode, typename To, typename From, bool denseA,        \
            bool denseB>                                                       \
  void denseLoop(int64_t count, char *d, const char *a, const char *b) {       \
    for (int64_t i = 0; i < count; ++i) {                                      \
      From va = loadAt<From>(a + (denseA ? i * sizeof(From) : 0));             \
      From vb = loadAt<From>(b + (denseB ? i * sizeof(From) : 0));             \
      To result = computeElement<opcode, To, From>(                            \
          loadAt<To>(d + i * sizeof(To)), va, vb);                             \
      __builtin_memcpy(d + i * sizeof(To), &result, sizeof(To));               \
    }                                                                          \
  }                                                                            \
  template <pe::Opcode opcode, typename To, typename From>                     \
  void stridedLoop(int64_t count, StridedOperand d, StridedOperand a,          \
                   StridedOperand b) {                                         \
    constexpr int64_t kTo = sizeof(To), kFrom = sizeof(From);                  \
    if (d.strideInBytes == kTo && count > 3) {                                 \
      if (a.strideInBytes == kFrom && b.strideInBytes == kFrom)                \
        return denseLoop<opcode, To, From, true, true>(count, d.data, a.data,  \
                                                       b.data);                \
      if (a.strideInBytes == kFrom && b.strideInBytes == 0)                    \
        return denseLoop<opcode, To, From, true, false>(count, d.data, a.data, \
                                                        b.data);               \
      if (a.strideInBytes == 0 && b.strideInBytes == kFrom)                    \
        return denseLoop<opcode, To, From, false, true>(count, d.data, a.data, \
                                                        b.data);               \
    }                                                                          \
    for (int64_t i = 0; i < count; ++i) {                                      \
      To result = computeElement<opcode, To, From>(                            \
          loadAt<To>(d.data), loadAt<From>(a.data), loadAt<From>(b.data));     \
      __builtin_memcpy(d.data, &result, sizeof(To));                           \
      d.data += d.strideInBytes;                                               \
      a.data += a.strideInBytes;                                               \
      b.data += b.strideInBytes;                                               \
    }                                                                          \
  }                                                                            \
  struct PickStridedFn {                                                       \
    StridedFn &fn;                                                             \
    template <pe::Opcode opcode, typename To, typename From>                   \
    void operator()() {                                                        \
      fn = stridedLoop<opcode, To, From>;                                      \
    }                                                                          \
  };

namespace {
namespace base {
WAFER_LOOPS
} // namespace base
#if defined(__x86_64__) && defined(__clang__)
#define WAFER_HAS_LEVELS 1
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))),        \
                             apply_to = function)
namespace v3 {
WAFER_LOOPS
} // namespace v3
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))),        \
                             apply_to = function)
namespace v4 {
WAFER_LOOPS
} // namespace v4
#pragma clang attribute pop
#endif
} // namespace

StridedFn exec::getStridedFn(pe::Opcode opcode, Elem type, Elem from) {
  StridedFn fn = nullptr;
#ifdef WAFER_HAS_LEVELS
  if (__builtin_cpu_supports("x86-64-v4")) {
    withOperation(opcode, type, from, v4::PickStridedFn{fn});
    return fn;
  }
  if (__builtin_cpu_supports("x86-64-v3")) {
    withOperation(opcode, type, from, v3::PickStridedFn{fn});
    return fn;
  }
#endif
  withOperation(opcode, type, from, base::PickStridedFn{fn});
  return fn;
}
