//===- ModelFile.h - an ONNX file in memory -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_MODELFILE_H
#define WAFER_LIB_IMPORT_MODELFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <onnx/onnx_pb.h>
#include <optional>
#include <vector>

namespace wafer::importer {

/// Constants up to this size live in the IR, larger ones in their files.
inline constexpr uint64_t kInlineSizeInBytes = 1024;

struct ByteRange {
  uint64_t offset = 0, size = 0;
};

/// A parsed model. The data of large initializers is left out of `model`: it
/// stays in the mapped file.
struct ModelFile {
  std::string path;
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  onnx::ModelProto model;
  /// For each of model.graph().initializer(): where its elements lie in the
  /// file (little-endian, row-major), if they were left out. May be shorter.
  std::vector<std::optional<ByteRange>> initializerData;
};

/// Maps and parses `path`. Errors do not name the file.
llvm::Error loadModelFile(llvm::StringRef path, ModelFile &file);

/// Copies the serialised ModelProto `model` without the elements of large
/// initializers and says where these lie. False if the message cannot be walked
/// (it is then protobuf's to judge).
bool stripInitializers(llvm::StringRef model, std::string &skeleton,
                       std::vector<std::optional<ByteRange>> &data);

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_MODELFILE_H
