//===- Phases.cpp - names and marks of the phases -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Pipeline/Phases.h"

#include "dialects/PE/PE.h"
#include "dialects/Wafer/Wafer.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace wafer {

llvm::StringRef stringifyPhase(Phase phase) {
  switch (phase) {
  case Phase::Graph:
    return "graph";
  case Phase::Sharded:
    return "sharded";
  case Phase::Placed:
    return "placed";
  case Phase::Streamed:
    return "streamed";
  case Phase::Routed:
    return "routed";
  case Phase::Allocated:
    return "allocated";
  case Phase::PE:
    return "pe";
  }
  llvm_unreachable("phases are listed above");
}

std::optional<Phase> symbolizePhase(llvm::StringRef name) {
  for (Phase phase : kPhases)
    if (stringifyPhase(phase) == name)
      return phase;
  return std::nullopt;
}

/// By what only a later phase adds: offsets of buffers, routes, tasks,
/// rectangles.
static Phase detectPhase(mesh::ProgramOp program) {
  bool isPlaced = false, hasTasks = false, hasRoutes = false;
  for (Operation &op : program.getBody().front()) {
    if (auto buffer = dyn_cast<pe::BufferOp>(op); buffer && buffer.getOffset())
      return Phase::Allocated;
    if (auto kernel = dyn_cast<mesh::KernelOp>(op))
      isPlaced |= kernel.getAtAttr() != nullptr;
    hasTasks |= isa<mesh::TaskOp>(op);
    hasRoutes |= isa<mesh::RouteOp>(op);
  }
  return hasRoutes  ? Phase::Routed
         : hasTasks ? Phase::Streamed
         : isPlaced ? Phase::Placed
                    : Phase::Sharded;
}

Phase detectPhase(mlir::ModuleOp module) {
  if (!module.getOps<pe::ModuleOp>().empty())
    return Phase::PE;
  // Programs climb down together: the one that is farthest says where.
  Phase phase = Phase::Graph;
  for (auto program : module.getOps<mesh::ProgramOp>())
    phase = std::max(phase, detectPhase(program));
  return phase;
}

} // namespace wafer
