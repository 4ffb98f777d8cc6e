//===- StepVerifierTest.cpp - passes that break a graph ---------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../../tools/waferc/VerifyEach.h"
#include "dialects/Graph/Graph.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "wafer/Graph/Passes.h"
#include "wafer/Pipeline/Registration.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace wafer;
using namespace wafer::compiler;

namespace {

constexpr const char *kGraph = R"(
func.func @main(%x: tensor<4x3x8xf32>, %w: tensor<8x5xf32>) -> tensor<12x5xf32> {
  %c = graph.constant dense<[1.0, 2.0, 4.0, 8.0, 16.0]> : tensor<5xf32>
  %0 = graph.matmul %x, %w : (tensor<4x3x8xf32>, tensor<8x5xf32>) -> tensor<4x3x5xf32> loc("product")
  %1 = graph.add %0, %c : (tensor<4x3x5xf32>, tensor<5xf32>) -> tensor<4x3x5xf32> loc("bias")
  %2 = graph.relu %1 : tensor<4x3x5xf32> loc("relu")
  %3 = graph.reshape %2 : tensor<4x3x5xf32> -> tensor<12x5xf32> loc("rows")
  %4 = graph.tanh %3 : tensor<12x5xf32> loc("tanh")
  return %4 : tensor<12x5xf32>
})";

/// Replaces every OldT by a NewT: another function under the same name.
template <typename OldT, typename NewT>
struct Confuse
    : PassWrapper<Confuse<OldT, NewT>, OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Confuse)
  StringRef getArgument() const final { return "test-confuse"; }
  void runOnOperation() final {
    SmallVector<OldT> ops;
    this->getOperation().walk([&](OldT op) { ops.push_back(op); });
    for (OldT op : ops) {
      OpBuilder builder(op);
      Operation *other = builder.create(
          op.getLoc(), builder.getStringAttr(NewT::getOperationName()),
          op->getOperands(), op->getResultTypes());
      op->replaceAllUsesWith(other);
      op->erase();
    }
  }
};

class StepVerifierTest : public testing::Test {
protected:
  StepVerifierTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.printOpOnDiagnostic(false);
    context.disableMultithreading();
    module = parseSourceString<mlir::ModuleOp>(kGraph, &context);
  }

  /// Runs simplify, `broken` and CSE; what was reported, and where.
  std::string run(std::unique_ptr<Pass> broken) {
    auto inputs = StepVerifier::readInputs(*module, {}, /*seed=*/1);
    StepVerifier verifier("", std::move(llvm::cantFail(std::move(inputs))));
    EXPECT_TRUE(succeeded(verifier.setModel(*module)));
    std::string text;
    ScopedDiagnosticHandler capture(&context, [&](Diagnostic &diagnostic) {
      llvm::raw_string_ostream stream(text);
      stream << diagnostic.getLocation() << diagnostic.str();
      for (Diagnostic &note : diagnostic.getNotes())
        stream << "\n" << note.str();
      return success();
    });
    PassManager passes(&context);
    passes.addInstrumentation(verifier.createInstrumentation());
    passes.addPass(graph::createSimplify());
    if (broken)
      passes.addPass(std::move(broken));
    EXPECT_TRUE(succeeded(passes.run(*module)));
    EXPECT_EQ(verifier.failed(), !text.empty());
    numSteps = verifier.getNumSteps();
    return text;
  }

  MLIRContext context;
  OwningOpRef<mlir::ModuleOp> module;
  unsigned numSteps = 0;
};

TEST_F(StepVerifierTest, AgreesWithPassesThatKeepTheMeaning) {
  EXPECT_EQ(run(nullptr), "");
  EXPECT_EQ(numSteps, 1u);
}

TEST_F(StepVerifierTest, NamesPassAndOpThatDiffer) {
  std::string text =
      run(std::make_unique<Confuse<graph::AddOp, graph::SubOp>>());
  EXPECT_NE(
      text.find("loc(\"bias\")after test-confuse: outputs differ from the "
                "model's: 'graph.sub' is the first op"),
      std::string::npos)
      << text;
}

TEST_F(StepVerifierTest, NamesTheFirstOpAndNotTheLast) {
  std::string text =
      run(std::make_unique<Confuse<graph::ReluOp, graph::NegOp>>());
  EXPECT_NE(text.find("loc(\"relu\")"), std::string::npos) << text;
}

TEST_F(StepVerifierTest, FindsTheLastOp) {
  std::string text =
      run(std::make_unique<Confuse<graph::TanhOp, graph::ErfOp>>());
  EXPECT_NE(text.find("loc(\"tanh\")"), std::string::npos) << text;
}

} // namespace
