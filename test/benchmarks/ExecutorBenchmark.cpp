//===- ExecutorBenchmark.cpp - speed of the executors -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/PE/PE.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "wafer/Executor/Cycle/Cycle.h"
#include "wafer/Executor/Functional/Functional.h"
#include <benchmark/benchmark.h>

using namespace wafer;
using namespace wafer::exec;

static std::string machineText(int width, int height) {
  return "#machine.desc<name = \"bench\", width = " + std::to_string(width) +
         ", height = " + std::to_string(height) +
         ", sram_bytes = 49152, reserved_bytes = 6144, colours = 24, "
         "reserved_colours = 3, switch_positions = 4, "
         "control_commands = 8, in_queues = [6, 6, 4, 4], out_queues = [6, 6, "
         "2, 2], microthreads = 8, clock_hz = "
         "1100000000, hop_cycles = 1, ramp_cycles = 2, link_buffer = 2, "
         "setup_cycles = 15, async_cycles = 4, "
         "completion_cycles = 3, loop_cycles = 6, barrier_cycles = 100, "
         "sram_read_bytes = 16, sram_write_bytes = 8, "
         "rates = {}, ports = []>";
}

/// A product of (tokens x height) by (k x width) by n, partial sums passed east
/// on two colours by the column's parity; the last column keeps what arrives.
static std::string chainText(int width, int height, int tokens, int k, int n,
                             int block) {
  std::string text;
  llvm::raw_string_ostream os(text);
  int last = width - 1;
  os << "pe.module @p machine(" << machineText(width, height)
     << ") launches(1) {\n";
  for (int colour : {0, 1}) {
    os << "pe.route colour " << colour << " epoch 0 on [" << colour << ":"
       << last << ":2, 0:" << height << "] : ramp -> east\n";
    os << "pe.route colour " << colour << " epoch 0 on [" << colour + 1 << ":"
       << width << ":2, 0:" << height << "] : west -> ramp\n";
  }
  int points = block * tokens;
  auto program = [&](const char *name, const std::string &columns, int in,
                     int out) {
    os << "pe.program @" << name << " on [" << columns << ", 0:" << height
       << "] {\n"
       << "pe.buffer @x : f32 x " << k * tokens << " at 6144\n"
       << "pe.buffer @w : f32 x " << k * block << " at "
       << 6144 + 4 * k * tokens << "\n"
       << "pe.buffer @acc : f32 x " << points << " at "
       << 6144 + 4 * k * (tokens + block) << "\n"
       << "pe.move f32 over [" << k * tokens << "] @x[0 : 1] = imm(1.0 : f32)\n"
       << "pe.move f32 over [" << k * block << "] @w[0 : 1] = imm(0.5 : f32)\n";
    if (in >= 0)
      os << "pe.bind in(0) colour " << in << "\n";
    if (out >= 0)
      os << "pe.bind out(0) colour " << out << "\n";
    os << "pe.loop " << n / block << " {\n"
       << "pe.move f32 over [" << points << "] @acc[0 : 1] = imm(0.0 : f32)\n"
       << "pe.mac f32 over [" << block << ", " << k << ", " << tokens
       << "] @acc[0 : " << tokens << ", 0, 1] = @x[0 : 0, " << tokens
       << ", 1], @w[0 : " << k << ", 1, 0]\n";
    if (in < 0)
      os << "pe.move f32 over [" << points << "] out(0) = @acc[0 : 1]\n";
    else
      os << "pe.add f32 over [" << points << "] "
         << (out < 0 ? "@acc[0 : 1]" : "out(0)") << " = in(0), @acc[0 : 1]\n";
    os << "}\n}\n";
  };
  program("first", "0", -1, 0);
  program("odd", "1:" + std::to_string(last) + ":2", 0, 1);
  program("even", "2:" + std::to_string(last) + ":2", 1, 0);
  program("last", std::to_string(last), (last - 1) % 2, -1);
  os << "}\n";
  return text;
}

/// In every row, the first PE sends `count` elements to all others, on
/// `colours` colours in turn.
static std::string multicastText(int width, int height, int count,
                                 bool readAll) {
  std::string text;
  llvm::raw_string_ostream os(text);
  int last = width - 1;
  os << "pe.module @p machine(" << machineText(width, height)
     << ") launches(1) {\n"
     << "pe.route colour 0 epoch 0 on [0, 0:" << height << "] : ramp -> east\n"
     << "pe.route colour 0 epoch 0 on [1:" << last << ", 0:" << height
     << "] : west -> " << (readAll ? "ramp, " : "") << "east\n"
     << "pe.route colour 0 epoch 0 on [" << last << ", 0:" << height
     << "] : west -> ramp\n"
     << "pe.program @s on [0, 0:" << height << "] {\n"
     << "pe.bind out(0) colour 0\n"
     << "pe.move f32 over [" << count << "] out(0) = imm(1.0 : f32)\n}\n"
     << "pe.program @r on [" << (readAll ? 1 : last) << ":" << width
     << ", 0:" << height << "] {\n"
     << "pe.buffer @m : f32 x 1 at 6144\n"
     << "pe.bind in(0) colour 0\n"
     << "pe.add f32 over [" << count
     << "] @m[0 : 0] = in(0), @m[0 : 0]\n}\n}\n";
  return text;
}

static void runModule(benchmark::State &state, const std::string &text,
                      bool isCycle) {
  mlir::MLIRContext context;
  context.loadDialect<pe::PEDialect, machine::MachineDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return state.SkipWithError("the module is wrong");
  auto op = *module->getOps<pe::ModuleOp>().begin();
  double hops = 0, instructions = 0, elements = 0, load = 0;
  for (auto unused : state) {
    (void)unused;
    HostMemory memory;
    RunResult result =
        isCycle ? runCycle(op, memory) : runFunctional(op, memory);
    if (!result.succeeded())
      return state.SkipWithError(result.diagnostics.front().c_str());
    state.SetIterationTime(result.runSeconds);
    hops += result.waveletHops;
    instructions += result.instructions;
    elements += result.elements;
    load += result.loadSeconds;
    state.counters["cycles"] = result.cycles;
  }
  state.counters["hops/s"] =
      benchmark::Counter(hops, benchmark::Counter::kIsRate);
  state.counters["instructions/s"] =
      benchmark::Counter(instructions, benchmark::Counter::kIsRate);
  state.counters["elements/s"] =
      benchmark::Counter(elements, benchmark::Counter::kIsRate);
  state.counters["load_s"] =
      benchmark::Counter(load, benchmark::Counter::kAvgIterations);
}

/// A product of 2048 tokens over the whole wafer: 3 tokens a row, 8 inputs a
/// column.
static void functionalWafer(benchmark::State &state) {
  runModule(state, chainText(750, 994, 3, 8, state.range(0), 16),
            /*isCycle=*/false);
}
static void functionalMesh(benchmark::State &state) {
  runModule(state, chainText(64, 64, 4, 16, state.range(0), 16),
            /*isCycle=*/false);
}
static void cycleMesh(benchmark::State &state) {
  runModule(state, chainText(64, 64, 4, 16, state.range(0), 16),
            /*isCycle=*/true);
}
static void cycleRouters(benchmark::State &state) {
  runModule(state, multicastText(64, 64, state.range(0), /*readAll=*/false),
            /*isCycle=*/true);
}
static void cycleMulticast(benchmark::State &state) {
  runModule(state, multicastText(64, 64, state.range(0), /*readAll=*/true),
            /*isCycle=*/true);
}

BENCHMARK(functionalWafer)
    ->Arg(64)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK(functionalMesh)
    ->Arg(256)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(cycleMesh)->Arg(256)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(cycleRouters)
    ->Arg(2000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(cycleMulticast)
    ->Arg(2000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
