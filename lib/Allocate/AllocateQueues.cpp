//===- AllocateQueues.cpp - queues for colours ------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In:  wafer.program with routes and tasks.
// Out: a wafer.queue in(n) for each colour and epoch that some PE takes from
//      its router, a wafer.queue out(n) for each that some PE sends.
//
// 1. The PEs that take a colour are those where a route has the ramp among its
//    outputs; those that send it, where a route has the ramp as input.
// 2. The weight of a colour is the number of elements that the tasks move on
//    its streams in a launch, each task estimated at one of its PEs and in the
//    first iteration of its loops: it only ranks colours.
// 3. QueueAllocator gives each colour of an epoch a queue, apart for input and
//    output. Two colours may share a queue at a PE if one is used by earlier
//    kernels only: kernels run one after another on a PE, and a queue is tied
//    to a colour when the first task comes that uses it. A colour prefers the
//    queue that it had last. Queues written by hand are fixed.
//
// Rejected: more colours at a PE than it has queues, microthreads that the
// machine does not have.
//
//   wafer.route @s colour 0 epoch 0 on [1, 0] : west -> ramp
//   -> wafer.queue in(0) colour 0 epoch 0
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "wafer/Allocate/Passes.h"
#include "wafer/Allocate/QueueAllocator.h"

#include <map>

#define DEBUG_TYPE "wafer-allocate-queues"

using namespace mlir;

namespace wafer {
#define GEN_PASS_DEF_ALLOCATEQUEUES
#include "wafer/Allocate/Passes.h.inc"

namespace {

/// What uses a queue: a colour, in one direction.
struct QueueUser {
  wafer::Region region;
  /// Its routes, one for each stream.
  SmallVector<mesh::RouteOp> routes;
};

class ProgramQueues {
public:
  explicit ProgramQueues(mesh::ProgramOp program) : program(program) {}
  LogicalResult run();

private:
  using Users = std::map<unsigned, QueueUser>; // by colour

  LogicalResult checkMicrothreads();
  void collectUses();
  void setLife(QueueProblem::User &entry, const QueueUser &user) const;
  void collectUsers();
  LogicalResult collectGiven();
  LogicalResult allocate(unsigned epoch, bool isInput, const Users &users);
  LogicalResult report(unsigned epoch, bool isInput,
                       const QueueProblem &problem, const QueueFailure &failure,
                       const Users &users);

  mesh::ProgramOp program;
  /// Elements on a stream, as far as the estimate goes.
  llvm::DenseMap<StringAttr, int64_t> weights;
  /// First and last kernel whose tasks use a stream, counted by their tasks.
  llvm::DenseMap<StringAttr, std::pair<int64_t, int64_t>> lives;
  int64_t numKernels = 0;
  /// By epoch; [isInput].
  std::map<unsigned, std::array<Users, 2>> usersOf;
  /// Queues written by hand, by epoch, direction and colour.
  std::map<std::tuple<unsigned, bool, unsigned>, unsigned> given;
  /// The last queue of each colour; [isInput].
  std::map<unsigned, unsigned> lastQueue[2];
};

LogicalResult ProgramQueues::checkMicrothreads() {
  int64_t count = program.getMachine().getMicrothreads();
  WalkResult result = program.getBody().walk([&](pe::AsyncOp async) {
    if (static_cast<int64_t>(async.getThread()) < count)
      return WalkResult::advance();
    async.emitError("uses microthread ")
        << async.getThread() << " but a PE of "
        << program.getMachine().getName().getValue() << " has " << count;
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// The elements that `op` moves in a launch, estimated at `pe`.
int64_t estimateElements(pe::VectorOp op, Point pe) {
  // Larger numbers rank alike; the product of two of them does not overflow.
  constexpr int64_t kLimit = int64_t(1) << 30;
  int64_t elements = 1;
  auto multiply = [&](AffineExpr expr) {
    int64_t value = machine::evaluate(expr, {pe.x, pe.y}).value_or(1);
    elements =
        std::min(elements * std::clamp<int64_t>(value, 0, kLimit), kLimit);
  };
  for (Attribute extent : op.getExtentsAttr())
    multiply(cast<machine::ExprAttr>(extent).getValue());
  for (auto loop = op->getParentOfType<pe::LoopOp>(); loop;
       loop = loop->getParentOfType<pe::LoopOp>())
    multiply(loop.getCount().getValue());
  return elements;
}

void ProgramQueues::collectUses() {
  llvm::DenseMap<StringAttr, int64_t> kernels;
  for (auto task : program.getBody().getOps<mesh::TaskOp>()) {
    int64_t next = kernels.size();
    int64_t time =
        kernels.try_emplace(task.getKernelAttr().getAttr(), next).first->second;
    Point pe = task.getOn().getRegion().anyPoint();
    auto use = [&](Attribute operand, int64_t elements) {
      auto stream = dyn_cast<pe::StreamAttr>(operand);
      if (!stream)
        return;
      StringAttr name = stream.getName().getAttr();
      int64_t &weight = weights[name];
      weight = std::max(weight, elements);
      auto &life = lives.try_emplace(name, time, time).first->second;
      life = {std::min(life.first, time), std::max(life.second, time)};
    };
    task.getBody().walk([&](Operation *op) {
      if (auto control = dyn_cast<pe::ControlOp>(op))
        use(control.getDestination(), /*elements=*/1);
      auto vector = dyn_cast<pe::VectorOp>(op);
      if (!vector)
        return;
      int64_t elements = estimateElements(vector, pe);
      use(vector.getDestination(), elements);
      for (Attribute source : vector.getSourcesAttr())
        use(source, elements);
    });
  }
  numKernels = kernels.size();
}

/// A colour is in use from the first to the last kernel of its streams; one
/// whose stream no task names, all the time.
void ProgramQueues::setLife(QueueProblem::User &entry,
                            const QueueUser &user) const {
  entry.first = numKernels;
  entry.last = 0;
  for (mesh::RouteOp route : user.routes) {
    auto life = lives.find(route.getStreamAttr().getAttr());
    bool isKnown = life != lives.end();
    entry.first = std::min(entry.first, isKnown ? life->second.first : 0);
    entry.last =
        std::max(entry.last, isKnown ? life->second.second : numKernels);
  }
}

void ProgramQueues::collectUsers() {
  for (auto route : program.getBody().getOps<mesh::RouteOp>()) {
    bool takes = false, sends = false;
    for (auto hop : route.getPositions().getAsRange<machine::HopAttr>()) {
      takes |= hop.hasOutput(Direction::Ramp);
      sends |= hop.getInput() == Direction::Ramp;
    }
    auto &users = usersOf[route.getEpoch()];
    for (bool isInput : {false, true}) {
      if (!(isInput ? takes : sends))
        continue;
      QueueUser &user = users[isInput][route.getColour()];
      user.region = user.region.unite(route.getOn().getRegion());
      user.routes.push_back(route);
    }
  }
}

LogicalResult ProgramQueues::collectGiven() {
  for (auto op : program.getBody().getOps<mesh::QueueOp>()) {
    auto queue = cast<pe::QueueAttr>(op.getQueue());
    machine::DescAttr machine = program.getMachine();
    size_t count =
        (queue.getIsInput() ? machine.getInQueues() : machine.getOutQueues())
            .size();
    if (queue.getIndex() >= count)
      return op.emitError("uses ")
             << (queue.getIsInput() ? "input" : "output") << " queue "
             << queue.getIndex() << " but a PE of "
             << machine.getName().getValue() << " has " << count;
    given[{op.getEpoch(), queue.getIsInput(), op.getColour()}] =
        queue.getIndex();
  }
  return success();
}

LogicalResult ProgramQueues::report(unsigned epoch, bool isInput,
                                    const QueueProblem &problem,
                                    const QueueFailure &failure,
                                    const Users &users) {
  InFlightDiagnostic diagnostic =
      mlir::emitError(program.getLoc(), "cannot give every colour an ")
      << (isInput ? "input" : "output") << " queue in epoch " << epoch << ": "
      << failure.message;
  SmallVector<StringAttr> named;
  for (unsigned index : failure.users)
    for (mesh::RouteOp route : users.at(problem.users[index].colour).routes) {
      StringAttr stream = route.getStreamAttr().getAttr();
      if (llvm::is_contained(named, stream))
        continue;
      named.push_back(stream);
      diagnostic.attachNote(route.getLoc())
          << "stream @" << stream.getValue() << " uses colour "
          << route.getColour();
    }
  return diagnostic;
}

LogicalResult ProgramQueues::allocate(unsigned epoch, bool isInput,
                                      const Users &users) {
  machine::DescAttr machine = program.getMachine();
  ArrayRef<int64_t> depths = isInput ? machine.getInQueues().asArrayRef()
                                     : machine.getOutQueues().asArrayRef();
  QueueProblem problem;
  problem.depths.assign(depths.begin(), depths.end());
  for (const auto &[colour, user] : users) {
    QueueProblem::User entry;
    entry.colour = colour;
    entry.region = user.region;
    for (mesh::RouteOp route : user.routes)
      entry.weight = std::max(entry.weight,
                              weights.lookup(route.getStreamAttr().getAttr()));
    setLife(entry, user);
    if (auto last = lastQueue[isInput].find(colour);
        last != lastQueue[isInput].end())
      entry.preferred = last->second;
    if (auto fixed = given.find({epoch, isInput, colour}); fixed != given.end())
      entry.fixed = fixed->second;
    problem.users.push_back(std::move(entry));
  }
  std::vector<unsigned> queues;
  QueueFailure failure;
  if (!allocateQueues(problem, queues, failure))
    return report(epoch, isInput, problem, failure, users);
  auto builder = OpBuilder::atBlockEnd(&program.getBody().front());
  for (auto [user, queue] : llvm::zip(problem.users, queues)) {
    lastQueue[isInput][user.colour] = queue;
    if (user.fixed)
      continue;
    mesh::QueueOp::create(
        builder, program.getLoc(),
        pe::QueueAttr::get(builder.getContext(), isInput, queue),
        builder.getI64IntegerAttr(user.colour),
        builder.getI64IntegerAttr(epoch));
  }
  return success();
}

LogicalResult ProgramQueues::run() {
  if (failed(checkMicrothreads()) || failed(collectGiven()))
    return failure();
  collectUses();
  collectUsers();
  for (const auto &[epoch, users] : usersOf)
    for (bool isInput : {true, false})
      if (failed(allocate(epoch, isInput, users[isInput])))
        return failure();
  return success();
}

struct AllocateQueues : impl::AllocateQueuesBase<AllocateQueues> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<mesh::ProgramOp>())
      if (failed(ProgramQueues(program).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace wafer
