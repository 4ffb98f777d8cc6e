//===- KernelProbes.cpp - what each kernel left on the mesh -----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelProbes.h"

#include "mlir/IR/Builders.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Pipeline/Phases.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace wafer::compiler {

/// Leaves inputs, kernels and outputs: what phase `placed` has.
static void eraseTasks(mesh::ProgramOp program) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(program.getBody().front())))
    if (!isa<mesh::InputOp, mesh::KernelOp, mesh::OutputOp>(op))
      op.erase();
}

static std::string makeHostName(mesh::ProgramOp program, mesh::KernelOp kernel,
                                unsigned result) {
  return ("probe." + program.getSymName() + "." + kernel.getSymName() + "." +
          Twine(result))
      .str();
}

/// Makes every result of every kernel an output.
static void addOutputs(mlir::ModuleOp placed) {
  for (auto program : placed.getOps<mesh::ProgramOp>()) {
    OpBuilder builder(program);
    SmallVector<mesh::KernelOp> kernels(
        program.getBody().getOps<mesh::KernelOp>());
    for (mesh::KernelOp kernel : kernels)
      for (OpResult result : kernel.getResults()) {
        auto type = cast<RankedTensorType>(result.getType());
        std::string name =
            makeHostName(program, kernel, result.getResultNumber());
        builder.setInsertionPoint(program);
        pe::HostOp::create(
            builder, kernel.getLoc(), name,
            RankedTensorType::get(type.getShape(), type.getElementType()),
            pe::HostKind::Temporary, Attribute());
        builder.setInsertionPointToEnd(&program.getBody().front());
        mesh::OutputOp::create(builder, kernel.getLoc(), result, name);
      }
  }
}

/// Adds the probes' stores and hosts of `expanded` to `copy`; their names.
static llvm::StringSet<> transplantStores(mlir::ModuleOp expanded,
                                          mlir::ModuleOp copy) {
  llvm::StringSet<> added;
  for (auto from : expanded.getOps<mesh::ProgramOp>()) {
    auto to = copy.lookupSymbol<mesh::ProgramOp>(from.getSymName());
    for (auto store : from.getBody().getOps<pe::StoreOp>()) {
      StringRef buffer = store.getMem().getBuffer().getValue();
      auto host = expanded.lookupSymbol<pe::HostOp>(store.getHost());
      bool isProbe = host && store.getHost().starts_with("probe.");
      if (!isProbe || !to || !to.lookupSymbol(buffer))
        continue;
      OpBuilder builder(to);
      if (added.insert(store.getHost()).second)
        builder.clone(*host);
      builder.setInsertionPointToEnd(&to.getBody().front());
      builder.clone(*store);
    }
  }
  return added;
}

OwningOpRef<mlir::ModuleOp> addKernelProbes(mlir::ModuleOp module,
                                            std::vector<KernelProbe> &probes) {
  OwningOpRef<mlir::ModuleOp> expanded = module.clone(), copy = module.clone();
  for (auto program : expanded->getOps<mesh::ProgramOp>())
    eraseTasks(program);
  addOutputs(*expanded);
  PassManager passes(module.getContext());
  PipelineOptions options;
  options.verify = false;
  buildPhase(passes, Phase::Streamed, options);
  // Probes are a help for people: what goes wrong with them is not their error.
  ScopedDiagnosticHandler silence(module.getContext(),
                                  [](Diagnostic &) { return success(); });
  if (failed(passes.run(*expanded)))
    return {};
  llvm::StringSet<> added = transplantStores(*expanded, *copy);
  copy->walk([](pe::BufferOp buffer) { buffer.removeOffsetAttr(); });
  for (auto program : module.getOps<mesh::ProgramOp>())
    for (auto kernel : program.getBody().getOps<mesh::KernelOp>())
      for (unsigned i = 0; i < kernel.getNumResults(); ++i)
        if (std::string name = makeHostName(program, kernel, i);
            added.contains(name))
          probes.push_back({name, kernel, i});
  return copy;
}

} // namespace wafer::compiler
