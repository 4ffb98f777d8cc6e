//===- Constants.h - constants of the graph dialect as tensors -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_CONSTANTS_H
#define WAFER_EXECUTOR_CONSTANTS_H

#include "dialects/Graph/Graph.h"
#include "wafer/Executor/Tensor.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace wafer::exec {

/// The element type that stands for an IR type; nullopt if there is none.
std::optional<ElementType> getElementType(mlir::Type type);
/// The IR type of an element type.
mlir::Type getIRType(ElementType type, mlir::MLIRContext *context);
/// True if `tensor` has the shape and element type of `type`.
bool hasType(const Tensor &tensor, mlir::Type type);

/// Reads constants: dense and dense_resource from the IR, #graph.external from
/// memory-mapped files, #graph.seeded from its generator. Size and hash of a
/// range of a file are checked the first time that it is read. Seeded tensors
/// are computed anew each time and belong to the caller alone. Not thread-safe.
class ConstantReader {
public:
  /// Relative paths start at `baseDir` ("" for the working directory): the
  /// folder of the file that held the IR.
  explicit ConstantReader(llvm::StringRef baseDir = "") : baseDir(baseDir) {}

  /// `what` names the constant in errors (its name or its node's).
  llvm::Expected<Tensor> read(mlir::Attribute value, llvm::StringRef what = "");

private:
  std::string baseDir;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> files;
  llvm::StringSet<> checked;

  llvm::Expected<Tensor> readExternal(graph::ExternalAttr attr,
                                      llvm::StringRef what);
};

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_CONSTANTS_H
