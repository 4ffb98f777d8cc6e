//===- MemoryAllocator.h - offsets for buffers on a mesh -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Buffers of regions of PEs, each with one offset on all its PEs and a life in
// time. Two buffers interfere if some PE has both and their lives meet; then
// their bytes must be apart. No IR.
//
// The cost follows the number of buffers (squared) and of rectangles in their
// regions, never the number of PEs. The same problem has the same answer.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ALLOCATE_MEMORYALLOCATOR_H
#define WAFER_ALLOCATE_MEMORYALLOCATOR_H

#include "wafer/Support/Region.h"

#include <string>
#include <vector>

namespace wafer {

/// Bytes that live on the PEs of a region from time `first` to time `last`,
/// both included.
struct MemoryBuffer {
  std::string name;
  int64_t sizeInBytes = 0;
  Region region;
  int64_t first = 0;
  int64_t last = 0;
  /// The offset that it has to have.
  std::optional<int64_t> fixedOffset;

  bool interferes(const MemoryBuffer &other) const;
};

struct MemoryProblem {
  /// Offsets in bytes that may be used: [begin, end).
  int64_t begin = 0;
  int64_t end = 0;
  /// Every offset is a multiple of it.
  int64_t alignment = 4;
  std::vector<MemoryBuffer> buffers;

  /// True if sizes and lives are positive, and fixed offsets aligned, inside
  /// SRAM and apart. Otherwise `error` says what is wrong.
  bool check(std::string &error) const;
};

struct MemoryAnswer {
  /// Of each buffer of the problem, in bytes.
  std::vector<int64_t> offsets;
  /// One more than the last byte used on any PE.
  int64_t end = 0;
};

/// Why there is no answer.
struct MemoryFailure {
  /// The PEs with most bytes in use at once, and when.
  Region region;
  int64_t time = 0;
  int64_t neededBytes = 0;
  int64_t usableBytes = 0;
  /// Buffers that live there then, the largest first.
  std::vector<unsigned> buffers;
  /// True if the bytes would suffice, but no placement without overlap was
  /// found; then `neededBytes` is what the best placement takes.
  bool fragmented = false;
  std::string message;
};

/// Finds offsets. First fit in several orders; a buffer that does not fit moves
/// to the front of the order, a bounded number of times. If that fails though
/// the bytes suffice, buffers of the best order are exchanged, a bounded number
/// of times.
bool allocate(const MemoryProblem &problem, MemoryAnswer &answer,
              MemoryFailure &failure);

/// Checks an answer, knowing nothing of how it was found.
bool verify(const MemoryProblem &problem, const MemoryAnswer &answer,
            std::string &error);

} // namespace wafer

#endif // WAFER_ALLOCATE_MEMORYALLOCATOR_H
