//===- LoadMachine.h - the machine that a user names -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_TARGET_LOADMACHINE_H
#define WAFER_TARGET_LOADMACHINE_H

#include "dialects/Machine/Machine.h"

namespace wafer {

/// The machine that `spec` stands for:
///   * a preset's name (`wse2`, `wse3`);
///   * `mesh<WxH>`: W columns and H rows of the wse2's PE and fabric, with
///   ports at the wse2's pitch and rate;
///   * the path of a machine file: one `#machine.desc<...>` attribute, with
///   `//` comments. A spec with a `/` or a `.` is a path.
/// What is wrong goes to `emitError`, once; a fault inside a file is reported
/// as file:line:column.
mlir::FailureOr<machine::DescAttr>
loadMachine(llvm::StringRef spec, mlir::MLIRContext *context,
            llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// Names of the presets, in alphabetical order.
llvm::SmallVector<llvm::StringRef> getPresetNames();

} // namespace wafer

#endif
