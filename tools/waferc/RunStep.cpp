//===- RunStep.cpp - the interpreter of every step -------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunStep.h"

#include "../wafer-run/Runners.h"
#include "wafer/Executor/Functional/Functional.h"
#include "wafer/Executor/Machine/HostMemory.h"

using namespace mlir;
using wafer::exec::Tensor;

namespace wafer::compiler {

template <typename Function>
FailureOr<std::vector<Tensor>>
StepRunner::evaluate(Function *function, const run::Model &model,
                     Arithmetic arithmetic, const ValueObserver &observer) {
  run::Options options;
  options.mode = run::Mode::Reference;
  options.evaluation = arithmetic == Arithmetic::Exact ? run::Evaluation::F64
                                                       : run::Evaluation::F32;
  run::Progress progress("waferc");
  run::RunContext context{options,
                          model,
                          constants,
                          progress,
                          run::watchInterrupts(),
                          arithmetic == Arithmetic::Rounded,
                          observer};
  run::Answer answer = function(context, inputs);
  if (answer.code != run::kSuccess)
    return failure();
  return std::vector<Tensor>(answer.outputs.begin(), answer.outputs.end());
}

FailureOr<std::vector<Tensor>>
StepRunner::runGraph(const run::Model &model, Arithmetic arithmetic,
                     const ValueObserver &observer) {
  return evaluate(&run::runGraph, model, arithmetic, observer);
}

FailureOr<std::vector<Tensor>>
StepRunner::runKernels(const run::Model &model, Arithmetic arithmetic,
                       const ValueObserver &observer) {
  return evaluate(&run::runKernels, model, arithmetic, observer);
}

FailureOr<std::vector<Tensor>> StepRunner::runOnMesh(const run::Model &model) {
  exec::HostMemory memory([&](pe::HostOp host) {
    return constants.read(*host.getValue(), host.getSymName());
  });
  for (const Tensor &input : inputs)
    memory.set(input.name, input);
  auto check = [&](Operation *op, const exec::RunResult &result) {
    if (result.succeeded())
      return success();
    InFlightDiagnostic diagnostic = op->emitError("the run failed: ");
    diagnostic << exec::stringifyFailureKind(result.failure);
    for (const std::string &line : result.diagnostics)
      diagnostic.attachNote(UnknownLoc::get(op->getContext())) << line;
    return LogicalResult(diagnostic);
  };
  exec::RunOptions options;
  options.stop = &run::watchInterrupts();
  for (pe::ModuleOp module : model.peModules)
    if (failed(check(module, exec::runFunctional(module, memory, options))))
      return failure();
  for (mesh::ProgramOp program : model.programs)
    if (failed(check(program, exec::runFunctional(program, memory, options))))
      return failure();
  std::vector<Tensor> tensors;
  for (pe::HostOp host : model.hosts) {
    if (host.getKind() == pe::HostKind::Constant)
      continue;
    const Tensor *tensor = memory.get(host.getSymName());
    if (!tensor && host.getKind() == pe::HostKind::Output)
      return host.emitError("no program writes this output");
    if (!tensor)
      continue;
    tensors.push_back(*tensor);
    tensors.back().name = host.getSymName().str();
  }
  return tensors;
}

} // namespace wafer::compiler
