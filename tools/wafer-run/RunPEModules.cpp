//===- RunPEModules.cpp - functional and cycle mode -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Runners.h"

#include "wafer/Executor/Cycle/Cycle.h"
#include "wafer/Executor/Functional/Functional.h"
#include "wafer/Executor/Machine/HostMemory.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using wafer::exec::RunResult;
using wafer::exec::Tensor;

namespace wafer::run {

/// Adds the run of a later module to those before it: what is counted is
/// summed, of what is held the largest counts.
static void accumulate(RunResult &total, const RunResult &next) {
  total.cycles += next.cycles;
  llvm::append_range(total.cyclesPerLaunch, next.cyclesPerLaunch);
  total.waveletsSent += next.waveletsSent;
  total.waveletHops += next.waveletHops;
  total.instructions += next.instructions;
  total.elements += next.elements;
  total.sramBytesMax = std::max(total.sramBytesMax, next.sramBytesMax);
  total.pesUsed = std::max(total.pesUsed, next.pesUsed);
  total.coloursUsed = std::max(total.coloursUsed, next.coloursUsed);
  total.hostCopyBytes += next.hostCopyBytes;
  total.hostCopyCycles += next.hostCopyCycles;
  total.loadSeconds += next.loadSeconds;
  total.runSeconds += next.runSeconds;
}

/// Prints why the run of `module` ended early.
static ExitCode reportFailure(pe::ModuleOp module, const RunResult &result,
                              const RunContext &context) {
  if (result.failure == exec::FailureKind::Stopped) {
    llvm::errs() << "wafer-run: interrupted in module @" << module.getSymName()
                 << " at " << context.progress.getState() << "\n";
    return kInterrupted;
  }
  InFlightDiagnostic diagnostic = module.emitError("the run failed: ")
                                  << exec::stringifyFailureKind(result.failure);
  for (const std::string &line : result.diagnostics)
    diagnostic.attachNote() << line;
  return kRunFailed;
}

static RunResult runModule(pe::ModuleOp module, exec::HostMemory &memory,
                           const RunContext &context, unsigned index) {
  exec::RunOptions options;
  options.threads = context.options.threads;
  options.stop = &context.stop;
  unsigned numModules = context.model.peModules.size();
  int64_t launches = module.getLaunches();
  options.progress = [&, index, numModules, launches](int64_t launch,
                                                      uint64_t cycle) {
    double done = (index + static_cast<double>(launch) / launches) / numModules;
    context.progress.update(
        done, "launch " + Twine(launch + 1) + " of " + Twine(launches) +
                  " of module " + Twine(index + 1) + " of " +
                  Twine(numModules) + ", cycle " + Twine(cycle));
  };
  return context.options.mode == Mode::Cycle
             ? exec::runCycle(module, memory, options)
             : exec::runFunctional(module, memory, options);
}

Answer runPEModules(const RunContext &context, ArrayRef<Tensor> inputs) {
  exec::HostMemory memory([&](pe::HostOp host) {
    return context.constants.read(*host.getValue(), host.getSymName());
  });
  for (const Tensor &input : inputs)
    memory.set(input.name, input);
  Answer answer;
  answer.machineRun.emplace();
  for (auto [index, module] : llvm::enumerate(context.model.peModules)) {
    RunResult result = runModule(module, memory, context, index);
    if (!result.succeeded()) {
      answer.code = reportFailure(module, result, context);
      return answer;
    }
    accumulate(*answer.machineRun, result);
  }
  for (pe::HostOp host : context.model.hosts) {
    if (host.getKind() != pe::HostKind::Output)
      continue;
    const Tensor *tensor = memory.get(host.getSymName());
    if (!tensor) {
      host.emitError("no module writes this output");
      answer.code = kRunFailed;
      return answer;
    }
    answer.outputs.push_back(*tensor);
    answer.outputs.back().name = host.getSymName();
  }
  return answer;
}

} // namespace wafer::run
