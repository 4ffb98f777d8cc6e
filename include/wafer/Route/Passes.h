//===- Passes.h - from streams to routes ------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_ROUTE_PASSES_H
#define WAFER_ROUTE_PASSES_H

#include "dialects/Wafer/Wafer.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace wafer {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "wafer/Route/Passes.h.inc"

} // namespace wafer

#endif // WAFER_ROUTE_PASSES_H
