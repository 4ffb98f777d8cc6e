//===- QueueAllocator.cpp - queues for colours ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Allocate/QueueAllocator.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <numeric>

using namespace wafer;

namespace {

/// Nodes of the search tree; a mesh has few colours, so that this is rarely
/// met.
constexpr unsigned kMaxSteps = 200000;

class Search {
public:
  explicit Search(const QueueProblem &problem)
      : problem(problem), order(problem.users.size()),
        byDepth(problem.depths.size()), conflicts(problem.users.size()),
        queues(problem.users.size()) {
    std::iota(order.begin(), order.end(), 0);
    // Fixed ones first: nobody may take theirs.
    llvm::sort(order, [&](unsigned a, unsigned b) {
      const auto &x = problem.users[a], &y = problem.users[b];
      return std::make_tuple(x.fixed.has_value(), x.weight, b) >
             std::make_tuple(y.fixed.has_value(), y.weight, a);
    });
    std::iota(byDepth.begin(), byDepth.end(), 0);
    llvm::sort(byDepth, [&](unsigned a, unsigned b) {
      return std::pair(problem.depths[a], b) > std::pair(problem.depths[b], a);
    });
    for (unsigned a = 0; a < problem.users.size(); ++a)
      for (unsigned b = 0; b < a; ++b)
        if (problem.users[a].interferes(problem.users[b])) {
          conflicts[a].push_back(b);
          conflicts[b].push_back(a);
        }
  }

  bool run() { return assign(0); }
  std::vector<unsigned> getQueues() const {
    std::vector<unsigned> result;
    for (std::optional<unsigned> queue : queues)
      result.push_back(*queue);
    return result;
  }

private:
  bool assign(unsigned place);

  const QueueProblem &problem;
  std::vector<unsigned> order, byDepth;
  std::vector<std::vector<unsigned>> conflicts;
  std::vector<std::optional<unsigned>> queues;
  unsigned steps = 0;
};

bool Search::assign(unsigned place) {
  if (place == order.size())
    return true;
  if (++steps > kMaxSteps)
    return false;
  unsigned user = order[place];
  const QueueProblem::User &wanted = problem.users[user];
  std::vector<unsigned> candidates;
  if (wanted.fixed) {
    candidates = {*wanted.fixed};
  } else {
    if (wanted.preferred)
      candidates.push_back(*wanted.preferred);
    for (unsigned queue : byDepth)
      if (wanted.preferred != queue)
        candidates.push_back(queue);
  }
  for (unsigned queue : candidates) {
    if (llvm::any_of(conflicts[user],
                     [&](unsigned other) { return queues[other] == queue; }))
      continue;
    queues[user] = queue;
    if (assign(place + 1))
      return true;
    queues[user].reset();
  }
  return false;
}

/// Finds the PE and the time where most users meet.
void explain(const QueueProblem &problem, QueueFailure &failure) {
  std::vector<Region> regions;
  for (const QueueProblem::User &user : problem.users)
    regions.push_back(user.region);
  for (const Partition::Cell &cell : overlay(regions).cells)
    for (unsigned start : cell.cover) {
      // Most users meet when one of them begins.
      int64_t time = problem.users[start].first;
      std::vector<unsigned> users;
      for (unsigned index : cell.cover)
        if (problem.users[index].first <= time &&
            time <= problem.users[index].last)
          users.push_back(index);
      if (users.size() <= failure.queuesNeeded)
        continue;
      failure.pe = cell.region.anyPoint();
      failure.time = time;
      failure.queuesNeeded = users.size();
      failure.users = std::move(users);
    }
  bool isAtPE = failure.queuesNeeded > problem.depths.size();
  if (!isAtPE) {
    failure.queuesNeeded = problem.depths.size() + 1;
    failure.users.resize(problem.users.size());
    std::iota(failure.users.begin(), failure.users.end(), 0);
  }
  llvm::raw_string_ostream os(failure.message);
  os << "requires " << (isAtPE ? "" : "at least ") << failure.queuesNeeded
     << " queues " << (isAtPE ? "at" : "around") << " PE " << failure.pe
     << " but a PE has " << problem.depths.size();
}

} // namespace

bool wafer::allocateQueues(const QueueProblem &problem,
                           std::vector<unsigned> &queues,
                           QueueFailure &failure) {
  failure = {};
  Search search(problem);
  if (search.run()) {
    queues = search.getQueues();
    return true;
  }
  explain(problem, failure);
  return false;
}

bool wafer::verify(const QueueProblem &problem,
                   const std::vector<unsigned> &queues, std::string &error) {
  error.clear();
  llvm::raw_string_ostream os(error);
  if (queues.size() != problem.users.size()) {
    os << "the answer has " << queues.size() << " queues instead of "
       << problem.users.size();
    return false;
  }
  for (size_t a = 0; a < queues.size(); ++a) {
    const QueueProblem::User &user = problem.users[a];
    if (queues[a] >= problem.depths.size() ||
        (user.fixed && *user.fixed != queues[a])) {
      os << "colour " << user.colour << " has queue " << queues[a]
         << ", which it cannot have";
      return false;
    }
    for (size_t b = 0; b < a; ++b) {
      const QueueProblem::User &other = problem.users[b];
      if (queues[a] != queues[b] || !user.interferes(other))
        continue;
      os << "colours " << user.colour << " and " << other.colour
         << " share queue " << queues[a] << " at PE "
         << user.region.intersect(other.region).anyPoint();
      return false;
    }
  }
  return true;
}
