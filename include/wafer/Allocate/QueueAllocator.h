//===- QueueAllocator.h - queues for colours -------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The PEs that take (or send) a colour use one queue for it, the same on all of
// them, from its first to its last use. Colours that meet at a PE at some time
// need different queues. One problem is about one direction in one epoch. No
// IR.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ALLOCATE_QUEUEALLOCATOR_H
#define WAFER_ALLOCATE_QUEUEALLOCATOR_H

#include "wafer/Support/Region.h"

#include <string>
#include <vector>

namespace wafer {

struct QueueProblem {
  struct User {
    unsigned colour = 0;
    /// The PEs that need a queue for the colour.
    Region region;
    /// First and last time of use, both included.
    int64_t first = 0, last = 0;
    /// Elements that pass a queue, as a measure of who deserves a deep one.
    int64_t weight = 0;
    /// The queue that it should have if that can be (that of the last epoch).
    std::optional<unsigned> preferred;
    /// The queue that it has to have.
    std::optional<unsigned> fixed;

    bool interferes(const User &other) const {
      return first <= other.last && other.first <= last &&
             !region.isDisjoint(other.region);
    }
  };
  /// Words in each queue of a PE.
  std::vector<int64_t> depths;
  std::vector<User> users;
};

struct QueueFailure {
  /// The PE and the time where most colours meet.
  Point pe;
  int64_t time = 0;
  unsigned queuesNeeded = 0;
  /// Users that meet there, or (if no PE explains the failure) all of them.
  std::vector<unsigned> users;
  std::string message;
};

/// Finds a queue for each user: by falling weight, each takes its preferred
/// queue, else the deepest one that is free, else the search backtracks.
bool allocateQueues(const QueueProblem &problem, std::vector<unsigned> &queues,
                    QueueFailure &failure);

/// Checks an answer, knowing nothing of how it was found.
bool verify(const QueueProblem &problem, const std::vector<unsigned> &queues,
            std::string &error);

} // namespace wafer

#endif // WAFER_ALLOCATE_QUEUEALLOCATOR_H
