//===- ToolDiagnostics.h - diagnostics as a tool prints them -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_FILE_TOOLDIAGNOSTICS_H
#define WAFER_EXECUTOR_FILE_TOOLDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

namespace wafer::exec {

/// Prints diagnostics on stderr: those at a line of a source with that line,
/// others as `tool: error: node "NAME": message`, where the location names an
/// ONNX node, a file or nothing. Where memory runs out, the program ends with a
/// line that says so and exit code 3.
class ToolDiagnostics {
public:
  ToolDiagnostics(llvm::StringRef tool, llvm::SourceMgr &sources,
                  mlir::MLIRContext *context);

private:
  std::string tool;
  /// Gets what the handler below does not take.
  mlir::SourceMgrDiagnosticHandler atLines;
  mlir::ScopedDiagnosticHandler elsewhere;

  mlir::LogicalResult print(mlir::Diagnostic &diagnostic) const;
};

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_FILE_TOOLDIAGNOSTICS_H
