//===- VerifyPrograms.cpp - instructions in flight at once ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  pe.module.
// Out: the same, or errors by rule (E12, E13, Q1 to Q3 of the pass
//      description).
//
// 1. ProgramWalk follows the main thread of each program and says at each
//    instruction, and at each start of a microthread, what else may be in
//    flight.
// 2. E12: the bytes of an operand are an interval [low, high) of expressions.
//    Two of them meet where highA - lowB and highB - lowA are both positive.
//    Prover shows that there is no such point among all PEs, launches and
//    iterations; where it cannot, ExprSpace looks for one.
//    Buffers without a common byte are not looked at: accesses lie in their
//    buffers (M3).
// 3. E13 and Q1 to Q3: the colour of each queue is kept along the main thread.
//
// The cost follows the number of programs and instructions, and the columns,
// rows and iterations over which expressions have to be compared.
//
//===----------------------------------------------------------------------===//

#include "InFlight.h"
#include "PointDiagnostics.h"
#include "wafer/Verify/Passes.h"

#define DEBUG_TYPE "wafer-verify-programs"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_VERIFYPROGRAMS
#include "wafer/Verify/Passes.h.inc"

using namespace verify;

namespace {

/// Dimensions of loops inside the blocks that are compared; two sets, for two
/// blocks.
constexpr unsigned kFreshA = machine::kExprDims;
constexpr unsigned kFreshB = kFreshA + machine::kExprDims;

/// A colour at one end, in an epoch.
using RampKey = std::tuple<int64_t, int64_t, bool>; // colour, epoch, isInput
using RampRegions = std::map<RampKey, wafer::Region>;

/// An instruction together with the iteration that it belongs to.
struct Instance {
  Operation *op;
  SmallVector<AffineExpr, 2> indices;
  unsigned freshDim;
};

/// An operand in memory.
struct Access {
  pe::MemAttr mem;
  pe::BufferOp buffer;
  int64_t begin, end; // bytes of the buffer
  bool isWrite;

  bool mayMeet(const Access &o) const {
    return (isWrite || o.isWrite) && begin < o.end && o.begin < end;
  }
};

SmallVector<Attribute> getOperands(Operation *op) {
  SmallVector<Attribute> operands;
  if (auto vector = dyn_cast<pe::VectorOp>(op)) {
    operands.push_back(vector.getDestination());
    llvm::append_range(operands, vector.getSourcesAttr());
  } else if (auto control = dyn_cast<pe::ControlOp>(op)) {
    operands.push_back(control.getDestination());
  }
  return operands;
}

SmallVector<pe::QueueAttr> getQueues(Operation *op) {
  SmallVector<pe::QueueAttr> queues;
  for (Attribute operand : getOperands(op))
    if (auto queue = dyn_cast<pe::QueueAttr>(operand))
      queues.push_back(queue);
  return queues;
}

std::string toString(pe::QueueAttr queue) {
  return (queue.getIsInput() ? "in(" : "out(") +
         std::to_string(queue.getIndex()) + ")";
}

class ProgramCheck : public ProgramWalk::Listener {
public:
  ProgramCheck(pe::ProgramOp program, int64_t launches,
               const RampRegions &ramps, Prover &prover)
      : program(program), region(program.getOn().getRegion()),
        launches(launches), ramps(ramps), prover(prover) {}

  LogicalResult run();

  LogicalResult execute(Operation *op, const Flights &inFlight,
                        const ExprSpace &space) override;
  LogicalResult start(pe::AsyncOp async, const Flights &inFlight,
                      const ExprSpace &space) override;
  void enterEpoch(int64_t number) override {
    epoch = number;
    colourOf.clear(); // E41
  }

private:
  LogicalResult bind(pe::BindOp op, const Flights &inFlight);
  LogicalResult checkQueues(Operation *op);
  LogicalResult compare(const Instance &now, const Flights &inFlight,
                        const ExprSpace &space);
  LogicalResult comparePair(const Instance &now, const Instance &flying,
                            const ExprSpace &space);
  LogicalResult compareAccesses(const Instance &now, const Instance &flying,
                                const ExprSpace &space);
  /// Where both instructions are executed and, if given, both expressions are
  /// positive. Looks at columns and rows of the whole region first.
  std::optional<Place> findPlace(const ExprSpace &space, const Instance &now,
                                 const Instance &flying,
                                 ArrayRef<AffineExpr> positive,
                                 bool &isUnknown);
  ArrayRef<Access> getAccesses(Operation *op);

  pe::ProgramOp program;
  wafer::Region region;
  int64_t launches;
  const RampRegions &ramps;
  Prover &prover;
  int64_t epoch = 0;
  std::map<std::pair<bool, unsigned>, int64_t> colourOf; // isInput, queue
  std::set<RampKey> routed;
  llvm::DenseMap<StringAttr, pe::BufferOp> buffers;
  std::map<Operation *, SmallVector<Access, 4>> accesses;
};

//===----------------------------------------------------------------------===//
// Queues
//===----------------------------------------------------------------------===//

LogicalResult ProgramCheck::bind(pe::BindOp op, const Flights &inFlight) {
  pe::QueueAttr queue = op.getQueue();
  for (Flight flight : inFlight) {
    Operation *user = nullptr;
    flight.async.getBody().walk([&](Operation *inner) {
      if (llvm::is_contained(getQueues(inner), queue))
        user = inner;
    });
    if (!user)
      continue;
    InFlightDiagnostic diagnostic =
        op.emitError("ties queue ") // E13
        << toString(queue) << " to colour " << op.getColour()
        << " while microthread " << flight.async.getThread() << " may use it";
    diagnostic.attachNote(user->getLoc()) << "it is used here";
    return diagnostic;
  }
  for (auto [other, colour] : colourOf)
    if (queue.getIsInput() && other.first && other.second != queue.getIndex() &&
        colour == int64_t(op.getColour())) // Q3
      return op.emitError("ties colour ")
             << op.getColour() << " to input queue " << queue.getIndex()
             << " while it is tied to input queue " << other.second;
  colourOf[{queue.getIsInput(), queue.getIndex()}] = op.getColour();
  return success();
}

/// Q1, Q2.
LogicalResult ProgramCheck::checkQueues(Operation *op) {
  for (pe::QueueAttr queue : getQueues(op)) {
    auto bound = colourOf.find({queue.getIsInput(), queue.getIndex()});
    if (bound == colourOf.end())
      return op->emitError("uses queue ")
             << toString(queue) << ", which is tied to no colour";
    RampKey key{bound->second, epoch, queue.getIsInput()};
    if (!routed.insert(key).second)
      continue;
    auto ramp = ramps.find(key);
    if (ramp != ramps.end() && ramp->second.contains(region))
      continue;
    wafer::Region missing =
        ramp == ramps.end() ? region : region.subtract(ramp->second);
    return op->emitError("uses queue ")
           << toString(queue) << " of colour " << bound->second << " but PE "
           << missing.anyPoint() << " has no route "
           << (queue.getIsInput() ? "to" : "from")
           << " its ramp for that colour in epoch " << epoch;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

ArrayRef<Access> ProgramCheck::getAccesses(Operation *op) {
  auto known = accesses.find(op);
  if (known != accesses.end())
    return known->second;
  SmallVector<Access, 4> &found = accesses[op];
  auto vector = dyn_cast<pe::VectorOp>(op);
  if (!vector)
    return found;
  auto add = [&](Attribute operand, bool isWrite) {
    auto mem = dyn_cast<pe::MemAttr>(operand);
    pe::BufferOp buffer =
        mem ? buffers.lookup(mem.getBuffer().getAttr()) : pe::BufferOp();
    if (!buffer || !buffer.getOffset())
      return;
    int64_t begin = *buffer.getOffset();
    found.push_back(
        {mem, buffer, begin, begin + buffer.getSizeInBytes(), isWrite});
  };
  add(vector.getDestination(), true);
  for (Attribute source : vector.getSourcesAttr())
    add(source, false);
  return found;
}

/// The bytes that an operand touches: from the first to behind the second.
std::pair<AffineExpr, AffineExpr> getBytes(const Instance &instance,
                                           const Access &access) {
  auto replaced = [&](AffineExpr expr) {
    return substitute(expr, instance.indices, instance.freshDim);
  };
  AffineExpr low = replaced(access.mem.getOffset()), high = low + 1;
  for (auto [extent, stride] :
       llvm::zip(cast<pe::VectorOp>(instance.op).getExtentsAttr(),
                 access.mem.getStrides())) {
    AffineExpr last = replaced(cast<machine::ExprAttr>(extent).getValue()) - 1;
    AffineExpr &end = stride < 0 ? low : high;
    end = end + last * stride;
  }
  pe::BufferOp buffer = access.buffer;
  int64_t size = buffer.getSizeInBytes() / int64_t(buffer.getSize());
  return {low * size + access.begin, high * size + access.begin};
}

std::optional<Place> ProgramCheck::findPlace(const ExprSpace &space,
                                             const Instance &now,
                                             const Instance &flying,
                                             ArrayRef<AffineExpr> positive,
                                             bool &isUnknown) {
  auto search = [&](ExprSpace where) -> std::optional<Place> {
    addConditions(now.op, now.indices, now.freshDim, where);
    addConditions(flying.op, flying.indices, flying.freshDim, where);
    if (!positive.empty() && prover.areNeverAllPositive(positive, where))
      return std::nullopt;
    auto front = where.maximise(positive);
    isUnknown |= !front;
    if (!front)
      return Place();
    for (ExprSpace::Extreme &extreme : *front)
      if (llvm::all_of(extreme.values, [](int64_t v) { return v > 0; }))
        return extreme.place;
    return std::nullopt;
  };
  if (!search(space))
    return std::nullopt;
  // Columns and rows of different rectangles were combined: look again.
  isUnknown = false;
  for (const StridedRect &rect : region.splitAtHoles()) {
    ExprSpace exact = space;
    exact.restrictTo(rect);
    if (std::optional<Place> place = search(std::move(exact))) {
      place->insert({machine::kX, rect.x.begin});
      place->insert({machine::kY, rect.y.begin});
      return place;
    }
  }
  return std::nullopt;
}

/// E12.
LogicalResult ProgramCheck::compareAccesses(const Instance &now,
                                            const Instance &flying,
                                            const ExprSpace &space) {
  for (Access a : getAccesses(now.op))
    for (Access b : getAccesses(flying.op)) {
      if (!a.mayMeet(b))
        continue;
      auto [lowA, highA] = getBytes(now, a);
      auto [lowB, highB] = getBytes(flying, b);
      bool isUnknown = false;
      std::optional<Place> place = findPlace(
          space, now, flying, {highA - lowB, highB - lowA}, isUnknown);
      if (!place)
        continue;
      InFlightDiagnostic diagnostic =
          now.op->emitError(a.isWrite ? "writes" : "reads")
          << " bytes of @" << a.buffer.getSymName() << " that "
          << (isUnknown ? "may be " : "are ")
          << (b.isWrite ? "written" : "read") << " at the same time, at "
          << describe(*place, region.anyPoint());
      diagnostic.attachNote(flying.op->getLoc())
          << "by this instruction, which may be in flight";
      return diagnostic;
    }
  return success();
}

LogicalResult ProgramCheck::comparePair(const Instance &now,
                                        const Instance &flying,
                                        const ExprSpace &space) {
  for (pe::QueueAttr queue : getQueues(now.op)) {
    bool isUnknown = false;
    if (!llvm::is_contained(getQueues(flying.op), queue))
      continue;
    std::optional<Place> place = findPlace(space, now, flying, {}, isUnknown);
    if (!place)
      continue;
    InFlightDiagnostic diagnostic =
        now.op->emitError("uses queue ") // E13
        << toString(queue)
        << " while another instruction in flight uses it, at "
        << describe(*place, region.anyPoint());
    diagnostic.attachNote(flying.op->getLoc()) << "the other one is here";
    return diagnostic;
  }
  return compareAccesses(now, flying, space);
}

LogicalResult ProgramCheck::compare(const Instance &now,
                                    const Flights &inFlight,
                                    const ExprSpace &space) {
  for (Flight flight : inFlight) {
    WalkResult result = flight.async.getBody().walk([&](Operation *inner) {
      if (!isa<pe::VectorOp, pe::ControlOp>(inner))
        return WalkResult::advance();
      Instance flying{inner, flight.indices, kFreshB};
      return failed(comparePair(now, flying, space)) ? WalkResult::interrupt()
                                                     : WalkResult::advance();
    });
    if (result.wasInterrupted())
      return failure();
  }
  return success();
}

SmallVector<AffineExpr, 2> currentIndices(Operation *op) {
  SmallVector<AffineExpr, 2> indices;
  for (unsigned k = 0; k < pe::getLoopDepth(op); ++k)
    indices.push_back(machine::exprIndex(op->getContext(), k));
  return indices;
}

LogicalResult ProgramCheck::execute(Operation *op, const Flights &inFlight,
                                    const ExprSpace &space) {
  if (auto binding = dyn_cast<pe::BindOp>(op))
    return bind(binding, inFlight);
  if (failed(checkQueues(op)))
    return failure();
  return compare({op, currentIndices(op), kFreshA}, inFlight, space);
}

LogicalResult ProgramCheck::start(pe::AsyncOp async, const Flights &inFlight,
                                  const ExprSpace &space) {
  SmallVector<AffineExpr, 2> indices = currentIndices(async);
  WalkResult result = async.getBody().walk([&](Operation *inner) {
    if (!isa<pe::VectorOp, pe::ControlOp>(inner))
      return WalkResult::advance();
    if (failed(checkQueues(inner)) ||
        failed(compare({inner, indices, kFreshA}, inFlight, space)))
      return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult ProgramCheck::run() {
  for (auto buffer : program.getBody().getOps<pe::BufferOp>())
    buffers[buffer.getSymNameAttr()] = buffer;
  return ProgramWalk(program, makeSpace(region, launches), prover, *this).run();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

RampRegions collectRamps(pe::ModuleOp module) {
  RampRegions ramps;
  for (auto route : module.getBody().getOps<pe::RouteOp>())
    for (auto hop : route.getPositions().getAsRange<machine::HopAttr>())
      for (bool isInput : {false, true}) {
        if (isInput ? !hop.hasOutput(Direction::Ramp)
                    : hop.getInput() != Direction::Ramp)
          continue;
        wafer::Region &region =
            ramps[{route.getColour(), route.getEpoch(), isInput}];
        region = region.unite(route.getOn().getRegion());
      }
  return ramps;
}

struct VerifyPrograms : impl::VerifyProgramsBase<VerifyPrograms> {
  void runOnOperation() override {
    bool ok = true;
    Prover prover;
    for (auto module : getOperation().getOps<pe::ModuleOp>()) {
      RampRegions ramps = collectRamps(module);
      for (auto program : module.getBody().getOps<pe::ProgramOp>())
        ok &= succeeded(
            ProgramCheck(program, module.getLaunches(), ramps, prover).run());
    }
    if (!ok)
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace wafer
