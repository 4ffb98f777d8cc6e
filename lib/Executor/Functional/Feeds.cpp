//===- Feeds.cpp - ports send their elements --------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

/// Words that a feed sends in one go, and rows that may wait unread before it
/// pauses.
static constexpr uint64_t kWordsInPiece = 1 << 14, kRowsAhead = 1 << 15;

/// Goes on to the next feed of the ports while the current one has no element
/// left; false if there is none.
bool Engine::settle(FeedRun &feed) {
  const PortStream &first = ports[feed.ports.front()];
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
      const PortStream &stream = ports[port];
      const Feed &op = *stream.feeds[feed.current];
      feed.cursors.emplace_back(op.nest,
                                ExprValues{stream.p.x, stream.p.y, launch});
      feed.words.emplace_back(memory, op.host);
    }
  }
  return !feed.isDone;
}

/// Sends a piece. True if it did.
bool Engine::runFeed(uint32_t id) {
  FeedRun &feed = feeds[id];
  if (!settle(feed))
    return false;
  const PortStream &first = ports[feed.ports.front()];
  unsigned colour = first.colour;
  bool isByStream = !module.streams.empty();
  for (uint32_t port : feed.ports)
    if (!isByStream && !routeMap.find(epoch, colour, ports[port].p)) {
      std::string text;
      llvm::raw_string_ostream(text)
          << "a feed enters PE " << ports[port].p << " on colour " << colour
          << " and finds no route: "
          << describe(pe::FeedOp(first.feeds[feed.current]->op));
      fail(FailureKind::BadRoute, text);
      return false;
    }
  bool isSwitched = sources.isSwitched(colour);
  uint32_t streamId = isSwitched ? UINT32_MAX : streamOfPorts(id);
  if (!isSwitched) {
    Stream &stream = streams[streamId];
    if (infos[streamId].leak && infos[streamId].leak->isBadRoute) {
      fail(FailureKind::BadRoute,
           infos[streamId].leak->text + ", sent by " + infos[streamId].writer);
      return false;
    }
    bool isLive =
        isByStream ||
        routeMap.find(epoch, colour, first.p)->positions.front().input ==
            first.side;
    if (infos[streamId].leak || stream.readers.empty() || !isLive) {
      ++stuck;
      stuckText = module.nameChannel(colour) + " is not read, sent by " +
                  infos[streamId].writer;
      return false;
    }
    if (stream.getEnd() - stream.getBegin() > kRowsAhead) {
      stream.waitingFeed = id;
      return false;
    }
  }
  uint32_t lanes = feed.ports.size();
  const Feed &op = *first.feeds[feed.current];
  std::vector<uint32_t> rows;
  uint64_t count = 0;
  for (; count < std::max<uint64_t>(1, kWordsInPiece / lanes) &&
         !feed.cursors.front().isDone();
       ++count)
    for (auto [cursor, words] : llvm::zip_equal(feed.cursors, feed.words)) {
      int64_t index = cursor.getIndex();
      if (index < 0 || index >= words.size()) {
        fail(FailureKind::BadAccess,
             "element " + std::to_string(index) + " of host tensor @" +
                 pe::HostOp(op.host).getSymName().str() +
                 " does not exist: " + describe(pe::FeedOp(op.op)));
        return false;
      }
      rows.push_back(words[index]);
      cursor.advance();
    }
  result.waveletsSent += count * lanes;
  if (isSwitched) {
    for (uint64_t r = 0; r < count; ++r) {
      ++result.waveletHops;
      uint32_t pe = peAt(first.p);
      Delivery origin =
          originOf(colour, Source::ofPort(feed.ports.front()), false);
      if (!inject(colour, pe, first.side, {rows[r], false, origin}))
        return false;
    }
  } else {
    Chunk &chunk = streams[streamId].push(count);
    chunk.words = std::move(rows);
    announce(streamId, count);
  }
  wakeFeed(id);
  return true;
}
