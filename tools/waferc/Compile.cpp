//===- Compile.cpp - from phase to phase -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compile.h"

#include "Output.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Executor/File/ModuleFile.h"
#include "wafer/Import/TensorImport.h"
#include "wafer/Target/LoadMachine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

using namespace mlir;

namespace wafer::compiler {

double getElapsedSeconds() {
  using Clock = std::chrono::steady_clock;
  static const Clock::time_point started = Clock::now();
  return std::chrono::duration<double>(Clock::now() - started).count();
}

static machine::DescAttr getMachine(mlir::ModuleOp module) {
  for (Operation &op : module.getOps()) {
    if (auto program = dyn_cast<mesh::ProgramOp>(op))
      return program.getMachine();
    if (auto peModule = dyn_cast<pe::ModuleOp>(op))
      return peModule.getMachine();
  }
  return {};
}

ExitCode readInput(Compilation &compilation) {
  const Options &options = compilation.options;
  double started = getElapsedSeconds();
  bool fromOnnx = isOnnxPath(options.input);
  if (!fromOnnx && !options.import.dims.empty())
    return static_cast<ExitCode>(
        reportError("--dim: " + options.input + " is no ONNX model"));
  // The importer reads the file itself; this gives one message for both.
  auto buffer = exec::readFileOrStdin(options.input);
  if (!buffer)
    return static_cast<ExitCode>(reportError(buffer.takeError()));
  if (fromOnnx) {
    buffer->reset();
    compilation.module =
        importOnnx(options.input, options.import, compilation.context);
  } else {
    compilation.folder = exec::getFolder(options.input);
    compilation.module = exec::parseModule(
        std::move(*buffer), compilation.sources, compilation.context);
  }
  if (!compilation.module || failed(importTensorsIfAny(compilation.module)))
    return kBadInput;
  compilation.seconds.push_back(
      {fromOnnx ? "import" : "parse", getElapsedSeconds() - started});
  return kSuccess;
}

ExitCode checkInput(Compilation &compilation) {
  const Options &options = compilation.options;
  Phase phase = detectPhase(*compilation.module);
  auto fail = [](const Twine &message) {
    return static_cast<ExitCode>(reportError(message));
  };
  if (phase > options.target)
    return fail(options.input + ": is in phase " + stringifyPhase(phase) +
                ", which is behind --emit=" + stringifyPhase(options.target));
  if (options.isReduceGiven && phase > Phase::Graph)
    return fail("--reduce=" + options.reduce + ": " + options.input +
                " is in phase " + stringifyPhase(phase) +
                ", in which products have their dataflow already");
  machine::DescAttr own = getMachine(*compilation.module);
  if (options.machine.empty()) {
    if (!own && options.target != Phase::Graph)
      return fail("--machine is needed to compile beyond phase graph: wse2, "
                  "wse3, mesh<WxH> or a machine file");
    return kSuccess;
  }
  FailureOr<machine::DescAttr> asked =
      loadMachine(options.machine, compilation.context, [&] {
        return emitError(UnknownLoc::get(compilation.context));
      });
  if (failed(asked))
    return kBadInput;
  if (own && own != *asked)
    return fail("--machine=" + options.machine + " is another machine than " +
                own.getName().getValue() + ", which " + options.input +
                " was compiled for so far");
  return kSuccess;
}

namespace {

/// Tells on stderr which pass is at work once compiling takes long.
class PassProgress : public PassInstrumentation {
public:
  explicit PassProgress(StringRef phase) : phase(phase) {}

  void runBeforePass(Pass *pass, Operation *) override {
    constexpr double kQuietSeconds = 2, kPeriod = 1;
    static double lastPrinted = 0;
    double now = getElapsedSeconds();
    if (now < kQuietSeconds || now < lastPrinted + kPeriod ||
        pass->getArgument().empty())
      return;
    lastPrinted = now;
    llvm::errs() << "waferc: " << phase << ": " << pass->getArgument()
                 << llvm::format(", %.0f s\n", now);
  }

private:
  StringRef phase;
};

} // namespace

static LogicalResult runPhase(Compilation &compilation, Phase phase,
                              TimingScope &timing) {
  PassManager pm(compilation.context);
  TimingScope scope = timing.nest(stringifyPhase(phase));
  pm.enableTiming(scope);
  pm.addInstrumentation(std::make_unique<PassProgress>(stringifyPhase(phase)));
  if (compilation.verifier)
    pm.addInstrumentation(compilation.verifier->createInstrumentation());
  PipelineOptions options;
  options.folder = compilation.folder;
  options.machine = compilation.options.machine;
  options.reduce = compilation.options.reduce;
  options.verify = compilation.options.verify;
  buildPhase(pm, phase, options);
  return pm.run(*compilation.module);
}

/// Evaluates the model for --verify-each, and the input if it is of a later
/// phase than the graph that it holds.
static ExitCode startVerifier(Compilation &compilation, Phase reached) {
  const Options &options = compilation.options;
  if (!options.verifyEach)
    return kSuccess;
  auto inputs = StepVerifier::readInputs(*compilation.module, options.inputs,
                                         options.seed);
  if (!inputs)
    return static_cast<ExitCode>(reportError(inputs.takeError()));
  compilation.verifier =
      std::make_unique<StepVerifier>(compilation.folder, std::move(*inputs));
  if (failed(compilation.verifier->setModel(*compilation.module)))
    return static_cast<ExitCode>(reportError(
        options.input + ": the model cannot be evaluated", kCannotCompile));
  if (reached != Phase::Graph)
    (void)compilation.verifier->check(*compilation.module, "as given:");
  return compilation.verifier->failed() ? kStepsDiffer : kSuccess;
}

/// A phase must leave its mark on the IR, else later ones would work on what
/// they do not expect. A program without streams looks the same routed.
static bool hasReached(mlir::ModuleOp module, Phase phase) {
  Phase found = detectPhase(module);
  return found >= phase || (phase == Phase::Routed && found == Phase::Streamed);
}

ExitCode runPhases(Compilation &compilation, TimingScope &timing) {
  const Options &options = compilation.options;
  Phase reached = detectPhase(*compilation.module);
  // `pe` says nothing of kernels any more: the report reads `allocated` too.
  auto observe = [&](Phase phase) {
    bool isReported = options.report || !options.json.empty();
    if (isReported && (phase == Phase::Allocated || phase == options.target))
      compilation.report.observe(*compilation.module);
  };
  observe(reached);
  if (reached != Phase::Graph && options.verify) {
    // IR of a later phase may have been edited by hand.
    PassManager pm(compilation.context);
    buildPhaseVerifier(pm, reached);
    if (failed(pm.run(*compilation.module)))
      return static_cast<ExitCode>(
          reportError(options.input + ": is no correct IR of phase " +
                          stringifyPhase(reached),
                      kCannotCompile));
  }
  if (ExitCode code = startVerifier(compilation, reached))
    return code;
  for (Phase phase : kPhases) {
    // A graph is normalised, wherever it comes from.
    bool isDone =
        phase < reached || (phase == reached && phase != Phase::Graph);
    if (isDone || phase > options.target)
      continue;
    double started = getElapsedSeconds();
    LogicalResult result = runPhase(compilation, phase, timing);
    if (compilation.verifier && compilation.verifier->failed())
      return kStepsDiffer;
    if (failed(result) || !hasReached(*compilation.module, phase))
      return static_cast<ExitCode>(
          reportError(options.input + ": cannot be brought to phase " +
                          stringifyPhase(phase),
                      kCannotCompile));
    compilation.seconds.push_back(
        {stringifyPhase(phase).str(), getElapsedSeconds() - started});
    observe(phase);
    if (options.dumpFolder.empty())
      continue;
    if (llvm::Error error = dumpPhase(compilation, phase))
      return static_cast<ExitCode>(reportError(std::move(error)));
  }
  if (compilation.verifier)
    llvm::errs() << "waferc: " << compilation.verifier->getNumSteps()
                 << " steps run, all mean what the model means\n";
  return kSuccess;
}

} // namespace wafer::compiler
