//===- Streams.h - unbounded channels between groups ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A stream has one writer and any number of readers, which may run on several
// threads. Elements lie in chunks that never move: a reader holds on to the
// chunk that it is in, so that only going to the next one takes the lock.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_EXECUTOR_FUNCTIONAL_STREAMS_H
#define WAFER_LIB_EXECUTOR_FUNCTIONAL_STREAMS_H

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace wafer::exec {

/// Rows of a feed that may wait unread before it pauses, until half are read.
constexpr uint64_t kRowsAhead = 1 << 13;

/// Words that nobody has initialised.
struct WordBuffer {
  std::unique_ptr<uint32_t[]> words;
  uint64_t size = 0;
  WordBuffer() = default;
  explicit WordBuffer(uint64_t size) : words(new uint32_t[size]), size(size) {}
};

/// Buffers of chunks, kept by each thread: the one that was freed last is still
/// in its cache.
class WordPool {
public:
  static WordPool &ofThread() {
    static thread_local WordPool pool;
    return pool;
  }
  WordBuffer obtain(uint64_t size) {
    std::vector<WordBuffer> &own = spare[classOf(size)];
    if (own.empty())
      return WordBuffer(uint64_t(1) << classOf(size));
    WordBuffer buffer = std::move(own.back());
    own.pop_back();
    held -= buffer.size;
    return buffer;
  }
  void giveBack(WordBuffer buffer) {
    if (held + buffer.size > kMostWords)
      return;
    held += buffer.size;
    spare[classOf(buffer.size)].push_back(std::move(buffer));
  }

private:
  static constexpr uint64_t kMostWords = 1 << 28;
  std::array<std::vector<WordBuffer>, 64> spare; // By log2 of the size.
  uint64_t held = 0;
  static unsigned classOf(uint64_t size) {
    unsigned log = 0;
    while ((uint64_t(1) << log) < size)
      ++log;
    return log;
  }
};

/// Consecutive elements of a stream: `count` rows of one word for each lane of
/// the writer.
struct Chunk {
  uint64_t first = 0, count = 0;
  WordBuffer buffer;
  /// Readers that are not through with it.
  uint32_t unread = 0;
  uint64_t getEnd() const { return first + count; }
};

/// What the lanes of one writer send on one colour, stored once for all
/// readers.
class Stream {
public:
  explicit Stream(uint32_t lanes) : lanes(lanes) {}

  uint32_t getLanes() const { return lanes; }
  uint64_t getEnd() const { return end; }
  /// The first element that some reader has not passed.
  uint64_t getBegin() const { return begin; }

  /// Room for `rows` rows.
  WordBuffer obtain(uint64_t rows) {
    return WordPool::ofThread().obtain(rows * lanes);
  }

  /// Adds rows that are filled already. Without readers they are lost.
  void push(uint64_t rows, WordBuffer buffer) {
    std::lock_guard<std::mutex> guard(lock);
    if (!readers.empty()) {
      Chunk &chunk = chunks.emplace_back();
      chunk.first = end;
      chunk.count = rows;
      chunk.buffer = std::move(buffer);
      chunk.unread = readers.size();
    }
    end = end + rows;
    if (readers.empty())
      begin = end.load();
  }

  /// The chunk of that number, counted from the first one ever; it stays until
  /// all readers have released it.
  const Chunk &at(uint64_t number) {
    std::lock_guard<std::mutex> guard(lock);
    return chunks[number - firstNumber];
  }
  /// A reader is through with a chunk.
  void release(uint64_t number) {
    std::lock_guard<std::mutex> guard(lock);
    --chunks[number - firstNumber].unread;
    while (!chunks.empty() && chunks.front().unread == 0) {
      WordPool::ofThread().giveBack(std::move(chunks.front().buffer));
      begin = chunks.front().getEnd();
      chunks.pop_front();
      ++firstNumber;
    }
  }

  /// Readers: the group to wake and its reader.
  struct ReaderRef {
    uint32_t group, reader;
  };
  /// Fixed before the first element.
  std::vector<ReaderRef> readers;
  /// A feed that waits for its readers, or UINT32_MAX.
  std::atomic<uint32_t> waitingFeed{UINT32_MAX};

private:
  uint32_t lanes;
  std::atomic<uint64_t> begin{0}, end{0};
  std::mutex lock;
  std::deque<Chunk> chunks;
  uint64_t firstNumber = 0;
};

/// A run of lanes that lie side by side in both the reader and the writer.
struct LaneRun {
  uint32_t to, from, count;
};

/// Where some lanes of a reader find their words in a row of a stream.
struct ReaderPart {
  uint32_t stream = UINT32_MAX;
  std::vector<LaneRun> runs;
  /// The chunk that holds the reader's next element, if it is known; its
  /// number.
  const Chunk *chunk = nullptr;
  uint64_t number = 0;
};

/// How a group reads a colour. All lanes have read as many elements.
struct Reader {
  /// None if nobody writes in this epoch.
  std::vector<ReaderPart> parts;
  uint64_t cursor = 0;
  /// Direct: row begins at word `first` of the only part's row. Scalar: all
  /// lanes read word `first`. Gather: rows are put together from runs.
  enum class Kind : uint8_t { Direct, Scalar, Gather } kind = Kind::Direct;
  uint32_t first = 0;
  /// The group wants to run when this many elements are there.
  std::atomic<uint64_t> wakeAt{UINT64_MAX};

  Reader() = default;
  Reader(Reader &&other)
      : parts(std::move(other.parts)), cursor(other.cursor), kind(other.kind),
        first(other.first), wakeAt(other.wakeAt.load()) {}
  bool isConnected() const { return !parts.empty(); }
};

} // namespace wafer::exec

#endif // WAFER_LIB_EXECUTOR_FUNCTIONAL_STREAMS_H
