//===- Harness.h - compiles a graph, runs it in all executors ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TEST_ENDTOEND_HARNESS_H
#define WAFER_TEST_ENDTOEND_HARNESS_H

#include "RandomGraph.h"
#include "dialects/Machine/Machine.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "wafer/Executor/Machine/HostMemory.h"
#include "wafer/Executor/Machine/Run.h"
#include "wafer/Pipeline/Phases.h"

namespace wafer::e2e {

/// A mesh of wse2 PEs in which some numbers are others. -1 keeps the preset's.
struct MachineChoice {
  int64_t width = 8, height = 8;
  int64_t usableBytes = -1, usableColours = -1;
  int64_t queues = -1; // of each direction
  int64_t linkBuffer = -1, queueDepth = -1;
  int64_t setupCycles = -1, asyncCycles = -1, completionCycles = -1;
  struct Ports {
    std::string side;
    int64_t count, first, step, rate;
  };
  bool ownPorts = false;
  std::vector<Ports> ports;
  /// Not of the machine: sums of products meet at their owners.
  bool ring = false;
  std::string str() const;
};

MachineChoice makeRandomMachine(uint64_t seed);

/// What became of one case.
struct Outcome {
  enum Kind { Right, Refused, Wrong } kind = Right;
  std::string message; // of a refusal or of what is wrong
  int64_t launches = 0, streamed = 0, epochs = 0, modules = 0, colours = 0;
  bool exact = false; // compared bit for bit with the reference
  // All modules together, as the functional executor estimates them and as they
  // are.
  uint64_t estimatedCycles = 0, cycles = 0;
};

class Harness {
public:
  Harness();

  /// Called with the module as soon as it has reached a phase: an editor's
  /// hand.
  using Edit = std::function<void(Phase, mlir::ModuleOp)>;

  /// Compiles `graph` for `machine`, runs it twice in the functional and the
  /// cycle executor, and compares with the reference in f64. The tasks of the
  /// streamed, routed and allocated phases must give the same bits.
  Outcome check(const GraphCase &graph, const MachineChoice &machine,
                const Edit &edit = {});

  mlir::MLIRContext context;

private:
  struct Run {
    exec::RunResult result; // of the last module
    uint64_t cycles = 0;    // of all
    std::vector<exec::Tensor> outputs;
    std::string error;
  };
  mlir::OwningOpRef<mlir::ModuleOp> parse(const std::string &text);
  bool compile(mlir::ModuleOp module, const GraphCase &graph,
               const MachineChoice &machine, const Edit &edit,
               Outcome &outcome);
  bool evaluate(const std::string &text,
                const std::vector<exec::Tensor> &inputs,
                std::vector<exec::Tensor> &outputs, double *largest);
  Run runOnce(mlir::ModuleOp module, exec::HostMemory &memory, bool cycle);
  std::vector<Run> runTwice(mlir::ModuleOp module,
                            const std::vector<exec::Tensor> &inputs,
                            bool cycle);
  void count(mlir::ModuleOp module, Outcome &outcome);
  std::string diagnostics;
  /// Of the phases between kernels and PE modules.
  std::vector<std::pair<Phase, Run>> taskRuns;
};

} // namespace wafer::e2e

#endif // WAFER_TEST_ENDTOEND_HARNESS_H
