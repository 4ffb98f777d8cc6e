//===- Collect.cpp - facts of wafer programs and PE modules -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Report/CompileReport.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace wafer::report {

static std::string toText(mesh::RectAttr rect) {
  return ("[" + Twine(rect.getX0()) + ":" + Twine(rect.getX1()) + ", " +
          Twine(rect.getY0()) + ":" + Twine(rect.getY1()) + "]")
      .str();
}

static std::string toText(machine::RegionAttr region) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  machine::printRegion(stream, region);
  return text;
}

static BufferFacts collectBuffer(pe::BufferOp buffer) {
  BufferFacts facts{buffer.getSymName().str(), buffer.getSizeInBytes(), {}};
  if (std::optional<uint64_t> offset = buffer.getOffset())
    facts.offset = *offset;
  return facts;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static void describeDataflow(Attribute dataflow, KernelFacts &facts) {
  if (auto product = dyn_cast_or_null<mesh::ProductAttr>(dataflow)) {
    facts.weights = mesh::stringifyWeights(product.getWeights());
    facts.pieces = product.getPieces();
    facts.dataflow = ("product, " + mesh::stringifyForm(product.getForm()) +
                      ", " + mesh::stringifyReduce(product.getReduce()) +
                      ", weights " + facts.weights)
                         .str();
    if (facts.pieces > 0)
      facts.dataflow += ", " + std::to_string(facts.pieces) +
                        (facts.pieces == 1 ? " piece" : " pieces");
  } else if (isa_and_nonnull<mesh::MapAttr>(dataflow)) {
    facts.dataflow = "map";
  } else if (isa_and_nonnull<mesh::ReshardAttr>(dataflow)) {
    facts.dataflow = "reshard";
  }
}

static KernelFacts collectKernel(mesh::KernelOp kernel) {
  KernelFacts facts;
  facts.name = kernel.getSymName();
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (!isa<graph::ReshapeOp, graph::TransposeOp, graph::SliceOp,
             graph::ExpandOp, graph::ConstantOp>(op))
      facts.ops +=
          (facts.ops.empty() ? "" : ", ") + op.getName().stripDialect().str();
  describeDataflow(kernel.getDataflowAttr(), facts);
  if (mesh::RectAttr at = kernel.getAtAttr()) {
    facts.at = toText(at);
    facts.pes = at.getRegion().size();
  }
  if (mesh::RectAttr to = kernel.getToAttr())
    facts.to = toText(to);
  return facts;
}

//===----------------------------------------------------------------------===//
// Programs of kernels
//===----------------------------------------------------------------------===//

static int64_t countChannels(mesh::StreamOp stream) {
  int64_t count = 1;
  ArrayRef<int64_t> domain = stream.getDomain();
  for (size_t i = 0; i + 1 < domain.size(); i += 2)
    count *= std::max<int64_t>(domain[i + 1] - domain[i], 0);
  return count;
}

/// Tasks of one kernel on the same PE run one after the other; classes are
/// disjoint where a kernel's tasks are its roles, so the busiest task counts.
static void addTask(mesh::TaskOp task, machine::DescAttr machine,
                    ProgramFacts &facts) {
  for (KernelFacts &kernel : facts.kernels) {
    if (kernel.name != task.getKernel())
      continue;
    ++kernel.tasks;
    wafer::Region region = task.getOn().getRegion();
    if (!region.empty())
      kernel.busyCycles = std::max(
          kernel.busyCycles,
          countBusyCycles(task.getBody().front(), region.anyPoint(), machine));
  }
}

ProgramFacts collectProgram(mesh::ProgramOp program) {
  ProgramFacts facts;
  facts.launches = program.getLaunches();
  for (Operation &op : program.getBody().front()) {
    if (auto kernel = dyn_cast<mesh::KernelOp>(op)) {
      facts.kernels.push_back(collectKernel(kernel));
      facts.kernels.back().modelledCycles =
          modelCycles(kernel, facts.launches, program.getMachine());
    } else if (auto buffer = dyn_cast<pe::BufferOp>(op))
      facts.buffers.push_back(collectBuffer(buffer));
    else if (auto stream = dyn_cast<mesh::StreamOp>(op))
      facts.streams.push_back(
          {stream.getSymName().str(), countChannels(stream), {}});
    else if (isa<mesh::QueueOp>(op))
      ++facts.queues;
  }
  for (Operation &op : program.getBody().front()) {
    if (auto task = dyn_cast<mesh::TaskOp>(op))
      addTask(task, program.getMachine(), facts);
    if (auto route = dyn_cast<mesh::RouteOp>(op))
      for (StreamFacts &stream : facts.streams)
        if (stream.name == route.getStream())
          stream.colours.insert(route.getColour());
  }
  return facts;
}

//===----------------------------------------------------------------------===//
// PE modules
//===----------------------------------------------------------------------===//

static ClassFacts collectClass(pe::ProgramOp program,
                               machine::DescAttr machine) {
  ClassFacts facts;
  facts.name = program.getSymName();
  facts.region = toText(program.getOn());
  facts.pes = program.getOn().getRegion().size();
  program.walk([&](Operation *op) {
    if (auto buffer = dyn_cast<pe::BufferOp>(op)) {
      facts.buffers.push_back(collectBuffer(buffer));
      const BufferFacts &last = facts.buffers.back();
      facts.sramBytes =
          std::max(facts.sramBytes, last.offset.value_or(0) + last.sizeInBytes -
                                        machine.getReservedBytes());
    } else if (isa<pe::VectorOp, pe::ControlOp>(op)) {
      ++facts.instructions;
    }
  });
  return facts;
}

PEModuleFacts collectPEModule(pe::ModuleOp module) {
  PEModuleFacts facts;
  facts.launches = module.getLaunches();
  for (Operation &op : module.getBody().front()) {
    if (auto route = dyn_cast<pe::RouteOp>(op)) {
      ++facts.routes;
      facts.colours.insert(route.getColour());
      facts.epochs = std::max<int64_t>(facts.epochs, route.getEpoch() + 1);
    } else if (isa<pe::FeedOp>(op)) {
      ++facts.feeds;
    } else if (auto program = dyn_cast<pe::ProgramOp>(op)) {
      facts.classes.push_back(collectClass(program, module.getMachine()));
      facts.pes += facts.classes.back().pes;
    }
  }
  return facts;
}

void CompileReport::observe(mlir::ModuleOp module) {
  for (Operation &op : module.getOps()) {
    if (auto program = dyn_cast<mesh::ProgramOp>(op)) {
      machine = program.getMachine();
      programs[program.getSymName().str()] = collectProgram(program);
    } else if (auto peModule = dyn_cast<pe::ModuleOp>(op)) {
      machine = peModule.getMachine();
      modules[peModule.getSymName().str()] = collectPEModule(peModule);
    }
  }
}

} // namespace wafer::report
