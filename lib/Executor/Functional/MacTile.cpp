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

static constexpr int64_t kLanesInStrip = 256;
static constexpr int64_t kP = 4;

namespace {
/// One tile: strides in floats.
struct TileStrides {
  int64_t reduction, aReduction, aP, bReduction, bQ;
  int64_t destinationP, destinationQ, beginP, beginQ, addendP, addendQ;
};
/// A tile on `lanes` lanes, a multiple of the vector's.
using TileFn = void (*)(const TileStrides &, int64_t lanes, float *,
                        const float *begin, const float *a, const float *b,
                        const float *addend);

/// What of a nest is uniform; Added has an addend besides.
enum class MacForm { Plain, FromUniform, ByUniform, BothUniform, Added };

/// Tiles have up to kP x Q destination elements, Q by P: as many sums, beside P
/// elements of `a` and one of `b`, as there are registers.
struct TileShapes {
  int64_t lanes; // Of a vector.
  int64_t mostQ[kP + 1];
};
constexpr TileShapes k16Registers = {8, {0, 6, 6, 4, 3}};
constexpr TileShapes k32Registers = {16, {0, 6, 6, 6, 6}};
} // namespace

#define WAFER_TILES(SHAPES)                                                    \
  constexpr TileShapes kShapes = SHAPES;                                       \
  constexpr int kLanes = SHAPES.lanes;                                         \
  typedef float Vec __attribute__((vector_size(4 * kLanes), aligned(4)));      \
  inline Vec loadVec(const float *at) {                                        \
    return *reinterpret_cast<const Vec *>(at);                                 \
  }                                                                            \
  inline Vec broadcast(const float *at) {                                      \
    Vec vec;                                                                   \
    for (int i = 0; i < kLanes; ++i)                                           \
      vec[i] = *at;                                                            \
    return vec;                                                                \
  }                                                                            \
  template <int P, int Q, MacForm form>                                        \
  void tile(const TileStrides &s, int64_t lanes, float *d, const float *begin, \
            const float *a, const float *b, const float *addend) {             \
    constexpr bool bUniform =                                                  \
        form != MacForm::Plain && form != MacForm::FromUniform;                \
    constexpr bool beginUniform =                                              \
        form != MacForm::Plain && form != MacForm::ByUniform;                  \
    for (int64_t lane = 0; lane < lanes; lane += kLanes) {                     \
      Vec acc[P][Q];                                                           \
      for (int p = 0; p < P; ++p)                                              \
        for (int q = 0; q < Q; ++q) {                                          \
          const float *from = begin + p * s.beginP + q * s.beginQ;             \
          acc[p][q] = beginUniform ? broadcast(from) : loadVec(from + lane);   \
        }                                                                      \
      const float *nextA = a + lane, *nextB = bUniform ? b : b + lane;         \
      for (int64_t r = 0; r < s.reduction; ++r) {                              \
        Vec va[P];                                                             \
        for (int p = 0; p < P; ++p)                                            \
          va[p] = loadVec(nextA + p * s.aP);                                   \
        for (int q = 0; q < Q; ++q) {                                          \
          const float *from = nextB + q * s.bQ;                                \
          Vec vb = bUniform ? broadcast(from) : loadVec(from);                 \
          for (int p = 0; p < P; ++p)                                          \
            acc[p][q] = __builtin_elementwise_fma(va[p], vb, acc[p][q]);       \
        }                                                                      \
        nextA += s.aReduction;                                                 \
        nextB += s.bReduction;                                                 \
      }                                                                        \
      for (int p = 0; p < P; ++p)                                              \
        for (int q = 0; q < Q; ++q) {                                          \
          if (form == MacForm::Added)                                          \
            acc[p][q] =                                                        \
                loadVec(addend + p * s.addendP + q * s.addendQ + lane) +       \
                acc[p][q];                                                     \
          *reinterpret_cast<Vec *>(d + p * s.destinationP +                    \
                                   q * s.destinationQ + lane) = acc[p][q];     \
        }                                                                      \
    }                                                                          \
  }                                                                            \
  /* Q sums of one lane beside each other. */                                  \
  template <int Q>                                                             \
  void eachQ(const MacNest &n, int64_t o, int64_t p, int64_t q,                \
             int64_t lane) {                                                   \
    const float *a = n.a.at(n.lanes, o, p, q, lane);                           \
    const float *b = n.b.at(n.lanes, o, p, q, lane);                           \
    float acc[Q];                                                              \
    for (int i = 0; i < Q; ++i)                                                \
      acc[i] = *n.begin.at(n.lanes, o, p, q + i, lane);                        \
    for (int64_t r = 0; r < n.reduction; ++r) {                                \
      for (int i = 0; i < Q; ++i)                                              \
        acc[i] = __builtin_fmaf(*a, b[i * n.b.q * n.lanes], acc[i]);           \
      a += n.a.reduction * n.lanes;                                            \
      b += n.b.reduction * n.lanes;                                            \
    }                                                                          \
    for (int i = 0; i < Q; ++i)                                                \
      *n.destination.at(n.lanes, o, p, q + i, lane) = acc[i];                  \
  }                                                                            \
  void each(const MacNest &n) { /* All lanes, one by one. */                   \
    constexpr int64_t kSums = 8;                                               \
    for (int64_t o = 0; o < n.o; ++o)                                          \
      for (int64_t p = 0; p < n.p; ++p)                                        \
        for (int64_t lane = 0; lane < n.lanes; ++lane) {                       \
          int64_t q = 0;                                                       \
          for (; q + kSums <= n.q; q += kSums)                                 \
            eachQ<kSums>(n, o, p, q, lane);                                    \
          for (; q < n.q; ++q)                                                 \
            eachQ<1>(n, o, p, q, lane);                                        \
        }                                                                      \
  }                                                                            \
  template <int P, MacForm form, int Q = 1> TileFn pickQ(int64_t q) {          \
    if constexpr (Q < kShapes.mostQ[P])                                        \
      if (q > Q)                                                               \
        return pickQ<P, form, Q + 1>(q);                                       \
    return tile<P, Q, form>;                                                   \
  }                                                                            \
  template <MacForm form, int P = 1> TileFn pickP(int64_t p, int64_t q) {      \
    if constexpr (P < kP)                                                      \
      if (p > P)                                                               \
        return pickP<form, P + 1>(p, q);                                       \
    return pickQ<P, form>(q);                                                  \
  }                                                                            \
  TileFn pick(int64_t p, int64_t q, MacForm form) {                            \
    switch (form) {                                                            \
    case MacForm::Plain:                                                       \
      return pickP<MacForm::Plain>(p, q);                                      \
    case MacForm::FromUniform:                                                 \
      return pickP<MacForm::FromUniform>(p, q);                                \
    case MacForm::ByUniform:                                                   \
      return pickP<MacForm::ByUniform>(p, q);                                  \
    case MacForm::BothUniform:                                                 \
      return pickP<MacForm::BothUniform>(p, q);                                \
    case MacForm::Added:                                                       \
      return pickP<MacForm::Added>(p, q);                                      \
    }                                                                          \
  }

namespace {
namespace base {
WAFER_TILES(k16Registers)
} // namespace base
#if defined(__x86_64__) && defined(__clang__)
#define WAFER_HAS_LEVELS 1
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))),        \
                             apply_to = function)
namespace v3 {
WAFER_TILES(k16Registers)
} // namespace v3
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))),        \
                             apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))),           \
                             apply_to = function)
namespace v4 {
WAFER_TILES(k32Registers)
} // namespace v4
#pragma clang attribute pop
#pragma clang attribute pop
#endif

struct Level {
  TileFn (*pick)(int64_t p, int64_t q, MacForm form);
  void (*each)(const MacNest &);
  TileShapes shapes;
};
Level getLevel() {
#ifdef WAFER_HAS_LEVELS
  if (__builtin_cpu_supports("x86-64-v4"))
    return {v4::pick, v4::each, v4::kShapes};
  if (__builtin_cpu_supports("x86-64-v3"))
    return {v3::pick, v3::each, v3::kShapes};
#endif
  return {base::pick, base::each, base::kShapes};
}

} // namespace

/// Only nests on whole vectors have what is uniform or an addend.
static MacForm formOf(const MacNest &n) {
  if (n.addend)
    return MacForm::Added;
  if (n.b.isUniform)
    return n.begin.isUniform ? MacForm::BothUniform : MacForm::ByUniform;
  return n.begin.isUniform ? MacForm::FromUniform : MacForm::Plain;
}

/// The same nest with p and q in each other's place.
static MacNest exchange(MacNest n) {
  std::swap(n.p, n.q);
  std::swap(n.a, n.b);
  for (MacOperand *operand : {&n.destination, &n.begin, &n.a, &n.b})
    std::swap(operand->p, operand->q);
  return n;
}

void wafer::exec::runMacNest(const MacNest &n) {
  static const Level level = getLevel();
  if (n.lanes % level.shapes.lanes)
    return level.each(n.p > n.q ? exchange(n) : n);
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
                         scale(n.begin, n.begin.q),
                         n.addendP,
                         n.addendQ};
  MacForm form = formOf(n);
  for (int64_t strip = 0; strip < n.lanes; strip += kLanesInStrip) {
    int64_t lanes = std::min(kLanesInStrip, n.lanes - strip);
    for (int64_t o = 0; o < n.o; ++o)
      for (int64_t p = 0; p < n.p; p += kP) {
        int64_t ps = std::min(kP, n.p - p);
        int64_t tiles = (n.q - 1) / level.shapes.mostQ[ps] + 1;
        for (int64_t i = 0; i < tiles; ++i) {
          int64_t q = i * n.q / tiles, qs = (i + 1) * n.q / tiles - q;
          level.pick(ps, qs, form)(
              strides, lanes, n.destination.at(n.lanes, o, p, q, strip),
              n.begin.at(n.lanes, o, p, q, strip),
              n.a.at(n.lanes, o, p, q, strip), n.b.at(n.lanes, o, p, q, strip),
              n.addend ? n.addend + p * n.addendP + q * n.addendQ + strip
                       : nullptr);
        }
      }
  }
}
