//===- ModuleFile.h - files of IR and compiled programs -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A `.wafer` file is MLIR bytecode of one module; docs/WaferFile.md is its
// specification. Files of IR hold a module of any phase, as text or bytecode.
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_EXECUTOR_FILE_MODULEFILE_H
#define WAFER_EXECUTOR_FILE_MODULEFILE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

namespace wafer::exec {

/// The version of the `.wafer` contract that this code writes; it reads this
/// one and older ones.
inline constexpr int64_t kWaferFileVersion = 3;
inline constexpr llvm::StringLiteral kProducer = "wafer-mlir 0.1.0";
/// The attribute that makes a module a `.wafer` file:
/// `{version = 3 : i64, producer = "wafer-mlir 0.1.0"}`.
inline constexpr llvm::StringLiteral kWaferFileAttrName = "wafer.file";

/// The dialects that a file may hold.
void registerFileDialects(mlir::DialectRegistry &registry);

/// The folder that the relative paths in the file `path` start at: its own, or
/// the working directory ("") for "-".
std::string getFolder(llvm::StringRef path);

/// The bytes of a file, of standard input for "-". Names the file in errors; a
/// folder is one.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readFileOrStdin(llvm::StringRef path);

/// Fails unless a file can be created at `path`; "-" always can.
llvm::Error checkWritable(llvm::StringRef path);

/// Parses and verifies a module, text or bytecode. Null after errors, which are
/// diagnostics. Refuses a `.wafer` file of a newer version or with another
/// checksum than its header's. `buffer` is moved to `sources`, so that
/// diagnostics can show its lines.
mlir::OwningOpRef<mlir::ModuleOp>
parseModule(std::unique_ptr<llvm::MemoryBuffer> buffer,
            llvm::SourceMgr &sources, mlir::MLIRContext *context);

/// Writes a compiled module as a `.wafer` file; the paths of its constants must
/// be relative to the folder of `path` already. The file appears whole or not
/// at all. Sets kWaferFileAttrName.
llvm::Error writeWaferFile(llvm::StringRef path, mlir::ModuleOp module);

} // namespace wafer::exec

#endif // WAFER_EXECUTOR_FILE_MODULEFILE_H
