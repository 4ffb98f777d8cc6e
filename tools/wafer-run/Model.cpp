//===- Model.cpp - what a file offers to run -*- C++ -*--===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"

#include "wafer/Executor/Constants.h"

using namespace mlir;

namespace wafer::run {

Model::Model(mlir::ModuleOp module) : module(module) {
  for (Operation &op : module.getOps()) {
    if (auto function = dyn_cast<func::FuncOp>(op)) {
      if (!graph || function.getSymName() == "main")
        graph = function;
    } else if (auto host = dyn_cast<pe::HostOp>(op)) {
      hosts.push_back(host);
    } else if (auto program = dyn_cast<mesh::ProgramOp>(op)) {
      programs.push_back(program);
    } else if (auto peModule = dyn_cast<pe::ModuleOp>(op)) {
      peModules.push_back(peModule);
    }
  }
}

bool Model::hasTasks() const {
  return !programs.empty() &&
         llvm::all_of(programs, [](mesh::ProgramOp program) {
           return !program.getBody().getOps<mesh::TaskOp>().empty();
         });
}

FailureOr<SmallVector<Port>>
Model::getGraphPorts(TypeRange types,
                     function_ref<std::string(unsigned)> nameOf) const {
  func::FuncOp function = graph;
  SmallVector<Port> ports;
  for (auto [index, type] : llvm::enumerate(types)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape() ||
        !exec::getElementType(tensor.getElementType()))
      return function.emitError("\"") << nameOf(index) << "\" is of type "
                                      << type << ", which cannot be evaluated";
    ports.push_back({nameOf(index), tensor});
  }
  return ports;
}

SmallVector<Port> Model::getHostPorts(pe::HostKind kind) const {
  SmallVector<Port> ports;
  for (pe::HostOp host : hosts)
    if (host.getKind() == kind)
      ports.push_back({host.getSymName().str(), host.getTensorType()});
  return ports;
}

FailureOr<SmallVector<Port>> Model::getInputs(bool ofGraph) const {
  if (!ofGraph)
    return getHostPorts(pe::HostKind::Input);
  func::FuncOp function = graph;
  return getGraphPorts(function.getArgumentTypes(), [&](unsigned index) {
    return graph::getInputName(function, index);
  });
}

FailureOr<SmallVector<Port>> Model::getOutputs(bool ofGraph) const {
  if (!ofGraph)
    return getHostPorts(pe::HostKind::Output);
  func::FuncOp function = graph;
  return getGraphPorts(function.getResultTypes(), [&](unsigned index) {
    return graph::getOutputName(function, index);
  });
}

} // namespace wafer::run
