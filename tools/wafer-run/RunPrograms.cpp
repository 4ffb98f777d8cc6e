//===- RunPrograms.cpp - functional and cycle mode -*- C++ -*-===//
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

/// Adds the run of a later program to those before it: what is counted is
/// summed, of what is held the largest counts.
static void accumulate(RunResult &total, const RunResult &next) {
  total.cycles += next.cycles;
  llvm::append_range(total.cyclesPerLaunch, next.cyclesPerLaunch);
  total.waveletsSent += next.waveletsSent;
  total.waveletHops += next.waveletHops;
  total.hasRoutes &= next.hasRoutes;
  total.hasCycles &= next.hasCycles;
  total.sections = std::max(total.sections, next.sections);
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

namespace {

/// One PE module or wafer program, and how far its run has come.
struct ProgramRun {
  const RunContext &context;
  Operation *op;
  double progressBefore, progressOfRun;
  exec::RunState state;

  RunResult run(exec::HostMemory &memory);
  ExitCode reportFailure(const RunResult &result) const;

private:
  int64_t getLaunches() const;
  std::string getState() const;
};

} // namespace

int64_t ProgramRun::getLaunches() const {
  if (auto module = dyn_cast<pe::ModuleOp>(op))
    return module.getLaunches();
  return cast<mesh::ProgramOp>(op).getLaunches();
}

std::string ProgramRun::getState() const {
  return ((isa<pe::ModuleOp>(op) ? "module @" : "program @") +
          SymbolTable::getSymbolName(op).getValue() + ", launch " +
          Twine(state.launch + 1) + " of " + Twine(getLaunches()) +
          (state.section.empty() ? "" : ", kernel @" + state.section.str()) +
          (state.cycle || state.section.empty()
               ? ", cycle " + std::to_string(state.cycle)
               : ""))
      .str();
}

RunResult ProgramRun::run(exec::HostMemory &memory) {
  exec::RunOptions options;
  options.threads = context.options.threads;
  options.timing = context.options.timing;
  options.sections = context.options.sections;
  options.stop = &context.stop;
  double launches = getLaunches();
  options.progress = [&](const exec::RunState &now) {
    state = now;
    context.progress.update(
        progressBefore + progressOfRun * (now.launch + now.done) / launches,
        [&] { return getState(); });
  };
  if (auto program = dyn_cast<mesh::ProgramOp>(op))
    return exec::runFunctional(program, memory, options);
  auto module = cast<pe::ModuleOp>(op);
  return context.options.mode == Mode::Cycle
             ? exec::runCycle(module, memory, options)
             : exec::runFunctional(module, memory, options);
}

/// Prints why the run ended early.
ExitCode ProgramRun::reportFailure(const RunResult &result) const {
  if (result.failure == exec::FailureKind::Stopped) {
    llvm::errs() << "wafer-run: interrupted in " << getState() << "\n";
    return kInterrupted;
  }
  // The lines name places in the program themselves.
  std::string text = "the run failed in " + getState() + ": " +
                     exec::stringifyFailureKind(result.failure).str();
  for (const std::string &line : result.diagnostics)
    text += "\n  " + line;
  return static_cast<ExitCode>(reportError(text, kRunFailed));
}

Answer runPrograms(const RunContext &context, ArrayRef<Tensor> inputs) {
  exec::HostMemory memory([&](pe::HostOp host) {
    return context.constants.read(*host.getValue(), host.getSymName());
  });
  for (const Tensor &input : inputs)
    memory.set(input.name, input);
  Answer answer;
  answer.machineRun.emplace();
  SmallVector<Operation *> programs;
  for (pe::ModuleOp module : context.model.peModules)
    programs.push_back(module);
  for (mesh::ProgramOp program : context.model.programs)
    programs.push_back(program);
  double share = 1.0 / programs.size();
  for (auto [index, program] : llvm::enumerate(programs)) {
    ProgramRun run{context, program, share * index, share};
    RunResult result = run.run(memory);
    if (!result.succeeded()) {
      answer.code = run.reportFailure(result);
      return answer;
    }
    accumulate(*answer.machineRun, result);
  }
  for (pe::HostOp host : context.model.hosts) {
    if (host.getKind() != pe::HostKind::Output)
      continue;
    const Tensor *tensor = memory.get(host.getSymName());
    if (!tensor) {
      host.emitError("no program writes this output");
      answer.code = kRunFailed;
      return answer;
    }
    answer.outputs.push_back(*tensor);
    answer.outputs.back().name = host.getSymName();
  }
  return answer;
}

} // namespace wafer::run
