//===- ModelFile.cpp - an ONNX file in memory -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <climits>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>

using namespace llvm;

namespace wafer::importer {
namespace {

/// Keeps the first error of protobuf's text parser.
class FirstError : public google::protobuf::io::ErrorCollector {
public:
  std::string message;
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string &text) override {
    if (message.empty())
      message = "line " + std::to_string(line + 1) + ", column " +
                std::to_string(column + 1) + ": " + text;
  }
};

} // namespace

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static Error parseText(StringRef text, onnx::ModelProto &model) {
  google::protobuf::io::ArrayInputStream stream(text.data(),
                                                static_cast<int>(text.size()));
  google::protobuf::TextFormat::Parser parser;
  FirstError errors;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(100);
  if (!parser.Parse(&stream, &model))
    return makeError("not an ONNX model in text form: " + errors.message);
  return Error::success();
}

static Error parse(ModelFile &file) {
  StringRef bytes = file.buffer->getBuffer();
  StringRef extension = sys::path::extension(file.path);
  if (extension == ".textproto" || extension == ".onnxtxt" ||
      extension == ".pbtxt")
    return parseText(bytes, file.model);
  std::string skeleton;
  if (stripInitializers(bytes, skeleton, file.initializerData))
    bytes = skeleton;
  else
    file.initializerData.clear();
  if (!file.model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return makeError("not an ONNX model: truncated or corrupt");
  return Error::success();
}

Error loadModelFile(StringRef path, ModelFile &file) {
  file.path = path.str();
  sys::fs::file_status status;
  if (!sys::fs::status(path, status) && sys::fs::exists(status) &&
      !sys::fs::is_regular_file(status))
    return makeError(sys::fs::is_directory(status) ? "is a folder"
                                                   : "is not a regular file");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError(buffer.getError().message());
  file.buffer = std::move(*buffer);
  if (file.buffer->getBufferSize() > INT_MAX)
    return makeError(
        "above 2 GiB, which protobuf cannot read: save the model with "
        "external data");
  // protobuf reports to stderr and, where it is built to, throws.
  google::protobuf::LogSilencer silencer;
  try {
    return parse(file);
  } catch (const std::exception &exception) {
    return makeError(Twine("not an ONNX model: ") + exception.what());
  }
}

} // namespace wafer::importer
