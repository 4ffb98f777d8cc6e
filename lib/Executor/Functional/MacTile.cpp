//===- MacTile.cpp - mac over lanes, in registers ---------------*- C++ -*-===//
//-*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lanes are cut into strips whose rows stay in the first cache; within a strip,
// tiles of up to 4 x 4 destination elements live in registers for the whole
// reduction, so that a loaded row serves four fused operations.
//
//===----------------------------------------------------------------------===//

#include "MacTile.h"
#include <algorithm>
#include <cmath>

using namespace wafer::exec;

static constexpr int64_t kLanesInStrip = 64;

#define WAFER_TILES                                                            \
  typedef float Vec __attribute__((vector_size(64), aligned(4)));              \
  template <int P, int Q>                                                      \
  void tile(const MacNest &n, float *d, const float *a, const float *b) {      \
    Vec acc[P][Q];                                                             \
    for (int p = 0; p < P; ++p)                                                \
      for (int q = 0; q < Q; ++q)                                              \
        acc[p][q] = *reinterpret_cast<const Vec *>(d + p * n.destinationP +    \
                                                   q * n.destinationQ);        \
    for (int64_t r = 0; r < n.reduction; ++r) {                                \
      Vec va[P];                                                               \
      for (int p = 0; p < P; ++p)                                              \
        va[p] = *reinterpret_cast<const Vec *>(a + p * n.aP);                  \
      for (int q = 0; q < Q; ++q) {                                            \
        Vec vb = *reinterpret_cast<const Vec *>(b + q * n.bQ);                 \
        for (int p = 0; p < P; ++p)                                            \
          acc[p][q] = __builtin_elementwise_fma(va[p], vb, acc[p][q]);         \
      }                                                                        \
      a += n.aReduction;                                                       \
      b += n.bReduction;                                                       \
    }                                                                          \
    for (int p = 0; p < P; ++p)                                                \
      for (int q = 0; q < Q; ++q)                                              \
        *reinterpret_cast<Vec *>(d + p * n.destinationP +                      \
                                 q * n.destinationQ) = acc[p][q];              \
  }                                                                            \
  template <int P>                                                             \
  void tileRow(const MacNest &n, float *d, const float *a, const float *b,     \
               int64_t q) {                                                    \
    switch (q) {                                                               \
    case 1:                                                                    \
      return tile<P, 1>(n, d, a, b);                                           \
    case 2:                                                                    \
      return tile<P, 2>(n, d, a, b);                                           \
    case 3:                                                                    \
      return tile<P, 3>(n, d, a, b);                                           \
    default:                                                                   \
      return tile<P, 4>(n, d, a, b);                                           \
    }                                                                          \
  }                                                                            \
  void anyTile(const MacNest &n, float *d, const float *a, const float *b,     \
               int64_t p, int64_t q) {                                         \
    switch (p) {                                                               \
    case 1:                                                                    \
      return tileRow<1>(n, d, a, b, q);                                        \
    case 2:                                                                    \
      return tileRow<2>(n, d, a, b, q);                                        \
    case 3:                                                                    \
      return tileRow<3>(n, d, a, b, q);                                        \
    default:                                                                   \
      return tileRow<4>(n, d, a, b, q);                                        \
    }                                                                          \
  }

namespace {
using TileFn = void (*)(const MacNest &, float *, const float *, const float *,
                        int64_t p, int64_t q);
namespace base {
WAFER_TILES
} // namespace base
#if defined(__x86_64__) && defined(__clang__)
#define WAFER_HAS_LEVELS 1
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))),        \
                             apply_to = function)
namespace v3 {
WAFER_TILES
} // namespace v3
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))),        \
                             apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))),           \
                             apply_to = function)
namespace v4 {
WAFER_TILES
} // namespace v4
#pragma clang attribute pop
#pragma clang attribute pop
#endif

TileFn pickTile() {
#ifdef WAFER_HAS_LEVELS
  if (__builtin_cpu_supports("x86-64-v4"))
    return v4::anyTile;
  if (__builtin_cpu_supports("x86-64-v3"))
    return v3::anyTile;
#endif
  return base::anyTile;
}
} // namespace

/// Lanes behind the last whole vector, one by one.
static void runScalar(const MacNest &n, int64_t lane) {
  for (int64_t o = 0; o < n.o; ++o)
    for (int64_t p = 0; p < n.p; ++p)
      for (int64_t q = 0; q < n.q; ++q) {
        float *d = n.destination + o * n.destinationO + p * n.destinationP +
                   q * n.destinationQ + lane;
        const float *a = n.a + o * n.aO + p * n.aP + lane,
                    *b = n.b + o * n.bO + q * n.bQ + lane;
        float acc = *d;
        for (int64_t r = 0; r < n.reduction; ++r)
          acc = std::fma(a[r * n.aReduction], b[r * n.bReduction], acc);
        *d = acc;
      }
}

void wafer::exec::runMacNest(const MacNest &n) {
  constexpr int64_t kVec = 16;
  static const TileFn fn = pickTile();
  int64_t whole = n.lanes / kVec * kVec;
  for (int64_t strip = 0; strip < whole; strip += kLanesInStrip) {
    int64_t stripEnd = std::min(strip + kLanesInStrip, whole);
    for (int64_t o = 0; o < n.o; ++o)
      for (int64_t p = 0; p < n.p; p += 4)
        for (int64_t q = 0; q < n.q; q += 4) {
          float *d = n.destination + o * n.destinationO + p * n.destinationP +
                     q * n.destinationQ;
          const float *a = n.a + o * n.aO + p * n.aP,
                      *b = n.b + o * n.bO + q * n.bQ;
          for (int64_t lane = strip; lane < stripEnd; lane += kVec)
            fn(n, d + lane, a + lane, b + lane, std::min<int64_t>(4, n.p - p),
               std::min<int64_t>(4, n.q - q));
        }
  }
  for (int64_t lane = whole; lane < n.lanes; ++lane)
    runScalar(n, lane);
}
