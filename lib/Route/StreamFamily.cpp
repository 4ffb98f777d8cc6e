//===- StreamFamily.cpp - wafer.stream as pieces ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A family gives, for each (i0, i1), a source and a rectangle of readers: six
// quasi-affine expressions. Where no division mixes the two indices, each of
// them is a sum f(i0) + g(i1), so two one-dimensional tables say everything.
//
// 1. Indices that a division mixes are separated: the shorter range is
//    enumerated.
// 2. Each index's range is cut into runs, in which the expressions are linear,
//    the index moves the source along one axis at most, and the readers' bounds
//    on that axis either move with it or stand still. Residue classes are tried
//    where consecutive values give many runs (`i0 mod 2`).
// 3. Each pair of runs is a piece. If both move the source along the same axis,
//    the second one is taken value by value.
// 4. Sources whose only reader is themselves are taken away.
//
//   for (0:375) from (i0, 8 + 16 * (((i0 + 1) * 60 - 1) floordiv 375))
//     to [i0 : i0 + 1, 0 : 994]
//   60 pieces: sources [0:6, 8], [6:12, 24], ...; readers of each: its column
//
//===----------------------------------------------------------------------===//

#include "StreamFamily.h"

using namespace mlir;
using namespace wafer;

namespace {

/// More pieces than this are refused: the router's cost follows their number.
constexpr size_t kMaxPieces = 4096;
/// The longest range of an index, far more than a mesh has columns or rows.
constexpr int64_t kMaxIndexRange = 1 << 20;
/// Residue classes tried when consecutive values give many runs.
constexpr int64_t kMaxStep = 8;

/// The expressions of a family, in this order.
enum Part { SourceX, SourceY, X0, X1, Y0, Y1, NumParts };
using Values = std::array<int64_t, NumParts>;

enum class Axis { None, X, Y };

/// Values begin, begin + step, ... of an index for which one piece does.
struct Run {
  int64_t first = 0; // place in the index's table
  int64_t count = 1;
  int64_t step = 1; // in places of the table
  Axis axis = Axis::None;
};

class Family {
public:
  explicit Family(mesh::StreamOp stream)
      : stream(stream),
        parts{stream.getSourceX().getValue(), stream.getSourceY().getValue(),
              stream.getX0().getValue(),      stream.getX1().getValue(),
              stream.getY0().getValue(),      stream.getY1().getValue()} {
    ArrayRef<int64_t> domain = stream.getDomain();
    for (size_t i = 0; i + 1 < domain.size(); i += 2)
      ranges.push_back({domain[i], domain[i + 1]});
    while (ranges.size() < 2)
      ranges.push_back({0, 1});
  }

  FailureOr<std::vector<StreamPiece>> expand();

private:
  struct IndexRange {
    int64_t begin, end;
    int64_t size() const { return end - begin; }
  };

  bool isSeparable() const;
  std::optional<Values> evaluate(int64_t i0, int64_t i1) const;
  LogicalResult tabulate(IndexRange r0, IndexRange r1);
  LogicalResult expandSeparable(IndexRange r0, IndexRange r1);
  LogicalResult addPieces(const Run &a, const Run &b);
  LogicalResult addPiece(StreamPiece piece);
  LogicalResult reportTooMany() {
    return stream.emitError("stream @")
           << stream.getSymName() << " falls into more than " << kMaxPieces
           << " pieces with a rectangle of sources each";
  }

  mesh::StreamOp stream;
  std::array<AffineExpr, NumParts> parts;
  SmallVector<IndexRange, 2> ranges;
  /// tables[k][n]: the expressions at place n of index k, the other index at
  /// the begin of its range.
  std::vector<Values> tables[2];
  std::vector<StreamPiece> pieces;
};

/// Does a division or remainder of `expr` depend on both indices?
bool mixesIndices(AffineExpr expr) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  bool isLinear = expr.getKind() == AffineExprKind::Add ||
                  expr.getKind() == AffineExprKind::Mul;
  if (isLinear)
    return mixesIndices(binary.getLHS()) || mixesIndices(binary.getRHS());
  return expr.isFunctionOfDim(machine::kIndex0) &&
         expr.isFunctionOfDim(machine::kIndex0 + 1);
}

bool Family::isSeparable() const { return llvm::none_of(parts, mixesIndices); }

std::optional<Values> Family::evaluate(int64_t i0, int64_t i1) const {
  Values values;
  for (unsigned p = 0; p < NumParts; ++p) {
    auto value = machine::evaluate(parts[p], {0, 0, 0, i0, i1});
    if (!value)
      return std::nullopt;
    values[p] = *value;
  }
  return values;
}

LogicalResult Family::tabulate(IndexRange r0, IndexRange r1) {
  for (unsigned k = 0; k < 2; ++k) {
    IndexRange range = k ? r1 : r0;
    if (range.size() > kMaxIndexRange)
      return reportTooMany();
    tables[k].clear();
    for (int64_t i = range.begin; i < range.end; ++i) {
      auto values = k ? evaluate(r0.begin, i) : evaluate(i, r1.begin);
      if (!values)
        return stream.emitError("stream @")
               << stream.getSymName() << " divides by zero at i" << k << " = "
               << i;
      tables[k].push_back(*values);
    }
  }
  return success();
}

/// The axis along which an index moves the source if the family changes by
/// `slope`; nullopt if no piece can hold both values.
std::optional<Axis> classify(const Values &slope) {
  bool alongX = slope[SourceX] != 0, alongY = slope[SourceY] != 0;
  if (alongX == alongY)
    return std::nullopt;
  auto fits = [&](Part source, Part begin, Part end) {
    return slope[begin] == slope[end] &&
           (slope[begin] == 0 || slope[begin] == slope[source]);
  };
  if (!fits(SourceX, X0, X1) || !fits(SourceY, Y0, Y1))
    return std::nullopt;
  return alongX ? Axis::X : Axis::Y;
}

Values subtract(const Values &a, const Values &b) {
  Values difference;
  for (unsigned p = 0; p < NumParts; ++p)
    difference[p] = a[p] - b[p];
  return difference;
}

/// How much the expressions grow from one place of a run to the next.
Values slopeIn(ArrayRef<Values> table, const Run &run) {
  return subtract(table[run.first + run.step], table[run.first]);
}

/// Maximal runs over the places first, first + step, ...
void appendRuns(ArrayRef<Values> table, int64_t first, int64_t step,
                std::vector<Run> &runs) {
  int64_t size = table.size();
  for (int64_t n = first; n < size;) {
    Run run{n, 1, step, Axis::None};
    if (n + step < size) {
      Values slope = subtract(table[n + step], table[n]);
      if (std::optional<Axis> axis = classify(slope)) {
        run.axis = *axis;
        for (int64_t m = n; m + step < size; m += step) {
          if (subtract(table[m + step], table[m]) != slope)
            break;
          ++run.count;
        }
      }
    }
    n += run.count * step;
    runs.push_back(run);
  }
}

std::vector<Run> findRuns(ArrayRef<Values> table) {
  std::vector<Run> best;
  appendRuns(table, 0, 1, best);
  for (int64_t step = 2; step <= kMaxStep && best.size() * 4 > table.size();
       ++step) {
    std::vector<Run> runs;
    for (int64_t first = 0; first < step; ++first)
      appendRuns(table, first, step, runs);
    if (runs.size() < best.size())
      best = std::move(runs);
  }
  return best;
}

/// A range of `count` values from `first`, `slope` apart.
StridedRange progression(int64_t first, int64_t slope, int64_t count) {
  if (count == 1 || slope == 0)
    return StridedRange::single(first);
  int64_t last = first + slope * (count - 1);
  return StridedRange(std::min(first, last), std::max(first, last) + 1,
                      std::abs(slope));
}

LogicalResult Family::addPiece(StreamPiece piece) {
  if (pieces.size() == kMaxPieces)
    return reportTooMany();
  pieces.push_back(std::move(piece));
  return success();
}

/// The sources whose single reader, if there is one only, is the source.
StridedRect findLonely(const StreamPiece &piece) {
  const Destination &d = piece.destinations.front();
  if (!piece.excludeSource || d.x.end - d.x.begin != 1 ||
      d.y.end - d.y.begin != 1)
    return {};
  auto onAxis = [](const AxisSpan &span, const StridedRange &sources) {
    if (!span.relative)
      return sources.intersect(StridedRange::single(span.begin));
    return span.begin == 0 ? sources : StridedRange();
  };
  return {onAxis(d.x, piece.sources.x), onAxis(d.y, piece.sources.y)};
}

LogicalResult Family::addPieces(const Run &a, const Run &b) {
  if (a.axis != Axis::None && a.axis == b.axis) {
    for (int64_t n = 0; n < b.count; ++n)
      if (failed(addPieces(a, Run{b.first + n * b.step, 1, 1, Axis::None})))
        return failure();
    return success();
  }
  // By separability: f(i0, i1) = f(i0, b1) + f(b0, i1) - f(b0, b1).
  Values origin = subtract(tables[1][b.first], tables[1].front());
  for (unsigned p = 0; p < NumParts; ++p)
    origin[p] += tables[0][a.first][p];
  auto slopeOf = [&](Axis axis) -> std::pair<Values, int64_t> {
    if (a.axis == axis)
      return {slopeIn(tables[0], a), a.count};
    if (b.axis == axis)
      return {slopeIn(tables[1], b), b.count};
    return {Values{}, 1};
  };
  auto [slopeX, countX] = slopeOf(Axis::X);
  auto [slopeY, countY] = slopeOf(Axis::Y);
  auto span = [&](const Values &slope, Part source, Part begin, Part end) {
    bool relative = slope[begin] != 0;
    int64_t base = relative ? origin[source] : 0;
    return AxisSpan{relative, origin[begin] - base, origin[end] - base, 1};
  };
  if (origin[X0] >= origin[X1] || origin[Y0] >= origin[Y1])
    return success();
  StreamPiece piece;
  piece.sources = {progression(origin[SourceX], slopeX[SourceX], countX),
                   progression(origin[SourceY], slopeY[SourceY], countY)};
  piece.destinations.push_back(
      {span(slopeX, SourceX, X0, X1), span(slopeY, SourceY, Y0, Y1)});
  if (std::optional<StringRef> side = stream.getSide())
    piece.fromPort = *side == "west" ? Direction::West : Direction::East;
  else
    piece.excludeSource = true;
  for (const StridedRect &sources : piece.sources.subtract(findLonely(piece))) {
    StreamPiece rest = piece;
    rest.sources = sources;
    if (failed(addPiece(std::move(rest))))
      return failure();
  }
  return success();
}

LogicalResult Family::expandSeparable(IndexRange r0, IndexRange r1) {
  if (failed(tabulate(r0, r1)))
    return failure();
  std::vector<Run> runs0 = findRuns(tables[0]), runs1 = findRuns(tables[1]);
  for (const Run &a : runs0)
    for (const Run &b : runs1)
      if (failed(addPieces(a, b)))
        return failure();
  return success();
}

FailureOr<std::vector<StreamPiece>> Family::expand() {
  if (isSeparable()) {
    if (failed(expandSeparable(ranges[0], ranges[1])))
      return failure();
    return std::move(pieces);
  }
  unsigned enumerated = ranges[0].size() < ranges[1].size() ? 0 : 1;
  IndexRange range = ranges[enumerated];
  if (range.size() > int64_t(kMaxPieces))
    return reportTooMany();
  for (int64_t i = range.begin; i < range.end; ++i) {
    ranges[enumerated] = {i, i + 1};
    if (failed(expandSeparable(ranges[0], ranges[1])))
      return failure();
  }
  return std::move(pieces);
}

} // namespace

FailureOr<std::vector<StreamPiece>>
route_detail::expandFamily(mesh::StreamOp stream) {
  return Family(stream).expand();
}
