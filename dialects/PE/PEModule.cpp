//===- PEModule.cpp - verifiers of pe.module and pe.program ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/PE/PE.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::pe;

static wafer::Region meshOf(machine::DescAttr machine) {
  return wafer::Region(StridedRange(0, machine.getWidth()),
                       StridedRange(0, machine.getHeight()));
}

static LogicalResult verifyColour(Operation *op, int64_t colour,
                                  machine::DescAttr machine) {
  if (colour >= machine.getUsableColours())
    return op->emitOpError("uses colour ")
           << colour << " but " << machine.getName()
           << " offers 0:" << machine.getUsableColours();
  return success();
}

//===----------------------------------------------------------------------===//
// pe.program
//===----------------------------------------------------------------------===//

namespace {
/// The constraints of one program, checked op by op.
struct ProgramVerifier {
  ProgramOp program;
  machine::DescAttr machine;
  llvm::DenseMap<StringAttr, BufferOp> buffers;

  ProgramVerifier(ProgramOp program, machine::DescAttr machine)
      : program(program), machine(machine) {}

  LogicalResult verifyBuffer(BufferOp buffer) {
    if (!buffer.getOffset()) // C1
      return buffer.emitOpError("requires an offset inside a program");
    int64_t begin = *buffer.getOffset(), end = begin + buffer.getSizeInBytes();
    if (begin < machine.getReservedBytes() ||
        end > machine.getSramBytes()) // C1
      return buffer.emitOpError("takes bytes ")
             << begin << ":" << end << " but the machine offers "
             << machine.getReservedBytes() << ":" << machine.getSramBytes();
    buffers[buffer.getSymNameAttr()] = buffer;
    return success();
  }

  LogicalResult verifyExpr(Operation *op, AffineExpr expr, unsigned indices) {
    if (machine::getNumIndicesUsed(expr) > indices) // C3
      return op->emitOpError("names index i")
             << machine::getNumIndicesUsed(expr) - 1 << " but only " << indices
             << " are defined here";
    return success();
  }

  LogicalResult verifyMem(Operation *op, MemAttr mem, Type type,
                          unsigned indices) {
    BufferOp buffer = buffers.lookup(mem.getBuffer().getAttr());
    if (!buffer) // C2
      return op->emitOpError("names no buffer of this program: ")
             << mem.getBuffer();
    if (buffer.getType() != type) // C2
      return op->emitOpError("reads ") << mem.getBuffer() << " as " << type
                                       << " but it holds " << buffer.getType();
    return verifyExpr(op, mem.getOffset(), indices);
  }

  LogicalResult verifyQueue(Operation *op, QueueAttr queue) {
    size_t count =
        (queue.getIsInput() ? machine.getInQueues() : machine.getOutQueues())
            .size();
    if (queue.getIndex() >= count) // C4
      return op->emitOpError("uses ")
             << (queue.getIsInput() ? "input" : "output") << " queue "
             << queue.getIndex() << " but a PE of " << machine.getName()
             << " has " << count;
    return success();
  }

  LogicalResult verifyVector(VectorOp op) {
    unsigned depth = getLoopDepth(op);
    for (Attribute extent : op.getExtentsAttr())
      if (failed(verifyExpr(op, cast<machine::ExprAttr>(extent).getValue(),
                            depth)))
        return failure();
    SmallVector<std::pair<Attribute, Type>> operands = {
        {op.getDestination(), op.getElementType()}};
    for (Attribute source : op.getSourcesAttr())
      operands.push_back({source, op.getSourceType()});
    for (auto [operand, type] : operands) {
      if (isa<StreamAttr>(operand)) // C4
        return op->emitOpError("requires queues inside a program, found ")
               << operand;
      if (auto mem = dyn_cast<MemAttr>(operand);
          mem && failed(verifyMem(op, mem, type, depth)))
        return failure();
      if (auto queue = dyn_cast<QueueAttr>(operand);
          queue && failed(verifyQueue(op, queue)))
        return failure();
    }
    return success();
  }

  LogicalResult verifyBind(BindOp bind) {
    if (failed(verifyColour(bind, bind.getColour(), machine))) // C4
      return failure();
    return verifyQueue(bind, bind.getQueue());
  }

  LogicalResult verifyControl(ControlOp control) {
    int64_t commands = control.getCommands().size();
    if (commands > machine.getControlCommands()) // C6
      return control.emitOpError("carries ")
             << commands << " commands but a control wavelet of "
             << machine.getName() << " holds " << machine.getControlCommands();
    auto queue = dyn_cast<QueueAttr>(control.getDestination());
    if (!queue) // C4
      return control.emitOpError("requires an output queue inside a program");
    return verifyQueue(control, queue);
  }

  LogicalResult verifyThread(Operation *op, int64_t thread) {
    if (thread >= machine.getMicrothreads()) // C5
      return op->emitOpError("uses microthread ")
             << thread << " but a PE of " << machine.getName() << " has "
             << machine.getMicrothreads();
    return success();
  }

  LogicalResult verifyOp(Operation *op) {
    if (auto buffer = dyn_cast<BufferOp>(op))
      return verifyBuffer(buffer);
    if (auto vector = dyn_cast<VectorOp>(op))
      return verifyVector(vector);
    if (auto bind = dyn_cast<BindOp>(op))
      return verifyBind(bind);
    if (auto control = dyn_cast<ControlOp>(op))
      return verifyControl(control);
    if (auto loop = dyn_cast<LoopOp>(op))
      return verifyExpr(op, loop.getCount().getValue(), getLoopDepth(op));
    if (auto async = dyn_cast<AsyncOp>(op))
      return verifyThread(op, async.getThread());
    if (auto await = dyn_cast<AwaitOp>(op)) {
      for (int64_t thread : await.getThreads())
        if (failed(verifyThread(op, thread)))
          return failure();
      return success();
    }
    if (isa<LoadOp, StoreOp, BarrierOp, SectionOp>(op))
      return success();
    return op->emitOpError("must not stand in a program");
  }
};
} // namespace

LogicalResult ProgramOp::verifyRegions() {
  auto module = cast<ModuleOp>((*this)->getParentOp());
  ProgramVerifier verifier(*this, module.getMachine());
  WalkResult result = (*this)->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op == getOperation())
      return WalkResult::advance();
    return failed(verifier.verifyOp(op)) ? WalkResult::interrupt()
                                         : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// pe.module
//===----------------------------------------------------------------------===//

/// C2: programs are inside the mesh and disjoint.
static LogicalResult verifyPrograms(pe::ModuleOp module) {
  wafer::Region mesh = meshOf(module.getMachine());
  SmallVector<ProgramOp> programs;
  SmallVector<wafer::Region> regions;
  for (auto program : module.getBody().getOps<ProgramOp>()) {
    programs.push_back(program);
    regions.push_back(program.getOn().getRegion());
    if (!mesh.contains(regions.back()))
      return program.emitOpError("leaves the ")
             << module.getMachine().getWidth() << "x"
             << module.getMachine().getHeight() << " mesh";
  }
  auto overlap = findOverlap(regions);
  if (!overlap)
    return success();
  auto [first, second] = *overlap;
  Point p = regions[first].intersect(regions[second]).anyPoint();
  InFlightDiagnostic diagnostic = programs[second].emitOpError("shares PE (")
                                  << p.x << "," << p.y << ")";
  diagnostic.attachNote(programs[first].getLoc())
      << "with program @" << programs[first].getSymName();
  return diagnostic;
}

/// C5: the epochs that barriers start, the same list in all programs.
static FailureOr<SmallVector<int64_t>> verifyBarriers(pe::ModuleOp module) {
  SmallVector<int64_t> epochs;
  ProgramOp first;
  for (auto program : module.getBody().getOps<ProgramOp>()) {
    auto own = llvm::map_to_vector(
        program.getBody().getOps<BarrierOp>(),
        [](BarrierOp barrier) { return int64_t(barrier.getEpoch()); });
    if (!first) {
      first = program;
      epochs = own;
    } else if (own != epochs) {
      InFlightDiagnostic diagnostic =
          program.emitOpError("requires the barriers of every other program");
      diagnostic.attachNote(first.getLoc())
          << "program @" << first.getSymName() << " has others";
      return diagnostic;
    }
  }
  return epochs;
}

/// C3: routes are inside the mesh, and unique for a PE, a colour and an epoch
/// that is the first one or in `epochs`.
static LogicalResult verifyRoutes(pe::ModuleOp module,
                                  ArrayRef<int64_t> epochList) {
  llvm::DenseSet<int64_t> epochs(epochList.begin(), epochList.end());
  machine::DescAttr machine = module.getMachine();
  wafer::Region mesh = meshOf(machine);
  struct Routes {
    SmallVector<RouteOp> ops;
    SmallVector<wafer::Region> regions;
  };
  std::map<std::pair<int64_t, int64_t>, Routes> channels; // colour, epoch
  for (auto route : module.getBody().getOps<RouteOp>()) {
    if (failed(verifyColour(route, route.getColour(), machine)))
      return failure();
    int64_t epoch = route.getEpoch();
    if (epoch > 0 && !epochs.contains(epoch))
      return route.emitOpError("names epoch ")
             << epoch << " but no barrier starts it";
    if (static_cast<int64_t>(route.getPositions().size()) >
        machine.getSwitchPositions())
      return route.emitOpError("has ")
             << route.getPositions().size() << " positions but a router of "
             << machine.getName() << " has " << machine.getSwitchPositions();
    const wafer::Region &region = route.getOn().getRegion();
    if (!mesh.contains(region))
      return route.emitOpError("leaves the ")
             << machine.getWidth() << "x" << machine.getHeight() << " mesh";
    Routes &routes = channels[{route.getColour(), epoch}];
    routes.ops.push_back(route);
    routes.regions.push_back(region);
  }
  for (auto &[channel, routes] : channels) {
    auto overlap = findOverlap(routes.regions);
    if (!overlap)
      continue;
    auto [first, second] = *overlap;
    Point p =
        routes.regions[first].intersect(routes.regions[second]).anyPoint();
    InFlightDiagnostic diagnostic =
        routes.ops[second].emitOpError("gives colour ")
        << channel.first << " a second route at PE (" << p.x << "," << p.y
        << ")";
    diagnostic.attachNote(routes.ops[first].getLoc())
        << "the first one is here";
    return diagnostic;
  }
  return success();
}

/// C4: feeds enter at ports.
static LogicalResult verifyFeeds(pe::ModuleOp module) {
  machine::DescAttr machine = module.getMachine();
  for (auto feed : module.getBody().getOps<FeedOp>()) {
    if (!feed.getColour())
      return feed.emitOpError("requires a colour in a pe.module");
    if (failed(verifyColour(feed, *feed.getColour(), machine)))
      return failure();
    wafer::Region allowed;
    int64_t edge = feed.getSide() == "west" ? 0 : machine.getWidth() - 1;
    for (auto ports : machine.getPorts().getAsRange<machine::PortsAttr>())
      if (ports.getSide().getValue() == feed.getSide())
        allowed = allowed.unite(wafer::Region(
            StridedRange::single(edge),
            StridedRange(ports.getFirst(),
                         ports.getFirst() +
                             (ports.getCount() - 1) * ports.getStep() + 1,
                         ports.getStep())));
    wafer::Region outside = feed.getOn().getRegion().subtract(allowed);
    if (!outside.empty())
      return feed.emitOpError("has no port on the ")
             << feed.getSide() << " side at PE (" << outside.anyPoint().x << ","
             << outside.anyPoint().y << ")";
  }
  return success();
}

LogicalResult pe::ModuleOp::verifyRegions() {
  if (static_cast<int64_t>(getLaunches()) < 1) // C1
    return emitOpError("launches must be at least 1");
  for (Operation &op : getBody().getOps())
    if (!isa<RouteOp, FeedOp, ProgramOp>(op))
      return op.emitOpError("must not stand in a pe.module");
  FailureOr<SmallVector<int64_t>> epochs = verifyBarriers(*this);
  if (failed(epochs) || failed(verifyPrograms(*this)) ||
      failed(verifyRoutes(*this, *epochs)))
    return failure();
  return verifyFeeds(*this);
}
