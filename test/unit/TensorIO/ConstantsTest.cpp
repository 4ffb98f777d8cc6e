//===- ConstantsTest.cpp - constants of the IR as tensors -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/Constants.h"
#include "TemporaryFolder.h"
#include "dialects/Graph/ExternalData.h"
#include "mlir/AsmParser/AsmParser.h"
#include "wafer/Executor/FloatFormats.h"
#include "wafer/Support/SeededValues.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::exec;

namespace {

class ConstantsTest : public ::testing::Test {
protected:
  ConstantsTest() { context.loadDialect<graph::GraphDialect>(); }

  std::vector<double> readAll(ConstantReader &reader, Attribute value) {
    llvm::Expected<Tensor> tensor = reader.read(value, "fc1.weight");
    if (!tensor) {
      error = llvm::toString(tensor.takeError());
      return {};
    }
    std::vector<double> values;
    for (int64_t i = 0; i < tensor->getNumElements(); ++i)
      values.push_back(tensor->getAsDouble(i));
    return values;
  }

  Attribute external(StringRef path, int64_t offset, StringRef bytes) {
    auto type = RankedTensorType::get({static_cast<int64_t>(bytes.size() / 4)},
                                      Float32Type::get(&context));
    std::string hash = graph::hashExternalData(
        {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
    return graph::ExternalAttr::get(&context, path, offset, bytes.size(), hash,
                                    type);
  }

  MLIRContext context;
  std::string error;
};

using Values = std::vector<double>;

TEST_F(ConstantsTest, DenseAttributes) {
  ConstantReader reader;
  auto read = [&](StringRef text) {
    return readAll(reader, parseAttribute(text, &context));
  };
  EXPECT_EQ(read("dense<[1.5, -2.0]> : tensor<2xf16>"), (Values{1.5, -2}));
  EXPECT_EQ(read("dense<3> : tensor<2xui8>"), (Values{3, 3}));
  EXPECT_EQ(read("dense<[true, false, true]> : tensor<3xi1>"),
            (Values{1, 0, 1}));
  EXPECT_EQ(read("dense<-7> : tensor<i64>"), (Values{-7}));
  EXPECT_EQ(read("dense<> : tensor<0xf32>"), (Values{}));
  EXPECT_EQ(error, "");
}

/// The element type decides how the drawn f32 numbers are rounded.
TEST_F(ConstantsTest, SeededValues) {
  ConstantReader reader;
  auto read = [&](StringRef type) {
    return readAll(reader,
                   parseAttribute(("#graph.seeded<normal, seed = 7, base = 5, "
                                   "scale = 1.0 : f32, mean = 3.0 : f32> : " +
                                   type)
                                      .str(),
                                  &context));
  };
  Values drawn = read("tensor<2x50xf32>");
  wafer::SeededValues values{SeededDistribution::Normal, 7, 5, 1, 3};
  std::vector<float> expected(100);
  values.generate(0, expected);
  EXPECT_EQ(drawn, Values(expected.begin(), expected.end()));
  EXPECT_EQ(read("tensor<100xf64>"), drawn);
  Values f16 = read("tensor<100xf16>"), bf16 = read("tensor<100xbf16>");
  ASSERT_EQ(f16.size(), 100u);
  ASSERT_EQ(bf16.size(), 100u);
  for (size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(f16[i], Half::decode(Half::encode(drawn[i])));
    EXPECT_EQ(bf16[i], BFloat::decode(BFloat::encode(drawn[i])));
  }
  EXPECT_EQ(read("tensor<0x4xf32>"), Values{});
  EXPECT_EQ(error, "");
}

TEST_F(ConstantsTest, ExternalDataAtAnyAlignment) {
  TemporaryFolder folder;
  float values[] = {1, 2};
  StringRef bytes(reinterpret_cast<const char *>(values), sizeof(values));
  folder.write("w.bin", ("xyz" + bytes).str());
  ConstantReader reader(folder.getPath(""));
  EXPECT_EQ(readAll(reader, external("w.bin", 3, bytes)), (Values{1, 2}));
  EXPECT_EQ(error, "");
}

TEST_F(ConstantsTest, ChangedAndMissingDataIsNoticed) {
  TemporaryFolder folder;
  float values[] = {1, 2};
  StringRef bytes(reinterpret_cast<const char *>(values), sizeof(values));
  std::string path = folder.write("w.bin", bytes);
  ConstantReader reader;
  readAll(reader, external(path, 4, bytes));
  EXPECT_NE(
      error.find("w.bin: constant \"fc1.weight\" needs bytes 4 to 12, the file "
                 "has 8"),
      std::string::npos)
      << error;
  values[1] = 3;
  readAll(reader, external(path, 0, bytes));
  EXPECT_NE(error.find("bytes of constant \"fc1.weight\" have changed"),
            std::string::npos)
      << error;
  readAll(reader, external(path + ".gone", 0, bytes));
  EXPECT_NE(error.find("w.bin.gone: "), std::string::npos) << error;
}

} // namespace
