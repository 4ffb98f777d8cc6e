//===- Schedule.cpp - groups take turns on workers --------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Programs are a Kahn process network (E34), so it does not matter which group
// runs when. Neighbours belong to the same worker, so that what they hand on
// stays in one core's cache: the group that was woken last goes first; a worker
// without work takes what has waited longest elsewhere. Feeds go before groups:
// they are bounded by their readers, and a group that finds much to read does
// much in one turn.
//
// A thread that waits says how many elements would let it get far, and is left
// alone until they are there. When nothing else can go on, everyone who could
// read anything at all runs.
//
//===----------------------------------------------------------------------===//

#include "Engine.h"
#include <thread>

using namespace wafer;
using namespace wafer::exec;

void Engine::wakeGroup(uint32_t id) {
  Group &group = groups[id];
  uint8_t turn = group.turn;
  while (true) {
    if (turn == Group::Queued || turn == Group::Again)
      return;
    uint8_t next = turn == Group::Resting ? Group::Queued : Group::Again;
    if (group.turn.compare_exchange_weak(turn, next))
      break;
  }
  if (turn == Group::Running)
    return;
  // Groups are numbered along x.
  unsigned worker = uint64_t(id) * numWorkers / groups.size();
  std::lock_guard<std::mutex> guard(lock);
  readyGroups[worker].push_back(id);
  if (numWorkers > 1)
    hasWork.notify_one();
}

void Engine::wakeFeed(uint32_t id) {
  std::lock_guard<std::mutex> guard(lock);
  if (feeds[id].isQueued)
    feeds[id].isWanted = true; // It may be running, and have seen too little.
  else
    queueFeed(id);
}

/// With the lock held.
void Engine::queueFeed(uint32_t id) {
  feeds[id].isQueued = true;
  feeds[id].isWanted = false;
  readyFeeds.push_back(id);
  if (numWorkers > 1)
    hasWork.notify_one();
}

/// Rows have been added to a stream: wakes the readers that have waited for
/// them.
void Engine::announce(uint32_t id) {
  Stream &stream = streams[id];
  uint64_t end = stream.getEnd();
  for (Stream::ReaderRef ref : stream.readers)
    if (groups[ref.group].readers[ref.reader].wakeAt <= end)
      wakeGroup(ref.group);
}

/// Nobody runs: wakes all groups that could read anything. False if there are
/// none.
bool Engine::wakeReaders() {
  bool any = false;
  for (uint32_t id = 0; id < groups.size(); ++id)
    for (const Reader &reader : groups[id].readers)
      if (reader.wakeAt != UINT64_MAX && reader.cursor < countThere(reader)) {
        wakeGroup(id);
        any = true;
        break;
      }
  return any;
}

/// Runs one group or feed, with the lock taken off meanwhile. False if there
/// was none.
bool Engine::takeTurn(unsigned worker, std::unique_lock<std::mutex> &guard) {
  if (!readyFeeds.empty()) {
    uint32_t id = readyFeeds.front();
    readyFeeds.pop_front();
    ++numBusy;
    guard.unlock();
    bool goesOn = runFeed(id);
    numMoves += goesOn;
    guard.lock();
    --numBusy;
    feeds[id].isQueued = false;
    if (goesOn || feeds[id].isWanted)
      queueFeed(id);
    return true;
  }
  for (unsigned i = 0; i < numWorkers; ++i) {
    std::deque<uint32_t> &ready = readyGroups[(worker + i) % numWorkers];
    if (ready.empty())
      continue;
    uint32_t id;
    if (i == 0) {
      id = ready.back();
      ready.pop_back();
    } else {
      id = ready.front();
      ready.pop_front();
    }
    ++numBusy;
    guard.unlock();
    Group &group = groups[id];
    group.turn = Group::Running;
    runGroup(id);
    uint8_t turn = Group::Running;
    if (!group.turn.compare_exchange_strong(turn, Group::Resting)) {
      group.turn = Group::Resting;
      wakeGroup(id);
    }
    guard.lock();
    --numBusy;
    return true;
  }
  return false;
}

void Engine::work(unsigned worker) {
  std::unique_lock<std::mutex> guard(lock);
  while (!isOver) {
    if (takeTurn(worker, guard)) {
      if (hasFailed)
        isOver = true;
      if (worker == 0) {
        guard.unlock();
        if (options.progress)
          options.progress(progress.getState());
        if (options.stop && *options.stop)
          fail(FailureKind::Stopped,
               "stopped in launch " + std::to_string(launch));
        guard.lock();
      }
      if (isOver)
        hasWork.notify_all();
      continue;
    }
    if (numBusy) {
      hasWork.wait(guard);
      continue;
    }
    // Everyone rests. If the last ones to be woken have not moved either,
    // nobody can.
    bool any = false;
    if (movesAtLastLook != numMoves) {
      movesAtLastLook = numMoves;
      ++numBusy;
      guard.unlock();
      any = wakeReaders();
      guard.lock();
      --numBusy;
    }
    if (!any)
      isOver = true;
    hasWork.notify_all();
  }
}

/// Runs groups and feeds until none can go on.
bool Engine::runGroups() {
  isOver = false;
  movesAtLastLook = UINT64_MAX;
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < numWorkers; ++i)
    threads.emplace_back([this, i] { work(i); });
  work(0);
  for (std::thread &thread : threads)
    thread.join();
  return !hasFailed;
}
