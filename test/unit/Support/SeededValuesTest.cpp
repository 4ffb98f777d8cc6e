//===- SeededValuesTest.cpp - seeds against the definition ------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/SeededValues.h"
#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace wafer;

namespace {

/// Output number n of SplitMix64, one after the other as its authors give it.
uint64_t splitMix(uint64_t seed, uint64_t n) {
  uint64_t state = seed + n * 0x9e3779b97f4a7c15u;
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

float define(const SeededValues &values, uint64_t index) {
  uint64_t z = splitMix(values.seed, values.base + index);
  if (values.distribution == SeededDistribution::Uniform) {
    auto v = static_cast<double>(2 * int64_t(z >> 40) + 1 - (1 << 24));
    volatile float product = static_cast<float>(v) * (values.scale / 0x1p24f);
    return product + values.mean;
  }
  int64_t sum = 0;
  for (int part = 0; part < 4; ++part)
    sum += (z >> (16 * part)) & 0xffff;
  volatile float product =
      static_cast<float>(sum - 131070) * (values.scale / 37837.2265625f);
  return product + values.mean;
}

uint16_t round(float value, const llvm::fltSemantics &semantics) {
  llvm::APFloat number(value);
  bool losesInfo;
  number.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return static_cast<uint16_t>(number.bitcastToAPInt().getZExtValue());
}

std::vector<SeededValues> examples() {
  std::vector<SeededValues> all;
  // Scales at which f16 rounds to tiny numbers, to normal ones, to infinity.
  for (float scale : {0.0f, 1e-7f, 1e-5f, 0.02f, 1.0f, 3e4f, 1e6f})
    for (float mean : {0.0f, 1.0f, -0.25f})
      for (auto distribution :
           {SeededDistribution::Uniform, SeededDistribution::Normal})
        all.push_back({distribution, uint64_t(INT64_MAX) - 5, uint64_t(1) << 40,
                       scale, mean});
  return all;
}

TEST(SeededValues, GeneratorIsSplitMix64) {
  // Published outputs of SplitMix64 for the seed 1234567.
  EXPECT_EQ(splitMix(1234567, 0), 6457827717110365317u);
  EXPECT_EQ(splitMix(1234567, 1), 3203168211198807973u);
  EXPECT_EQ(splitMix(1234567, 2), 9817491932198370423u);
}

TEST(SeededValues, ElementsAreAsDefined) {
  for (const SeededValues &values : examples()) {
    std::vector<float> floats(1003);
    std::vector<uint16_t> halves(1003), brains(1003);
    values.generate(11, floats);
    values.generateF16(11, halves);
    values.generateBF16(11, brains);
    for (size_t i = 0; i < floats.size(); ++i) {
      float expected = define(values, 11 + i);
      ASSERT_EQ(floats[i], expected) << values.scale << " " << i;
      ASSERT_EQ(halves[i], round(expected, llvm::APFloat::IEEEhalf()))
          << values.scale << " " << i << " " << expected;
      ASSERT_EQ(brains[i], round(expected, llvm::APFloat::BFloat()))
          << values.scale << " " << i << " " << expected;
    }
  }
}

TEST(SeededValues, AnyRangeByItself) {
  SeededValues values{SeededDistribution::Normal, 3, 9, 1.0f, 0.0f};
  std::vector<float> all(200);
  values.generate(0, all);
  for (uint64_t first = 0; first < 40; ++first)
    for (uint64_t count = 0; count < 40; ++count) {
      std::vector<float> part(count + 1, -7.0f);
      values.generate(first, llvm::MutableArrayRef(part).drop_back());
      EXPECT_TRUE(std::equal(part.begin(), part.end() - 1,
                             all.begin() + static_cast<long>(first)));
      EXPECT_EQ(part.back(), -7.0f) << "wrote behind the end";
    }
  // A base is an offset.
  SeededValues later = values;
  later.base += 100;
  std::vector<float> tail(100);
  later.generate(0, tail);
  EXPECT_TRUE(std::equal(tail.begin(), tail.end(), all.begin() + 100));
}

TEST(SeededValues, HaveTheirMoments) {
  for (auto distribution :
       {SeededDistribution::Uniform, SeededDistribution::Normal}) {
    SeededValues values{distribution, 1, 0, 2.0f, 5.0f};
    std::vector<float> elements(1 << 20);
    values.generate(0, elements);
    double sum = 0, squares = 0, largest = 0;
    for (double x : elements) {
      sum += x;
      squares += (x - 5) * (x - 5);
      largest = std::max(largest, std::abs(x - 5));
    }
    bool isNormal = distribution == SeededDistribution::Normal;
    double deviation = isNormal ? 2 : 2 / std::sqrt(3.0);
    // Of 2^20 elements the mean has the deviation 2/1024; five times that.
    EXPECT_NEAR(sum / (1 << 20), 5, 0.01);
    EXPECT_NEAR(std::sqrt(squares / (1 << 20)), deviation, 0.01);
    EXPECT_LE(largest, isNormal ? 2 * 3.4642 : 2);
    EXPECT_GE(largest, isNormal ? 2 * 3 : 1.999);
  }
}

TEST(SeededLocation, RoundTrip) {
  for (const SeededValues &values : examples()) {
    std::string location = makeSeededLocation(values);
    EXPECT_TRUE(isSeededLocation(location));
    llvm::Expected<SeededValues> read = parseSeededLocation(location);
    ASSERT_TRUE(bool(read)) << location;
    EXPECT_TRUE(*read == values) << location;
  }
  SeededValues values{SeededDistribution::Normal, 7, 0, 0.02f, 0.0f};
  EXPECT_EQ(makeSeededLocation(values),
            "wafer-seeded:normal?seed=7&base=0&scale=0.02&mean=0");
  EXPECT_FALSE(isSeededLocation("weights.bin"));
}

TEST(SeededLocation, RefusesWhatIsNone) {
  auto fails = [](llvm::StringRef location) {
    llvm::Expected<SeededValues> read = parseSeededLocation(location);
    return read ? std::string() : llvm::toString(read.takeError());
  };
  EXPECT_EQ(fails("wafer-seeded:uniform?seed=1"), "");
  EXPECT_NE(fails("wafer-seeded:cauchy?seed=1"), "");
  EXPECT_NE(fails("wafer-seeded:normal"), "");
  EXPECT_NE(fails("wafer-seeded:normal?scale=1"), "");
  for (const char *parameter :
       {"seed=-1", "seed=x", "seed=9223372036854775808", "seed=1&seed=2",
        "seed=1&base=-1", "seed=1&scale=-1", "seed=1&scale=inf",
        "seed=1&scale=nan", "seed=1&scale=1e99", "seed=1&scale=0x1p3",
        "seed=1&scale=", "seed=1&mean=1z", "seed=1&colour=3"}) {
    std::string message =
        fails(std::string("wafer-seeded:normal?") + parameter);
    EXPECT_NE(message.find("each once, found"), std::string::npos)
        << parameter << ": " << message;
  }
}

} // namespace
