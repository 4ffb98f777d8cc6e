//===- VerifyStreams.cpp - senders, readers and counts ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  wafer.program with streams, feeds and tasks.
// Out: the same, or errors by rule (S1 to S4 of the pass description).
//
// 1. The channels of a stream are listed axis by axis (Channels.cpp). Sources
//    and readers are compared, as regions, with the PEs of the tasks that send
//    or read (S1, S2); their numbers tell whether channels share PEs (S3).
// 2. For S4 the points of the loops and extents around each use are counted
//    (ElementCounts.cpp) at a source and at its readers: for all columns with a
//    few rows, for all rows with a few columns. The few are the ends of the
//    channels' coordinates, those where the covering tasks change, and for the
//    readers of one channel one for each set of covering tasks.
//
//===----------------------------------------------------------------------===//

#include "Channels.h"
#include "ElementCounts.h"
#include "PointDiagnostics.h"
#include "wafer/Verify/Passes.h"

#define DEBUG_TYPE "wafer-verify-streams"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_VERIFYSTREAMS
#include "wafer/Verify/Passes.h.inc"

using namespace verify;

namespace {

/// The two ends of a stream as the program has them.
struct StreamEnds {
  StreamEnd senders, feeds, readers;
};

class StreamCheck {
public:
  StreamCheck(mesh::StreamOp stream, StreamEnds &ends, Channels channels,
              int64_t launches)
      : stream(stream), ends(ends), channels(std::move(channels)),
        sending(stream.getSide() ? ends.feeds : ends.senders),
        launches(launches) {}

  LogicalResult run() {
    if (failed(checkKinds()) || failed(checkSources()) ||
        failed(checkReaders()))
      return failure();
    return checkCounts();
  }

private:
  LogicalResult checkKinds();
  LogicalResult checkSources();
  LogicalResult checkReaders();
  LogicalResult checkCounts();
  void findBorders(const ChannelProduct &product);
  LogicalResult checkProduct(const ChannelProduct &product, int64_t launch);
  LogicalResult sweep(const ChannelProduct &product, int64_t launch, bool allX,
                      bool allY);
  LogicalResult checkReader(Point source, std::optional<uint64_t> sent,
                            Point reader, int64_t launch);
  LogicalResult checkChannel(const AxisEntry &x, const AxisEntry &y,
                             int64_t launch, bool allX, bool allY);
  InFlightDiagnostic fail(Location location) {
    return mlir::emitError(location)
           << "stream @" << stream.getSymName() << ": ";
  }

  mesh::StreamOp stream;
  StreamEnds &ends;
  Channels channels;
  StreamEnd &sending;
  int64_t launches;
  /// Coordinates that stand for those around them.
  std::set<int64_t> bordersX, bordersY;
};

LogicalResult StreamCheck::checkKinds() {
  if (stream.getSide() && !ends.senders.empty())
    return fail(ends.senders.getLoc())
           << "PE " << ends.senders.getRegion().anyPoint()
           << " sends on it, but it starts at ports";
  if (!stream.getSide() && !ends.feeds.empty())
    return fail(ends.feeds.getLoc())
           << "a port feeds it at PE " << ends.feeds.getRegion().anyPoint()
           << ", but it starts at PEs";
  return success();
}

LogicalResult StreamCheck::checkSources() {
  wafer::Region wanted = channels.getSources();
  const wafer::Region &found = sending.getRegion();
  if (!found.contains(wanted)) // S1
    return fail(stream.getLoc())
           << (stream.getSide() ? "no feed enters at PE "
                                : "no task sends on it at its source PE ")
           << wanted.subtract(found).anyPoint();
  if (!wanted.contains(found)) { // S1
    Point extra = found.subtract(wanted).anyPoint();
    return fail(sending.getLocAt(extra))
           << "PE " << extra
           << " sends on it but is not the source of a channel with readers";
  }
  if (channels.countChannels() != wanted.size()) // S3
    return fail(stream.getLoc())
           << "some PE is the source of several of its channels: "
           << channels.countChannels() << " channels start at " << wanted.size()
           << " PEs";
  return success();
}

LogicalResult StreamCheck::checkReaders() {
  wafer::Region wanted = channels.getReaders();
  const wafer::Region &found = ends.readers.getRegion();
  if (!found.contains(wanted)) // S2
    return fail(stream.getLoc())
           << "no task reads it at PE " << wanted.subtract(found).anyPoint();
  if (!wanted.contains(found)) { // S2
    Point extra = found.subtract(wanted).anyPoint();
    return fail(ends.readers.getLocAt(extra))
           << "PE " << extra << " reads it but no channel leads there";
  }
  if (channels.countReaders() != wanted.size()) // S3
    return fail(stream.getLoc())
           << "some PE reads several of its channels: " << wanted.size()
           << " PEs are the readers of " << channels.countReaders();
  return success();
}

/// S4 for one reader.
LogicalResult StreamCheck::checkReader(Point source,
                                       std::optional<uint64_t> sent,
                                       Point reader, int64_t launch) {
  if (reader == source && !stream.getSide())
    return success();
  std::optional<uint64_t> taken = ends.readers.countAt(reader, launch);
  if (!sent || !taken)
    return fail(sent ? ends.readers.getLocAt(reader) : sending.getLocAt(source))
           << "too many iterations to count the elements at PE "
           << (sent ? reader : source);
  if (*taken == *sent)
    return success();
  InFlightDiagnostic diagnostic = fail(ends.readers.getLocAt(reader))
                                  << "PE " << reader << " takes " << *taken
                                  << " elements in launch " << launch
                                  << " but its source, "
                                  << (stream.getSide() ? "the port at " : "")
                                  << "PE " << source << ", sends " << *sent;
  diagnostic.attachNote(sending.getLocAt(source)) << "they are sent here";
  return diagnostic;
}

/// S4 for one channel: all its readers' columns with a row for each set of
/// tasks there; or the other way round; or the borders only.
LogicalResult StreamCheck::checkChannel(const AxisEntry &x, const AxisEntry &y,
                                        int64_t launch, bool allX, bool allY) {
  Point source{x.source, y.source};
  std::optional<uint64_t> sent = sending.countAt(source, launch);
  const AxisEntry &along = allX ? x : y, &across = allX ? y : x;
  std::set<int64_t> lines = {along.begin, along.end - 1};
  const std::set<int64_t> &borders = allX ? bordersX : bordersY;
  if (allX || allY)
    for (int64_t line = along.begin; line < along.end; ++line)
      lines.insert(lines.end(), line);
  else
    lines.insert(borders.lower_bound(along.begin),
                 borders.lower_bound(along.end));
  for (int64_t line : lines) {
    std::set<int64_t> places = {across.begin, across.end - 1};
    if (across.end - across.begin > 2)
      ends.readers.addOneOfEach(/*isRow=*/!allX, line, across.begin, across.end,
                                places);
    for (int64_t place : places) {
      Point reader = allX ? Point{line, place} : Point{place, line};
      if (failed(checkReader(source, sent, reader, launch)))
        return failure();
    }
  }
  return success();
}

namespace {

/// Entries of one axis by the coordinates of their sources and readers' ends.
class EntryIndex {
public:
  explicit EntryIndex(const std::vector<AxisEntry> &entries)
      : entries(entries) {
    for (const AxisEntry &entry : entries)
      for (int64_t at : {entry.source, entry.begin, entry.end - 1})
        places.push_back({at, &entry});
    llvm::sort(places);
  }

  /// All of them; or those with one of `borders` there (a border inside is
  /// chosen with the readers), the first and the last.
  std::vector<const AxisEntry *> choose(bool all,
                                        const std::set<int64_t> &borders) const;

private:
  const std::vector<AxisEntry> &entries;
  std::vector<std::pair<int64_t, const AxisEntry *>> places;
};

std::vector<const AxisEntry *>
EntryIndex::choose(bool all, const std::set<int64_t> &borders) const {
  std::vector<const AxisEntry *> chosen;
  if (all) {
    for (const AxisEntry &entry : entries)
      chosen.push_back(&entry);
    return chosen;
  }
  chosen = {&entries.front(), &entries.back()};
  for (int64_t border : borders)
    for (auto it = llvm::lower_bound(
             places, std::pair<int64_t, const AxisEntry *>(border, nullptr));
         it != places.end() && it->first == border; ++it)
      chosen.push_back(it->second);
  llvm::sort(chosen);
  chosen.erase(llvm::unique(chosen), chosen.end());
  return chosen;
}

} // namespace

/// S4 for the channels of all x entries (or those at borders) with all y
/// entries (or those at borders).
LogicalResult StreamCheck::sweep(const ChannelProduct &product, int64_t launch,
                                 bool allX, bool allY) {
  EntryIndex entriesX(product.x), entriesY(product.y);
  std::vector<const AxisEntry *> columns = entriesX.choose(allX, bordersX);
  std::set<int64_t> allBordersX = bordersX;
  for (const AxisEntry *y : entriesY.choose(allY, bordersY)) {
    // In one row, only its own borders matter.
    bool isInRow = y->begin == y->source && y->end == y->source + 1;
    if (allY && isInRow) {
      bordersX.clear();
      sending.addBordersOfRow(y->source, bordersX);
      ends.readers.addBordersOfRow(y->source, bordersX);
      columns = entriesX.choose(allX, bordersX);
    }
    for (const AxisEntry *x : columns)
      if (failed(checkChannel(*x, *y, launch, allX, allY)))
        return failure();
  }
  bordersX = std::move(allBordersX);
  return success();
}

LogicalResult StreamCheck::checkProduct(const ChannelProduct &product,
                                        int64_t launch) {
  auto dependsOn = [&](unsigned dim) {
    return sending.dependsOn(dim) || ends.readers.dependsOn(dim);
  };
  bool byX = dependsOn(machine::kX), byY = dependsOn(machine::kY);
  if (!byX && !byY)
    return sweep(product, launch, false, false);
  if (byX && failed(sweep(product, launch, true, false)))
    return failure();
  return byY ? sweep(product, launch, false, true) : success();
}

/// Where the tasks change that send or read the channels of `product`.
void StreamCheck::findBorders(const ChannelProduct &product) {
  auto span = [](const std::vector<AxisEntry> &entries) {
    int64_t low = INT64_MAX, high = 0;
    for (const AxisEntry &e : entries) {
      low = std::min({low, e.source, e.begin});
      high = std::max({high, e.source + 1, e.end});
    }
    return StridedRange(low, high);
  };
  StridedRect area{span(product.x), span(product.y)};
  bordersX.clear();
  bordersY.clear();
  sending.addBorders(area, bordersX, bordersY);
  ends.readers.addBorders(area, bordersX, bordersY);
}

LogicalResult StreamCheck::checkCounts() {
  std::set<int64_t> chosen = {0, std::min<int64_t>(1, launches - 1),
                              launches - 1};
  for (const ChannelProduct &product : channels.getProducts()) {
    findBorders(product);
    for (int64_t launch : chosen)
      if (failed(checkProduct(product, launch)))
        return failure();
  }
  return success();
}

/// Who sends and reads which stream.
llvm::MapVector<StringAttr, StreamEnds> collectEnds(mesh::ProgramOp program) {
  llvm::MapVector<StringAttr, StreamEnds> ends;
  NestCounts nests;
  for (auto stream : program.getBody().getOps<mesh::StreamOp>())
    ends[stream.getSymNameAttr()];
  auto find = [&](Attribute operand) -> StreamEnds * {
    auto stream = dyn_cast<pe::StreamAttr>(operand);
    auto it = stream ? ends.find(stream.getName().getAttr()) : ends.end();
    return it == ends.end() ? nullptr : &it->second;
  };
  for (auto feed : program.getBody().getOps<pe::FeedOp>())
    if (feed.getStreamAttr())
      if (auto it = ends.find(feed.getStreamAttr().getAttr()); it != ends.end())
        it->second.feeds.addFeed(feed, nests);
  for (auto task : program.getBody().getOps<mesh::TaskOp>())
    task.getBody().walk([&](pe::VectorOp op) {
      wafer::Region on = task.getOn().getRegion();
      if (StreamEnds *end = find(op.getDestination()))
        end->senders.addInstruction(op, on, nests);
      for (Attribute source : op.getSourcesAttr())
        if (StreamEnds *end = find(source))
          end->readers.addInstruction(op, on, nests);
    });
  return ends;
}

LogicalResult verifyProgram(mesh::ProgramOp program) {
  llvm::MapVector<StringAttr, StreamEnds> ends = collectEnds(program);
  bool ok = true;
  for (auto stream : program.getBody().getOps<mesh::StreamOp>()) {
    FailureOr<Channels> channels = Channels::get(stream);
    StreamEnds &mine = ends[stream.getSymNameAttr()];
    ok &= succeeded(channels) &&
          succeeded(StreamCheck(stream, mine, std::move(*channels),
                                program.getLaunches())
                        .run());
    mine = StreamEnds(); // What was remembered for it goes.
  }
  return success(ok);
}

struct VerifyStreams : impl::VerifyStreamsBase<VerifyStreams> {
  void runOnOperation() override {
    bool ok = true;
    for (auto program : getOperation().getOps<mesh::ProgramOp>())
      ok &= succeeded(verifyProgram(program));
    if (!ok)
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace wafer
