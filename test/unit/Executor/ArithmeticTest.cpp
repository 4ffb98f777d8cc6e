//===- ArithmeticTest.cpp - E20 to E26 --------------------------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"
#include <cmath>
#include <limits>

using namespace wafer;
using namespace wafer::exec;
using pe::Opcode;

static uint32_t bitsOf(float value) { return llvm::bit_cast<uint32_t>(value); }
static float apply(Opcode opcode, float a, float b, float acc = 0) {
  return llvm::bit_cast<float>(getElementFn(opcode, Elem::F32, Elem::F32)(
      bitsOf(acc), bitsOf(a), bitsOf(b)));
}
static uint32_t applyHalf(Opcode opcode, uint32_t a, uint32_t b,
                          uint32_t acc = 0) {
  return getElementFn(opcode, Elem::F16, Elem::F16)(acc, a, b);
}

static const float kNaN = std::numeric_limits<float>::quiet_NaN(),
                   kInf = std::numeric_limits<float>::infinity();

TEST(Elements, MaxAndMinOrderZerosAndKeepNaN) { // E24
  EXPECT_EQ(bitsOf(apply(Opcode::Max, -0.0f, 0.0f)), 0u);
  EXPECT_EQ(bitsOf(apply(Opcode::Max, 0.0f, -0.0f)), 0u);
  EXPECT_EQ(bitsOf(apply(Opcode::Min, -0.0f, 0.0f)), 0x80000000u);
  EXPECT_EQ(bitsOf(apply(Opcode::Min, 0.0f, -0.0f)), 0x80000000u);
  for (Opcode opcode : {Opcode::Max, Opcode::Min}) {
    EXPECT_TRUE(std::isnan(apply(opcode, kNaN, 1.0f)));
    EXPECT_TRUE(std::isnan(apply(opcode, 1.0f, kNaN)));
  }
  EXPECT_EQ(apply(Opcode::Max, -kInf, -3.0f), -3.0f);
  EXPECT_EQ(apply(Opcode::Min, -kInf, -3.0f), -kInf);
}

TEST(Elements, SignsAreBits) { // E22
  EXPECT_EQ(bitsOf(apply(Opcode::Neg, 0.0f, 0)), 0x80000000u);
  EXPECT_EQ(getElementFn(Opcode::Neg, Elem::F32, Elem::F32)(0, 0x7FC00001, 0),
            0xFFC00001u);
  EXPECT_EQ(getElementFn(Opcode::Abs, Elem::F32, Elem::F32)(0, 0xFF800001, 0),
            0x7F800001u);
  EXPECT_EQ(getElementFn(Opcode::Neg, Elem::I32, Elem::I32)(0, 0x80000000, 0),
            0x80000000u);
  EXPECT_EQ(getElementFn(Opcode::Abs, Elem::I32, Elem::I32)(0, -5, 0), 5u);
}

TEST(Elements, MoveBetweenTypesKeepsBits) { // E22
  // A signalling NaN, minus zero, a subnormal, and 1.0.
  for (uint32_t bits : {0x7F800001u, 0x80000000u, 1u, 0x3F800000u}) {
    EXPECT_EQ(getElementFn(Opcode::Move, Elem::I32, Elem::F32)(0, bits, 0),
              bits);
    EXPECT_EQ(getElementFn(Opcode::Move, Elem::F32, Elem::I32)(0, bits, 0),
              bits);
  }
  EXPECT_EQ(getElementFn(Opcode::Move, Elem::I32, Elem::F16), nullptr);
  EXPECT_EQ(getElementFn(Opcode::Move, Elem::F16, Elem::I32), nullptr);
}

TEST(Elements, MacRoundsOnce) { // E23
  // (1 + 2^-12)^2 - 1 = 2^-11 + 2^-24: a product rounded first would lose
  // 2^-24.
  float a = 1.0f + std::ldexp(1.0f, -12);
  EXPECT_EQ(apply(Opcode::Mac, a, a, -1.0f),
            std::ldexp(1.0f, -11) + std::ldexp(1.0f, -24));
  // f16: 1 + 2^-10 squared less 1 is 2^-9 + 2^-20, which f16 holds (11 bits
  // from 2^-9 reach 2^-19: rounds to 2^-9).
  uint32_t h = 0x3C01, minusOne = 0xBC00;
  EXPECT_EQ(applyHalf(Opcode::Mac, h, h, minusOne), 0x1800u);
  // Through f32 this would round twice: 2^-14 * (1 + 2^-10) * 2^-1 ... exact
  // tie broken by a distant accumulator. acc = 1, product = 2^-11 + 2^-21:
  // above the tie, so up.
  uint32_t p = 0x1001 /* 2^-11 (1 + 2^-10) */, one = 0x3C00;
  EXPECT_EQ(applyHalf(Opcode::Mac, p, one, one), 0x3C01u);
  // acc = 1, product = 2^-11: a tie, to even.
  EXPECT_EQ(applyHalf(Opcode::Mac, 0x1000, one, one), 0x3C00u);
  // Sources f16, destination f32: exact product 2^-48 of the smallest
  // subnormals.
  EXPECT_EQ(getElementFn(Opcode::Mac, Elem::F32, Elem::F16)(0, 1, 1),
            bitsOf(std::ldexp(1.0f, -48)));
  EXPECT_EQ(getElementFn(Opcode::Mac, Elem::I32, Elem::I32)(5, 0x7FFFFFFF, 2),
            3u);
}

TEST(Elements, ConvertSaturatesAndRoundsOnce) { // E25
  ElementFn toInt = getElementFn(Opcode::Convert, Elem::I32, Elem::F32);
  EXPECT_EQ(toInt(0, bitsOf(-1.9f), 0), static_cast<uint32_t>(-1));
  EXPECT_EQ(toInt(0, bitsOf(3e9f), 0), 0x7FFFFFFFu);
  EXPECT_EQ(toInt(0, bitsOf(-kInf), 0), 0x80000000u);
  EXPECT_EQ(toInt(0, bitsOf(kNaN), 0), 0u);
  // 2049 + 2^-20 lies above the tie between 2048 and 2050 in f16; as f32 it
  // still does.
  EXPECT_EQ(getElementFn(Opcode::Convert, Elem::F16,
                         Elem::F32)(0, bitsOf(2049.25f), 0),
            0x6801u);
  EXPECT_EQ(getElementFn(Opcode::Convert, Elem::F16, Elem::I32)(0, 65520, 0),
            0x7C00u);
  EXPECT_EQ(getElementFn(Opcode::Convert, Elem::F32, Elem::I32)(0, 16777217, 0),
            bitsOf(16777216.0f));
  EXPECT_EQ(getElementFn(Opcode::Convert, Elem::F32, Elem::F16)(0, 1, 0),
            bitsOf(std::ldexp(1.0f, -24)));
}

TEST(Elements, HalfMacIsExactOnRandomOperands) {
  uint32_t state = 1;
  auto next = [&] { return (state = state * 1664525 + 1013904223) >> 16; };
  for (int i = 0; i < 20000; ++i) {
    uint16_t bits[3] = {uint16_t(next()), uint16_t(next()), uint16_t(next())};
    long double v[3];
    for (int k = 0; k < 3; ++k)
      v[k] = static_cast<long double>(
          static_cast<float>(llvm::bit_cast<Half16>(bits[k])));
    // 64 bits of long double hold the sum except where the small part is far
    // below half a unit.
    Half16 expected = static_cast<Half16>(v[1] * v[2] + v[0]);
    Half16 actual = llvm::bit_cast<Half16>(
        uint16_t(applyHalf(Opcode::Mac, bits[1], bits[2], bits[0])));
    if (expected != expected)
      EXPECT_NE(actual, actual);
    else
      EXPECT_EQ(llvm::bit_cast<uint16_t>(actual),
                llvm::bit_cast<uint16_t>(expected))
          << bits[0] << " " << bits[1] << " " << bits[2];
  }
}

TEST(Elements, StridedMatchesElementwise) {
  for (Opcode opcode :
       {Opcode::Move, Opcode::Add, Opcode::Sub, Opcode::Mul, Opcode::Mac,
        Opcode::Max, Opcode::Min, Opcode::Neg, Opcode::Abs}) {
    for (Elem type : {Elem::F32, Elem::I32}) {
      std::vector<uint32_t> a(37), b(37), d(37), expected(37);
      for (unsigned i = 0; i < 37; ++i) {
        a[i] = (i % 5 == 0) ? 0x80000000u : bitsOf(std::sin(float(i)));
        b[i] = (i % 7 == 0) ? 0u : bitsOf(std::cos(float(i)));
        d[i] = bitsOf(float(i));
        expected[i] = getElementFn(opcode, type, type)(d[i], a[i], b[i]);
      }
      auto operand = [](std::vector<uint32_t> &v) {
        return StridedOperand{reinterpret_cast<char *>(v.data()), 4};
      };
      getStridedFn(opcode, type, type)(37, operand(d), operand(a), operand(b));
      EXPECT_EQ(d, expected);
    }
  }
}

TEST(Elements, OverlappingRowsKeepTheOrderOfPoints) { // E20
  // d[i + 1] = d[i] + 1: each point sees the one before.
  std::vector<float> values(20, 0.0f);
  float one = 1.0f;
  getStridedFn(Opcode::Add, Elem::F32,
               Elem::F32)(19, {reinterpret_cast<char *>(&values[1]), 4},
                          {reinterpret_cast<char *>(&values[0]), 4},
                          {reinterpret_cast<char *>(&one), 0});
  EXPECT_EQ(values[19], 19.0f);
}

/// Special values through all operations on 1 PE and on 16 (which run as rows
/// of lanes).
TEST_F(ExecutorTest, ArithmeticOfPrograms) {
  for (const char *region : {"[0, 0]", "[0:4, 0:4]"}) {
    std::string body = R"(
pe.host @a : tensor<20x8xf32> input
pe.host @h : tensor<20x8xf16> input
pe.host @r : tensor<20x64xf32> output
pe.host @rh : tensor<20x8xf16> output
pe.module @p machine(MACHINE) launches(1) {
  pe.program @c on )" + std::string(region) +
                       R"( {
    pe.buffer @a : f32 x 8 at 6144
    pe.buffer @r : f32 x 64 at 6176
    pe.buffer @h : f16 x 8 at 7168
    pe.buffer @g : f16 x 9 at 7184
    pe.buffer @i : i32 x 8 at 7232
    pe.load @a[0 : 1] from @a[(x * 4 + y) * 8 + i0] over [8]
    pe.load @h[0 : 1] from @h[(x * 4 + y) * 8 + i0] over [8]
    pe.store @r[0 : 1] to @r[(x * 4 + y) * 64 + i0] over [64]
    pe.store @g[1 : 1] to @rh[(x * 4 + y) * 8 + i0] over [8]
    pe.move f32 over [64] @r[0 : 1] = imm(1.5 : f32)
    pe.max f32 over [8] @r[0 : 1] = @a[0 : 1], @a[7 : -1]
    pe.min f32 over [8] @r[8 : 1] = @a[0 : 1], @a[7 : -1]
    pe.mul f32 over [8] @r[16 : 1] = @a[0 : 1], @a[0 : 1]
    pe.mac f32 over [8] @r[24 : 1] = @a[0 : 1], @a[7 : -1]
    pe.mac f32 from f16 over [8] @r[32 : 1] = @h[0 : 1], @h[7 : -1]
    pe.convert i32 from f32 over [8] @i[0 : 1] = @a[0 : 1]
    pe.convert f32 from i32 over [8] @r[40 : 1] = @i[0 : 1]
    pe.sub f32 over [8] @r[48 : 1] = @a[0 : 1], imm(1.0 : f32)
    pe.neg f32 over [4] @r[56 : 2] = @a[0 : 2]
    pe.abs f32 over [4] @r[57 : 2] = @a[1 : 2]
    pe.add f16 over [8] @g[1 : 1] = @h[0 : 1], @h[7 : -1]
    pe.mac f16 over [2, 4] @g[1 : 0, 1] = @h[0 : 4, 1], @h[0 : 4, 1]
  }
})";
    ASSERT_TRUE(parse(body));
    std::vector<float> special = {kNaN,  -0.0f,  0.0f,  kInf,
                                  -kInf, 1e-42f, -1.5f, 3e38f};
    std::vector<float> a;
    std::vector<uint16_t> h;
    for (unsigned i = 0; i < 160; ++i) {
      a.push_back(i < 80 ? special[(i * 5 + i / 8) % 8]
                         : std::sin(float(i)) * 100);
      h.push_back(i * 411);
    }
    setInput("a", a);
    setInputBits("h", h);
    runBoth();
  }
}

/// The exponent of a float as an integer and back, in memory and through the
/// fabric, on single PEs and on rows of lanes.
TEST_F(ExecutorTest, MoveBetweenTypesOfPrograms) { // E22
  for (int rows : {1, 16}) {
    std::string y = "0:" + std::to_string(rows);
    std::string body = R"(
pe.host @a : tensor<16x8xf32> input
pe.host @r : tensor<16x16xf32> output
pe.host @n : tensor<16x8xi32> output
pe.module @p machine(MACHINE) launches(1) {
  pe.route colour 3 epoch 0 on [0, Y] : ramp -> east
  pe.route colour 3 epoch 0 on [1, Y] : west -> ramp
  pe.program @west on [0, Y] {
    pe.buffer @a : f32 x 8 at 6144
    pe.load @a[0 : 1] from @a[y * 8 + i0] over [8]
    pe.bind out(0) colour 3
    pe.move i32 from f32 over [8] out(0) = @a[0 : 1]
  }
  pe.program @east on [1, Y] {
    pe.buffer @b : i32 x 8 at 6144
    pe.buffer @n : i32 x 8 at 6176
    pe.buffer @r : f32 x 16 at 6208
    pe.store @r[0 : 1] to @r[y * 16 + i0] over [16]
    pe.store @n[0 : 1] to @n[y * 8 + i0] over [8]
    pe.bind in(0) colour 3
    pe.move i32 over [8] @b[0 : 1] = in(0)
    pe.move f32 from i32 over [8] @r[0 : 1] = @b[0 : 1]
    pe.move i32 from f32 over [4, 2] @n[0 : 1, 4] = @r[0 : 2, 1]
    pe.add i32 over [8] @b[0 : 1] = @b[0 : 1], imm(8388608 : i32)
    pe.move f32 from i32 over [8] @r[8 : 1] = @b[0 : 1]
  }
})";
    for (size_t at; (at = body.find('Y')) != std::string::npos;)
      body.replace(at, 1, y);
    TestMachine machine;
    machine.height = 16;
    ASSERT_TRUE(parse(body, machine));
    std::vector<float> a(128);
    for (unsigned i = 0; i < 128; ++i)
      a[i] = std::ldexp(1.0f + i * 0.00390625f, int(i % 64) - 32);
    a[3] = -0.0f;
    setInput("a", a);
    RunOutcome outcome = runBoth();
    for (int row = 0; row < rows; ++row) {
      for (int i = 0; i < 8; ++i) {
        uint32_t bits = bitsOf(a[row * 8 + i]);
        EXPECT_EQ(outcome.outputs["r"][row * 16 + i], bits);
        EXPECT_EQ(outcome.outputs["r"][row * 16 + 8 + i], bits + 0x800000);
        EXPECT_EQ(outcome.outputs["n"][row * 8 + i / 2 + (i % 2) * 4], bits);
      }
    }
  }
}
