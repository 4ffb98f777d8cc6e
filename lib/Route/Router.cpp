//===- Router.cpp - Trees of hops and colours for nets --------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 1. Every piece gets a tree shape (comb with its trunk along x or along y):
//    the one that needs fewer families of streams, then fewer hops.
// 2. A piece whose own streams meet is split into families by residue classes
//    of its sources (MulticastTree.cpp).
// 3. Families become channels: the parts of a net that keep apart go together,
//    and so do equal families of nets used one after another.
// 4. Channels of an epoch that meet conflict; the graph is coloured by DSATUR,
//    then exactly within a budget (Colouring.cpp).
// 5. If the colours do not suffice, nets may fall into parts of different
//    colours, and pieces through the most crowded PE are flipped to their other
//    shape: each time the flip with the best score, never one twice in a row.
// 6. A failure names the most crowded PE and a set of nets, shrunk by deletion,
//    that cannot coexist.
//
//===----------------------------------------------------------------------===//

#include "wafer/Route/Router.h"

#include "RoutingState.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace wafer;
using namespace wafer::route_detail;

namespace {

/// Attempts (conflict graph and colouring) of one rip-up search.
constexpr unsigned maxAttempts = 300;
/// Steps of the exact colouring for each candidate of the explanation.
constexpr uint64_t explanationBudget = 20000;
/// More sources than this at absolute coordinates are refused unseen.
constexpr int64_t maxSeparateSources = 1024;
/// Names in a message; RouteFailure::nets has them all.
constexpr size_t maxNames = 8;

class Router {
public:
  Router(const RouteProblem &problem, RouteFailure &failure)
      : problem(problem), failure(failure), state(problem) {
    failure.coloursUsable = problem.colours.size();
  }

  bool run(RouteAnswer &answer) {
    if (!problem.check(failure.message) || !checkCommonReaders())
      return false;
    RoutingState::PieceId culprit;
    if (!state.chooseShapes(culprit)) {
      explainPiece(culprit);
      return false;
    }
    Attempt attempt = state.attempt(/*coherent=*/true);
    if (!attempt.succeeded)
      attempt = state.attempt(/*coherent=*/false);
    if (!attempt.succeeded && !ripUp(attempt)) {
      explain(attempt);
      return false;
    }
    writeAnswer(attempt, answer);
    return true;
  }

private:
  bool checkCommonReaders();
  bool ripUp(Attempt &attempt);
  void explainPiece(RoutingState::PieceId id);
  void explain(const Attempt &attempt);
  /// The conflict is at one PE, in several around it, or (Unproven) the search
  /// gave up.
  enum class Reason { AtPE, Around, Unproven };
  void reportFailure(Point pe, unsigned needed, unsigned epoch,
                     std::vector<unsigned> nets, Reason reason);
  void writeAnswer(const Attempt &attempt, RouteAnswer &answer);

  const RouteProblem &problem;
  RouteFailure &failure;
  RoutingState state;
};

/// Refuses at once a piece whose sources outnumber the colours at a reader that
/// they have in common, before its streams are enumerated.
bool Router::checkCommonReaders() {
  for (auto [net, value] : llvm::enumerate(problem.nets))
    for (const StreamPiece &piece : value.pieces) {
      const StridedRect &sources = piece.sources;
      bool anyX = false, anyY = false;
      for (const Destination &d : piece.destinations) {
        int64_t common = (d.x.relative ? 1 : sources.x.size()) *
                         (d.y.relative ? 1 : sources.y.size());
        anyX |= !d.x.relative;
        anyY |= !d.y.relative;
        // One source less may read where the source itself is excluded.
        common -= piece.excludeSource;
        if (common <= int64_t(problem.colours.size()))
          continue;
        Point reader{d.x.at(sources.x.begin).begin,
                     d.y.at(sources.y.begin).begin};
        reportFailure(reader, common, value.epoch, {unsigned(net)},
                      Reason::AtPE);
        return false;
      }
      int64_t separate =
          (anyX ? sources.x.size() : 1) * (anyY ? sources.y.size() : 1);
      if (separate > maxSeparateSources) {
        failure.message = "net \"" + value.name + "\" has " +
                          std::to_string(separate) +
                          " streams that need a route each; at most " +
                          std::to_string(maxSeparateSources) + " are tried";
        failure.nets = {unsigned(net)};
        return false;
      }
    }
  return true;
}

bool Router::ripUp(Attempt &current) {
  std::set<RoutingState::PieceId> tabu;
  unsigned attempts = 0;
  while (attempts < maxAttempts) {
    std::set<RoutingState::PieceId> crossing;
    for (unsigned channel : findMostCrowded(state, current).channels)
      for (unsigned index : current.channels[channel].families) {
        const Family &family = state.family(index);
        RoutingState::PieceId id{family.net, family.piece};
        if (!tabu.count(id) && state.canFlip(id))
          crossing.insert(id);
      }
    std::optional<Attempt> best;
    RoutingState::PieceId bestFlip{};
    for (RoutingState::PieceId id : crossing) {
      if (++attempts > maxAttempts)
        break;
      state.flip(id);
      Attempt attempt = state.attempt(/*coherent=*/false);
      if (attempt.succeeded) {
        Attempt coherent = state.attempt(/*coherent=*/true);
        current = coherent.succeeded ? std::move(coherent) : std::move(attempt);
        return true;
      }
      state.flip(id);
      if (!best || attempt.score < best->score) {
        best = std::move(attempt);
        bestFlip = id;
      }
    }
    if (!best)
      return false;
    // Progress lifts the ban on earlier flips; otherwise it grows, so that the
    // search moves on and ends.
    if (best->score < current.score)
      tabu.clear();
    tabu.insert(bestFlip);
    state.flip(bestFlip);
    current = std::move(*best);
  }
  return false;
}

/// A piece that cannot be split: counts the streams at PEs in their midst.
void Router::explainPiece(RoutingState::PieceId id) {
  const Net &net = problem.nets[id.net];
  const StreamPiece &piece = net.pieces[id.piece];
  auto middle = [](const StridedRange &range) {
    return range.begin + (range.size() - 1) / 2 * range.step;
  };
  Point source{middle(piece.sources.x), middle(piece.sources.y)};
  Region readers = piece.readersOf(source).shift(-source.x, -source.y);
  MulticastTree tree =
      MulticastTree::build(readers, piece.fromPort, TreeShape::XFirst);
  Region footprint;
  for (const TreeCell &cell : tree.cells)
    footprint = footprint.unite(cell.rect);
  // The sources whose tree covers `pe` are pe - f, for f in the footprint.
  Region mirrored;
  for (const StridedRect &rect : footprint.splitAtHoles()) {
    auto mirror = [](const StridedRange &range) {
      return StridedRange(-range.last(), -range.begin + 1, range.step);
    };
    mirrored = mirrored.unite(Region(mirror(rect.x), mirror(rect.y)));
  }
  Point worst = source;
  int64_t most = 0;
  for (const StridedRect &rect : footprint.getRects()) {
    Point pe = source + Point{middle(rect.x), middle(rect.y)};
    int64_t streams =
        mirrored.shift(pe.x, pe.y).intersect(piece.sources).size();
    if (streams > most) {
      most = streams;
      worst = pe;
    }
  }
  most = std::max<int64_t>(most, problem.colours.size() + 1);
  reportFailure(worst, most, net.epoch, {id.net}, Reason::AtPE);
}

void Router::explain(const Attempt &attempt) {
  CrowdedPE crowded = findMostCrowded(state, attempt);
  bool atPE = crowded.channels.size() > problem.colours.size();
  std::vector<unsigned> channels =
      atPE ? crowded.channels : attempt.graph.core(problem.colours.size());
  std::set<unsigned> nets;
  auto netOf = [&](unsigned family) { return state.family(family).net; };
  for (unsigned channel : channels)
    for (unsigned family : attempt.channels[channel].families)
      nets.insert(netOf(family));
  ColouringStatus status = ColouringStatus::Impossible;
  auto cannotCoexist = [&] {
    std::vector<unsigned> alive;
    for (unsigned channel : channels)
      if (llvm::any_of(attempt.channels[channel].families,
                       [&](unsigned f) { return nets.count(netOf(f)); }))
        alive.push_back(channel);
    std::vector<unsigned> colours;
    return colourWithin(attempt.graph.restrictTo(alive), problem.colours.size(),
                        explanationBudget, colours) != ColouringStatus::Found;
  };
  // From the last to the first, so that the earlier nets are named.
  std::vector<unsigned> candidates(nets.rbegin(), nets.rend());
  for (unsigned net : candidates) {
    nets.erase(net);
    if (!cannotCoexist())
      nets.insert(net);
  }
  cannotCoexist();
  Reason reason = atPE                                    ? Reason::AtPE
                  : status == ColouringStatus::Impossible ? Reason::Around
                                                          : Reason::Unproven;
  unsigned needed = atPE ? crowded.channels.size() : problem.colours.size() + 1;
  reportFailure(crowded.pe, needed, crowded.epoch,
                std::vector<unsigned>(nets.begin(), nets.end()), reason);
}

void Router::reportFailure(Point pe, unsigned needed, unsigned epoch,
                           std::vector<unsigned> nets, Reason reason) {
  failure.pe = pe;
  failure.coloursNeeded = needed;
  failure.epoch = epoch;
  failure.nets = std::move(nets);
  failure.message.clear();
  llvm::raw_string_ostream os(failure.message);
  auto names = [&] {
    llvm::ArrayRef<unsigned> shown(failure.nets);
    llvm::interleave(
        shown.take_front(maxNames), os,
        [&](unsigned net) { os << '"' << problem.nets[net].name << '"'; },
        ", ");
    if (shown.size() > maxNames)
      os << " and " << shown.size() - maxNames << " more";
  };
  if (reason == Reason::Unproven) {
    os << "found no routes with the " << failure.coloursUsable
       << " usable colours around PE " << pe << " for ";
    names();
    return;
  }
  os << "requires " << (reason == Reason::AtPE ? "" : "at least ") << needed
     << " colours " << (reason == Reason::AtPE ? "at" : "around") << " PE "
     << pe << " but " << failure.coloursUsable
     << (failure.coloursUsable == 1 ? " is" : " are") << " usable: ";
  names();
  os << " cannot coexist";
  if (failure.nets.size() == 1)
    os << " with itself";
}

void Router::writeAnswer(const Attempt &attempt, RouteAnswer &answer) {
  answer = {};
  answer.nets.resize(problem.nets.size());
  using Action = std::tuple<unsigned, Direction, uint8_t>;
  std::vector<std::map<Action, llvm::SmallVector<StridedRect>>> entries(
      problem.nets.size());
  std::set<unsigned> used;
  for (auto [channel, index] : llvm::zip(attempt.channels, attempt.colours)) {
    unsigned colour = problem.colours[index];
    used.insert(colour);
    for (unsigned familyIndex : channel.families) {
      const Family &family = state.family(familyIndex);
      llvm::SmallVector<StridedRect> readers;
      for (const PlacedCell &cell : family.cells) {
        llvm::append_range(
            entries[family.net][{colour, cell.input, cell.outputs.bits()}],
            cell.rects);
        if (cell.outputs.contains(Direction::Ramp))
          llvm::append_range(readers, cell.rects);
      }
      answer.nets[family.net].subNets.push_back(
          {family.piece, family.sources, colour, Region::getDisjoint(readers)});
    }
  }
  for (auto [net, actions] : llvm::enumerate(entries)) {
    for (auto &[action, rects] : actions) {
      auto [colour, input, outputs] = action;
      answer.nets[net].entries.push_back({colour, Region::getDisjoint(rects),
                                          input,
                                          DirectionSet::fromBits(outputs)});
    }
    llvm::sort(answer.nets[net].subNets, [](const SubNet &a, const SubNet &b) {
      return std::tie(a.piece, a.sources) < std::tie(b.piece, b.sources);
    });
  }
  answer.coloursUsed = used.size();
}

} // namespace

bool wafer::route(const RouteProblem &problem, RouteAnswer &answer,
                  RouteFailure &failure) {
  failure = {};
  return Router(problem, failure).run(answer);
}
