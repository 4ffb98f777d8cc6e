//===- MemoryAllocator.cpp - offsets for buffers on a mesh ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Allocate/MemoryAllocator.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <numeric>
#include <random>

using namespace wafer;

bool MemoryBuffer::interferes(const MemoryBuffer &other) const {
  return first <= other.last && other.first <= last &&
         !region.isDisjoint(other.region);
}

//===----------------------------------------------------------------------===//
// Problems and answers
//===----------------------------------------------------------------------===//

/// Are the bytes of `a` at `offsetA` and of `b` at `offsetB` apart?
static bool areApart(const MemoryBuffer &a, int64_t offsetA,
                     const MemoryBuffer &b, int64_t offsetB) {
  return offsetA + a.sizeInBytes <= offsetB ||
         offsetB + b.sizeInBytes <= offsetA;
}

static bool isPlaceable(const MemoryProblem &problem,
                        const MemoryBuffer &buffer, int64_t offset,
                        llvm::raw_ostream &error) {
  if (offset % problem.alignment != 0) {
    error << "buffer \"" << buffer.name << "\" has offset " << offset
          << ", which is not a multiple of " << problem.alignment;
    return false;
  }
  if (offset < problem.begin || buffer.sizeInBytes > problem.end ||
      offset > problem.end - buffer.sizeInBytes) {
    error << "buffer \"" << buffer.name << "\" takes bytes " << offset << ":"
          << offset + buffer.sizeInBytes << " but " << problem.begin << ":"
          << problem.end << " are usable";
    return false;
  }
  return true;
}

static bool areAllApart(const MemoryProblem &problem,
                        llvm::ArrayRef<std::optional<int64_t>> offsets,
                        llvm::raw_ostream &error) {
  for (size_t i = 0; i < offsets.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      const MemoryBuffer &a = problem.buffers[i], &b = problem.buffers[j];
      if (!offsets[i] || !offsets[j] ||
          areApart(a, *offsets[i], b, *offsets[j]) || !a.interferes(b))
        continue;
      error << "buffers \"" << a.name << "\" and \"" << b.name
            << "\" overlap at PE " << a.region.intersect(b.region).anyPoint();
      return false;
    }
  return true;
}

bool MemoryProblem::check(std::string &error) const {
  error.clear();
  llvm::raw_string_ostream os(error);
  std::vector<std::optional<int64_t>> offsets;
  for (const MemoryBuffer &buffer : buffers) {
    if (buffer.sizeInBytes <= 0 || buffer.first > buffer.last) {
      os << "buffer \"" << buffer.name << "\" has no bytes or no life";
      return false;
    }
    if (buffer.fixedOffset &&
        !isPlaceable(*this, buffer, *buffer.fixedOffset, os))
      return false;
    offsets.push_back(buffer.fixedOffset);
  }
  return areAllApart(*this, offsets, os);
}

bool wafer::verify(const MemoryProblem &problem, const MemoryAnswer &answer,
                   std::string &error) {
  error.clear();
  llvm::raw_string_ostream os(error);
  if (answer.offsets.size() != problem.buffers.size()) {
    os << "the answer has " << answer.offsets.size() << " offsets instead of "
       << problem.buffers.size();
    return false;
  }
  std::vector<std::optional<int64_t>> offsets;
  for (auto [buffer, offset] : llvm::zip(problem.buffers, answer.offsets)) {
    if (!isPlaceable(problem, buffer, offset, os))
      return false;
    if (buffer.fixedOffset && *buffer.fixedOffset != offset) {
      os << "buffer \"" << buffer.name << "\" is not at its fixed offset";
      return false;
    }
    offsets.push_back(offset);
  }
  return areAllApart(problem, offsets, os);
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

namespace {

/// Orders in which a buffer that did not fit was moved to the front.
constexpr unsigned kMaxRounds = 32;
/// Orders in which two buffers were exchanged.
constexpr unsigned kMaxExchanges = 8192;
/// Buffers placed in all of these.
constexpr size_t kMaxPlaced = size_t(1) << 20;

class Allocator {
public:
  explicit Allocator(const MemoryProblem &problem) : problem(problem) {
    size_t count = problem.buffers.size();
    neighbours.resize(count);
    for (unsigned i = 0; i < count; ++i)
      for (unsigned j = 0; j < i; ++j)
        if (problem.buffers[i].interferes(problem.buffers[j])) {
          neighbours[i].push_back(j);
          neighbours[j].push_back(i);
        }
  }

  /// The placement that ends first, of those of a few orders.
  MemoryAnswer search();
  /// Goes on from there by exchanging buffers of its order, until `best` fits
  /// or the number of trials is used up.
  void improve(MemoryAnswer &best);

private:
  std::vector<std::vector<unsigned>> startOrders() const;
  /// Places all buffers, past the end if need be. `late` is the first one that
  /// ends behind the usable bytes.
  MemoryAnswer place(llvm::ArrayRef<unsigned> order,
                     std::optional<unsigned> &late) const;
  int64_t firstFit(unsigned buffer,
                   llvm::ArrayRef<std::optional<int64_t>> offsets) const;

  const MemoryProblem &problem;
  std::vector<std::vector<unsigned>> neighbours;
  std::vector<unsigned> bestOrder;
};

std::vector<std::vector<unsigned>> Allocator::startOrders() const {
  std::vector<unsigned> given(problem.buffers.size());
  std::iota(given.begin(), given.end(), 0);
  auto sortedBy = [&](auto key) {
    std::vector<unsigned> order = given;
    llvm::sort(order, [&](unsigned a, unsigned b) {
      return std::pair(key(problem.buffers[a]), b) >
             std::pair(key(problem.buffers[b]), a);
    });
    return order;
  };
  return {sortedBy([](const MemoryBuffer &b) { return b.sizeInBytes; }),
          sortedBy([](const MemoryBuffer &b) {
            return b.sizeInBytes * (b.last - b.first + 1);
          }),
          sortedBy([](const MemoryBuffer &b) { return b.last - b.first; }),
          sortedBy([](const MemoryBuffer &b) { return -b.first; })};
}

int64_t
Allocator::firstFit(unsigned buffer,
                    llvm::ArrayRef<std::optional<int64_t>> offsets) const {
  llvm::SmallVector<std::pair<int64_t, int64_t>> taken;
  for (unsigned other : neighbours[buffer])
    if (offsets[other])
      taken.push_back({*offsets[other],
                       *offsets[other] + problem.buffers[other].sizeInBytes});
  llvm::sort(taken);
  int64_t offset = llvm::alignTo(problem.begin, problem.alignment);
  for (auto [begin, end] : taken) {
    if (offset + problem.buffers[buffer].sizeInBytes <= begin)
      break;
    offset = std::max<int64_t>(offset, llvm::alignTo(end, problem.alignment));
  }
  return offset;
}

MemoryAnswer Allocator::place(llvm::ArrayRef<unsigned> order,
                              std::optional<unsigned> &late) const {
  std::vector<std::optional<int64_t>> offsets;
  for (const MemoryBuffer &buffer : problem.buffers)
    offsets.push_back(buffer.fixedOffset);
  for (unsigned buffer : order) {
    if (!offsets[buffer])
      offsets[buffer] = firstFit(buffer, offsets);
    int64_t end = *offsets[buffer] + problem.buffers[buffer].sizeInBytes;
    if (end > problem.end && !late)
      late = buffer;
  }
  MemoryAnswer answer;
  answer.end = problem.begin;
  for (auto [buffer, offset] : llvm::zip(problem.buffers, offsets)) {
    answer.offsets.push_back(*offset);
    answer.end = std::max(answer.end, *offset + buffer.sizeInBytes);
  }
  return answer;
}

void Allocator::improve(MemoryAnswer &best) {
  // First fit gives the best placement in the order of its offsets, so a walk
  // over orders can find it. A fixed seed: the same answer every time.
  std::mt19937 random(/*seed=*/1);
  std::vector<unsigned> order = bestOrder;
  std::optional<unsigned> late;
  unsigned most = std::min<size_t>(kMaxExchanges, kMaxPlaced / order.size());
  for (unsigned i = 0; i < most && best.end > problem.end; ++i) {
    unsigned a = random() % order.size(), b = random() % order.size();
    std::swap(order[a], order[b]);
    MemoryAnswer answer = place(order, late);
    if (answer.end <= best.end)
      best = std::move(answer);
    else
      std::swap(order[a], order[b]);
  }
}

MemoryAnswer Allocator::search() {
  std::optional<MemoryAnswer> best;
  for (std::vector<unsigned> &order : startOrders())
    for (unsigned round = 0; round < kMaxRounds; ++round) {
      std::optional<unsigned> late;
      MemoryAnswer answer = place(order, late);
      if (!best || answer.end < best->end)
        best = std::move(answer), bestOrder = order;
      if (!late || *late == order.front())
        break;
      auto place = llvm::find(order, *late);
      std::rotate(order.begin(), place, place + 1);
    }
  return std::move(*best);
}

/// Finds the PEs and the time with most bytes in use.
void findFullest(const MemoryProblem &problem, MemoryFailure &failure) {
  std::vector<Region> regions;
  std::vector<int64_t> times;
  for (const MemoryBuffer &buffer : problem.buffers) {
    regions.push_back(buffer.region);
    times.push_back(buffer.first);
  }
  // Use is largest at the start of some life.
  llvm::sort(times);
  times.erase(std::unique(times.begin(), times.end()), times.end());
  for (const Partition::Cell &cell : overlay(regions).cells)
    for (int64_t time : times) {
      std::vector<unsigned> live;
      int64_t bytes = 0;
      for (unsigned index : cell.cover) {
        const MemoryBuffer &buffer = problem.buffers[index];
        if (buffer.first > time || buffer.last < time)
          continue;
        live.push_back(index);
        bytes += llvm::alignTo(buffer.sizeInBytes, problem.alignment);
      }
      if (bytes <= failure.neededBytes)
        continue;
      failure.region = cell.region;
      failure.time = time;
      failure.neededBytes = bytes;
      failure.buffers = std::move(live);
    }
  llvm::sort(failure.buffers, [&](unsigned a, unsigned b) {
    return std::pair(problem.buffers[a].sizeInBytes, b) >
           std::pair(problem.buffers[b].sizeInBytes, a);
  });
  failure.fragmented = failure.neededBytes <= failure.usableBytes;
}

void explain(const MemoryProblem &problem, int64_t end,
             MemoryFailure &failure) {
  if (failure.fragmented)
    failure.neededBytes = end - problem.begin;
  llvm::raw_string_ostream os(failure.message);
  os << "requires " << failure.neededBytes << " bytes of SRAM on "
     << failure.region.size() << " PEs, among them PE "
     << failure.region.anyPoint() << ", but " << failure.usableBytes
     << " are usable: " << failure.neededBytes - failure.usableBytes
     << " too few";
  if (failure.fragmented)
    os << " in the best placement found";
}

} // namespace

bool wafer::allocate(const MemoryProblem &problem, MemoryAnswer &answer,
                     MemoryFailure &failure) {
  failure = {};
  if (!problem.check(failure.message))
    return false;
  if (problem.buffers.empty()) {
    answer = {{}, problem.begin};
    return true;
  }
  Allocator allocator(problem);
  answer = allocator.search();
  if (answer.end <= problem.end)
    return true;
  failure.usableBytes = problem.end - problem.begin;
  findFullest(problem, failure);
  if (failure.fragmented)
    allocator.improve(answer);
  if (answer.end <= problem.end) {
    failure = {};
    return true;
  }
  explain(problem, answer.end, failure);
  return false;
}
