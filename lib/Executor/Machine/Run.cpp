//===- Run.cpp - the summary of a run ---------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Machine/Run.h"
#include "wafer/Executor/Machine/Program.h"
#include "llvm/Support/MathExtras.h"

using namespace wafer;
using namespace wafer::exec;

llvm::StringRef exec::stringifyFailureKind(FailureKind kind) {
  switch (kind) {
  case FailureKind::None:
    return "none";
  case FailureKind::BadModule:
    return "bad module";
  case FailureKind::BadAccess:
    return "bad access";
  case FailureKind::BadRoute:
    return "bad route";
  case FailureKind::BadBind:
    return "bad bind";
  case FailureKind::NotDrained:
    return "not drained";
  case FailureKind::Deadlock:
    return "deadlock";
  case FailureKind::NotQuiescent:
    return "not quiescent";
  case FailureKind::Stopped:
    return "stopped";
  }
  llvm_unreachable("every kind is handled");
}

TraceListener::~TraceListener() = default;

void exec::summarise(const LoadedModule &module, RunResult &result) {
  uint64_t colours = 0;
  for (const Route &route : module.routes)
    colours |= uint64_t(1) << route.colour;
  result.coloursUsed = llvm::popcount(colours);
  result.hasRoutes = module.streams.empty();
  for (const Program &program : module.programs) {
    result.pesUsed += program.region.size();
    result.sramBytesMax = std::max(result.sramBytesMax, program.sramBytes);
  }
}

void exec::finishSummary(const LoadedModule &module, RunResult &result) {
  // E5: 4 bytes a wavelet through all ports together; a machine without ports
  // gets its data for nothing.
  uint64_t wavelets = llvm::divideCeil(result.hostCopyBytes, 4);
  if (module.machine.portRate > 0)
    result.hostCopyCycles = llvm::divideCeil(
        wavelets * 1000, static_cast<uint64_t>(module.machine.portRate));
}
