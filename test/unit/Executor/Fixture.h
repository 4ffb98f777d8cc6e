//===- Fixture.h - runs pe programs written in tests ------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TEST_UNIT_EXECUTOR_FIXTURE_H
#define WAFER_TEST_UNIT_EXECUTOR_FIXTURE_H

#include "dialects/PE/PE.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "wafer/Executor/Cycle/Cycle.h"
#include "wafer/Executor/Functional/Functional.h"
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

namespace wafer::exec {

/// A machine with the wse2 PE, as text; tests change single fields.
struct TestMachine {
  int width = 4, height = 4;
  std::string inQueues = "6, 6, 4, 4, 2, 2, 2, 2",
              outQueues = "2, 2, 6, 6, 2, 2";
  int hop = 1, ramp = 2, linkBuffer = 2, setup = 15, async = 4, completion = 3,
      loop = 6, barrier = 100;
  int portRate = 1000;
  std::string str() const;
};

struct RunOutcome {
  RunResult result;
  std::map<std::string, std::vector<uint32_t>> outputs;
};

class ExecutorTest : public ::testing::Test {
protected:
  ExecutorTest();
  /// Parses `body`, the members of a builtin module; MACHINE in it stands for
  /// `machine`.
  bool parse(const std::string &body, const TestMachine &machine = {});
  /// 32-bit inputs by name.
  void setInput(const std::string &name, std::vector<float> values);
  void setInput(const std::string &name, std::vector<int32_t> values);
  void setInputBits(const std::string &name, std::vector<uint16_t> values);

  /// Runs all modules in order with one executor, wafer programs always with
  /// the functional one; outputs are read as words (two f16 in one).
  RunOutcome run(bool isCycle, unsigned threads = 1);
  /// Runs both, the functional one as a whole and in sections on three threads;
  /// all must succeed with the same bits (all NaNs being equal). Returns the
  /// cycle executor's outcome.
  RunOutcome runBoth();
  /// Runs both; both must fail with this kind and mention `text`.
  void expectFailure(FailureKind kind, const std::string &text);
  void expectFailure(const RunOutcome &outcome, FailureKind kind,
                     const std::string &text);

  static std::vector<float> asFloats(const std::vector<uint32_t> &bits);

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::map<std::string, Tensor> inputs;
  RunOptions options;
  /// Cycles of the functional executor in the last runBoth.
  uint64_t functionalCycles = 0;
  /// Of the run in sections in the last runBoth.
  unsigned sectionsOfRun = 0;
  uint64_t cyclesBySections = 0;
};

} // namespace wafer::exec

#endif // WAFER_TEST_UNIT_EXECUTOR_FIXTURE_H
