//===- WaferPlugin.cpp - Our dialects and passes for mlir-opt ---*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The entry points that `mlir-opt --load-dialect-plugin=WaferPlugin.so
// --load-pass-plugin=WaferPlugin.so` looks up by name. Both options are needed:
// mlir-opt takes the dialects from one and the passes from the other.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "wafer/Pipeline/Registration.h"

static constexpr const char *pluginName = "wafer-mlir";
/// The plugin is only good for the release that it was built against.
static constexpr const char *pluginVersion = LLVM_VERSION_STRING;

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, pluginName, pluginVersion,
          [](mlir::DialectRegistry *registry) {
            wafer::registerAllDialects(*registry);
          }};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, pluginName, pluginVersion,
          [] { wafer::registerAllPasses(); }};
}
