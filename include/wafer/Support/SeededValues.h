//===- SeededValues.h - tensors that a seed stands for ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_SUPPORT_SEEDEDVALUES_H
#define WAFER_SUPPORT_SEEDEDVALUES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace wafer {

/// What the elements of a seeded tensor are drawn from.
enum class SeededDistribution { Uniform, Normal };

/// The elements of a tensor as a function of their index, so that any range of
/// any tensor is computed by itself, in any order, on any machine, to the same
/// bits. docs/WaferFile.md ("Seeded constants") is the definition:
///
///   z(i)  output number base + i of SplitMix64 seeded with `seed`
///   v(i)  uniform: 2·(z >> 40) + 1 - 2^24
///         normal:  the sum of the four 16-bit parts of z, minus 131070
///   x(i)  v·c + mean, in f32, each operation rounded, where
///         c = scale/2^24 (uniform) or scale/37837.2265625 (normal)
///
/// So uniform values lie in (mean - scale, mean + scale), normal ones have the
/// standard deviation `scale` and end at 3.46 times that. Narrower types hold
/// x(i) rounded to nearest, ties to even.
struct SeededValues {
  SeededDistribution distribution = SeededDistribution::Normal;
  /// Of both only 63 bits are used, and base + the count of elements has to fit
  /// in them as well.
  uint64_t seed = 0, base = 0;
  /// Finite; `scale` is not negative.
  float scale = 1, mean = 0;

  /// x(first), x(first + 1), ... as f32, or rounded to f16 or bf16.
  void generate(uint64_t first, llvm::MutableArrayRef<float> out) const;
  void generateF16(uint64_t first, llvm::MutableArrayRef<uint16_t> out) const;
  void generateBF16(uint64_t first, llvm::MutableArrayRef<uint16_t> out) const;

  bool operator==(const SeededValues &other) const;
};

/// "uniform", "normal".
llvm::StringRef stringifySeededDistribution(SeededDistribution distribution);

/// Where ONNX's external data has the name of a file, these tensors have
///   wafer-seeded:normal?seed=7&base=0&scale=0.02&mean=0
/// which no file is called, so that readers that do not know it say so.
std::string makeSeededLocation(const SeededValues &values);
/// True if a location is meant to be such a one.
bool isSeededLocation(llvm::StringRef location);
/// Reads a location. `scale`, `mean` and `base` may be absent (1, 0, 0), order
/// is free; anything else is an error.
llvm::Expected<SeededValues> parseSeededLocation(llvm::StringRef location);

} // namespace wafer

#endif // WAFER_SUPPORT_SEEDEDVALUES_H
