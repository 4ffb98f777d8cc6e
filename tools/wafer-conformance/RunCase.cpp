//===- RunCase.cpp - one test case, run and judged -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// For each data set of a case: read its tensors, bind the symbolic dimensions,
// import the model, compile it for functional and cycle mode, run it, compare.
// The first thing that goes wrong is the reason. What an importer or a phase
// refuses is unsupported; what they accept must give the stored outputs.
//
//===----------------------------------------------------------------------===//

#include "RunCase.h"

#include "../wafer-run/Runners.h"
#include "Judge.h"
#include "StoredTensors.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Executor/File/ModuleFile.h"
#include "wafer/Executor/TensorIO.h"
#include "wafer/Import/OnnxImport.h"
#include "wafer/Import/OnnxModelInfo.h"
#include "wafer/Import/TensorImport.h"
#include "wafer/Pipeline/Phases.h"
#include "wafer/Pipeline/Registration.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using wafer::exec::Tensor;

namespace wafer::conformance {

StringRef stringifyStatus(Status status) {
  switch (status) {
  case Status::Pass:
    return "pass";
  case Status::Fail:
    return "fail";
  case Status::Unsupported:
    return "unsupported";
  case Status::Skipped:
    return "skipped";
  }
  llvm_unreachable("statuses are listed above");
}

namespace {

/// Keeps the first error diagnostic as one line.
class FirstError {
public:
  explicit FirstError(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
              text.empty())
            text = describe(diagnostic);
        }) {}

  std::string take(StringRef otherwise) {
    std::string result = text.empty() ? otherwise.str() : std::move(text);
    text.clear();
    return result;
  }

private:
  std::string text;
  ScopedDiagnosticHandler handler;

  static std::string describe(Diagnostic &diagnostic) {
    std::string result;
    if (auto name = diagnostic.getLocation()->findInstanceOf<NameLoc>())
      result = ("node \"" + name.getName().getValue() + "\": ").str();
    else if (auto place =
                 diagnostic.getLocation()->findInstanceOf<FileLineColLoc>())
      result =
          (llvm::sys::path::filename(place.getFilename().getValue()) + ":" +
           Twine(place.getLine()) + ":" + Twine(place.getColumn()) + ": ")
              .str();
    return result + diagnostic.str();
  }
};

class CaseRunner {
public:
  CaseRunner(const Case &test, const RunOptions &options)
      : test(test), options(options),
        context(makeRegistry(), MLIRContext::Threading::DISABLED),
        errors(&context) {
    context.printOpOnDiagnostic(false);
  }

  CaseResult run(OperatorListener onOperators);

private:
  const Case &test;
  const RunOptions &options;
  MLIRContext context;
  FirstError errors;
  OnnxModelInfo info;
  CaseResult result;
  OwningOpRef<mlir::ModuleOp> module;
  /// Of the imported module.
  ImportOptions binding;

  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    registerAllDialects(registry);
    exec::registerFileDialects(registry);
    registerTensorDialects(registry);
    return registry;
  }
  bool isOnnx() const {
    return llvm::sys::path::extension(test.model) != ".mlir";
  }
  std::string getPath(StringRef file) const {
    SmallString<256> path(test.folder);
    llvm::sys::path::append(path, file);
    return std::string(path);
  }
  bool end(Status status, const Twine &reason) {
    result.status = status;
    result.reason = reason.str();
    return false;
  }
  // Each returns false once the case is decided.
  bool readInfo(OperatorListener onOperators);
  bool matchInputs(std::vector<DataSet> &sets);
  bool checkKinds();
  bool readTensors(ArrayRef<std::string> files, StringRef what,
                   StoredTensors &tensors);
  bool bindDims(const StoredTensors &inputs);
  bool bindValues(const StoredTensors &stored);
  bool import(const StoredTensors &stored);
  bool compile();
  bool checkImport();
  bool runDataSet(const DataSet &data);
  bool runModel(const DataSet &data, const StoredTensors &stored,
                const StoredTensors &expected);
};

} // namespace

bool CaseRunner::readInfo(OperatorListener onOperators) {
  if (!isOnnx())
    return true;
  llvm::Expected<OnnxModelInfo> read = readOnnxModelInfo(getPath(test.model));
  if (!read)
    return end(Status::Unsupported, llvm::toString(read.takeError()));
  info = std::move(*read);
  result.operators = info.operators;
  onOperators(info.operators);
  return true;
}

/// Puts the input files of each data set in the order of the model's inputs.
/// They are numbered as the inputs of model.onnx, of which a folded model has
/// fewer.
bool CaseRunner::matchInputs(std::vector<DataSet> &sets) {
  StringRef original = "model.onnx";
  if (test.model == original || !llvm::sys::fs::exists(getPath(original)))
    return true;
  llvm::Expected<OnnxModelInfo> read = readOnnxModelInfo(getPath(original));
  if (!read)
    return end(Status::Unsupported, llvm::toString(read.takeError()));
  for (DataSet &data : sets) {
    std::vector<std::string> files;
    for (const OnnxModelInfo::Input &input : info.inputs) {
      auto found = llvm::find_if(read->inputs, [&](const auto &other) {
        return other.name == input.name;
      });
      size_t number = found == read->inputs.end()
                          ? files.size()
                          : std::distance(read->inputs.begin(), found);
      files.push_back(number < data.inputs.size() ? data.inputs[number] : "");
    }
    data.inputs = std::move(files);
  }
  return true;
}

/// What only tensor files can hold is read; ONNX also has sequences and maps.
bool CaseRunner::checkKinds() {
  for (const OnnxModelInfo::Input &input : info.inputs)
    if (input.kind != "a tensor")
      return end(Status::Unsupported, "input \"" + input.name + "\" is " +
                                          input.kind + ", not a tensor");
  return true;
}

bool CaseRunner::readTensors(ArrayRef<std::string> files, StringRef what,
                             StoredTensors &tensors) {
  llvm::Expected<StoredTensors> read = conformance::readTensors(files, what);
  if (!read)
    return end(Status::Unsupported, llvm::toString(read.takeError()));
  tensors = std::move(*read);
  return true;
}

bool CaseRunner::bindDims(const StoredTensors &inputs) {
  ImportOptions needed;
  for (auto [index, input] : llvm::enumerate(info.inputs)) {
    if (index >= inputs.size() || !inputs[index])
      continue;
    ArrayRef<int64_t> stored = inputs[index]->shape;
    if (!input.shape) {
      needed.inputShapes[input.name] = stored.vec();
      continue;
    }
    for (auto [dim, size] : llvm::zip(*input.shape, stored)) {
      if (dim.size)
        continue;
      auto [it, isNew] = needed.dims.try_emplace(dim.name, size);
      if (!isNew && it->second != size)
        return end(Status::Fail, "dimension \"" + dim.name + "\" is both " +
                                     Twine(it->second) + " and " + Twine(size) +
                                     " in the stored inputs");
    }
  }
  bool isAsBefore =
      needed.dims == binding.dims && needed.inputShapes == binding.inputShapes;
  binding = std::move(needed);
  // A module made for the values of another data set is not this one's.
  if (!isAsBefore || result.hasBoundInputs)
    module = {};
  return true;
}

/// Gives the importer the values of small inputs of integers and bools, and of
/// single numbers. False if there are none.
bool CaseRunner::bindValues(const StoredTensors &stored) {
  constexpr int64_t kMaxElements = 64;
  binding.inputValues.clear();
  for (auto [input, tensor] : llvm::zip(info.inputs, stored)) {
    if (!tensor || tensor->getNumElements() > kMaxElements ||
        (exec::isFloat(tensor->elementType) && tensor->getNumElements() != 1))
      continue;
    binding.inputValues[input.name] = *tensor;
  }
  return !binding.inputValues.empty();
}

bool CaseRunner::import(const StoredTensors &stored) {
  if (module)
    return true;
  std::string path = getPath(test.model);
  if (isOnnx()) {
    module = importOnnx(path, binding, &context);
  } else if (auto buffer = exec::readFileOrStdin(path)) {
    llvm::SourceMgr sources;
    module = exec::parseModule(std::move(*buffer), sources, &context);
    if (module && failed(importTensorsIfAny(module)))
      module = {};
  } else {
    return end(Status::Unsupported, llvm::toString(buffer.takeError()));
  }
  if (!module) {
    std::string reason = errors.take("the importer gave no reason");
    // Shapes, axes and the like that are inputs of the case: the stored ones.
    if (StringRef(reason).contains("must be a constant") &&
        bindValues(stored)) {
      module = importOnnx(path, binding, &context);
      if (module) {
        result.hasBoundInputs = true;
        return compile();
      }
      reason = errors.take(reason);
    }
    StringRef text = reason;
    text.consume_front(path + ": ");
    return end(Status::Unsupported, text);
  }
  return compile();
}

bool CaseRunner::compile() {
  bool isCompiled = options.mode != run::Mode::Reference;
  PipelineOptions pipeline;
  pipeline.folder = isOnnx() ? "" : test.folder;
  pipeline.machine = options.machine;
  for (Phase phase : kPhases) {
    if (!isCompiled && (phase != Phase::Graph || !options.normalise))
      break;
    PassManager pm(&context);
    buildPhase(pm, phase, pipeline);
    if (failed(pm.run(*module)))
      return end(phase == Phase::Graph ? Status::Fail : Status::Unsupported,
                 "phase " + stringifyPhase(phase) + ": " +
                     errors.take("failed without a reason"));
  }
  return true;
}

bool CaseRunner::runModel(const DataSet &data, const StoredTensors &stored,
                          const StoredTensors &expected) {
  run::Options runOptions;
  runOptions.mode = options.mode;
  runOptions.evaluation = options.evaluation;
  run::Model model(*module);
  bool ofGraph = options.mode == run::Mode::Reference;
  if (ofGraph && !model.graph)
    return end(Status::Fail, "the module has no graph function");
  auto inputPorts = model.getInputs(ofGraph),
       outputPorts = model.getOutputs(ofGraph);
  if (failed(inputPorts) || failed(outputPorts))
    return end(Status::Fail, errors.take("the model's ports are unknown"));
  SmallVector<Tensor> inputs;
  for (auto [index, port] : llvm::enumerate(*inputPorts)) {
    exec::ElementType type = *exec::getElementType(port.type.getElementType());
    if (index < stored.size() && stored[index])
      inputs.push_back(*stored[index]);
    else if (data.hasRamps && type == exec::ElementType::F32)
      inputs.push_back(makeRamp(port.type.getShape()));
    else
      return end(Status::Skipped,
                 "no stored value of input \"" + port.name + "\"");
    inputs.back().name = port.name;
    restoreBF16(inputs.back(), type);
    if (!exec::hasType(inputs.back(), port.type))
      return end(Status::Fail, "input \"" + port.name + "\" is stored as " +
                                   inputs.back().getTypeString() +
                                   ", which is not the model's type");
  }
  run::Progress progress;
  std::atomic<bool> stop = false;
  exec::ConstantReader constants(isOnnx() ? "" : test.folder);
  run::RunContext runContext{runOptions, model, constants, progress, stop};
  run::Answer answer = ofGraph ? run::runGraph(runContext, inputs)
                               : run::runPrograms(runContext, inputs);
  if (answer.code != run::kSuccess)
    return end(Status::Fail,
               errors.take("the run failed, see the executor's messages"));
  result.status = Status::Pass;
  for (auto [index, port] : llvm::enumerate(*outputPorts)) {
    if (index >= expected.size() || !expected[index] ||
        result.status != Status::Pass)
      continue;
    Tensor wanted = *expected[index];
    restoreBF16(wanted, answer.outputs[index].elementType);
    judgeOutput(port.name, answer.outputs[index], wanted, info.numNodes,
                options, result);
  }
  return result.status == Status::Pass;
}

bool CaseRunner::runDataSet(const DataSet &data) {
  StoredTensors inputs, outputs;
  if (!checkKinds() || !readTensors(data.inputs, "stored input", inputs) ||
      !bindDims(inputs) || !import(inputs) ||
      !readTensors(data.outputs, "stored output", outputs))
    return false;
  if (llvm::none_of(outputs, [](const auto &output) { return !!output; }))
    return end(Status::Skipped, "no stored outputs; the model imports");
  return runModel(data, inputs, outputs);
}

/// Without data the model can still be read.
bool CaseRunner::checkImport() {
  return import({}) &&
         end(Status::Skipped, "no stored outputs; the model imports");
}

CaseResult CaseRunner::run(OperatorListener onOperators) {
  if (!readInfo(onOperators))
    return result;
  std::vector<std::string> inputNames, outputNames = info.outputs;
  for (const OnnxModelInfo::Input &input : info.inputs)
    inputNames.push_back(input.name);
  if (!isOnnx()) {
    inputNames = {"input_ids"};
    outputNames = {"logits"};
  }
  std::vector<DataSet> sets = findDataSets(test, inputNames, outputNames);
  if (!matchInputs(sets))
    return result;
  if (sets.empty()) {
    checkImport();
    return result;
  }
  for (const DataSet &data : sets) {
    if (runDataSet(data))
      continue;
    if (sets.size() > 1)
      result.reason = data.name + ": " + result.reason;
    break;
  }
  return result;
}

CaseResult runCase(const Case &test, const RunOptions &options,
                   OperatorListener onOperators) {
  return CaseRunner(test, options).run(onOperators);
}

} // namespace wafer::conformance
