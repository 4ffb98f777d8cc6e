//===- InFlight.h - which instructions are in flight together ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_VERIFY_INFLIGHT_H
#define WAFER_LIB_VERIFY_INFLIGHT_H

#include "Prover.h"
#include "dialects/PE/PE.h"

namespace wafer::verify {

/// A block that a microthread runs, and the iteration that started it.
struct Flight {
  pe::AsyncOp async;
  /// Indices of the loops around the block when it started, outermost first, in
  /// x, y, launch and the indices of the loops that the main thread is in now.
  llvm::SmallVector<mlir::AffineExpr, 2> indices;

  bool operator==(const Flight &o) const {
    return async == o.async && indices == o.indices;
  }
};
using Flights = std::vector<Flight>;

/// Follows the main thread of a program and tells a listener about everything
/// that happens, with the blocks that may be in flight then. A loop's body is
/// followed for its first iteration, and for a later one until nothing new is
/// in flight.
class ProgramWalk {
public:
  class Listener {
  public:
    virtual ~Listener() = default;
    /// The main thread executes `op`: a vector instruction, a control wavelet
    /// or a binding. `space` holds the PEs, launches and loop indices of this
    /// moment.
    virtual mlir::LogicalResult execute(mlir::Operation *op,
                                        const Flights &inFlight,
                                        const ExprSpace &space) = 0;
    /// The main thread starts `async`; its own microthread is idle.
    virtual mlir::LogicalResult start(pe::AsyncOp async,
                                      const Flights &inFlight,
                                      const ExprSpace &space) = 0;
    virtual void enterEpoch(int64_t epoch) = 0;
  };

  /// `space` holds the PEs and launches.
  ProgramWalk(pe::ProgramOp program, ExprSpace space, Prover &prover,
              Listener &listener)
      : program(program), outside(std::move(space)), prover(prover),
        listener(listener) {}

  mlir::LogicalResult run();

private:
  /// Where a loop is: in its first iteration, or in one of the others.
  struct Level {
    pe::LoopOp loop;
    bool isFirst;
  };

  mlir::LogicalResult walkBlock(mlir::Block &block, Flights &flights);
  mlir::LogicalResult walkLoop(pe::LoopOp loop, Flights &flights);
  mlir::LogicalResult walkIteration(pe::LoopOp loop, bool isFirst,
                                    Flights &flights);
  ExprSpace makeSpace() const;
  /// A trip count here: [least, most], at most `most` if unknown. Numbers from
  /// 2 on may be bounds that it does not reach.
  std::pair<int64_t, int64_t> boundCount(mlir::AffineExpr count) const;

  pe::ProgramOp program;
  ExprSpace outside;
  Prover &prover;
  Listener &listener;
  llvm::SmallVector<Level> levels;
};

/// The instruction's expressions with the indices that a flight had: `indices`
/// replace i0, i1, …; loops inside the block get dimensions of their own, from
/// `freshDim` on, which are added to `space` with the conditions under which
/// the instruction is executed.
mlir::AffineExpr substitute(mlir::AffineExpr expr,
                            llvm::ArrayRef<mlir::AffineExpr> indices,
                            unsigned freshDim);
void addConditions(mlir::Operation *op,
                   llvm::ArrayRef<mlir::AffineExpr> indices, unsigned freshDim,
                   ExprSpace &space);

} // namespace wafer::verify

#endif // WAFER_LIB_VERIFY_INFLIGHT_H
