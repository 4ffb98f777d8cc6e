//===- WaferDialect.cpp - registration -------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Wafer/Wafer.h"

using namespace mlir;
using namespace wafer::mesh;

#include "dialects/Wafer/WaferDialect.cpp.inc"
#include "dialects/Wafer/WaferEnums.cpp.inc"

void WaferDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Wafer/WaferOps.cpp.inc"
      >();
}
