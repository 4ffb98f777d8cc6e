//===- NpyTest.cpp - numpy's .npy files -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TemporaryFolder.h"
#include "wafer/Executor/TensorIO.h"

using namespace wafer;
using namespace wafer::exec;

namespace {

constexpr ElementType kAllTypes[] = {
    ElementType::F32, ElementType::F16, ElementType::BF16, ElementType::F64,
    ElementType::I8,  ElementType::I16, ElementType::I32,  ElementType::I64,
    ElementType::U8,  ElementType::U16, ElementType::U32,  ElementType::U64,
    ElementType::Bool};

/// A .npy file of version 1 with this header and data.
std::string makeNpy(std::string header, llvm::StringRef data) {
  std::string file = "\x93NUMPY\x01";
  file += '\0';
  file += static_cast<char>(header.size() & 255);
  file += static_cast<char>(header.size() >> 8);
  return file + header + data.str();
}

std::string getError(llvm::Expected<Tensor> tensor) {
  if (tensor)
    return "no error";
  return llvm::toString(tensor.takeError());
}

TEST(NpyTest, EveryTypeAndRankSurvivesARoundTrip) {
  TemporaryFolder folder;
  for (ElementType type : kAllTypes) {
    for (llvm::SmallVector<int64_t> shape :
         {llvm::SmallVector<int64_t>{}, {3}, {2, 3}, {0, 2}, {2, 1, 3}}) {
      Tensor tensor(type, shape);
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        tensor.setFromDouble(i, type == ElementType::Bool ? i % 2 : i + 1);
      std::string path = folder.getPath("t.npy");
      ASSERT_EQ(llvm::toString(writeTensor(path, tensor)), "");
      llvm::Expected<Tensor> read = readTensor(path);
      ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
      // numpy has no bf16: it comes back as f32.
      EXPECT_EQ(read->elementType,
                type == ElementType::BF16 ? ElementType::F32 : type);
      EXPECT_EQ(read->shape, tensor.shape);
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        EXPECT_EQ(read->getAsDouble(i), tensor.getAsDouble(i));
    }
  }
}

TEST(NpyTest, DataStartsAtAMultipleOf64) {
  TemporaryFolder folder;
  std::string path = folder.getPath("t.npy");
  for (int64_t size : {1, 10, 1000, 1000000000}) {
    ASSERT_EQ(
        llvm::toString(writeNpy(path, Tensor(ElementType::I8, {0, size}))), "");
    uint64_t bytes;
    ASSERT_FALSE(llvm::sys::fs::file_size(path, bytes));
    EXPECT_EQ(bytes % 64, 0u);
  }
}

TEST(NpyTest, FortranOrderIsTransposed) {
  TemporaryFolder folder;
  // [[1, 2, 3], [4, 5, 6]] column by column; keys in another order.
  std::string path = folder.write(
      "f.npy",
      makeNpy("{'shape': (2, 3), 'fortran_order': True, 'descr': '|u1'}\n",
              "\1\4\2\5\3\6"));
  llvm::Expected<Tensor> tensor = readNpy(path);
  ASSERT_TRUE(bool(tensor)) << llvm::toString(tensor.takeError());
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(tensor->getAsDouble(i), i + 1);
}

TEST(NpyTest, MalformedFilesAreRefused) {
  TemporaryFolder folder;
  auto check = [&](const std::string &content) {
    return getError(readNpy(folder.write("bad.npy", content)));
  };
  auto withHeader = [&](const char *header) {
    return check(makeNpy(header, "\0\0\0\0"));
  };
  EXPECT_NE(check("").find("bad.npy: not a .npy file"), std::string::npos);
  EXPECT_NE(check("\x93NUMPY\x09 123").find("version 9 of .npy is not known"),
            std::string::npos);
  EXPECT_NE(
      check(makeNpy("{}", "").substr(0, 11)).find("truncated in its header"),
      std::string::npos);
  EXPECT_NE(withHeader("[]").find("not a dict"), std::string::npos);
  EXPECT_NE(withHeader("{'descr': '<f4'}").find("lacks descr"),
            std::string::npos);
  EXPECT_NE(
      withHeader("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}")
          .find("element type '>f4' is not supported"),
      std::string::npos);
  EXPECT_NE(
      withHeader(
          "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}")
          .find("structured"),
      std::string::npos);
  EXPECT_NE(
      withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}")
          .find("not a tuple of sizes"),
      std::string::npos);
  EXPECT_NE(
      withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}")
          .find("needs 8 bytes of data"),
      std::string::npos);
  EXPECT_NE(withHeader("{'descr': '<f4', 'fortran_order': False, "
                       "'shape': (4611686018427387904, 4)}")
                .find("too large"),
            std::string::npos);
  EXPECT_NE(getError(readNpy(folder.getPath("none.npy"))).find("none.npy: "),
            std::string::npos);
  EXPECT_NE(getError(readTensor(folder.getPath("t.txt")))
                .find("expected .npy or .pb"),
            std::string::npos);
}

TEST(NpyTest, AFailedWriteLeavesNothing) {
  TemporaryFolder folder;
  // The target is a folder: the rename fails after all was written.
  ASSERT_FALSE(llvm::sys::fs::create_directory(folder.getPath("t.npy")));
  EXPECT_NE(llvm::toString(writeNpy(folder.getPath("t.npy"),
                                    Tensor(ElementType::F32, {2}))),
            "");
  EXPECT_EQ(folder.list(), std::vector<std::string>{"t.npy"});
  EXPECT_NE(llvm::toString(writeNpy(folder.getPath("no/t.npy"),
                                    Tensor(ElementType::F32, {2}))),
            "");
}

} // namespace
