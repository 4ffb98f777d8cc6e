//===- VerifyEach.cpp - steps must mean what the model means ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VerifyEach.h"

#include "../wafer-run/CheckIndices.h"
#include "../wafer-run/Compare.h"
#include "../wafer-run/TensorFiles.h"
#include "KernelProbes.h"
#include "NamedValues.h"
#include "wafer/Pipeline/Phases.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using wafer::exec::Tensor;

namespace wafer::compiler {

llvm::Expected<std::vector<Tensor>>
StepVerifier::readInputs(mlir::ModuleOp module, ArrayRef<std::string> files,
                         uint64_t seed) {
  run::Model model(module);
  FailureOr<SmallVector<run::Port>> ports =
      model.getInputs(/*ofGraph=*/static_cast<bool>(model.graph));
  if (mlir::failed(ports))
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "the model's inputs cannot be evaluated");
  run::Options options;
  options.inputs = files;
  options.randomInputs = true;
  options.seed = seed;
  auto tensors = run::readInputs(options, *ports);
  if (!tensors)
    return tensors.takeError();
  if (llvm::Error error = run::checkIndices(
          model, /*ofGraph=*/static_cast<bool>(model.graph), *tensors))
    return std::move(error);
  return std::vector<Tensor>(tensors->begin(), tensors->end());
}

LogicalResult StepVerifier::setModel(mlir::ModuleOp module) {
  model = module.clone();
  run::Model parts(*model);
  if (!parts.graph)
    return success();
  longestSum = getLongestSum(parts.graph);
  auto exact = runner.runGraph(parts, Arithmetic::Exact);
  auto rounded = runner.runGraph(parts, Arithmetic::Rounded);
  if (mlir::failed(exact) || mlir::failed(rounded))
    return failure();
  for (auto [value, other] : llvm::zip_equal(*exact, *rounded)) {
    outputNames.push_back(value.name);
    outputs.emplace_back(value, other, value.elementType, kTermsOfGraph);
    outputsOnMesh.emplace_back(value, other, value.elementType,
                               kTermsOnMesh + longestSum);
  }
  return success();
}

/// "element [0, 3] is 0.5, expected 0.25 +- 1e-07; 12 of 20 elements differ".
static std::string describe(const Expectation::Mismatch &mismatch,
                            const Expectation &expected) {
  std::string text;
  llvm::raw_string_ostream(text)
      << "element " << run::formatIndex(mismatch.index, expected.exact.shape)
      << " is " << llvm::format("%.9g", mismatch.got) << ", expected "
      << llvm::format("%.9g", mismatch.expected) << " +- "
      << llvm::format("%.2g", expected.slack) << "; " << mismatch.count
      << " of " << expected.exact.getNumElements() << " elements differ";
  return text;
}

/// The first of `tensors` called `name`; where no name fits, the one at `index`
/// if it could be it.
static const Tensor *find(ArrayRef<Tensor> tensors, StringRef name,
                          size_t index) {
  for (const Tensor &tensor : tensors)
    if (tensor.name == name)
      return &tensor;
  return index < tensors.size() ? &tensors[index] : nullptr;
}

/// What is wrong with the first wrong one of `got`; empty if nothing is.
static std::string compareOutputs(ArrayRef<std::string> names,
                                  ArrayRef<Expectation> expected,
                                  ArrayRef<Tensor> got, std::string &host) {
  for (auto [index, name] : llvm::enumerate(names)) {
    const Expectation &value = expected[index];
    const Tensor *tensor = find(got, name, index);
    host = name;
    if (!tensor || tensor->getNumElements() != value.exact.getNumElements())
      return "output \"" + name + "\" is not there";
    if (auto mismatch = value.compare(*tensor))
      return "output \"" + name + "\": " + describe(*mismatch, value);
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Graphs and bodies of kernels
//===----------------------------------------------------------------------===//

LogicalResult StepVerifier::reportGraph(const run::Model &parts, StringRef step,
                                        bool ofKernels,
                                        const std::string &what) {
  NamedValues values;
  for (mlir::ModuleOp known : {*model, previous ? *previous : *model}) {
    run::Model knownParts(known);
    (void)values.add(runner, knownParts,
                     knownParts.hasKernels() && known != *model, kTermsOfGraph);
  }
  NamedValues::Culprit culprit = values.findFirst(runner, parts, ofKernels);
  Operation *at = culprit ? culprit.op : parts.module;
  InFlightDiagnostic diagnostic = at->emitError();
  diagnostic << step << " outputs differ from the model's";
  if (culprit)
    diagnostic << ": '" << at->getName().getStringRef()
               << "' is the first op whose value differs";
  diagnostic.attachNote(UnknownLoc::get(at->getContext())) << what;
  if (culprit)
    diagnostic.attachNote(UnknownLoc::get(at->getContext()))
        << "its element " << culprit.mismatch.index << " (row-major) is "
        << std::to_string(culprit.mismatch.got) << ", expected "
        << std::to_string(culprit.mismatch.expected);
  return diagnostic;
}

LogicalResult StepVerifier::checkGraph(mlir::ModuleOp module, StringRef step,
                                       bool ofKernels) {
  run::Model parts(module);
  auto got = ofKernels ? runner.runKernels(parts, Arithmetic::Exact)
                       : runner.runGraph(parts, Arithmetic::Exact);
  if (mlir::failed(got))
    return module.emitError() << step << " the model cannot be evaluated";
  std::string host;
  std::string what = compareOutputs(outputNames, outputs, *got, host);
  return what.empty() ? success() : reportGraph(parts, step, ofKernels, what);
}

//===----------------------------------------------------------------------===//
// Tasks and programs
//===----------------------------------------------------------------------===//

/// Names the first kernel whose results are not those of its body; false if
/// there is none.
bool StepVerifier::reportKernel(const run::Model &parts, StringRef step,
                                const std::string &what) {
  std::vector<KernelProbe> probes;
  OwningOpRef<mlir::ModuleOp> probed = addKernelProbes(parts.module, probes);
  if (!probed)
    return false;
  DenseMap<Value, Tensor> exact, rounded;
  auto recordIn = [](DenseMap<Value, Tensor> &values) {
    return [&](Value value, const Tensor &tensor) { values[value] = tensor; };
  };
  if (mlir::failed(
          runner.runKernels(parts, Arithmetic::Exact, recordIn(exact))) ||
      mlir::failed(
          runner.runKernels(parts, Arithmetic::Rounded, recordIn(rounded))))
    return false;
  auto got = runner.runOnMesh(run::Model(*probed));
  if (mlir::failed(got))
    return false;
  for (KernelProbe &probe : probes) {
    Operation &yield = probe.kernel.getBody().front().back();
    Value value = yield.getOperand(probe.result);
    auto type = cast<RankedTensorType>(value.getType());
    Expectation expected(exact[value], rounded[value],
                         *exec::getElementType(type.getElementType()),
                         kTermsOnMesh + longestSum);
    const Tensor *tensor = find(*got, probe.host, got->size());
    if (!tensor)
      continue;
    auto mismatch = expected.compare(*tensor);
    if (!mismatch)
      continue;
    InFlightDiagnostic diagnostic = probe.kernel.emitError();
    diagnostic << step << " kernel @" << probe.kernel.getSymName()
               << " is the first whose result differs from its body's";
    auto here = UnknownLoc::get(probe.kernel.getContext());
    diagnostic.attachNote(here)
        << "its result: " << describe(*mismatch, expected);
    diagnostic.attachNote(here) << what;
    return true;
  }
  return false;
}

LogicalResult StepVerifier::reportMesh(const run::Model &parts, StringRef step,
                                       StringRef host,
                                       const std::string &what) {
  bool hasKernels = parts.hasTasks();
  if (hasKernels && reportKernel(parts, step, what))
    return failure();
  // The op that stores the tensor knows the node.
  Operation *at = parts.module;
  mlir::ModuleOp module = parts.module;
  module.walk([&](pe::StoreOp store) {
    if (store.getHost() == host)
      at = store;
  });
  InFlightDiagnostic diagnostic = at->emitError();
  diagnostic << step << " the mesh computes something else: " << what;
  if (hasKernels)
    diagnostic.attachNote(UnknownLoc::get(module.getContext()))
        << "with buffers of their own all kernels compute what their bodies "
           "say: look at offsets and at host copies";
  return diagnostic;
}

/// What differs in bits first; empty if nothing does.
static std::string compareBits(ArrayRef<Tensor> expected, ArrayRef<Tensor> got,
                               std::string &host) {
  for (const Tensor &value : expected) {
    const Tensor *other = find(got, value.name, got.size());
    host = value.name;
    if (!other)
      return "host tensor @" + value.name + " is not there";
    if (other->getBytes() == value.getBytes())
      continue;
    for (int64_t i = 0, e = value.getNumElements(); i < e; ++i) {
      size_t size = exec::getSizeInBytes(value.elementType);
      if (value.getBytes().slice(i * size, size) ==
          other->getBytes().slice(i * size, size))
        continue;
      std::string text;
      llvm::raw_string_ostream(text)
          << "host tensor @" << value.name << ": element "
          << run::formatIndex(i, value.shape) << " is "
          << llvm::format("%.9g", other->getAsDouble(i))
          << ", the step before gave "
          << llvm::format("%.9g", value.getAsDouble(i));
      return text;
    }
  }
  return "";
}

LogicalResult StepVerifier::checkMesh(mlir::ModuleOp module, StringRef step) {
  run::Model parts(module);
  auto got = runner.runOnMesh(parts);
  if (mlir::failed(got))
    return module.emitError() << step << " the mesh does not come to an end";
  std::string host;
  std::string what = compareOutputs(outputNames, outputsOnMesh, *got, host);
  if (what.empty() && onMesh)
    what = compareBits(*onMesh, *got, host);
  if (!what.empty())
    return reportMesh(parts, step, host, what);
  if (!onMesh)
    onMesh = std::move(*got);
  return success();
}

LogicalResult StepVerifier::check(mlir::ModuleOp module, StringRef step) {
  run::Model parts(module);
  ++numSteps;
  LogicalResult result = success();
  if (model && parts.hasKernels())
    result = checkGraph(module, step, /*ofKernels=*/true);
  else if (parts.peModules.empty())
    result = checkGraph(module, step, /*ofKernels=*/false);
  if (succeeded(result) && (parts.hasTasks() || !parts.peModules.empty()))
    result = checkMesh(module, step);
  hasFailed |= mlir::failed(result);
  previous = module.clone();
  return result;
}

//===----------------------------------------------------------------------===//
// After each pass
//===----------------------------------------------------------------------===//

namespace {

class CheckAfterPass : public PassInstrumentation {
public:
  explicit CheckAfterPass(StepVerifier &verifier) : verifier(verifier) {}

  void runBeforePass(Pass *, Operation *op) override {
    if (!verifier.failed())
      before = OperationFingerPrint(op);
  }
  void runAfterPass(Pass *pass, Operation *op) override {
    // Adaptors, which only run other passes, have no name.
    if (verifier.failed() || pass->getArgument().empty() || !before ||
        *before == OperationFingerPrint(op))
      return;
    auto module = dyn_cast<mlir::ModuleOp>(op);
    if (!module)
      module = op->getParentOfType<mlir::ModuleOp>();
    (void)verifier.check(module, ("after " + pass->getArgument() + ":").str());
  }

private:
  StepVerifier &verifier;
  std::optional<OperationFingerPrint> before;
};

} // namespace

std::unique_ptr<PassInstrumentation> StepVerifier::createInstrumentation() {
  return std::make_unique<CheckAfterPass>(*this);
}

} // namespace wafer::compiler
