//===- BusyCycles.cpp - how long a PE's datapath works -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Report/CompileReport.h"

using namespace mlir;

namespace wafer::report {
namespace {

/// Counts the beats of one PE. Microthreads share the datapath with the main
/// thread, so everything is added up (E50).
class BeatCounter {
public:
  BeatCounter(Point pe, machine::DescAttr machine)
      : values(machine::kExprDims, 0), machine(machine) {
    values[machine::kX] = pe.x;
    values[machine::kY] = pe.y;
  }

  int64_t count(Block &block, unsigned depth) {
    int64_t beats = 0;
    for (Operation &op : block) {
      if (auto vector = dyn_cast<pe::VectorOp>(op))
        beats += countVector(vector);
      else if (isa<pe::ControlOp>(op))
        beats += 1;
      else if (auto async = dyn_cast<pe::AsyncOp>(op))
        beats += count(async.getBody().front(), depth);
      else if (auto loop = dyn_cast<pe::LoopOp>(op))
        beats += countLoop(loop, depth);
    }
    return beats;
  }

private:
  SmallVector<int64_t> values;
  machine::DescAttr machine;

  int64_t evaluate(AffineExpr expr) {
    return std::max<int64_t>(machine::evaluate(expr, values).value_or(0), 0);
  }

  int64_t countLoop(pe::LoopOp loop, unsigned depth) {
    int64_t trips = evaluate(loop.getCount().getValue());
    Block &body = loop.getBody().front();
    values[machine::kIndex0 + depth] = 0;
    if (trips == 0 || !usesIndex(body, depth))
      return trips == 0 ? 0 : trips * count(body, depth + 1);
    int64_t beats = 0;
    for (int64_t i = 0; i < trips; ++i) {
      values[machine::kIndex0 + depth] = i;
      beats += count(body, depth + 1);
    }
    values[machine::kIndex0 + depth] = 0;
    return beats;
  }

  /// True if an extent or a trip count inside depends on the index.
  static bool usesIndex(Block &body, unsigned depth) {
    auto depends = [&](machine::ExprAttr expr) {
      return expr.getValue().isFunctionOfDim(machine::kIndex0 + depth);
    };
    return body
        .walk([&](Operation *op) {
          bool uses = false;
          if (auto vector = dyn_cast<pe::VectorOp>(op))
            uses = llvm::any_of(
                vector.getExtentsAttr().getAsRange<machine::ExprAttr>(),
                depends);
          else if (auto loop = dyn_cast<pe::LoopOp>(op))
            uses = depends(loop.getCount());
          return uses ? WalkResult::interrupt() : WalkResult::advance();
        })
        .wasInterrupted();
  }

  /// `outer * ceil(inner / rate)`; rate 1 with a fabric operand (E50).
  int64_t countVector(pe::VectorOp op) {
    auto isFabric = [](Attribute operand) {
      return isa<pe::QueueAttr, pe::StreamAttr>(operand);
    };
    int64_t rate = 1;
    if (!isFabric(op.getDestination()) &&
        llvm::none_of(op.getSourcesAttr(), isFabric))
      rate = machine.getRate(pe::stringifyOpcode(op.getOpcode()),
                             typeName(op.getElementType()),
                             typeName(op.getSourceType()));
    int64_t outer = 1, inner = 1;
    for (auto extent : op.getExtentsAttr().getAsRange<machine::ExprAttr>()) {
      outer *= inner;
      inner = evaluate(extent.getValue());
    }
    return outer * llvm::divideCeil(inner, rate);
  }

  static std::string typeName(Type type) {
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return text;
  }
};

} // namespace

int64_t countBusyCycles(Block &body, Point pe, machine::DescAttr machine) {
  return BeatCounter(pe, machine).count(body, /*depth=*/0);
}

} // namespace wafer::report
