//===- Rows.cpp - what fabric operands read ---------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

/// A thread that waits lets no more elements than this pile up.
static constexpr uint64_t kMostAwaited = 1 << 12;

/// nullptr if nobody writes what the source reads.
Reader *Engine::readerOf(Group &group, const Operand &source) {
  int colour = group.inColours[source.queue];
  if (colour < 0 || !group.readers[colour].isConnected())
    return nullptr;
  return &group.readers[colour];
}

/// The end of what all of a reader's streams hold.
uint64_t Engine::countThere(const Reader &reader) const {
  uint64_t end = UINT64_MAX;
  for (const ReaderPart &part : reader.parts)
    end = std::min(end, streams[part.stream].getEnd());
  return reader.parts.empty() ? 0 : end;
}

/// Rows from the cursor on that lie in one chunk of each of its streams.
uint64_t Engine::countReadable(Reader &reader) {
  uint64_t rows = UINT64_MAX;
  for (ReaderPart &part : reader.parts) {
    if (!part.chunk) {
      if (streams[part.stream].getEnd() <= reader.cursor)
        return 0;
      part.chunk = &streams[part.stream].at(part.number);
    }
    rows = std::min(rows, part.chunk->getEnd() - reader.cursor);
  }
  return rows;
}

/// Points, up to `wanted`, for which all fabric sources have elements, in one
/// chunk unless that holds less than a point.
uint64_t Engine::available(Group &group, const Instruction &in,
                           uint64_t wanted) {
  for (unsigned i = 0; i < in.numSources && wanted; ++i) {
    if (in.sources[i].kind != Operand::Kind::Queue)
      continue;
    Reader *reader = readerOf(group, in.sources[i]);
    if (!reader)
      return 0;
    uint64_t uses = (1 + readsTwice(in)), rows = countReadable(*reader);
    if (rows < uses)
      rows = std::min(uses, countThere(*reader) - reader->cursor);
    wanted = std::min(wanted, rows / uses);
  }
  return wanted;
}

/// The thread waits: for what the next `points` points read, if that is not too
/// much. Elements that nobody keeps may be any number.
void Engine::askToWake(Group &group, const Instruction &in, uint64_t points) {
  bool isKept = in.destination.kind != Operand::Kind::Discard;
  for (unsigned i = 0; i < in.numSources; ++i)
    if (in.sources[i].kind == Operand::Kind::Queue)
      if (Reader *reader = readerOf(group, in.sources[i]))
        reader->wakeAt =
            reader->cursor +
            std::max<uint64_t>(1, isKept ? std::min(points, kMostAwaited)
                                         : points) *
                (1 + readsTwice(in));
}

/// Moves a reader on.
void Engine::skip(Reader &reader, uint64_t rows) {
  reader.cursor += rows;
  reader.wakeAt = UINT64_MAX;
  for (ReaderPart &part : reader.parts) {
    Stream &stream = streams[part.stream];
    bool hasReleased = false;
    while (true) {
      if (!part.chunk) {
        if (stream.getEnd() <= reader.cursor)
          break;
        part.chunk = &stream.at(part.number);
      }
      if (part.chunk->getEnd() > reader.cursor)
        break;
      stream.release(part.number++);
      part.chunk = nullptr;
      hasReleased = true;
      if (stream.getEnd() <= reader.cursor)
        break;
    }
    if (hasReleased && stream.waitingFeed != UINT32_MAX &&
        stream.getEnd() - stream.getBegin() <= kRowsAhead / 2) {
      uint32_t feed = stream.waitingFeed.exchange(UINT32_MAX);
      if (feed != UINT32_MAX)
        wakeFeed(feed);
    }
  }
}

/// `rows` rows of a reader from its cursor on, without moving it. In the
/// answer, row r of lane l is at `r * rowWords` words and `l * laneBytes`
/// bytes.
const uint32_t *Engine::rowsOf(Group &group, Reader &reader, uint64_t rows,
                               std::vector<uint32_t> &scratch,
                               int64_t &rowWords, int64_t &laneBytes) {
  bool isScalar = reader.kind == Reader::Kind::Scalar;
  laneBytes = isScalar ? 0 : 4;
  if (reader.kind != Reader::Kind::Gather && countReadable(reader) >= rows) {
    const Chunk &chunk = *reader.parts.front().chunk;
    rowWords = streams[reader.parts.front().stream].getLanes();
    return chunk.buffer.words.get() + (reader.cursor - chunk.first) * rowWords +
           reader.first;
  }
  rowWords = isScalar ? 1 : group.pitch;
  scratch.resize(rows * rowWords);
  for (ReaderPart &part : reader.parts) {
    Stream &stream = streams[part.stream];
    const Chunk *chunk = part.chunk;
    uint64_t number = part.number;
    for (uint64_t r = 0; r < rows; ++r) {
      uint64_t element = reader.cursor + r;
      while (!chunk || chunk->getEnd() <= element)
        chunk = &stream.at(chunk ? ++number : number);
      const uint32_t *from = chunk->buffer.words.get() +
                             (element - chunk->first) * stream.getLanes();
      uint32_t *to = scratch.data() + r * rowWords;
      if (isScalar)
        *to = from[reader.first];
      else
        for (const LaneRun &run : part.runs)
          std::copy_n(from + run.from, run.count, to + run.to);
    }
  }
  return scratch.data();
}
