//===- RecoverStreams.cpp - From routes back to streams -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A front is a set of wavelets on their way: the streams of a rectangle of
// sources S, each at all displacements of a rectangle D from its source. On
// each axis S or D is a single value, so the positions S + D are a rectangle
// too, and a part of the positions is a front again.
//
// A front that arrives at PEs with the entry E records the readers and leaves
// through the outputs of E. Where it goes straight on through PEs with the same
// entry, side by side, it takes the whole span at once: D grows along the way.
//
// Since a PE has one input for a colour, two ways to it are a loop: a front
// whose streams have been at that displacement before.
//
//===----------------------------------------------------------------------===//

#include "wafer/Route/RecoverStreams.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace wafer;
using llvm::SmallVector;

namespace {

/// PEs with one entry.
struct Hop {
  StridedRect rect;
  Direction input;
  DirectionSet outputs;
  /// The part that no wavelet has reached yet.
  SmallVector<StridedRect, 2> unreached;
};

struct Front {
  StridedRect sources;
  StridedRect displacement;
  /// The port by which it arrives at its positions.
  Direction input;
};

StridedRange sum(const StridedRange &a, const StridedRange &b) {
  return a.size() == 1 ? b.shift(a.begin) : a.shift(b.begin);
}

/// Narrows the axis of a front to positions `part`.
void narrow(StridedRange &source, StridedRange &displacement,
            const StridedRange &part) {
  if (source.size() == 1)
    displacement = part.shift(-source.begin);
  else
    source = part.shift(-displacement.begin);
}

Front narrow(Front front, const StridedRect &part) {
  narrow(front.sources.x, front.displacement.x, part.x);
  narrow(front.sources.y, front.displacement.y, part.y);
  return front;
}

StridedRect positions(const Front &front) {
  return {sum(front.sources.x, front.displacement.x),
          sum(front.sources.y, front.displacement.y)};
}

std::string atPE(Point pe, unsigned colour) {
  std::string text;
  llvm::raw_string_ostream(text) << "at PE " << pe << ", colour " << colour;
  return text;
}

/// Follows the wavelets of one colour.
class Walk {
public:
  Walk(unsigned colour, RecoveredRoutes &result)
      : colour(colour), result(result) {}

  void addEntry(const RouteEntry &entry);
  void inject(const Injection &injection);
  void reportUnreached();

private:
  void fault(RouteFault::Kind kind, Point pe, const std::string &what,
             std::optional<Point> source = std::nullopt) {
    result.faults.push_back(
        {kind, pe, colour, source, atPE(pe, colour) + ": " + what});
  }
  void arrive(const Front &front);
  /// At PEs of one entry: crosses them and queues what leaves.
  void pass(Front front, Hop &hop);
  bool returns(const Front &front);
  void reportNoHop(const Front &front, const StridedRect &where);

  unsigned colour;
  RecoveredRoutes &result;
  std::vector<Hop> hops;
  std::vector<Front> visited;
  std::vector<Front> queue;
  SmallVector<StridedRect> injected[5];
};

void Walk::addEntry(const RouteEntry &entry) {
  SmallVector<StridedRect, 4> rest = entry.region.splitAtHoles();
  for (const Hop &hop : hops) {
    SmallVector<StridedRect, 4> next;
    for (const StridedRect &rect : rest) {
      StridedRect common = rect.intersect(hop.rect);
      if (common.empty()) {
        next.push_back(rect);
        continue;
      }
      if (hop.input != entry.input || hop.outputs != entry.outputs)
        fault(RouteFault::Kind::Conflict, {common.x.begin, common.y.begin},
              "two entries, from " + stringifyDirection(hop.input).str() +
                  " and from " + stringifyDirection(entry.input).str());
      llvm::append_range(next, rect.subtract(common));
    }
    rest = std::move(next);
  }
  for (const StridedRect &rect : rest)
    hops.push_back({rect, entry.input, entry.outputs, {rect}});
}

void Walk::inject(const Injection &injection) {
  // Sources may be listed twice (two nets on one channel); walk them once.
  auto &earlier = injected[static_cast<unsigned>(injection.from)];
  for (const StridedRect &rect :
       injection.sources.subtract(Region::get(earlier)).splitAtHoles()) {
    StridedRange here = StridedRange::single(0);
    queue.push_back({rect, {here, here}, injection.from});
    earlier.push_back(rect);
  }
  while (!queue.empty()) {
    Front front = queue.back();
    queue.pop_back();
    arrive(front);
  }
}

void Walk::arrive(const Front &front) {
  SmallVector<StridedRect, 4> rest{positions(front)};
  for (Hop &hop : hops) {
    if (hop.input != front.input)
      continue;
    SmallVector<StridedRect, 4> next;
    for (const StridedRect &rect : rest) {
      StridedRect common = rect.intersect(hop.rect);
      if (common.empty()) {
        next.push_back(rect);
        continue;
      }
      pass(narrow(front, common), hop);
      llvm::append_range(next, rect.subtract(common));
    }
    rest = std::move(next);
    if (rest.empty())
      return;
  }
  for (const StridedRect &rect : rest)
    reportNoHop(front, rect);
}

void Walk::reportNoHop(const Front &front, const StridedRect &where) {
  Point pe{where.x.begin, where.y.begin};
  StridedRect from = narrow(front, where).sources;
  Point source{from.x.begin, from.y.begin};
  std::string more;
  if (where.size() > 1)
    more = " (and " + std::to_string(where.size() - 1) + " more)";
  StridedRange here = StridedRange::single(0);
  std::string side = stringifyDirection(front.input).str();
  if (front.displacement == StridedRect(here, here)) {
    fault(RouteFault::Kind::NoEntry, pe,
          "a stream starts here but no entry takes it from " + side + more,
          source);
    return;
  }
  std::string text;
  llvm::raw_string_ostream(text)
      << "PE " << pe + step(front.input)
      << " sends here but no entry takes it from " << side << more;
  fault(RouteFault::Kind::MissingHop, pe, text, source);
}

bool Walk::returns(const Front &front) {
  return llvm::any_of(visited, [&](const Front &earlier) {
    return !earlier.sources.intersect(front.sources).empty() &&
           !earlier.displacement.intersect(front.displacement).empty();
  });
}

void Walk::pass(Front front, Hop &hop) {
  StridedRect start = positions(front);
  std::optional<Direction> straight;
  if (front.input != Direction::Ramp)
    straight = opposite(front.input);
  // True when the front has taken a whole span of PEs along its way.
  bool crossedSpan = false;
  if (straight && hop.outputs.contains(*straight)) {
    Point way = step(*straight);
    bool alongX = way.x != 0;
    auto axis = alongX ? &StridedRect::x : &StridedRect::y;
    const StridedRange &span = hop.rect.*axis;
    int64_t from = (start.*axis).begin;
    if ((start.*axis).size() == 1 && span.step == 1) {
      bool forward = (alongX ? way.x : way.y) > 0;
      StridedRange crossed = forward ? StridedRange(from, span.end)
                                     : StridedRange(span.begin, from + 1);
      front.displacement.*axis = crossed.shift(-(front.sources.*axis).begin);
      start.*axis = crossed;
      crossedSpan = true;
    }
  }
  if (returns(front)) {
    fault(RouteFault::Kind::Loop, {start.x.begin, start.y.begin},
          "wavelets come back to a PE where they were",
          Point{front.sources.x.begin, front.sources.y.begin});
    return;
  }
  visited.push_back(front);
  SmallVector<StridedRect, 2> unreached;
  for (const StridedRect &rect : hop.unreached)
    llvm::append_range(unreached, rect.subtract(start));
  hop.unreached = std::move(unreached);
  if (hop.outputs.contains(Direction::Ramp))
    result.streams.push_back({colour, front.sources, front.displacement});
  for (Direction output : hop.outputs) {
    if (output == Direction::Ramp)
      continue;
    Front next = front;
    Point offset = step(output);
    if (crossedSpan && output == *straight) {
      // Only the far end of the span still has somewhere to go.
      auto axis = offset.x != 0 ? &StridedRect::x : &StridedRect::y;
      StridedRange &way = next.displacement.*axis;
      bool forward = offset.x + offset.y > 0;
      way = StridedRange::single(forward ? way.last() : way.begin);
    }
    next.displacement = next.displacement.shift(offset.x, offset.y);
    next.input = opposite(output);
    queue.push_back(next);
  }
}

void Walk::reportUnreached() {
  for (const Hop &hop : hops)
    for (const StridedRect &rect : hop.unreached) {
      std::string more;
      if (rect.size() > 1)
        more = " (and " + std::to_string(rect.size() - 1) + " more)";
      fault(RouteFault::Kind::Dangling, {rect.x.begin, rect.y.begin},
            "no wavelet reaches the entry from " +
                stringifyDirection(hop.input).str() + more);
    }
}

} // namespace

Region RecoveredRoutes::readersOf(Point source, unsigned colour) const {
  SmallVector<StridedRect> readers;
  for (const RecoveredStreams &family : streams)
    if (family.colour == colour && family.sources.contains(source))
      readers.push_back(family.readersRelative.shift(source.x, source.y));
  return Region::get(readers);
}

std::vector<Injection>
wafer::rampInjections(llvm::ArrayRef<RouteEntry> entries) {
  std::vector<Injection> injections;
  for (const RouteEntry &entry : entries)
    if (entry.input == Direction::Ramp)
      injections.push_back({entry.colour, entry.region, Direction::Ramp});
  return injections;
}

RecoveredRoutes wafer::recoverStreams(llvm::ArrayRef<RouteEntry> entries,
                                      llvm::ArrayRef<Injection> injections) {
  RecoveredRoutes result;
  std::map<unsigned, Walk> walks;
  auto walkOf = [&](unsigned colour) -> Walk & {
    return walks.try_emplace(colour, colour, result).first->second;
  };
  for (const RouteEntry &entry : entries)
    walkOf(entry.colour).addEntry(entry);
  for (const Injection &injection : injections)
    walkOf(injection.colour).inject(injection);
  for (auto &[colour, walk] : walks)
    walk.reportUnreached();
  return result;
}
