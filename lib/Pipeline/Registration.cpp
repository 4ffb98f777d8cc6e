//===- Registration.cpp - everything a tool registers ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Pipeline/Registration.h"

#include "dialects/Graph/Graph.h"
#include "dialects/Machine/Machine.h"
#include "dialects/PE/PE.h"
#include "dialects/Wafer/Wafer.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "wafer/Allocate/Passes.h"
#include "wafer/Expand/Passes.h"
#include "wafer/Graph/Passes.h"
#include "wafer/LowerToPE/Passes.h"
#include "wafer/Partition/Passes.h"
#include "wafer/Pipeline/Passes.h"
#include "wafer/Place/Passes.h"
#include "wafer/Route/Passes.h"
#include "wafer/Verify/Passes.h"

void wafer::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::func::FuncDialect, machine::MachineDialect,
                  graph::GraphDialect, pe::PEDialect, mesh::WaferDialect>();
}

void wafer::registerAllPasses() {
  graph::registerGraphPasses();
  registerPartitionPasses();
  registerPlacePasses();
  registerExpandPasses();
  registerRoutePasses();
  registerAllocatePasses();
  registerLowerToPEPasses();
  registerVerifyPasses();
  registerPipelinePasses();
  registerPhasePipelines();
}
