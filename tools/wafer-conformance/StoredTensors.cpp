//===- StoredTensors.cpp - inputs and outputs of a data set -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoredTensors.h"

#include "wafer/Executor/TensorIO.h"

using namespace llvm;
using wafer::exec::ElementType;
using wafer::exec::Tensor;

namespace wafer::conformance {

Expected<StoredTensors> readTensors(ArrayRef<std::string> files,
                                    const Twine &what) {
  StoredTensors tensors;
  for (const std::string &file : files) {
    tensors.emplace_back();
    if (file.empty())
      continue;
    Expected<Tensor> tensor = exec::readTensor(file);
    if (!tensor)
      return createStringError(inconvertibleErrorCode(),
                               what + " " + toString(tensor.takeError()));
    tensors.back() = std::move(*tensor);
  }
  return tensors;
}

void restoreBF16(Tensor &tensor, ElementType wanted) {
  if (wanted != ElementType::BF16 || tensor.elementType != ElementType::U16)
    return;
  std::string name = std::move(tensor.name);
  tensor = Tensor::copyOf(wanted, tensor.shape, tensor.getBytes());
  tensor.name = std::move(name);
}

Tensor makeRamp(ArrayRef<int64_t> shape) {
  Tensor ramp(ElementType::F32, shape);
  int64_t size = ramp.getNumElements();
  for (int64_t i = 0; i < size; ++i)
    ramp.setFromDouble(i, static_cast<double>(i) / static_cast<double>(size));
  return ramp;
}

} // namespace wafer::conformance
