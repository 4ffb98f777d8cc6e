//===- RoutingVerifier.cpp - Checks an answer of the router ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two nets with one entry for the same PE and colour are the same channel if
// the entries are equal wherever both have one: the way back from such a PE is
// common up to the source, and the way forward to all readers.
//
//===----------------------------------------------------------------------===//

#include "wafer/Route/RecoverStreams.h"
#include "wafer/Route/Router.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <map>

using namespace wafer;

namespace {

class AnswerCheck {
public:
  AnswerCheck(const RouteProblem &problem, const RouteAnswer &answer,
              llvm::raw_ostream &error)
      : problem(problem), answer(answer), error(error) {}

  bool run() {
    if (answer.nets.size() != problem.nets.size()) {
      error << "the answer has " << answer.nets.size() << " nets instead of "
            << problem.nets.size();
      return false;
    }
    for (unsigned net = 0; net < problem.nets.size(); ++net)
      if (!checkEntries(net) || !checkSubNets(net))
        return false;
    for (unsigned a = 0; a < problem.nets.size(); ++a)
      for (unsigned b = 0; b <= a; ++b)
        if (!checkPair(a, b))
          return false;
    return checkStreams();
  }

private:
  llvm::raw_ostream &complain(unsigned net) {
    return error << "net \"" << problem.nets[net].name << "\" ";
  }

  bool checkEntries(unsigned net) {
    Region mesh({0, problem.width}, {0, problem.height});
    for (const RouteEntry &entry : answer.nets[net].entries) {
      if (!llvm::is_contained(problem.colours, entry.colour)) {
        complain(net) << "uses colour " << entry.colour
                      << ", which is not usable";
        return false;
      }
      if (entry.outputs.empty() || !mesh.contains(entry.region)) {
        complain(net) << "has the malformed entry " << entry;
        return false;
      }
    }
    return true;
  }

  /// Every source of every piece has exactly one colour.
  bool checkSubNets(unsigned net) {
    const Net &wanted = problem.nets[net];
    std::vector<Region> covered(wanted.pieces.size());
    for (const SubNet &part : answer.nets[net].subNets) {
      if (part.piece >= wanted.pieces.size() ||
          !wanted.pieces[part.piece].sources.contains(part.sources) ||
          !covered[part.piece].isDisjoint(part.sources)) {
        complain(net) << "has sources twice or unasked in " << part.sources;
        return false;
      }
      covered[part.piece] = covered[part.piece].unite(part.sources);
    }
    for (auto [piece, region] : llvm::zip(wanted.pieces, covered))
      if (region.size() != piece.sources.size()) {
        complain(net) << "has sources without a route in " << piece.sources;
        return false;
      }
    return true;
  }

  bool checkPair(unsigned a, unsigned b) {
    const Net &netA = problem.nets[a], &netB = problem.nets[b];
    if (netA.epoch != netB.epoch)
      return true;
    bool mayShare = a != b && netA.group != netB.group;
    const auto &entriesA = answer.nets[a].entries;
    const auto &entriesB = answer.nets[b].entries;
    for (size_t i = 0; i < entriesA.size(); ++i)
      for (size_t j = 0; j < (a == b ? i : entriesB.size()); ++j) {
        const RouteEntry &x = entriesA[i], &y = entriesB[j];
        if (x.colour != y.colour || x.region.isDisjoint(y.region))
          continue;
        if (mayShare && x.input == y.input && x.outputs == y.outputs)
          continue;
        complain(a) << "and net \"" << netB.name << "\" both use colour "
                    << x.colour << " at PE "
                    << x.region.intersect(y.region).anyPoint();
        return false;
      }
    return true;
  }

  bool checkStreams() {
    std::map<unsigned,
             std::pair<std::vector<WantedStreams>, std::vector<RouteEntry>>>
        epochs;
    for (auto [net, routes] : llvm::zip(problem.nets, answer.nets)) {
      auto &[wanted, entries] = epochs[net.epoch];
      llvm::append_range(entries, routes.entries);
      for (const SubNet &part : routes.subNets) {
        StreamPiece piece = net.pieces[part.piece];
        piece.sources = part.sources;
        wanted.push_back({net.name, part.colour, std::move(piece)});
      }
    }
    for (const auto &[epoch, streams] : epochs) {
      auto faults = verifyRoutes(streams.first, streams.second, 1);
      if (faults.empty())
        continue;
      error << faults.front().message;
      return false;
    }
    return true;
  }

  const RouteProblem &problem;
  const RouteAnswer &answer;
  llvm::raw_ostream &error;
};

} // namespace

bool wafer::verify(const RouteProblem &problem, const RouteAnswer &answer,
                   std::string &error) {
  if (!problem.check(error))
    return false;
  error.clear();
  llvm::raw_string_ostream os(error);
  return AnswerCheck(problem, answer, os).run();
}
