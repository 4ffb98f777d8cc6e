//===- TensorIO.h - tensor files --------------------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_TENSORIO_H
#define WAFER_EXECUTOR_TENSORIO_H

#include "wafer/Executor/Tensor.h"
#include "llvm/Support/Error.h"

namespace wafer::exec {

/// Reads a tensor file by its extension: .npy here, .pb (ONNX TensorProto) if
/// registerTensorProtoIO() of TensorProtoIO.h was called. Malformed files give
/// an error that names the file and what is wrong with it.
llvm::Expected<Tensor> readTensor(llvm::StringRef path);
/// Writes a tensor file by its extension. The file appears whole or not at all
/// (a temporary file beside it is renamed).
llvm::Error writeTensor(llvm::StringRef path, const Tensor &tensor);

/// The .npy format, versions 1 to 3, little endian, one of the types f2 f4 f8
/// i1 i2 i4 i8 u1 u2 u4 u8 b1; Fortran order is transposed while reading. Large
/// files in C order are memory-mapped. numpy has no bf16: it is written as f32.
llvm::Expected<Tensor> readNpy(llvm::StringRef path);
llvm::Error writeNpy(llvm::StringRef path, const Tensor &tensor);

/// Writes `path` through a temporary file and a rename.
llvm::Error
writeFileAtomically(llvm::StringRef path,
                    llvm::function_ref<void(llvm::raw_ostream &)> write);

/// `path: message` as an Error.
llvm::Error makeFileError(llvm::StringRef path, const llvm::Twine &message);

/// Adds a file format to readTensor and writeTensor.
struct TensorFileFormat {
  llvm::Expected<Tensor> (*read)(llvm::StringRef path);
  llvm::Error (*write)(llvm::StringRef path, const Tensor &tensor);
};
void registerTensorFileFormat(llvm::StringRef extension,
                              TensorFileFormat format);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_TENSORIO_H
