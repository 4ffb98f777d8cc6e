//===- Run.cpp - functional runs of modules ---------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A module runs as a whole, with the memory of its groups standing from launch
// to launch, or in sections (Sections.h), with what lives on in a store of each
// PE.
//
//===----------------------------------------------------------------------===//

#include "Engine.h"
#include "Sections.h"
#include "wafer/Executor/Functional/Functional.h"
#include "wafer/Executor/Machine/RunLoaded.h"
#include <thread>

using namespace wafer;
using namespace wafer::exec;

/// From this many PEs on, sections are worth their bookkeeping.
static constexpr int64_t kPEsForSections = 1 << 14;

namespace {
class FunctionalRun {
public:
  FunctionalRun(const LoadedModule &module, HostMemory &memory,
                const RunOptions &options, RunResult &result)
      : module(module), memory(memory), options(options), result(result),
        fabric(module) {}
  void run();

private:
  const LoadedModule &module;
  HostMemory &memory;
  const RunOptions &options;
  RunResult &result;
  Fabric fabric;
  RunProgress progress;

  void beginLaunch(int64_t launch);
  void makeFeeds(const Grouping &grouping, std::vector<FeedRun> &feeds);
  bool endLaunch(int64_t launch, std::optional<uint64_t> cycles);

  // A whole module.
  void runWhole();
  bool copyGroups(Engine &engine, bool stores, int64_t launch);

  // Sections.
  SectionPlan plan;
  std::vector<std::vector<Grouping>> groupings;
  /// By PE with a program: that program, and where its words are.
  std::vector<uint32_t> programAt;
  std::vector<size_t> storeAt;
  std::vector<uint32_t> store;
  bool wantsSections() const;
  void runSections();
  bool runSection(const Section &section, std::vector<Grouping> &known,
                  int64_t launch, std::vector<FeedRun> &feeds,
                  TimeOfSections &time);
  bool copyStore(bool stores, int64_t launch);
  void exchange(const Section &section, Group &group, bool isOut);
  template <typename Fn> void inParallel(size_t count, Fn fn) const;
};
} // namespace

/// Calls `fn(i)` for all i below `count`, on the run's threads.
template <typename Fn>
void FunctionalRun::inParallel(size_t count, Fn fn) const {
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i = next++; i < count; i = next++)
      fn(i);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < options.threads; ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
}

void FunctionalRun::makeFeeds(const Grouping &grouping,
                              std::vector<FeedRun> &feeds) {
  feeds.clear();
  for (const Grouping::Members &members : grouping.portGroups)
    feeds.emplace_back().ports = members.lanes;
}

void FunctionalRun::beginLaunch(int64_t launch) {
  progress.state.launch = launch;
  progress.fed = 0;
  progress.toFeed = 0;
  llvm::SmallPtrSet<mlir::Operation *, 16> hosts;
  for (const Feed &feed : module.feeds)
    if (hosts.insert(feed.host).second)
      progress.toFeed += pe::HostOp(feed.host).getTensorType().getNumElements();
}

/// False if the timing of the launch was stopped.
bool FunctionalRun::endLaunch(int64_t launch, std::optional<uint64_t> cycles) {
  if (!cycles) {
    result.fail(FailureKind::Stopped,
                "stopped in launch " + std::to_string(launch));
    return false;
  }
  result.cyclesPerLaunch.push_back(*cycles);
  result.cycles += *cycles;
  return true;
}

//===----------------------------------------------------------------------===//
// A whole module
//===----------------------------------------------------------------------===//

/// The words [begin, end) of the buffer that a copy is of.
static std::pair<int64_t, int64_t> wordsOf(const HostCopy &copy,
                                           const Program &program) {
  int64_t first = copy.memory.address - program.memoryBegin;
  int64_t bytes = copy.memory.size * getBytes(copy.memory.type);
  return {first / 4, (first + bytes + 3) / 4};
}

bool FunctionalRun::copyGroups(Engine &engine, bool stores, int64_t launch) {
  int64_t width = module.machine.width;
  auto copiers = makeCopiers(module, memory, launch);
  for (Group &group : engine.getGroups()) {
    const Program &program = module.programs[group.program];
    for (auto [copy, copier] :
         llvm::zip_equal(program.copies, copiers[group.program])) {
      if (copy.isStore != stores || (copy.once && launch > 0))
        continue;
      if (!stores) {
        auto [begin, end] = wordsOf(copy, program);
        group.settleReadersOf(begin, end);
      }
      for (auto [lane, pe] : llvm::enumerate(group.pes))
        if (llvm::Error error =
                copier.run({group.memory.words.get() + lane, group.pitch,
                            program.memoryBegin},
                           {pe % width, pe / width}, result.hostCopyBytes)) {
          result.fail(FailureKind::BadAccess, llvm::toString(std::move(error)));
          return false;
        }
    }
  }
  return true;
}

void FunctionalRun::runWhole() {
  Grouping grouping =
      makeGroups(module, module.programs, fabric.sources, fabric.ports);
  std::vector<FeedRun> feeds;
  makeFeeds(grouping, feeds);
  std::vector<llvm::BitVector> pinned;
  for (const Program &program : module.programs) {
    llvm::BitVector &words =
        pinned.emplace_back((program.memoryEnd - program.memoryBegin + 3) / 4);
    for (const HostCopy &copy : program.copies) {
      auto [begin, end] = wordsOf(copy, program);
      words.set(begin, end);
    }
  }
  Engine engine(fabric, module.programs, grouping, pinned, feeds, memory,
                options, progress, result, /*isPart=*/false);
  Timing timing(module, module.programs, fabric.sources, grouping, fabric.ports,
                options);
  for (int64_t launch = 0; launch < module.launches; ++launch) {
    beginLaunch(launch);
    for (FeedRun &feed : feeds)
      feed.restart();
    bool isDone = copyGroups(engine, /*stores=*/false, launch) &&
                  engine.run(launch, /*epoch=*/0);
    engine.finish();
    if (!isDone ||
        (options.timing &&
         !endLaunch(launch, timing.run(launch, engine.getDeliveries()))) ||
        !copyGroups(engine, /*stores=*/true, launch))
      return;
  }
}

//===----------------------------------------------------------------------===//
// Sections
//===----------------------------------------------------------------------===//

/// Not if a second attempt could see what the first one has stored.
bool FunctionalRun::wantsSections() const {
  int64_t pes = 0;
  llvm::SmallPtrSet<mlir::Operation *, 8> stored;
  for (const Program &program : module.programs) {
    pes += program.region.size();
    for (const HostCopy &copy : program.copies)
      if (copy.isStore)
        stored.insert(copy.host);
  }
  if (options.sections == RunOptions::Sections::Never ||
      (options.sections == RunOptions::Sections::Auto &&
       pes < kPEsForSections) ||
      options.trace)
    return false;
  for (const Program &program : module.programs)
    for (const HostCopy &copy : program.copies)
      if (!copy.isStore && stored.contains(copy.host))
        return false;
  return llvm::none_of(module.feeds, [&](const Feed &feed) {
    return stored.contains(feed.host);
  });
}

bool FunctionalRun::copyStore(bool stores, int64_t launch) {
  int64_t width = module.machine.width;
  std::mutex lock;
  auto copiers = makeCopiers(module, memory, launch);
  // Neighbours in a column share much of what they copy. Stores go in order,
  // row by row: two PEs may write the same element.
  std::vector<uint32_t> pes;
  for (uint32_t pe = 0; pe < programAt.size(); ++pe)
    if (programAt[pe] != UINT32_MAX)
      pes.push_back(pe);
  if (!stores)
    llvm::stable_sort(
        pes, [&](uint32_t a, uint32_t b) { return a % width < b % width; });
  const size_t kAtOnce = stores ? pes.size() : 1 << 12;
  if (pes.empty())
    return true;
  inParallel((pes.size() + kAtOnce - 1) / kAtOnce, [&](size_t block) {
    auto own = copiers;
    uint64_t bytes = 0;
    std::string problem;
    for (uint32_t pe :
         llvm::ArrayRef(pes).drop_front(block * kAtOnce).take_front(kAtOnce)) {
      uint32_t index = programAt[pe];
      for (auto [copy, copier] :
           llvm::zip_equal(module.programs[index].copies, own[index])) {
        if (copy.isStore != stores || (copy.once && launch > 0))
          continue;
        auto kept = llvm::find_if(
            plan.kept[index],
            [address = copy.memory.address](const SectionPlan::Kept &range) {
              return address < range.end;
            });
        PEMemory words{store.data() + storeAt[pe], 1,
                       kept->begin - kept->storeWord * 4};
        if (llvm::Error error =
                copier.run(words, {pe % width, pe / width}, bytes))
          problem = llvm::toString(std::move(error));
      }
    }
    std::lock_guard<std::mutex> guard(lock);
    result.hostCopyBytes += bytes;
    if (!problem.empty())
      result.fail(FailureKind::BadAccess, problem);
  });
  return result.succeeded();
}

/// Between a group's memory and the stores of its PEs.
void FunctionalRun::exchange(const Section &section, Group &group, bool isOut) {
  if (isOut)
    for (unsigned word : section.pinned[group.program].set_bits())
      group.spread(word);
  uint32_t lanes = group.lanes();
  for (uint32_t lane = 0; lane < lanes; ++lane) {
    uint32_t pe = group.pes[lane];
    uint32_t *own = store.data() + storeAt[pe];
    uint32_t *memory = group.memory.words.get() + lane;
    for (const CarriedRange &range : section.carried[programAt[pe]])
      for (int64_t i = 0; i < range.count; ++i) {
        uint32_t &inGroup = memory[(range.word + i) * group.pitch];
        uint32_t &inStore = own[range.storeWord + i];
        (isOut ? inStore : inGroup) = isOut ? inGroup : inStore;
      }
  }
}

bool FunctionalRun::runSection(const Section &section,
                               std::vector<Grouping> &known, int64_t launch,
                               std::vector<FeedRun> &feeds,
                               TimeOfSections &time) {
  auto attempt = [&](const Grouping &grouping) {
    Engine engine(fabric, section.programs, grouping, section.pinned, feeds,
                  memory, options, progress, result, /*isPart=*/true);
    std::deque<Group> &groups = engine.getGroups();
    inParallel(groups.size(), [&](size_t i) {
      exchange(section, groups[i], /*isOut=*/false);
    });
    bool isDone = engine.run(launch, section.epoch);
    engine.finish();
    if (isDone)
      inParallel(groups.size(), [&](size_t i) {
        exchange(section, groups[i], /*isOut=*/true);
      });
    return isDone;
  };
  progress.state.section = section.name;
  bool isLines = false;
  if (known.empty()) {
    std::optional<Grouping> lines = makeLineGroups(
        module, section.programs, fabric.sources, fabric.ports, section.epoch);
    isLines = lines.has_value();
    known.push_back(isLines
                        ? std::move(*lines)
                        : makeGroups(module, section.programs, fabric.sources,
                                     fabric.ports, section.epoch));
  }
  if (feeds.empty())
    makeFeeds(known.front(), feeds);
  std::vector<FeedRun> before = feeds;
  RunResult resultBefore = result;
  bool isDone = attempt(known.front());
  if (!isDone && isLines && result.failure == FailureKind::NotQuiescent) {
    // The groups may have waited for themselves.
    known.front() = makeGroups(module, section.programs, fabric.sources,
                               fabric.ports, section.epoch);
    feeds = std::move(before);
    result = std::move(resultBefore);
    isDone = attempt(known.front());
  }
  if (!isDone || !options.timing)
    return isDone;
  Timing timing(module, section.programs, fabric.sources, known.front(),
                fabric.ports, options);
  timing.section = section.name;
  timing.done = progress.getState().done;
  if (section.isBehindBarrier) { // E54
    uint64_t resume = time.lastEnd + module.machine.barrier +
                      module.machine.hop * static_cast<uint64_t>(module.span);
    llvm::fill(time.ends, resume);
  }
  if (timing.runSection(launch, section.epoch, time))
    return true;
  endLaunch(launch, std::nullopt);
  return false;
}

void FunctionalRun::runSections() {
  int64_t width = module.machine.width;
  size_t pes = width * module.machine.height;
  programAt.assign(pes, UINT32_MAX);
  for (auto [i, program] : llvm::enumerate(module.programs)) {
    uint32_t index = i;
    program.region.forEachPoint(
        [&](Point p) { programAt[p.y * width + p.x] = index; });
  }
  size_t words = 0;
  storeAt.assign(pes, 0);
  for (size_t pe = 0; pe < pes; ++pe)
    if (programAt[pe] != UINT32_MAX) {
      storeAt[pe] = words;
      words += plan.storeWords[programAt[pe]];
    }
  store.assign(words, 0xFFFFFFFF); // E4
  groupings.resize(plan.sections.size());
  bool isAlike = areLaunchesAlike(module, fabric.sources);
  std::optional<uint64_t> cycles;
  for (int64_t launch = 0; launch < module.launches; ++launch) {
    beginLaunch(launch);
    if (!copyStore(/*stores=*/false, launch))
      return;
    std::vector<FeedRun> feeds;
    TimeOfSections time;
    time.ends.resize(pes);
    auto areFeedsDone = [&] {
      return llvm::all_of(feeds, [](const FeedRun &feed) {
        return feed.isDone && feed.pending.empty();
      });
    };
    for (auto [section, known] : llvm::zip_equal(plan.sections, groupings)) {
      bool isDrained = !section.isBehindBarrier || areFeedsDone(); // E41
      if (isDrained && !runSection(section, known, launch, feeds, time))
        return;
      if (!isDrained ||
          (&section == &plan.sections.back() && !areFeedsDone())) {
        result.fail(FailureKind::NotQuiescent, "a feed is not finished");
        return;
      }
    }
    if (!cycles || !isAlike)
      cycles = time.lastEnd;
    if ((options.timing && !endLaunch(launch, cycles)) ||
        !copyStore(/*stores=*/true, launch))
      return;
  }
}

void FunctionalRun::run() {
  result.hasCycles = options.timing;
  if (wantsSections())
    if (std::optional<SectionPlan> sections =
            planSections(module, fabric.sources)) {
      plan = std::move(*sections);
      RunResult before = result;
      result.sections = plan.sections.size();
      runSections();
      if (result.failure != FailureKind::NotQuiescent)
        return;
      // Did the cuts fail, or the module? A run without them tells.
      result = std::move(before);
      progress.state.section = "";
      store.clear();
    }
  runWhole();
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

RunResult exec::runFunctional(pe::ModuleOp op, HostMemory &memory,
                              const RunOptions &options) {
  return runLoaded<FunctionalRun>([&] { return loadModule(op); }, memory,
                                  options);
}

RunResult exec::runFunctional(mesh::ProgramOp op, HostMemory &memory,
                              const RunOptions &options) {
  return runLoaded<FunctionalRun>([&] { return loadProgram(op); }, memory,
                                  options);
}
