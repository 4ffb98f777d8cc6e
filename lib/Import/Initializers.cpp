//===- Initializers.cpp - ONNX initializers as constants -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Initializers.h"
#include "Node.h"
#include "dialects/Graph/ExternalData.h"
#include "dialects/Graph/SeededConstants.h"
#include "wafer/Support/OnnxTensor.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
namespace path = llvm::sys::path;

namespace wafer::importer {

static llvm::Error makeError(const Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

static ArrayRef<uint8_t> asBytes(StringRef text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

TypedAttr InitializerReader::makeConstant(RankedTensorType type, StringRef path,
                                          uint64_t offset, StringRef bytes) {
  if (bytes.size() <= kInlineSizeInBytes)
    return createDense(type, asBytes(bytes));
  return graph::ExternalAttr::get(context, path, offset, bytes.size(),
                                  graph::hashExternalData(asBytes(bytes)),
                                  type);
}

llvm::Expected<TypedAttr> InitializerReader::read(int index) {
  const onnx::TensorProto &tensor = file.model.graph().initializer(index);
  llvm::Expected<uint64_t> size = getOnnxSizeInBytes(tensor);
  if (!size)
    return size.takeError();
  auto type = RankedTensorType::get(
      SmallVector<int64_t>(tensor.dims().begin(), tensor.dims().end()),
      getElementType(tensor.data_type(), context));
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    return readExternal(tensor, type, *size);
  if (static_cast<size_t>(index) < file.initializerData.size() &&
      file.initializerData[index]) {
    ByteRange range = *file.initializerData[index];
    if (range.size != *size)
      return makeError("its dimensions need " + Twine(*size) +
                       " bytes, it has " + Twine(range.size));
    return makeConstant(
        type, file.path, range.offset,
        file.buffer->getBuffer().substr(range.offset, range.size));
  }
  auto bytes = decodeOnnxTensor(tensor);
  if (!bytes)
    return bytes.takeError();
  return TypedAttr(createDense(type, *bytes));
}

/// Refuses locations outside the model's folder, by their text and, for
/// symbolic links, by where they really lead.
llvm::Expected<llvm::MemoryBuffer *>
InitializerReader::openDataFile(StringRef location, std::string &dataPath) {
  auto outside = [&] {
    return makeError("external data \"" + location +
                     "\" lies outside the model's folder");
  };
  if (location.empty() || location.contains('\0'))
    return makeError("external data without a location");
  if (path::is_absolute(location) ||
      llvm::is_contained(
          llvm::make_range(path::begin(location), path::end(location)), ".."))
    return outside();
  SmallString<128> joined = path::parent_path(file.path);
  path::append(joined, location);
  dataPath = std::string(joined);
  std::unique_ptr<llvm::MemoryBuffer> &buffer = dataFiles[joined];
  if (buffer)
    return buffer.get();
  SmallString<128> realFolder, realPath;
  StringRef folder = path::parent_path(file.path);
  if (std::error_code error =
          llvm::sys::fs::real_path(folder.empty() ? "." : folder, realFolder))
    return makeError("the model's folder: " + error.message());
  if (std::error_code error = llvm::sys::fs::real_path(joined, realPath))
    return makeError("external data \"" + location + "\": " + error.message());
  StringRef rest = realPath;
  if (!rest.consume_front(realFolder) ||
      !(realFolder == "/" ||
        path::is_separator(rest.empty() ? ' ' : rest.front())))
    return outside();
  if (!llvm::sys::fs::is_regular_file(realPath))
    return makeError("external data \"" + location +
                     "\" is not a regular file");
  auto opened = llvm::MemoryBuffer::getFile(realPath, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!opened)
    return makeError("external data \"" + location +
                     "\": " + opened.getError().message());
  buffer = std::move(*opened);
  return buffer.get();
}

/// A location that names a seed in the place of a file.
static llvm::Expected<TypedAttr> readSeeded(StringRef location,
                                            RankedTensorType type) {
  llvm::Expected<SeededValues> values = parseSeededLocation(location);
  if (!values)
    return values.takeError();
  std::string problem;
  graph::SeededAttr attr;
  {
    MLIRContext *context = type.getContext();
    ScopedDiagnosticHandler capture(context, [&](Diagnostic &diagnostic) {
      problem = diagnostic.str();
      return success();
    });
    attr = graph::makeSeededAttr(
        [&] { return emitError(UnknownLoc::get(context)); }, *values, type);
  }
  if (!attr)
    return makeError(problem);
  return TypedAttr(attr);
}

llvm::Expected<TypedAttr>
InitializerReader::readExternal(const onnx::TensorProto &tensor,
                                RankedTensorType type, uint64_t size) {
  StringRef location;
  uint64_t offset = 0, length = size;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    if (key == "location")
      location = value;
    else if ((key == "offset" && value.getAsInteger(10, offset)) ||
             (key == "length" && value.getAsInteger(10, length)))
      return makeError("external data has " + key + " \"" + value + "\"");
  }
  if (length != size)
    return makeError("external data has length " + Twine(length) +
                     ", its dimensions need " + Twine(size));
  if (isSeededLocation(location)) {
    if (offset != 0)
      return makeError("a seeded location has no offset, found " +
                       Twine(offset));
    return readSeeded(location, type);
  }
  std::string dataPath;
  llvm::Expected<llvm::MemoryBuffer *> buffer =
      openDataFile(location, dataPath);
  if (!buffer)
    return buffer.takeError();
  uint64_t available = (*buffer)->getBufferSize();
  if (offset > available || size > available - offset)
    return makeError("external data \"" + location + "\" has " +
                     Twine(available) + " bytes, needs " + Twine(size) +
                     " at offset " + Twine(offset));
  return makeConstant(type, dataPath, offset,
                      (*buffer)->getBuffer().substr(offset, size));
}

} // namespace wafer::importer
