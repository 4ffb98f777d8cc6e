//===- PlannerTest.cpp - choices and explanations -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Kernels/Planner.h"

#include "mlir/Parser/Parser.h"
#include "wafer/Target/LoadMachine.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;

namespace {

struct PlannerTest : testing::Test {
  MLIRContext context;
  machine::DescAttr machine;
  OwningOpRef<mlir::ModuleOp> module;
  std::string errors;

  PlannerTest() {
    context.loadDialect<graph::GraphDialect, mesh::WaferDialect>();
  }

  /// A program of products in a row, `sizes` features, on `name`; `attributes`
  /// follow the first kernel's dataflow.
  mesh::ProgramOp parse(StringRef name, int64_t tokens, ArrayRef<int64_t> sizes,
                        StringRef attributes = "", StringRef pieces = "",
                        int64_t launches = 1) {
    machine = *loadMachine(
        name, &context, [&] { return emitError(UnknownLoc::get(&context)); });
    std::string text, body;
    llvm::raw_string_ostream os(text), program(body);
    auto tensor = [](int64_t a, int64_t b) {
      return "tensor<" + std::to_string(a) + "x" + std::to_string(b) + "xf32";
    };
    os << "#t = #wafer.layout<rows [d0] block, columns [d1] block>\n";
    os << "pe.host @x : " << tensor(tokens, sizes[0]) << "> input\n";
    program << "wafer.program @p machine(" << machine << ") launches("
            << launches << ") {\n";
    program << "  %v0 = wafer.input @x : " << tensor(tokens, sizes[0]) << ">\n";
    for (size_t i = 0; i + 1 < sizes.size(); ++i) {
      std::string x = tensor(tokens, sizes[i]),
                  w = tensor(sizes[i], sizes[i + 1]),
                  y = tensor(tokens, sizes[i + 1]);
      os << "pe.host @w" << i << " : " << w << "> input\n";
      program << "  %w" << i << " = wafer.input @w" << i << " : " << w << ">\n";
      program << "  %v" << i + 1 << " = wafer.kernel @k" << i << "(%v" << i
              << ", %w" << i
              << ") dataflow(#wafer.product<form = forward, reduce = chain, "
                 "weights = resident"
              << (i == 0 ? pieces : "") << ">) " << (i == 0 ? attributes : "")
              << " : (" << x << (i == 0 ? ">, " : ", #t>, ") << w << ">) -> "
              << y << ", #t> {\n  ^bb0(%a: " << x << ">, %b: " << w
              << ">):\n    %r = graph.matmul %a, %b : (" << x << ">, " << w
              << ">) -> " << y << ">\n    wafer.yield %r : " << y << ">\n  }\n";
    }
    program << "}\n";
    module = parseSourceString<mlir::ModuleOp>(text + body, &context);
    EXPECT_TRUE(module) << text << body;
    return *module->getOps<mesh::ProgramOp>().begin();
  }

  FailureOr<Planner::Plan> solve(mesh::ProgramOp program) {
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      errors += diagnostic.str();
      for (Diagnostic &note : diagnostic.getNotes())
        errors += "; " + note.str();
      return success();
    });
    return Planner(program).solve();
  }
};

TEST_F(PlannerTest, ResidentWhileItFits) {
  FailureOr<Planner::Plan> plan = solve(parse("mesh<8x8>", 64, {128, 128, 32}));
  ASSERT_TRUE(succeeded(plan));
  EXPECT_EQ(plan->launches, 1);
  EXPECT_LE(plan->bytes, machine.getUsableBytes());
  ASSERT_EQ(plan->kernels.size(), 2u);
  for (const Planner::KernelPlan &kernel : plan->kernels) {
    EXPECT_EQ(kernel.weights, mesh::Weights::Resident);
    EXPECT_EQ(kernel.at.getHeight(), 8);
  }
  // The second kernel reads what the first one wrote, where it lies.
  EXPECT_EQ(plan->kernels[1].at, plan->kernels[0].to);
}

// 8 columns hold 8 * 43,008 B = 344,064 B; weights of 512 x 512 f32 are 1 MiB.
TEST_F(PlannerTest, StreamedWhenTooLarge) {
  FailureOr<Planner::Plan> plan = solve(parse("mesh<8x8>", 16, {512, 512, 16}));
  ASSERT_TRUE(succeeded(plan));
  EXPECT_EQ(plan->launches, 1);
  EXPECT_EQ(plan->kernels[0].weights, mesh::Weights::Streamed);
  EXPECT_EQ(plan->kernels[1].weights, mesh::Weights::Resident);
  EXPECT_LE(plan->bytes, machine.getUsableBytes());
}

// X alone is 100,000 * 64 * 4 B = 25.6 MB for 64 PEs of 43,008 B = 2.75 MB: ten
// launches at least.
TEST_F(PlannerTest, LaunchesWhenThereAreTooManyTokens) {
  FailureOr<Planner::Plan> plan = solve(parse("mesh<8x8>", 100000, {64, 64}));
  ASSERT_TRUE(succeeded(plan));
  EXPECT_GE(plan->launches, 10);
  EXPECT_LE(plan->bytes, machine.getUsableBytes());
  // The cycles are those of all launches.
  EXPECT_EQ(plan->cycles, plan->launches * plan->kernels[0].cycles);
}

TEST_F(PlannerTest, WhatIsWrittenStays) {
  FailureOr<Planner::Plan> plan =
      solve(parse("mesh<8x8>", 64, {64, 64, 64}, "at <1:3, 2:6> to <4:7, 2:6>",
                  ", pieces = 5", /*launches=*/2));
  ASSERT_TRUE(succeeded(plan));
  EXPECT_EQ(plan->launches, 2);
  EXPECT_EQ(plan->kernels[0].at, mesh::RectAttr::get(&context, 1, 3, 2, 6));
  EXPECT_EQ(plan->kernels[0].to, mesh::RectAttr::get(&context, 4, 7, 2, 6));
  EXPECT_EQ(plan->kernels[0].pieces, 5);
  EXPECT_EQ(plan->kernels[1].at, plan->kernels[0].to);
  EXPECT_EQ(plan->kernels[1].to.getY0(), 2);
  EXPECT_EQ(plan->kernels[1].to.getY1(), 6);
}

// One column of one row: X 20,000 * 4 B and two streamed blocks of one output 2
// * 20,000 * 4 B, two sums and an output 12 B.
TEST_F(PlannerTest, ShortfallIsExplained) {
  EXPECT_TRUE(failed(solve(parse("mesh<1x1>", 3, {20000, 1}))));
  EXPECT_NE(errors.find("does not fit: a PE needs 240012 bytes and "
                        "\"mesh<1x1>\" has 43008, short by 197004 bytes"),
            std::string::npos)
      << errors;
  EXPECT_NE(errors.find("weights streamed where the machine has ports"),
            std::string::npos)
      << errors;
}

// No more columns than features, no more rows than tokens, never more than the
// machine has.
TEST_F(PlannerTest, RectanglesFitTensorsAndMachines) {
  for (const char *name : {"mesh<1x1>", "mesh<3x5>", "mesh<16x2>", "wse2"})
    for (auto [tokens, inputs, outputs] :
         {std::tuple(1, 1, 1), std::tuple(5, 7, 3), std::tuple(40, 96, 64)}) {
      FailureOr<Planner::Plan> plan =
          solve(parse(name, tokens, {inputs, outputs}));
      ASSERT_TRUE(succeeded(plan)) << name << errors;
      const Planner::KernelPlan &kernel = plan->kernels[0];
      EXPECT_LE(kernel.at.getWidth(),
                std::min<int64_t>(machine.getWidth(), inputs));
      EXPECT_LE(kernel.to.getWidth(),
                std::min<int64_t>(machine.getWidth(), outputs));
      EXPECT_EQ(kernel.at.getHeight(),
                std::min<int64_t>(machine.getHeight(), tokens));
      EXPECT_GE(kernel.pieces, 1);
      EXPECT_LE(kernel.pieces * kernel.to.getWidth(),
                outputs + kernel.to.getWidth());
    }
}

} // namespace
