//===- FloatFormatsTest.cpp - narrow floats ---------------------*- C++ -*-===//
//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Executor/FloatFormats.h"
#include "wafer/Executor/Convert.h"
#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"
#include <limits>
#include <random>

using namespace wafer::exec;
using llvm::APFloat;

namespace {

uint16_t encodeByAPFloat(double value, const llvm::fltSemantics &semantics) {
  APFloat number(value);
  bool losesInfo;
  number.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return static_cast<uint16_t>(number.bitcastToAPInt().getZExtValue());
}

template <typename Format> void checkAll(const llvm::fltSemantics &semantics) {
  // Every value, and the middle between each two neighbours.
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    double value = Format::decode(bits);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(Format::decode(Format::encode(value))));
      continue;
    }
    ASSERT_EQ(Format::encode(value), bits);
    double next = Format::decode(bits + 1);
    if (std::isfinite(next)) {
      double middle = (value + next) / 2;
      ASSERT_EQ(Format::encode(middle), encodeByAPFloat(middle, semantics));
    }
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 100000; ++i) {
    double value = llvm::bit_cast<double>(random());
    if (i % 2) // in the range of the format
      value = std::ldexp(static_cast<double>(random()),
                         -64 - int(random() % 40) + 20);
    if (!std::isnan(value)) {
      ASSERT_EQ(Format::encode(value), encodeByAPFloat(value, semantics))
          << value;
    }
  }
}

TEST(FloatFormatsTest, HalfAgreesWithAPFloat) {
  checkAll<Half>(APFloat::IEEEhalf());
}
TEST(FloatFormatsTest, BFloatAgreesWithAPFloat) {
  checkAll<BFloat>(APFloat::BFloat());
}

TEST(FloatFormatsTest, ConversionToIntegersSaturates) {
  EXPECT_EQ(fromNumber<int32_t>(3e9), INT32_MAX);
  EXPECT_EQ(fromNumber<int32_t>(-3e9), INT32_MIN);
  EXPECT_EQ(fromNumber<int64_t>(9.3e18), INT64_MAX);
  EXPECT_EQ(fromNumber<uint64_t>(-1.0), 0u);
  EXPECT_EQ(fromNumber<uint8_t>(255.9), 255);
  EXPECT_EQ(fromNumber<int8_t>(-1.9), -1);
  EXPECT_EQ(fromNumber<int16_t>(std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(fromNumber<BoolByte>(0.25).bits, 1);
}

} // namespace
