//===- Sections.cpp - cuts programs where kernels begin ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// 1. Number the sections of the module: an order that all programs agree with;
//    barriers stand in it too.
// 2. Find what lives on: intervals of each program's addresses.
// 3. Write each section's programs: its instructions behind ties of the queues
//    that it uses, addresses of its own; equal ones once.
//
//===----------------------------------------------------------------------===//

#include "Sections.h"
#include "llvm/ADT/StringMap.h"
#include <set>

using namespace wafer;
using namespace wafer::exec;

using Kind = Instruction::Kind;

namespace {
/// A buffer and the bytes of its words.
struct Buffer {
  std::string name;
  std::pair<int64_t, int64_t> words;
  bool operator<(const Buffer &other) const {
    return std::tie(name, words) < std::tie(other.name, other.words);
  }
};

Buffer bufferOf(const Operand &operand) {
  int64_t end = operand.address + operand.size * getBytes(operand.type);
  return {operand.buffer.str(),
          {operand.address & ~int64_t(3), (end + 3) & ~int64_t(3)}};
}

/// Instructions [begin, end) of a program, those of one section.
struct Span {
  size_t begin, end;
};

class Planner {
public:
  Planner(const LoadedModule &module, const SourceTable &sources)
      : module(module), sources(sources) {}
  std::optional<SectionPlan> plan();

private:
  const LoadedModule &module;
  const SourceTable &sources;
  SectionPlan result;
  /// By program: its spans by section.
  std::vector<std::map<unsigned, Span>> spans;
  /// By program: the buffers that live on.
  std::vector<std::set<Buffer>> keptBuffers;

  bool isFit() const;
  bool numberSections();
  void findKept(size_t program);
  Program cut(size_t program, unsigned section);
  void carry(size_t program, Section &section,
             const std::map<int64_t, int64_t> &shifts,
             llvm::ArrayRef<std::pair<int64_t, int64_t>> touched);
};

/// Calls `visit(operand, isRead, isWritten)` for memory operands.
template <typename Fn> void forEachMemory(const Instruction &in, Fn visit) {
  if (in.kind != Kind::Vector)
    return;
  for (unsigned i = 0; i < in.numSources; ++i)
    if (in.sources[i].kind == Operand::Kind::Memory)
      visit(in.sources[i], true, false);
  if (in.destination.kind == Operand::Kind::Memory)
    visit(in.destination, in.opcode == pe::Opcode::Mac, true);
}

/// Joins intervals that overlap or touch.
std::vector<std::pair<int64_t, int64_t>>
joined(std::vector<std::pair<int64_t, int64_t>> intervals) {
  llvm::sort(intervals);
  std::vector<std::pair<int64_t, int64_t>> result;
  for (auto [begin, end] : intervals)
    if (!result.empty() && begin <= result.back().second)
      result.back().second = std::max(result.back().second, end);
    else
      result.push_back({begin, end});
  return result;
}
} // namespace

bool Planner::isFit() const {
  for (unsigned colour = 0; colour < module.machine.colours; ++colour)
    if (sources.isSwitched(colour))
      return false;
  for (const Program &program : module.programs) {
    size_t inside = 0;
    std::map<unsigned, unsigned> colourOf; // Of input queues.
    for (size_t pc = 0; pc < program.code.size(); ++pc) {
      const Instruction &in = program.code[pc];
      if (in.kind == Kind::Loop || in.kind == Kind::Async)
        inside = std::max(inside, in.target);
      if (in.kind == Kind::Barrier)
        colourOf.clear();
      if (in.kind != Kind::Bind)
        continue;
      if (pc < inside)
        return false;
      if (!in.isInput)
        continue;
      colourOf[in.destination.queue] = in.colour;
      for (auto [queue, colour] : colourOf) // E35 is for the whole run to tell.
        if (queue != in.destination.queue && colour == in.colour)
          return false;
    }
  }
  return true;
}

/// (1). A barrier ends a section in all programs; sections are numbered between
/// barriers. False if two programs disagree about the order.
bool Planner::numberSections() {
  struct Cut {
    size_t pc;
    std::string name;
  };
  unsigned numBarriers = 0;
  // By program and barrier interval: its cuts.
  std::vector<std::vector<std::vector<Cut>>> cuts;
  std::vector<std::vector<size_t>> barriers;
  for (const Program &program : module.programs) {
    std::vector<std::vector<Cut>> &own = cuts.emplace_back(1);
    std::vector<size_t> &ends = barriers.emplace_back();
    own.back().push_back({0, ""});
    size_t mark = 0;
    for (size_t pc = 0; pc < program.code.size(); ++pc) {
      while (mark < program.sections.size() &&
             program.sections[mark].pc == pc) {
        llvm::StringRef name = program.sections[mark++].name;
        if (own.back().back().pc == pc && own.back().back().name.empty())
          own.back().back().name = name.str();
        else
          own.back().push_back({pc, name.str()});
      }
      if (program.code[pc].kind == Kind::Barrier) {
        ends.push_back(pc);
        own.emplace_back().push_back({pc + 1, ""});
      }
    }
    numBarriers = ends.size(); // The same everywhere (E41).
  }
  spans.resize(module.programs.size());
  for (unsigned interval = 0; interval <= numBarriers; ++interval) {
    // Names in an order that all programs agree with: a name is next when it is
    // the first one left wherever it is left.
    std::vector<size_t> next(module.programs.size(), 0);
    while (true) {
      std::optional<std::string> chosen;
      bool any = false;
      for (size_t i = 0; i < next.size() && !chosen; ++i) {
        if (next[i] == cuts[i][interval].size())
          continue;
        any = true;
        const std::string &name = cuts[i][interval][next[i]].name;
        bool isFirst = true;
        for (size_t j = 0; j < next.size(); ++j)
          for (size_t k = next[j] + 1; k < cuts[j][interval].size(); ++k)
            isFirst &= cuts[j][interval][k].name != name;
        if (isFirst)
          chosen = name;
      }
      if (!any)
        break;
      if (!chosen)
        return false;
      unsigned section = result.sections.size();
      Section &added = result.sections.emplace_back();
      added.name = *chosen;
      for (size_t i = 0; i < next.size(); ++i) {
        std::vector<Cut> &own = cuts[i][interval];
        if (next[i] == own.size() || own[next[i]].name != *chosen)
          continue;
        size_t end = next[i] + 1 < own.size() ? own[next[i] + 1].pc
                     : interval < barriers[i].size()
                         ? barriers[i][interval]
                         : module.programs[i].code.size() - 1; // EndThread.
        spans[i][section] = {own[next[i]].pc, end};
        if (interval > 0)
          added.epoch =
              module.programs[i].code[barriers[i][interval - 1]].epoch;
        ++next[i];
      }
    }
  }
  for (unsigned i = 1; i < result.sections.size(); ++i)
    result.sections[i].isBehindBarrier =
        result.sections[i].epoch != result.sections[i - 1].epoch;
  return true;
}

/// (2). What lives on by its name: what several sections or the host use, and
/// what is read before it is written. Where that has been written under other
/// names, those live on too.
void Planner::findKept(size_t index) {
  const Program &program = module.programs[index];
  struct Use {
    unsigned firstSection;
    bool livesOn, isReadFirst;
  };
  std::map<Buffer, Use> uses;
  for (auto &[section, span] : spans[index])
    for (size_t pc = span.begin; pc < span.end; ++pc)
      forEachMemory(
          program.code[pc], [&](const Operand &operand, bool isRead, bool) {
            auto [it, isNew] =
                uses.insert({bufferOf(operand), {section, false, isRead}});
            // A launch may read what an earlier one has written.
            it->second.livesOn |= it->second.firstSection != section ||
                                  (isRead && module.launches > 1);
          });
  for (const HostCopy &copy : program.copies)
    uses[bufferOf(copy.memory)].livesOn = true;
  std::vector<std::pair<int64_t, int64_t>> kept, borrowed;
  for (auto &[buffer, use] : uses)
    if (!use.livesOn && use.isReadFirst)
      borrowed.push_back(buffer.words);
  borrowed = joined(std::move(borrowed));
  for (auto &[buffer, use] : uses)
    if (use.livesOn || llvm::any_of(borrowed, [&](auto other) {
          return other.first < buffer.words.second &&
                 buffer.words.first < other.second;
        })) {
      kept.push_back(buffer.words);
      keptBuffers[index].insert(buffer);
    }
  int64_t words = 0;
  for (auto [begin, end] : joined(std::move(kept))) {
    result.kept[index].push_back({begin, end, words});
    words += (end - begin) / 4;
  }
  result.storeWords[index] = words;
}

/// The code of a section as a program, with the addresses of the whole.
Program Planner::cut(size_t index, unsigned section) {
  const Program &whole = module.programs[index];
  Span span = spans[index][section];
  Program part;
  part.name = whole.name;
  part.region = whole.region;
  // Ties that are left from before (a barrier unties, E41), of queues in use.
  std::map<std::pair<bool, unsigned>, const Instruction *> ties;
  for (size_t pc = 0; pc < span.begin; ++pc)
    if (whole.code[pc].kind == Kind::Barrier)
      ties.clear();
    else if (whole.code[pc].kind == Kind::Bind)
      ties[{whole.code[pc].isInput, whole.code[pc].destination.queue}] =
          &whole.code[pc];
  std::set<std::pair<bool, unsigned>> used;
  for (size_t pc = span.begin; pc < span.end; ++pc) {
    const Instruction &in = whole.code[pc];
    if (in.kind == Kind::Bind)
      continue;
    if (in.destination.kind == Operand::Kind::Queue)
      used.insert({false, in.destination.queue});
    for (unsigned i = 0; i < in.numSources; ++i)
      if (in.sources[i].kind == Operand::Kind::Queue)
        used.insert({true, in.sources[i].queue});
  }
  for (auto &[queue, tie] : ties)
    if (used.count(queue))
      part.code.push_back(*tie);
  size_t shift = span.begin - part.code.size();
  for (size_t pc = span.begin; pc < span.end; ++pc) {
    Instruction &in = part.code.emplace_back(whole.code[pc]);
    if (in.target)
      in.target -= shift;
  }
  Instruction &end = part.code.emplace_back();
  end.op = whole.code.back().op;
  return part;
}

/// Equal keys: the same instructions on the same addresses.
static std::string keyOf(const Program &program) {
  std::string key;
  llvm::raw_string_ostream os(key);
  auto add = [&](const Operand &operand) {
    os << unsigned(operand.kind) << ',' << operand.queue << ','
       << operand.address << ',' << operand.size << ','
       << unsigned(operand.type) << ';';
  };
  for (const Instruction &in : program.code) {
    os << unsigned(in.kind) << ':' << in.target << ':' << in.thread << ':'
       << in.colour << ':' << in.isInput << ':' << in.depth << ':';
    if (in.kind != Kind::Bind && in.kind != Kind::EndThread)
      os << in.op->getName().getAsOpaquePointer() << ':'
         << in.op->getAttrDictionary().getAsOpaquePointer() << ':';
    add(in.destination);
    for (unsigned i = 0; i < in.numSources; ++i)
      add(in.sources[i]);
    os << '\n';
  }
  return key;
}

void Planner::carry(size_t index, Section &section,
                    const std::map<int64_t, int64_t> &shifts,
                    llvm::ArrayRef<std::pair<int64_t, int64_t>> touched) {
  for (const SectionPlan::Kept &kept : result.kept[index])
    for (auto [begin, end] : touched) {
      int64_t low = std::max(begin, kept.begin), high = std::min(end, kept.end);
      if (low >= high)
        continue;
      int64_t local = low - std::prev(shifts.upper_bound(low))->second;
      section.carried[index].push_back({local / 4,
                                        kept.storeWord + (low - kept.begin) / 4,
                                        (high - low) / 4});
    }
}

/// (3).
std::optional<SectionPlan> Planner::plan() {
  if (!isFit() || !numberSections() || result.sections.empty())
    return std::nullopt;
  size_t count = module.programs.size();
  result.kept.resize(count);
  result.storeWords.resize(count);
  keptBuffers.resize(count);
  for (size_t i = 0; i < count; ++i)
    findKept(i);
  for (unsigned s = 0; s < result.sections.size(); ++s) {
    Section &section = result.sections[s];
    section.programOf.assign(count, UINT32_MAX);
    section.carried.resize(count);
    llvm::StringMap<uint32_t> known;
    std::vector<std::vector<wafer::Region>> regions;
    for (size_t i = 0; i < count; ++i) {
      if (!spans[i].count(s) || spans[i][s].begin == spans[i][s].end)
        continue;
      Program part = cut(i, s);
      std::vector<std::pair<int64_t, int64_t>> touched;
      for (const Instruction &in : part.code)
        forEachMemory(in, [&](const Operand &operand, bool, bool) {
          if (Buffer buffer = bufferOf(operand); keptBuffers[i].count(buffer))
            touched.push_back(buffer.words);
        });
      touched = joined(std::move(touched));
      std::map<int64_t, int64_t> shifts = compactMemory(part);
      carry(i, section, shifts, touched);
      auto [it, isNew] = known.insert({keyOf(part), section.programs.size()});
      section.programOf[i] = it->second;
      if (isNew) {
        section.programs.push_back(std::move(part));
        regions.emplace_back();
        section.pinned.emplace_back((section.programs.back().memoryEnd + 3) /
                                    4);
      }
      regions[it->second].push_back(module.programs[i].region);
      for (const CarriedRange &range : section.carried[i])
        section.pinned[it->second].set(range.word, range.word + range.count);
    }
    for (auto [program, parts] : llvm::zip_equal(section.programs, regions))
      program.region = wafer::Region::unite(parts);
  }
  return std::move(result);
}

std::optional<SectionPlan> exec::planSections(const LoadedModule &module,
                                              const SourceTable &sources) {
  return Planner(module, sources).plan();
}
