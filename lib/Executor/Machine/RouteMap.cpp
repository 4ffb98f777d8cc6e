//===- RouteMap.cpp - which route a PE has for a colour ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/RouteMap.h"

using namespace wafer;
using namespace wafer::exec;

RouteMap::RouteMap(const LoadedModule &module)
    : routes(module.routes), width(module.machine.width),
      height(module.machine.height), colours(module.machine.colours),
      numEpochs(module.numEpochs), tables(numEpochs * colours) {
  for (const auto &[i, route] : llvm::enumerate(module.routes)) {
    std::vector<uint16_t> &table = tables[route.epoch * colours + route.colour];
    table.resize(width * height);
    uint16_t index = i + 1;
    route.region.forEachPoint(
        [&](Point p) { table[p.y * width + p.x] = index; });
    if (route.positions.size() > 1)
      switched |= uint64_t(1) << route.colour;
  }
}

static std::string describeWait(const Wait &wait) {
  std::string line;
  llvm::raw_string_ostream os(line);
  os << "PE " << wait.pe << " ";
  if (wait.thread == 0)
    os << "main thread ";
  else
    os << "microthread " << wait.thread - 1 << " ";
  os << wait.reason;
  if (wait.waitsFor)
    os << " of PE " << *wait.waitsFor;
  os << ": " << describe(wait.op);
  return line;
}

std::vector<std::string> exec::reportDeadlock(llvm::ArrayRef<Wait> waits) {
  constexpr size_t kMaxLines = 16;
  std::map<Point, const Wait *> byPE;
  for (const Wait &wait : waits)
    if (wait.waitsFor || !byPE.count(wait.pe))
      byPE[wait.pe] = &wait;
  // Follow the waits from each PE until one repeats or ends; a cycle is worth
  // more than a chain.
  std::vector<const Wait *> best;
  bool bestIsCycle = false;
  std::map<Point, unsigned> visitedBy;
  unsigned walk = 0;
  for (const auto &[start, first] : byPE) {
    ++walk;
    std::vector<const Wait *> chain;
    Point at = start;
    while (byPE.count(at) && !visitedBy.count(at)) {
      visitedBy[at] = walk;
      chain.push_back(byPE[at]);
      if (!chain.back()->waitsFor)
        break;
      at = *chain.back()->waitsFor;
    }
    auto sameWalk = visitedBy.find(at);
    bool isCycle = !chain.empty() && chain.back()->waitsFor &&
                   sameWalk != visitedBy.end() && sameWalk->second == walk;
    if (isCycle)
      chain.erase(chain.begin(), llvm::find_if(chain, [&](const Wait *wait) {
                    return wait->pe == at;
                  }));
    if (best.empty() || (isCycle && !bestIsCycle)) {
      best = chain;
      bestIsCycle = isCycle;
    }
  }
  std::vector<std::string> lines;
  lines.push_back(
      "deadlock: " + std::to_string(waits.size()) + " threads wait" +
      (bestIsCycle ? ", in a cycle of " + std::to_string(best.size())
                   : std::string()));
  for (const Wait *wait : best) {
    if (lines.size() > kMaxLines) {
      lines.push_back("and so on");
      break;
    }
    lines.push_back(describeWait(*wait));
  }
  return lines;
}
