//===- Fixture.cpp - runs pe programs written in tests ----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"
#include "mlir/Parser/Parser.h"
#include "wafer/Executor/Constants.h"

using namespace wafer;
using namespace wafer::exec;

std::string TestMachine::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto ports = [&](const char *side) {
    os << "#machine.ports<side = \"" << side << "\", count = " << height
       << ", first = 0, step = 1, wavelets_per_kcycle = " << portRate << ">";
  };
  os << "#machine.desc<name = \"test\", width = " << width
     << ", height = " << height
     << ", sram_bytes = 49152, reserved_bytes = 6144, colours = 24, "
        "reserved_colours = 3, switch_positions = 4, "
        "control_commands = 8, in_queues = ["
     << inQueues << "], out_queues = [" << outQueues
     << "], microthreads = 8, clock_hz = 1100000000, hop_cycles = " << hop
     << ", ramp_cycles = " << ramp << ", link_buffer = " << linkBuffer
     << ", setup_cycles = " << setup << ", async_cycles = " << async
     << ", completion_cycles = " << completion << ", loop_cycles = " << loop
     << ", barrier_cycles = " << barrier
     << ", sram_read_bytes = 16, sram_write_bytes = 8, rates = {add.f32 = 2, "
        "move.f32 = 2, mac.f16 = 4}, ports = [";
  ports("west");
  os << ", ";
  ports("east");
  os << "]>";
  return text;
}

ExecutorTest::ExecutorTest() {
  context.loadDialect<pe::PEDialect, machine::MachineDialect,
                      mesh::WaferDialect>();
}

bool ExecutorTest::parse(const std::string &body, const TestMachine &machine) {
  std::string text = body;
  for (size_t at; (at = text.find("MACHINE")) != std::string::npos;)
    text.replace(at, 7, machine.str());
  module = mlir::parseSourceString<mlir::ModuleOp>(text, &context, "test");
  return static_cast<bool>(module);
}

template <typename T>
static Tensor makeTensor(ElementType type, const std::vector<T> &values) {
  return Tensor::copyOf(type, {static_cast<int64_t>(values.size())},
                        {reinterpret_cast<const uint8_t *>(values.data()),
                         values.size() * sizeof(T)});
}

void ExecutorTest::setInput(const std::string &name,
                            std::vector<float> values) {
  inputs[name] = makeTensor(ElementType::F32, values);
}
void ExecutorTest::setInput(const std::string &name,
                            std::vector<int32_t> values) {
  inputs[name] = makeTensor(ElementType::I32, values);
}
void ExecutorTest::setInputBits(const std::string &name,
                                std::vector<uint16_t> values) {
  inputs[name] = makeTensor(ElementType::F16, values);
}

RunOutcome ExecutorTest::run(bool isCycle, unsigned threads) {
  ConstantReader reader;
  HostMemory memory([&](pe::HostOp host) {
    return reader.read(*host.getValue(), host.getSymName());
  });
  for (auto host : module->getOps<pe::HostOp>()) {
    auto input = inputs.find(host.getSymName().str());
    if (input != inputs.end())
      memory.set(input->first,
                 input->second.reshaped(host.getTensorType().getShape()));
  }
  RunOutcome outcome;
  options.threads = threads;
  for (mlir::Operation &op : module->getOps()) {
    if (auto program = llvm::dyn_cast<mesh::ProgramOp>(op))
      outcome.result = runFunctional(program, memory, options);
    else if (auto peModule = llvm::dyn_cast<pe::ModuleOp>(op))
      outcome.result = isCycle ? runCycle(peModule, memory, options)
                               : runFunctional(peModule, memory, options);
    if (!outcome.result.succeeded())
      return outcome;
  }
  for (auto host : module->getOps<pe::HostOp>()) {
    const Tensor *tensor = memory.get(host.getSymName());
    if (host.getKind() != pe::HostKind::Output || !tensor)
      continue;
    std::vector<uint32_t> &words = outcome.outputs[host.getSymName().str()];
    words.resize((tensor->getSizeInBytes() + 3) / 4);
    std::memcpy(words.data(), tensor->getBytes().data(),
                tensor->getSizeInBytes());
  }
  return outcome;
}

/// E26: which NaN is not specified.
static uint32_t canonical(uint32_t bits) {
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC00000 : bits;
}

RunOutcome ExecutorTest::runBoth() {
  RunOutcome functional = run(/*isCycle=*/false), cycle = run(/*isCycle=*/true);
  options.sections = RunOptions::Sections::Always;
  RunOutcome sections = run(/*isCycle=*/false, /*threads=*/3);
  options.sections = RunOptions::Sections::Auto;
  functionalCycles = functional.result.cycles;
  sectionsOfRun = sections.result.sections;
  cyclesBySections = sections.result.cycles;
  EXPECT_TRUE(cycle.result.succeeded())
      << "cycle: " << llvm::join(cycle.result.diagnostics, "\n");
  for (RunOutcome *outcome : {&functional, &sections}) {
    SCOPED_TRACE(outcome == &functional ? "as a whole" : "in sections");
    EXPECT_TRUE(outcome->result.succeeded())
        << llvm::join(outcome->result.diagnostics, "\n");
    for (const auto &[name, words] : cycle.outputs) {
      std::vector<uint32_t> &own = outcome->outputs[name];
      EXPECT_EQ(own.size(), words.size());
      for (size_t i = 0; i < words.size() && i < own.size(); ++i)
        EXPECT_EQ(canonical(own[i]), canonical(words[i]))
            << name << "[" << i << "]";
    }
    EXPECT_EQ(outcome->result.instructions, cycle.result.instructions);
    EXPECT_EQ(outcome->result.elements, cycle.result.elements);
    EXPECT_EQ(outcome->result.waveletsSent, cycle.result.waveletsSent);
    EXPECT_EQ(outcome->result.waveletHops, cycle.result.waveletHops);
  }
  return cycle;
}

void ExecutorTest::expectFailure(const RunOutcome &outcome, FailureKind kind,
                                 const std::string &text) {
  std::string all = llvm::join(outcome.result.diagnostics, "\n");
  EXPECT_EQ(stringifyFailureKind(outcome.result.failure),
            stringifyFailureKind(kind))
      << all;
  EXPECT_NE(all.find(text), std::string::npos)
      << "expected \"" << text << "\" in:\n"
      << all;
}

void ExecutorTest::expectFailure(FailureKind kind, const std::string &text) {
  expectFailure(run(/*isCycle=*/true), kind, text);
  expectFailure(run(/*isCycle=*/false), kind, text);
}

std::vector<float> ExecutorTest::asFloats(const std::vector<uint32_t> &bits) {
  std::vector<float> values(bits.size());
  std::memcpy(values.data(), bits.data(), bits.size() * 4);
  return values;
}
