//===- OnnxTensor.cpp - ONNX's TensorProto as plain bytes -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/OnnxTensor.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/Endian.h"
#include <cstring>
#include <onnx/onnx_pb.h>

using namespace llvm;
using onnx::TensorProto;

namespace wafer {

unsigned getOnnxElementSize(int32_t dataType) {
  switch (dataType) {
  case TensorProto::UINT8:
  case TensorProto::INT8:
  case TensorProto::BOOL:
    return 1;
  case TensorProto::UINT16:
  case TensorProto::INT16:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return 2;
  case TensorProto::FLOAT:
  case TensorProto::INT32:
  case TensorProto::UINT32:
    return 4;
  case TensorProto::DOUBLE:
  case TensorProto::INT64:
  case TensorProto::UINT64:
    return 8;
  default:
    return 0;
  }
}

std::string getOnnxTypeName(int32_t dataType) {
  if (TensorProto::DataType_IsValid(dataType))
    return TensorProto::DataType_Name(
        static_cast<TensorProto::DataType>(dataType));
  // Types newer than the schema that this is built with.
  static constexpr StringLiteral newer[] = {
      "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ",
      "UINT4",        "INT4",           "FLOAT4E2M1", "FLOAT8E8M0"};
  constexpr int32_t first = 17;
  if (dataType >= first &&
      dataType < first + static_cast<int32_t>(std::size(newer)))
    return newer[dataType - first].str();
  return "number " + std::to_string(dataType);
}

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

Expected<uint64_t> getOnnxSizeInBytes(const TensorProto &tensor) {
  unsigned elementSize = getOnnxElementSize(tensor.data_type());
  if (elementSize == 0)
    return makeError("element type " + getOnnxTypeName(tensor.data_type()) +
                     " is not supported");
  int64_t size = elementSize;
  bool isEmpty = false;
  for (int64_t dim : tensor.dims()) {
    if (dim < 0)
      return makeError("a dimension is negative");
    isEmpty |= dim == 0;
    std::optional<int64_t> product = checkedMul<int64_t>(size, dim ? dim : 1);
    if (!product)
      return makeError("its dimensions overflow");
    size = *product;
  }
  return isEmpty ? 0 : static_cast<uint64_t>(size);
}

/// Stores the low bytes of every element of a typed field.
template <typename T, typename Field>
static Error copyField(const Field &field, SmallVectorImpl<uint8_t> &bytes,
                       uint64_t size) {
  if (static_cast<uint64_t>(field.size()) != size / sizeof(T))
    return makeError("its dimensions need " + Twine(size / sizeof(T)) +
                     " elements, it has " + Twine(field.size()));
  bytes.resize_for_overwrite(size);
  uint8_t *out = bytes.data();
  for (auto value : field) {
    T element = static_cast<T>(value);
    std::memcpy(out, &element, sizeof(T));
    out += sizeof(T);
  }
  return Error::success();
}

static Error copyTypedField(const TensorProto &tensor, uint64_t size,
                            SmallVectorImpl<uint8_t> &bytes) {
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return copyField<float>(tensor.float_data(), bytes, size);
  case TensorProto::DOUBLE:
    return copyField<double>(tensor.double_data(), bytes, size);
  case TensorProto::INT64:
    return copyField<int64_t>(tensor.int64_data(), bytes, size);
  case TensorProto::UINT64:
    return copyField<uint64_t>(tensor.uint64_data(), bytes, size);
  case TensorProto::UINT32:
    return copyField<uint32_t>(tensor.uint64_data(), bytes, size);
  case TensorProto::INT32:
    return copyField<int32_t>(tensor.int32_data(), bytes, size);
  default: // all narrower types: ONNX keeps the bits of f16 and bf16 here too
    if (getOnnxElementSize(tensor.data_type()) == 2)
      return copyField<uint16_t>(tensor.int32_data(), bytes, size);
    return copyField<uint8_t>(tensor.int32_data(), bytes, size);
  }
}

Expected<SmallVector<uint8_t, 0>> decodeOnnxTensor(const TensorProto &tensor) {
  Expected<uint64_t> size = getOnnxSizeInBytes(tensor);
  if (!size)
    return size.takeError();
  SmallVector<uint8_t, 0> bytes;
  if (tensor.has_raw_data()) {
    const std::string &raw = tensor.raw_data();
    if (raw.size() != *size)
      return makeError("its dimensions need " + Twine(*size) +
                       " bytes, it has " + Twine(raw.size()));
    bytes.assign(raw.begin(), raw.end());
  } else if (Error error = copyTypedField(tensor, *size, bytes)) {
    return std::move(error);
  }
  if (tensor.data_type() == TensorProto::BOOL)
    for (uint8_t &byte : bytes)
      byte = byte != 0;
  return bytes;
}

} // namespace wafer
