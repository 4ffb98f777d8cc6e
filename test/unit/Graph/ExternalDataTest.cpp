//===- ExternalDataTest.cpp - hashes and paths ------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/ExternalData.h"
#include "dialects/Graph/Graph.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer::graph;

namespace {

TEST(ExternalDataTest, HashDependsOnEveryByteOfSmallData) {
  std::vector<uint8_t> bytes(1000, 7);
  std::string hash = hashExternalData(bytes);
  EXPECT_EQ(hash.size(), 16u);
  EXPECT_EQ(hash, hashExternalData(bytes));
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= 1;
    EXPECT_NE(hash, hashExternalData(bytes));
    bytes[i] ^= 1;
  }
}

TEST(ExternalDataTest, LargeDataIsSampled) {
  // 64 MiB and one byte: pages at 0, 1 MiB, … 64 MiB, and the last 4 KiB.
  std::vector<uint8_t> bytes((size_t(64) << 20) + 1, 7);
  std::string hash = hashExternalData(bytes);
  auto isNoticed = [&](size_t at) {
    bytes[at] ^= 1;
    bool result = hashExternalData(bytes) != hash;
    bytes[at] ^= 1;
    return result;
  };
  EXPECT_TRUE(isNoticed(0));
  EXPECT_TRUE(isNoticed((size_t(5) << 20) + 4095));
  EXPECT_FALSE(isNoticed((size_t(5) << 20) + 4096));
  EXPECT_TRUE(isNoticed(bytes.size() - 4096));
  EXPECT_TRUE(isNoticed(bytes.size() - 1));
}

class RebaseTest : public ::testing::Test {
protected:
  RebaseTest() { context.loadDialect<GraphDialect>(); }

  /// The path of a constant at `path` after rebasing.
  std::string rebase(StringRef path, StringRef from, StringRef to) {
    std::string ir = "%0 = graph.constant #graph.external<\"" + path.str() +
                     "\", offset = 0, size = 4, hash = \"0123456789abcdef\"> : "
                     "tensor<1xf32>";
    auto module = parseSourceString<ModuleOp>(ir, &context);
    if (!module || failed(rebaseExternalPaths(*module, from, to)))
      return "error";
    auto constant = *module->getOps<ConstantOp>().begin();
    return cast<ExternalAttr>(constant.getValue()).getPath().str();
  }

  MLIRContext context;
};

TEST_F(RebaseTest, RelativePathsNameTheSameFile) {
  EXPECT_EQ(rebase("w.bin", "", ""), "w.bin");
  EXPECT_EQ(rebase("w.bin", "", "out"), "../w.bin");
  EXPECT_EQ(rebase("model/w.bin", ".", "model"), "w.bin");
  EXPECT_EQ(rebase("../w.bin", "out", ""), "w.bin");
  EXPECT_EQ(rebase("w.bin", "/a/b", "/a/c/d"), "../../b/w.bin");
  EXPECT_EQ(rebase("/data/w.bin", "/a/b", "/a/c/d"), "/data/w.bin");
}

} // namespace
