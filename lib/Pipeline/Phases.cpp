//===- Phases.cpp - names and marks of the phases -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Pipeline/Phases.h"

#include "dialects/PE/PE.h"
#include "dialects/Wafer/Wafer.h"
#include "llvm/ADT/DenseSet.h"
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

/// By what only a later phase adds. A phase is reached when all of its kind is
/// there: a rectangle, a route or an offset that a person wrote by hand is a
/// wish, which the phase's pass respects.
static Phase detectPhase(mesh::ProgramOp program) {
  bool hasKernels = false, allPlaced = true, hasTasks = false;
  bool allHaveOffsets = true, hasQueues = false;
  llvm::DenseSet<StringAttr> streams, routed;
  for (Operation &op : program.getBody().front()) {
    if (auto buffer = dyn_cast<pe::BufferOp>(op))
      allHaveOffsets &= buffer.getOffset().has_value();
    if (auto kernel = dyn_cast<mesh::KernelOp>(op)) {
      hasKernels = true;
      allPlaced &= kernel.getAtAttr() != nullptr;
    }
    if (auto stream = dyn_cast<mesh::StreamOp>(op))
      streams.insert(stream.getSymNameAttr());
    if (auto route = dyn_cast<mesh::RouteOp>(op))
      routed.insert(route.getStreamAttr().getAttr());
    // A copy of a host view has buffers and host copies, but nothing to do.
    hasTasks |= isa<mesh::TaskOp, pe::BufferOp>(op);
    hasQueues |= isa<mesh::QueueOp>(op);
  }
  if (hasTasks && allHaveOffsets && (hasQueues || routed.empty()))
    return Phase::Allocated;
  if (hasTasks && !streams.empty() && routed.size() == streams.size())
    return Phase::Routed;
  return hasTasks                  ? Phase::Streamed
         : hasKernels && allPlaced ? Phase::Placed
                                   : Phase::Sharded;
}

Phase detectPhase(mlir::ModuleOp module) {
  if (!module.getOps<pe::ModuleOp>().empty())
    return Phase::PE;
  // Programs climb down together: the one that is least far says where.
  std::optional<Phase> phase;
  for (auto program : module.getOps<mesh::ProgramOp>()) {
    Phase own = detectPhase(program);
    phase = phase ? std::min(*phase, own) : own;
  }
  return phase.value_or(Phase::Graph);
}

} // namespace wafer
