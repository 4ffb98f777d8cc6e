//===- Harness.cpp - compiles a graph, runs it in all executors -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include "dialects/Wafer/Wafer.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Executor/Cycle/Cycle.h"
#include "wafer/Executor/Functional/Functional.h"
#include "wafer/Executor/Reference/Reference.h"
#include "wafer/Pipeline/Registration.h"
#include "wafer/Target/LoadMachine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace wafer;
using namespace wafer::e2e;
using exec::Tensor;

//===----------------------------------------------------------------------===//
// Machines
//===----------------------------------------------------------------------===//

std::string MachineChoice::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "mesh " << width << "x" << height << " bytes " << usableBytes
     << " colours " << usableColours << " queues " << queues << " depth "
     << queueDepth << " link " << linkBuffer << (ring ? " ring" : "");
  for (const Ports &p : ports)
    os << " " << p.side << " " << p.count << "@" << p.first << "+" << p.step;
  return text;
}

MachineChoice e2e::makeRandomMachine(uint64_t seed) {
  std::mt19937_64 random(seed * 7919 + 17);
  auto pick = [&](std::initializer_list<int64_t> list) {
    return list.begin()[random() % list.size()];
  };
  MachineChoice machine;
  static const std::pair<int64_t, int64_t> meshes[] = {
      {1, 1}, {1, 2}, {2, 1}, {1, 7}, {5, 1},  {2, 2},  {2, 3},
      {3, 2}, {5, 4}, {4, 7}, {8, 8}, {16, 3}, {3, 11}, {6, 5}};
  std::tie(machine.width, machine.height) =
      meshes[random() % std::size(meshes)];
  if (random() % 3 == 0)
    machine.usableBytes = pick({800, 1600, 3000, 6000, 12000});
  if (random() % 3 == 0)
    machine.usableColours = pick({4, 5, 6, 7, 9, 12});
  if (random() % 4 == 0)
    machine.queues = pick({3, 4, 5, 6});
  if (random() % 3 == 0)
    machine.linkBuffer = pick({1, 2, 3});
  if (random() % 3 == 0)
    machine.queueDepth = pick({1, 2, 5});
  if (random() % 3 == 0) {
    machine.setupCycles = pick({0, 1, 4, 30});
    machine.asyncCycles = pick({0, 1, 9});
    machine.completionCycles = pick({0, 1, 17});
  }
  machine.ownPorts = random() % 4 != 0;
  for (const char *side : {"west", "east"}) {
    if (random() % 4 == 0)
      continue;
    int64_t step = random() % 3 + 1, first = random() % machine.height;
    int64_t most = (machine.height - 1 - first) / step + 1;
    machine.ports.push_back({side, static_cast<int64_t>(random() % most) + 1,
                             first, step, pick({284, 500, 1000})});
  }
  machine.ring = random() % 3 == 0;
  return machine;
}

static machine::DescAttr describe(const MachineChoice &choice,
                                  MLIRContext *context) {
  std::string spec = "mesh<" + std::to_string(choice.width) + "x" +
                     std::to_string(choice.height) + ">";
  machine::DescAttr base = *loadMachine(
      spec, context, [&]() { return emitError(UnknownLoc::get(context)); });
  auto or_ = [](int64_t value, int64_t preset) {
    return value < 0 ? preset : value;
  };
  auto queues = [&](DenseI64ArrayAttr preset) {
    SmallVector<int64_t> depths(preset.asArrayRef());
    if (choice.queues > 0)
      depths.resize(choice.queues, depths.back());
    if (choice.queueDepth > 0)
      llvm::fill(depths, choice.queueDepth);
    return DenseI64ArrayAttr::get(context, depths);
  };
  ArrayAttr ports = base.getPorts();
  if (choice.ownPorts) {
    SmallVector<Attribute> list;
    for (const MachineChoice::Ports &p : choice.ports)
      list.push_back(machine::PortsAttr::get(context,
                                             StringAttr::get(context, p.side),
                                             p.count, p.first, p.step, p.rate));
    ports = ArrayAttr::get(context, list);
  }
  return machine::DescAttr::get(
      context, base.getName(), base.getWidth(), base.getHeight(),
      choice.usableBytes < 0 ? base.getSramBytes()
                             : choice.usableBytes + base.getReservedBytes(),
      base.getReservedBytes(),
      choice.usableColours < 0
          ? base.getColours()
          : choice.usableColours + base.getReservedColours(),
      base.getReservedColours(), base.getSwitchPositions(),
      base.getControlCommands(), queues(base.getInQueues()),
      queues(base.getOutQueues()), base.getMicrothreads(), base.getClockHz(),
      base.getHopCycles(), base.getRampCycles(),
      or_(choice.linkBuffer, base.getLinkBuffer()),
      or_(choice.setupCycles, base.getSetupCycles()),
      or_(choice.asyncCycles, base.getAsyncCycles()),
      or_(choice.completionCycles, base.getCompletionCycles()),
      base.getLoopCycles(), base.getBarrierCycles(), base.getSramReadBytes(),
      base.getSramWriteBytes(), base.getRates(), ports);
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

Harness::Harness() : context(MLIRContext::Threading::DISABLED) {
  context.printOpOnDiagnostic(false);
  DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
    diagnostics += diagnostic.str() + "\n";
    for (Diagnostic &note : diagnostic.getNotes())
      diagnostics += "  " + note.str() + "\n";
    return success();
  });
}

OwningOpRef<ModuleOp> Harness::parse(const std::string &text) {
  return parseSourceString<ModuleOp>(text, &context, "graph");
}

/// The pipeline takes a machine by name: this one goes through a file.
static bool writeMachine(machine::DescAttr machine,
                         SmallVectorImpl<char> &path) {
  int fd;
  if (llvm::sys::fs::createTemporaryFile("wafer-end-to-end", "machine", fd,
                                         path))
    return false;
  llvm::raw_fd_ostream os(fd, /*shouldClose=*/true);
  os << static_cast<Attribute>(machine) << "\n";
  return true;
}

bool Harness::compile(ModuleOp module, const GraphCase &graph,
                      const MachineChoice &choice, const Edit &edit,
                      Outcome &outcome) {
  SmallString<128> path;
  if (!writeMachine(describe(choice, &context), path)) {
    outcome = {Outcome::Wrong, "cannot write a machine file"};
    return false;
  }
  PipelineOptions options;
  options.machine = path.str().str();
  options.reduce = choice.ring ? "ring" : "chain";
  bool done = true;
  for (Phase phase : kPhases) {
    PassManager pm(&context);
    buildPhase(pm, phase, options);
    if (failed(pm.run(module))) {
      bool said = !diagnostics.empty();
      outcome.kind = said ? Outcome::Refused : Outcome::Wrong;
      outcome.message = stringifyPhase(phase).str() + ": " +
                        (said ? diagnostics : "failed without a diagnostic");
      done = false;
      break;
    }
    if (edit)
      edit(phase, module);
    count(module, outcome);
    if (phase == Phase::Streamed || phase == Phase::Routed ||
        phase == Phase::Allocated)
      taskRuns.emplace_back(phase,
                            runTwice(module, graph.inputs, /*cycle=*/false)[1]);
  }
  llvm::sys::fs::remove(path);
  return done;
}

void Harness::count(ModuleOp module, Outcome &outcome) {
  int64_t streamed = 0;
  module.walk([&](Operation *op) {
    if (auto program = dyn_cast<mesh::ProgramOp>(op))
      outcome.launches =
          std::max<int64_t>(outcome.launches, program.getLaunches());
    if (auto barrier = dyn_cast<mesh::BarrierOp>(op))
      outcome.epochs = std::max<int64_t>(outcome.epochs, barrier.getEpoch());
    if (auto kernel = dyn_cast<mesh::KernelOp>(op))
      if (auto flow = dyn_cast_or_null<mesh::ProductAttr>(
              kernel.getDataflow().value_or(Attribute())))
        streamed += flow.getWeights() == mesh::Weights::Streamed;
  });
  outcome.streamed = std::max(outcome.streamed, streamed);
  outcome.modules = std::distance(module.getOps<pe::ModuleOp>().begin(),
                                  module.getOps<pe::ModuleOp>().end());
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

bool Harness::evaluate(const std::string &text,
                       const std::vector<Tensor> &inputs,
                       std::vector<Tensor> &outputs, double *largest) {
  OwningOpRef<ModuleOp> module = parse(text);
  if (!module)
    return false;
  exec::EvalOptions options;
  options.floatType = exec::ElementType::F64;
  options.keepEvaluationTypes =
      largest != nullptr; // magnitudes would overflow nothing, but stay in f64
  if (largest)
    options.observer = [&](mlir::Value, const Tensor &tensor) {
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        *largest = std::max(*largest, tensor.getAsDouble(i));
    };
  SmallVector<Tensor> results;
  if (failed(exec::evaluateFunction(*module->getOps<func::FuncOp>().begin(),
                                    inputs, results, options)))
    return false;
  outputs.assign(results.begin(), results.end());
  return true;
}

std::vector<Harness::Run> Harness::runTwice(ModuleOp module,
                                            const std::vector<Tensor> &inputs,
                                            bool cycle) {
  exec::ConstantReader reader;
  exec::HostMemory memory([&](pe::HostOp host) {
    return reader.read(*host.getValue(), host.getSymName());
  });
  for (const Tensor &input : inputs)
    memory.set(input.name, input);
  std::vector<Run> runs;
  for (int i = 0; i < 2; ++i)
    runs.push_back(runOnce(module, memory, cycle));
  return runs;
}

Harness::Run Harness::runOnce(ModuleOp module, exec::HostMemory &memory,
                              bool cycle) {
  Run run;
  for (Operation &op : module.getOps()) {
    if (auto program = dyn_cast<mesh::ProgramOp>(op))
      run.result = exec::runFunctional(program, memory);
    else if (auto peModule = dyn_cast<pe::ModuleOp>(op))
      run.result = cycle ? exec::runCycle(peModule, memory)
                         : exec::runFunctional(peModule, memory);
    if (!run.result.succeeded()) {
      run.error = exec::stringifyFailureKind(run.result.failure).str();
      for (const std::string &line : run.result.diagnostics)
        run.error += "\n    " + line;
      return run;
    }
    if (isa<mesh::ProgramOp, pe::ModuleOp>(op))
      run.cycles += run.result.cycles;
  }
  for (auto host : module.getOps<pe::HostOp>()) {
    if (host.getKind() != pe::HostKind::Output)
      continue;
    const Tensor *tensor = memory.get(host.getSymName());
    if (!tensor) {
      run.error = "no module writes output " + host.getSymName().str();
      return run;
    }
    run.outputs.push_back(*tensor);
  }
  return run;
}

static bool sameBits(const std::vector<Tensor> &a,
                     const std::vector<Tensor> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Tensor &x, const Tensor &y) {
                      return x.getBytes() == y.getBytes() && x.shape == y.shape;
                    });
}

/// The first element that is further from `expected` than `bound` times its
/// magnitude and `tiny` (exactly equal if both are 0).
static std::string compare(const Tensor &actual, const Tensor &expected,
                           const Tensor &magnitude, double bound, double tiny) {
  if (actual.shape != expected.shape ||
      actual.elementType != expected.elementType)
    return "is " + actual.getTypeString() + " instead of " +
           expected.getTypeString();
  for (int64_t i = 0; i < actual.getNumElements(); ++i) {
    double a = actual.getAsDouble(i), e = expected.getAsDouble(i);
    if (a == e || std::fabs(a - e) <= bound * magnitude.getAsDouble(i) + tiny)
      continue;
    return "element " + std::to_string(i) + " is " + std::to_string(a) +
           " instead of " + std::to_string(e);
  }
  return "";
}

Outcome Harness::check(const GraphCase &graph, const MachineChoice &machine,
                       const Edit &edit) {
  Outcome outcome;
  diagnostics.clear();
  auto wrong = [&](const std::string &message) {
    outcome.kind = Outcome::Wrong;
    outcome.message = message;
    return outcome;
  };
  std::vector<Tensor> expected, magnitudes;
  double largest = 0;
  if (!evaluate(graph.text, graph.inputs, expected, nullptr) ||
      !evaluate(graph.magnitudes, graph.inputMagnitudes, magnitudes, &largest))
    return wrong("the reference fails: " + diagnostics);
  OwningOpRef<ModuleOp> module = parse(graph.text);
  taskRuns.clear();
  if (!compile(*module, graph, machine, edit, outcome))
    return outcome;

  std::vector<Run> functional =
      runTwice(*module, graph.inputs, /*cycle=*/false);
  std::vector<Run> cycle = runTwice(*module, graph.inputs, /*cycle=*/true);
  for (auto [name, runs] :
       {std::pair("functional", &functional), std::pair("cycle", &cycle)}) {
    for (const Run &run : *runs)
      if (!run.error.empty())
        return wrong(std::string(name) + ": " + run.error);
    if (!sameBits((*runs)[0].outputs, (*runs)[1].outputs))
      return wrong(std::string(name) + ": a second run gives other bits");
  }
  if (!sameBits(functional[0].outputs, cycle[0].outputs))
    return wrong("functional and cycle give other bits");
  for (const auto &[phase, run] : taskRuns) {
    std::string name = "the tasks of phase " + stringifyPhase(phase).str();
    if (!run.error.empty())
      return wrong(name + ": " + run.error);
    if (!sameBits(run.outputs, functional[0].outputs))
      return wrong(name + " give other bits");
  }

  outcome.estimatedCycles = functional[0].cycles;
  outcome.cycles = cycle[0].cycles;

  // Whole numbers that fit in the significand: no rounding happens anywhere.
  outcome.exact =
      graph.isWhole && largest < (graph.roundings16 > 0 ? 2048 : 16777216);
  // Below its normal numbers f16 rounds to multiples of 2^-24.
  double tiny = graph.roundings16 * std::ldexp(1, -24);
  double bound = graph.roundings32 * std::ldexp(1, -24) +
                 graph.roundings16 * std::ldexp(1, -11);
  if (!outcome.exact && graph.hasTruncation)
    return outcome;
  if (functional[0].outputs.size() != expected.size())
    return wrong("there are " + std::to_string(functional[0].outputs.size()) +
                 " outputs");
  for (auto [i, output] : llvm::enumerate(functional[0].outputs)) {
    std::string difference =
        compare(output, expected[i], magnitudes[i], outcome.exact ? 0 : bound,
                outcome.exact ? 0 : tiny);
    if (!difference.empty())
      return wrong("output " + std::to_string(i) + " " + difference);
  }
  return outcome;
}
