//===- VerifyMemory.cpp - buffers and accesses ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  wafer.program with allocated buffers, or pe.module.
// Out: the same, or errors by rule (M1 to M4 of the pass description).
//
// 1. For M2, a row of flags for each buffer says in which kernels it is needed;
//    two buffers with a common byte and a common PE must have no flag in
//    common.
// 2. For M3, the lowest and the highest element of an access are expressions:
//    the offset plus each stride times the first or last index. Prover bounds
//    them over all PEs, launches and iterations; where it proves too little,
//    their extremes come from ExprSpace. Loads and stores likewise, with their
//    nest's indices; M4 looks at the index into the host tensor.
//
//===----------------------------------------------------------------------===//

#include "ExprSpace.h"
#include "PointDiagnostics.h"
#include "Prover.h"
#include "wafer/Verify/Passes.h"

#define DEBUG_TYPE "wafer-verify-memory"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_VERIFYMEMORY
#include "wafer/Verify/Passes.h.inc"

using namespace verify;

namespace {

//===----------------------------------------------------------------------===//
// M3, M4: accesses
//===----------------------------------------------------------------------===//

/// What an access reaches, in elements.
struct Range {
  /// Lowest and highest element, in x, y, launch and indices.
  AffineExpr low, high;
  /// Elements that there are.
  int64_t size;
  /// `buffer @acc` or `host tensor @w`.
  std::string name;
  bool isHost = false;
};

/// Accesses to host tensors of which nothing is known (M4).
struct UnprovedAccesses {
  Operation *first = nullptr;
  std::string name; // of the first one's tensor
  unsigned count = 0;

  void add(Operation *op, const std::string &tensor) {
    if (count++ == 0) {
      first = op;
      name = tensor;
    }
  }
  void warn() const;
};

void UnprovedAccesses::warn() const {
  if (count == 0)
    return;
  InFlightDiagnostic diagnostic =
      first->emitWarning("cannot prove that all indices into ")
      << name << " lie inside it";
  if (count > 1)
    diagnostic << ", nor those of " << count - 1 << " other copies or feeds";
  diagnostic << ": run the program with wafer-run, which refuses an index "
                "outside";
}

class AccessCheck {
public:
  AccessCheck(Prover &prover, UnprovedAccesses &unproved, wafer::Region on,
              int64_t launches)
      : prover(prover), unproved(unproved), region(std::move(on)),
        everywhere(makeSpace(region, launches)) {}

  LogicalResult checkInstruction(pe::VectorOp op);
  template <typename CopyT> LogicalResult checkCopy(CopyT op);
  LogicalResult checkFeed(pe::FeedOp feed);

private:
  enum Where { Inside, Outside, Unknown };
  struct Verdict {
    Where where;
    int64_t value;
    Place place;
  };
  /// Is the largest value of `reach` at most `limit`?
  Verdict judge(AffineExpr reach, int64_t limit, const ExprSpace &space,
                bool mayEnumerate = true);
  LogicalResult checkMem(pe::VectorOp op, pe::MemAttr mem);
  LogicalResult check(Operation *op, const Range &range,
                      ArrayRef<AffineExpr> nest);
  /// `isProved` becomes false where nothing is known of a host tensor.
  LogicalResult checkEnd(Operation *op, const Range &range,
                         const ExprSpace &space, bool isHigh, bool &isProved);
  Range hostRange(Operation *op, FlatSymbolRefAttr host, AffineExpr index);

  Prover &prover;
  UnprovedAccesses &unproved;
  wafer::Region region;
  /// All columns with all rows of the region, and the launches.
  ExprSpace everywhere;
};

pe::BufferOp lookupBuffer(Operation *op, FlatSymbolRefAttr name) {
  while ((op = op->getParentOp()))
    if (op->hasTrait<OpTrait::SymbolTable>())
      if (auto buffer = SymbolTable::lookupSymbolIn(op, name))
        return dyn_cast<pe::BufferOp>(buffer);
  return {};
}

AccessCheck::Verdict AccessCheck::judge(AffineExpr reach, int64_t limit,
                                        const ExprSpace &space,
                                        bool mayEnumerate) {
  if (prover.areNeverAllPositive(reach - limit, space))
    return {Inside, 0, {}};
  std::optional<std::vector<ExprSpace::Extreme>> extremes;
  if (mayEnumerate)
    extremes = space.maximise(reach);
  bool isUnknown = !extremes;
  if (isUnknown)
    extremes = space.maximiseAtCorners(reach);
  if (extremes)
    for (const ExprSpace::Extreme &extreme : *extremes)
      if (extreme.values[0] > limit)
        return {Outside, extreme.values[0], extreme.place};
  return {isUnknown ? Unknown : Inside, 0, {}};
}

LogicalResult AccessCheck::checkEnd(Operation *op, const Range &range,
                                    const ExprSpace &space, bool isHigh,
                                    bool &isProved) {
  AffineExpr reach = isHigh ? range.high : -range.low;
  int64_t limit = isHigh ? range.size - 1 : 0;
  bool isOneRect = region.getRects().size() == 1 && region.getHoles().empty();
  if (!isOneRect && judge(reach, limit, space).where == Inside)
    return success();
  // Columns and rows of different rectangles were combined: look again.
  for (const StridedRect &rect : region.splitAtHoles()) {
    ExprSpace exact = space;
    exact.restrictTo(rect);
    Verdict verdict = judge(reach, limit, exact, /*mayEnumerate=*/isProved);
    if (verdict.where == Outside) // M3, M4
      return op->emitError("reaches element ")
             << (isHigh ? verdict.value : -verdict.value) << " of "
             << range.name << ", which has " << range.size << ", at "
             << describe(verdict.place, {rect.x.begin, rect.y.begin});
    if (verdict.where == Inside)
      continue;
    if (!range.isHost) // M3
      return op->emitError("too many combinations to prove that the access to ")
             << range.name << " lies inside it";
    isProved = false;
  }
  return success();
}

/// `nest`: the counts of the indices of a copy or feed; an instruction has
/// none.
LogicalResult AccessCheck::check(Operation *op, const Range &range,
                                 ArrayRef<AffineExpr> nest) {
  ExprSpace space = everywhere;
  if (auto vector = dyn_cast<pe::VectorOp>(op)) {
    addLoops(space, op);
    for (Attribute extent : vector.getExtentsAttr())
      space.addPositive(cast<machine::ExprAttr>(extent).getValue());
  }
  for (auto [k, count] : llvm::enumerate(nest)) {
    space.setCount(machine::kIndex0 + k, count);
    space.addPositive(count);
  }
  bool isProved = true;
  if (failed(checkEnd(op, range, space, /*isHigh=*/true, isProved)) ||
      failed(checkEnd(op, range, space, /*isHigh=*/false, isProved)))
    return failure();
  if (!isProved)
    unproved.add(op, range.name); // M4
  return success();
}

LogicalResult AccessCheck::checkMem(pe::VectorOp op, pe::MemAttr mem) {
  pe::BufferOp buffer = lookupBuffer(op, mem.getBuffer());
  if (!buffer)
    return op->emitError("names no buffer ") << mem.getBuffer();
  Range range{mem.getOffset(), mem.getOffset(), int64_t(buffer.getSize()),
              ("buffer @" + buffer.getSymName()).str()};
  for (auto [extent, stride] :
       llvm::zip(op.getExtentsAttr(), mem.getStrides())) {
    AffineExpr last = cast<machine::ExprAttr>(extent).getValue() - 1;
    AffineExpr &end = stride < 0 ? range.low : range.high;
    end = end + last * stride;
  }
  return check(op, range, {});
}

LogicalResult AccessCheck::checkInstruction(pe::VectorOp op) {
  SmallVector<Attribute> operands = {op.getDestination()};
  llvm::append_range(operands, op.getSourcesAttr());
  for (Attribute operand : operands)
    if (auto mem = dyn_cast<pe::MemAttr>(operand);
        mem && failed(checkMem(op, mem)))
      return failure();
  return success();
}

Range AccessCheck::hostRange(Operation *op, FlatSymbolRefAttr host,
                             AffineExpr index) {
  pe::HostOp tensor = mesh::lookupHost(op, host);
  int64_t size = tensor ? tensor.getTensorType().getNumElements() : 0;
  return {index, index, size, ("host tensor @" + host.getValue()).str(), true};
}

SmallVector<AffineExpr> getCounts(ArrayAttr extents) {
  return llvm::map_to_vector(extents, [](Attribute extent) {
    return cast<machine::ExprAttr>(extent).getValue();
  });
}

template <typename CopyT> LogicalResult AccessCheck::checkCopy(CopyT op) {
  pe::BufferOp buffer = lookupBuffer(op, op.getMem().getBuffer());
  if (!buffer)
    return op->emitError("names no buffer ") << op.getMem().getBuffer();
  SmallVector<AffineExpr> nest = getCounts(op.getExtents());
  AffineExpr element = op.getMem().getOffset();
  for (auto [k, stride] : llvm::enumerate(op.getMem().getStrides()))
    element = element + machine::exprIndex(op.getContext(), k) * stride;
  Range range{element, element, int64_t(buffer.getSize()),
              ("buffer @" + buffer.getSymName()).str()};
  if (failed(check(op, range, nest)))
    return failure();
  return check(op, hostRange(op, op.getHostAttr(), op.getIndex().getValue()),
               nest);
}

LogicalResult AccessCheck::checkFeed(pe::FeedOp feed) {
  return check(feed,
               hostRange(feed, feed.getHostAttr(), feed.getIndex().getValue()),
               getCounts(feed.getExtents()));
}

/// Checks the copies, feeds and instructions inside `op`, which run on `on`
/// unless they say otherwise.
LogicalResult checkAccesses(Operation *op, const wafer::Region &on,
                            int64_t launches, Prover &prover,
                            UnprovedAccesses &unproved) {
  bool ok = true;
  AccessCheck here(prover, unproved, on, launches);
  auto regionOf = [&](auto copy) {
    return copy.getOn() ? copy.getOn()->getRegion() : on;
  };
  op->walk([&](Operation *inner) {
    if (auto vector = dyn_cast<pe::VectorOp>(inner)) {
      ok &= succeeded(here.checkInstruction(vector));
    } else if (auto load = dyn_cast<pe::LoadOp>(inner)) {
      AccessCheck access(prover, unproved, regionOf(load),
                         load.getOnce() ? 1 : launches);
      ok &= succeeded(access.checkCopy(load));
    } else if (auto store = dyn_cast<pe::StoreOp>(inner)) {
      AccessCheck access(prover, unproved, regionOf(store), launches);
      ok &= succeeded(access.checkCopy(store));
    } else if (auto feed = dyn_cast<pe::FeedOp>(inner)) {
      AccessCheck access(prover, unproved, feed.getOn().getRegion(), launches);
      ok &= succeeded(access.checkFeed(feed));
    }
  });
  return success(ok);
}

//===----------------------------------------------------------------------===//
// M1, M2: buffers
//===----------------------------------------------------------------------===//

/// Flag 0 is the time before the first kernel, the last one that behind the
/// last.
struct BufferLife {
  pe::BufferOp op;
  int64_t begin = 0, end = 0; // bytes
  llvm::BitVector live;
};

class BufferCheck {
public:
  explicit BufferCheck(mesh::ProgramOp program) : program(program) {}
  LogicalResult run();

private:
  LogicalResult collectBuffers();
  void markUses();
  void mark(FlatSymbolRefAttr name, unsigned first, unsigned last);
  LogicalResult checkPair(const BufferLife &a, const BufferLife &b);

  mesh::ProgramOp program;
  llvm::MapVector<StringAttr, BufferLife> buffers;
  llvm::MapVector<StringAttr, unsigned> kernels; // from 1
};

LogicalResult BufferCheck::collectBuffers() {
  machine::DescAttr machine = program.getMachine();
  for (auto task : program.getBody().getOps<mesh::TaskOp>())
    kernels.insert({task.getKernelAttr().getAttr(), kernels.size() + 1});
  for (auto op : program.getBody().getOps<pe::BufferOp>()) {
    if (!op.getOffset()) // M1
      return op.emitError("buffer @") << op.getSymName() << " has no offset";
    BufferLife life{op, int64_t(*op.getOffset()), 0,
                    llvm::BitVector(kernels.size() + 2)};
    life.end = life.begin + op.getSizeInBytes();
    if (life.begin < machine.getReservedBytes() ||
        life.end > machine.getSramBytes()) // M1
      return op.emitError("buffer @")
             << op.getSymName() << " takes bytes " << life.begin << ":"
             << life.end << " at PE " << op.getOn()->getRegion().anyPoint()
             << " but " << machine.getReservedBytes() << ":"
             << machine.getSramBytes() << " are usable";
    buffers[op.getSymNameAttr()] = std::move(life);
  }
  return success();
}

void BufferCheck::mark(FlatSymbolRefAttr name, unsigned first, unsigned last) {
  auto it = buffers.find(name.getAttr());
  if (it == buffers.end())
    return;
  llvm::BitVector &live = it->second.live;
  live.set(first, last + 1);
  // A value lasts from its first to its last use.
  live.set(live.find_first(), live.find_last() + 1);
}

void BufferCheck::markUses() {
  unsigned end = kernels.size() + 1;
  for (Operation &member : program.getBody().getOps()) {
    if (auto load = dyn_cast<pe::LoadOp>(member))
      mark(load.getMem().getBuffer(), 0,
           load.getOnce() && program.getLaunches() > 1 ? end : 0);
    else if (auto store = dyn_cast<pe::StoreOp>(member))
      mark(store.getMem().getBuffer(), end, end);
    auto task = dyn_cast<mesh::TaskOp>(member);
    if (!task)
      continue;
    unsigned kernel = kernels.lookup(task.getKernelAttr().getAttr());
    task.getBody().walk([&](pe::VectorOp op) {
      auto use = [&](Attribute operand) {
        if (auto mem = dyn_cast<pe::MemAttr>(operand))
          mark(mem.getBuffer(), kernel, kernel);
      };
      use(op.getDestination());
      llvm::for_each(op.getSourcesAttr(), use);
    });
  }
}

LogicalResult BufferCheck::checkPair(const BufferLife &a, const BufferLife &b) {
  if (a.end <= b.begin || b.end <= a.begin || !a.live.anyCommon(b.live))
    return success();
  pe::BufferOp opA = a.op, opB = b.op;
  wafer::Region both =
      opA.getOn()->getRegion().intersect(opB.getOn()->getRegion());
  if (both.empty())
    return success();
  llvm::BitVector common = a.live;
  common &= b.live;
  unsigned time = common.find_first();
  InFlightDiagnostic diagnostic =
      opA.emitError("buffer @") // M2
      << opA.getSymName() << " shares bytes " << std::max(a.begin, b.begin)
      << ":" << std::min(a.end, b.end) << " with @" << opB.getSymName()
      << " at PE " << both.anyPoint() << ", and both are live ";
  if (time == 0 || time > kernels.size())
    diagnostic << (time == 0 ? "at the start" : "at the end");
  else
    diagnostic << "in kernel @" << kernels.begin()[time - 1].first.getValue();
  diagnostic.attachNote(opB.getLoc()) << "the other buffer is here";
  return diagnostic;
}

LogicalResult BufferCheck::run() {
  if (failed(collectBuffers()))
    return failure();
  markUses();
  bool ok = true;
  for (auto a = buffers.begin(); a != buffers.end(); ++a)
    for (auto b = buffers.begin(); b != a; ++b)
      ok &= succeeded(checkPair(a->second, b->second));
  return success(ok);
}

struct VerifyMemory : impl::VerifyMemoryBase<VerifyMemory> {
  void runOnOperation() override {
    bool ok = true;
    Prover prover;
    UnprovedAccesses unproved;
    for (auto program : getOperation().getOps<mesh::ProgramOp>()) {
      ok &= succeeded(BufferCheck(program).run());
      int64_t launches = program.getLaunches();
      for (Operation &op : program.getBody().getOps()) {
        auto task = dyn_cast<mesh::TaskOp>(op);
        if (task || isa<pe::LoadOp, pe::StoreOp, pe::FeedOp>(op))
          ok &= succeeded(checkAccesses(
              &op, task ? task.getOn().getRegion() : wafer::Region(), launches,
              prover, unproved));
      }
    }
    for (auto module : getOperation().getOps<pe::ModuleOp>()) {
      for (Operation &op : module.getBody().getOps()) {
        auto program = dyn_cast<pe::ProgramOp>(op);
        if (program || isa<pe::FeedOp>(op))
          ok &= succeeded(checkAccesses(
              &op, program ? program.getOn().getRegion() : wafer::Region(),
              module.getLaunches(), prover, unproved));
      }
    }
    if (!ok)
      signalPassFailure();
    else
      unproved.warn();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace wafer
