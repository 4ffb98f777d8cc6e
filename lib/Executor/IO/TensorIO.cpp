//===- TensorIO.cpp - tensor files by extension -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/TensorIO.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace wafer::exec {

static StringMap<TensorFileFormat> &getFormats() {
  static StringMap<TensorFileFormat> formats = [] {
    StringMap<TensorFileFormat> initial;
    initial[".npy"] = {readNpy, writeNpy};
    return initial;
  }();
  return formats;
}

void registerTensorFileFormat(StringRef extension, TensorFileFormat format) {
  getFormats()[extension] = format;
}

Error makeFileError(StringRef path, const Twine &message) {
  return createStringError(inconvertibleErrorCode(), path + ": " + message);
}

static Expected<TensorFileFormat> getFormat(StringRef path) {
  auto it = getFormats().find(sys::path::extension(path));
  if (it == getFormats().end())
    return makeFileError(path, "not a tensor file by its extension, expected "
                               ".npy or .pb");
  return it->second;
}

Expected<Tensor> readTensor(StringRef path) {
  Expected<TensorFileFormat> format = getFormat(path);
  if (!format)
    return format.takeError();
  return format->read(path);
}

Error writeTensor(StringRef path, const Tensor &tensor) {
  Expected<TensorFileFormat> format = getFormat(path);
  if (!format)
    return format.takeError();
  return format->write(path, tensor);
}

static Error writeTo(StringRef path, int descriptor,
                     function_ref<void(raw_ostream &)> write) {
  raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  write(stream);
  stream.close();
  std::error_code error = stream.error();
  stream.clear_error();
  return error ? makeFileError(path, "cannot be written: " + error.message())
               : Error::success();
}

/// A device or a pipe: a file in its place would be another thing.
static bool isSpecial(StringRef path) {
  sys::fs::file_status status;
  return !sys::fs::status(path, status) && sys::fs::exists(status) &&
         !sys::fs::is_regular_file(status);
}

Error writeFileAtomically(StringRef path,
                          function_ref<void(raw_ostream &)> write) {
  if (isSpecial(path)) {
    int descriptor = -1;
    if (std::error_code error = sys::fs::openFileForWrite(
            path, descriptor, sys::fs::CD_OpenExisting))
      return makeFileError(path, "cannot be written: " + error.message());
    return writeTo(path, descriptor, write);
  }
  // Behind a symbolic link the file is replaced, not the link.
  SmallString<128> target;
  if (sys::fs::real_path(path, target))
    target = path;
  SmallString<128> temporary;
  int descriptor = -1;
  if (std::error_code error = sys::fs::createUniqueFile(
          target + ".tmp-%%%%%%%%", descriptor, temporary, sys::fs::OF_None,
          sys::fs::all_read | sys::fs::owner_write))
    return makeFileError(path, "cannot be written: " + error.message());
  llvm::scope_exit removeTemporary([&] { sys::fs::remove(temporary); });
  if (Error error = writeTo(path, descriptor, write))
    return error;
  if (std::error_code error = sys::fs::rename(temporary, target))
    return makeFileError(path, "cannot be written: " + error.message());
  removeTemporary.release();
  return Error::success();
}

} // namespace wafer::exec
