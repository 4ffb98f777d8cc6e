//===- CompileBenchmark.cpp - compile time against mesh size ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles a model to PE programs in process, with and without the verifiers of
// the phases, for meshes of growing size. `vs64x64` is the CPU time over that
// on mesh<64x64>: it should stay near 1, for the cost follows the model and not
// the PEs.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Import/OnnxImport.h"
#include "wafer/Pipeline/Phases.h"
#include "wafer/Pipeline/Registration.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <ctime>

using namespace wafer;

namespace {

enum Model { Digits, BigPerceptron };

constexpr const char *kMachines[] = {"mesh<16x16>", "mesh<64x64>", "wse2"};
constexpr int kReference = 1; // mesh<64x64>

std::string getInput(llvm::StringRef name) {
  const char *folder = std::getenv("WAFER_TEST_INPUTS");
  return (folder ? std::string(folder) : std::string(WAFER_INPUTS)) + "/" +
         name.str();
}

mlir::OwningOpRef<mlir::ModuleOp> readModel(Model model,
                                            mlir::MLIRContext *context) {
  if (model == BigPerceptron)
    return mlir::parseSourceFile<mlir::ModuleOp>(
        getInput("big-perceptron.mlir"), context);
  ImportOptions options;
  options.dims["batch"] = 64;
  return importOnnx(getInput("digits-mlp/model.onnx"), options, context);
}

/// CPU seconds from the graph to the PE programs, which other work on the
/// machine disturbs less than wall time; negative when a phase failed.
double compile(Model model, const char *machine, bool verify) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = readModel(model, &context);
  if (!module)
    return -1;
  PipelineOptions options;
  options.machine = machine;
  options.verify = verify;
  mlir::PassManager pm(&context);
  for (Phase phase : kPhases)
    buildPhase(pm, phase, options);
  std::clock_t started = std::clock();
  if (mlir::failed(pm.run(*module)))
    return -1;
  return double(std::clock() - started) / CLOCKS_PER_SEC;
}

/// The median of a few compilations.
double measureReference(Model model, bool verify) {
  std::vector<double> seconds;
  for (int i = 0; i < 7; ++i)
    seconds.push_back(compile(model, kMachines[kReference], verify));
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

void benchmarkCompile(benchmark::State &state) {
  auto model = static_cast<Model>(state.range(0));
  const char *machine = kMachines[state.range(1)];
  bool verify = state.range(2);
  state.SetLabel(machine);
  double reference = measureReference(model, verify), sum = 0;
  for (auto _ : state) {
    double seconds = compile(model, machine, verify);
    if (seconds < 0 || reference < 0) {
      state.SkipWithError("does not compile");
      return;
    }
    state.SetIterationTime(seconds);
    sum += seconds;
  }
  state.counters["vs64x64"] = sum / double(state.iterations()) / reference;
}

BENCHMARK(benchmarkCompile)
    ->ArgNames({"model", "machine", "verify"})
    ->ArgsProduct({{Digits, BigPerceptron}, {0, 1, 2}, {0, 1}})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

} // namespace
