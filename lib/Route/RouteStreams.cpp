//===- RouteStreams.cpp - colours and trees of hops for streams -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  wafer.program with streams and tasks.
// Out: wafer.route ops, one epoch if the colours suffice, else several epochs
//      with wafer.barrier ops between them.
//
// 1. Each stream becomes a net of pieces (StreamFamily.cpp). Its group is the
//    first kernel whose tasks name it: kernels run one after another on a PE,
//    so equal streams of two kernels may share a channel.
// 2. All kernels are routed in epoch 0. If that fails, or PEs have too few
//    queues for it, kernels are taken in order into an epoch as long as it can
//    be routed, then the next epoch starts. Barriers written by hand fix the
//    epochs instead.
// 3. The answer's entries become wafer.route ops at the end of the program, in
//    the order of the streams; barriers go before the first task of an epoch.
//
// Rejected: routes for some streams only, and streams that no routes were found
// for: the error stands at the first stream that cannot coexist with the noted
// ones. A port sends from the start of a launch (E44), so a stream of a later
// epoch must not start at one.
//
//   wafer.stream @s : f32 for (0:3) from (i0, 0) to [i0 + 1:i0 + 2, 0:1]
//   -> wafer.route @s colour 0 epoch 0 on [1:4:2, 0] : west -> ramp  ...
//
//===----------------------------------------------------------------------===//

#include "StreamFamily.h"
#include "mlir/IR/Builders.h"
#include "wafer/Route/Passes.h"
#include "wafer/Route/QueueDemand.h"
#include "wafer/Route/Router.h"

#define DEBUG_TYPE "wafer-route-streams"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_ROUTESTREAMS
#include "wafer/Route/Passes.h.inc"

namespace {

/// A stream with what the router has to know of it.
struct RoutedStream {
  mesh::StreamOp op;
  /// Place of its kernel in ProgramRouter::kernels.
  unsigned kernel = 0;
  Net net;
};

class ProgramRouter {
public:
  explicit ProgramRouter(mesh::ProgramOp program) : program(program) {}
  LogicalResult run();

private:
  void collectKernels();
  LogicalResult collectStreams();
  void assignKernels();
  FailureOr<bool> areRoutesGiven();
  LogicalResult routeGivenEpochs();
  LogicalResult routeGreedily();
  /// Routes the streams of kernels [begin, end) as `epoch`.
  bool routeKernels(unsigned begin, unsigned end, unsigned epoch,
                    RouteAnswer &answer, RouteFailure &failure);
  /// Has every PE the queues that kernels [begin, end) need at a time?
  bool fitsQueues(unsigned begin, unsigned end, const RouteAnswer &answer);
  LogicalResult report(unsigned begin, unsigned end,
                       const RouteFailure &failure);
  LogicalResult accept(unsigned begin, unsigned end, unsigned epoch,
                       const RouteAnswer &answer);
  LogicalResult insertBarrier(unsigned kernel, unsigned epoch);
  SmallVector<RoutedStream *> streamsOf(unsigned begin, unsigned end);

  mesh::ProgramOp program;
  /// Names of kernels in the order of their first tasks.
  SmallVector<StringAttr> kernels;
  SmallVector<mesh::TaskOp> firstTasks;
  /// Epoch of each kernel by barriers that the program already has.
  SmallVector<unsigned> givenEpochs;
  bool hasBarriers = false;
  std::vector<RoutedStream> streams;
};

void ProgramRouter::collectKernels() {
  unsigned epoch = 0;
  for (Operation &op : program.getBody().getOps()) {
    if (auto barrier = dyn_cast<mesh::BarrierOp>(op)) {
      epoch = barrier.getEpoch();
      hasBarriers = true;
    }
    auto task = dyn_cast<mesh::TaskOp>(op);
    if (!task || llvm::is_contained(kernels, task.getKernelAttr().getAttr()))
      continue;
    kernels.push_back(task.getKernelAttr().getAttr());
    firstTasks.push_back(task);
    givenEpochs.push_back(epoch);
  }
}

LogicalResult ProgramRouter::collectStreams() {
  for (auto op : program.getBody().getOps<mesh::StreamOp>()) {
    FailureOr<std::vector<StreamPiece>> pieces = route_detail::expandFamily(op);
    if (failed(pieces))
      return failure();
    if (pieces->empty())
      continue; // Every channel would only lead back to its source.
    Net net;
    net.name = op.getSymName().str();
    net.pieces = std::move(*pieces);
    streams.push_back({op, 0, std::move(net)});
  }
  assignKernels();
  return success();
}

/// A stream belongs to the first kernel with a task that names it.
void ProgramRouter::assignKernels() {
  llvm::DenseMap<StringAttr, unsigned> kernelOf;
  for (auto task : program.getBody().getOps<mesh::TaskOp>()) {
    unsigned kernel =
        llvm::find(kernels, task.getKernelAttr().getAttr()) - kernels.begin();
    auto use = [&](Attribute operand) {
      if (auto stream = dyn_cast<pe::StreamAttr>(operand))
        kernelOf.try_emplace(stream.getName().getAttr(), kernel);
    };
    task.getBody().walk([&](Operation *op) {
      if (auto vector = dyn_cast<pe::VectorOp>(op)) {
        use(vector.getDestination());
        llvm::for_each(vector.getSourcesAttr(), use);
      } else if (auto control = dyn_cast<pe::ControlOp>(op)) {
        use(control.getDestination());
      }
    });
  }
  for (RoutedStream &stream : streams) {
    stream.kernel = kernelOf.lookup(stream.op.getSymNameAttr());
    stream.net.group = stream.kernel;
  }
}

/// True if every stream has routes already; an error if only some have.
FailureOr<bool> ProgramRouter::areRoutesGiven() {
  llvm::DenseSet<StringAttr> routed;
  mesh::RouteOp example;
  for (auto route : program.getBody().getOps<mesh::RouteOp>()) {
    routed.insert(route.getStreamAttr().getAttr());
    example = route;
  }
  if (routed.empty())
    return false;
  for (RoutedStream &stream : streams) {
    if (routed.count(stream.op.getSymNameAttr()))
      continue;
    InFlightDiagnostic diagnostic =
        stream.op.emitError("stream @")
        << stream.op.getSymName()
        << " has no routes, but others have: give routes to all streams or to "
           "none";
    diagnostic.attachNote(example.getLoc())
        << "stream " << example.getStreamAttr() << " has a route";
    return diagnostic;
  }
  return true;
}

SmallVector<RoutedStream *> ProgramRouter::streamsOf(unsigned begin,
                                                     unsigned end) {
  SmallVector<RoutedStream *> result;
  for (RoutedStream &stream : streams)
    if (stream.kernel >= begin && stream.kernel < end)
      result.push_back(&stream);
  return result;
}

bool ProgramRouter::routeKernels(unsigned begin, unsigned end, unsigned epoch,
                                 RouteAnswer &answer, RouteFailure &failure) {
  machine::DescAttr machine = program.getMachine();
  RouteProblem problem;
  problem.width = machine.getWidth();
  problem.height = machine.getHeight();
  for (int64_t colour = 0; colour < machine.getUsableColours(); ++colour)
    problem.colours.push_back(colour);
  for (RoutedStream *stream : streamsOf(begin, end)) {
    problem.nets.push_back(stream->net);
    problem.nets.back().epoch = epoch;
  }
  return route(problem, answer, failure);
}

bool ProgramRouter::fitsQueues(unsigned begin, unsigned end,
                               const RouteAnswer &answer) {
  SmallVector<unsigned> times;
  for (RoutedStream *stream : streamsOf(begin, end))
    times.push_back(stream->kernel);
  QueueDemand demand = getQueueDemand(answer, times);
  machine::DescAttr machine = program.getMachine();
  return demand.inputs <= machine.getInQueues().size() &&
         demand.outputs <= machine.getOutQueues().size();
}

LogicalResult ProgramRouter::report(unsigned begin, unsigned end,
                                    const RouteFailure &failure) {
  SmallVector<RoutedStream *> tried = streamsOf(begin, end);
  if (failure.nets.empty())
    return mlir::emitError(program.getLoc(), "cannot route the streams of @")
           << program.getSymName() << ": " << failure.message;
  RoutedStream *first = tried[failure.nets.front()];
  InFlightDiagnostic diagnostic = first->op.emitError("cannot route stream @")
                                  << first->op.getSymName() << ": "
                                  << failure.message;
  for (unsigned net : llvm::drop_begin(failure.nets))
    diagnostic.attachNote(tried[net]->op.getLoc())
        << "stream @" << tried[net]->op.getSymName()
        << " has to coexist with it";
  return diagnostic;
}

LogicalResult ProgramRouter::insertBarrier(unsigned kernel, unsigned epoch) {
  mesh::TaskOp first = firstTasks[kernel];
  for (auto task : program.getBody().getOps<mesh::TaskOp>()) {
    unsigned other =
        llvm::find(kernels, task.getKernelAttr().getAttr()) - kernels.begin();
    if (other < kernel && first->isBeforeInBlock(task))
      return task.emitError("tasks of kernel ")
             << task.getKernelAttr() << " surround those of "
             << first.getKernelAttr()
             << ", so no barrier can stand between their epochs of routes";
  }
  OpBuilder builder(first);
  mesh::BarrierOp::create(builder, first.getLoc(),
                          builder.getI64IntegerAttr(epoch));
  return success();
}

/// Writes the routes of kernels [begin, end).
LogicalResult ProgramRouter::accept(unsigned begin, unsigned end,
                                    unsigned epoch, const RouteAnswer &answer) {
  auto builder = OpBuilder::atBlockEnd(&program.getBody().front());
  MLIRContext *context = builder.getContext();
  for (auto [stream, routes] : llvm::zip(streamsOf(begin, end), answer.nets)) {
    if (epoch > 0 && stream->op.getSide())
      return stream->op.emitError("stream @")
             << stream->op.getSymName() << " is fed from the start of a launch "
             << "but the colours suffice for its kernel @"
             << kernels[stream->kernel].getValue() << " in epoch " << epoch
             << " only";
    for (const RouteEntry &entry : routes.entries) {
      auto hop =
          machine::HopAttr::get(context, entry.input, entry.outputs.bits());
      mesh::RouteOp::create(builder, stream->op.getLoc(),
                            FlatSymbolRefAttr::get(stream->op.getSymNameAttr()),
                            builder.getI64IntegerAttr(entry.colour),
                            builder.getI64IntegerAttr(epoch),
                            machine::RegionAttr::get(context, entry.region),
                            builder.getArrayAttr({hop}), UnitAttr());
    }
  }
  return success();
}

LogicalResult ProgramRouter::routeGivenEpochs() {
  for (unsigned begin = 0, end; begin < kernels.size(); begin = end) {
    for (end = begin;
         end < kernels.size() && givenEpochs[end] == givenEpochs[begin];)
      ++end;
    RouteAnswer answer;
    RouteFailure failure;
    if (!routeKernels(begin, end, givenEpochs[begin], answer, failure))
      return report(begin, end, failure);
    if (failed(accept(begin, end, givenEpochs[begin], answer)))
      return mlir::failure();
  }
  return success();
}

LogicalResult ProgramRouter::routeGreedily() {
  // Without tasks (streams written by hand) all belong to one nameless kernel.
  unsigned count = std::max<unsigned>(kernels.size(), 1), epoch = 0;
  for (unsigned begin = 0, end; begin < count; begin = end, ++epoch) {
    RouteAnswer answer;
    RouteFailure failure;
    end = count;
    // A port sends from the start of a launch: what is fed has no later epoch.
    bool mayCut = llvm::none_of(streams, [](RoutedStream &stream) {
      return stream.op.getSide().has_value();
    });
    if (!routeKernels(begin, end, epoch, answer, failure) ||
        (mayCut && !fitsQueues(begin, end, answer))) {
      end = begin + 1;
      if (!routeKernels(begin, end, epoch, answer, failure))
        return report(begin, end, failure);
      RouteAnswer longer;
      while (end + 1 < count &&
             routeKernels(begin, end + 1, epoch, longer, failure) &&
             (!mayCut || fitsQueues(begin, end + 1, longer))) {
        answer = std::move(longer);
        ++end;
      }
    }
    if (epoch > 0 && failed(insertBarrier(begin, epoch)))
      return mlir::failure();
    if (failed(accept(begin, end, epoch, answer)))
      return mlir::failure();
  }
  return success();
}

LogicalResult ProgramRouter::run() {
  collectKernels();
  if (failed(collectStreams()))
    return failure();
  FailureOr<bool> given = areRoutesGiven();
  if (failed(given) || *given || streams.empty())
    return failure(failed(given));
  return hasBarriers ? routeGivenEpochs() : routeGreedily();
}

struct RouteStreams : impl::RouteStreamsBase<RouteStreams> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<mesh::ProgramOp>())
      if (failed(ProgramRouter(program).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace wafer
