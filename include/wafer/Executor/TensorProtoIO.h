//===- TensorProtoIO.h - ONNX TensorProto files as tensors -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_TENSORPROTOIO_H
#define WAFER_EXECUTOR_TENSORPROTOIO_H

#include "wafer/Executor/TensorIO.h"

namespace wafer::exec {

/// Makes readTensor() and writeTensor() know ".pb" files: one serialised ONNX
/// TensorProto. In a library of its own, so that executors do not link
/// protobuf.
void registerTensorProtoIO();

llvm::Expected<Tensor> readTensorProto(llvm::StringRef path);
llvm::Error writeTensorProto(llvm::StringRef path, const Tensor &tensor);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_TENSORPROTOIO_H
