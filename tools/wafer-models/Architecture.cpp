//===- Architecture.cpp - sizes of the models that are written --*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Architecture.h"

namespace wafer::models {

// Sources: docs/Models.md.
static constexpr Architecture kArchitectures[] = {
    {"gpt3-xl", Family::Gpt2, /*hidden=*/2048, /*heads=*/16, /*layers=*/24,
     /*ffn=*/8192, /*vocabulary=*/50257, /*rotary=*/0, /*positions=*/2048},
    {"gpt3-13b", Family::Gpt2, 5120, 40, 40, 20480, 50257, 0, 2048},
    {"gpt-j-6b", Family::GptJ, 4096, 16, 28, 16384, 50400, 64, 2048},
    {"gpt-neox-20b", Family::GptNeoX, 6144, 64, 44, 24576, 50432, 24, 2048},
};

llvm::ArrayRef<Architecture> getArchitectures() { return kArchitectures; }

static llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// Every size and every product of two sizes that stands in a shape stays far
/// from 63 bits.
static constexpr int64_t kLargestSize = int64_t(1) << 28;
/// Rotary tables and position ids are in the file itself, which protobuf limits
/// to 2 GiB.
static constexpr int64_t kMostPositions = int64_t(1) << 20;

llvm::Error Selection::check() const {
  const Architecture &a = architecture;
  const std::pair<const char *, int64_t> sizes[] = {
      {"batch", batch},      {"sequence", sequence},
      {"hidden", a.hidden},  {"heads", a.heads},
      {"ffn", a.ffn},        {"vocab", a.vocabulary},
      {"layers", numLayers}, {"positions", a.positions}};
  for (auto [name, size] : sizes)
    if (size < 1 || size > kLargestSize)
      return makeError(llvm::Twine("--") + name + " lies between 1 and " +
                       llvm::Twine(kLargestSize) + ", found " +
                       llvm::Twine(size));
  if (a.hidden % a.heads != 0)
    return makeError("hidden is a multiple of heads, found " +
                     llvm::Twine(a.hidden) + " and " + llvm::Twine(a.heads));
  bool hasRotary = a.family != Family::Gpt2;
  if (!hasRotary && a.rotary != 0)
    return makeError(a.name +
                     " has learned positions and no rotary embedding, "
                     "found --rotary=" +
                     llvm::Twine(a.rotary));
  if (hasRotary &&
      (a.rotary < 2 || a.rotary % 2 != 0 || a.rotary > a.getHeadSize()))
    return makeError("rotary is even and between 2 and the size of a head, " +
                     llvm::Twine(a.getHeadSize()) + ", found " +
                     llvm::Twine(a.rotary));
  if (sequence > a.positions)
    return makeError(a.name + " has " + llvm::Twine(a.positions) +
                     " positions, found a sequence of " +
                     llvm::Twine(sequence) + ": more need --positions");
  if (batch * sequence > kMostPositions)
    return makeError("batch times sequence is at most " +
                     llvm::Twine(kMostPositions) + ", found " +
                     llvm::Twine(batch) + " and " + llvm::Twine(sequence));
  if (firstLayer < 0 || firstLayer + numLayers > a.layers)
    return makeError(a.name + " has " + llvm::Twine(a.layers) +
                     " layers, found " + llvm::Twine(numLayers) +
                     " layers from layer " + llvm::Twine(firstLayer) + " on");
  return llvm::Error::success();
}

} // namespace wafer::models
