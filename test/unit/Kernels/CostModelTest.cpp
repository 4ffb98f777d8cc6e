//===- CostModelTest.cpp - modelled cycles and bytes by hand -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/CostModel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "wafer/Kernels/MapOps.h"
#include "wafer/Target/LoadMachine.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;

namespace {

struct CostModelTest : testing::Test {
  MLIRContext context;
  machine::DescAttr load(StringRef name) {
    return *loadMachine(name, &context,
                        [&] { return emitError(UnknownLoc::get(&context)); });
  }
};

// 8 tokens, 16 -> 24 on 4 columns and 4 rows, results on 3 columns: 4 inputs
// and 2 tokens a PE, 3 blocks of 8 outputs.
//   one output:  clear 2 / 2 = 1, multiply 4 * 2 = 8, sums 2
//   one block:   loop 6 + two set-ups 30 + async 4 = 40
//   main thread: 3 * 40 + 24 * (1 + 8) = 336, more than the datapath's 24 * (1
//   + 8 + 2 + 2) = 312 along the row: 4 * (2 + 2 + 1 + 2) + a block of 16 sums
//   = 44; back: 4 hops + 16 = 20; two set-ups: 30
TEST_F(CostModelTest, ResidentProductByHand) {
  ProductCostInput input{/*inputs=*/4,   /*tokens=*/2,
                         /*outputs=*/24, /*totalInputs=*/16,
                         /*columns=*/4,  /*ownerColumns=*/3,
                         /*blocks=*/3,   /*streamed=*/false};
  EXPECT_EQ(getProductCycles(load("mesh<4x4>"), input), 336 + 44 + 20 + 30);
  EXPECT_EQ(getPartialBytes(input), 2 * 8 * 2 * 4);
  EXPECT_EQ(getWeightBytes(input), 24 * 4 * 4);
  // Streamed, two blocks of 8 outputs are in SRAM.
  input.streamed = true;
  EXPECT_EQ(getWeightBytes(input), 2 * 8 * 4 * 4);
}

// Few tokens: two ports of 284 wavelets in 1000 cycles bring 64 * 64 weights in
// 4096 * 1000 / 568 = 7212 cycles.
TEST_F(CostModelTest, PortsBoundStreamedWeights) {
  machine::DescAttr machine = load("mesh<8x8>");
  ProductCostInput input{8, 1, 64, 64, 8, 8, 8, true};
  EXPECT_GE(getProductCycles(machine, input), 7212);
  EXPECT_LE(getProductCycles(machine, input), 7212 + 200);
}

// Many tokens: the relays' datapath. A port serves 4 of 8 columns: for one
// output a relay takes 4 * 8 weights and sends its 8.
TEST_F(CostModelTest, RelaysBoundStreamedWeights) {
  machine::DescAttr machine = load("mesh<8x8>");
  ProductCostInput input{8, 32, 64, 64, 8, 8, 8, true}, resident = input;
  resident.streamed = false;
  int64_t datapath = 64 * (32 / 2 + 8 * 32 + 32 + 32 + 5 * 8);
  EXPECT_GE(getProductCycles(machine, input), datapath);
  EXPECT_EQ(getProductCycles(machine, input) -
                getProductCycles(machine, resident),
            64 * 5 * 8);
}

TEST_F(CostModelTest, MoreWorkNeverCostsLess) {
  machine::DescAttr machine = load("mesh<8x8>");
  for (bool streamed : {false, true}) {
    ProductCostInput input{8, 4, 64, 64, 8, 8, 8, streamed};
    int64_t before = getProductCycles(machine, input);
    for (int64_t ProductCostInput::*field :
         {&ProductCostInput::inputs, &ProductCostInput::tokens,
          &ProductCostInput::outputs, &ProductCostInput::columns}) {
      ProductCostInput more = input;
      more.*field *= 2;
      EXPECT_GE(getProductCycles(machine, more), before);
    }
  }
}

struct MapCostTest : CostModelTest {
  OwningOpRef<ModuleOp> module;
  /// The last op of a function on %x and %h.
  Operation *parse(StringRef line) {
    context.loadDialect<graph::GraphDialect, func::FuncDialect>();
    std::string text =
        "func.func @f(%x: tensor<7x5xf32>, %h: tensor<7x5xf16>) {\n"
        "%c = graph.constant dense<4.0> : tensor<f32>\n" +
        line.str() + "\nreturn\n}\n";
    module = parseSourceString<ModuleOp>(text, &context);
    auto function = *module->getOps<func::FuncOp>().begin();
    return function.getBody().front().getTerminator()->getPrevNode();
  }
};

// One instruction over 5 features x 7 tokens: a set-up and 5 * ceil(7 / 2)
// beats of f32 add.
TEST_F(MapCostTest, InstructionByHand) {
  Operation *add = parse("%r = graph.add %x, %x : (tensor<7x5xf32>, "
                         "tensor<7x5xf32>) -> tensor<7x5xf32>");
  EXPECT_EQ(getMapCycles(load("mesh<4x4>"), add, 5, 7), 15 + 5 * 4);
  EXPECT_EQ(getMapScratchBytes({add}, 5, 7), 0);
  // max of f32: 1 a cycle.
  Operation *relu = parse("%r = graph.relu %x : tensor<7x5xf32>");
  EXPECT_EQ(getMapCycles(load("mesh<4x4>"), relu, 5, 7), 15 + 5 * 7);
  // A division by 4 is a product with 0.25.
  Operation *div = parse("%r = graph.div %x, %c : (tensor<7x5xf32>, "
                         "tensor<f32>) -> tensor<7x5xf32>");
  EXPECT_EQ(getMapCycles(load("mesh<4x4>"), div, 5, 7), 15 + 5 * 7);
}

// 64 tokens: slices of 512 / 64 = 8 features at most; 20 features are 3 slices
// of 7, 7 and 6.
TEST_F(MapCostTest, FunctionBySlices) {
  machine::DescAttr machine = load("mesh<4x4>");
  Operation *exp = parse("%r = graph.exp %x : tensor<7x5xf32>");
  MapSlices slices(20, 64);
  EXPECT_EQ(slices.features, 7);
  EXPECT_EQ(slices.count, 3);
  EXPECT_EQ(getMapCycles(machine, exp, 20, 64),
            2 * (6 + getFunctionCycles(machine, Function::Exp, 7, 64)) +
                getFunctionCycles(machine, Function::Exp, 6, 64));
  EXPECT_EQ(getMapScratchBytes({exp}, 20, 64),
            getScratchBytes({Function::Exp}, 7 * 64));
  // f16: one more register of f32, and converts to and from it, 1 a cycle.
  Operation *half = parse("%r = graph.exp %h : tensor<7x5xf16>");
  EXPECT_EQ(getMapScratchBytes({half}, 5, 7),
            getScratchBytes({Function::Exp}, 35) + 35 * 4);
  EXPECT_EQ(getMapCycles(machine, half, 5, 7),
            getFunctionCycles(machine, Function::Exp, 5, 7) + 2 * (15 + 35));
}

TEST(MapSlices, CoverAllFeaturesAndLeaveTheLastOneSome) {
  for (int64_t features = 1; features < 70; ++features) {
    for (int64_t tokens : {1, 3, 50, 200, 511, 600}) {
      MapSlices slices(features, tokens);
      int64_t last = features - (slices.count - 1) * slices.features;
      EXPECT_GE(last, 1);
      EXPECT_LE(last, slices.features);
      EXPECT_LE(slices.features * tokens, std::max<int64_t>(512, tokens));
    }
  }
}

} // namespace
