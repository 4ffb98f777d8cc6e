//===- VerifyRoutes.cpp - Wanted streams against routes -------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The recovered streams cut the wanted sources into cells in which all sources
// have the same readers relative to themselves. One source of a cell stands for
// all where the destinations are relative. On an axis with an absolute
// destination three do: of three sources with a common reader, two are not that
// reader, and only one of them can reach it with one colour.
//
//===----------------------------------------------------------------------===//

#include "wafer/Route/RecoverStreams.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace wafer;
using llvm::SmallVector;

namespace {

/// Coordinates that stand for all of `range`.
SmallVector<int64_t, 3> samples(const StridedRange &range, bool absolute) {
  SmallVector<int64_t, 3> values;
  int64_t count = std::min<int64_t>(range.size(), absolute ? 3 : 1);
  for (int64_t i = 0; i < count; ++i)
    values.push_back(range.begin + i * range.step);
  return values;
}

class Comparison {
public:
  Comparison(const WantedStreams &wanted, const RecoveredRoutes &recovered,
             std::vector<RouteFault> &faults)
      : wanted(wanted), faults(faults) {
    for (const RecoveredStreams &streams : recovered.streams) {
      StridedRect common = streams.sources.intersect(wanted.piece.sources);
      if (streams.colour == wanted.colour && !common.empty())
        readersBySources[common].push_back(streams.readersRelative);
    }
  }

  void run() {
    std::vector<Region> sources;
    std::vector<llvm::ArrayRef<StridedRect>> readers;
    for (const auto &[rect, relative] : readersBySources) {
      sources.push_back(rect);
      readers.push_back(relative);
    }
    // Streams without any reader are cells too.
    sources.push_back(wanted.piece.sources);
    readers.push_back({});
    for (const Partition::Cell &cell : overlay(sources).cells) {
      SmallVector<StridedRect> relative;
      for (unsigned index : cell.cover)
        llvm::append_range(relative, readers[index]);
      Region found = Region::get(relative);
      for (const StridedRect &rect : cell.region.splitAtHoles())
        compareCell(rect, found);
    }
  }

private:
  void compareCell(const StridedRect &cell, const Region &found) {
    auto absolute = [&](AxisSpan Destination::*axis) {
      return llvm::any_of(wanted.piece.destinations, [&](const Destination &d) {
        return !(d.*axis).relative;
      });
    };
    for (int64_t y : samples(cell.y, absolute(&Destination::y)))
      for (int64_t x : samples(cell.x, absolute(&Destination::x))) {
        Region reached = found.shift(x, y);
        Region asked = wanted.piece.readersOf({x, y});
        report(RouteFault::Kind::MissingReader, {x, y},
               asked.subtract(reached));
        report(RouteFault::Kind::ExtraReader, {x, y}, reached.subtract(asked));
      }
  }

  void report(RouteFault::Kind kind, Point source, const Region &readers) {
    if (readers.empty())
      return;
    RouteFault fault{kind, readers.anyPoint(), wanted.colour, source, ""};
    llvm::raw_string_ostream os(fault.message);
    os << "at PE " << fault.pe << ", colour " << wanted.colour << ": "
       << (kind == RouteFault::Kind::MissingReader
               ? "does not get the stream"
               : "gets a stream that it did not ask for")
       << " of source " << source;
    if (readers.size() > 1)
      os << " (and " << readers.size() - 1 << " more readers)";
    os << ", net \"" << wanted.net << '"';
    faults.push_back(std::move(fault));
  }

  const WantedStreams &wanted;
  std::vector<RouteFault> &faults;
  std::map<StridedRect, SmallVector<StridedRect>> readersBySources;
};

/// Adds the net to a message of the walk: that of the source, else those which
/// use the colour.
void nameNets(RouteFault &fault, llvm::ArrayRef<WantedStreams> wanted) {
  SmallVector<llvm::StringRef> names;
  for (const WantedStreams &streams : wanted)
    if (streams.colour == fault.colour &&
        (!fault.source || streams.piece.sources.contains(*fault.source)) &&
        !llvm::is_contained(names, streams.net))
      names.push_back(streams.net);
  if (names.empty())
    return;
  constexpr size_t maxNames = 4;
  llvm::raw_string_ostream os(fault.message);
  os << (names.size() == 1 ? ", net " : ", nets ");
  llvm::interleave(
      llvm::ArrayRef(names).take_front(maxNames), os,
      [&](llvm::StringRef name) { os << '"' << name << '"'; }, ", ");
  if (names.size() > maxNames)
    os << " and " << names.size() - maxNames << " more";
}

} // namespace

std::vector<RouteFault>
wafer::verifyRoutes(llvm::ArrayRef<WantedStreams> wanted,
                    llvm::ArrayRef<RouteEntry> entries, unsigned maxFaults) {
  std::vector<Injection> injections;
  for (const WantedStreams &streams : wanted)
    injections.push_back({streams.colour, streams.piece.sources,
                          streams.piece.fromPort.value_or(Direction::Ramp)});
  RecoveredRoutes recovered = recoverStreams(entries, injections);
  std::vector<RouteFault> faults = std::move(recovered.faults);
  for (RouteFault &fault : faults)
    nameNets(fault, wanted);
  for (const WantedStreams &streams : wanted) {
    if (faults.size() >= maxFaults)
      break;
    Comparison(streams, recovered, faults).run();
  }
  if (faults.size() > maxFaults)
    faults.erase(faults.begin() + maxFaults, faults.end());
  return faults;
}
