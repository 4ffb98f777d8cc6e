//===- Check.cpp - judges the end of a launch -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

using namespace wafer;
using namespace wafer::exec;

using State = LaneThread::State;

/// Wavelets that have arrived and that nobody has read; with `report`, a line
/// for each place.
uint64_t Engine::countUnread(bool report, FailureKind kind) {
  constexpr size_t kMaxLines = 16;
  uint64_t unread = 0;
  auto say = [&](Point p, unsigned colour, uint64_t count, const char *what) {
    unread += count;
    std::string text;
    llvm::raw_string_ostream(text)
        << "PE " << p << ", " << module.nameChannel(colour) << ": " << count
        << " " << what;
    if (report && count && result.diagnostics.size() < kMaxLines)
      fail(kind, text);
  };
  for (const Group &group : groups)
    for (auto [colour, reader] : llvm::enumerate(group.readers))
      if (reader.isConnected())
        say(pointOf(group.pes.front()), colour,
            (countThere(reader) - reader.cursor) * group.lanes(),
            group.lanes() > 1 ? "not read here and in PEs like it"
                              : "not read");
  for (const auto &[place, router] : switchRouters)
    for (const std::deque<Item> &input : router.inputs)
      say(pointOf(place.second), place.first, input.size(),
          "at an input of the router that is not live");
  if (countStuck() && report)
    fail(kind, stuckText);
  return unread;
}

uint64_t Engine::countStuck() const {
  uint64_t count = stuck;
  for (const Group &group : groups)
    count += group.stuck;
  return count;
}

/// A section has read what it has sent: then the sections, run one after the
/// other, did what the programs do as a whole. Feeds may be ahead, by the same
/// number of elements for all of their readers.
void Engine::checkPart() {
  auto refuse = [&](const llvm::Twine &what) {
    fail(FailureKind::NotQuiescent, "at the end of a section " + what.str());
  };
  for (const Group &group : groups)
    for (const LaneThread &thread : group.threads)
      if (thread.state != State::Idle)
        return refuse(nameOf(group) + " still runs");
  if (countStuck())
    return refuse(stuckText);
  llvm::BitVector ofFeeds(streams.size());
  for (const FeedRun &feed : feeds)
    ofFeeds.set(feed.stream);
  for (uint32_t id = 0; id < streams.size(); ++id) {
    Stream &stream = streams[id];
    if (!ofFeeds[id] && stream.getEnd() > 0 &&
        infos[id].connected != infos[id].deliveries)
      return refuse("not all readers have read what was sent by " +
                    nameWriter(infos[id]));
    uint64_t cursor = UINT64_MAX;
    for (Stream::ReaderRef ref : stream.readers) {
      uint64_t other = groups[ref.group].readers[ref.reader].cursor;
      if ((cursor != UINT64_MAX && cursor != other) ||
          (!ofFeeds[id] && other != stream.getEnd()))
        return refuse("not all readers have read what was sent by " +
                      nameWriter(infos[id]));
      cursor = other;
    }
    if (ofFeeds[id] && cursor != UINT64_MAX && cursor > 0 &&
        infos[id].connected != infos[id].deliveries)
      return refuse("not all readers have read " + nameWriter(infos[id]));
  }
  for (FeedRun &feed : feeds)
    keepUnread(feed);
}

/// E36, E61.
void Engine::checkEnd() {
  for (const Group &group : groups)
    for (const LaneThread &thread : group.threads)
      if (thread.state != State::Idle)
        return reportBlocked();
  uint64_t left =
      countUnread(/*report=*/false, FailureKind::NotQuiescent) + countStuck();
  for (FeedRun &feed : feeds)
    left += settle(feed);
  if (!left)
    return;
  fail(FailureKind::NotQuiescent,
       std::to_string(left) + " wavelets are left at the end of launch " +
           std::to_string(launch));
  countUnread(/*report=*/true, FailureKind::NotQuiescent);
}

void Engine::reportBlocked() {
  std::vector<Wait> waits;
  for (const Group &group : groups) {
    Point p = pointOf(group.pes.front());
    for (auto [index, thread] : llvm::enumerate(group.threads)) {
      if (thread.state == State::Idle)
        continue;
      Wait wait{p, static_cast<unsigned>(index), "", thread.instruction->op,
                std::nullopt};
      llvm::raw_string_ostream os(wait.reason);
      if (thread.state == State::AtBarrier) {
        os << "waits at the barrier";
        for (const Group &other : groups)
          if (other.threads.front().state != State::AtBarrier) {
            os << " for the main thread";
            wait.waitsFor = pointOf(other.pes.front());
            break;
          }
      } else if (thread.state != State::Running) {
        os << "waits for its microthreads";
      } else {
        for (const Operand &source : thread.instruction->sources) {
          if (source.kind != Operand::Kind::Queue)
            continue;
          int colour = group.inColours[source.queue];
          uint64_t wanted = 1 + readsTwice(*thread.instruction);
          if (colour >= 0 && group.readers[colour].cursor + wanted <=
                                 countThere(group.readers[colour]))
            continue;
          os << "waits for ";
          bool isByStream = !module.streams.empty();
          if (!isByStream)
            os << "in(" << source.queue << ")";
          if (colour < 0) {
            os << ", which has no colour";
            break;
          }
          os << (isByStream ? "" : ", ") << module.nameChannel(colour) << ",";
          Source from =
              sources.isSwitched(colour)
                  ? Source()
                  : sources.get(epoch, colour).getSource(group.pes.front());
          if (from.isPE())
            wait.waitsFor = pointOf(from.id);
          else
            os << (from.isPort() ? " from a feed"
                   : isByStream  ? " on which no PE sends to it"
                                 : " to which no route leads from a PE");
          break;
        }
      }
      waits.push_back(wait);
    }
  }
  // A group speaks through its first PE: point waits at the PE that speaks for
  // the one that is waited for.
  for (Wait &wait : waits)
    if (wait.waitsFor) {
      uint32_t group = grouping.groupOf[peAt(*wait.waitsFor)];
      if (group != UINT32_MAX)
        wait.waitsFor = pointOf(groups[group].pes.front());
    }
  for (std::string &line : reportDeadlock(waits))
    fail(FailureKind::Deadlock, line);
}
