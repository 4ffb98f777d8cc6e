//===- RoutingState.cpp - Shapes, channels and their conflicts *- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RoutingState.h"

#include "llvm/ADT/STLExtras.h"

using namespace wafer;
using namespace wafer::route_detail;

namespace {

/// Steps of the exact colouring in one attempt.
constexpr uint64_t colouringBudget = 20000;

TreeShape otherShape(TreeShape shape) {
  return shape == TreeShape::XFirst ? TreeShape::YFirst : TreeShape::XFirst;
}

} // namespace

const std::optional<std::vector<unsigned>> &
RoutingState::familiesOf(PieceId id, TreeShape shape) {
  auto [entry, isNew] = byShape.try_emplace({id, shape});
  if (!isNew)
    return entry->second;
  auto other = byShape.find({id, otherShape(shape)});
  if (other != byShape.end() && other->second &&
      llvm::all_of(*other->second, [&](unsigned index) {
        return families[index].tree.isLine();
      }))
    return entry->second = other->second;
  const StreamPiece &piece = problem.nets[id.net].pieces[id.piece];
  auto split = splitPiece(piece, shape, numColours(), trees);
  if (!split)
    return entry->second;
  entry->second.emplace();
  for (Family &family : *split) {
    family.net = id.net;
    family.piece = id.piece;
    entry->second->push_back(families.size());
    families.push_back(std::move(family));
  }
  return entry->second;
}

bool RoutingState::chooseShapes(PieceId &culprit) {
  for (unsigned net = 0; net < problem.nets.size(); ++net)
    for (unsigned piece = 0; piece < problem.nets[net].pieces.size(); ++piece) {
      PieceId id{net, piece};
      std::optional<std::pair<size_t, int64_t>> best;
      for (TreeShape shape : {TreeShape::XFirst, TreeShape::YFirst}) {
        const auto &split = familiesOf(id, shape);
        if (!split)
          continue;
        int64_t hops = 0;
        for (unsigned index : *split)
          hops += families[index].sources.size() * families[index].tree.size();
        std::pair<size_t, int64_t> cost(split->size(), hops);
        if (best && *best <= cost)
          continue;
        best = cost;
        shapes[id] = shape;
      }
      if (!best) {
        culprit = id;
        return false;
      }
    }
  return true;
}

bool RoutingState::canFlip(PieceId id) {
  TreeShape shape = shapes[id];
  const auto &other = familiesOf(id, otherShape(shape));
  if (!other)
    return false;
  const auto &current = familiesOf(id, shape);
  return current->size() != other->size() ||
         !llvm::equal(*current, *other, [&](unsigned a, unsigned b) {
           return families[a].tree == families[b].tree;
         });
}

void RoutingState::flip(PieceId id) { shapes[id] = otherShape(shapes[id]); }

bool RoutingState::meets(unsigned a, unsigned b) {
  // Most pairs are far apart; only the others are worth remembering.
  if (families[a].box.intersect(families[b].box).empty())
    return false;
  auto [entry, isNew] = meeting.try_emplace(std::minmax(a, b), false);
  if (isNew)
    entry->second = families[a].meets(families[b]);
  return entry->second;
}

bool RoutingState::conflict(const Channel &a, const Channel &b) {
  if (a.epoch != b.epoch)
    return false;
  for (unsigned i : a.families)
    for (unsigned j : b.families) {
      if (!meets(i, j))
        continue;
      unsigned groupI = problem.nets[families[i].net].group;
      unsigned groupJ = problem.nets[families[j].net].group;
      if (groupI == groupJ || !areSameChannels(families[i], families[j]))
        return true;
    }
  return false;
}

std::vector<Channel> RoutingState::buildChannels(bool coherent) {
  std::vector<Channel> channels;
  for (unsigned net = 0; net < problem.nets.size(); ++net) {
    size_t first = channels.size();
    for (unsigned piece = 0; piece < problem.nets[net].pieces.size(); ++piece) {
      PieceId id{net, piece};
      for (unsigned family : *familiesOf(id, shapes[id])) {
        auto joins = [&](const Channel &channel) {
          return coherent && llvm::none_of(channel.families, [&](unsigned f) {
                   return meets(f, family);
                 });
        };
        auto channel =
            std::find_if(channels.begin() + first, channels.end(), joins);
        if (channel != channels.end())
          channel->families.push_back(family);
        else
          channels.push_back(
              {problem.nets[net].epoch, {family}, {problem.nets[net].group}});
      }
    }
  }
  mergeSameChannels(channels);
  return channels;
}

/// Channels of different groups with the same sources and trees become one.
void RoutingState::mergeSameChannels(std::vector<Channel> &channels) {
  auto isSame = [&](const Channel &a, const Channel &b) {
    return a.epoch == b.epoch &&
           llvm::none_of(
               b.groups,
               [&](unsigned g) { return llvm::is_contained(a.groups, g); }) &&
           a.families.size() % b.families.size() == 0 &&
           llvm::all_of(llvm::enumerate(b.families), [&](auto indexed) {
             const Family &x = families[a.families[indexed.index()]];
             const Family &y = families[indexed.value()];
             return x.sources == y.sources && x.tree == y.tree;
           });
  };
  // Keyed by what a cheap comparison tells apart, for long lists of nets.
  std::map<std::tuple<unsigned, size_t, StridedRect>, std::vector<size_t>> kept;
  std::vector<Channel> merged;
  for (Channel &channel : channels) {
    auto &candidates = kept[{channel.epoch, channel.families.size(),
                             families[channel.families.front()].sources}];
    auto same = llvm::find_if(candidates, [&](size_t index) {
      return isSame(merged[index], channel);
    });
    if (same == candidates.end()) {
      candidates.push_back(merged.size());
      merged.push_back(std::move(channel));
      continue;
    }
    llvm::append_range(merged[*same].families, channel.families);
    llvm::append_range(merged[*same].groups, channel.groups);
  }
  channels = std::move(merged);
}

Attempt RoutingState::attempt(bool coherent) {
  Attempt result;
  result.channels = buildChannels(coherent);
  unsigned size = result.channels.size();
  result.graph = ConflictGraph(size);
  for (unsigned i = 0; i < size; ++i)
    for (unsigned j = 0; j < i; ++j)
      if (conflict(result.channels[i], result.channels[j]))
        result.graph.addEdge(i, j);
  result.succeeded = colourWithin(result.graph, numColours(), colouringBudget,
                                  result.colours) == ColouringStatus::Found;
  for (unsigned colour : result.colours) {
    result.score.first = std::max(result.score.first, colour + 1);
    result.score.second += colour >= numColours();
  }
  return result;
}

CrowdedPE route_detail::findMostCrowded(const RoutingState &state,
                                        const Attempt &attempt) {
  // Only channels with many conflicts can make a place too crowded.
  std::vector<unsigned> channels = attempt.graph.core(state.numColours());
  std::map<unsigned, std::vector<unsigned>> byEpoch;
  for (unsigned channel : channels)
    byEpoch[attempt.channels[channel].epoch].push_back(channel);
  CrowdedPE worst;
  for (const auto &entry : byEpoch) {
    const std::vector<unsigned> &members = entry.second;
    std::vector<Region> regions;
    for (unsigned channel : members) {
      Region region;
      for (unsigned family : attempt.channels[channel].families)
        region = region.unite(state.family(family).footprint());
      regions.push_back(std::move(region));
    }
    const Partition::Cell *most = nullptr;
    Partition partition = overlay(regions);
    for (const Partition::Cell &cell : partition.cells)
      if (!most || cell.cover.size() > most->cover.size())
        most = &cell;
    if (!most || most->cover.size() <= worst.channels.size())
      continue;
    worst.pe = most->region.anyPoint();
    worst.epoch = entry.first;
    worst.channels.clear();
    // Channels that share at this PE do not crowd each other.
    for (unsigned index : most->cover)
      if (llvm::all_of(worst.channels, [&](unsigned other) {
            return attempt.graph.hasEdge(other, members[index]);
          }))
        worst.channels.push_back(members[index]);
  }
  return worst;
}
