//===- OnnxTensor.h - ONNX's TensorProto as plain bytes -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_SUPPORT_ONNXTENSOR_H
#define WAFER_SUPPORT_ONNXTENSOR_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>

namespace onnx {
class TensorProto;
} // namespace onnx

namespace wafer {

/// Bytes of an element of an ONNX data type (TensorProto.DataType) as raw data
/// holds it; 0 for types without a fixed whole number of bytes.
unsigned getOnnxElementSize(int32_t dataType);

/// ONNX's name of a data type ("FLOAT16"), or its number if it has none here.
std::string getOnnxTypeName(int32_t dataType);

/// The bytes that the dimensions of `tensor` need, or an error: a negative
/// dimension, a product beyond 63 bits, a type without an element size.
llvm::Expected<uint64_t> getOnnxSizeInBytes(const onnx::TensorProto &tensor);

/// The elements as little-endian bytes in row-major order, from raw_data or the
/// typed field that ONNX prescribes for the type. Does not look at external
/// data. Errors say what is wrong and leave out whose tensor it is.
llvm::Expected<llvm::SmallVector<uint8_t, 0>>
decodeOnnxTensor(const onnx::TensorProto &tensor);

} // namespace wafer

#endif // WAFER_SUPPORT_ONNXTENSOR_H
