//===- TensorProtoTest.cpp - ONNX TensorProto files -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TemporaryFolder.h"
#include "wafer/Executor/TensorProtoIO.h"

using namespace wafer;
using namespace wafer::exec;

namespace {

TEST(TensorProtoTest, EveryTypeSurvivesARoundTrip) {
  registerTensorProtoIO();
  TemporaryFolder folder;
  std::string path = folder.getPath("t.pb");
  for (int i = 0; i <= static_cast<int>(ElementType::Bool); ++i) {
    Tensor tensor(static_cast<ElementType>(i), {2, 1});
    tensor.name = "scores";
    tensor.setFromDouble(0, 1);
    ASSERT_EQ(llvm::toString(writeTensor(path, tensor)), "");
    llvm::Expected<Tensor> read = readTensor(path);
    ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
    EXPECT_EQ(read->elementType, tensor.elementType);
    EXPECT_EQ(read->shape, tensor.shape);
    EXPECT_EQ(read->name, "scores");
    EXPECT_EQ(read->getBytes(), tensor.getBytes());
  }
}

TEST(TensorProtoTest, MalformedFilesAreRefused) {
  TemporaryFolder folder;
  auto check = [&](llvm::StringRef content) {
    llvm::Expected<Tensor> tensor =
        readTensorProto(folder.write("bad.pb", content));
    return tensor ? "no error" : llvm::toString(tensor.takeError());
  };
  EXPECT_NE(check("no protobuf").find("bad.pb: not an ONNX TensorProto"),
            std::string::npos);
  // data_type (2) FLOAT, dims (1) 3, raw_data (9) of 4 bytes.
  EXPECT_NE(check({"\x08\x03\x10\x01\x4a\x04\0\0\0\0", 10})
                .find("its dimensions need 12 bytes, it has 4"),
            std::string::npos);
  // data_type STRING.
  EXPECT_NE(check({"\x10\x08", 2}).find("element type STRING is not supported"),
            std::string::npos);
}

} // namespace
