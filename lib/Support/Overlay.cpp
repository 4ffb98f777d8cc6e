//===- Overlay.cpp - Regions laid over each other -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A sweep from north to south over all rectangles at once:
//   1. Equal regions become one layer.
//   2. The x axis is cut into slots, ranges that every rectangle covers in full
//      or not at all. A row holds the cover (the set of layers) of each slot.
//   3. The y axis is cut into bands where rectangles begin and end: a rectangle
//      toggles its layer in its slots at its first band and behind its last.
//      Rectangles with a stride in y cut a band into several kinds of rows and
//      are painted for their kinds only.
//   4. Slots side by side with the same cover are a run; a run that stays the
//      same from band to band grows into one rectangle of its cover's cell.
//   5. Single PEs and holes take no part in 2-4, where each would cut both
//      axes: they are looked up in the row and moved from cell to cell.
//
// Cost: the slots under each rectangle plus bands times slots, in operations on
// integers: covers are numbered, and each toggle of a cover is computed once.
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/Region.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <map>

using namespace wafer;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

using Layers = SmallVector<unsigned, 4>;

/// The sets of layers met so far, numbered; 0 is the empty set.
class Covers {
public:
  Covers() { add({}); }
  const Layers &operator[](unsigned cover) const { return *sets[cover]; }
  size_t size() const { return sets.size(); }

  /// The number of the set with `layer` put in, or taken out if it was there.
  unsigned toggle(unsigned cover, unsigned layer) {
    auto [entry, isNew] = toggled.try_emplace({cover, layer}, 0);
    if (!isNew)
      return entry->second;
    Layers set = *sets[cover];
    auto *place = llvm::lower_bound(set, layer);
    if (place != set.end() && *place == layer)
      set.erase(place);
    else
      set.insert(place, layer);
    return entry->second = add(std::move(set));
  }

private:
  unsigned add(Layers set) {
    auto [entry, isNew] = numbers.try_emplace(std::move(set), sets.size());
    if (isNew)
      sets.push_back(&entry->first);
    return entry->second;
  }

  std::map<Layers, unsigned> numbers;
  std::vector<const Layers *> sets; // keys of `numbers`
  llvm::DenseMap<std::pair<unsigned, unsigned>, unsigned> toggled;
};

void sortUnique(std::vector<int64_t> &values) {
  llvm::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// `all` cut into ranges that each of `combs` covers in full or not at all.
SmallVector<StridedRange, 4> cutByCombs(StridedRange all,
                                        ArrayRef<StridedRange> combs) {
  SmallVector<StridedRange, 4> pieces = {all};
  for (const StridedRange &comb : combs) {
    SmallVector<StridedRange, 4> next;
    for (const StridedRange &piece : pieces) {
      StridedRange common = piece.intersect(comb);
      if (!common.empty())
        next.push_back(common);
      llvm::append_range(next, piece.subtract(comb));
    }
    pieces = std::move(next);
  }
  llvm::sort(pieces);
  return pieces;
}

/// The x axis in slots.
class Slots {
public:
  explicit Slots(ArrayRef<StridedRange> ranges) {
    std::vector<StridedRange> combs;
    for (const StridedRange &range : ranges) {
      cuts.push_back(range.begin);
      cuts.push_back(range.end);
      if (range.step > 1)
        combs.push_back(range);
    }
    sortUnique(cuts);
    llvm::sort(combs);
    combs.erase(std::unique(combs.begin(), combs.end()), combs.end());
    for (size_t i = 0; i + 1 < cuts.size(); ++i) {
      firstSlot.push_back(slots.size());
      llvm::append_range(slots, cutByCombs({cuts[i], cuts[i + 1]}, combs));
    }
    firstSlot.push_back(slots.size());
  }

  size_t size() const { return slots.size(); }
  const StridedRange &operator[](size_t slot) const { return slots[slot]; }

  /// Visits the slots of one of the ranges.
  template <typename Visit>
  void forEach(const StridedRange &range, Visit visit) const {
    size_t end = firstSlot[cutAt(range.end)];
    for (size_t slot = firstSlot[cutAt(range.begin)]; slot < end; ++slot)
      if (range.step == 1 || range.contains(slots[slot].begin))
        visit(slot);
  }

  /// The slot of any coordinate, if there is one.
  std::optional<size_t> find(int64_t x) const {
    if (cuts.empty() || x < cuts.front() || x >= cuts.back())
      return std::nullopt;
    size_t interval = llvm::upper_bound(cuts, x) - cuts.begin() - 1;
    size_t slot = firstSlot[interval];
    while (!slots[slot].contains(x))
      ++slot;
    return slot;
  }

private:
  size_t cutAt(int64_t x) const {
    return llvm::lower_bound(cuts, x) - cuts.begin();
  }

  std::vector<int64_t> cuts;
  std::vector<size_t> firstSlot; // of the interval behind each cut
  std::vector<StridedRange> slots;
};

struct LayerRect {
  StridedRect rect;
  unsigned layer;
};

class Sweep {
public:
  explicit Sweep(ArrayRef<Region> layers);
  void run();

  /// The rectangles and holes of each cover's cell.
  struct Cell {
    SmallVector<StridedRect, 0> rects;
    SmallVector<Point, 0> holes;
  };
  Covers covers;
  std::map<unsigned, Cell> cells;

private:
  struct Run {
    size_t begin, end; // slots
    unsigned cover;
    int64_t top; // the first row of the rectangle

    bool continues(const Run &o) const {
      return begin == o.begin && end == o.end && cover == o.cover;
    }
  };

  void toggle(const LayerRect &rect);
  std::vector<Run> findRuns(int64_t top) const;
  StridedRange columns(const Run &run) const;
  void close(ArrayRef<Run> runs, int64_t bottom);
  /// `runs` take the place of `open`; those that continue keep their top.
  void advance(std::vector<Run> runs, int64_t row);
  void sweepBand(StridedRange band, ArrayRef<unsigned> combs);
  void placePoints(const StridedRange &rows);

  std::vector<LayerRect> rects;
  /// Single PEs and holes, with the layers that change there.
  std::map<Point, Layers> points;
  std::optional<Slots> slots;
  std::vector<unsigned> row; // the cover of each slot
  std::vector<Run> open;     // rectangles that reach the row at hand
};

Sweep::Sweep(ArrayRef<Region> layers) {
  for (auto [layer, region] : llvm::enumerate(layers)) {
    for (const StridedRect &rect : region.getRects()) {
      if (rect.size() == 1)
        points[{rect.x.begin, rect.y.begin}].push_back(layer);
      else
        rects.push_back({rect, unsigned(layer)});
    }
    for (Point hole : region.getHoles())
      points[hole].push_back(layer);
  }
  std::vector<StridedRange> ranges;
  for (const LayerRect &rect : rects)
    ranges.push_back(rect.rect.x);
  slots.emplace(ranges);
  row.assign(slots->size(), 0);
}

void Sweep::toggle(const LayerRect &rect) {
  // Neighbours often have the same cover: look it up once.
  unsigned from = ~0u, to = 0;
  slots->forEach(rect.rect.x, [&](size_t slot) {
    if (row[slot] != from) {
      from = row[slot];
      to = covers.toggle(from, rect.layer);
    }
    row[slot] = to;
  });
}

std::vector<Sweep::Run> Sweep::findRuns(int64_t top) const {
  std::vector<Run> runs;
  for (size_t begin = 0; begin < row.size();) {
    size_t end = begin + 1;
    if ((*slots)[begin].step == 1)
      while (end < row.size() && row[end] == row[begin] &&
             (*slots)[end].step == 1 &&
             (*slots)[end].begin == (*slots)[end - 1].end)
        ++end;
    if (row[begin] != 0)
      runs.push_back({begin, end, row[begin], top});
    begin = end;
  }
  return runs;
}

StridedRange Sweep::columns(const Run &run) const {
  StridedRange range = (*slots)[run.begin];
  if (run.end - run.begin > 1)
    range.end = (*slots)[run.end - 1].end;
  return StridedRange(range.begin, range.end, range.step);
}

void Sweep::close(ArrayRef<Run> runs, int64_t bottom) {
  for (const Run &run : runs)
    cells[run.cover].rects.push_back({columns(run), {run.top, bottom}});
}

void Sweep::advance(std::vector<Run> runs, int64_t row) {
  auto next = runs.begin();
  for (const Run &run : open) {
    while (next != runs.end() && next->begin < run.begin)
      ++next;
    if (next != runs.end() && next->continues(run))
      next->top = run.top;
    else
      close(run, row);
  }
  open = std::move(runs);
}

void Sweep::placePoints(const StridedRange &rows) {
  auto at = points.lower_bound({INT64_MIN, rows.begin});
  for (; at != points.end() && at->first.y < rows.end;) {
    if (!rows.contains(at->first.y)) {
      ++at;
      continue;
    }
    std::optional<size_t> slot = slots->find(at->first.x);
    unsigned from = slot ? row[*slot] : 0, to = from;
    for (unsigned layer : at->second)
      to = covers.toggle(to, layer);
    if (from)
      cells[from].holes.push_back(at->first);
    if (to)
      cells[to].rects.push_back(StridedRect::single(at->first));
    at = points.erase(at);
  }
}

void Sweep::sweepBand(StridedRange band, ArrayRef<unsigned> combs) {
  // The kinds of rows: which of the strided rectangles cover them.
  std::map<Layers, SmallVector<StridedRange, 4>> kinds;
  auto ranges = llvm::map_to_vector(
      combs, [&](unsigned comb) { return rects[comb].rect.y; });
  llvm::sort(ranges);
  ranges.erase(std::unique(ranges.begin(), ranges.end()), ranges.end());
  for (const StridedRange &rows : cutByCombs(band, ranges)) {
    Layers kind;
    for (unsigned comb : combs)
      if (rects[comb].rect.y.contains(rows.begin))
        kind.push_back(comb);
    kinds[kind].push_back(rows);
  }
  for (auto &[kind, rows] : kinds) {
    for (unsigned comb : kind)
      toggle(rects[comb]);
    std::vector<Run> runs = findRuns(band.begin);
    for (const StridedRange &range : rows)
      placePoints(range);
    if (kinds.size() == 1) {
      advance(std::move(runs), band.begin);
    } else {
      advance({}, band.begin);
      for (const Run &run : runs)
        for (const StridedRange &range : rows)
          cells[run.cover].rects.push_back({columns(run), range});
    }
    for (unsigned comb : kind)
      toggle(rects[comb]);
  }
}

void Sweep::run() {
  std::vector<int64_t> cuts;
  for (const LayerRect &rect : rects) {
    cuts.push_back(rect.rect.y.begin);
    cuts.push_back(rect.rect.y.end);
  }
  sortUnique(cuts);
  std::vector<std::vector<unsigned>> begins(cuts.size()), ends(cuts.size());
  for (auto [i, rect] : llvm::enumerate(rects)) {
    const StridedRange &y = rect.rect.y;
    begins[llvm::lower_bound(cuts, y.begin) - cuts.begin()].push_back(i);
    ends[llvm::lower_bound(cuts, y.end) - cuts.begin()].push_back(i);
  }
  std::vector<unsigned> combs; // begun, not ended
  for (size_t i = 0; i < cuts.size(); ++i) {
    for (unsigned rect : ends[i])
      if (rects[rect].rect.y.step == 1)
        toggle(rects[rect]);
      else
        llvm::erase(combs, rect);
    for (unsigned rect : begins[i])
      if (rects[rect].rect.y.step == 1)
        toggle(rects[rect]);
      else
        combs.push_back(rect);
    if (i + 1 < cuts.size())
      sweepBand({cuts[i], cuts[i + 1]}, combs);
  }
  if (!cuts.empty())
    close(open, cuts.back());
  // What is left lies outside of all bands.
  while (!points.empty())
    placePoints(StridedRange::single(points.begin()->first.y));
}

} // namespace

Partition wafer::overlay(ArrayRef<Region> regions) {
  // Layers: the distinct regions, in order of their first use.
  std::map<Region, unsigned> numbers;
  SmallVector<Region, 0> layers;
  SmallVector<Layers, 0> members; // the regions of each layer
  for (auto [index, region] : llvm::enumerate(regions)) {
    if (region.empty())
      continue;
    auto [entry, isNew] = numbers.try_emplace(region, layers.size());
    if (isNew) {
      layers.push_back(region);
      members.emplace_back();
    }
    members[entry->second].push_back(index);
  }
  Sweep sweep(layers);
  sweep.run();
  Partition partition;
  for (auto &[number, parts] : sweep.cells) {
    Partition::Cell cell;
    for (unsigned layer : sweep.covers[number])
      llvm::append_range(cell.cover, members[layer]);
    llvm::sort(cell.cover);
    cell.region = Region::getDisjoint(parts.rects, parts.holes);
    if (!cell.region.empty())
      partition.cells.push_back(std::move(cell));
  }
  llvm::sort(partition.cells,
             [](const Partition::Cell &a, const Partition::Cell &b) {
               return a.cover < b.cover;
             });
  return partition;
}
