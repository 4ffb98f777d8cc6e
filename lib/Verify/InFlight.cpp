//===- InFlight.cpp - which instructions are in flight together -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The index of a loop is a dimension, 0 in the first iteration and at least 1
// in a later one. From one iteration to the next, a flight's i<k> becomes i<k>
// - 1; when the loop ends, i<k> becomes its trip count less 1. So the iteration
// in which a block was started is known exactly wherever the main thread is.
//
//===----------------------------------------------------------------------===//

#include "InFlight.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::verify;

/// Iterations that a block is followed through without an await.
static constexpr unsigned kMaxRounds = 4;
/// Stands for a trip count without a known bound.
static constexpr int64_t kUnbounded = INT64_MAX;

AffineExpr verify::substitute(AffineExpr expr, ArrayRef<AffineExpr> indices,
                              unsigned freshDim) {
  MLIRContext *context = expr.getContext();
  SmallVector<AffineExpr> dims;
  for (unsigned dim : {machine::kX, machine::kY, machine::kLaunch})
    dims.push_back(dimExpr(dim, context));
  llvm::append_range(dims, indices);
  for (unsigned k = indices.size(); k < machine::kMaxIndices; ++k)
    dims.push_back(dimExpr(freshDim + k, context));
  return expr.replaceDims(dims);
}

void verify::addConditions(Operation *op, ArrayRef<AffineExpr> indices,
                           unsigned freshDim, ExprSpace &space) {
  for (auto loop = op->getParentOfType<pe::LoopOp>(); loop;
       loop = loop->getParentOfType<pe::LoopOp>()) {
    unsigned k = pe::getLoopDepth(loop);
    AffineExpr count =
        substitute(loop.getCount().getValue(), indices, freshDim);
    space.addPositive(count);
    if (k < indices.size()) {
      space.addPositive(indices[k] + 1);
      space.addPositive(count - indices[k]);
    } else {
      space.setCount(freshDim + k, count);
    }
  }
  if (auto vector = dyn_cast<pe::VectorOp>(op))
    for (Attribute extent : vector.getExtentsAttr())
      space.addPositive(substitute(cast<machine::ExprAttr>(extent).getValue(),
                                   indices, freshDim));
}

//===----------------------------------------------------------------------===//
// ProgramWalk
//===----------------------------------------------------------------------===//

static void land(Flights &flights, function_ref<bool(int64_t)> isThread) {
  llvm::erase_if(flights, [&](Flight &flight) {
    return isThread(flight.async.getThread());
  });
}

/// Adds what is not there yet; true if there was something.
static bool addFlights(Flights &flights, const Flights &more) {
  size_t before = flights.size();
  for (const Flight &flight : more)
    if (!llvm::is_contained(flights, flight))
      flights.push_back(flight);
  return flights.size() != before;
}

/// The flights with `value` for index i<k>.
static Flights replaceIndex(const Flights &flights, unsigned k,
                            AffineExpr value) {
  MLIRContext *context = value.getContext();
  AffineExpr index = machine::exprIndex(context, k);
  Flights result;
  for (Flight flight : flights) {
    for (AffineExpr &expr : flight.indices)
      expr =
          simplifyAffineExpr(expr.replace(index, value), machine::kExprDims, 0);
    if (!llvm::is_contained(result, flight))
      result.push_back(std::move(flight));
  }
  return result;
}

ExprSpace ProgramWalk::makeSpace() const {
  ExprSpace space = outside;
  for (auto [k, level] : llvm::enumerate(levels)) {
    pe::LoopOp loop = level.loop;
    AffineExpr count = loop.getCount().getValue();
    unsigned dim = machine::kIndex0 + k;
    int64_t first = level.isFirst ? 0 : 1;
    space.addPositive(count - first);
    if (level.isFirst)
      space.setValues(dim, {0});
    else
      space.setCount(dim, count, first);
  }
  return space;
}

std::pair<int64_t, int64_t> ProgramWalk::boundCount(AffineExpr count) const {
  if (auto constant = dyn_cast<AffineConstantExpr>(count))
    return {constant.getValue(), constant.getValue()};
  ExprSpace space = makeSpace();
  // Bounds are enough where points reach them, or where they say at least 2.
  auto high = prover.boundAbove(count, space),
       low = prover.boundAbove(-count, space);
  auto isReached = [&](AffineExpr expr, int64_t bound) {
    auto front = space.maximiseAtCorners(expr);
    return front && !front->empty() && front->front().values[0] >= bound;
  };
  if (high && low && isReached(count, std::min<int64_t>(*high, 2)) &&
      (*low <= -2 || isReached(-count, *low)))
    return {-*low, *high};
  auto most = space.maximise(count), least = space.maximise(-count);
  if (!most || !least)
    return {0, kUnbounded};
  if (most->empty() || least->empty())
    return {0, 0}; // Nobody gets here.
  return {-least->front().values[0], most->front().values[0]};
}

LogicalResult ProgramWalk::walkIteration(pe::LoopOp loop, bool isFirst,
                                         Flights &flights) {
  levels.push_back({loop, isFirst});
  LogicalResult result = walkBlock(loop.getBody().front(), flights);
  levels.pop_back();
  return result;
}

LogicalResult ProgramWalk::walkLoop(pe::LoopOp loop, Flights &flights) {
  unsigned k = levels.size();
  AffineExpr count = loop.getCount().getValue();
  AffineExpr index = machine::exprIndex(count.getContext(), k);
  auto [least, most] = boundCount(count);
  if (most < 1)
    return success();
  Flights after;
  if (least < 1)
    after = flights;

  Flights first = flights;
  if (failed(walkIteration(loop, /*isFirst=*/true, first)))
    return failure();
  if (least < 2)
    addFlights(after, replaceIndex(first, k, count - 1));
  if (most < 2) {
    flights = std::move(after);
    return success();
  }

  Flights entering = replaceIndex(first, k, index - 1), last;
  for (unsigned round = 0;; ++round) {
    last = entering;
    if (failed(walkIteration(loop, /*isFirst=*/false, last)))
      return failure();
    if (!addFlights(entering, replaceIndex(last, k, index - 1)))
      break;
    if (round == kMaxRounds)
      return loop.emitError("a microthread may stay in flight for more than ")
             << kMaxRounds << " iterations: await it inside the loop";
  }
  addFlights(after, replaceIndex(last, k, count - 1));
  flights = std::move(after);
  return success();
}

LogicalResult ProgramWalk::walkBlock(Block &block, Flights &flights) {
  for (Operation &op : block) {
    if (auto loop = dyn_cast<pe::LoopOp>(op)) {
      if (failed(walkLoop(loop, flights)))
        return failure();
    } else if (auto async = dyn_cast<pe::AsyncOp>(op)) {
      int64_t thread = async.getThread();
      // A busy microthread is waited for (E11).
      land(flights, [&](int64_t t) { return t == thread; });
      if (failed(listener.start(async, flights, makeSpace())))
        return failure();
      Flight flight{async, {}};
      for (unsigned k = 0; k < levels.size(); ++k)
        flight.indices.push_back(machine::exprIndex(op.getContext(), k));
      flights.push_back(std::move(flight));
    } else if (auto await = dyn_cast<pe::AwaitOp>(op)) {
      land(flights, [&](int64_t t) {
        return llvm::is_contained(await.getThreads(), t);
      });
    } else if (auto barrier = dyn_cast<pe::BarrierOp>(op)) {
      land(flights, [](int64_t) { return true; }); // E41
      listener.enterEpoch(barrier.getEpoch());
    } else if (isa<pe::VectorOp, pe::ControlOp, pe::BindOp>(op)) {
      if (failed(listener.execute(&op, flights, makeSpace())))
        return failure();
    }
  }
  return success();
}

LogicalResult ProgramWalk::run() {
  Flights flights;
  if (program.getBody().empty())
    return success();
  return walkBlock(program.getBody().front(), flights);
}
