//===- WeightsOfModel.cpp - weights of an ONNX model by name ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "wafer/Support/OnnxTensor.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"
#include <climits>
#include <google/protobuf/stubs/logging.h>

using namespace llvm;
using onnx::TensorProto;

namespace wafer::models {

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// Parses without protobuf's own messages on stderr. Exceptions are caught:
/// protobuf throws where it is built to.
static bool parseQuietly(StringRef bytes, onnx::ModelProto &model) {
  google::protobuf::LogSilencer silencer;
  try {
    return model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  } catch (...) {
    return false;
  }
}

Error WeightsOfModel::load(StringRef file) {
  path = file.str();
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError(path + ": " + buffer.getError().message());
  if ((*buffer)->getBufferSize() > INT_MAX ||
      !parseQuietly((*buffer)->getBuffer(), model))
    return makeError(path + ": not an ONNX model of at most 2 GiB");
  for (const TensorProto &tensor : model.graph().initializer())
    tensors[tensor.name()] = &tensor;
  return Error::success();
}

Expected<StringRef> WeightsOfModel::readExternal(const TensorProto &tensor,
                                                 uint64_t size) const {
  StringRef location;
  uint64_t offset = 0;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    if (entry.key() == "location")
      location = entry.value();
    else if (entry.key() == "offset" &&
             StringRef(entry.value()).getAsInteger(10, offset))
      return makeError("external data has offset \"" + entry.value() + "\"");
  }
  if (location.empty() || location.contains('\0') ||
      sys::path::is_absolute(location) ||
      is_contained(
          make_range(sys::path::begin(location), sys::path::end(location)),
          ".."))
    return makeError("external data \"" + location +
                     "\" lies outside the model's folder");
  SmallString<128> name = sys::path::parent_path(path);
  sys::path::append(name, location);
  std::unique_ptr<MemoryBuffer> &file = files[name];
  if (!file) {
    auto buffer = MemoryBuffer::getFile(name, /*IsText=*/false,
                                        /*RequiresNullTerminator=*/false);
    if (!buffer)
      return makeError(name + ": " + buffer.getError().message());
    file = std::move(*buffer);
  }
  StringRef bytes = file->getBuffer();
  if (offset > bytes.size() || size > bytes.size() - offset)
    return makeError(name + " has " + Twine(bytes.size()) + " bytes, needs " +
                     Twine(size) + " at offset " + Twine(offset));
  return bytes.substr(offset, size);
}

/// "m.gpt_neox.embed_in.weight" is "gpt_neox.embed_in.weight" of a wrapper.
Expected<StringRef> WeightsOfModel::read(const WeightSpec &spec, int32_t type,
                                         std::string &storage) const {
  auto fail = [&](const Twine &message) {
    return makeError(path + ": weight \"" + spec.name + "\" " + message);
  };
  const TensorProto *tensor = tensors.lookup(spec.name);
  for (const auto &entry : tensors) {
    if (!entry.getKey().ends_with("." + spec.name))
      continue;
    if (tensor)
      return fail("is there more than once");
    tensor = entry.getValue();
  }
  if (!tensor)
    return fail("is not an initializer of that name");
  if (!equal(tensor->dims(), spec.shape) || tensor->data_type() != type) {
    std::string found, wanted;
    for (int64_t dim : tensor->dims())
      found += std::to_string(dim) + "x";
    for (int64_t dim : spec.shape)
      wanted += std::to_string(dim) + "x";
    return fail("is " + found + getOnnxTypeName(tensor->data_type()) +
                ", expected " + wanted + getOnnxTypeName(type));
  }
  Expected<uint64_t> size = getOnnxSizeInBytes(*tensor);
  if (!size)
    return fail(toString(size.takeError()));
  if (tensor->data_location() == TensorProto::EXTERNAL) {
    if (any_of(tensor->external_data(), [](const auto &entry) {
          return entry.key() == "location" && isSeededLocation(entry.value());
        }))
      return fail("is seeded: there are no elements to take");
    Expected<StringRef> bytes = readExternal(*tensor, *size);
    return bytes ? std::move(bytes) : fail(toString(bytes.takeError()));
  }
  auto bytes = decodeOnnxTensor(*tensor);
  if (!bytes)
    return fail(toString(bytes.takeError()));
  storage.assign(bytes->begin(), bytes->end());
  return StringRef(storage);
}

} // namespace wafer::models
