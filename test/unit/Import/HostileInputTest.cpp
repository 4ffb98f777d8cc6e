//===- HostileInputTest.cpp - damaged files ---------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "wafer/Import/OnnxImport.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <random>

using namespace mlir;
using namespace wafer;

namespace {

/// Imports `bytes`; whatever they hold, the answer is a module or an error.
void importBytes(const std::string &bytes) {
  llvm::SmallString<128> path;
  int descriptor;
  ASSERT_FALSE(
      llvm::sys::fs::createTemporaryFile("hostile", "onnx", descriptor, path));
  llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << bytes;
  MLIRContext context(MLIRContext::Threading::DISABLED);
  int errors = 0;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  ImportOptions options;
  options.dims["batch"] = 3;
  OwningOpRef<ModuleOp> module = importOnnx(path, options, &context);
  EXPECT_EQ(errors == 0, bool(module));
  llvm::sys::fs::remove(path);
}

TEST(HostileInputTest, DamagedFilesGiveAModuleOrAnError) {
  const char *inputs = std::getenv("WAFER_TEST_INPUTS");
  if (!inputs)
    GTEST_SKIP() << "WAFER_TEST_INPUTS is not set";
  auto file = llvm::MemoryBuffer::getFile(std::string(inputs) +
                                          "/digits-mlp/model.onnx");
  ASSERT_TRUE(bool(file));
  std::string original = (*file)->getBuffer().str();
  // The bytes outside the weights are at the front and after each tensor.
  std::mt19937 random(11);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = original;
    for (int flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % (i % 2 ? 700 : bytes.size())] ^= 1 << random() % 8;
    if (i % 5 == 0)
      bytes.resize(random() % bytes.size());
    importBytes(bytes);
  }
}

TEST(HostileInputTest, NoiseGivesAnError) {
  std::mt19937 random(12);
  for (int i = 0; i < 200; ++i) {
    std::string bytes(random() % 200, '\0');
    for (char &byte : bytes)
      byte = static_cast<char>(random());
    importBytes(bytes);
  }
}

} // namespace
