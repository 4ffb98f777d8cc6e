//===- TensorProtoIO.cpp - ONNX TensorProto files as tensors -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/TensorProtoIO.h"
#include "wafer/Support/OnnxTensor.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <climits>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

using namespace llvm;
using onnx::TensorProto;

namespace wafer::exec {

static constexpr std::pair<ElementType, TensorProto::DataType> kTypes[] = {
    {ElementType::F32, TensorProto::FLOAT},
    {ElementType::F16, TensorProto::FLOAT16},
    {ElementType::BF16, TensorProto::BFLOAT16},
    {ElementType::F64, TensorProto::DOUBLE},
    {ElementType::I8, TensorProto::INT8},
    {ElementType::I16, TensorProto::INT16},
    {ElementType::I32, TensorProto::INT32},
    {ElementType::I64, TensorProto::INT64},
    {ElementType::U8, TensorProto::UINT8},
    {ElementType::U16, TensorProto::UINT16},
    {ElementType::U32, TensorProto::UINT32},
    {ElementType::U64, TensorProto::UINT64},
    {ElementType::Bool, TensorProto::BOOL}};

/// Parses without protobuf's own messages on stderr. Exceptions are caught:
/// protobuf throws where it is built to.
static bool parseQuietly(StringRef bytes, TensorProto &proto) {
  google::protobuf::LogSilencer silencer;
  try {
    return proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  } catch (...) {
    return false;
  }
}

Expected<Tensor> readTensorProto(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeFileError(path, buffer.getError().message());
  if ((*buffer)->getBufferSize() > INT_MAX)
    return makeFileError(path,
                         "above 2 GiB, which protobuf cannot read; use .npy");
  TensorProto proto;
  if (!parseQuietly((*buffer)->getBuffer(), proto))
    return makeFileError(path, "not an ONNX TensorProto: truncated or corrupt");
  if (proto.data_location() == TensorProto::EXTERNAL)
    return makeFileError(path,
                         "its data is external, which is not supported here");
  Expected<SmallVector<uint8_t, 0>> bytes = decodeOnnxTensor(proto);
  if (!bytes)
    return makeFileError(path, toString(bytes.takeError()));
  const auto *type = find_if(
      kTypes, [&](auto entry) { return entry.second == proto.data_type(); });
  SmallVector<int64_t> shape(proto.dims().begin(), proto.dims().end());
  if (type == std::end(kTypes) || countElements(shape) < 0)
    return makeFileError(path, "its type or shape is not supported");
  Tensor tensor = Tensor::copyOf(type->first, shape, *bytes);
  tensor.name = proto.name();
  return tensor;
}

Error writeTensorProto(StringRef path, const Tensor &tensor) {
  // Room for the dimensions and the name beside the data.
  if (tensor.getSizeInBytes() > size_t(INT_MAX) - (size_t(1) << 16))
    return makeFileError(path,
                         "a tensor above 2 GiB does not fit in a .pb file; "
                         "use .npy");
  TensorProto proto;
  proto.set_name(tensor.name);
  for (int64_t dim : tensor.shape)
    proto.add_dims(dim);
  for (auto [type, onnxType] : kTypes)
    if (type == tensor.elementType)
      proto.set_data_type(onnxType);
  ArrayRef<uint8_t> bytes = tensor.getBytes();
  proto.set_raw_data(bytes.data(), bytes.size());
  std::string text;
  if (!proto.SerializeToString(&text))
    return makeFileError(path, "the tensor cannot be serialised");
  return writeFileAtomically(path, [&](raw_ostream &os) { os << text; });
}

void registerTensorProtoIO() {
  registerTensorFileFormat(".pb", {readTensorProto, writeTensorProto});
}

} // namespace wafer::exec
