//===- RunReference.cpp - graphs and kernels' bodies -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A graph is evaluated as it stands. Between `sharded` and `allocated` the
// meaning of a file is that of its kernels: each body is evaluated on whole
// tensors, host tensors carry values from program to program, and layouts,
// dataflows, streams and tasks are ignored.
//
//===----------------------------------------------------------------------===//

#include "Runners.h"

#include "wafer/Executor/Machine/HostMemory.h"
#include "wafer/Executor/Reference/Reference.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using wafer::exec::Tensor;

namespace wafer::run {

/// Options whose observer counts the values against `numValues`, and ends the
/// program when the user interrupts it.
static exec::EvalOptions makeEvalOptions(const RunContext &context,
                                         int64_t numValues) {
  exec::EvalOptions options;
  options.floatType = context.options.evaluation == Evaluation::F32
                          ? exec::ElementType::F32
                          : exec::ElementType::F64;
  options.constants = &context.constants;
  options.roundEveryOp =
      context.roundEveryOp || context.options.evaluation == Evaluation::Typed;
  options.observer = [&context, numValues, count = int64_t(0)](
                         Value value, const Tensor &tensor) mutable {
    ++count;
    if (context.observer)
      context.observer(value, tensor);
    auto getState = [&] {
      return ("value " + Twine(count) + " of " + Twine(numValues)).str();
    };
    context.progress.update(static_cast<double>(count) / numValues, getState);
    if (!context.stop)
      return;
    // Nothing is written before a run has succeeded, so nothing is left over.
    llvm::errs() << context.progress.getTool() << ": interrupted at "
                 << getState() << "\n";
    std::exit(kInterrupted);
  };
  return options;
}

static int64_t countValues(Operation *root) {
  int64_t count = 0;
  root->walk([&](Operation *op) {
    count += op->getNumResults();
    for (mlir::Region &region : op->getRegions())
      count += region.getNumArguments();
  });
  return std::max<int64_t>(count, 1);
}

Answer runGraph(const RunContext &context, ArrayRef<Tensor> inputs) {
  func::FuncOp function = context.model.graph;
  exec::EvalOptions options = makeEvalOptions(context, countValues(function));
  Answer answer;
  if (failed(exec::evaluateFunction(function, inputs, answer.outputs, options)))
    answer.code = kRunFailed;
  return answer;
}

namespace {

/// The host's tensors and the values of the program that is evaluated.
class KernelEvaluator {
public:
  KernelEvaluator(const RunContext &context, exec::EvalOptions options)
      : context(context), options(std::move(options)) {
    this->options.keepEvaluationTypes = true;
  }

  void prepare(ArrayRef<Tensor> inputs);
  LogicalResult run(mesh::ProgramOp program);
  LogicalResult collect(SmallVectorImpl<Tensor> &outputs);

private:
  const RunContext &context;
  exec::EvalOptions options;
  llvm::StringMap<Tensor> hostTensors;
  /// Read where a program asks for them, and let go with its values.
  llvm::StringMap<pe::HostOp> constants;
  DenseMap<Value, Tensor> values;

  llvm::Expected<Tensor> readHost(StringRef name);
  LogicalResult readInput(mesh::InputOp op);
  LogicalResult writeOutput(mesh::OutputOp op);
  LogicalResult evaluate(mesh::KernelOp op);
};

} // namespace

void KernelEvaluator::prepare(ArrayRef<Tensor> inputs) {
  for (const Tensor &input : inputs)
    hostTensors[input.name] = input;
  for (pe::HostOp host : context.model.hosts)
    if (host.getValue())
      constants[host.getSymName()] = host;
}

/// The value of a host tensor; an error where none is known yet.
llvm::Expected<Tensor> KernelEvaluator::readHost(StringRef name) {
  if (auto it = constants.find(name); it != constants.end()) {
    pe::HostOp host = it->second;
    auto gather = dyn_cast<pe::GatherAttr>(*host.getValue());
    if (!gather)
      return context.constants.read(*host.getValue(), host.getSymName());
    llvm::Expected<Tensor> table = readHost(gather.getTable().getValue());
    if (!table)
      return table;
    llvm::Expected<Tensor> indices = readHost(gather.getIndices().getValue());
    if (!indices)
      return indices;
    llvm::Expected<Tensor> rows =
        exec::gatherRows(*table, *indices, host.getTensorType().getShape());
    if (!rows)
      return llvm::createStringError("host tensor @" + name + ": " +
                                     llvm::toString(rows.takeError()));
    return rows;
  }
  auto it = hostTensors.find(name);
  if (it == hostTensors.end())
    return llvm::createStringError("host tensor @" + name +
                                   " is read before a program writes it");
  return it->second;
}

LogicalResult KernelEvaluator::readInput(mesh::InputOp op) {
  llvm::Expected<Tensor> tensor = readHost(op.getHost());
  if (!tensor)
    return op.emitError(llvm::toString(tensor.takeError()));
  values[op.getResult()] = std::move(*tensor);
  return success();
}

LogicalResult KernelEvaluator::writeOutput(mesh::OutputOp op) {
  pe::HostOp host = mesh::lookupHost(op, op.getHostAttr());
  auto it = values.find(op.getValue());
  if (!host || it == values.end())
    return op.emitError("its value or its host tensor is not there");
  RankedTensorType type = host.getTensorType();
  if (it->second.getNumElements() != type.getNumElements())
    return op.emitError("stores ")
           << it->second.getTypeString() << " in " << type;
  hostTensors[op.getHost()] =
      it->second.reshaped(type.getShape())
          .convertedTo(*exec::getElementType(type.getElementType()));
  return success();
}

LogicalResult KernelEvaluator::evaluate(mesh::KernelOp op) {
  SmallVector<Tensor> operands, results;
  for (Value input : op.getInputs()) {
    auto it = values.find(input);
    if (it == values.end())
      return op.emitError("reads a value that is not a host tensor's or a "
                          "kernel's");
    operands.push_back(it->second);
  }
  if (failed(exec::evaluateBlock(op.getBody().front(), operands, results,
                                 options)))
    return failure();
  if (results.size() != op.getNumResults())
    return op.emitError("its body yields ") << results.size() << " values";
  for (auto [result, tensor] : llvm::zip_equal(op.getResults(), results))
    values[result] = std::move(tensor);
  return success();
}

LogicalResult KernelEvaluator::run(mesh::ProgramOp program) {
  values.clear();
  for (Operation &op : program.getBody().front()) {
    LogicalResult done = success();
    if (auto input = dyn_cast<mesh::InputOp>(op))
      done = readInput(input);
    else if (auto output = dyn_cast<mesh::OutputOp>(op))
      done = writeOutput(output);
    else if (auto kernel = dyn_cast<mesh::KernelOp>(op))
      done = evaluate(kernel);
    if (failed(done))
      return failure();
  }
  return success();
}

LogicalResult KernelEvaluator::collect(SmallVectorImpl<Tensor> &outputs) {
  for (pe::HostOp host : context.model.hosts) {
    if (host.getKind() != pe::HostKind::Output)
      continue;
    auto it = hostTensors.find(host.getSymName());
    if (it == hostTensors.end())
      return host.emitError("no program writes this output");
    outputs.push_back(it->second);
    outputs.back().name = host.getSymName();
  }
  return success();
}

Answer runKernels(const RunContext &context, ArrayRef<Tensor> inputs) {
  mlir::ModuleOp module = context.model.module;
  KernelEvaluator evaluator(context,
                            makeEvalOptions(context, countValues(module)));
  Answer answer;
  evaluator.prepare(inputs);
  LogicalResult done = success();
  for (mesh::ProgramOp program : context.model.programs)
    if (succeeded(done))
      done = evaluator.run(program);
  if (failed(done) || failed(evaluator.collect(answer.outputs)))
    answer.code = kRunFailed;
  return answer;
}

} // namespace wafer::run
