//===- CheckIndices.h - inputs that pick rows -*- C++ -*--===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_RUN_CHECKINDICES_H
#define WAFER_TOOLS_WAFER_RUN_CHECKINDICES_H

#include "Model.h"
#include "wafer/Executor/Tensor.h"

namespace wafer::run {

/// Fails if an input holds an index, a token id say, that picks nothing from
/// what it is used on. Inputs that go through arithmetic first are not looked
/// at; the executors find those.
llvm::Error checkIndices(const Model &model, bool ofGraph,
                         llvm::ArrayRef<exec::Tensor> inputs);

} // namespace wafer::run

#endif // WAFER_TOOLS_WAFER_RUN_CHECKINDICES_H
