//===- Channels.cpp - the channels of a stream, axis by axis ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Channels.h"

#include <map>

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;

namespace {

/// Entries of lists that are made for one stream.
constexpr int64_t kMaxEntries = 1 << 20;

/// The expressions of one axis.
struct AxisExprs {
  AffineExpr source, begin, end;

  bool uses(unsigned index) const {
    unsigned dim = machine::kIndex0 + index;
    return source.isFunctionOfDim(dim) || begin.isFunctionOfDim(dim) ||
           end.isFunctionOfDim(dim);
  }
};

/// Lists the family of one stream.
class Lister {
public:
  explicit Lister(mesh::StreamOp stream)
      : stream(stream),
        axes{{stream.getSourceX().getValue(), stream.getX0().getValue(),
              stream.getX1().getValue()},
             {stream.getSourceY().getValue(), stream.getY0().getValue(),
              stream.getY1().getValue()}} {
    auto program = stream->getParentOfType<mesh::ProgramOp>();
    meshSize[0] = program.getMachine().getWidth();
    meshSize[1] = program.getMachine().getHeight();
    ArrayRef<int64_t> domain = stream.getDomain();
    for (unsigned k = 0; k < 2; ++k) {
      begin[k] = 2 * k + 1 < domain.size() ? domain[2 * k] : 0;
      end[k] = 2 * k + 1 < domain.size() ? domain[2 * k + 1] : 1;
      // An index that no expression names would repeat channels: it belongs to
      // x.
      owner[k] = axes[0].uses(k) && axes[1].uses(k) ? Both
                 : axes[1].uses(k)                  ? Y
                                                    : X;
    }
  }

  LogicalResult run(std::vector<ChannelProduct> &products);

private:
  enum Owner { X, Y, Both };

  LogicalResult checkSize();
  LogicalResult list(Owner axis, const std::array<int64_t, 2> &shared,
                     std::vector<AxisEntry> &entries);
  void addProduct(ChannelProduct product,
                  std::vector<ChannelProduct> &products);

  mesh::StreamOp stream;
  AxisExprs axes[2];
  int64_t meshSize[2];
  int64_t begin[2], end[2];
  Owner owner[2];
};

LogicalResult Lister::checkSize() {
  int64_t entries[2] = {1, 1};
  for (unsigned k = 0; k < 2; ++k)
    for (unsigned axis = 0; axis < 2; ++axis)
      if (owner[k] == Both || owner[k] == Owner(axis)) {
        if (end[k] - begin[k] > kMaxEntries)
          entries[axis] = kMaxEntries + 1;
        else
          entries[axis] =
              std::min(entries[axis] * (end[k] - begin[k]), kMaxEntries + 1);
      }
  if (std::max(entries[0], entries[1]) <= kMaxEntries)
    return success();
  return stream.emitError("stream @")
         << stream.getSymName() << " has too many channels to verify";
}

/// The entries of one axis, with the indices that both axes share fixed.
LogicalResult Lister::list(Owner axis, const std::array<int64_t, 2> &shared,
                           std::vector<AxisEntry> &entries) {
  int64_t low[2], high[2];
  for (unsigned k = 0; k < 2; ++k) {
    bool varies = owner[k] == axis;
    low[k] = varies ? begin[k] : shared[k];
    high[k] = varies ? end[k] : shared[k] + 1;
  }
  const AxisExprs &exprs = axes[axis];
  for (int64_t i0 = low[0]; i0 < high[0]; ++i0)
    for (int64_t i1 = low[1]; i1 < high[1]; ++i1) {
      int64_t values[] = {0, 0, 0, i0, i1};
      auto source = machine::evaluate(exprs.source, values);
      auto first = machine::evaluate(exprs.begin, values);
      auto last = machine::evaluate(exprs.end, values);
      if (!source || !first || !last)
        return stream.emitError("stream @")
               << stream.getSymName() << " has no value at i0 = " << i0
               << ", i1 = " << i1;
      if (*first >= *last)
        continue;
      if (std::min(*source, *first) < 0 ||
          std::max(*source, *last - 1) >= meshSize[axis])
        return stream.emitError("stream @")
               << stream.getSymName() << " leaves the mesh along "
               << (axis == X ? "x" : "y") << ": source " << *source
               << ", readers " << *first << ":" << *last << " of "
               << meshSize[axis];
      entries.push_back({*source, *first, *last});
    }
  llvm::sort(entries);
  return success();
}

/// Leaves out channels whose only reader is the source.
void Lister::addProduct(ChannelProduct product,
                        std::vector<ChannelProduct> &products) {
  auto isSelf = [](const AxisEntry &e) {
    return e.containsSource() && e.end - e.begin == 1;
  };
  auto push = [&](ChannelProduct part) {
    if (!part.x.empty() && !part.y.empty())
      products.push_back(std::move(part));
  };
  if (stream.getSide())
    return push(std::move(product));
  ChannelProduct onlyX, others;
  for (const AxisEntry &e : product.x)
    (isSelf(e) ? onlyX : others).x.push_back(e);
  others.y = product.y;
  llvm::copy_if(product.y, std::back_inserter(onlyX.y),
                [&](const AxisEntry &e) { return !isSelf(e); });
  push(std::move(others));
  push(std::move(onlyX));
}

/// Joins products with one list in common, so that a staircase of sources has
/// as many as it has steps.
void mergeProducts(std::vector<ChannelProduct> &products) {
  for (auto [key, list] : {std::pair(&ChannelProduct::y, &ChannelProduct::x),
                           std::pair(&ChannelProduct::x, &ChannelProduct::y)}) {
    std::map<std::vector<AxisEntry>, std::vector<AxisEntry>> byKey;
    for (ChannelProduct &product : products)
      llvm::append_range(byKey[product.*key], product.*list);
    products.clear();
    for (auto &[common, joined] : byKey) {
      ChannelProduct product;
      product.*key = common;
      product.*list = std::move(joined);
      llvm::sort(product.*list);
      products.push_back(std::move(product));
    }
  }
}

LogicalResult Lister::run(std::vector<ChannelProduct> &products) {
  if (failed(checkSize()))
    return failure();
  int64_t last[2];
  for (unsigned k = 0; k < 2; ++k)
    last[k] = owner[k] == Both ? end[k] : begin[k] + 1;
  for (int64_t i0 = begin[0]; i0 < last[0]; ++i0)
    for (int64_t i1 = begin[1]; i1 < last[1]; ++i1) {
      ChannelProduct product;
      if (failed(list(X, {i0, i1}, product.x)) ||
          failed(list(Y, {i0, i1}, product.y)))
        return failure();
      addProduct(std::move(product), products);
    }
  mergeProducts(products);
  return success();
}

/// Sorted, distinct values as ranges.
SmallVector<StridedRange> toRanges(ArrayRef<int64_t> values) {
  SmallVector<StridedRange> ranges;
  for (size_t i = 0; i < values.size();) {
    size_t j = i + 1;
    int64_t step = j < values.size() ? values[j] - values[i] : 1;
    while (j < values.size() && values[j] - values[j - 1] == step)
      ++j;
    ranges.push_back(StridedRange(values[i], values[j - 1] + 1, step));
    i = j;
  }
  return ranges;
}

void appendGrid(ArrayRef<int64_t> xs, ArrayRef<int64_t> ys,
                std::vector<StridedRect> &rects) {
  for (const StridedRange &y : toRanges(ys))
    for (const StridedRange &x : toRanges(xs))
      rects.push_back({x, y});
}

wafer::Region makeGrid(ArrayRef<int64_t> xs, ArrayRef<int64_t> ys) {
  std::vector<StridedRect> rects;
  appendGrid(xs, ys, rects);
  return wafer::Region::getDisjoint(rects);
}

std::vector<int64_t> distinctSources(ArrayRef<AxisEntry> entries,
                                     bool excludedOnly = false) {
  std::vector<int64_t> sources;
  for (const AxisEntry &e : entries)
    if (!excludedOnly || e.containsSource())
      sources.push_back(e.source);
  llvm::sort(sources);
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

/// Coordinates that at least `times` entries read.
std::vector<int64_t> readAtLeast(ArrayRef<AxisEntry> entries, unsigned times) {
  std::map<int64_t, int64_t> changes;
  for (const AxisEntry &e : entries) {
    ++changes[e.begin];
    --changes[e.end];
  }
  std::vector<int64_t> result;
  int64_t depth = 0;
  for (auto it = changes.begin(); it != changes.end(); ++it) {
    depth += it->second;
    if (depth >= times)
      for (int64_t v = it->first; v < std::next(it)->first; ++v)
        result.push_back(v);
  }
  return result;
}

int64_t sumOfReaders(ArrayRef<AxisEntry> entries) {
  int64_t sum = 0;
  for (const AxisEntry &e : entries)
    sum += e.end - e.begin;
  return sum;
}

/// The PEs that read some channel of `product`.
wafer::Region readersOf(const ChannelProduct &product, bool readsItself) {
  wafer::Region readers =
      makeGrid(readAtLeast(product.x, 1), readAtLeast(product.y, 1));
  if (readsItself)
    return readers;
  // A source inside its own rectangle reads only if another channel covers it.
  wafer::Region excluded = makeGrid(distinctSources(product.x, true),
                                    distinctSources(product.y, true));
  wafer::Region often =
      makeGrid(readAtLeast(product.x, 2), readAtLeast(product.y, 1))
          .unite(
              makeGrid(readAtLeast(product.x, 1), readAtLeast(product.y, 2)));
  return readers.subtract(excluded.subtract(often));
}

/// Entries, equally far apart, whose readers stand still or move with them.
struct EntryRun {
  StridedRange sources;
  AxisSpan readers;
};

std::vector<EntryRun> toRuns(ArrayRef<AxisEntry> entries) {
  std::vector<EntryRun> runs;
  for (size_t i = 0; i < entries.size();) {
    const AxisEntry &first = entries[i];
    size_t j = i + 1;
    int64_t step = 1;
    bool relative = false;
    if (j < entries.size()) {
      step = entries[j].source - first.source;
      relative = entries[j].begin != first.begin;
    }
    auto continues = [&](const AxisEntry &e) {
      int64_t moved = relative ? e.source - first.source : 0;
      return e.begin == first.begin + moved && e.end == first.end + moved &&
             e.source == first.source + step * int64_t(j - i);
    };
    while (step > 0 && j < entries.size() && continues(entries[j]))
      ++j;
    if (j == i + 1)
      relative = false;
    int64_t base = relative ? first.source : 0;
    runs.push_back({StridedRange(first.source, entries[j - 1].source + 1,
                                 std::max<int64_t>(step, 1)),
                    {relative, first.begin - base, first.end - base, 1}});
    i = j;
  }
  return runs;
}

} // namespace

FailureOr<Channels> Channels::get(mesh::StreamOp stream) {
  Channels channels;
  if (std::optional<StringRef> side = stream.getSide())
    channels.side = *side == "west" ? Direction::West : Direction::East;
  if (failed(Lister(stream).run(channels.products)))
    return failure();
  return channels;
}

wafer::Region Channels::getSources() const {
  std::vector<StridedRect> rects;
  for (const ChannelProduct &product : products)
    appendGrid(distinctSources(product.x), distinctSources(product.y), rects);
  return wafer::Region::get(rects);
}

int64_t Channels::countChannels() const {
  int64_t count = 0;
  for (const ChannelProduct &product : products)
    count += int64_t(product.x.size()) * int64_t(product.y.size());
  return count;
}

wafer::Region Channels::getReaders() const {
  std::vector<StridedRect> rects;
  for (const ChannelProduct &product : products)
    llvm::append_range(rects, readersOf(product, isFromPort()).splitAtHoles());
  return wafer::Region::get(rects);
}

int64_t Channels::countReaders() const {
  int64_t count = 0;
  auto containing = [](ArrayRef<AxisEntry> entries) {
    return llvm::count_if(entries, [](auto &e) { return e.containsSource(); });
  };
  for (const ChannelProduct &product : products) {
    count += sumOfReaders(product.x) * sumOfReaders(product.y);
    if (!isFromPort())
      count -= containing(product.x) * containing(product.y);
  }
  return count;
}

std::vector<StreamPiece> Channels::getPieces() const {
  std::vector<StreamPiece> pieces;
  for (const ChannelProduct &product : products) {
    std::vector<EntryRun> runsX = toRuns(product.x), runsY = toRuns(product.y);
    for (const EntryRun &y : runsY)
      for (const EntryRun &x : runsX) {
        StreamPiece piece;
        piece.sources = {x.sources, y.sources};
        piece.destinations.push_back({x.readers, y.readers});
        piece.excludeSource = !isFromPort();
        piece.fromPort = side;
        pieces.push_back(std::move(piece));
      }
  }
  return pieces;
}
