//===- Thread.h - the control flow of one thread ----------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_MACHINE_THREAD_H
#define WAFER_EXECUTOR_MACHINE_THREAD_H

#include "wafer/Executor/Machine/HostMemory.h"
#include "wafer/Executor/Machine/Program.h"

namespace wafer::exec {

/// Where a thread stands in its program.
struct ThreadControl {
  size_t pc = 0;
  /// x, y, launch and the indices of the loops around pc.
  ExprValues values{};
  std::array<int64_t, machine::kMaxIndices> trips{};

  /// Runs loop instructions up to the next other one, which it returns (pc
  /// stays on it). Adds the number of iterations that were started to
  /// `iterations`.
  const Instruction &skipLoops(llvm::ArrayRef<Instruction> code,
                               int64_t &iterations) {
    while (true) {
      const Instruction &instruction = code[pc];
      if (instruction.kind == Instruction::Kind::Loop) {
        int64_t trip = trips[instruction.depth] =
            instruction.count.eval(values);
        values[machine::kIndex0 + instruction.depth] = 0;
        pc = trip > 0 ? pc + 1 : instruction.target;
        iterations += trip > 0;
      } else if (instruction.kind == Instruction::Kind::EndLoop) {
        bool again = ++values[machine::kIndex0 + instruction.depth] <
                     trips[instruction.depth];
        pc = again ? instruction.target : pc + 1;
        iterations += again;
      } else {
        return instruction;
      }
    }
  }
};

/// The iteration space of a vector instruction in flight, and where its memory
/// operands stand. Operand 0 is the destination, 1 and 2 are the sources.
struct VectorCursor {
  std::array<int64_t, 4> extents;
  std::array<int64_t, 4> index;
  /// Points of the iteration space, and those done.
  int64_t points = 0, done = 0;
  /// The operand's current element, and by how much it moves when index k steps
  /// and all inner ones return to 0.
  std::array<int64_t, 3> element;
  std::array<std::array<int64_t, 4>, 3> move;

  static constexpr unsigned kSlots = 7;
  static const Operand &operand(const Instruction &instruction, unsigned i) {
    return i == 0 ? instruction.destination : instruction.sources[i - 1];
  }

  /// Starts `instruction`. Returns the operand that would leave its buffer
  /// (E20), or -1.
  int start(const Instruction &instruction, const ExprValues &values) {
    return start(
        instruction, values,
        [](unsigned, const Expr &expr) -> const Expr & { return expr; });
  }

  /// The same with other expressions in the place of the instruction's: extents
  /// have slots 0 to 3, offsets of the operands 4 to 6.
  template <typename Fn>
  int start(const Instruction &instruction, const ExprValues &values,
            Fn exprAt) {
    points = 1;
    done = 0;
    index.fill(0);
    for (unsigned k = 0; k < 4; ++k) {
      extents[k] =
          std::max<int64_t>(0, exprAt(k, instruction.extents[k]).eval(values));
      points *= extents[k];
    }
    if (points == 0)
      return -1;
    for (unsigned i = 0; i <= instruction.numSources; ++i) {
      const Operand &op = operand(instruction, i);
      if (op.kind != Operand::Kind::Memory)
        continue;
      int64_t low = exprAt(4 + i, op.offset).eval(values), high = low,
              inner = 0;
      element[i] = low;
      for (int k = 3; k >= 0; --k) {
        int64_t reach = (extents[k] - 1) * op.strides[k];
        move[i][k] = op.strides[k] - inner;
        inner += reach;
        (reach < 0 ? low : high) += reach;
      }
      if (low < 0 || high >= op.size)
        return i;
    }
    return -1;
  }

  /// Moves on to the last of `steps` points along the innermost index.
  void passTo(const Instruction &instruction, int64_t steps) {
    index[3] += steps - 1;
    done += steps - 1;
    for (unsigned i = 0; i <= instruction.numSources; ++i)
      element[i] += (steps - 1) * operand(instruction, i).strides[3];
  }

  /// Moves on by one point.
  void step() {
    ++done;
    for (int k = 3; k >= 0; --k) {
      if (++index[k] < extents[k] || k == 0) {
        for (unsigned i = 0; i < 3; ++i)
          element[i] += move[i][k];
        return;
      }
      index[k] = 0;
    }
  }
};

/// Points along the innermost index of a nest: `count` host elements from
/// `index` on, `stride` apart.
struct NestStep {
  int64_t index, stride, count;
};

/// The points of a feed at one port, one after the other.
class NestCursor {
public:
  NestCursor(const Nest &nest, ExprValues values)
      : nest(&nest), values(values), ended(!enter(0)) {
    if (!nest.extents.empty())
      factor = nest.index.getFactor(machine::kIndex0 + innermost());
  }
  /// True if all points have been visited.
  bool isDone() const { return ended; }
  /// The host element of the current point.
  int64_t getIndex() const { return nest->index.eval(values); }
  void advance() { ended = !next(nest->extents.size()); }
  /// The current point and those behind it that one step is the same for.
  NestStep getStep() const {
    if (!factor)
      return {getIndex(), 0, 1};
    return {getIndex(), *factor,
            extents[innermost()] - values[machine::kIndex0 + innermost()]};
  }
  /// Passes `points` points of the current step.
  void advance(int64_t points) {
    if (factor)
      values[machine::kIndex0 + innermost()] += points - 1;
    advance();
  }

private:
  const Nest *nest;
  ExprValues values;
  std::array<int64_t, pe::kMaxNest> extents{};
  bool ended;
  /// How far a step of the innermost index goes, if that is the same
  /// everywhere.
  std::optional<int64_t> factor;

  size_t innermost() const { return nest->extents.size() - 1; }

  /// Sets the indices from `depth` on to their first values; false if there is
  /// no further point.
  bool enter(size_t depth) {
    while (depth < nest->extents.size()) {
      values[machine::kIndex0 + depth] = 0;
      extents[depth] = nest->extents[depth].eval(values);
      if (extents[depth] <= 0)
        return next(depth);
      ++depth;
    }
    return true;
  }
  /// Steps the innermost index outside `depth` that can step.
  bool next(size_t depth) {
    while (depth-- > 0)
      if (++values[machine::kIndex0 + depth] < extents[depth])
        return enter(depth + 1);
    return false;
  }
};

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_MACHINE_THREAD_H
