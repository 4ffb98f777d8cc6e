//===- Feeds.cpp - ports send their elements --------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

/// Words that a feed sends in one go.
static constexpr uint64_t kWordsInPiece = 1 << 13;

/// Goes on to the next feed of the ports while the current one has no element
/// left; false if there is none.
bool Engine::settle(FeedRun &feed) {
  const PortStream &first = fabric.ports[feed.ports.front()];
  while (!feed.isDone &&
         (feed.cursors.empty() || feed.cursors.front().isDone())) {
    if (!feed.cursors.empty())
      ++feed.current;
    feed.cursors.clear();
    feed.words.clear();
    if (feed.current >= first.feeds.size()) {
      feed.isDone = true;
      break;
    }
    for (uint32_t port : feed.ports) {
      const PortStream &stream = fabric.ports[port];
      const Feed &op = *stream.feeds[feed.current];
      feed.cursors.emplace_back(op.nest,
                                ExprValues{stream.p.x, stream.p.y, launch});
      feed.words.emplace_back(memory, op.host);
    }
  }
  return !feed.isDone;
}

/// Takes up to `most` elements of each port, a row of all ports after the
/// other. False if one does not exist.
bool Engine::takeRows(FeedRun &feed, uint64_t most,
                      std::vector<uint32_t> &rows) {
  const PortStream &first = fabric.ports[feed.ports.front()];
  const Feed &op = *first.feeds[feed.current];
  size_t lanes = feed.ports.size();
  uint64_t count = 0;
  for (auto [lane, port] : llvm::enumerate(feed.ports)) {
    NestCursor &cursor = feed.cursors[lane];
    HostWords &words = feed.words[lane];
    for (uint64_t r = 0; r < most && !cursor.isDone();) {
      NestStep step = cursor.getStep();
      int64_t steps = std::min<int64_t>(step.count, most - r);
      int64_t last = step.index + (steps - 1) * step.stride;
      if (int64_t low = std::min(step.index, last),
          high = std::max(step.index, last);
          low < 0 || high >= words.size()) {
        fail(FailureKind::BadAccess,
             "element " + std::to_string(low < 0 ? low : high) +
                 " of host tensor @" + pe::HostOp(op.host).getSymName().str() +
                 " does not exist: " + describe(pe::FeedOp(op.op)));
        return false;
      }
      if (lane == 0)
        rows.resize((r + steps) * lanes);
      count = std::max(count, r + steps);
      words.read(step.index, step.stride, steps, rows.data() + r * lanes + lane,
                 lanes);
      r += steps;
      cursor.advance(steps);
    }
  }
  return true;
}

/// What nobody has read waits for the next section.
void Engine::keepUnread(FeedRun &feed) {
  Stream &stream = streams[feed.stream];
  if (stream.readers.empty())
    return;
  const Stream::ReaderRef &ref = stream.readers.front();
  Reader &reader = groups[ref.group].readers[ref.reader];
  ReaderPart &part = *llvm::find_if(reader.parts, [&](const ReaderPart &part) {
    return part.stream == feed.stream;
  });
  uint64_t element = reader.cursor, number = part.number;
  while (element < stream.getEnd()) {
    const Chunk &chunk = stream.at(number++);
    llvm::append_range(
        feed.pending,
        llvm::ArrayRef(chunk.buffer.words.get() +
                           (element - chunk.first) * stream.getLanes(),
                       (chunk.getEnd() - element) * stream.getLanes()));
    element = chunk.getEnd();
  }
}

/// Sends a piece. True if it could send another one.
bool Engine::runFeed(uint32_t id) {
  FeedRun &feed = feeds[id];
  if (!settle(feed))
    return false;
  const PortStream &first = fabric.ports[feed.ports.front()];
  unsigned colour = first.colour;
  bool isByStream = !module.streams.empty();
  for (uint32_t port : feed.ports)
    if (!isByStream &&
        !fabric.routeMap.find(epoch, colour, fabric.ports[port].p)) {
      std::string text;
      llvm::raw_string_ostream(text)
          << "a feed enters PE " << fabric.ports[port].p << " on colour "
          << colour << " and finds no route: "
          << describe(pe::FeedOp(first.feeds[feed.current]->op));
      fail(FailureKind::BadRoute, text);
      return false;
    }
  bool isSwitched = sources.isSwitched(colour);
  uint32_t streamId = isSwitched ? UINT32_MAX : feed.stream;
  if (!isSwitched) {
    Stream &stream = streams[streamId];
    if (infos[streamId].leak && infos[streamId].leak->isBadRoute) {
      fail(FailureKind::BadRoute, infos[streamId].leak->text + ", sent by " +
                                      nameWriter(infos[streamId]));
      return false;
    }
    if (isPart && stream.readers.empty())
      return false; // Another section reads them.
    bool isLive =
        isByStream ||
        fabric.routeMap.find(epoch, colour, first.p)->positions.front().input ==
            first.side;
    if (infos[streamId].leak || stream.readers.empty() || !isLive) {
      ++stuck;
      std::lock_guard<std::mutex> guard(failureLock);
      stuckText = module.nameChannel(colour) + " is not read, sent by " +
                  nameWriter(infos[streamId]);
      return false;
    }
    auto isAhead = [&] {
      return stream.getEnd() - stream.getBegin() > kRowsAhead;
    };
    if (isAhead()) { // Readers that go on between the two looks wake nobody.
      stream.waitingFeed = id;
      if (isAhead())
        return false;
      stream.waitingFeed = UINT32_MAX;
    }
  }
  uint32_t lanes = feed.ports.size();
  std::vector<uint32_t> rows;
  if (!takeRows(feed, std::max<uint64_t>(1, kWordsInPiece / lanes), rows))
    return false;
  uint64_t count = rows.size() / lanes;
  feed.counters.sent += rows.size();
  progress.fed += rows.size();
  if (isSwitched) {
    for (uint64_t r = 0; r < count; ++r) {
      ++feed.counters.hops;
      uint32_t pe = peAt(first.p);
      Delivery origin =
          originOf(colour, Source::ofPort(feed.ports.front()), false);
      if (!inject(colour, pe, first.side, {rows[r], false, origin}))
        return false;
    }
  } else {
    feed.counters.hops += infos[streamId].links * count;
    WordBuffer buffer = streams[streamId].obtain(count);
    llvm::copy(rows, buffer.words.get());
    streams[streamId].push(count, std::move(buffer));
    announce(streamId);
  }
  return true;
}
