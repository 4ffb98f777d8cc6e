//===- ImportOptions.cpp - what command lines say of models -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Import/OnnxImport.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace wafer {

Error addDim(StringRef text, ImportOptions &options) {
  // The name may hold "=": the size follows the last one.
  auto [name, size] = text.rsplit('=');
  int64_t value;
  if (name.empty() || size.getAsInteger(10, value) || value < 0)
    return createStringError("--dim=" + text + ": expected NAME=N");
  if (!options.dims.try_emplace(name.str(), value).second)
    return createStringError("--dim: dimension \"" + name +
                             "\" is given twice");
  return Error::success();
}

bool isOnnxPath(StringRef path) {
  StringRef extension = sys::path::extension(path);
  return extension == ".onnx" || extension == ".textproto" ||
         extension == ".onnxtxt" || extension == ".pbtxt";
}

} // namespace wafer
