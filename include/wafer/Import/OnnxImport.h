//===- OnnxImport.h - ONNX files into the graph dialect -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_IMPORT_ONNXIMPORT_H
#define WAFER_IMPORT_ONNXIMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "wafer/Executor/Tensor.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>
#include <vector>

namespace wafer {

struct ImportOptions {
  /// Sizes of symbolic dimensions by name. A dimension of a graph input that
  /// has neither size nor name is called "INPUT.INDEX" ("images.0").
  std::map<std::string, int64_t> dims;
  /// Shapes of inputs by name, for inputs to which the file gives none.
  std::map<std::string, std::vector<int64_t>> inputShapes;
  /// Values of inputs by name, for inputs on which shapes depend. Such an input
  /// stays an argument of @main, but what computes with it is constant.
  std::map<std::string, exec::Tensor> inputValues;
};

/// Adds the size that "NAME=N" gives, as `--dim` of the tools takes it.
llvm::Error addDim(llvm::StringRef text, ImportOptions &options);

/// True if `path` has an extension of ONNX models.
bool isOnnxPath(llvm::StringRef path);

/// The opsets of ONNX's default domain whose operators this importer knows.
inline constexpr int64_t kOldestOnnxOpset = 1;
inline constexpr int64_t kNewestOnnxOpset = 28;

/// Imports the model in the file `path` as a module with one function @main.
/// Files named *.textproto, *.onnxtxt or *.pbtxt hold protobuf's text format.
///
/// Constants above 1 KiB stay where they are, in the model's file or in its
/// external data, as #graph.external with a path that starts as `path` does (so
/// relative to the working directory if `path` is; see rebaseExternalPaths).
/// Null after errors, which are diagnostics that begin with the file's name.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::StringRef path,
                                             const ImportOptions &options,
                                             mlir::MLIRContext *context);

/// Loads the dialects that importOnnx() needs.
void loadImportDialects(mlir::MLIRContext *context);

} // namespace wafer

#endif // WAFER_IMPORT_ONNXIMPORT_H
