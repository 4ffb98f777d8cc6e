//===- Streams.h - unbounded channels between groups ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_STREAMS_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_STREAMS_H

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

namespace wafer::exec {

/// Consecutive elements of a stream: `count` rows of one word for each lane of
/// the writer.
struct Chunk {
  uint64_t first = 0, count = 0;
  std::vector<uint32_t> words;
};

/// What the lanes of one writer send on one colour, stored once for all
/// readers.
class Stream {
public:
  explicit Stream(uint32_t lanes) : lanes(lanes) {}

  uint32_t getLanes() const { return lanes; }
  uint64_t getEnd() const { return end; }
  uint64_t getBegin() const {
    return chunks.empty() ? end : chunks.front().first;
  }

  /// Adds rows; the caller fills them before anyone reads.
  Chunk &push(uint64_t count) {
    chunks.emplace_back();
    Chunk &chunk = chunks.back();
    chunk.first = end;
    chunk.count = count;
    chunk.words.resize(count * lanes);
    end += count;
    return chunk;
  }

  /// The chunk that holds `element`, which must be there.
  const Chunk &find(uint64_t element) const {
    auto it = std::upper_bound(
        chunks.begin(), chunks.end(), element,
        [](uint64_t e, const Chunk &chunk) { return e < chunk.first; });
    return *(it - 1);
  }
  const uint32_t *row(uint64_t element) const {
    const Chunk &chunk = find(element);
    return chunk.words.data() + (element - chunk.first) * lanes;
  }

  /// Readers: their cursors, and the group to wake.
  struct ReaderRef {
    uint32_t group, reader;
  };
  std::vector<ReaderRef> readers;
  /// A feed that waits for its readers, or UINT32_MAX.
  uint32_t waitingFeed = UINT32_MAX;

  /// Forgets what lies before `element`.
  void dropBefore(uint64_t element) {
    while (!chunks.empty() &&
           chunks.front().first + chunks.front().count <= element)
      chunks.pop_front();
  }

private:
  uint32_t lanes;
  uint64_t end = 0;
  std::deque<Chunk> chunks;
};

/// How a group reads a colour: where each of its lanes finds its word in a row
/// of the stream.
struct Reader {
  /// Index of the stream; UINT32_MAX if nobody writes in this epoch.
  uint32_t stream = UINT32_MAX;
  uint64_t cursor = 0;
  enum class Kind : uint8_t { Same, Scalar, Gather } kind = Kind::Same;
  /// Scalar: the lane. Gather: the writer's lane for each lane.
  uint32_t lane = 0;
  std::vector<uint32_t> lanes;
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_STREAMS_H
