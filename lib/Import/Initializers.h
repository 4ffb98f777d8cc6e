//===- Initializers.h - ONNX initializers as constants -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_LIB_IMPORT_INITIALIZERS_H
#define WAFER_LIB_IMPORT_INITIALIZERS_H

#include "ModelFile.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringMap.h"

namespace wafer::importer {

/// Turns initializers into attribute values: small ones dense, large ones
/// #graph.external in the model's file or its external data, seeded ones of any
/// size #graph.seeded.
class InitializerReader {
public:
  InitializerReader(const ModelFile &file, mlir::MLIRContext *context)
      : file(file), context(context) {}

  /// Initializer `index` of the model's graph. Errors do not name it.
  llvm::Expected<mlir::TypedAttr> read(int index);

private:
  const ModelFile &file;
  mlir::MLIRContext *context;
  /// External data files by their path (the model's folder and the location).
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> dataFiles;

  llvm::Expected<mlir::TypedAttr> readExternal(const onnx::TensorProto &tensor,
                                               mlir::RankedTensorType type,
                                               uint64_t size);
  llvm::Expected<llvm::MemoryBuffer *> openDataFile(llvm::StringRef location,
                                                    std::string &path);
  mlir::TypedAttr makeConstant(mlir::RankedTensorType type,
                               llvm::StringRef path, uint64_t offset,
                               llvm::StringRef bytes);
};

} // namespace wafer::importer

#endif // WAFER_LIB_IMPORT_INITIALIZERS_H
