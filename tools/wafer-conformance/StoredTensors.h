//===- StoredTensors.h - inputs and outputs of a data set -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TOOLS_WAFER_CONFORMANCE_STOREDTENSORS_H
#define WAFER_TOOLS_WAFER_CONFORMANCE_STOREDTENSORS_H

#include "wafer/Executor/Tensor.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <vector>

namespace wafer::conformance {

using StoredTensors = std::vector<std::optional<exec::Tensor>>;

/// Reads `files` by position; an empty path gives nullopt. Errors name the
/// file and begin with `what`.
llvm::Expected<StoredTensors> readTensors(llvm::ArrayRef<std::string> files,
                                          const llvm::Twine &what);

/// Makes bf16 of u16 where `wanted` is bf16: ONNX before 1.13 stored bf16
/// elements as their bits in integers.
void restoreBF16(exec::Tensor &tensor, exec::ElementType wanted);

/// The inputs of cases that store outputs only: 0, 1/n, 2/n … in row-major
/// order over n elements, divided in f64.
exec::Tensor makeRamp(llvm::ArrayRef<int64_t> shape);

} // namespace wafer::conformance

#endif // WAFER_TOOLS_WAFER_CONFORMANCE_STOREDTENSORS_H
