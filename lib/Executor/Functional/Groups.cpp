//===- Groups.cpp - partitions PEs into lockstep groups ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// PEs of a group execute every instruction together. That is right if
//   1. they run the same program, and every trip count, extent and memory
//   offset has the same value in all of them: no lane
//      is ever masked;
//   2. for every colour that they read, their sources belong to one group (or
//   all have the same source), so that what one
//      lane has received, the others have too;
//   3. no lane waits for another lane of its own group, on whatever way.
// Steps: classes by (1); refine by (2) until nothing changes; look at the
// strongly connected components of the graph of groups: where PEs of one group
// hang together inside a component, split the component's groups by column,
// else by row, else into single PEs; refine again. A source that is a group of
// one PE is the same for all its readers and does not join them. PEs that touch
// a switched colour stand alone: what reaches them is known only while running.
//
//===----------------------------------------------------------------------===//

#include "Groups.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/SetVector.h"
#include <set>

using namespace wafer;
using namespace wafer::exec;

llvm::BitVector exec::getBoundColours(const Program &program, bool inputs,
                                      unsigned colours) {
  llvm::BitVector bound(colours);
  for (const Instruction &instruction : program.code)
    if (instruction.kind == Instruction::Kind::Bind &&
        instruction.isInput == inputs)
      bound.set(instruction.colour);
  return bound;
}

SourceTable::SourceTable(const LoadedModule &module, const RouteMap &map,
                         llvm::ArrayRef<PortStream> ports)
    : colours(map.getNumColours()), isByStream(!module.streams.empty()),
      switched(colours) {
  size_t pes = module.machine.width * module.machine.height;
  std::vector<llvm::BitVector> bound;
  std::vector<uint32_t> programAt(pes, UINT32_MAX), readers(pes);
  for (auto [i, program] : llvm::enumerate(module.programs)) {
    bound.push_back(getBoundColours(program, /*inputs=*/true, colours));
    uint32_t index = i;
    program.region.forEachPoint(
        [&](Point p) { programAt[p.y * module.machine.width + p.x] = index; });
  }
  for (unsigned colour = 0; colour < colours; ++colour)
    switched[colour] = map.isSwitched(colour);
  for (unsigned epoch = 0; epoch < (isByStream ? 1 : map.getNumEpochs());
       ++epoch)
    for (unsigned colour = 0; colour < colours; ++colour) {
      if (isByStream || map.isUsed(epoch, colour))
        for (size_t pe = 0; pe < pes; ++pe)
          readers[pe] =
              programAt[pe] != UINT32_MAX && bound[programAt[pe]][colour];
      if (isByStream)
        tables.emplace_back(module, ports, readers, colour);
      else
        tables.emplace_back(module, map, ports, readers, epoch, colour);
    }
}

namespace {
/// Numbers distinct keys from 0.
template <typename KeyT> struct Numbering {
  std::map<KeyT, uint32_t> numbers;
  uint32_t get(const KeyT &key) {
    return numbers.insert({key, static_cast<uint32_t>(numbers.size())})
        .first->second;
  }
};

struct Partitioner {
  const LoadedModule &module;
  llvm::ArrayRef<Program> programs;
  const SourceTable &sources;
  llvm::ArrayRef<PortStream> ports;
  int64_t width;
  /// PEs with programs, by x then y, and by position in that list: program,
  /// class, and what it reads.
  std::vector<uint32_t> pes, programOf;
  std::vector<uint32_t> placeOf;
  std::vector<uint32_t> classOf, portClassOf;
  uint32_t numClasses = 0, numPortClasses = 0;
  std::vector<std::pair<unsigned, unsigned>>
      channels; // (epoch, colour), those in use and not switched.
  std::vector<llvm::BitVector> reads; // By program.

  static constexpr uint32_t kNoPlace = UINT32_MAX;

  Partitioner(const LoadedModule &module, llvm::ArrayRef<Program> programs,
              const SourceTable &sources, llvm::ArrayRef<PortStream> ports,
              std::optional<unsigned> epoch)
      : module(module), programs(programs), sources(sources), ports(ports),
        width(module.machine.width) {
    std::vector<uint32_t> programAt(width * module.machine.height, kNoPlace);
    for (auto [i, program] : llvm::enumerate(programs)) {
      uint32_t index = i;
      program.region.forEachPoint(
          [&](Point p) { programAt[p.y * width + p.x] = index; });
      reads.push_back(
          getBoundColours(program, /*inputs=*/true, module.machine.colours));
    }
    placeOf.assign(programAt.size(), kNoPlace);
    for (int64_t x = 0; x < width; ++x)
      for (int64_t y = 0; y < module.machine.height; ++y)
        if (uint32_t program = programAt[y * width + x]; program != kNoPlace) {
          placeOf[y * width + x] = pes.size();
          pes.push_back(y * width + x);
          programOf.push_back(program);
        }
    std::set<std::pair<unsigned, unsigned>> used;
    for (const Route &route : module.routes)
      if (!sources.isSwitched(route.colour) &&
          (!epoch || route.epoch == *epoch))
        used.insert({route.epoch, route.colour});
    for (unsigned stream = 0; stream < module.streams.size(); ++stream)
      used.insert({0, stream});
    channels.assign(used.begin(), used.end());
  }

  /// The expressions that must agree in a group.
  static std::vector<const Expr *> decidingExprs(const Program &program) {
    std::vector<const Expr *> exprs;
    for (const Instruction &in : program.code) {
      exprs.push_back(&in.count);
      for (const Expr &extent : in.extents)
        exprs.push_back(&extent);
      for (const Operand *operand :
           {&in.destination, &in.sources[0], &in.sources[1]})
        exprs.push_back(&operand->offset);
    }
    return exprs;
  }

  void classify() {
    Numbering<std::vector<int64_t>> classes;
    classOf.resize(pes.size());
    // Signatures of expressions in x alone, y alone, both, for each program;
    // the first two once for each column or row.
    for (auto [index, program] : llvm::enumerate(programs)) {
      std::vector<const Expr *> byX, byY, byBoth;
      for (const Expr *expr : decidingExprs(program)) {
        bool x = expr->dependsOn(machine::kX), y = expr->dependsOn(machine::kY);
        if (x || y)
          (x && y ? byBoth : x ? byX : byY).push_back(expr);
      }
      bool isSwitched = false;
      for (const Instruction &in : program.code)
        isSwitched |=
            in.kind == Instruction::Kind::Bind && sources.isSwitched(in.colour);
      Numbering<std::vector<int64_t>> signatures;
      auto number = [&](llvm::ArrayRef<const Expr *> exprs, int64_t x,
                        int64_t y, int64_t kind) {
        std::vector<int64_t> key = {kind};
        for (const Expr *expr : exprs)
          expr->appendSignature(x, y, key);
        return static_cast<int64_t>(signatures.get(key));
      };
      std::map<int64_t, int64_t> ofX, ofY;
      for (size_t i = 0; i < pes.size(); ++i) {
        if (programOf[i] != index)
          continue;
        int64_t x = pes[i] % width, y = pes[i] / width;
        if (!ofX.count(x))
          ofX[x] = number(byX, x, 0, 0);
        if (!ofY.count(y))
          ofY[y] = number(byY, 0, y, 1);
        int64_t both = byBoth.empty() ? 0 : number(byBoth, x, y, 2);
        classOf[i] = classes.get({static_cast<int64_t>(index), ofX[x], ofY[y],
                                  both, isSwitched ? pes[i] : -1});
      }
    }
    numClasses = classes.numbers.size();
  }

  void classifyPorts() {
    Numbering<std::vector<int64_t>> classes;
    for (auto [i, port] : llvm::enumerate(ports)) {
      std::vector<int64_t> key = {port.rate, sources.isSwitched(port.colour)
                                                 ? static_cast<int64_t>(i)
                                                 : -1};
      for (const Feed *feed : port.feeds) {
        key.push_back(feed - module.feeds.data());
        for (const Expr &extent : feed->nest.extents)
          extent.appendSignature(port.p.x, port.p.y, key);
      }
      portClassOf.push_back(classes.get(key));
    }
    numPortClasses = classes.numbers.size();
  }

  /// The class of the source of PE number `i` on a channel: 0 for nobody.
  uint64_t sourceClass(size_t i, std::pair<unsigned, unsigned> channel) const {
    if (!reads[programOf[i]][channel.second])
      return 0;
    Source source =
        sources.get(channel.first, channel.second).getSource(pes[i]);
    if (source.isPort())
      return 1 + portClassOf[source.getPort()];
    if (!source.isPE() || placeOf[source.id] == kNoPlace)
      return 0;
    return 1 + numPortClasses + classOf[placeOf[source.id]];
  }

  /// One round of (2). True if a class was split.
  bool refineOnce() {
    uint32_t before = numClasses;
    std::vector<uint32_t> current = classOf;
    for (auto channel : channels) {
      llvm::DenseMap<std::pair<uint64_t, uint64_t>, uint32_t> numbers;
      for (size_t i = 0; i < pes.size(); ++i)
        current[i] =
            numbers
                .insert({{current[i], sourceClass(i, channel)}, numbers.size()})
                .first->second;
      numClasses = numbers.size();
    }
    classOf = std::move(current);
    return numClasses != before;
  }

  /// Splits the classes for which `chosen` by a coordinate; 0: x, 1: y, 2:
  /// both.
  void split(const std::vector<uint8_t> &chosen) {
    Numbering<std::tuple<uint32_t, int64_t, int64_t>> numbers;
    for (size_t i = 0; i < pes.size(); ++i) {
      uint8_t how = chosen[classOf[i]];
      int64_t x = pes[i] % width, y = pes[i] / width;
      classOf[i] =
          numbers.get({classOf[i], how & 1 ? x : -1, how & 2 ? y : -1});
    }
    numClasses = numbers.numbers.size();
  }

  /// Calls `edge(reader place, source place)` for all pairs of PEs that talk.
  template <typename Fn> void forEachEdge(Fn edge) const {
    for (auto channel : channels)
      for (size_t i = 0; i < pes.size(); ++i) {
        if (!reads[programOf[i]][channel.second])
          continue;
        Source source =
            sources.get(channel.first, channel.second).getSource(pes[i]);
        if (source.isPE() && placeOf[source.id] != kNoPlace)
          edge(i, placeOf[source.id]);
      }
  }

  bool canRunInLines() const;
  std::vector<uint32_t> findComponents() const;
  bool breakCycles();
  Grouping finish() const;
};
} // namespace

/// The strongly connected component of each class in the graph reader -> source
/// (Tarjan, without recursion).
std::vector<uint32_t> Partitioner::findComponents() const {
  llvm::SetVector<std::pair<uint32_t, uint32_t>> edges;
  forEachEdge([&](size_t reader, size_t source) {
    edges.insert({classOf[reader], classOf[source]});
  });
  std::vector<std::vector<uint32_t>> next(numClasses);
  for (auto [from, to] : edges)
    next[from].push_back(to);
  constexpr uint32_t kUnseen = UINT32_MAX;
  std::vector<uint32_t> order(numClasses, kUnseen), low(numClasses),
      component(numClasses, kUnseen), stack;
  std::vector<std::pair<uint32_t, size_t>> calls;
  uint32_t counter = 0, components = 0;
  for (uint32_t root = 0; root < numClasses; ++root) {
    if (order[root] != kUnseen)
      continue;
    calls.push_back({root, 0});
    while (!calls.empty()) {
      uint32_t node = calls.back().first;
      if (calls.back().second == 0 && order[node] == kUnseen) {
        order[node] = low[node] = counter++;
        stack.push_back(node);
      }
      if (calls.back().second < next[node].size()) {
        uint32_t to = next[node][calls.back().second++];
        if (order[to] == kUnseen)
          calls.push_back({to, 0});
        else if (component[to] == kUnseen)
          low[node] = std::min(low[node], order[to]);
        continue;
      }
      calls.pop_back();
      if (!calls.empty())
        low[calls.back().first] = std::min(low[calls.back().first], low[node]);
      if (low[node] != order[node])
        continue;
      uint32_t member;
      do {
        member = stack.back();
        stack.pop_back();
        component[member] = components;
      } while (member != node);
      ++components;
    }
  }
  return component;
}

/// (3). True if a class was split.
bool Partitioner::breakCycles() {
  std::vector<uint32_t> component = findComponents();
  std::vector<uint32_t> classSize(numClasses);
  for (uint32_t c : classOf)
    ++classSize[c];
  llvm::IntEqClasses joined(pes.size());
  forEachEdge([&](size_t reader, size_t source) {
    if (component[classOf[reader]] == component[classOf[source]] &&
        classSize[classOf[source]] > 1)
      joined.join(reader, source);
  });
  joined.compress();
  // Two PEs of a class that hang together: does a split by x (bit 1) or by y
  // (bit 2) part all such pairs?
  std::vector<uint8_t> clash(*llvm::max_element(component) + 1, 0);
  llvm::DenseSet<std::pair<uint64_t, int64_t>> any, sameX, sameY;
  for (size_t i = 0; i < pes.size(); ++i) {
    if (classSize[classOf[i]] == 1)
      continue;
    uint64_t place = uint64_t(classOf[i]) << 32 | joined[i];
    int64_t x = pes[i] % width, y = pes[i] / width;
    uint8_t &bits = clash[component[classOf[i]]];
    if (!any.insert({place, 0}).second)
      bits |= 4;
    if (!sameX.insert({place, x}).second)
      bits |= 1;
    if (!sameY.insert({place, y}).second)
      bits |= 2;
  }
  std::vector<uint8_t> chosen(numClasses, 0);
  bool isSplit = false;
  for (uint32_t c = 0; c < numClasses; ++c) {
    uint8_t bits = clash[component[c]];
    if (!(bits & 4) || classSize[c] == 1)
      continue;
    chosen[c] = !(bits & 1) ? 1 : !(bits & 2) ? 2 : 3;
    isSplit = true;
  }
  if (isSplit)
    split(chosen);
  return isSplit;
}

Grouping Partitioner::finish() const {
  Grouping grouping;
  grouping.groupOf.assign(placeOf.size(), kNoPlace);
  grouping.laneOf.assign(placeOf.size(), 0);
  std::vector<uint32_t> groupOfClass(numClasses, kNoPlace);
  for (size_t i = 0; i < pes.size(); ++i) {
    uint32_t &group = groupOfClass[classOf[i]];
    if (group == kNoPlace) {
      group = grouping.groups.size();
      grouping.groups.emplace_back().program = programOf[i];
    }
    grouping.groupOf[pes[i]] = group;
    grouping.laneOf[pes[i]] = grouping.groups[group].lanes.size();
    grouping.groups[group].lanes.push_back(pes[i]);
  }
  grouping.portGroups.resize(numPortClasses);
  for (auto [i, group] : llvm::enumerate(portClassOf)) {
    grouping.portGroupOf.push_back(group);
    grouping.portLaneOf.push_back(grouping.portGroups[group].lanes.size());
    grouping.portGroups[group].lanes.push_back(i);
  }
  return grouping;
}

Grouping exec::makeGroups(const LoadedModule &module,
                          llvm::ArrayRef<Program> programs,
                          const SourceTable &sources,
                          llvm::ArrayRef<PortStream> ports,
                          std::optional<unsigned> epoch) {
  Partitioner partitioner(module, programs, sources, ports, epoch);
  partitioner.classify();
  partitioner.classifyPorts();
  if (partitioner.pes.empty())
    return partitioner.finish();
  // A chain would be taken apart one PE a round by refinement alone: cycles are
  // broken between rounds.
  bool changed = true;
  while (changed) {
    changed = partitioner.refineOnce();
    changed |= partitioner.breakCycles();
  }
  return partitioner.finish();
}

/// All lanes of a class have a source on a channel, or none; none has one in
/// its own class.
bool Partitioner::canRunInLines() const {
  for (auto channel : channels) {
    std::vector<int8_t> hasSource(numClasses, -1);
    for (size_t i = 0; i < pes.size(); ++i) {
      if (!reads[programOf[i]][channel.second])
        continue;
      Source source =
          sources.get(channel.first, channel.second).getSource(pes[i]);
      bool isPE = source.isPE() && placeOf[source.id] != kNoPlace;
      int8_t has = isPE || source.isPort();
      if (isPE && classOf[placeOf[source.id]] == classOf[i])
        return false;
      if (hasSource[classOf[i]] == !has)
        return false;
      hasSource[classOf[i]] = has;
    }
  }
  return true;
}

std::optional<Grouping> exec::makeLineGroups(const LoadedModule &module,
                                             llvm::ArrayRef<Program> programs,
                                             const SourceTable &sources,
                                             llvm::ArrayRef<PortStream> ports,
                                             unsigned epoch) {
  // Below this, groups by makeGroups are likely to be as large.
  constexpr size_t kLanes = 32;
  Partitioner partitioner(module, programs, sources, ports, epoch);
  partitioner.classify();
  partitioner.classifyPorts();
  std::vector<uint32_t> classes = partitioner.classOf;
  uint32_t count = partitioner.numClasses;
  for (uint8_t direction : {1, 2}) {
    partitioner.classOf = classes;
    partitioner.numClasses = count;
    partitioner.split(std::vector<uint8_t>(count, direction));
    if (partitioner.numClasses * kLanes < partitioner.pes.size() &&
        partitioner.canRunInLines())
      return partitioner.finish();
  }
  return std::nullopt;
}
