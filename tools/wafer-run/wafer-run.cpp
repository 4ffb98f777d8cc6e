//===- wafer-run.cpp - runs programs and IR -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Reads the file and the inputs, checks everything that can be checked before a
// long run, runs, compares, writes. Files are written last, each whole or not
// at all.
//
//===----------------------------------------------------------------------===//

#include "CheckIndices.h"
#include "Runners.h"
#include "Summary.h"
#include "TensorFiles.h"
#include "wafer/Executor/File/ModuleFile.h"
#include "wafer/Executor/File/ToolDiagnostics.h"
#include "wafer/Executor/TensorIO.h"
#include "wafer/Executor/TensorProtoIO.h"
#include "wafer/Import/OnnxImport.h"
#include "wafer/Import/TensorImport.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::run;
using wafer::exec::Tensor;

static int reportError(llvm::Error error) {
  return run::reportError(llvm::toString(std::move(error)));
}

namespace {

/// Everything that is known before the run.
struct Job {
  Options options;
  std::string folder;
  SmallVector<Port> outputPorts;
  SmallVector<Tensor> inputs;
  SmallVector<PortFile> expected, outputFiles;
  std::optional<Tensor> labels;
};

using Clock = std::chrono::steady_clock;

} // namespace

static double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// True if the graph function is what runs: in reference mode, unless there are
/// kernels.
static bool runsGraph(const Model &model, Mode mode) {
  return mode == Mode::Reference && !model.hasKernels();
}

/// Says how the file is compiled; IR of later phases holds its machine.
static int reportNotCompiled(const Options &options, bool hasMachine) {
  std::string command = "waferc " + options.file;
  for (const std::string &dim : options.dims)
    command += " --dim " + dim;
  return run::reportError(
      options.file + ": holds no compiled program, which --mode=" +
      stringifyMode(options.mode) + " runs: compile it with `" + command +
      (hasMachine ? "" : " --machine=MACHINE") + " -o " +
      llvm::sys::path::stem(options.file) + ".wafer`, or use --mode=reference");
}

/// Fails if `model` holds nothing that the mode could run.
static int checkMode(const Model &model, const Options &options) {
  if (runsGraph(model, options.mode) && !model.graph)
    return run::reportError(options.file + ": holds no graph function, which "
                                           "--mode=reference evaluates");
  if (options.mode == Mode::Reference)
    return kSuccess;
  if (!model.peModules.empty() && !model.programs.empty())
    return run::reportError(options.file +
                            ": some of its programs are in phase pe, others "
                            "are not: compile it with waferc");
  if (!model.peModules.empty())
    return kSuccess;
  if (model.hasTasks() && options.mode == Mode::Functional)
    return kSuccess;
  if (model.hasTasks())
    return run::reportError(
        options.file + ": its programs are not in phase pe, which --mode=" +
        stringifyMode(options.mode) +
        " runs: compile it with waferc, or use --mode=functional");
  return reportNotCompiled(options, /*hasMachine=*/!model.programs.empty());
}

/// Reads the files of the command line and checks them against the model.
static int prepare(const Model &model, Job &job) {
  bool ofGraph = runsGraph(model, job.options.mode);
  FailureOr<SmallVector<Port>> inputs = model.getInputs(ofGraph);
  FailureOr<SmallVector<Port>> outputs = model.getOutputs(ofGraph);
  if (failed(inputs) || failed(outputs))
    return kBadInput;
  job.outputPorts = *outputs;
  auto outputFiles = planOutputFiles(job.options.outputs, *outputs);
  if (!outputFiles)
    return reportError(outputFiles.takeError());
  job.outputFiles = std::move(*outputFiles);
  if (!job.options.json.empty())
    if (llvm::Error error = exec::checkWritable(job.options.json))
      return reportError(std::move(error));
  auto expected = readPortFiles(job.options.expected, *outputs, "output");
  if (!expected)
    return reportError(expected.takeError());
  job.expected = std::move(*expected);
  if (!job.options.labels.empty()) {
    auto labels = exec::readTensor(job.options.labels);
    if (!labels)
      return reportError(labels.takeError());
    job.labels = std::move(*labels);
    if (outputs->empty())
      return run::reportError("--labels: the model has no output");
    // Zeros stand for the scores: only shapes are checked here.
    if (std::string excess =
            exec::describeExcess(outputs->front().type.getShape());
        !excess.empty())
      return run::reportError("output \"" + outputs->front().name + "\" " +
                              excess);
    Tensor scores(*exec::getElementType(outputs->front().type.getElementType()),
                  outputs->front().type.getShape());
    if (auto accuracy = computeAccuracy(scores, *job.labels); !accuracy)
      return reportError(exec::makeFileError(
          job.options.labels, llvm::toString(accuracy.takeError())));
  }
  auto tensors = readInputs(job.options, *inputs);
  if (!tensors)
    return reportError(tensors.takeError());
  job.inputs = std::move(*tensors);
  if (llvm::Error error = checkIndices(model, ofGraph, job.inputs))
    return reportError(std::move(error));
  return kSuccess;
}

/// Runs once.
static Answer runOnce(const RunContext &context, ArrayRef<Tensor> inputs) {
  if (context.options.mode != Mode::Reference)
    return runPrograms(context, inputs);
  return context.model.hasKernels() ? runKernels(context, inputs)
                                    : runGraph(context, inputs);
}

/// The first output whose bytes differ, or nullptr (E63).
static const Port *findUnequal(const Job &job, const Answer &first,
                               const Answer &other) {
  for (auto [index, port] : llvm::enumerate(job.outputPorts))
    if (first.outputs[index].getBytes() != other.outputs[index].getBytes())
      return &port;
  return nullptr;
}

/// Runs as often as asked for.
static Answer runAll(const Model &model, const Job &job) {
  exec::ConstantReader constants(job.folder);
  Progress progress;
  RunContext context{job.options, model, constants, progress,
                     watchInterrupts()};
  Answer first = runOnce(context, job.inputs);
  for (unsigned i = 1; first.code == kSuccess && i < job.options.repeat; ++i) {
    Answer next = runOnce(context, job.inputs);
    if (next.code != kSuccess)
      return next;
    if (const Port *port = findUnequal(job, first, next)) {
      run::reportError("output \"" + port->name + "\" of run " + Twine(i + 1) +
                           " differs from that of run 1",
                       kRunFailed);
      first.code = kRunFailed;
    }
  }
  return first;
}

static void judge(const Job &job, const Answer &answer, Summary &summary) {
  for (const PortFile &file : job.expected) {
    const Tensor &output = answer.outputs[file.port];
    summary.comparisons.push_back({job.outputPorts[file.port].name, file.path,
                                   output.shape,
                                   compare(output, file.tensor, job.options)});
  }
  if (job.labels)
    summary.accuracy =
        llvm::cantFail(computeAccuracy(answer.outputs.front(), *job.labels));
}

static int writeFiles(const Job &job, const Answer &answer,
                      const Summary &summary) {
  for (const PortFile &file : job.outputFiles)
    if (llvm::Error error =
            exec::writeTensor(file.path, answer.outputs[file.port]))
      return reportError(std::move(error));
  if (job.options.json.empty())
    return kSuccess;
  llvm::json::Value json(summary.toJSON());
  auto print = [&](raw_ostream &os) { os << llvm::formatv("{0:2}\n", json); };
  if (job.options.json == "-")
    print(llvm::outs());
  else if (llvm::Error error =
               exec::writeFileAtomically(job.options.json, print))
    return reportError(std::move(error));
  return kSuccess;
}

static machine::DescAttr getMachine(const Model &model) {
  for (pe::ModuleOp module : model.peModules)
    return module.getMachine();
  for (mesh::ProgramOp program : model.programs)
    return program.getMachine();
  return {};
}

static int runFile(Job &job, mlir::ModuleOp module, Clock::time_point started) {
  Model model(module);
  if (int code = checkMode(model, job.options))
    return code;
  if (int code = prepare(model, job))
    return code;
  Summary summary;
  summary.mode = job.options.mode;
  summary.machine = getMachine(model);
  summary.repeats = job.options.repeat;
  summary.readSeconds = secondsSince(started);
  Clock::time_point runStarted = Clock::now();
  Answer answer = runAll(model, job);
  if (answer.code != kSuccess)
    return answer.code;
  summary.runSeconds = secondsSince(runStarted);
  summary.machineRun = std::move(answer.machineRun);
  Clock::time_point compareStarted = Clock::now();
  judge(job, answer, summary);
  summary.compareSeconds = secondsSince(compareStarted);
  if (int code = writeFiles(job, answer, summary))
    return code;
  // The JSON may have standard output for itself.
  summary.print(job.options.json == "-" ? llvm::errs() : llvm::outs());
  llvm::outs().flush();
  if (std::error_code error = llvm::outs().error()) {
    llvm::outs().clear_error();
    return run::reportError("standard output: cannot be written: " +
                            error.message());
  }
  return summary.matches() ? kSuccess : kOutputsDiffer;
}

/// Reads a program, IR of any phase, TOSA, linalg, or an ONNX model; `folder`
/// is where paths in it start. Null after errors, which are printed.
static OwningOpRef<mlir::ModuleOp> readModule(const Options &options,
                                              llvm::SourceMgr &sources,
                                              MLIRContext &context,
                                              std::string &folder) {
  bool isOnnx = isOnnxPath(options.file);
  if (!isOnnx && !options.dims.empty()) {
    run::reportError("--dim: " + options.file + " is no ONNX model");
    return {};
  }
  // The importer reads the file itself; this gives one message for both.
  auto buffer = exec::readFileOrStdin(options.file);
  if (!buffer) {
    reportError(buffer.takeError());
    return {};
  }
  if (isOnnx && options.mode != Mode::Reference) {
    reportNotCompiled(options, /*hasMachine=*/false);
    return {};
  }
  if (isOnnx) {
    buffer->reset();
    ImportOptions import;
    for (const std::string &dim : options.dims)
      if (llvm::Error error = addDim(dim, import)) {
        reportError(std::move(error));
        return {};
      }
    return importOnnx(options.file, import, &context);
  }
  folder = exec::getFolder(options.file);
  OwningOpRef<mlir::ModuleOp> module =
      exec::parseModule(std::move(*buffer), sources, &context);
  if (module && failed(importTensorsIfAny(module)))
    return {};
  return module;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  std::optional<Options> options = parseOptions(argc, argv);
  if (!options)
    return kBadInput;
  Clock::time_point started = Clock::now();
  exec::registerTensorProtoIO();
  DialectRegistry registry;
  exec::registerFileDialects(registry);
  registerTensorDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  llvm::SourceMgr sources;
  exec::ToolDiagnostics diagnostics("wafer-run", sources, &context);
  Job job;
  OwningOpRef<mlir::ModuleOp> module =
      readModule(*options, sources, context, job.folder);
  if (!module)
    return kBadInput;
  job.options = std::move(*options);
  return runFile(job, *module, started);
}
