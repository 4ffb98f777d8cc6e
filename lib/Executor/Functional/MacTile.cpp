//===- MacTile.cpp - mac over lanes, in registers ---------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lanes are cut into strips whose rows stay in the first cache; within a strip,
// tiles of destination elements live in registers for the whole reduction, so
// that a loaded row serves several fused operations. Where `b` is the same for
// all lanes (weights that a column shares), its elements are broadcast from one
// word each.
//
//===----------------------------------------------------------------------===//

#include "MacTile.h"
#include <algorithm>

using namespace wafer::exec;

static constexpr int64_t kLanesInStrip = 64;
/// Tiles have up to kP x kQ destination elements.
static constexpr int64_t kP = 4, kQ = 6;

namespace {
/// One tile at one vector of lanes: strides in floats.
struct TileStrides {
  int64_t reduction, aReduction, aP, bReduction, bQ;
  int64_t destinationP, destinationQ, beginP, beginQ;
};
} // namespace

#define WAFER_TILES                                                            \
  typedef float Vec __attribute__((vector_size(64), aligned(4)));              \
  inline Vec loadVec(const float *at) {                                        \
    return *reinterpret_cast<const Vec *>(at);                                 \
  }                                                                            \
  template <int P, int Q, bool bUniform, bool beginUniform>                    \
  void tile(const TileStrides &s, float *d, const float *begin,                \
            const float *a, const float *b) {                                  \
    Vec acc[P][Q];                                                             \
    for (int p = 0; p < P; ++p)                                                \
      for (int q = 0; q < Q; ++q) {                                            \
        const float *from = begin + p * s.beginP + q * s.beginQ;               \
        if (beginUniform)                                                      \
          for (int i = 0; i < 16; ++i)                                         \
            acc[p][q][i] = *from;                                              \
        else                                                                   \
          acc[p][q] = loadVec(from);                                           \
      }                                                                        \
    for (int64_t r = 0; r < s.reduction; ++r) {                                \
      Vec va[P];                                                               \
      for (int p = 0; p < P; ++p)                                              \
        va[p] = loadVec(a + p * s.aP);                                         \
      for (int q = 0; q < Q; ++q) {                                            \
        Vec vb;                                                                \
        if (bUniform)                                                          \
          for (int i = 0; i < 16; ++i)                                         \
            vb[i] = b[q * s.bQ];                                               \
        else                                                                   \
          vb = loadVec(b + q * s.bQ);                                          \
        for (int p = 0; p < P; ++p)                                            \
          acc[p][q] = __builtin_elementwise_fma(va[p], vb, acc[p][q]);         \
      }                                                                        \
      a += s.aReduction;                                                       \
      b += s.bReduction;                                                       \
    }                                                                          \
    for (int p = 0; p < P; ++p)                                                \
      for (int q = 0; q < Q; ++q)                                              \
        *reinterpret_cast<Vec *>(d + p * s.destinationP +                      \
                                 q * s.destinationQ) = acc[p][q];              \
  }                                                                            \
  void each(const MacNest &n) { /* All lanes, one by one. */                   \
    for (int64_t o = 0; o < n.o; ++o)                                          \
      for (int64_t p = 0; p < n.p; ++p)                                        \
        for (int64_t q = 0; q < n.q; ++q)                                      \
          for (int64_t lane = 0; lane < n.lanes; ++lane) {                     \
            const float *a = n.a.at(n.lanes, o, p, q, lane);                   \
            const float *b = n.b.at(n.lanes, o, p, q, lane);                   \
            float acc = *n.begin.at(n.lanes, o, p, q, lane);                   \
            for (int64_t r = 0; r < n.reduction; ++r)                          \
              acc = __builtin_fmaf(a[r * n.a.reduction * n.lanes],             \
                                   b[r * n.b.reduction * n.lanes], acc);       \
            *n.destination.at(n.lanes, o, p, q, lane) = acc;                   \
          }                                                                    \
  }                                                                            \
  template <int P, bool bUniform, bool beginUniform> TileFn pickQ(int64_t q) { \
    switch (q) {                                                               \
    case 1:                                                                    \
      return tile<P, 1, bUniform, beginUniform>;                               \
    case 2:                                                                    \
      return tile<P, 2, bUniform, beginUniform>;                               \
    case 3:                                                                    \
      return tile<P, 3, bUniform, beginUniform>;                               \
    case 4:                                                                    \
      return tile<P, 4, bUniform, beginUniform>;                               \
    case 5:                                                                    \
      return tile<P, 5, bUniform, beginUniform>;                               \
    default:                                                                   \
      return tile<P, kQ, bUniform, beginUniform>;                              \
    }                                                                          \
  }                                                                            \
  template <bool bUniform, bool beginUniform>                                  \
  TileFn pickP(int64_t p, int64_t q) {                                         \
    switch (p) {                                                               \
    case 1:                                                                    \
      return pickQ<1, bUniform, beginUniform>(q);                              \
    case 2:                                                                    \
      return pickQ<2, bUniform, beginUniform>(q);                              \
    case 3:                                                                    \
      return pickQ<3, bUniform, beginUniform>(q);                              \
    default:                                                                   \
      return pickQ<kP, bUniform, beginUniform>(q);                             \
    }                                                                          \
  }                                                                            \
  TileFn pick(int64_t p, int64_t q, bool bUniform, bool beginUniform) {        \
    if (bUniform)                                                              \
      return beginUniform ? pickP<true, true>(p, q)                            \
                          : pickP<true, false>(p, q);                          \
    return beginUniform ? pickP<false, true>(p, q)                             \
                        : pickP<false, false>(p, q);                           \
  }

namespace {
using TileFn = void (*)(const TileStrides &, float *, const float *,
                        const float *, const float *);
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

struct Level {
  TileFn (*pick)(int64_t p, int64_t q, bool bUniform, bool beginUniform);
  void (*each)(const MacNest &);
};
Level getLevel() {
#ifdef WAFER_HAS_LEVELS
  if (__builtin_cpu_supports("x86-64-v4"))
    return {v4::pick, v4::each};
  if (__builtin_cpu_supports("x86-64-v3"))
    return {v3::pick, v3::each};
#endif
  return {base::pick, base::each};
}

} // namespace

void wafer::exec::runMacNest(const MacNest &n) {
  constexpr int64_t kVec = 16;
  static const Level level = getLevel();
  if (n.lanes % kVec)
    return level.each(n);
  auto scale = [&](const MacOperand &operand, int64_t stride) {
    return operand.isUniform ? stride : stride * n.lanes;
  };
  TileStrides strides = {n.reduction,
                         scale(n.a, n.a.reduction),
                         scale(n.a, n.a.p),
                         scale(n.b, n.b.reduction),
                         scale(n.b, n.b.q),
                         scale(n.destination, n.destination.p),
                         scale(n.destination, n.destination.q),
                         scale(n.begin, n.begin.p),
                         scale(n.begin, n.begin.q)};
  for (int64_t strip = 0; strip < n.lanes; strip += kLanesInStrip) {
    int64_t stripEnd = std::min(strip + kLanesInStrip, n.lanes);
    for (int64_t o = 0; o < n.o; ++o)
      for (int64_t p = 0; p < n.p; p += kP)
        for (int64_t q = 0; q < n.q; q += kQ) {
          TileFn fn = level.pick(std::min(kP, n.p - p), std::min(kQ, n.q - q),
                                 n.b.isUniform, n.begin.isUniform);
          for (int64_t lane = strip; lane < stripEnd; lane += kVec)
            fn(strides, n.destination.at(n.lanes, o, p, q, lane),
               n.begin.at(n.lanes, o, p, q, lane),
               n.a.at(n.lanes, o, p, q, lane), n.b.at(n.lanes, o, p, q, lane));
        }
  }
}
