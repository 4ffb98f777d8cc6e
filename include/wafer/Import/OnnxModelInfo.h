//===- OnnxModelInfo.h - what an ONNX file asks for and holds -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_IMPORT_ONNXMODELINFO_H
#define WAFER_IMPORT_ONNXMODELINFO_H

#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace wafer {

/// A model's ports and operators as the file states them: nothing is inferred
/// and nothing is checked.
struct OnnxModelInfo {
  struct Dim {
    /// Absent if symbolic or unknown.
    std::optional<int64_t> size;
    /// As ImportOptions::dims names it ("batch", "x.0"); empty if it has a
    /// size.
    std::string name;
  };
  struct Input {
    std::string name;
    /// "a tensor", "a sparse tensor", "a sequence", "a map" or "an optional".
    std::string kind;
    /// Absent if the file gives no shape, or the input is no tensor.
    std::optional<std::vector<Dim>> shape;
  };
  /// Without those that are initializers.
  std::vector<Input> inputs;
  std::vector<std::string> outputs;
  /// Operator types, each once, sorted; of another than ONNX's default domain
  /// as "domain.Type". Subgraphs and local functions are included.
  std::vector<std::string> operators;
  /// Nodes of the main graph.
  int64_t numNodes = 0;
};

/// Reads the file `path`. Errors name it.
llvm::Expected<OnnxModelInfo> readOnnxModelInfo(llvm::StringRef path);

} // namespace wafer

#endif // WAFER_IMPORT_ONNXMODELINFO_H
