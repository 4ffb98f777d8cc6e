//===- RouteProblem.cpp - Streams that want routes ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Route/RouteProblem.h"

#include "llvm/ADT/SmallSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace wafer;

namespace {

/// No coordinate or offset lies further from 0, so that nothing overflows.
constexpr int64_t maxCoordinate = int64_t(1) << 24;

/// Checks one piece; `message` collects what is wrong, without the net's name.
class PieceCheck {
public:
  PieceCheck(const RouteProblem &problem, const StreamPiece &piece,
             llvm::raw_ostream &message)
      : problem(problem), piece(piece), message(message) {}

  bool run() {
    if (piece.sources.empty()) {
      message << "has no source";
      return false;
    }
    StridedRect mesh({0, problem.width}, {0, problem.height});
    if (!mesh.contains(piece.sources)) {
      message << "has sources " << piece.sources << " outside the "
              << problem.width << "x" << problem.height << " mesh";
      return false;
    }
    if (piece.destinations.empty()) {
      message << "has no reader";
      return false;
    }
    for (const Destination &destination : piece.destinations)
      if (!checkSpan(destination.x, piece.sources.x, problem.width, "x") ||
          !checkSpan(destination.y, piece.sources.y, problem.height, "y"))
        return false;
    return checkHasReaders() && checkPort();
  }

private:
  bool checkSpan(const AxisSpan &span, const StridedRange &sources,
                 int64_t extent, const char *axis) {
    if (span.step <= 0 || span.begin >= span.end ||
        span.begin < -maxCoordinate || span.end > maxCoordinate ||
        span.step > maxCoordinate) {
      message << "has an empty or malformed destination span " << span.begin
              << ':' << span.end << ':' << span.step << " in " << axis;
      return false;
    }
    int64_t low = span.at(sources.begin).begin;
    int64_t high = span.at(sources.last()).last();
    if (low >= 0 && high < extent)
      return true;
    message << "has readers at " << axis << " = " << (low < 0 ? low : high)
            << " outside the " << problem.width << "x" << problem.height
            << " mesh";
    return false;
  }

  /// The sources on one axis for which `span` is the source's own coordinate
  /// and nothing else.
  static StridedRange ownCoordinate(const AxisSpan &span,
                                    const StridedRange &sources) {
    StridedRange values = span.at(0);
    if (values.size() != 1)
      return {};
    if (span.relative)
      return values.begin == 0 ? sources : StridedRange();
    return sources.intersect(values);
  }

  bool checkHasReaders() {
    if (!piece.excludeSource)
      return true;
    StridedRect alone = piece.sources;
    for (const Destination &destination : piece.destinations)
      alone = {ownCoordinate(destination.x, alone.x),
               ownCoordinate(destination.y, alone.y)};
    if (alone.empty())
      return true;
    message << "has a stream without readers: the source "
            << Point{alone.x.begin, alone.y.begin}
            << " is its only destination";
    return false;
  }

  bool checkPort() {
    if (!piece.fromPort)
      return true;
    const StridedRect &s = piece.sources;
    bool atBorder = false;
    switch (*piece.fromPort) {
    case Direction::West:
      atBorder = s.x == StridedRange::single(0);
      break;
    case Direction::East:
      atBorder = s.x == StridedRange::single(problem.width - 1);
      break;
    case Direction::North:
      atBorder = s.y == StridedRange::single(0);
      break;
    case Direction::South:
      atBorder = s.y == StridedRange::single(problem.height - 1);
      break;
    case Direction::Ramp:
      message << "names the ramp as a port of the mesh";
      return false;
    }
    if (!atBorder)
      message << "enters from the " << *piece.fromPort << " at " << s
              << ", which is not at that border of the mesh";
    return atBorder;
  }

  const RouteProblem &problem;
  const StreamPiece &piece;
  llvm::raw_ostream &message;
};

} // namespace

Region StreamPiece::readersOf(Point source) const {
  llvm::SmallVector<StridedRect> rects;
  for (const Destination &destination : destinations)
    rects.push_back({destination.x.at(source.x), destination.y.at(source.y)});
  Region readers = Region::get(rects);
  if (excludeSource)
    readers = readers.subtract(StridedRect::single(source));
  return readers;
}

bool RouteProblem::check(std::string &error) const {
  llvm::raw_string_ostream message(error);
  error.clear();
  if (width <= 0 || height <= 0 || width > maxCoordinate ||
      height > maxCoordinate) {
    message << "the mesh has the impossible size " << width << "x" << height;
    return false;
  }
  llvm::SmallSet<unsigned, 32> seen;
  for (unsigned colour : colours)
    if (!seen.insert(colour).second) {
      message << "colour " << colour << " is listed twice";
      return false;
    }
  if (colours.empty() && !nets.empty()) {
    message << "no colour is usable";
    return false;
  }
  for (const Net &net : nets)
    for (const StreamPiece &piece : net.pieces) {
      std::string what;
      llvm::raw_string_ostream stream(what);
      if (PieceCheck(*this, piece, stream).run())
        continue;
      message << "net \"" << net.name << "\" " << what;
      return false;
    }
  return true;
}

llvm::raw_ostream &wafer::operator<<(llvm::raw_ostream &os,
                                     const RouteEntry &entry) {
  return os << "colour " << entry.colour << ' ' << entry.region << ": "
            << entry.input << " -> " << entry.outputs;
}
